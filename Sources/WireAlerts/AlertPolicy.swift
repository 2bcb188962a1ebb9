import WireModel
import WireStore

/// Decides what is told now, what waits, and what is never told: pure, over a clock that is handed in.
///
/// The order is that of delivery.md section 2: acknowledged → silences → inhibition → times of day → groups → flood.
/// In doubt it tells twice rather than not at all.
struct AlertPolicy: Sendable {
    /// What the outbox says.
    struct Situation: Sendable {
        /// Deliveries that wait, oldest first.
        var waiting: [WaitingDelivery] = []
        /// What was sent to the groups of the waiting ones, and of those with something to repeat.
        var logs: [GroupKey: GroupLog] = [:]
        /// Groups with something to repeat.
        var open: Set<GroupKey> = []
        /// Alerts of each topic within the flood guard's span.
        var recent: [String: Int] = [:]
        /// Texts that were told within the span of inhibition.
        var told: Set<ToldText> = []
        var silences: [Silence] = []
    }

    /// Deliveries of one group that become one message now.
    struct Batch: Hashable, Sendable {
        let key: GroupKey
        /// Oldest first; empty for a repetition.
        let deliveries: [WaitingDelivery]
        /// What a repetition tells again.
        let repeated: [AlertID]
        let isDigest: Bool
        /// Too many to tell each: the message gives their number.
        let isFlood: Bool
    }

    struct Decision: Hashable, Sendable {
        var batches: [Batch] = []
        var cancellations: [OutboxPlan.Cancellation] = []
        /// When to look again if nothing new comes before; nil if nothing waits for a time.
        var nextLook: Timestamp?

        mutating func lookAgain(at time: Timestamp) { nextLook = min(nextLook ?? time, time) }
    }

    private let settings: AlertSettings
    /// The one-shot ends when all is told: groups do not wait to grow.
    private let isOneShot: Bool

    init(_ settings: AlertSettings, isOneShot: Bool = false) {
        self.settings = settings
        self.isOneShot = isOneShot
    }

    func decide(_ situation: Situation, now: Timestamp) -> Decision {
        var decision = Decision()
        let heard = withoutMuted(situation, now: now, into: &decision)
        var groups: [GroupKey: [WaitingDelivery]] = [:]
        var order: [GroupKey] = []
        for delivery in heard {
            let key = group(of: delivery)
            if groups[key] == nil { order.append(key) }
            groups[key, default: []].append(delivery)
        }
        for key in order {
            let waiting = groups[key] ?? []
            if key.group == AlertPolicy.digestGroup {
                settleDigest(key, waiting, now: now, into: &decision)
            } else {
                settle(key, waiting, situation.logs[key], recent: situation.recent, now: now, into: &decision)
            }
        }
        for key in situation.open.subtracting(order).sorted(by: GroupKey.precedes) {
            guard let log = situation.logs[key] else { continue }
            repeatGroup(key, log, now: now, into: &decision)
        }
        return decision
    }
}

// MARK: - Muting

extension AlertPolicy {
    /// The deliveries that are to be heard; the others are cancelled with their reason.
    private func withoutMuted(
        _ situation: Situation, now: Timestamp, into decision: inout Decision
    ) -> [WaitingDelivery] {
        let silences = situation.silences.filter { $0.isActive(at: now) }
        var told = situation.told
        var heard = situation.waiting
        heard.removeAll { delivery in
            if delivery.isAcknowledged {
                decision.cancellations.append(.init(delivery.id, .acknowledged))
                return true
            }
            if let silence = silences.first(where: { $0.mutes(delivery) }) {
                decision.cancellations.append(.init(delivery.id, .silenced, silence: silence.id))
                return true
            }
            guard settings.inhibition != nil, let topic = delivery.topic, let text = delivery.textGroup else {
                return false
            }
            let said = ToldText(topic: topic, textGroup: text, channel: delivery.key.channel)
            guard told.insert(said).inserted else {
                decision.cancellations.append(.init(delivery.id, .inhibited))
                return true
            }
            return false
        }
        return heard
    }
}

// MARK: - Groups

