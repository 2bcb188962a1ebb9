import Testing
import WireFetch
import WireModel
import WireTesting

@Suite("Redirects")
struct RedirectTests {
    @Test("P06 Validators go to the address that issued them only")
    func validators() async throws {
        let server = try FixtureServer()
        server.answer("/old", .text(302, [("Location", "/new"), ("ETag", "\"hop\"")], ""))
        server.answer("/new", .text(200, [("ETag", "\"new\"")], "<rss/>"), Answer(304))
        var state = FeedState()
        let first = await fetch(server, "/old", state)
        #expect(first.facts.validators?.url == server.url("/new"))
        #expect(first.facts.hops == [.init(url: server.url("/old"), status: 302)])
        state.remember(first)
        #expect(await fetch(server, "/old", state).word == "notModified")
        #expect(server.requests(for: "/old").allSatisfy { $0.header("If-None-Match") == nil })
        #expect(server.requests(for: "/new").map { $0.header("If-None-Match") } == [nil, "\"new\""])
        // The other way round: what the new address issued is not sent to the old one.
        server.answer("/old", .text(200, [], "<rss>moved back</rss>"))
        #expect(await fetch(server, "/old", state).word == "modified")
        #expect(server.requests(for: "/old").allSatisfy { $0.header("If-None-Match") == nil })
    }

    @Test("P18 Only a chain of permanent redirects is permanent")
    func permanence() async throws {
        let server = try FixtureServer()
        server.answer("/end", .text(200, [], "<rss/>"))
        let table: [([Int], Bool)] = [
            ([301], true), ([308], true), ([301, 308], true), ([302], false), ([303], false), ([307], false),
            ([301, 302], false), ([302, 301], false), ([301, 301, 301, 301, 301], true),
        ]
        for (statuses, isPermanent) in table {
            for (index, status) in statuses.enumerated() {
                let next = index + 1 == statuses.count ? "/end#part" : "/\(index + 1)"
                server.answer("/\(index)", .text(status, [("Location", next)], ""))
            }
            let outcome = await fetch(server, "/0")
            #expect(outcome.word == "modified")
            #expect(outcome.facts.allHopsPermanent == isPermanent, "\(statuses)")
            #expect(outcome.facts.url == server.url("/end"))
        }
    }

    @Test("P19 Loops, six hops, and redirects to nowhere are errors")
    func bad() async throws {
        let server = try FixtureServer()
        server.answer("/a", .text(301, [("Location", "/b")], ""))
        server.answer("/b", .text(301, [("Location", "/a")], ""))
        #expect(await fetch(server, "/a").word == "failed:redirect_loop")
        server.answer("/self", .text(302, [("Location", "/self")], ""))
        #expect(await fetch(server, "/self").word == "failed:redirect_loop")
        for index in 0..<7 { server.answer("/h\(index)", .text(302, [("Location", "/h\(index + 1)")], "")) }
        #expect(await fetch(server, "/h0").word == "failed:too_many_redirects")
        #expect(server.requests.filter { $0.target.hasPrefix("/h") }.count == 6)
        server.answer("/none", .text(302, [], ""))
        #expect(await fetch(server, "/none").word == "failed:bad_redirect")
        server.answer("/odd", .text(302, [("Location", "http://[oops")], ""))
        #expect(await fetch(server, "/odd").word == "failed:bad_redirect")
    }

