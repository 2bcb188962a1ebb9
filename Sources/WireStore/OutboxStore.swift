public import WireModel

/// Alerts and notices on their way to their channels. They come in by `Store.apply`, with the articles that raised them,
/// or by `post`; what is here when a process dies is here when the next one starts.
///
/// Each call is one transaction; what it changed is on the disk when it returns.
public protocol OutboxStore: Sendable {
    /// Says so whenever this store has stored something that may have to be sent; not what. Ends when the store closes.
    func outboxChanges() -> AsyncStream<Void>

    /// Puts notices into the outbox. A notice of a lasting kind opens its condition or renews the time it was told, a
    /// cleared one ends it; the same holds for notices that come by `Store.apply`. A notice that is there already is not
    /// stored again.
    func post(_ notices: [NewNotice]) async throws(StoreError)

    // MARK: planning

    /// Deliveries that wait for a message, oldest first: of each group of each channel that is not among `paused` at most
    /// `limit`, so that a flood in one group does not hide another.
    func waitingDeliveries(
        limit: Int, paused: Set<String>
    ) async throws(StoreError) -> [WaitingDelivery]

    /// What was sent to these groups before; a group without a message has no entry.
    func groupLogs(_ keys: Set<GroupKey>, now: Timestamp) async throws(StoreError) -> [GroupKey: GroupLog]

    /// Groups whose last message is done, was made before `time`, and told of alerts that nobody acknowledged. One step in
    /// an index for each group whose messages are kept.
    func openGroups(madeBefore time: Timestamp) async throws(StoreError) -> [GroupKey: GroupLog]

    /// How many alerts of each topic were raised since `time`, muted ones not counted.
    func alertCounts(since time: Timestamp) async throws(StoreError) -> [String: Int]

    /// Of these text groups those that a channel was told of since `time` or is being told of, as topic, text group and
    /// channel. Dead messages do not count: what they carried was not heard.
    func toldTexts(_ groups: Set<Digest>, since time: Timestamp) async throws(StoreError) -> Set<ToldText>

    /// What the deliveries carry, in the order of `subjects`; those that no longer exist are left out.
    func contents(of subjects: [DeliverySubject]) async throws(StoreError) -> [DeliveryContent]

    /// Makes messages of waiting deliveries and cancels others: all or nothing. A message is stored as it is given (its
    /// maker may have leased it to itself). Deliveries that are not pending any more make the whole plan `rejected`.
    /// A message of alerts without deliveries repeats what the group's last message told.
    func apply(_ plan: OutboxPlan) async throws(StoreError)

    // MARK: sending

    /// Leases messages that are due, those longest due first: of each channel at most `limits[channel]` (1 if it is not
    /// named) and one of each group, in all at most `limit`. Counts the attempt. A lease that ran out counts as due; in one
    /// group a younger message waits for an older one that is pending or leased, until the older one's age is
    /// `Message.headOfLine`. If the clock was set back, what waits moves with it.
    func claim(
        now: Timestamp, lease: Duration, limit: Int, limits: [String: Int], paused: Set<String>
    ) async throws(StoreError) -> [Message]

    /// Gives back leases of a process that is no more: they are due at once.
    func releaseLeases(now: Timestamp) async throws(StoreError)

    /// Notes how attempts ended, with the state of the channels after them. A message that is over meanwhile stays as it
    /// is. Of an answer's text `Message.Answer.textLimit` bytes are kept.
    func record(
        _ results: [AttemptResult], channels: [ChannelHealth]
    ) async throws(StoreError)

    /// When `claim` will find the next message, leased ones by the end of their lease; nil if none waits in channels that
    /// are not among `paused`. Never before the time when an older message of its group lets it pass.
    func nextDue(now: Timestamp, paused: Set<String>) async throws(StoreError) -> Timestamp?

    func channelHealth() async throws(StoreError) -> [ChannelHealth]

    // MARK: looking

    /// Alerts, newest first, with the text of the revision that matched.
    func alerts(_ query: AlertQuery) async throws(StoreError) -> [AlertRecord]

    /// Messages, newest first: all of a channel, all of a state, or all; 0 for no limit.
    func messages(channel: String?, state: DeliveryState?, limit: Int) async throws(StoreError) -> [Message]

    func message(_ id: MessageID) async throws(StoreError) -> Message?

    /// Deliveries by channel and state. Reads all of them.
    func outboxCounts() async throws(StoreError) -> [OutboxCount]

    /// What waits: for a message, or in a message that is not over. Reads only that.
    func outboxQueue() async throws(StoreError) -> OutboxQueue

    // MARK: a person's doing

