import Testing
import WireFetch
import WireModel
import WireTesting

@Suite("Host gate")
struct HostGateTests {
    @Test("P15 One request at a time, two seconds after the end of the one before, in order")
    func gaps() async throws {
        let clock = ManualClock()
        let gate = HostGate(clock: clock)
        guard case .turn(let first, _) = await gate.enter("a") else {
            Issue.record("the first turn was refused")
            return
        }
        let second = Task { await gate.enter("a") }
        clock.advance(by: .seconds(5))
        gate.leave(first)
        #expect(await clock.hasSleepers(1))
        clock.advance(by: .milliseconds(1_999))
        #expect(clock.sleepers == 1)
        clock.advance(by: .milliseconds(1))
        guard case .turn(_, let waited) = await second.value else {
            Issue.record("the second turn was refused")
            return
        }
        #expect(waited >= .seconds(2))
    }

    @Test(
        "P15 Crowded hosts get ten seconds, unless a gap is set", arguments: [(20, nil, 2), (21, nil, 10), (21, 3, 3)])
    func crowds(feeds: Int, gap: Int?, seconds: Int) async throws {
        let clock = ManualClock()
        let rules = HostRules(gap.map { ["*": HostPolicy(gap: .seconds($0))] } ?? [:])
        let gate = HostGate(rules: rules, clock: clock)
        gate.expect((0..<feeds).map { Fixture.feed("http://Example.org/\($0)") })
        guard case .turn(let turn, _) = await gate.enter("example.org") else {
            Issue.record("refused")
            return
        }
        gate.leave(turn)
        let next = Task { await gate.enter("example.org") }
        #expect(await clock.hasSleepers(1))
        clock.advance(by: .seconds(seconds) - .milliseconds(1))
        #expect(clock.sleepers == 1)
        clock.advance(by: .milliseconds(1))
        guard case .turn = await next.value else {
            Issue.record("refused")
            return
        }
    }

    @Test("P15 The hourly share is kept, and slides")
    func hourly() async throws {
        let clock = ManualClock()
        let gate = HostGate(rules: HostRules(["*": HostPolicy(gap: .zero, hourly: 3)]), clock: clock)
        for _ in 0..<3 {
            guard case .turn(let turn, _) = await gate.enter("a") else {
                Issue.record("refused")
                return
            }
            gate.leave(turn)
            clock.advance(by: .seconds(60))
        }
        guard case .shareUsed(3, let span) = await gate.enter("a") else {
            Issue.record("let through")
            return
        }
        #expect(span == .seconds(3600 - 180))
        clock.advance(by: span)
        guard case .turn = await gate.enter("a") else {
            Issue.record("refused after the hour")
            return
        }
        guard case .turn = await gate.enter("b") else {
            Issue.record("another host is refused")
            return
        }
    }

    @Test("A rest stops those who wait, too, and only on its host")
    func rest() async throws {
        let clock = ManualClock()
        let gate = HostGate(clock: clock)
        guard case .turn(let turn, _) = await gate.enter("a") else {
            Issue.record("refused")
            return
        }
        let waiting = (0..<3).map { _ in Task { await gate.enter("a") } }
        try await Task.sleep(for: .milliseconds(50))
        gate.rest("a", for: .seconds(120))
        gate.leave(turn)
        for task in waiting {
            guard case .resting(.seconds(120)) = await task.value else {
                Issue.record("not told to rest")
                return
            }
        }
        clock.advance(by: .seconds(120))
        guard case .turn = await gate.enter("a"), case .turn = await gate.enter("b") else {
            Issue.record("refused after the rest")
            return
        }
    }

    @Test("A cancelled wait leaves the queue and does not hold up the others")
    func cancellation() async throws {
        let clock = ManualClock()
        let gate = HostGate(clock: clock)
        guard case .turn(let turn, _) = await gate.enter("a") else {
            Issue.record("refused")
            return
        }
        let tasks = (0..<10).map { _ in Task { await gate.enter("a") } }
        try await Task.sleep(for: .milliseconds(50))
        for task in tasks { task.cancel() }
        for task in tasks {
            guard case .cancelled = await task.value else {
                Issue.record("not cancelled")
                return
            }
        }
        gate.leave(turn)
        let sleeper = Task { await gate.enter("a") }
        #expect(await clock.hasSleepers(1))
        sleeper.cancel()
        guard case .cancelled = await sleeper.value else {
            Issue.record("not cancelled in its gap")
            return
        }
        clock.advance(by: .seconds(2))
        guard case .turn = await gate.enter("a") else {
            Issue.record("the place was lost")
            return
        }
    }

    @Test("The most exact rule wins, field by field")
    func rules() async throws {
        let clock = ManualClock()
        let rules = HostRules([
            "*": HostPolicy(gap: .zero, hourly: 1), "example.org": HostPolicy(hourly: 2),
            "news.example.org": HostPolicy(hourly: 3), "192.0.0.0/8": HostPolicy(hourly: 4),
            "192.0.2.0/24": HostPolicy(hourly: 5),
        ])
        let gate = HostGate(rules: rules, clock: clock)
        let table = [
            ("other.net", 1), ("www.example.org", 2), ("example.org", 0), ("news.example.org", 3),
            ("a.news.example.org", 0), ("notexample.org", 1), ("192.1.1.1", 4), ("192.0.2.7", 5),
            ("[::ffff:192.0.2.7]", 0), ("192.0.2.8", 5),
        ]
        for (host, share) in table {
            var turns = 0
            while case .turn(let turn, _) = await gate.enter(host), turns < 10 {
                gate.leave(turn)
                turns += 1
            }
            #expect(turns == share, "\(host)")
        }
    }

