import Testing
import WireFetch
import WireModel
import WireTesting

@testable import WirePipeline

/// RFC 5005: what a feed rolled past us is found in its archives.
@Suite("Archives after a gap")
struct ArchiveWalkTests {
    private let start = Timestamp(year: 2026, month: 3, day: 2, hour: 10)
    private let week = Duration.seconds(7 * 86_400)

    /// An Atom document with items of these numbers, a day apart, and its archive.
    private func atom(_ items: ClosedRange<Int>, archive: String? = nil) -> String {
        let link = archive.map { "<link rel=\"prev-archive\" href=\"\($0)\"/>" } ?? ""
        let entries = items.map { number in
            let time = start - week + .seconds(number * 3_600)
            return "<entry><id>urn:\(number)</id><title>Item \(number)</title><updated>\(time)</updated></entry>"
        }
        return "<feed xmlns=\"http://www.w3.org/2005/Atom\"><id>urn:f</id>\(link)\(entries.joined())</feed>"
    }

    private func asked(_ server: FixtureServer, _ path: String) -> Int { server.requests(for: path).count }

    @Test("P27 A feed that rolled past us is walked back to the known item, each archive once")
    func walksBack() async throws {
        let server = try FixtureServer()
        server.answer(
            "/f", .text(200, [], atom(11...20, archive: "a0")), .text(200, [], atom(41...50, archive: "a3")),
            .text(200, [], atom(71...80, archive: "a5")))
        server.answer("/a0", .text(200, [], atom(1...10)))
        server.answer("/a1", .text(200, [], atom(11...20, archive: "/a0")))
        server.answer("/a2", .text(200, [], atom(21...30, archive: "/a1")))
        server.answer("/a3", .text(200, [], atom(31...41, archive: "/a2")))
        server.answer("/a4", .text(200, [], atom(51...60, archive: "/a3")))
        server.answer("/a5", .text(200, [], atom(61...70, archive: "/a4")))
        let poller = try await Poller([Poller.feed(server.url("/f"))], at: start)
        #expect(try await poller.poll().first?.new == 10)
        #expect(asked(server, "/a0") == 0)
        poller.pass(week)
        let second = try #require(try await poller.poll().first)
        #expect(second.new == 30 && second.gap == nil)
        #expect(["/a3", "/a2", "/a1", "/a0"].map { asked(server, $0) } == [1, 1, 1, 0])
        #expect(server.requests(for: "/a3").first?.header("If-None-Match") == nil)
        poller.pass(week)
        let third = try #require(try await poller.poll().first)
        #expect(third.new == 30 && third.gap == nil)
        #expect(["/a5", "/a4", "/a3", "/a2"].map { asked(server, $0) } == [1, 1, 1, 1])
    }

    @Test("P27 At most ten archives are read; what may be missing then is told")
    func endsAfterTen() async throws {
        let server = try FixtureServer()
        server.answer("/f", .text(200, [], atom(1...2)), .text(200, [], atom(200...201, archive: "/a19")))
        for number in 1...19 {
            let items = number * 10...number * 10 + 1
            server.answer("/a\(number)", .text(200, [], atom(items, archive: "/a\(number - 1)")))
        }
        let poller = try await Poller([Poller.feed(server.url("/f"))], at: start)
        try await poller.poll()
        poller.pass(week)
        let report = try #require(try await poller.poll().first)
        #expect(report.new == 22 && report.gap != nil)
        #expect(asked(server, "/a10") == 1 && asked(server, "/a9") == 0)
    }

    @Test("P27 Archives that go round end the walk, and the gap is told")
    func endsInACircle() async throws {
        let server = try FixtureServer()
        server.answer("/f", .text(200, [], atom(1...2)), .text(200, [], atom(20...21, archive: "/a")))
        server.answer("/a", .text(200, [], atom(10...11, archive: "/b")))
        server.answer("/b", .text(200, [], atom(8...9, archive: "/a")))
        let poller = try await Poller([Poller.feed(server.url("/f"))], at: start)
        try await poller.poll()
        poller.pass(week)
        let report = try #require(try await poller.poll().first)
        #expect(report.new == 6 && report.gap != nil)
        #expect(asked(server, "/a") == 1 && asked(server, "/b") == 1)
    }

    @Test("P27 T05 An archive that fails, loops or lies inside a private network ends the walk, and the gap is told")
    func survivesBadArchives() async throws {
        for (archive, answer) in [
            ("/a", Answer(500)), ("/a", .text(200, [], "no feed")), ("/f", Answer(500)),
            ("file:///etc/passwd", Answer(500)),
            ("http://127.0.0.1:1/a", Answer(500)),
        ] {
            let server = try FixtureServer()
            server.answer("/f", .text(200, [], atom(1...2)), .text(200, [], atom(20...21, archive: archive)))
            server.answer("/a", answer)
            let poller = try await Poller([Poller.feed(server.url("/f"))], at: start)
            try await poller.poll()
            poller.pass(week)
            let report = try #require(try await poller.poll().first)
            #expect(report.check.outcome == .modified && report.new == 2 && report.gap != nil, "\(archive)")
        }
    }

    @Test("P27 The feed's own secrets are not told to the archive of another server")
    func keepsSecrets() async throws {
        let (server, other) = (try FixtureServer(), try FixtureServer())
        server.answer(
            "/f", .text(200, [], atom(1...2)), .text(200, [], atom(20...21, archive: "/a")))
        server.answer("/a", .text(200, [], atom(10...11, archive: other.url("/b"))))
        other.answer("/b", .text(200, [], atom(2...9)))
        let settings = FeedSettings(header: "X-Key: secret")
        let poller = try await Poller([Poller.feed(server.url("/f"), settings)], at: start)
        try await poller.poll()
        poller.pass(week)
        #expect(try await poller.poll().first?.gap == nil)
        #expect(server.requests(for: "/a").first?.header("X-Key") == "secret")
        #expect(other.requests(for: "/b").count == 1 && other.requests(for: "/b").first?.header("X-Key") == nil)
    }
}
private typealias Answer = FixtureServer.Answer
