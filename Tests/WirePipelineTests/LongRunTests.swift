import Synchronization
import Testing
import WireFetch
import WireModel
import WireStore
import WireTesting

@testable import WirePipeline

/// Days and weeks of polling with a virtual clock: what servers forbid is never asked.
@Suite("Weeks of polling")
struct LongRunTests {
    private let start = Timestamp(year: 2026, month: 3, day: 27, hour: 10)

    @Test(
        "P12 skipHours and skipDays hold across midnight of UTC and the change of the local clock; all hours are no wish"
    )
    func skippedTimes() async throws {
        let night = (20...23).map { "<hour>\($0)</hour>" }.joined() + "<hour>24</hour><hour>1</hour>"
        let table: [(String, @Sendable (Int, Int) -> Bool)] = [
            ("<skipHours>\(night)</skipHours>", { hour, _ in hour >= 20 || hour <= 1 }),
            // The clocks of Europe change on Sunday the 29th, those of nobody in UTC.
            ("<skipDays><day>Sunday</day></skipDays>", { _, day in day == 0 }),
            ("<skipHours>\((0...23).map { "<hour>\($0)</hour>" }.joined())</skipHours>", { _, _ in false }),
        ]
        for (head, isSkipped) in table {
            let server = try FixtureServer()
            server.answer("/f", .text(200, [], rss(1...2, head)))
            let poller = try await Poller([Poller.feed(server.url("/f"))], at: start)
            var asked = 0
            try await poller.poll()
            while poller.now < start + .seconds(4 * 86_400) {
                try await poller.pollWhenDue()
                let minutes = poller.now.milliseconds / 60_000
                let (hour, day) = (Int(minutes / 60 % 24), Int((minutes / 1_440 + 4) % 7))
                #expect(!isSkipped(hour, day), "\(poller.now): \(head)")
                asked += 1
            }
            #expect(asked > 3)
        }
    }

    /// What a server has said, and which of its words were not kept.
    private struct Ledger {
        var now: Timestamp
        var notBefore: [String: Timestamp] = [:]
        var etag: [String: String] = [:]
        var avoidable: [String] = []
        var unconditional: [String] = []
        var requests = 0
    }

    @Test(
        "P31 Thirty days of many feeds: no request inside a time that the server asked to be left, none without its condition"
    )
    func month() async throws {
        let feeds = 27
        let ledger = Mutex(Ledger(now: start))
        let rule: @Sendable (FixtureServer.Request) -> Answer? = { request in
            ledger.withLock { ledger -> Answer? in
                let (now, path) = (ledger.now, request.target)
                guard let number = Int(path.dropFirst()) else { return Answer(404) }
                ledger.requests += 1
                if let time = ledger.notBefore[path], now < time {
                    ledger.avoidable.append("\(path) at \(now), not before \(time)")
                }
                if let etag = ledger.etag[path], request.header("If-None-Match") != etag {
                    ledger.unconditional.append("\(path) at \(now)")
                }
                let (headers, span) = Self.wish(number, at: now)
                ledger.notBefore[path] = now + span
                // A document is new every eight hours or so, and then has a new tag.
                let edition = (now.milliseconds / 3_600_000 + Int64(number)) / 8
                let tag = "\"\(number)-\(edition)\""
                if number % 9 == 8, edition % 3 == 0 {
                    ledger.notBefore[path] = now + .seconds(5 * 3_600)
                    return .text(number % 2 == 0 ? 503 : 429, [("Retry-After", "18000")], "")
                }
                if ledger.etag[path] == tag { return Answer(304, headers + [("ETag", tag)]) }
                ledger.etag[path] = tag
                let item = Int(edition) % 1_000 + 1
                return .text(200, headers + [("ETag", tag)], rss(item...item + 5, Self.head(number)))
            }
        }
        // A host for each: one 429 or 503 makes all feeds of a host rest.
        let servers = try (0..<feeds).map { _ in try FixtureServer() }
        for server in servers { server.answer(by: rule) }
        let poller = try await Poller(
            servers.enumerated().map { Poller.feed($1.url("/\($0)")) }, at: start)
        let end = start + .seconds(30 * 86_400)
        while poller.now < end {
            try await poller.poll(isPlanned: true)
            poller.pass(.seconds(1_800))
            ledger.withLock { $0.now = poller.now }
        }
        let result = ledger.withLock { $0 }
        #expect(result.avoidable == [])
        #expect(result.unconditional == [])
        #expect(result.requests > feeds * 30 && result.requests < feeds * 30 * 24)
        #expect(try await poller.records().allSatisfy { $0.state.lastSuccess ?? start > end - .seconds(3 * 86_400) })
    }

    /// What the server says in headers, and how long that means.
    private static func wish(_ number: Int, at now: Timestamp) -> (headers: [(String, String)], span: Duration) {
        switch number % 9 {
        case 0: ([("Cache-Control", "max-age=7200")], .seconds(7_200))
        case 1: ([("Cache-Control", "max-age=14400"), ("Age", "3600")], .seconds(10_800))
        case 2: ([("Cache-Control", "max-age=31536000")], .seconds(86_400))
        case 3: ([("Cache-Control", "max-age=0")], .seconds(3_600))
        case 4: ([("Expires", "0")], .seconds(10_800))
        case 5: ([], .seconds(6 * 3_600))
        case 6: ([("Retry-After", "9000")], .seconds(9_000))
        default: ([], .seconds(3_600))
        }
    }

    /// And in the document: the fourth asks for three hours, the fifth for four times a day.
    private static func head(_ number: Int) -> String {
        switch number % 9 {
        case 4: "<ttl>180</ttl>"
        case 5:
            "<sy:updatePeriod xmlns:sy=\"http://purl.org/rss/1.0/modules/syndication/\">daily</sy:updatePeriod>"
                + "<sy:updateFrequency xmlns:sy=\"http://purl.org/rss/1.0/modules/syndication/\">4</sy:updateFrequency>"
        default: ""
        }
    }
}

private typealias Answer = FixtureServer.Answer
