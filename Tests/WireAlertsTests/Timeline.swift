import Foundation
import Synchronization
import Testing
import WireModel
import WireStore
import WireStoreSQLite
import WireTesting

@testable import WireAlerts

/// A story of alerts with a clock of its own, told to the real dispatcher over the real store: what happens when, and what
/// each channel is to get when. A message that nobody expects fails the test as one that is missing does.
final class Timeline {
    struct Expected {
        let channel: String
        let from: Duration
        let to: Duration
        let count: Int
        let kind: String
        let isRepetition: Bool
    }

    /// Monday.
    static let start = Timestamp(year: 2026, month: 1, day: 5, hour: 9)

    private var events: [(at: Duration, act: (Stage) async throws -> Void)] = []
    private var expected: [Expected] = []
    private let settings: AlertSettings
    private let start: Timestamp

    init(start: Timestamp = Timeline.start, _ change: (inout AlertSettings) throws -> Void = { _ in }) rethrows {
        var settings = AlertSettings()
        try change(&settings)
        self.settings = settings
        self.start = start
    }

    /// An article is flagged by a topic.
    @discardableResult func push(
        _ name: String, topic: String = "floods", at: Duration, severity: Severity = .normal,
        channels: [String] = ["desk"], text: String? = nil, times: Int = 1
    ) -> Timeline {
        on(at) { stage in
            try await stage.push(name, topic: topic, severity: severity, channels: channels, text: text, times: times)
        }
    }

    @discardableResult func notice(_ kind: Notice.Kind, _ subject: String, isCleared: Bool = false, at: Duration)
        -> Timeline
    {
        on(at) { try await $0.post(kind, subject, isCleared: isCleared) }
    }

    @discardableResult func silence(
        _ matchers: Silence.Matchers, at: Duration, for span: Duration
    ) -> Timeline {
        on(at) { stage in
            try await stage.store.add(
                Silence(
                    id: stage.store.ids.next(at: stage.now), matchers: matchers, starts: stage.now,
                    ends: stage.now + span, author: "test", comment: "", created: stage.now))
        }
    }

    @discardableResult func expireSilences(at: Duration) -> Timeline {
        on(at) { stage in
            for silence in try await stage.store.silences(activeAt: stage.now) {
                _ = try await stage.store.expire(silence.id, now: stage.now)
            }
        }
    }

    @discardableResult func acknowledgeAll(at: Duration) -> Timeline {
        on(at) { stage in
            let alerts = try await stage.store.alerts(AlertQuery(limit: 0)).map(\.alert.id)
            _ = try await stage.store.acknowledge(alerts, now: stage.now)
        }
    }

    /// The process dies, without a word, and another takes over.
    @discardableResult func restart(at: Duration) -> Timeline { on(at) { await $0.restart() } }

    /// The channel answers with this from now on.
    @discardableResult func answer(_ channel: String, _ result: DeliveryResult, at: Duration) -> Timeline {
        on(at) { $0.outbox.answers.withLock { $0[channel] = result } }
    }

    /// The clock on the wall jumps; the time of the timeline goes on.
    @discardableResult func jump(by span: Duration, at: Duration) -> Timeline { on(at) { $0.jump(by: span) } }

    @discardableResult func expect(
        _ channel: String = "desk", from: Duration, to: Duration? = nil, count: Int = 1, kind: String = "alert.created",
        isRepetition: Bool = false
    ) -> Timeline {
        expected.append(
            Expected(
                channel: channel, from: from, to: to ?? from, count: count, kind: kind, isRepetition: isRepetition))
        return self
    }

    private func on(_ at: Duration, _ act: @escaping (Stage) async throws -> Void) -> Timeline {
        events.append((at, act))
        return self
    }

