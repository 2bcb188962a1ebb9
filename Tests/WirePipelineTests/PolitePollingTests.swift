import Testing
import WireFetch
import WireModel
import WireStore
import WireTesting

@testable import WirePipeline

/// The checklist of polite polling where days pass and the store remembers: real server, real database, virtual clock.
@Suite("Polite polling")
struct PolitePollingTests {
    private let start = Timestamp(year: 2026, month: 3, day: 2, hour: 10)
    private let hour = Duration.seconds(3_600)

    private func poller(_ urls: String..., settings: FeedSettings = FeedSettings()) async throws -> Poller {
        try await Poller(urls.map { Poller.feed($0, settings) }, at: start)
    }

    @Test("P05 Validators outlive the program, and belong to their address")
    func validatorsPersist() async throws {
        let server = try FixtureServer()
        for path in ["/f", "/g"] {
            server.answer(
                path, .text(200, [("ETag", "W/\"1\""), ("Last-Modified", "odd date")], rss(1...2)), Answer(304))
        }
        let poller = try await poller(server.url("/f"))
        try await poller.poll()
        try await poller.pollWhenDue()
        let second = try #require(server.requests(for: "/f").last)
        #expect(second.header("If-None-Match") == "W/\"1\"")
        #expect(second.header("If-Modified-Since") == "odd date")
        try await poller.store.declare([Poller.feed(server.url("/g"))], now: poller.now)
        try await poller.poll()
        let moved = try #require(server.requests(for: "/g").last)
        #expect(moved.header("If-None-Match") == nil && moved.header("If-Modified-Since") == nil)
    }

    @Test("P09 P10 Freshness holds requests back, at most a day, and nonsense does not")
    func freshness() async throws {
        let table: [([(String, String)], Int)] = [
            ([("Cache-Control", "max-age=7200"), ("Age", "600")], 6_600),
            ([("Cache-Control", "max-age=31536000")], 86_400), ([("Cache-Control", "public, max-age=\"9000\"")], 9_000),
            ([("Cache-Control", "s-maxage=9000")], 3_600), ([("Cache-Control", "no-cache, max-age=9000")], 3_600),
            ([("Expires", "0")], 3_600), ([("Expires", "Thu, 01 Jan 1970 00:00:00 GMT")], 3_600),
            ([("Expires", "\u{FF}\u{FE}garbage")], 3_600),
            ([("Expires", "Mon, 02 Mar 2026 13:00:00 GMT"), ("Date", "Mon, 02 Mar 2026 10:00:00 GMT")], 10_800),
            ([("Expires", "Mon, 02 Mar 2026 13:00:00 GMT"), ("Cache-Control", "max-age=0")], 3_600),
            ([("Cache-Control", "max-age=99999999999999999999")], 86_400), ([("Cache-Control", "max-age=-1")], 3_600),
            ([("Cache-Control", "max-age=600")], 600), ([("Cache-Control", "max-age=60")], 300),
        ]
        for (headers, seconds) in table {
            let server = try FixtureServer()
            server.answer("/f", .text(200, headers, rss(1...2)))
            let poller = try await poller(server.url("/f"))
            try await poller.poll()
            poller.pass(.seconds(seconds - 1))
            try await poller.poll()
            #expect(server.requests.count == 1, "\(headers)")
            poller.pass(.seconds(1))
            try await poller.poll()
            #expect(server.requests.count == 2, "\(headers)")
        }
    }

    @Test("P11 ttl and sy: lengthen the floor; only ttl shortens it")
    func documentWishes() async throws {
        let sy = "xmlns:sy=\"http://purl.org/rss/1.0/modules/syndication/\""
        let table = [
            ("<ttl>180</ttl>", 10_800), ("<ttl>0</ttl>", 3_600), ("<ttl>-5</ttl>", 3_600), ("<ttl>30</ttl>", 1_800),
            ("<ttl>1</ttl>", 300), ("<ttl>999999</ttl>", 86_400), ("<ttl>soon</ttl>", 3_600),
            ("<sy:updatePeriod \(sy)>hourly</sy:updatePeriod><sy:updateFrequency \(sy)>2</sy:updateFrequency>", 3_600),
            ("<sy:updatePeriod \(sy)>daily</sy:updatePeriod><sy:updateFrequency \(sy)>4</sy:updateFrequency>", 21_600),
            ("<sy:updatePeriod \(sy)>yearly</sy:updatePeriod>", 86_400),
        ]
        for (head, seconds) in table {
            let server = try FixtureServer()
            server.answer("/f", .text(200, [], rss(1...2, head)))
            let poller = try await poller(server.url("/f"))
            try await poller.poll()
            #expect(try await poller.state().nextCheck == start + .seconds(seconds), "\(head)")
        }
    }

