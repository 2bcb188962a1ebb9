import Testing
import WireFetch
import WireModel
import WireTesting

@Suite("Conditional requests")
struct ConditionalRequestTests {
    @Test(
        "P01 Validators go back byte for byte, and not with the first request",
        arguments: [
            "\"abc\"", "W/\"weak\"", "unquoted", "\"odd \\\" quoting\"", "'single'", "W/\"a\", \"b\"", "\"\u{FC}\"",
            "W/",
        ])
    func exactBytes(etag: String) async throws {
        let server = try FixtureServer()
        let date = "Tue, 01 Jul 2025 10:00:00 +0000"
        server.answer(
            "/f", .text(200, [("ETag", etag), ("Last-Modified", date)], "<rss/>"), Answer(304, []))
        let fetcher = Fixture.fetcher()
        var state = FeedState()
        let first = await fetcher.fetch(Fixture.feed(server.url("/f")), state: state, now: { Fixture.start })
        #expect(first.word == "modified")
        state.remember(first)
        let second = await fetcher.fetch(Fixture.feed(server.url("/f")), state: state, now: { Fixture.start })
        #expect(second.word == "notModified")
        let requests = server.requests
        #expect(requests.count == 2)
        #expect(requests[0].header("If-None-Match") == nil)
        #expect(requests[0].header("If-Modified-Since") == nil)
        #expect(requests[0].header("A-IM") == nil)
        #expect(requests[1].header("If-None-Match") == etag)
        #expect(requests[1].header("If-Modified-Since") == date)
        #expect(requests[1].header("A-IM") == "feed")
    }

    @Test("P02 Only the validators that are known are sent")
    func onlyKnown() async throws {
        let server = try FixtureServer()
        server.answer("/e", .text(200, [("ETag", "\"e\"")], "<rss/>"), Answer(304))
        server.answer("/d", .text(200, [("Last-Modified", "yesterday")], "<rss/>"), Answer(304))
        for path in ["/e", "/d"] {
            var state = FeedState()
            for _ in 0..<2 {
                let feed = Fixture.feed(server.url(path))
                state.remember(await Fixture.fetcher().fetch(feed, state: state, now: { Fixture.start }))
            }
        }
        let etag = try #require(server.requests(for: "/e").last)
        #expect(etag.header("If-None-Match") == "\"e\"")
        #expect(etag.header("If-Modified-Since") == nil)
        let date = try #require(server.requests(for: "/d").last)
        #expect(date.header("If-None-Match") == nil)
        #expect(date.header("If-Modified-Since") == "yesterday")
        #expect(date.header("A-IM") == nil)
    }

    @Test("P03 A 304 refreshes the validators and the freshness")
    func refreshedBy304() async throws {
        let server = try FixtureServer()
        server.answer(
            "/f", .text(200, [("ETag", "\"1\""), ("Last-Modified", "one")], "<rss/>"),
            Answer(304, [("ETag", "\"2\""), ("Cache-Control", "max-age=7200")]),
            Answer(304, [("Last-Modified", "three")]), Answer(304))
        var state = FeedState()
        for round in 0..<4 {
            let outcome = await Fixture.fetcher().fetch(
                Fixture.feed(server.url("/f")), state: state, now: { Fixture.start })
            if round == 1 { #expect(outcome.facts.freshUntil == Fixture.start + .seconds(7200)) }
            state.remember(outcome)
        }
        #expect(server.requests.map { $0.header("If-None-Match") } == [nil, "\"1\"", "\"2\"", "\"2\""])
        #expect(server.requests.map { $0.header("If-Modified-Since") } == [nil, "one", "one", "three"])
    }

    @Test("P04 A validator that a new 200 no longer has is no longer sent")
    func dropped() async throws {
        let server = try FixtureServer()
        server.answer(
            "/f", .text(200, [("ETag", "\"1\""), ("Last-Modified", "one")], "<rss/>"),
            .text(200, [("Last-Modified", "two")], "<rss>2</rss>"), .text(200, [], "<rss>3</rss>"), Answer(304))
        var state = FeedState()
        var words: [String] = []
        for _ in 0..<4 {
            let outcome = await Fixture.fetcher().fetch(
                Fixture.feed(server.url("/f")), state: state, now: { Fixture.start })
            words.append(outcome.word)
            state.remember(outcome)
        }
        #expect(server.requests.map { $0.header("If-None-Match") } == [nil, "\"1\"", nil, nil])
        #expect(server.requests.map { $0.header("If-Modified-Since") } == [nil, "one", "two", nil])
        // The last request set no condition, so its 304 is an error.
        #expect(words == ["modified", "modified", "modified", "failed:protocol"])
    }
}

private typealias Answer = FixtureServer.Answer