    /// Plays until `end` and compares.
    func play(until end: Duration, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let folder = try TestFolder()
        let stage = try await Stage(folder: folder.path, settings: settings, start: start)
        var ordered = events.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }[...]
        var turns = 0
        while true {
            let next = try await stage.turn()
            let event = ordered.first?.element.at
            let wake = next.map { max($0 - stage.now, .milliseconds(1)) + stage.elapsed }
            let time = [event, wake].compactMap { $0 }.min()
            guard let time, time <= end else { break }
            stage.elapse(to: time)
            while let first = ordered.first, first.element.at <= time {
                try await first.element.act(stage)
                ordered.removeFirst()
            }
            turns += 1
            try #require(turns < 20_000, "the dispatcher turns without an end", sourceLocation: sourceLocation)
        }
        compare(stage.outbox.sent.withLock { $0 }, sourceLocation)
        try await stage.store.close()
    }

    private func compare(_ sent: [SentLetter], _ sourceLocation: SourceLocation) {
        var rest = sent.filter(\.isDelivered)
        for wanted in expected {
            let index = rest.firstIndex { letter in
                letter.channel == wanted.channel && letter.kind == wanted.kind && letter.count == wanted.count
                    && letter.isRepetition == wanted.isRepetition && wanted.from <= letter.at && letter.at <= wanted.to
            }
            if let index {
                rest.remove(at: index)
            } else {
                Issue.record(
                    "missing: \(wanted); came: \(sent.map(\.description).joined(separator: "; "))",
                    sourceLocation: sourceLocation)
            }
        }
        for letter in rest { Issue.record("unexpected: \(letter)", sourceLocation: sourceLocation) }
    }
}

/// A message that a channel was given.
struct SentLetter: CustomStringConvertible {
    let at: Duration
    let channel: String
    let id: MessageID
    let kind: String
    let count: Int
    let isRepetition: Bool
    let attempt: Int
    let isDelivered: Bool

    var description: String {
        "\(at.wholeMilliseconds / 1_000) s \(channel) \(kind) ×\(count)\(isRepetition ? " again" : "") attempt \(attempt)"
    }
}

/// The channels of a timeline: they remember what they were given and answer as told.
final class TestChannels: Sendable {
    let sent = Mutex<[SentLetter]>([])
    let answers = Mutex<[String: DeliveryResult]>([:])
    let elapsed: @Sendable () -> Duration

    init(elapsed: @escaping @Sendable () -> Duration) { self.elapsed = elapsed }
}

struct RecordingChannel: Channel {
    static let descriptor = ChannelDescriptor(kind: "test", title: "Test", settings: [], retry: .webhook)

    let name: String
    let channels: TestChannels

    init(_ settings: ChannelSettings, _ outside: Outside) throws(ChannelError) {
        throw .badSetting(name: "test", reason: "made by the tests only")
    }

    init(name: String, channels: TestChannels) {
        self.name = name
        self.channels = channels
    }

    func render(_ message: AlertMessage) throws(ChannelError) -> [UInt8] {
        Array("\(message.count) \(message.isRepetition) \(message.items.count)".utf8)
    }

    func send(_ letter: Letter) async -> DeliveryResult {
        let result = channels.answers.withLock { $0[name] } ?? .delivered(Message.Answer(status: 200))
        let parts = String(decoding: letter.body, as: UTF8.self).split(separator: " ")
        var isDelivered = false
        if case .delivered = result { isDelivered = true }
        let sent = SentLetter(
            at: channels.elapsed(), channel: name, id: letter.id, kind: letter.kind.description,
            count: Int(parts[0]) ?? -1, isRepetition: parts[1] == "true", attempt: letter.attempt,
            isDelivered: isDelivered)
        channels.sent.withLock { $0.append(sent) }
        return result
    }
}

/// Where a timeline plays: the store, the clock, the dispatcher of the moment.
final class Stage {
    let store: SQLiteStore
    let outbox: TestChannels
    private let samples: StoreSamples
    private let settings: AlertSettings
    let clock: WallAndStopwatch
    private let channels: [String: any Channel]
    private let feed: FeedID
    private var dispatcher: OutboxDispatcher