    @Test("P14 A host's rest outlives the program and holds for its other feeds, --all or not")
    func hostRest() async throws {
        let server = try FixtureServer()
        let other = try FixtureServer()
        server.answer("/b", .text(200, [], rss(1...2)))
        server.answer("/a", .text(429, [("Retry-After", "7200")], ""))
        other.answer("/c", .text(200, [], rss(1...2)))
        let poller = try await poller(server.url("/b"), server.url("/a"), other.url("/c"))
        // The healthy feed was asked before its neighbour was throttled, so it remembers nothing of that itself.
        let reports = try await poller.poll()
        #expect(reports.contains { $0.check.outcome == .throttled })
        let asked = server.requests.count
        // The gate counts what is left in real time: more than a slow machine takes for the test.
        poller.pass(.seconds(6_900))
        let later = try await poller.poll(all: true)
        #expect(server.requests.count == asked)
        #expect(other.requests.count == 2)
        #expect(!later.contains { $0.hasFailed })
        poller.pass(.seconds(301))
        server.answer("/a", .text(200, [], rss(1...2)))
        try await poller.poll(all: true)
        #expect(server.requests.count == asked + 2)
    }

    @Test("P17 A clock that jumps a day either way makes no storm and leaves no feed behind")
    func clockJumps() async throws {
        let server = try FixtureServer()
        for path in 0..<20 { server.answer("/\(path)", .text(200, [], rss(1...2))) }
        let poller = try await Poller((0..<20).map { Poller.feed(server.url("/\($0)")) }, at: start)
        try await poller.poll()
        for (jump, expected) in [(-86_400, 40), (86_400, 60)] {
            poller.pass(.seconds(jump))
            for _ in 0..<5 { try await poller.poll() }
            #expect(server.requests.count == expected)
            poller.pass(.seconds(600))
            try await poller.poll()
            #expect(server.requests.count == expected)
        }
        // A second back, as time servers do it, is no jump.
        poller.pass(.seconds(-605))
        try await poller.poll()
        #expect(server.requests.count == 60)
    }

    @Test("P18 The address changes after three checks over two days, never for less, at once to https of the same host")
    func moves() async throws {
        let server = try FixtureServer()
        server.answer("/new", .text(200, [], rss(1...2)))
        server.answer("/page", .text(200, [("Content-Type", "text/html")], "<html><body>moved</body></html>"))
        server.answer("/hop", .text(302, [("Location", "/new")], ""))
        let table: [(String, Int, String, Bool)] = [
            ("/a", 301, "/new", true), ("/b", 308, "/new", true), ("/c", 302, "/new", false),
            ("/d", 301, "/hop", false), ("/e", 301, "/page", false),
        ]
        for (path, status, target, moves) in table {
            server.answer(path, .text(status, [("Location", target)], ""))
            let poller = try await poller(server.url(path))
            try await poller.poll(all: true, manualGap: .zero)
            poller.pass(hour * 24)
            try await poller.poll(all: true, manualGap: .zero)
            #expect(try await poller.state().movedTo == nil, "\(path) after two")
            poller.pass(hour * 23)
            try await poller.poll(all: true, manualGap: .zero)
            #expect(try await poller.state().movedTo == nil, "\(path) after 47 hours")
            poller.pass(hour * 2)
            let report = try await poller.poll(all: true, manualGap: .zero).first
            #expect(try await poller.state().movedTo == (moves ? server.url("/new") : nil), "\(path)")
            #expect((report?.check.outcome == .moved) == moves, "\(path)")
            let before = server.requests(for: path).count
            poller.pass(hour * 24)
            try await poller.poll(all: true, manualGap: .zero)
            #expect(server.requests(for: path).count == before + (moves ? 0 : 1), "\(path)")
        }
    }

    @Test("P19 Bad redirects are errors, counted once")
    func badRedirects() async throws {
        let server = try FixtureServer()
        server.answer("/loop", .text(301, [("Location", "/loop")], ""))
        server.answer("/file", .text(301, [("Location", "file:///etc/passwd")], ""))
        server.answer("/inside", .text(301, [("Location", "http://127.0.0.1:\(server.port)/")], ""))
        for hop in 0..<7 { server.answer("/\(hop)", .text(301, [("Location", "/\(hop + 1)")], "")) }
        let table = [
            ("/loop", "redirect_loop"), ("/file", "scheme_denied"), ("/inside", "address_denied"),
            ("/0", "too_many_redirects"),
        ]
        for (path, code) in table {
            let poller = try await poller(server.url(path))
            let report = try await poller.poll().first
            let state = try await poller.state()
            #expect(report?.check.outcome == .failed && report?.check.failure?.code == code, "\(path)")
            #expect(report?.check.status == 301, "\(path)")
            #expect(state.failures == 1 && state.movedTo == nil, "\(path)")
        }
    }

