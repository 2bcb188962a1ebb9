/// A document as it came, before anything was made of it.
public struct FetchedDocument: Hashable, Sendable {
    public let bytes: [UInt8]
    /// The address it came from, after redirects; nil if unknown.
    public let url: String?
    /// The `Content-Type` header as sent.
    public let contentType: String?

    public init(bytes: [UInt8], url: String? = nil, contentType: String? = nil) {
        self.bytes = bytes
        self.url = url
        self.contentType = contentType
    }
}

/// What identifies an entry and its content, before it is normalised.
public struct EntryKey: Hashable, Sendable {
    /// The entry's own id, as a digest; nil if the document gives none.
    public let id: Digest?
    /// The canonical form of its link, as a digest; nil without a link.
    public let link: Digest?
    /// Its first enclosure's address, as a digest; nil without one.
    public let enclosure: Digest?
    /// Over title, time and text.
    public let content: Digest
    /// Over every field whose change may be an edit, as written; equal fingerprints need no look inside.
    public let fingerprint: Digest

    public init(id: Digest?, link: Digest?, enclosure: Digest?, content: Digest, fingerprint: Digest) {
        self.id = id
        self.link = link
        self.enclosure = enclosure
        self.content = content
        self.fingerprint = fingerprint
    }
}

/// The identity of an article within its feed.
public typealias ArticleKey = Digest

/// What the store knows of an article that an entry may be.
public struct KnownArticle: Hashable, Sendable {
    public let id: ArticleID
    public let key: ArticleKey
    public let link: Digest?
    public let fingerprint: Digest
    /// Over the normalised text: title, summary, content, link, people, categories, enclosures.
    public let textDigest: Digest
    public let revision: Int
    public let seen: Timestamp

    public init(
        id: ArticleID, key: ArticleKey, link: Digest?, fingerprint: Digest, textDigest: Digest, revision: Int,
        seen: Timestamp
    ) {
        self.id = id
        self.key = key
        self.link = link
        self.fingerprint = fingerprint
        self.textDigest = textDigest
        self.revision = revision
        self.seen = seen
    }
}

/// The articles of one feed that the entries of a document may be, by key and by link.
public struct KnownArticles: Sendable {
    public private(set) var byKey: [ArticleKey: KnownArticle] = [:]
    public private(set) var byLink: [Digest: [KnownArticle]] = [:]

    public init(_ articles: [KnownArticle] = []) {
        for article in articles {
            byKey[article.key] = article
            if let link = article.link { byLink[link, default: []].append(article) }
        }
    }
}

/// What an entry of a document is to us. `entry` counts from 0 in document order.
public enum Change: Hashable, Sendable {
    case new(entry: Int, key: ArticleKey)
    /// Known by its key, and its raw fields differ: the text decides whether it is an edit.
    case differing(entry: Int, key: ArticleKey, KnownArticle)
    /// A known link under another id: the same article if the text is the same, else a new one.
    case relinked(entry: Int, key: ArticleKey, KnownArticle)
    case unchanged(entry: Int, KnownArticle)
    /// Says the same as an earlier entry of the same document.
    case duplicate(entry: Int, of: Int)
}