    /// - Parameter channels: instead of those that only remember.
    init(
        folder: String, settings: AlertSettings, start: Timestamp, channels: [String: any Channel]? = nil
    ) async throws {
        let clock = WallAndStopwatch(start)
        let outbox = TestChannels { clock.elapsed }
        store = try await SQLiteStore(folder: folder)
        samples = StoreSamples(store)
        feed = try await samples.feed()
        self.settings = settings
        self.clock = clock
        self.outbox = outbox
        let names = ["desk", "night", "archive"]
        self.channels =
            channels
            ?? Dictionary(uniqueKeysWithValues: names.map { ($0, RecordingChannel(name: $0, channels: outbox)) })
        dispatcher = Stage.dispatcher(store, self.channels, settings, clock)
    }

    var now: Timestamp { clock.now }
    var elapsed: Duration { clock.elapsed }

    func elapse(to time: Duration) { clock.elapse(to: time) }
    func jump(by span: Duration) { clock.jump(by: span) }
    func turn() async throws -> Timestamp? { await dispatcher.turn() }
    func restart() async { dispatcher = Stage.dispatcher(store, channels, settings, clock) }

    private static func dispatcher(
        _ store: SQLiteStore, _ channels: [String: any Channel], _ settings: AlertSettings, _ clock: WallAndStopwatch
    ) -> OutboxDispatcher {
        OutboxDispatcher(
            store: store, channels: channels, settings: settings, isOneShot: false, now: { clock.now })
    }

    func push(
        _ name: String, topic: String, severity: Severity, channels: [String], text: String?, times: Int
    ) async throws {
        let numbers = times == 1 ? [""] : (0..<times).map { "-\($0)" }
        let new = numbers.map { samples.article(name + $0, in: feed, text: text) }
        var matches: [NewMatch] = []
        var alerts: [NewAlert] = []
        for article in new {
            let found = samples.match(topic, of: article.article.id)
            let match = NewMatch(
                found.match, id: found.id, article: found.article, revision: 1, severity: severity)
            let alert = Alert(
                id: store.ids.next(at: now), match: match.id, article: article.article.id, revision: 1, topic: topic,
                topicName: topic, feed: feed, severity: severity, textGroup: text.map { Digest(of: $0) }, created: now)
            let deliveries = channels.map {
                Delivery(
                    id: store.ids.next(at: now), subject: .alert(alert.id), channel: $0, group: "topic=\(topic)",
                    created: now)
            }
            matches.append(match)
            alerts.append(NewAlert(alert, deliveries: deliveries))
        }
        var write = samples.write(feed, new: new, matches: matches)
        write.alerts = alerts
        let receipt = try await store.apply(write)
        #expect(receipt.alerts.count == times)
    }

    func post(_ kind: Notice.Kind, _ subject: String, isCleared: Bool) async throws {
        let notice = Notice(
            id: store.ids.next(at: now), kind: kind, subject: subject, isCleared: isCleared, title: subject,
            text: subject, created: now)
        let delivery = Delivery(
            id: store.ids.next(at: now), subject: .notice(notice.id), channel: "desk",
            group: AlertRouting.group(of: kind, subject: subject), created: now)
        try await store.post([NewNotice(notice, deliveries: [delivery])])
    }
}

/// A clock on the wall that may jump, and a stopwatch that does not.
final class WallAndStopwatch: Sendable {
    private let state: Mutex<(start: Timestamp, elapsed: Duration, jumped: Duration)>

    init(_ start: Timestamp) { state = Mutex((start, .zero, .zero)) }

    var now: Timestamp { state.withLock { $0.start + $0.elapsed + $0.jumped } }
    var elapsed: Duration { state.withLock { $0.elapsed } }

    func elapse(to time: Duration) { state.withLock { $0.elapsed = max($0.elapsed, time) } }
    func jump(by span: Duration) { state.withLock { $0.jumped += span } }
}

/// A folder that goes with the test.
final class TestFolder: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "wirewatch-alerts-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