    @Test("P20 410 stops a feed for good, and only it")
    func gone() async throws {
        let server = try FixtureServer()
        server.answer("/gone", .text(200, [], rss(1...2)), Answer(410))
        server.answer("/other", .text(200, [], rss(3...4)))
        let poller = try await poller(server.url("/gone"), server.url("/other"))
        try await poller.poll()
        for _ in 0..<5 {
            poller.pass(hour * 24)
            try await poller.poll(all: true)
        }
        #expect(server.requests(for: "/gone").count == 2)
        #expect(server.requests(for: "/other").count == 6)
        let record = try #require(try await poller.records().first)
        #expect(record.state.isGone)
        #expect(try await poller.store.articleCounts()[record.feed.id] == 2)
        // A person resumes it.
        server.answer("/gone", .text(200, [], rss(1...3)))
        _ = try await poller.store.apply(CycleWrite.resuming(record, at: poller.now))
        try await poller.poll()
        #expect(try await poller.state().isGone == false)
        #expect(server.requests(for: "/gone").count == 3)
    }

    @Test("P21 Backoff doubles from an hour to a day, 404 goes on weekly, one success ends it")
    func backoff() async throws {
        for status in [401, 403, 404, 500, 502] {
            let server = try FixtureServer()
            server.answer("/f", Answer(status))
            let poller = try await poller(server.url("/f"))
            var waits: [Double] = []
            try await poller.poll()
            for _ in 0..<8 {
                let next = try #require(try await poller.state().nextCheck)
                waits.append(Double((next - poller.now).components.seconds) / 3_600)
                try await poller.pollWhenDue()
            }
            for (wait, hours) in zip(waits, [1.0, 1, 2, 4, 8, 16, 24, 24]) {
                #expect(wait >= max(1, hours * 0.8) && wait <= hours * 1.2, "\(status): \(waits)")
            }
            poller.pass(hour * 24 * 20)
            try await poller.poll()
            let late = try #require(try await poller.state().nextCheck) - poller.now
            #expect((late > hour * 24 * 5) == (status == 404), "\(status)")
            server.answer("/f", .text(200, [], rss(1...2)))
            try await poller.pollWhenDue()
            let state = try await poller.state()
            #expect(state.failures == 0 && state.nextCheck == poller.now + hour && state.lastFailure == nil)
        }
    }

    @Test("P22 A bot check is told and rests six hours")
    func botCheck() async throws {
        let server = try FixtureServer()
        server.answer("/f", .text(403, [("CF-Mitigated", "challenge")], "<html>"))
        let poller = try await poller(server.url("/f"))
        let failure = try await poller.poll().first?.check.failure
        #expect(failure?.code == "bot_check")
        #expect(failure?.message.contains("bot check") == true)
        let next = try #require(try await poller.state().nextCheck)
        #expect(next - poller.now >= hour * 4 && next - poller.now <= hour * 8)
    }

    @Test("P23 Bad answers leave the last good document's validators and articles alone")
    func badAnswers() async throws {
        let good = Answer.text(200, [("ETag", "\"good\""), ("Last-Modified", "then")], rss(1...3))
        let cut = String(rss(1...9).dropLast(60))
        let bad: [(String, Answer)] = [
            ("empty", .text(200, [("ETag", "\"bad\"")], "")), ("204", Answer(204, [("ETag", "\"bad\"")])),
            ("html", .text(200, [("ETag", "\"bad\""), ("Content-Type", "text/html")], "<html><body>x</body></html>")),
            ("text", .text(200, [("ETag", "\"bad\"")], "Service unavailable")),
            ("too long", .raw("HTTP/1.1 200 OK\r\nETag: \"bad\"\r\nContent-Length: 9999\r\n\r\n" + rss(1...9))),
            ("too short", .raw("HTTP/1.1 200 OK\r\nETag: \"bad\"\r\nContent-Length: 150\r\n\r\n" + rss(1...9))),
            ("cut inside", .text(200, [("ETag", "\"bad\"")], cut)),
            ("206", .text(206, [("ETag", "\"bad\"")], rss(1...9))),
            ("500", .text(500, [("ETag", "\"bad\"")], rss(1...9))), ("404", .text(404, [("ETag", "\"bad\"")], "")),
            ("no gzip", .text(200, [("ETag", "\"bad\""), ("Content-Encoding", "gzip")], rss(1...9))),
        ]
        for (name, answer) in bad {
            let server = try FixtureServer()
            server.answer("/f", good, answer, Answer(304))
            let poller = try await poller(server.url("/f"))
            try await poller.poll()
            try await poller.pollWhenDue()
            let state = try await poller.state()
            #expect(state.validators?.etag == Array("\"good\"".utf8), "\(name)")
            let counts = try await poller.store.articleCounts()
            #expect(counts.values.reduce(0, +) >= 3, "\(name)")
            try await poller.pollWhenDue()
            #expect(server.requests.last?.header("If-None-Match") == "\"good\"", "\(name)")
            #expect(server.requests.last?.header("If-Modified-Since") == "then", "\(name)")
        }
    }

