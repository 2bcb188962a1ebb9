/// What the program has to say of itself: a feed that fails, a channel that is broken.
public struct Notice: Hashable, Sendable {
    public enum Kind: String, Sendable, CaseIterable {
        /// The summary of a new feed's first document.
        case feedFirst = "feed.first"
        case feedFailing = "feed.failing"
        /// No news for much longer than the feed's own rhythm.
        case feedSilent = "feed.silent"
        /// The feed moved on past what we had seen: items may have been missed.
        case feedGap = "feed.gap"
        case feedGone = "feed.gone"
        case channelBroken = "channel.broken"
        case topicFlooding = "topic.flooding"
        /// Never matched anything, or no longer.
        case topicSilent = "topic.silent"

        /// Whether it lasts until it is cleared.
        public var isCondition: Bool { self != .feedFirst && self != .feedGap }
    }

    public let id: NoticeID
    public let kind: Kind
    /// Whom it is about: a feed's address, a channel's name, a topic's id.
    public let subject: String
    public let isCleared: Bool
    public let severity: Severity
    /// One line.
    public let title: String
    /// What happened, since when, and the way out.
    public let text: String
    public let created: Timestamp

    public init(
        id: NoticeID, kind: Kind, subject: String, isCleared: Bool = false, severity: Severity = .normal, title: String,
        text: String, created: Timestamp
    ) {
        self.id = id
        self.kind = kind
        self.subject = subject
        self.isCleared = isCleared
        self.severity = severity
        self.title = title
        self.text = text
        self.created = created
    }

    public var json: JSONValue {
        [
            "id": .string(id.description), "kind": .string(kind.rawValue), "subject": .string(subject),
            "cleared": .bool(isCleared), "severity": .string(severity.rawValue), "title": .string(title),
            "text": .string(text), "created": .string(created.description),
        ]
    }
}

/// A person's wish not to hear of certain alerts for a time. Never deleted, only expired.
public struct Silence: Hashable, Sendable {
    /// Which alerts: all given conditions must hold; at least one is given.
    public struct Matchers: Hashable, Sendable {
        /// A topic's id.
        public var topic: String?
        /// `folder/…`, a feed's title or address.
        public var feed: String?
        public var channel: String?
        /// This severity and those below it.
        public var severity: Severity?

        public init(topic: String? = nil, feed: String? = nil, channel: String? = nil, severity: Severity? = nil) {
            self.topic = topic
            self.feed = feed
            self.channel = channel
            self.severity = severity
        }

        public var isEmpty: Bool { self == Matchers() }
    }

    public let id: SilenceID
    public let matchers: Matchers
    public let starts: Timestamp
    public var ends: Timestamp
    public let author: String
    public let comment: String
    public let created: Timestamp

    public init(
        id: SilenceID, matchers: Matchers, starts: Timestamp, ends: Timestamp, author: String, comment: String,
        created: Timestamp
    ) {
        self.id = id
        self.matchers = matchers
        self.starts = starts
        self.ends = ends
        self.author = author
        self.comment = comment
        self.created = created
    }

    public func isActive(at now: Timestamp) -> Bool { starts <= now && now < ends }
}
