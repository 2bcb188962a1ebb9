/// One entry of a document, normalised: what `parse-output` calls an item, whatever the source format was.
///
/// Plain texts have no markup and single blanks; `contentText` keeps line breaks between blocks. HTML is sanitised.
/// An absent value is nil; lists keep document order without exact duplicates.
public struct Item: Hashable, Sendable {
    public var id: String
    public var idGenerated: Bool
    public var idIsPermalink: Bool?
    public var url: String?
    public var externalURL: String?
    public var title: String?
    public var titleHTML: String?
    public var summary: String?
    public var summaryHTML: String?
    /// UTF-8 offsets in `summary` where a further block begins; not part of the JSON, computed from `summaryHTML`.
    public var summaryBreaks: [Int] = []
    public var contentHTML: String?
    public var contentText: String?
    public var contentMarkdown: String?
    public var contentURL: String?
    public var published: Timestamp?
    public var updated: Timestamp?
    public var authors: [Person] = []
    public var contributors: [Person] = []
    public var publisher: Person?
    public var categories: [Category] = []
    public var enclosures: [Enclosure] = []
    public var links: [Link] = []
    public var image: Image?
    public var bannerImageURL: String?
    public var media: Media?
    public var commentsURL: String?
    public var commentsFeedURL: String?
    public var commentsCount: Int?
    public var inReplyTo: [Reply] = []
    public var source: Source?
    public var language: String?
    /// A GeoJSON geometry (RFC 7946).
    public var geo: JSONValue?
    public var rights: String?
    public var rightsHTML: String?
    public var licenseURL: String?
    /// Members by vocabulary name; empty if there are none.
    public var extensions: [String: JSONValue] = [:]

    public init(id: String, idGenerated: Bool = false) {
        self.id = id
        self.idGenerated = idGenerated
    }
}

public struct Person: Hashable, Sendable {
    public var name: String?
    public var email: String?
    public var url: String?
    public var avatarURL: String?

    public init(name: String? = nil, email: String? = nil, url: String? = nil, avatarURL: String? = nil) {
        self.name = name
        self.email = email
        self.url = url
        self.avatarURL = avatarURL
    }
}

public struct Category: Hashable, Sendable {
    public var term: String
    public var scheme: String?
    public var label: String?

    public init(term: String, scheme: String? = nil, label: String? = nil) {
        self.term = term
        self.scheme = scheme
        self.label = label
    }
}

public struct Link: Hashable, Sendable {
    public var url: String
    public var rel: String
    public var type: String?
    public var title: String?
    public var language: String?
    public var length: Int?

    public init(
        url: String, rel: String = "alternate", type: String? = nil, title: String? = nil, language: String? = nil,
        length: Int? = nil
    ) {
        self.url = url
        self.rel = rel
        self.type = type
        self.title = title
        self.language = language
        self.length = length
    }
}

public struct Image: Hashable, Sendable {
    public var url: String
    public var title: String?
    public var linkURL: String?
    public var description: String?
    public var width: Int?
    public var height: Int?
    /// As written; only for thumbnails of `Media`.
    public var time: String?

    public init(url: String) { self.url = url }
}

public struct Enclosure: Hashable, Sendable {
    public var url: String
    public var type: String?
    /// Bytes.
    public var length: Int?
    public var title: String?
    public var durationSeconds: Double?
    public var medium: String?
    public var language: String?
    public var width: Int?
    public var height: Int?
    /// kbit/s.
    public var bitrate: Double?
    public var isDefault: Bool?

    public init(url: String) { self.url = url }
}

public struct Media: Hashable, Sendable {
    public struct Credit: Hashable, Sendable {
        public var name: String
        public var role: String?
        public var scheme: String?

        public init(name: String, role: String? = nil, scheme: String? = nil) {
            self.name = name
            self.role = role
            self.scheme = scheme
        }
    }

    public var title: String?
    public var description: String?
    public var caption: String?
    public var rating: String?
    public var playerURL: String?
    public var thumbnails: [Image] = []
    public var credits: [Credit] = []
    public var keywords: [String] = []

    public init() {}
}

/// What an entry answers to (RFC 4685).
public struct Reply: Hashable, Sendable {
    public var id: String?
    public var url: String?
    public var type: String?
    public var sourceURL: String?

    public init(id: String? = nil, url: String? = nil, type: String? = nil, sourceURL: String? = nil) {
        self.id = id
        self.url = url
        self.type = type
        self.sourceURL = sourceURL
    }
}

public struct Generator: Hashable, Sendable {
    public var name: String?
    public var url: String?
    public var version: String?

    public init(name: String? = nil, url: String? = nil, version: String? = nil) {
        self.name = name
        self.url = url
        self.version = version
    }
}

/// The feed that an entry was taken from.
public struct Source: Hashable, Sendable {
    public var id: String?
    public var title: String?
    public var url: String?
    public var feedURL: String?
    public var description: String?
    public var updated: Timestamp?
    public var rights: String?
    public var language: String?
    public var image: Image?
    public var icon: String?
    public var generator: Generator?
    public var authors: [Person] = []
    public var contributors: [Person] = []
    public var categories: [Category] = []
    public var links: [Link] = []

    public init() {}
}
