/// An entry that we keep. An object because it goes through many hands, and copying all its texts costs more than reading them.
public final class Article: Hashable, Sendable {
    public let id: ArticleID
    public let feed: FeedID
    public let item: Item
    /// When we first saw it.
    public let seen: Timestamp
    /// 1 for the article as first seen, one more for each edit.
    public let revision: Int

    public init(id: ArticleID, feed: FeedID, item: Item, seen: Timestamp, revision: Int = 1) {
        self.id = id
        self.feed = feed
        self.item = item
        self.seen = seen
        self.revision = revision
    }

    public static func == (left: Article, right: Article) -> Bool {
        left === right
            || left.id == right.id && left.revision == right.revision && left.feed == right.feed
                && left.seen == right.seen && left.item == right.item
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(id)
        hasher.combine(revision)
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
