public import WireModel

/// How the attempt to get a feed's document ended.
public enum FetchOutcome: Sendable {
    /// A document came whose bytes differ from the last good one's.
    case modified(FetchedDocument, FetchFacts)
    case notModified(FetchFacts)
    /// The server says 410.
    case gone(FetchFacts, Failure)
    /// 429, 503, or the host's rest or share forbade the request; `facts.retryAfter` holds the server's wish.
    case throttled(FetchFacts, Failure)
    case failed(FetchFacts, Failure)

    public var facts: FetchFacts {
        switch self {
        case .modified(_, let facts), .notModified(let facts), .gone(let facts, _), .throttled(let facts, _),
            .failed(let facts, _):
            facts
        }
    }

    public var failure: Failure? {
        switch self {
        case .modified, .notModified: nil
        case .gone(_, let failure), .throttled(_, let failure), .failed(_, let failure): failure
        }
    }
}

/// What was learned on the way to an outcome.
public struct FetchFacts: Hashable, Sendable {
    /// A redirect that was followed: the address that answered and its status.
    public struct Hop: Hashable, Sendable {
        public let url: String
        public let status: Int

        public init(url: String, status: Int) {
            self.url = url
            self.status = status
        }
    }

    /// Status of the last answer; nil for local documents and if none came.
    public var status: Int?
    /// The address that was asked last, without credentials; a path for local documents.
    public var url: String
    public var hops: [Hop] = []
    /// There were redirects, all of them 301 or 308, none of them from https down to http.
    public var allHopsPermanent = false
    /// To be stored if the document proves good, and after `notModified`; nil if the answer gave none: then the stored
    /// ones are to be dropped. Failures say nothing about the stored ones.
    public var validators: Validators?
    /// Of the whole document; nil for partial ones and if none came.
    public var bodyDigest: Digest?
    /// Bytes of body, decompressed.
    public var bytes = 0
    /// Until when the server calls its answer fresh, at most a day ahead; nil if it does not.
    public var freshUntil: Timestamp?
    /// Before when the server does not want to be asked, at most 7 days ahead; for all feeds of its host.
    public var retryAfter: Timestamp?
    /// The document holds only what is new (226); what it does not list is still there.
    public var isPartial = false
    /// What the answer's `Link` headers name for push (WebSub): the hub, and the feed's own name for itself.
    public var hub: String?
    public var topic: String?
    /// Time spent waiting for turns of hosts.
    public var waited: Duration = .zero
    /// Whether the server was asked at all.
    public var wasAsked = false

    public init(url: String) { self.url = url }
}
