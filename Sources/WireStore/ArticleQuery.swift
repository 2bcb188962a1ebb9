public import WireModel

/// Which articles are asked for. All conditions must hold; nil and empty ones hold for every article.
///
/// Newest first by the article's time: when it was published (else updated, else seen), though never later than it was
/// first seen. An article keeps the time it was stored with.
public struct ArticleQuery: Hashable, Sendable {
    public var feeds: [FeedID]?
    /// A folder by its path; folders within it count.
    public var folder: String?
    /// Flagged by this topic.
    public var topic: String?
    /// Flagged by any topic.
    public var onlyFlagged = false
    /// From this time on, inclusive.
    public var since: Timestamp?
    /// Before this time, exclusive.
    public var until: Timestamp?
    /// Words that the article must have; see `Store.index`.
    public var candidates: TermExpression?
    /// At most so many articles; 0 for all of them, a page at a time.
    public var limit: Int
    /// Only what comes after this place.
    public var after: ArticleCursor?

    public enum Limits {
        /// Articles in one page at most: some megabytes.
        public static let page = 500
    }

    public init(limit: Int = 50) { self.limit = limit }
}

/// A place between two articles of a list. It stays where it is when articles are added, edited or removed.
public struct ArticleCursor: Hashable, Sendable, CustomStringConvertible {
    /// The time and id of the article before it.
    public let time: Timestamp
    public let id: ArticleID

    public init(time: Timestamp, id: ArticleID) {
        self.time = time
        self.id = id
    }

    /// Reads what `description` wrote.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let time = Int64(parts[0]), let id = ArticleID(parts[1]) else { return nil }
        self.init(time: Timestamp(milliseconds: time), id: id)
    }

    public var description: String { "\(time.milliseconds).\(id)" }
}

/// An article as it is kept, with its feed and its matches.
public struct StoredArticle: Hashable, Sendable {
    public let article: Article
    public let feed: FeedFacts
    /// In the order in which they were stored.
    public let matches: [StoredMatch]
    /// What lists sort by; see `ArticleQuery`.
    public let time: Timestamp

    public init(article: Article, feed: FeedFacts, matches: [StoredMatch], time: Timestamp) {
        self.article = article
        self.feed = feed
        self.matches = matches
        self.time = time
    }
}

/// A match as it is kept.
public struct StoredMatch: Hashable, Sendable {
    public let id: MatchID
    /// The revision of the article that met the topic; the spans are of its texts.
    public let revision: Int
    public let severity: Severity
    public let match: Match

    public init(id: MatchID, revision: Int, severity: Severity, match: Match) {
        self.id = id
        self.revision = revision
        self.severity = severity
        self.match = match
    }
}

public struct ArticlePage: Hashable, Sendable {
    public let articles: [StoredArticle]
    /// Where the next page begins; nil at the end.
    public let next: ArticleCursor?

    public init(articles: [StoredArticle], next: ArticleCursor?) {
        self.articles = articles
        self.next = next
    }
}

/// An article and its past.
public struct ArticleHistory: Hashable, Sendable {
    public struct Revision: Hashable, Sendable {
        public let number: Int
        public let item: Item
        /// When this text was seen first.
        public let seen: Timestamp

        public init(number: Int, item: Item, seen: Timestamp) {
            self.number = number
            self.item = item
            self.seen = seen
        }
    }

    public let current: StoredArticle
    /// Earlier revisions, oldest first; empty if the text never changed.
    public let earlier: [Revision]

    public init(current: StoredArticle, earlier: [Revision]) {
        self.current = current
        self.earlier = earlier
    }
}

/// The pages of a query, one after the other.
public struct ArticlePages: AsyncSequence, Sendable {
    public struct AsyncIterator: AsyncIteratorProtocol {
        private let store: any Store
        private var query: ArticleQuery
        /// How many articles may still come; nil for all.
        private var left: Int?
        private var isDone = false

        fileprivate init(store: any Store, query: ArticleQuery) {
            self.store = store
            self.query = query
            left = query.limit > 0 ? query.limit : nil
        }

        public mutating func next() async throws(StoreError) -> [StoredArticle]? {
            try await next(isolation: nil)
        }

        public mutating func next(isolation actor: isolated (any Actor)?) async throws(StoreError) -> [StoredArticle]? {
            while !isDone {
                query.limit = Swift.min(left ?? ArticleQuery.Limits.page, ArticleQuery.Limits.page)
                let page = try await store.articles(query)
                left = left.map { $0 - page.articles.count }
                query.after = page.next
                isDone = page.next == nil || left == 0
                if !page.articles.isEmpty { return page.articles }
            }
            return nil
        }
    }

    private let store: any Store
    private let query: ArticleQuery

    init(store: any Store, query: ArticleQuery) {
        self.store = store
        self.query = query
    }

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(store: store, query: query) }
}
