/// A source of articles, as its list declares it.
public struct Feed: Hashable, Sendable {
    public let id: FeedID
    /// The address as written in the list: http(s), or a path relative to the list.
    public let address: String
    public let source: FeedSource
    /// The list's title for it; nil if the list gives none.
    public let title: String?
    /// Names of the enclosing folders, outermost first, joined by `/`; empty at the top.
    public let folder: String
    public let settings: FeedSettings

    public init(
        id: FeedID, address: String, source: FeedSource, title: String? = nil, folder: String = "",
        settings: FeedSettings = FeedSettings()
    ) {
        self.id = id
        self.address = address
        self.source = source
        self.title = title
        self.folder = folder
        self.settings = settings
    }
}

/// Where a feed's document comes from.
public enum FeedSource: Hashable, Sendable {
    /// An http or https address.
    case remote(url: String)
    /// A file of this machine, by absolute path; only the operator's own list may name one.
    case local(path: String)
}

/// A list's settings for one feed: attributes of the namespace `urn:wirewatch:opml`.
public struct FeedSettings: Hashable, Sendable {
    /// Least time between two requests; nil for the program's own judgement.
    public var interval: Duration?
    public var userAgent: String?
    /// One extra request header, `Name: value`.
    public var header: String?
    /// BCP 47 tag for articles that name no language.
    public var language: String?
    /// ISO 3166 code.
    public var country: String?
    /// The reference of a secret, with the scheme before it: `basic file:PATH`, `digest env:NAME`,
    /// `bearer credential:NAME`.
    public var auth: String?
    /// A proxy's address; `none` goes without the program's.
    public var proxy: String?
    /// `CERTIFICATE.pem` or `CERTIFICATE.pem,KEY.pem`.
    public var clientCertificate: String?
    /// `1.0`, `1.1` or `2`.
    public var httpVersion: String?
    public var tier = FeedTier.normal
    /// Attributes of the list's entry that say nothing to us, in its order.
    public var foreign: [ForeignAttribute] = []

    public init(
        interval: Duration? = nil, userAgent: String? = nil, header: String? = nil, language: String? = nil,
        country: String? = nil
    ) {
        self.interval = interval
        self.userAgent = userAgent
        self.header = header
        self.language = language
        self.country = country
    }
}

/// An attribute of a list's entry that says nothing to us; kept for the export.
public struct ForeignAttribute: Hashable, Sendable {
    /// As written, without the prefix.
    public let name: String
    public let value: String
    public let prefix: String?
    /// What the prefix stands for; nil for a name without one.
    public let namespace: String?

    public init(_ name: String, _ value: String, prefix: String? = nil, namespace: String? = nil) {
        self.name = name
        self.value = value
        self.prefix = prefix
        self.namespace = namespace
    }
}

/// How much a short delay matters for a feed.
public enum FeedTier: String, Hashable, Sendable, CaseIterable {
    case normal, urgent
}

/// Cache validators, byte for byte as the server sent them, and the address that issued them.
public struct Validators: Hashable, Sendable {
    public var etag: [UInt8]?
    public var lastModified: [UInt8]?
    /// They are sent to this address only.
    public var url: String

    public init(etag: [UInt8]? = nil, lastModified: [UInt8]? = nil, url: String) {
        self.etag = etag
        self.lastModified = lastModified
        self.url = url
    }
}

/// What is remembered of a feed between two checks.
public struct FeedState: Hashable, Sendable {
    public var validators: Validators?
    /// Hash of the last good body; an equal one is unchanged.
    public var bodyDigest: Digest?
    /// The address that permanent redirects led to; nil if the listed one holds.
    public var movedTo: String?
    /// A permanent redirect under observation: where it led, when it was first seen, on how many checks.
    public var redirect: (target: String, since: Timestamp, count: Int)? {
        get { redirectTarget.map { ($0, redirectSince, redirectCount) } }
        set {
            redirectTarget = newValue?.target
            redirectSince = newValue?.since ?? Timestamp(milliseconds: 0)
            redirectCount = newValue?.count ?? 0
        }
    }
    /// The document's own title, site, feed language and time to live, from the last good one.
    public var documentTitle: String?
    public var siteURL: String?
    public var language: String?
    public var lastChecked: Timestamp?
    public var lastSuccess: Timestamp?
    /// When the schedule wants the next check.
    public var nextCheck: Timestamp?
    /// No request before this time, whatever the schedule says.
    public var notBefore: Timestamp?
    /// The part of `notBefore` that a manual refresh may not pass: the server's Retry-After.
    public var retryAfter: Timestamp?
    /// Failures in a row.
    public var failures: Int
    public var lastFailure: Failure?
    /// Since when the server has been answering 404; nil if its last answer was another.
    public var notFoundSince: Timestamp?
    /// When a person last had it asked past its schedule.
    public var lastManualCheck: Timestamp?
    /// The server has never sent a validator and its body has never changed, on this many checks.
    public var unchangedWithoutValidator: Int
    /// What the last good document said about when to come again.
    public var wishes = DocumentWishes()
    /// How it posts, and what was planned from that.
    public var rhythm = FeedRhythm()
    /// The server said 410: never asked again until a person resumes it.
    public var isGone: Bool
    /// Ids that named two entries of one document: not usable as identity in this feed. At most `Limits.ambiguousIDs`.
    public var ambiguousIDs: Set<Digest>

    /// Where its last document said that news can be had by push; nil if it did not.
    public var push: PushSource?
    /// Archive documents that were read, the latest last; by digest of their address. At most `Limits.archives`.
    public var archives: [Digest] = []

    private var redirectTarget: String?
    private var redirectSince = Timestamp(milliseconds: 0)
    private var redirectCount = 0

    public enum Limits {
        /// More repeated ids than this are not remembered: a document has at most 50,000 entries, few of them repeat.
        public static let ambiguousIDs = 1_000
        /// Archive documents that are remembered.
        public static let archives = 100
    }

    public init() {
        failures = 0
        unchangedWithoutValidator = 0
        isGone = false
        ambiguousIDs = []
    }
}

/// What a document says about when to come again.
public struct DocumentWishes: Hashable, Sendable {
    /// RSS `ttl`.
    public var timeToLive: Duration?
    /// `sy:updatePeriod` divided by `sy:updateFrequency`.
    public var updatePeriod: Duration?
    /// Hours of the day in UTC, 0 to 23.
    public var skippedHours: Set<Int> = []
    /// Weekdays in UTC, 0 for Sunday.
    public var skippedDays: Set<Int> = []

    public init() {}
}

/// How one check of a feed ended.
public struct FeedCheck: Hashable, Sendable {
    public enum Outcome: String, Sendable, CaseIterable {
        case modified, notModified = "not_modified", moved, gone, throttled, skipped, failed
    }

    public let feed: FeedID
    public let started: Timestamp
    public let outcome: Outcome
    /// HTTP status of the last answer; nil for local documents and if none came.
    public let status: Int?
    /// Bytes of body, decompressed.
    public let bytes: Int
    public let failure: Failure?

    public init(
        feed: FeedID, started: Timestamp, outcome: Outcome, status: Int? = nil, bytes: Int = 0, failure: Failure? = nil
    ) {
        self.feed = feed
        self.started = started
        self.outcome = outcome
        self.status = status
        self.bytes = bytes
        self.failure = failure
    }
}