    @Test("P24 A 226 adds its items, drops none and doubles none")
    func partialDocument() async throws {
        let server = try FixtureServer()
        server.answer(
            "/f", .text(200, [("ETag", "\"1\"")], rss(1...5)),
            .text(226, [("IM", "feed"), ("ETag", "\"2\"")], rss(5...7)), .text(200, [("ETag", "\"3\"")], rss(3...8)))
        let poller = try await poller(server.url("/f"))
        var news: [Int] = []
        for _ in 0..<3 { news.append(try await poller.pollWhenDue()?.new ?? -1) }
        #expect(news == [5, 2, 1])
        #expect(server.requests.map { $0.header("A-IM") } == [nil, "feed", "feed"])
        #expect(server.requests.map { $0.header("If-None-Match") } == [nil, "\"1\"", "\"2\""])
        #expect(try await poller.store.articleCounts().values.reduce(0, +) == 8)
    }

    @Test("P28 Ten refreshes within a minute are one request")
    func manualRefreshes() async throws {
        let server = try FixtureServer()
        server.answer("/f", .text(200, [], rss(1...2)))
        let poller = try await poller(server.url("/f"))
        for _ in 0..<10 {
            try await poller.poll(all: true)
            poller.pass(.seconds(6))
        }
        #expect(server.requests.count == 1)
        poller.pass(.seconds(240))
        try await poller.poll(all: true)
        #expect(server.requests.count == 2)
    }

    @Test("P29 A feed listed many times is one request, with the right number of subscribers")
    func manySubscribers() async throws {
        let server = try FixtureServer()
        server.answer("/f", .text(200, [], rss(1...2)))
        for (subscribers, words) in [(1, "1 subscriber)"), (5, "5 subscribers)")] {
            let feeds = (0..<5).map { _ in Poller.feed(server.url("/f")) }
            let poller = try await Poller(feeds, at: start, settings: FetchSettings(subscribers: subscribers))
            let before = server.requests.count
            try await poller.poll()
            #expect(server.requests.count == before + 1)
            #expect(server.requests.last?.header("User-Agent")?.hasSuffix(words) == true)
        }
    }

    @Test("A server without validators and changes is asked once a day in the end")
    func barren() async throws {
        let server = try FixtureServer()
        server.answer("/f", .text(200, [], rss(1...2)))
        let poller = try await poller(server.url("/f"))
        for _ in 0...PollingInterval.Limits.barrenChecks { try await poller.pollWhenDue() }
        #expect(try await poller.state().nextCheck == poller.now + hour * 24)
        server.answer("/f", .text(200, [], rss(1...3)))
        try await poller.pollWhenDue()
        #expect(try await poller.state().nextCheck == poller.now + hour)
    }

    @Test("A document that rolled past us is told with the time that may be missing")
    func gap() async throws {
        let server = try FixtureServer()
        func dated(_ days: ClosedRange<Int>) -> String {
            let items = days.map { day in
                "<item><guid>urn:\(day)</guid><title>t</title><pubDate>\(day) Mar 2026 00:00:00 GMT</pubDate></item>"
            }
            return "<rss version=\"2.0\"><channel><title>T</title>\(items.joined())</channel></rss>"
        }
        server.answer("/f", .text(200, [], dated(1...2)), .text(200, [], dated(2...4)), .text(200, [], dated(7...9)))
        let poller = try await poller(server.url("/f"))
        #expect(try await poller.poll().first?.gap == nil)
        poller.set(Timestamp(year: 2026, month: 3, day: 5))
        #expect(try await poller.poll().first?.gap == nil)
        poller.set(Timestamp(year: 2026, month: 3, day: 10))
        let gap = try await poller.poll().first?.gap
        #expect(gap?.from == Timestamp(year: 2026, month: 3, day: 4))
        #expect(gap?.to == Timestamp(year: 2026, month: 3, day: 7))
        #expect(try await poller.state().rhythm.gap == gap)
    }
}

private typealias Answer = FixtureServer.Answer
