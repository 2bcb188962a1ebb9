public import WireModel
public import WireStore

/// Feeds, articles and matches for tests of stores, each in one line.
public struct StoreSamples: Sendable {
    public let store: any Store
    public let now = Timestamp(year: 2026, month: 3, day: 1, hour: 12)

    public init(_ store: any Store) { self.store = store }

    public static func declaration(
        _ name: String, title: String? = nil, folder: String = "", settings: FeedSettings = FeedSettings()
    ) -> FeedDeclaration {
        let address = "https://\(name).example/feed.xml"
        return FeedDeclaration(
            address: address, source: .remote(url: address), title: title, folder: folder, settings: settings)
    }

    /// A listed feed; others are listed no longer.
    public func feed(_ name: String = "news") async throws -> FeedID {
        try await feeds([name])[0]
    }

    public func feeds(_ names: [String]) async throws -> [FeedID] {
        try await store.declared(names.map { StoreSamples.declaration($0) }, now: now).map(\.feed.id)
    }

    /// An article whose key, link and texts come from `name`; `day` counts back from `now`.
    public func article(
        _ name: String, in feed: FeedID, text: String? = nil, daysAgo: Int = 0, id: ArticleID? = nil
    ) -> NewArticle {
        var item = Item(id: "urn:\(name)")
        item.url = "https://site.example/\(name)"
        item.title = "Title of \(name)"
        item.contentText = text ?? "Text of \(name)."
        item.published = now - .seconds(daysAgo * 86_400)
        let article = Article(id: id ?? store.ids.next(at: now), feed: feed, item: item, seen: now)
        return NewArticle(
            article, identity: StoreSamples.identity(name, text: item.contentText), textDigest: item.textDigest)
    }

    public static func identity(_ name: String, text: String? = nil) -> ArticleIdentity {
        ArticleIdentity(
            key: Digest(of: "urn:\(name)"), link: Digest(of: "https://site.example/\(name)"),
            fingerprint: Digest(of: text ?? name))
    }

    /// What an entry of that name would ask the store for.
    public static func key(_ name: String, id: Bool = true) -> EntryKey {
        EntryKey(
            id: id ? Digest(of: "urn:\(name)") : nil, link: Digest(of: "https://site.example/\(name)"), enclosure: nil,
            content: Digest(of: "content of \(name)"), fingerprint: Digest(of: name))
    }

    public func edit(_ new: NewArticle, text: String, revision: Int = 2) -> RevisedArticle {
        let article = new.article.with(revision: revision) { $0.contentText = text }
        var identity = new.identity
        identity.fingerprint = Digest(of: text)
        return RevisedArticle(
            article, identity: identity, textDigest: article.item.textDigest,
            revisedAt: now + .seconds(60 * revision))
    }

    public func match(_ topic: String, of article: ArticleID, revision: Int = 1) -> NewMatch {
        let span = Span(field: "title", offset: 0, length: 5, text: "Title")
        let match = Match(
            topic: topic, queryHash: "sha256:0", score: 1.5, sentence: "Title of it",
            clauses: [MatchedClause(clause: "title", spans: [span])])
        return NewMatch(match, id: store.ids.next(at: now), article: article, revision: revision, severity: .high)
    }

    public func write(
        _ feed: FeedID, new: [NewArticle] = [], revised: [RevisedArticle] = [], touched: [TouchedArticle] = [],
        matches: [NewMatch] = [], state: FeedState = FeedState()
    ) -> CycleWrite {
        let check = FeedCheck(feed: feed, started: now, outcome: .modified, status: 200, bytes: 1_000)
        return CycleWrite(check: check, state: state, new: new, revised: revised, touched: touched, matches: matches)
    }

    /// Every article the query holds for.
    public func all(_ query: ArticleQuery = ArticleQuery(limit: 0)) async throws -> [StoredArticle] {
        var articles: [StoredArticle] = []
        for try await page in store.pages(query) { articles += page }
        return articles
    }
}

extension Article {
    /// The same article, edited.
    public func with(revision: Int? = nil, _ edit: (inout Item) -> Void) -> Article {
        var item = item
        edit(&item)
        return Article(id: id, feed: feed, item: item, seen: seen, revision: revision ?? self.revision)
    }
}

extension Store {
    /// Makes the feeds the list of feeds to poll and gives their records in that order.
    public func declared(_ feeds: [FeedDeclaration], now: Timestamp) async throws(StoreError) -> [FeedRecord] {
        try await declare(feeds, now: now)
        return try await self.feeds().filter(\.isListed)
    }
}
