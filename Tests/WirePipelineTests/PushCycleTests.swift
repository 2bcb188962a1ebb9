import Testing
import WireFetch
import WireModel
import WireTesting

@testable import WirePipeline

/// What a hub sends between two polls.
@Suite("Documents of a hub")
struct PushCycleTests {
    private let start = Timestamp(year: 2026, month: 3, day: 2, hour: 10)

    @Test("P26 Pushed posts make a feed's habit as polled ones do, and nothing else of its state")
    func pushedPostsCount() async throws {
        let server = try FixtureServer()
        let url = server.url("/f")
        server.answer("/f", .text(200, [("ETag", "\"1\"")], rss(1...5)))
        let poller = try await Poller([Poller.feed(url)], at: start)
        // Before there was a whole document a part says nothing.
        try await push(rss(1...1), to: poller)
        #expect(try await poller.state() == FeedState())
        #expect(try await poller.poll().first?.new == 4)
        let polled = try await poller.state()

        for hour in 1...48 {
            poller.pass(.seconds(3_600))
            let item = "<item><guid>urn:p\(hour)</guid><title>Post \(hour)</title></item>"
            try await push("<rss version=\"2.0\"><channel><title>Other</title>\(item)</channel></rss>", to: poller)
        }
        var pushed = try await poller.state()
        let posts = pushed.rhythm.weekday.posts + pushed.rhythm.weekend.posts
        #expect(posts > 40 && posts > polled.rhythm.weekday.posts + polled.rhythm.weekend.posts)
        #expect(pushed.rhythm.counted == poller.now && pushed.rhythm.window == 5 && pushed.rhythm.gap == nil)
        pushed.rhythm = polled.rhythm
        #expect(pushed == polled)
    }

    private func push(_ text: String, to poller: Poller) async throws {
        let record = try #require(try await poller.records().first)
        let document = FetchedDocument(
            bytes: Array(text.utf8), url: record.feed.address, contentType: "application/rss+xml")
        let report = await poller.cycle(for: [record]).receive(document, of: record)
        #expect(report.check.failure == nil && report.new == 1)
    }
}
