import Synchronization
import Testing
import WireModel
import WirePipeline
import WireTesting

@Suite("The service's polls")
struct PollLoopTests {
    /// What the loop said so far.
    private final class Log: Sendable {
        private let state = Mutex<(reports: [String: Int], looks: Int)>(([:], 0))

        func note(_ report: FeedReport) { state.withLock { $0.reports[report.feed.address, default: 0] += 1 } }
        func noteLook() { state.withLock { $0.looks += 1 } }
        var reports: [String: Int] { state.withLock { $0.reports } }
        var looks: Int { state.withLock { $0.looks } }
    }

    private func start(_ poller: Poller, concurrency: Int, _ log: Log) async throws -> Task<Void, Never> {
        let loop = PollLoop(
            cycle: poller.cycle(for: try await poller.records()), concurrency: concurrency, store: poller.store)
        return Task {
            await loop.run {
                log.note($0)
            } look: { _, _ in
                log.noteLook()
            } trouble: {
                Issue.record("\($0)")
            }
        }
    }

    private func wait(until isTrue: () -> Bool) async throws {
        for _ in 0..<400 where !isTrue() { try await Task.sleep(for: .milliseconds(50)) }
    }

    @Test("A feed that hangs holds up no other, and the end")
    func hanging() async throws {
        let (slow, good) = (try FixtureServer(), try FixtureServer())
        defer { slow.stop() }
        defer { good.stop() }
        slow.answer("/f", FixtureServer.Answer(200, after: .seconds(600)))
        good.answer("/f", .text(200, [], rss(1...3)))
        let poller = try await Poller(
            [Poller.feed(slow.url("/f")), Poller.feed(good.url("/f"))], at: Timestamp(year: 2026, month: 3, day: 2))
        let log = Log()
        let task = try await start(poller, concurrency: 4, log)
        try await wait { log.reports[good.url("/f")] != nil }
        #expect(log.reports == [good.url("/f"): 1])
        let ended = ContinuousClock.now
        task.cancel()
        await task.value
        // Its transfer alone may last a minute.
        #expect(ContinuousClock.now - ended < .seconds(20))
        #expect(good.requests.count == 1)
    }

    @Test("More feeds than places: each is asked once")
    func queue() async throws {
        let server = try FixtureServer()
        defer { server.stop() }
        let feeds = (0..<20).map { server.url("/\($0)") }
        for number in 0..<20 { server.answer("/\(number)", .text(200, [], rss(1...2))) }
        let poller = try await Poller(feeds.map { Poller.feed($0) }, at: Timestamp(year: 2026, month: 3, day: 2))
        let log = Log()
        let task = try await start(poller, concurrency: 3, log)
        try await wait { log.reports.count == 20 }
        task.cancel()
        await task.value
        #expect(log.reports == Dictionary(uniqueKeysWithValues: feeds.map { ($0, 1) }))
        #expect(log.looks >= 1)
    }

    @Test("Nothing is asked before it is due, nor twice")
    func due() async throws {
        let server = try FixtureServer()
        defer { server.stop() }
        server.answer("/f", .text(200, [("Cache-Control", "max-age=7200")], rss(1...2)))
        let poller = try await Poller(
            [Poller.feed(server.url("/f"))], at: Timestamp(year: 2026, month: 3, day: 2))
        try await poller.poll()
        let log = Log()
        let task = try await start(poller, concurrency: 3, log)
        try await wait { log.looks > 0 }
        try await Task.sleep(for: .milliseconds(300))
        task.cancel()
        await task.value
        #expect(server.requests.count == 1 && log.reports.isEmpty)
    }
}