extension AlertPolicy {
    /// Makes a message of a group, or says when it will be time for one.
    private func settle(
        _ key: GroupKey, _ waiting: [WaitingDelivery], _ log: GroupLog?, recent: [String: Int], now: Timestamp,
        into decision: inout Decision
    ) {
        let (awake, asleep) = byQuietHours(waiting, now: now)
        if let end = asleep { decision.lookAgain(at: end) }
        guard let due = due(awake, log, now: now) else { return }
        guard due <= now else { return decision.lookAgain(at: due) }
        let isFlood = awake.contains { $0.topic.map { recent[$0, default: 0] > settings.floodCount } ?? false }
        if isFlood, let log, log.lastMade <= now, log.lastMade + settings.floodSpan > now {
            return decision.lookAgain(at: log.lastMade + settings.floodSpan)
        }
        decision.batches.append(batch(key, awake, isFlood: isFlood))
    }

    /// When the group's next message is due. Times to come are those of a clock that was set back since: they hold
    /// nothing.
    private func due(_ waiting: [WaitingDelivery], _ log: GroupLog?, now: Timestamp) -> Timestamp? {
        guard let oldest = waiting.map(\.created).min() else { return nil }
        if isOneShot || oldest > now { return now }
        let isUrgent = waiting.contains { $0.severity == .urgent || $0.topic == nil }
        let first = isUrgent ? oldest : oldest + settings.groupWait
        guard let log, log.lastMade <= now else { return first }
        return max(first, log.lastMade + settings.groupInterval)
    }

    /// A channel that tells once a day: what came before the digest's last time is due, the rest waits for the next one.
    private func settleDigest(
        _ key: GroupKey, _ waiting: [WaitingDelivery], now: Timestamp, into decision: inout Decision
    ) {
        guard let digest = settings.digests[key.channel] else { return }
        let last = digest.last(atOrBefore: now)
        let ready = waiting.filter { $0.created < last || $0.created > now }
        if !ready.isEmpty { decision.batches.append(batch(key, ready, isDigest: true)) }
        if ready.count < waiting.count { decision.lookAgain(at: digest.next(after: now)) }
    }

    /// All alerts of a channel with a digest are one group; its notices are told at once, as everywhere.
    private func group(of delivery: WaitingDelivery) -> GroupKey {
        guard settings.digests[delivery.key.channel] != nil, delivery.topic != nil else { return delivery.key }
        return GroupKey(channel: delivery.key.channel, group: AlertPolicy.digestGroup)
    }

    private static let digestGroup = "digest"

    private func batch(
        _ key: GroupKey, _ deliveries: [WaitingDelivery], isDigest: Bool = false, isFlood: Bool = false
    ) -> Batch {
        Batch(key: key, deliveries: deliveries, repeated: [], isDigest: isDigest, isFlood: isFlood)
    }

    private func repeatGroup(_ key: GroupKey, _ log: GroupLog, now: Timestamp, into decision: inout Decision) {
        guard let interval = repeatInterval, !log.open.isEmpty, let done = log.lastDone else { return }
        if settings.digests[key.channel] != nil { return }
        let due = done + interval
        guard due <= now || done > now else { return decision.lookAgain(at: due) }
        if let end = settings.quietHours.compactMap({ $0.end(around: now) }).max() {
            return decision.lookAgain(at: end)
        }
        decision.batches.append(Batch(key: key, deliveries: [], repeated: log.open, isDigest: false, isFlood: false))
    }

    /// Rounded up to a multiple of the group interval.
    private var repeatInterval: Duration? {
        guard let wanted = settings.repeatInterval else { return nil }
        let step = max(1, settings.groupInterval.wholeMilliseconds)
        return .milliseconds((wanted.wholeMilliseconds + step - 1) / step * step)
    }

    /// Those that may be told now, and when it is over for the others.
    private func byQuietHours(
        _ waiting: [WaitingDelivery], now: Timestamp
    ) -> (awake: [WaitingDelivery], end: Timestamp?) {
        guard let end = settings.quietHours.compactMap({ $0.end(around: now) }).max() else { return (waiting, nil) }
        let awake = waiting.filter { $0.severity == .urgent }
        return (awake, awake.count < waiting.count ? end : nil)
    }
}

extension GroupKey {
    static func precedes(_ left: GroupKey, _ right: GroupKey) -> Bool {
        (left.channel, left.group) < (right.channel, right.group)
    }
}

extension Silence {
    func mutes(_ delivery: WaitingDelivery) -> Bool {
        if matchers.isEmpty { return false }
        if let topic = matchers.topic, topic != delivery.topic { return false }
        if let channel = matchers.channel, channel != delivery.key.channel { return false }
        if let severity = matchers.severity, delivery.severity > severity { return false }
        if let feed = matchers.feed {
            guard let facts = delivery.feed, facts.isCalled(feed) else { return false }
        }
        return true
    }
}