    @Test("Hosts of one registrable domain are one host, as the public suffix list says")
    func groups() {
        let gate = HostGate(rules: HostRules(["busy.example.com": HostPolicy(hourly: 9)]))
        let table = [
            ("http://www.example.co.uk/f", "example.co.uk"), ("https://feeds.example.co.uk:8443/f", "example.co.uk"),
            ("http://EXAMPLE.co.uk./f", "example.co.uk"), ("http://me.github.io/f", "me.github.io"),
            ("http://you.github.io", "you.github.io"), ("http://localhost:1/", "localhost"),
            ("http://127.1:8080/f", "127.0.0.1"), ("http://127.0.0.2/f", "127.0.0.2"), ("http://[::1]/", "::1"),
            ("http://a.busy.example.com/", "busy.example.com"), ("http://x.example.com/", "example.com"),
            ("http://u:p@good.example.net/", "example.net"), ("http://co.uk/", "co.uk"),
        ]
        for (url, group) in table { #expect(gate.group(of: url) == group, "\(url)") }
        #expect(gate.group(of: "mailto:x") == nil)
    }

    @Test("P14 P15 Rests, gaps and hourly shares outlive the program")
    func recalled() async {
        let clock = ManualClock()
        let gate = HostGate(rules: HostRules(["b.example": HostPolicy(hourly: 2)]), clock: clock)
        gate.recall([
            HostGate.Memory(url: "http://www.a.example/1", asked: nil, rest: .seconds(90)),
            HostGate.Memory(url: "http://b.example/1", asked: .seconds(600), rest: nil),
            HostGate.Memory(url: "http://b.example/2", asked: .seconds(60), rest: nil),
            HostGate.Memory(url: "http://c.example/", asked: .seconds(1), rest: nil),
        ])
        guard case .resting(.seconds(90)) = await gate.enter("a.example"),
            case .shareUsed(2, .seconds(3_000)) = await gate.enter("b.example")
        else {
            Issue.record("forgotten")
            return
        }
        let next = Task { await gate.enter("c.example") }
        #expect(await clock.hasSleepers(1))
        clock.advance(by: .seconds(1))
        guard case .turn = await next.value else {
            Issue.record("refused")
            return
        }
    }

    @Test("P14 A 429 stops all feeds of its host, and only them")
    func throttled() async throws {
        let first = try FixtureServer()
        let second = try FixtureServer()
        for server in [first, second] { server.answer("/b", .text(200, [], "<rss/>")) }
        first.answer("/a", .text(429, [("Retry-After", "120")], ""))
        let fetcher = Fixture.fetcher()
        let now = Fixture.start
        func fetch(_ url: String, _ state: FeedState = FeedState()) async -> FetchOutcome {
            await fetcher.fetch(Fixture.feed(url), state: state, now: { now })
        }
        let outcome = await fetch(first.url("/a"))
        #expect(outcome.word == "throttled:throttled")
        #expect(outcome.facts.retryAfter == now + .seconds(120))
        let held = await fetch(first.url("/b"))
        #expect(held.word == "throttled:throttled")
        #expect(!held.facts.wasAsked)
        #expect(await fetch(second.url("/b")).word == "modified")
        #expect(first.requests.count == 1)
        // Remembered from an earlier run: not asked before its time, and the host's other feeds neither.
        let other = Fixture.fetcher()
        var state = FeedState()
        state.retryAfter = now + .seconds(60)
        let feed = Fixture.feed(second.url("/a"))
        #expect(await other.fetch(feed, state: state, now: { now }).word == "throttled:throttled")
        #expect(
            await other.fetch(Fixture.feed(second.url("/b")), state: FeedState(), now: { now }).word
                == "throttled:throttled")
        #expect(second.requests.count == 1)
    }

    @Test("P15 Five feeds of one host: one connection at a time, two seconds apart on the wire")
    func onTheWire() async throws {
        let server = try FixtureServer()
        for index in 0..<3 { server.answer("/\(index)", .text(200, [], "<rss/>")) }
        server.answer("/moved", .text(301, [("Location", "/0")], ""))
        let fetcher = Fixture.fetcher(gate: HostGate())
        await withTaskGroup(of: Void.self) { group in
            for path in ["/moved", "/1", "/2"] {
                group.addTask {
                    _ = await fetcher.fetch(
                        Fixture.feed(server.url(path)), state: FeedState(), now: { Fixture.start })
                }
            }
        }
        let times = server.requests.map(\.time)
        #expect(times.count == 4)
        // Two seconds between departures; what a busy machine adds to the arrival of one is missing before the next.
        #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 >= .milliseconds(1_500) })
        #expect(server.mostOpen == 1)
    }
}