    @Test("T12 Credentials and the list's header stay with their host, port and scheme")
    func credentials() async throws {
        let first = try FixtureServer()
        let second = try FixtureServer()
        let otherPort = try FixtureServer(address: first.host)
        for other in [second, otherPort] { other.answer("/f", .text(200, [], "<rss/>")) }
        first.answer("/same", .text(302, [("Location", "/f")], ""))
        first.answer("/f", .text(200, [], "<rss/>"))
        let settings = FeedSettings(header: "X-Token: secret")
        for target in [second, otherPort] {
            first.answer("/away", .text(301, [("Location", "http://u:p@\(target.host):\(target.port)/f")], ""))
            let url = "http://me:pa%20ss@\(first.host):\(first.port)/away"
            let outcome = await Fixture.fetcher().fetch(
                Fixture.feed(url, settings), state: FeedState(), now: { Fixture.start })
            #expect(outcome.word == "modified")
            #expect(outcome.facts.url == target.url("/f"))
            #expect(!outcome.facts.allHopsPermanent)
            let request = try #require(target.requests.last)
            #expect(request.header("Authorization") == nil)
            #expect(request.header("X-Token") == nil)
        }
        #expect(first.requests.last?.header("Authorization") == "Basic bWU6cGEgc3M=")
        #expect(first.requests.last?.header("X-Token") == "secret")
        let same = "http://me@\(first.host):\(first.port)/same"
        #expect(
            await Fixture.fetcher().fetch(Fixture.feed(same, settings), state: FeedState(), now: { Fixture.start }).word
                == "modified")
        #expect(first.requests(for: "/f").last?.header("Authorization") == "Basic bWU6")
        #expect(first.requests(for: "/f").last?.header("X-Token") == "secret")
    }

    @Test("P07 P30 The same headers in the same order on every poll, and no cookies, referrer or query")
    func sameHeaders() async throws {
        let server = try FixtureServer()
        server.answer("/f", .text(200, [("Set-Cookie", "a=b"), ("ETag", "\"1\"")], "<rss/>"), Answer(304))
        let fetcher = Fixture.fetcher(
            settings: FetchSettings(userAgentContact: "https://example.org/bot", subscribers: 3, version: "1.0"))
        var state = FeedState()
        for _ in 0..<3 {
            state.remember(await fetcher.fetch(Fixture.feed(server.url("/f")), state: state, now: { Fixture.start }))
        }
        let requests = server.requests
        #expect(requests.count == 3)
        #expect(requests[0].headers.map(\.name) == ["Host", "User-Agent", "Accept", "Accept-Encoding"])
        #expect(
            requests[1].headers.map(\.name)
                == ["Host", "User-Agent", "Accept", "Accept-Encoding", "If-None-Match", "A-IM"])
        #expect(requests[1].headers.map { "\($0)" } == requests[2].headers.map { "\($0)" })
        #expect(requests[0].header("User-Agent") == "Wirewatch/1.0 (+https://example.org/bot; 3 subscribers)")
        #expect(requests[0].header("Accept-Encoding") == "gzip, deflate, br")
        #expect(requests.allSatisfy { $0.target == "/f" && $0.method == "GET" })
        #expect(FetchSettings(version: "1.0").userAgent == "Wirewatch/1.0 (1 subscriber)")
    }

    @Test("P24 226 marks a partial document")
    func partial() async throws {
        let server = try FixtureServer()
        server.answer("/f", .text(226, [("IM", "feed"), ("ETag", "\"2\"")], "<rss/>"))
        let outcome = await fetch(server, "/f")
        #expect(outcome.word == "modified")
        #expect(outcome.facts.isPartial)
        #expect(outcome.facts.validators?.etag == Fixture.bytes("\"2\""))
        #expect(outcome.facts.bodyDigest == nil)
    }

    @Test("An identical body is unchanged")
    func identical() async throws {
        let server = try FixtureServer()
        server.answer("/f", .text(200, [], "<rss/>"))
        var state = FeedState()
        state.remember(await fetch(server, "/f"))
        #expect(await fetch(server, "/f", state).word == "notModified")
    }

    private func fetch(_ server: FixtureServer, _ path: String, _ state: FeedState = FeedState()) async -> FetchOutcome
    {
        await Fixture.fetcher().fetch(Fixture.feed(server.url(path)), state: state, now: { Fixture.start })
    }
}

private typealias Answer = FixtureServer.Answer
