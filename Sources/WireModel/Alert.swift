/// A match that people should hear of, or that is kept silent for a told reason. Never deleted before its article.
public struct Alert: Hashable, Sendable {
    /// Why nobody is told.
    public enum Muting: String, Sendable, CaseIterable {
        /// The first document of a feed: what stood there before we came is no news.
        case firstFetch = "first_fetch"
        /// Published longer ago than the topic's `max_age`.
        case tooOld = "too_old"
        /// No channel takes alerts of this topic, severity and feed.
        case unrouted
    }

    public let id: AlertID
    /// Of the topic and the article's revision: running the matcher again cannot raise a second alert.
    public let key: Digest
    public let match: MatchID
    public let article: ArticleID
    public let revision: Int
    public let topic: String
    /// The topic's name when the alert was raised.
    public let topicName: String
    public let feed: FeedID
    public let severity: Severity
    /// What tells the same text in other feeds from other news; nil if the text is too short to tell.
    public let textGroup: Digest?
    public let created: Timestamp
    public let muting: Muting?
    /// When a person said that it was seen.
    public var acknowledged: Timestamp?

    public init(
        id: AlertID, match: MatchID, article: ArticleID, revision: Int, topic: String, topicName: String,
        feed: FeedID, severity: Severity, textGroup: Digest? = nil, created: Timestamp, muting: Muting? = nil,
        acknowledged: Timestamp? = nil
    ) {
        self.id = id
        self.key = Digest(of: "\(topic)\u{0}\(article)\u{0}\(revision)")
        self.match = match
        self.article = article
        self.revision = revision
        self.topic = topic
        self.topicName = topicName
        self.feed = feed
        self.severity = severity
        self.textGroup = textGroup
        self.created = created
        self.muting = muting
        self.acknowledged = acknowledged
    }
}

/// Where a delivery or a message stands.
public enum DeliveryState: String, Sendable, CaseIterable {
    case pending, leased, done, dead, cancelled
}

/// One alert or notice on its way to one channel.
public struct Delivery: Hashable, Sendable {
    /// Why it was cancelled.
    public enum Cancellation: String, Sendable, CaseIterable {
        case silenced, inhibited, acknowledged
        /// The settings have no channel of that name any more.
        case channelRemoved = "channel_removed"
    }

    public let id: DeliveryID
    public let subject: DeliverySubject
    public let channel: String
    /// Deliveries of one channel and group share messages: `topic=…` and the like, one `key=value` each, joined by `,`.
    public let group: String
    public var state: DeliveryState
    /// The message that took it along.
    public var message: MessageID?
    public var cancellation: Cancellation?
    public var silence: SilenceID?
    public let created: Timestamp
    public var done: Timestamp?

    public init(
        id: DeliveryID, subject: DeliverySubject, channel: String, group: String, state: DeliveryState = .pending,
        message: MessageID? = nil, cancellation: Cancellation? = nil, silence: SilenceID? = nil, created: Timestamp,
        done: Timestamp? = nil
    ) {
        self.id = id
        self.subject = subject
        self.channel = channel
        self.group = group
        self.state = state
        self.message = message
        self.cancellation = cancellation
        self.silence = silence
        self.created = created
        self.done = done
    }
}

/// What a delivery carries.
public enum DeliverySubject: Hashable, Sendable {
    case alert(AlertID)
    case notice(NoticeID)
}

/// `msg_` and 26 characters of Crockford's base 32 over 128 random bits; the same at every attempt.
public struct MessageID: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }

    /// - Parameter bits: 128 random bits.
    public init(high: UInt64, low: UInt64) {
        let digits = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)
        var text = Array("msg_".utf8)
        var (high, low) = (high, low)
        var reversed: [UInt8] = []
        for _ in 0..<26 {
            reversed.append(digits[Int(low & 31)])
            low = low >> 5 | high << 59
            high >>= 5
        }
        text += reversed.reversed()
        rawValue = String(decoding: text, as: UTF8.self)
    }

    public var description: String { rawValue }

    public static func < (left: MessageID, right: MessageID) -> Bool { left.rawValue < right.rawValue }
}

/// What one channel gets in one send. Its deliveries and its body are frozen when it is made; each attempt repeats the
/// body byte for byte.
public struct Message: Hashable, Sendable {
    public let id: MessageID
    public let channel: String
    public let group: String
    public let kind: MessageKind
    public var state: DeliveryState
    /// Counted before sending.
    public var attempt: Int
    /// Not sent before this time.
    public var notBefore: Timestamp
    public var leaseUntil: Timestamp?
    /// As the channel rendered it.
    public let body: [UInt8]
    /// How many alerts it tells of; 0 for a notice.
    public let count: Int
    public let created: Timestamp
    public var done: Timestamp?
    /// The last answer: an HTTP or SMTP status or an exit code, what came (its first kilobyte), and why it failed.
    public var answer: Answer?

    /// What a channel's other side said.
    public struct Answer: Hashable, Sendable {
        public static let textLimit = 1_024

        public var status: Int?
        /// What came back, at most `textLimit` bytes of UTF-8.
        public var text: String
        /// Why it was no success, in words without secrets; nil for a success.
        public var error: String?

        public init(status: Int? = nil, text: String = "", error: String? = nil) {
            self.status = status
            self.text = text
            self.error = error
        }
    }

    public init(
        id: MessageID, channel: String, group: String, kind: MessageKind, state: DeliveryState = .pending,
        attempt: Int = 0, notBefore: Timestamp, leaseUntil: Timestamp? = nil, body: [UInt8], count: Int,
        created: Timestamp, done: Timestamp? = nil, answer: Answer? = nil
    ) {
        self.id = id
        self.channel = channel
        self.group = group
        self.kind = kind
        self.state = state
        self.attempt = attempt
        self.notBefore = notBefore
        self.leaseUntil = leaseUntil
        self.body = body
        self.count = count
        self.created = created
        self.done = done
        self.answer = answer
    }
}

/// What a message is, as its `type` says: `alert.created`, `feed.failing`, `feed.failing.cleared`.
public enum MessageKind: Hashable, Sendable, CustomStringConvertible {
    case alert
    case digest
    case test
    case notice(Notice.Kind, isCleared: Bool)

    public init?(_ text: String) {
        switch text {
        case "alert.created": self = .alert
        case "alert.digest": self = .digest
        case "endpoint.test": self = .test
        default:
            let isCleared = text.hasSuffix(".cleared")
            guard let kind = Notice.Kind(rawValue: isCleared ? String(text.dropLast(8)) : text) else { return nil }
            self = .notice(kind, isCleared: isCleared)
        }
    }

    public var description: String {
        switch self {
        case .alert: "alert.created"
        case .digest: "alert.digest"
        case .test: "endpoint.test"
        case .notice(let kind, let isCleared): kind.rawValue + (isCleared ? ".cleared" : "")
        }
    }
}
