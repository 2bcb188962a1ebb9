import Foundation
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

    @Test("What comes due before the list is read again is asked when it is due")
    func upcoming() async throws {
        let server = try FixtureServer()
        defer { server.stop() }
        server.answer("/f", .text(200, [], rss(1...2)))
        let poller = try await Poller(
            [Poller.feed(server.url("/f"))], at: Timestamp(year: 2026, month: 3, day: 2))
        try await poller.poll()
        let due = try #require(try await poller.state().nextCheck)
        poller.set(due - .seconds(1))
        let log = Log()
        let task = try await start(poller, concurrency: 3, log)
        try await wait { log.looks > 0 }
        #expect(server.requests.count == 1)
        poller.pass(.seconds(1))
        try await wait { !log.reports.isEmpty }
        task.cancel()
        await task.value
        #expect(log.looks == 1 && server.requests.count == 2)
    }

    @Test("While the store takes nothing no server is asked again and again, and nothing is lost")
    func unstored() async throws {
        let server = try FixtureServer()
        defer { server.stop() }
        let feeds = (0..<3).map { server.url("/\($0)") }
        for number in 0..<3 { server.answer("/\(number)", .text(200, [], rss(1...2))) }
        let poller = try await Poller(feeds.map { Poller.feed($0) }, at: Timestamp(year: 2026, month: 3, day: 2))
        let holder = Process()
        holder.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        holder.arguments = [
            "python3", "-c",
            "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); c.execute('BEGIN IMMEDIATE'); print(flush=True); sys.stdin.read()",
            poller.folder + "/wirewatch.db",
        ]
        let (said, end) = (Pipe(), Pipe())
        holder.standardOutput = said
        holder.standardInput = end
        try holder.run()
        _ = said.fileHandleForReading.availableData
        let loop = PollLoop(cycle: poller.cycle(for: try await poller.records()), concurrency: 1, store: poller.store)
        let failures = Mutex<[String]>([])
        let task = Task {
            await loop.run { report in
                if report.hasFailed { failures.withLock { $0.append(report.feed.address) } }
                // Long enough for a look, had it been only that.
                poller.pass(.seconds(61))
            } look: { _, _ in
            } trouble: {
                Issue.record("\($0)")
            }
        }
        try await wait { failures.withLock(\.count) >= 3 }
        // All were tried, one after the other, and none is tried again before five minutes are over.
        try await Task.sleep(for: .seconds(6))
        #expect(failures.withLock { $0.sorted() } == feeds)
        #expect(server.requests.count == 3)
        try end.fileHandleForWriting.close()
        while holder.isRunning { try await Task.sleep(for: .milliseconds(50)) }
        poller.pass(.seconds(300))
        task.cancel()
        await task.value
        // What the loop remembers ends with it: the next one asks all, and stores.
        let next = try await start(poller, concurrency: 3, Log())
        for _ in 0..<400 where try await poller.records().contains(where: { $0.state.lastSuccess == nil }) {
            try await Task.sleep(for: .milliseconds(50))
        }
        next.cancel()
        await next.value
        #expect(try await poller.records().allSatisfy { $0.state.lastSuccess != nil })
    }
}