    /// Sends a message again under its own id: it is pending and due, with no attempt counted. False if there is none of
    /// that id, or if it is being sent.
    func resend(_ id: MessageID, now: Timestamp) async throws(StoreError) -> Bool

    /// Marks alerts as seen: they are not repeated, and what of them waits is cancelled. Returns those that were not yet.
    func acknowledge(_ alerts: [AlertID], now: Timestamp) async throws(StoreError) -> [AlertID]

    func silences(activeAt now: Timestamp?) async throws(StoreError) -> [Silence]
    func add(_ silence: Silence) async throws(StoreError)
    /// Ends a silence now; false if there is none or it ended before.
    func expire(_ silence: SilenceID, now: Timestamp) async throws(StoreError) -> Bool

    /// Cancels what waits for channels that are not among `known`, messages too, and forgets their health; returns how many
    /// deliveries.
    func dropChannels(except known: Set<String>, now: Timestamp) async throws(StoreError) -> Int

    /// Removes messages with their bodies, and notices, that ended before these times; returns how many. Alerts and their
    /// deliveries stay with their articles, and so does a message that a younger one repeats.
    func pruneOutbox(doneBefore: Timestamp, deadBefore: Timestamp) async throws(StoreError) -> Int

    // MARK: opting out

    /// Recipients who took themselves off a channel, by channel, then recipient.
    func optOuts() async throws(StoreError) -> [OptOut]
    /// Keeps it for good; one that is known keeps its time.
    func optOut(_ recipient: String, of channel: String, now: Timestamp) async throws(StoreError)
    /// Takes it back; false if there is none.
    func optIn(_ recipient: String, to channel: String) async throws(StoreError) -> Bool

    // MARK: conditions

    /// What lasts: notices raised and not cleared, with the time they were last told.
    func conditions() async throws(StoreError) -> [Condition]

    /// Since when each of these topics, which are all that are in force, has been watched: `now` for those that were not
    /// before. Others are forgotten.
    func watchedSince(_ topics: [String], now: Timestamp) async throws(StoreError) -> [String: Timestamp]

    /// When each topic last flagged an article, alert or not; topics that never did are left out.
    func lastMatches() async throws(StoreError) -> [String: Timestamp]
}

extension Message {
    /// An older message of a group holds the younger ones back for at most this long.
    public static let headOfLine = Duration.seconds(600)
}

/// A group of one channel.
public struct GroupKey: Hashable, Sendable {
    public let channel: String
    public let group: String

    public init(channel: String, group: String) {
        self.channel = channel
        self.group = group
    }
}

/// A delivery that waits, with what the policy asks of it.
public struct WaitingDelivery: Hashable, Sendable {
    public let id: DeliveryID
    public let subject: DeliverySubject
    public let key: GroupKey
    public let created: Timestamp
    public let severity: Severity
    /// The topic's id; nil for notices.
    public let topic: String?
    public let textGroup: Digest?
    public let feed: FeedFacts?
    public let isAcknowledged: Bool
    public let noticeKind: Notice.Kind?

    public init(
        id: DeliveryID, subject: DeliverySubject, key: GroupKey, created: Timestamp, severity: Severity,
        topic: String? = nil, textGroup: Digest? = nil, feed: FeedFacts? = nil, isAcknowledged: Bool = false,
        noticeKind: Notice.Kind? = nil
    ) {
        self.id = id
        self.subject = subject
        self.key = key
        self.created = created
        self.severity = severity
        self.topic = topic
        self.textGroup = textGroup
        self.feed = feed
        self.isAcknowledged = isAcknowledged
        self.noticeKind = noticeKind
    }
}

/// The notification log of a group: written with a message, counted when the message is done.
public struct GroupLog: Hashable, Sendable {
    /// When its last message was made.
    public let lastMade: Timestamp
    /// When a message of it last reached the channel; nil if none did yet.
    public let lastDone: Timestamp?
    /// The alerts of its last message, or of the one which that repeated, that nobody acknowledged: what a repetition
    /// repeats.
    public let open: [AlertID]
    /// Whether a message of it is on its way or waits for its next attempt, and holds younger ones back.
    public let isHeldBack: Bool

    public init(lastMade: Timestamp, lastDone: Timestamp?, open: [AlertID], isHeldBack: Bool = false) {
        self.lastMade = lastMade
        self.lastDone = lastDone
        self.open = open
        self.isHeldBack = isHeldBack
    }
}

public struct ToldText: Hashable, Sendable {
    public let topic: String
    public let textGroup: Digest
    public let channel: String

    public init(topic: String, textGroup: Digest, channel: String) {
        self.topic = topic
        self.textGroup = textGroup
        self.channel = channel
    }
}

/// What a delivery tells.
public enum DeliveryContent: Sendable {
    case alert(Alert, FlaggedArticle)
    case notice(Notice)
}

