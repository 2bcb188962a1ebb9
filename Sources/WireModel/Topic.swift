/// How much a topic's match matters.
public enum Severity: String, Sendable, CaseIterable, Comparable {
    case low, normal, high, urgent

    public static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }

    private var rank: Int { Severity.allCases.firstIndex(of: self) ?? 0 }
}

/// A place in a file; line and column count from 1, columns in characters.
public struct SourcePlace: Hashable, Sendable {
    public let file: String
    public let line: Int
    public let column: Int

    public init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }
}

/// A place in a query and where it stands in the topics file: from here on both go on alike up to the next anchor.
public struct QueryAnchor: Hashable, Sendable {
    /// UTF-8 bytes from the query's beginning.
    public let offset: Int
    /// From 1, columns in characters.
    public let line: Int
    public let column: Int

    public init(offset: Int, line: Int, column: Int) {
        self.offset = offset
        self.line = line
        self.column = column
    }
}

/// A watched topic: a name and a query.
public struct Topic: Hashable, Sendable {
    /// The name's slug; unique among the topics in force.
    public let id: String
    public let name: String
    /// The query as written, trimmed.
    public let query: String
    public var severity: Severity
    /// Channels that hear of it; nil for the default ones.
    public var notify: [String]?
    /// Only articles of these: `folder/…`, a feed's title or its address; empty for all.
    public var feeds: [String]
    /// No alert on articles published longer ago; nil for no limit.
    public var maxAge: Duration?
    public var isEnabled: Bool
    public var tests: [TopicTest]
    public var place: SourcePlace?
    /// Where the lines of the query stand in the file, in order; empty outside a file.
    public var anchors: [QueryAnchor] = []

    public init(
        id: String, name: String, query: String, severity: Severity = .normal, notify: [String]? = nil,
        feeds: [String] = [], maxAge: Duration? = .seconds(7 * 86_400), isEnabled: Bool = true, tests: [TopicTest] = [],
        place: SourcePlace? = nil
    ) {
        self.id = id
        self.name = name
        self.query = query
        self.severity = severity
        self.notify = notify
        self.feeds = feeds
        self.maxAge = maxAge
        self.isEnabled = isEnabled
        self.tests = tests
        self.place = place
    }

    /// Whether the topic looks at the articles of a feed.
    public func watches(_ feed: FeedFacts) -> Bool {
        feeds.isEmpty || feeds.contains(where: feed.isCalled)
    }
}

/// A topic's own test: an article and whether the topic must flag it.
public struct TopicTest: Hashable, Sendable {
    public let item: Item
    public let feed: FeedFacts
    public let expectsMatch: Bool
    public let place: SourcePlace?

    public init(item: Item, feed: FeedFacts = FeedFacts(), expectsMatch: Bool, place: SourcePlace? = nil) {
        self.item = item
        self.feed = feed
        self.expectsMatch = expectsMatch
        self.place = place
    }
}
