public import WireModel

/// Everything that one check of a feed decided. Stored as a whole or not at all.
public struct CycleWrite: Hashable, Sendable {
    public var check: FeedCheck
    /// The feed's complete new state.
    public var state: FeedState
    public var new: [NewArticle]
    public var revised: [RevisedArticle]
    public var touched: [TouchedArticle]
    /// Of new, revised or stored articles.
    public var matches: [NewMatch]
    /// Of these matches; an alert whose match is not stored is not stored either.
    public var alerts: [NewAlert]
    public var notices: [NewNotice]
    /// A hub sent the articles: of the feed's state only the rhythm is stored, and its last check stays as it is.
    public var isPush: Bool

    public init(
        check: FeedCheck, state: FeedState, new: [NewArticle] = [], revised: [RevisedArticle] = [],
        touched: [TouchedArticle] = [], matches: [NewMatch] = [], alerts: [NewAlert] = [], notices: [NewNotice] = [],
        isPush: Bool = false
    ) {
        self.check = check
        self.state = state
        self.new = new
        self.revised = revised
        self.touched = touched
        self.matches = matches
        self.alerts = alerts
        self.notices = notices
        self.isPush = isPush
    }

    public var feed: FeedID { check.feed }
}

/// What tells an article from others, and its content from an edit.
public struct ArticleIdentity: Hashable, Sendable {
    /// Unique within the feed.
    public var key: ArticleKey
    public var link: Digest?
    /// Over the raw fields, as `EntryKey.fingerprint`.
    public var fingerprint: Digest

    public init(key: ArticleKey, link: Digest?, fingerprint: Digest) {
        self.key = key
        self.link = link
        self.fingerprint = fingerprint
    }
}

/// An article seen for the first time. Not stored again if the feed has one of that key, or the store one of that id.
public struct NewArticle: Hashable, Sendable {
    public let article: Article
    public let identity: ArticleIdentity
    /// Over the normalised text, as `KnownArticle.textDigest`.
    public let textDigest: Digest

    public init(_ article: Article, identity: ArticleIdentity, textDigest: Digest) {
        self.article = article
        self.identity = identity
        self.textDigest = textDigest
    }
}

/// A known article with new text. Its `revision` is the stored one plus one, or nothing is stored; the old text is kept.
public struct RevisedArticle: Hashable, Sendable {
    public let article: Article
    public let identity: ArticleIdentity
    public let textDigest: Digest
    /// When the new text was seen.
    public let revisedAt: Timestamp

    public init(_ article: Article, identity: ArticleIdentity, textDigest: Digest, revisedAt: Timestamp) {
        self.article = article
        self.identity = identity
        self.textDigest = textDigest
        self.revisedAt = revisedAt
    }
}

/// A known article whose raw fields changed and whose text did not. The key may change too (the same link under a new
/// id); it stays as it is if the feed has another article of the new key.
public struct TouchedArticle: Hashable, Sendable {
    public let id: ArticleID
    public let identity: ArticleIdentity

    public init(_ id: ArticleID, identity: ArticleIdentity) {
        self.id = id
        self.identity = identity
    }
}

/// A topic met by an article. An article is flagged once for each topic, for good: a second match is not stored.
public struct NewMatch: Hashable, Sendable {
    public let id: MatchID
    public let article: ArticleID
    /// The revision that met the topic.
    public let revision: Int
    public let severity: Severity
    public let match: Match

    public init(_ match: Match, id: MatchID, article: ArticleID, revision: Int, severity: Severity) {
        self.match = match
        self.id = id
        self.article = article
        self.revision = revision
        self.severity = severity
    }
}

/// An alert and whom it goes to: no deliveries if it is muted.
public struct NewAlert: Hashable, Sendable {
    public let alert: Alert
    public let deliveries: [Delivery]

    public init(_ alert: Alert, deliveries: [Delivery]) {
        self.alert = alert
        self.deliveries = deliveries
    }
}

/// A notice and whom it goes to.
public struct NewNotice: Hashable, Sendable {
    public let notice: Notice
    public let deliveries: [Delivery]

    public init(_ notice: Notice, deliveries: [Delivery]) {
        self.notice = notice
        self.deliveries = deliveries
    }
}

/// What of a write was really stored; the rest was there before. In the order of the write.
public struct CycleReceipt: Hashable, Sendable {
    public var new: [ArticleID] = []
    public var revised: [ArticleID] = []
    public var touched: [ArticleID] = []
    /// The matches to tell about. A match whose article was not stored (a new one of a known key) is not among them.
    public var flagged: [MatchID] = []
    /// Those of the alerts that somebody is to be told of, muted ones not among them.
    public var alerts: [AlertID] = []

    public init() {}
}