/// What the policy decided of the waiting deliveries.
public struct OutboxPlan: Sendable {
    public struct Cancellation: Hashable, Sendable {
        public let delivery: DeliveryID
        public let reason: Delivery.Cancellation
        public let silence: SilenceID?

        public init(_ delivery: DeliveryID, _ reason: Delivery.Cancellation, silence: SilenceID? = nil) {
            self.delivery = delivery
            self.reason = reason
            self.silence = silence
        }
    }

    /// Each with the deliveries it takes along; none for a repetition.
    public var messages: [(message: Message, deliveries: [DeliveryID])]
    public var cancellations: [Cancellation]
    public let now: Timestamp

    public init(
        messages: [(message: Message, deliveries: [DeliveryID])] = [], cancellations: [Cancellation] = [],
        now: Timestamp
    ) {
        self.messages = messages
        self.cancellations = cancellations
        self.now = now
    }
}

/// How one attempt to send a message ended.
public struct AttemptResult: Hashable, Sendable {
    public enum Next: Hashable, Sendable {
        case done
        case retry(at: Timestamp)
        case dead
    }

    public let message: MessageID
    public let next: Next
    public let answer: Message.Answer
    public let at: Timestamp

    public init(_ message: MessageID, _ next: Next, answer: Message.Answer, at: Timestamp) {
        self.message = message
        self.next = next
        self.answer = answer
        self.at = at
    }
}

/// What is remembered of a channel between attempts.
public struct ChannelHealth: Hashable, Sendable {
    public let channel: String
    /// In a row.
    public var failures: Int
    public var failingSince: Timestamp?
    /// Nothing is sent before this time: it asked us to slow down, or is being probed.
    public var pausedUntil: Timestamp?
    /// It said that it is gone, or failed for days: nothing is sent until a person tests or changes it.
    public var isOff: Bool
    public var lastDone: Timestamp?
    public var lastError: String?

    public init(
        channel: String, failures: Int = 0, failingSince: Timestamp? = nil, pausedUntil: Timestamp? = nil,
        isOff: Bool = false, lastDone: Timestamp? = nil, lastError: String? = nil
    ) {
        self.channel = channel
        self.failures = failures
        self.failingSince = failingSince
        self.pausedUntil = pausedUntil
        self.isOff = isOff
        self.lastDone = lastDone
        self.lastError = lastError
    }
}

/// Which alerts a person asks for. All conditions must hold.
public struct AlertQuery: Hashable, Sendable {
    public var id: AlertID?
    public var topic: String?
    public var channel: String?
    public var state: DeliveryState?
    public var since: Timestamp?
    /// 0 for all.
    public var limit: Int

    public init(limit: Int = 50) { self.limit = limit }
}

/// An alert as it is kept: what it tells and where it went.
public struct AlertRecord: Sendable {
    public let alert: Alert
    public let flagged: FlaggedArticle
    public let deliveries: [Delivery]
    /// The messages that took its deliveries along.
    public let messages: [Message]

    public init(alert: Alert, flagged: FlaggedArticle, deliveries: [Delivery], messages: [Message]) {
        self.alert = alert
        self.flagged = flagged
        self.deliveries = deliveries
        self.messages = messages
    }
}

public struct OutboxCount: Hashable, Sendable {
    public let channel: String
    public let state: DeliveryState
    public let deliveries: Int
    /// Of the oldest delivery.
    public let oldest: Timestamp

    public init(channel: String, state: DeliveryState, deliveries: Int, oldest: Timestamp) {
        self.channel = channel
        self.state = state
        self.deliveries = deliveries
        self.oldest = oldest
    }
}

public struct OutboxQueue: Hashable, Sendable {
    /// Alerts and notices, once for each channel.
    public let deliveries: Int
    /// Since when the first of them has waited; nil if none does.
    public let oldest: Timestamp?

    public init(deliveries: Int, oldest: Timestamp?) {
        self.deliveries = deliveries
        self.oldest = oldest
    }
}

/// A recipient who wants no more of a channel.
public struct OptOut: Hashable, Sendable {
    public let channel: String
    public let recipient: String
    public let since: Timestamp

    public init(channel: String, recipient: String, since: Timestamp) {
        self.channel = channel
        self.recipient = recipient
        self.since = since
    }
}

/// A state of affairs that was told and is not over.
public struct Condition: Hashable, Sendable {
    public let kind: Notice.Kind
    public let subject: String
    public let since: Timestamp
    public let lastTold: Timestamp

    public init(kind: Notice.Kind, subject: String, since: Timestamp, lastTold: Timestamp) {
        self.kind = kind
        self.subject = subject
        self.since = since
        self.lastTold = lastTold
    }
}
