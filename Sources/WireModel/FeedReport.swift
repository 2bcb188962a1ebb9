/// What one check of a feed came to.
public struct FeedReport: Sendable {
    public let feed: Feed
    /// The list's title, else the document's.
    public let title: String?
    public let check: FeedCheck
    public let new: Int
    public let revised: Int
    public let unchanged: Int
    public let nextCheck: Timestamp?
    /// Whether the server, or the disk, was asked at all.
    public let wasAsked: Bool
    /// Matches that are new with this check, in document order; none once they were told.
    public private(set) var flagged: [FlaggedArticle]
    /// How many they were.
    public let flaggedCount: Int
    /// Articles may be missing that were published in this time: the document had rolled past us.
    public let gap: FeedRhythm.Gap?
    /// How long the stages took that the check went through.
    public var spans: [(stage: Stage, span: Duration)] = []
    /// By severity, how many alerts it raised that somebody is to be told of.
    public var alerts: [Severity: Int] = [:]

    /// A feed that was not asked.
    public init(skipped feed: Feed, title: String?, at time: Timestamp, nextCheck: Timestamp?) {
        self.init(
            feed: feed, title: title, check: FeedCheck(feed: feed.id, started: time, outcome: .skipped), new: 0,
            revised: 0, unchanged: 0, nextCheck: nextCheck, wasAsked: false, flagged: [])
    }

    public init(
        feed: Feed, title: String?, check: FeedCheck, new: Int, revised: Int, unchanged: Int, nextCheck: Timestamp?,
        wasAsked: Bool, flagged: [FlaggedArticle], gap: FeedRhythm.Gap? = nil
    ) {
        self.feed = feed
        self.title = title
        self.check = check
        self.new = new
        self.revised = revised
        self.unchanged = unchanged
        self.nextCheck = nextCheck
        self.wasAsked = wasAsked
        self.flagged = flagged
        flaggedCount = flagged.count
        self.gap = gap
    }

    /// Whether something that was asked for failed. An address that cannot be asked at all has failed too.
    public var hasFailed: Bool {
        check.outcome == .failed || (wasAsked && [.throttled, .gone].contains(check.outcome))
    }

    /// Whether the feed's turn has come: it was asked, or could not be.
    public var wasChecked: Bool { wasAsked || hasFailed }

    /// The report without what is told with the check alone: the articles that it flagged and its spans.
    public var told: FeedReport {
        var report = self
        report.flagged = []
        report.spans = []
        return report
    }

    /// The feed's entry of `fetch --format json`.
    public var json: JSONValue {
        var object = JSONObjectBuilder()
        object.set("url", feed.address)
        object.set("title", title)
        object.set("outcome", check.outcome.rawValue)
        object.set("status", check.status)
        object.set("new", new)
        object.set("revised", revised)
        object.set("unchanged", unchanged)
        object.set("bytes", check.bytes)
        object.set("next_check", nextCheck)
        object.set("failure", check.failure?.json)
        object.set("gap", gap?.json)
        return object.value
    }
}

extension FeedRhythm.Gap {
    public var json: JSONValue { ["from": .string(from.description), "to": .string(to.description)] }
}

/// A topic met by an article for the first time.
public struct FlaggedArticle: Sendable {
    public let id: MatchID
    public let topic: String
    public let topicName: String
    public let severity: Severity
    public let article: Article
    public let feed: FeedFacts
    public let match: Match

    public init(
        id: MatchID, topic: String, topicName: String, severity: Severity, article: Article, feed: FeedFacts,
        match: Match
    ) {
        self.id = id
        self.topic = topic
        self.topicName = topicName
        self.severity = severity
        self.article = article
        self.feed = feed
        self.match = match
    }

    /// The flagged item of `fetch --format json`.
    public var json: JSONValue {
        [
            "id": .string(id.description), "topic": .string(topic), "severity": .string(severity.rawValue),
            "article": article.json(feed: feed), "match": match.json,
        ]
    }
}
