import Foundation
import Synchronization
import Testing
import WireModel
import WireStore
import WireStoreSQLite
import WireTesting

@testable import WireAlerts

/// The dispatcher as it runs: many channels at once, in real time.
struct DispatcherTests {
    /// A channel that takes its time.
    private struct SlowChannel: Channel {
        static let descriptor = ChannelDescriptor(kind: "slow", title: "Slow", settings: [], retry: .webhook)

        let delay: Duration
        let log: Log
        let name: String

        init(_ settings: ChannelSettings, _ outside: Outside) throws(ChannelError) {
            throw .badSetting(name: "slow", reason: "made by the tests only")
        }

        init(name: String, delay: Duration, log: Log) {
            self.name = name
            self.delay = delay
            self.log = log
        }

        func render(_ message: AlertMessage) throws(ChannelError) -> [UInt8] { Array(message.group.utf8) }

        func send(_ letter: Letter) async -> DeliveryResult {
            log.add(name, letter)
            do { try await Task.sleep(for: delay) } catch { return .tryAgain(Message.Answer(error: "cancelled")) }
            return .delivered(Message.Answer(status: 200))
        }
    }

    private final class Log: Sendable {
        let entries = Mutex<[(channel: String, id: MessageID, group: String, at: ContinuousClock.Instant)]>([])

        func add(_ channel: String, _ letter: Letter) {
            entries.withLock { $0.append((channel, letter.id, letter.group, .now)) }
        }

        var count: Int { entries.withLock { $0.count } }
    }

