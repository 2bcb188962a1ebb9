public import WireModel
public import WireStore

/// Watches the watcher: finds what is wrong with feeds, channels and topics, says so once, repeats it until it is over, and
/// says that, too. Pure; what it says goes out like any alert.
public struct Watcher: Sendable {
    /// What is known of everything that is watched.
    public struct Situation: Sendable {
        /// At least those that concern the watcher, and those that are a condition's subject.
        public var feeds: [FeedRecord] = []
        /// The topics in force.
        public var topics: [Topic] = []
        public var channels: [ChannelHealth] = []
        /// Channels whose settings are wrong, and why.
        public var unusable: [String: String] = [:]
        /// Alerts of each topic within the flood guard's span.
        public var recentAlerts: [String: Int] = [:]
        public var lastMatches: [String: Timestamp] = [:]
        /// Since when each topic has been watched.
        public var watchedSince: [String: Timestamp] = [:]
        /// What was said before and is not over.
        public var conditions: [Condition] = []

        public init() {}
    }

    /// Something to say: a notice without its id.
    public struct Finding: Hashable, Sendable {
        public let kind: Notice.Kind
        public let subject: String
        public let isCleared: Bool
        public let severity: Severity
        public let title: String
        public let text: String

        public func notice(id: NoticeID, at now: Timestamp) -> Notice {
            Notice(
                id: id, kind: kind, subject: subject, isCleared: isCleared, severity: severity, title: title,
                text: text,
                created: now)
        }
    }

    public enum Limits {
        /// Failures in a row that make a feed a failing one: with the backoff some hours.
        static let feedFailures = 5
        /// A feed is silent when so many articles were to be expected since its last one: by chance once in a thousand.
        static let expectedPosts = 7.0
        static let leastSilence = Duration.seconds(86_400)
        static let channelFailures = 5
        /// A topic that has not matched for so long may be written wrongly.
        static let topicSilence = Duration.seconds(30 * 86_400)
        /// What lasts is said again after so long.
        static let repetition = Duration.seconds(86_400)
        static let topicRepetition = Duration.seconds(7 * 86_400)
    }

    private let floodCount: Int

    public init(_ settings: AlertSettings) { floodCount = settings.floodCount }

    /// What is to be said now: new conditions, those to be repeated, and those that are over.
    public func judge(_ situation: Situation, now: Timestamp) -> [Finding] {
        let found =
            feedFindings(situation, now: now) + channelFindings(situation, now: now)
            + topicFindings(situation, now: now)
        let known = Dictionary(
            situation.conditions.map { (ConditionKey($0.kind, $0.subject), $0) },
            uniquingKeysWith: { first, _ in first })
        let lasting = Set(found.map { ConditionKey($0.kind, $0.subject) })
        let due = found.filter { finding in
            guard let condition = known[ConditionKey(finding.kind, finding.subject)] else { return true }
            return now - condition.lastTold >= Watcher.repetition(of: finding.kind) || condition.lastTold > now
        }
        let over = situation.conditions
            .filter { $0.kind.isCondition && !lasting.contains(ConditionKey($0.kind, $0.subject)) }
            .map { cleared($0, situation, now: now) }
        return due + over
    }

    private struct ConditionKey: Hashable {
        let kind: Notice.Kind
        let subject: String

        init(_ kind: Notice.Kind, _ subject: String) {
            self.kind = kind
            self.subject = subject
        }
    }

    private static func repetition(of kind: Notice.Kind) -> Duration {
        kind == .topicSilent ? Limits.topicRepetition : Limits.repetition
    }
}

// MARK: - Feeds

extension Watcher {
    private func feedFindings(_ situation: Situation, now: Timestamp) -> [Finding] {
        situation.feeds.filter(\.isListed).compactMap { Watcher.feedFinding($0, now: now) }
    }

    /// Whether there is something to say of a feed.
    public static func concerns(_ record: FeedRecord, at now: Timestamp) -> Bool {
        feedFinding(record, now: now) != nil
    }

    private static func feedFinding(_ record: FeedRecord, now: Timestamp) -> Finding? {
        let state = record.state
        let name = record.facts.title ?? record.feed.address
        if state.isGone {
            return finding(
                .feedGone, record, .high, "Feed gone: \(name)",
                "The server of \(record.feed.address) says that the feed is gone for good; it is no longer asked. "
                    + "Look for its new address on the site, or resume it with `wirewatch feeds check`.")
        }
        if state.failures >= Limits.feedFailures {
            let since = state.lastSuccess.map { " The last success was at \($0)." } ?? " It never worked."
            let why = state.lastFailure.map { $0.message } ?? "no reason is known"
            return finding(
                .feedFailing, record, .high, "Feed failing: \(name)",
                "\(record.feed.address) failed \(state.failures) times in a row: \(why).\(since)")
        }
        guard let newest = state.rhythm.newest, let expected = expectedPosts(state.rhythm, since: newest, now: now),
            expected >= Limits.expectedPosts
        else { return nil }
        return finding(
            .feedSilent, record, .normal, "Feed silent: \(name)",
            "\(record.feed.address) has had nothing new since \(newest); by its own rhythm some "
                + "\(Int(expected)) articles were to be expected. Its address may have changed.")
    }

