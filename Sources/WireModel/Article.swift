/// An entry that we keep.
public struct Article: Hashable, Sendable {
    public let id: ArticleID
    public let feed: FeedID
    public var item: Item
    /// When we first saw it.
    public let seen: Timestamp
    /// 1 for the article as first seen, one more for each edit.
    public var revision: Int

    public init(id: ArticleID, feed: FeedID, item: Item, seen: Timestamp, revision: Int = 1) {
        self.id = id
        self.feed = feed
        self.item = item
        self.seen = seen
        self.revision = revision
    }
}

/// What an article's feed says about it in output and in queries (`feed:`, `site:`, `language:`, `country:`).
public struct FeedFacts: Hashable, Sendable {
    public var url: String?
    public var title: String?
    public var folder: String?
    public var language: String?
    public var country: String?

    public init(
        url: String? = nil, title: String? = nil, folder: String? = nil, language: String? = nil, country: String? = nil
    ) {
        self.url = url
        self.title = title
        self.folder = folder
        self.language = language
        self.country = country
    }
}