    private static func now() -> Timestamp {
        Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000))
    }

    /// Alerts of `topics`, each going to `channels`, as one write.
    private func push(
        _ count: Int, topics: Int, channels: [String], into store: SQLiteStore, severity: Severity = .urgent
    ) async throws {
        let samples = StoreSamples(store)
        let feed = try await samples.feed()
        let now = Self.now()
        for start in stride(from: 0, to: count, by: 500) {
            var write = samples.write(feed)
            for number in start..<min(start + 500, count) {
                let topic = "t\(number % topics)"
                let new = samples.article("\(UUID())", in: feed)
                let match = samples.match(topic, of: new.article.id)
                let alert = Alert(
                    id: store.ids.next(at: now), match: match.id, article: new.article.id, revision: 1, topic: topic,
                    topicName: topic, feed: feed, severity: severity, created: now)
                let deliveries = channels.map {
                    Delivery(
                        id: store.ids.next(at: now), subject: .alert(alert.id), channel: $0, group: "topic=\(topic)",
                        created: now)
                }
                write.new.append(new)
                write.matches.append(match)
                write.alerts.append(NewAlert(alert, deliveries: deliveries))
            }
            _ = try await store.apply(write)
        }
    }

    /// What waits when the database cannot be written is sent when it can: all of it, each message under one id.
    private func deliversAfter(
        _ trouble: () async throws -> Void, in folder: String, mended: () async throws -> Void
    ) async throws {
        let store = try await SQLiteStore(folder: folder)
        try await push(40, topics: 40, channels: ["desk"], into: store)
        try await trouble()
        let log = Log()
        let channel = SlowChannel(name: "desk", delay: .zero, log: log)
        let dispatcher = OutboxDispatcher(
            store: store, channels: ["desk": channel], settings: AlertSettings(), isOneShot: false, now: Self.now)
        let task = Task { await dispatcher.run() }
        try await Task.sleep(for: .seconds(2))
        try await mended()
        let start = ContinuousClock.now
        while log.entries.withLock({ Set($0.map(\.group)) }).count < 40, ContinuousClock.now - start < .seconds(120) {
            try await Task.sleep(for: .milliseconds(50))
        }
        task.cancel()
        let tally = await task.value
        let sent = log.entries.withLock { Dictionary(grouping: $0, by: \.group).mapValues { Set($0.map(\.id)) } }
        #expect(sent.count == 40 && sent.values.allSatisfy { $0.count == 1 }, "\(sent.count) sent; \(tally)")
        #expect(try await store.check() == [])
        try await store.close()
    }

    @Test(.enabled(if: Mount.isAllowed, "only root may mount a small file system"))
    func `D02 a full disk delays deliveries and loses none`() async throws {
        let folder = try TestFolder()
        try Mount.run("mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", folder.path)
        defer { try? Mount.run("umount", "-l", folder.path) }
        let ballast = folder.path + "/ballast"
        try await deliversAfter(
            {
                // Ends when nothing more goes in.
                try? Mount.run("dd", "if=/dev/zero", "of=\(ballast)", "bs=4k")
            }, in: folder.path
        ) {
            try FileManager.default.removeItem(atPath: ballast)
            try Mount.run("mount", "-o", "remount,size=64m", folder.path)
        }
    }

    @Test func `D02 a database that another process holds delays deliveries and loses none`() async throws {
        let folder = try TestFolder()
        let holder = Process()
        holder.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        holder.arguments = [
            "python3", "-c",
            "import sqlite3, sys, time; c = sqlite3.connect(sys.argv[1], isolation_level=None); c.execute('BEGIN IMMEDIATE'); time.sleep(8)",
            folder.path + "/wirewatch.db",
        ]
        try await deliversAfter({ try holder.run() }, in: folder.path) {
            while holder.isRunning { try await Task.sleep(for: .milliseconds(50)) }
        }
    }

    @Test func `D06 a dead and a slow endpoint do not delay the ninety-eight others`() async throws {
        let folder = try TestFolder()
        let store = try await SQLiteStore(folder: folder.path)
        let log = Log()
        var channels: [String: any Channel] = [:]
        for number in 0..<100 {
            let name = "c\(number)"
            let delay: Duration = number == 0 ? .seconds(3600) : number == 1 ? .seconds(1) : .milliseconds(1)
            channels[name] = SlowChannel(name: name, delay: delay, log: log)
        }
        let dispatcher = OutboxDispatcher(
            store: store, channels: channels, settings: AlertSettings(), isOneShot: false, now: Self.now)
        let start = ContinuousClock.now
        try await push(5, topics: 5, channels: Array(channels.keys), into: store)
        let task = Task { await dispatcher.run() }
        while log.entries.withLock({ $0.count { $0.channel != "c0" && $0.channel != "c1" } }) < 98 * 5,
            ContinuousClock.now - start < .seconds(300)
        {
            try await Task.sleep(for: .milliseconds(20))
        }
        task.cancel()
        _ = await task.value
        // All of it, five rounds of ninety-eight, while the dead one hangs in its first. How fast is told by the benchmark.
        #expect(log.entries.withLock { $0.count { $0.channel != "c0" && $0.channel != "c1" } } == 98 * 5)
        #expect(log.entries.withLock { $0.count { $0.channel == "c0" } } == 1)
        try await store.close()
    }

    @Test func `D13 ten thousand alerts at once are told in groups, each once, in order`() async throws {
        let folder = try TestFolder()
        let store = try await SQLiteStore(folder: folder.path)
        let log = Log()
        let channel = SlowChannel(name: "desk", delay: .zero, log: log)
        try await push(10_000, topics: 50, channels: ["desk"], into: store, severity: .normal)
        let dispatcher = OutboxDispatcher(
            store: store, channels: ["desk": channel], settings: AlertSettings(), isOneShot: true, now: Self.now)
        let tally = await dispatcher.run()
        #expect(tally.delivered == 50 && tally.failed == 0 && tally.dead == 0 && tally.trouble == nil)
        let groups = log.entries.withLock { $0.map(\.group) }
        #expect(Set(groups).count == 50 && groups.count == 50)
        let counts = try await store.outboxCounts()
        #expect(counts.map(\.state) == [.done] && counts.map(\.deliveries) == [10_000])
        let messages = try await store.messages(channel: "desk", state: .done, limit: 0)
        #expect(messages.map(\.count).reduce(0, +) == 10_000)
        #expect(try await store.check() == [])
        try await store.close()
    }

    @Test func `A dispatcher that is stopped in the middle leaves what it held to the next one`() async throws {
        let folder = try TestFolder()
        let store = try await SQLiteStore(folder: folder.path)
        let log = Log()
        try await push(3, topics: 3, channels: ["desk"], into: store)
        let hanging = SlowChannel(name: "desk", delay: .seconds(600), log: log)
        let first = OutboxDispatcher(
            store: store, channels: ["desk": hanging], settings: AlertSettings(), isOneShot: true, now: Self.now)
        let task = Task { await first.run() }
        while log.count == 0 { try await Task.sleep(for: .milliseconds(5)) }
        task.cancel()
        let stopped = await task.value
        #expect(stopped.delivered == 0 && stopped.failed == 0)
        let quick = SlowChannel(name: "desk", delay: .zero, log: log)
        let second = OutboxDispatcher(
            store: store, channels: ["desk": quick], settings: AlertSettings(), isOneShot: true, now: Self.now)
        #expect(await second.run().delivered == 3)
        let ids = log.entries.withLock { $0.map(\.id) }
        #expect(ids.count == 4 && Set(ids).count == 3)
        try await store.close()
    }

    @Test func `What goes to a channel with wrong settings waits for better ones`() async throws {
        let folder = try TestFolder()
        let store = try await SQLiteStore(folder: folder.path)
        try await push(2, topics: 2, channels: ["desk", "broken"], into: store)
        let log = Log()
        let desk = SlowChannel(name: "desk", delay: .zero, log: log)
        let first = OutboxDispatcher(
            store: store, channels: ["desk": desk], unusable: ["broken"], settings: AlertSettings(), isOneShot: true,
            now: Self.now)
        #expect(await first.run().delivered == 2)
        let mended = SlowChannel(name: "broken", delay: .zero, log: log)
        let second = OutboxDispatcher(
            store: store, channels: ["desk": desk, "broken": mended], settings: AlertSettings(), isOneShot: true,
            now: Self.now)
        #expect(await second.run().delivered == 2)
        try await store.close()
    }

    @Test func `An urgent alert wakes the dispatcher`() async throws {
        let folder = try TestFolder()
        let store = try await SQLiteStore(folder: folder.path)
        let log = Log()
        let channel = SlowChannel(name: "desk", delay: .zero, log: log)
        let dispatcher = OutboxDispatcher(
            store: store, channels: ["desk": channel], settings: AlertSettings(), isOneShot: false, now: Self.now)
        let task = Task { await dispatcher.run() }
        try await Task.sleep(for: .milliseconds(200))
        // Waking is the store's doing: without its word the dispatcher would sleep for half a minute.
        try await push(1, topics: 1, channels: ["desk"], into: store)
        let start = ContinuousClock.now
        while log.count < 1, ContinuousClock.now - start < .seconds(25) { try await Task.sleep(for: .milliseconds(1)) }
        #expect(log.count == 1)
        task.cancel()
        _ = await task.value
        try await store.close()
    }
}