    /// How many articles the rhythm let expect between its last one and now; nil if it is too little known, or the silence
    /// too short to speak of. Weekends count by their own rate.
    static func expectedPosts(_ rhythm: FeedRhythm, since newest: Timestamp, now: Timestamp) -> Double? {
        guard now - newest >= Limits.leastSilence else { return nil }
        let habit = rhythm.habit
        guard habit.weekday.posts + habit.weekend.posts >= 3, habit.weekday.days + habit.weekend.days >= 3 else {
            return nil
        }
        let (weekday, weekend) = (rate(habit.weekday), rate(habit.weekend))
        var expected = 0.0
        var at = max(newest, now - .seconds(120 * 86_400))
        while at < now {
            let midnight = Timestamp(milliseconds: (FeedRhythm.day(of: at) + 1) * 86_400_000)
            let end = min(midnight, now)
            expected += days(end - at) * (FeedRhythm.isWeekend(at) ? weekend : weekday)
            at = end
        }
        return expected
    }

    private static func rate(_ tally: FeedRhythm.Tally) -> Double {
        tally.days > 0 ? Double(tally.posts / tally.days) : 0
    }

    private static func days(_ span: Duration) -> Double { Double(span.wholeMilliseconds) / 86_400_000 }

    private static func finding(
        _ kind: Notice.Kind, _ record: FeedRecord, _ severity: Severity, _ title: String, _ text: String
    ) -> Finding {
        Finding(
            kind: kind, subject: record.feed.address, isCleared: false, severity: severity, title: title, text: text)
    }
}

// MARK: - Channels and topics

extension Watcher {
    private func channelFindings(_ situation: Situation, now: Timestamp) -> [Finding] {
        let wrong = situation.unusable.sorted { $0.key < $1.key }.map { name, reason in
            broken(name, "Its settings cannot be used: \(reason). What is to be sent by it waits.")
        }
        let failing = situation.channels.compactMap { health -> Finding? in
            guard situation.unusable[health.channel] == nil else { return nil }
            let why = health.lastError ?? "no reason is known"
            if health.isOff {
                return broken(
                    health.channel,
                    "It is switched off: \(why). What is to be sent by it waits; `wirewatch channels test "
                        + "\(health.channel)` switches it on again.")
            }
            guard health.failures >= Limits.channelFailures else { return nil }
            let since = health.failingSince.map { " since \($0)" } ?? ""
            return broken(health.channel, "It failed \(health.failures) times in a row\(since): \(why).")
        }
        return wrong + failing
    }

    private func broken(_ name: String, _ text: String) -> Finding {
        Finding(
            kind: .channelBroken, subject: name, isCleared: false, severity: .high, title: "Channel broken: \(name)",
            text: text)
    }

    private func topicFindings(_ situation: Situation, now: Timestamp) -> [Finding] {
        situation.topics.compactMap { topic in
            let count = situation.recentAlerts[topic.id, default: 0]
            if count > floodCount {
                return Finding(
                    kind: .topicFlooding, subject: topic.id, isCleared: false, severity: .normal,
                    title: "Topic flooding: \(topic.name)",
                    text: "\(count) alerts came within minutes; they are told as a number until it is over. "
                        + "A narrower query may help: `wirewatch topics check` shows what it costs.")
            }
            let last = situation.lastMatches[topic.id]
            guard let since = last ?? situation.watchedSince[topic.id], now - since >= Limits.topicSilence else {
                return nil
            }
            let text = last.map { "It has not matched since \($0)." } ?? "It has matched nothing since \(since)."
            return Finding(
                kind: .topicSilent, subject: topic.id, isCleared: false, severity: .low,
                title: "Topic silent: \(topic.name)",
                text: text + " If that is not what you expect, try its query with `wirewatch articles search`.")
        }
    }

    private func cleared(_ condition: Condition, _ situation: Situation, now: Timestamp) -> Finding {
        let name: String
        switch condition.kind {
        case .topicFlooding, .topicSilent:
            name = situation.topics.first { $0.id == condition.subject }?.name ?? condition.subject
        case .channelBroken: name = condition.subject
        default:
            let record = situation.feeds.first { $0.feed.address == condition.subject }
            name = record?.facts.title ?? condition.subject
        }
        let what = [
            Notice.Kind.feedFailing: "Feed works again", .feedSilent: "Feed speaks again", .feedGone: "Feed is back",
            .channelBroken: "Channel works again", .topicFlooding: "Flood is over", .topicSilent: "Topic matches again",
        ]
        return Finding(
            kind: condition.kind, subject: condition.subject, isCleared: true, severity: .normal,
            title: "\(what[condition.kind] ?? "Over"): \(name)", text: "It had lasted since \(condition.since).")
    }
}
