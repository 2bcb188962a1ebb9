public import WireModel

/// What a document says, in its own words: texts, times and addresses as written. `Normalizer` makes items of it.
public struct ParsedFeed: Hashable, Sendable {
    public enum Format: String, Sendable, CaseIterable {
        case rss, atom, json, sitemap, unknown
    }

    public var format: Format
    /// Of that format, as `parse-output.md` names them; nil if the document does not say.
    public var version: String?
    /// Lower-case name from the WHATWG Encoding Standard.
    public var encoding: String
    /// The address the document was fetched from.
    public var documentURL: String?
    public var head: ParsedHead
    /// In document order.
    public var entries: [ParsedEntry]
    /// Found while reading; the normaliser adds its own.
    public var problems: [Problem]
    /// The document is cut off or broken inside: something may be missing, its cache validators must not be stored.
    public var isBroken: Bool

    public init(
        format: Format, version: String? = nil, encoding: String = "utf-8", documentURL: String? = nil,
        head: ParsedHead = ParsedHead(), entries: [ParsedEntry] = [], problems: [Problem] = [], isBroken: Bool = false
    ) {
        self.format = format
        self.version = version
        self.encoding = encoding
        self.documentURL = documentURL
        self.head = head
        self.entries = entries
        self.problems = problems
        self.isBroken = isBroken
    }
}

/// What a document says about a whole feed: of the feed itself, or of the feed an entry was taken from (`source`).
public struct ParsedHead: Hashable, Sendable {
    public var place = Place.unknown
    /// `xml:base` of the feed element and those around it, outermost first.
    public var base: [String] = []
    /// Atom `id`, RSS 1.0 `rdf:about`.
    public var id: RawValue?
    public var title: RawText?
    /// RSS `description`, Atom `subtitle` or `tagline`, JSON Feed `description`.
    public var description: RawText?
    /// Atom 0.3 `info`.
    public var info: RawText?
    public var rights: RawText?
    /// RSS `language`, JSON Feed `language`.
    public var language: RawValue?
    /// `xml:lang` of the feed element, or inherited by it.
    public var xmlLanguage: String?
    /// RSS `pubDate` (published) and `lastBuildDate` (updated), Atom's times.
    public var dates: [RawDate] = []
    /// RSS `link`, Atom `link`, the addresses of JSON Feed with the relation they stand for.
    public var links: [RawLink] = []
    public var persons: [RawPerson] = []
    public var categories: [RawCategory] = []
    /// RSS `image`.
    public var image: RawImage?
    /// Atom `logo`, JSON Feed `icon`.
    public var logo: RawValue?
    /// Atom `icon`, JSON Feed `favicon`.
    public var icon: RawValue?
    public var generator: RawGenerator?
    /// RSS `ttl`.
    public var ttl: RawValue?
    /// The `hour` elements of RSS `skipHours`.
    public var skipHours: [RawValue] = []
    /// The `day` elements of RSS `skipDays`.
    public var skipDays: [RawValue] = []
    /// RSS `cloud`: its attributes.
    public var cloud: [RawAttribute] = []
    /// RSS `textInput`: `title`, `description`, `name`, `link` as attributes.
    public var textInput: [RawAttribute] = []
    public var docs: RawValue?
    public var rating: RawValue?
    /// JSON Feed `hubs`.
    public var hubs: [RawHub] = []
    /// JSON Feed `expired`.
    public var isExpired: Bool?
    /// Elements of vocabularies other than the format's own: `dc`, `itunes`, `media`, …
    public var elements: [RawElement] = []
    /// JSON Feed members whose names begin with `_`.
    public var members: [String: JSONValue] = [:]

    public init() {}
}

/// What a document says about one entry.
public struct ParsedEntry: Hashable, Sendable {
    public var place: Place
    /// `xml:base` of the entry element and those around it, outermost first.
    public var base: [String] = []
    /// `xml:lang` on the entry's element itself.
    public var xmlLanguage: String?
    /// RSS `guid`, else Atom `id`, else JSON Feed `id`, else RSS 1.0 `rdf:about`. (`dc:identifier` is among `elements`.)
    public var id: RawID?
    /// RSS 1.0 `rdf:about`, whatever `id` is.
    public var about: String?
    public var title: RawText?
    /// RSS `description`, Atom `summary`, JSON Feed `summary`.
    public var summary: RawText?
    /// The first there is of: `content:encoded`, `xhtml:body`, RSS `content`, `body`, `fullitem`, Atom `content`,
    /// JSON Feed `content_html`.
    public var content: RawText?
    /// JSON Feed `content_text`.
    public var plainContent: RawText?
    /// Atom `content` with `src`.
    public var contentURL: RawValue?
    /// Atom: the media type of `content` with `src` or of decoded data; nil otherwise.
    public var contentType: String?
    public var rights: RawText?
    /// JSON Feed `language`, RSS `language` within the item.
    public var language: RawValue?
    public var dates: [RawDate] = []
    /// RSS `link`, Atom `link` (enclosures too, by their relation), JSON Feed `url` (alternate), `external_url` (related).
    public var links: [RawLink] = []
    /// RSS `enclosure`, JSON Feed `attachments`.
    public var enclosures: [RawEnclosure] = []
    public var persons: [RawPerson] = []
    public var categories: [RawCategory] = []
    /// RSS `comments`.
    public var comments: RawValue?
    /// RSS `image` within the item.
    public var image: RawImage?
    /// JSON Feed `image`.
    public var imageURL: RawValue?
    /// JSON Feed `banner_image`.
    public var bannerImageURL: RawValue?
    /// RSS `source`: its `url` as a link of relation `self`, its text as the title. Atom `source`. The first counts.
    public var sources: [ParsedHead] = []
    /// Elements of vocabularies other than the format's own, in document order.
    public var elements: [RawElement] = []
    /// JSON Feed members whose names begin with `_`.
    public var members: [String: JSONValue] = [:]

    public init(place: Place = .unknown) { self.place = place }
}

/// A short value as written, white space around it removed.
public struct RawValue: Hashable, Sendable {
    public var text: String
    /// `xml:base` values that hold here, outermost first.
    public var base: [String]
    public var place: Place

    public init(_ text: String, base: [String] = [], at place: Place = .unknown) {
        self.text = text
        self.base = base
        self.place = place
    }
}

/// A text as written; character references of the XML itself are resolved, those of HTML inside it are not.
public struct RawText: Hashable, Sendable {
    public enum Kind: UInt8, Sendable {
        /// Text: `<` and `&` mean themselves.
        case plain
        case html
        /// Markup of an Atom `xhtml` construct, written as HTML without the outer `div` and namespace prefixes.
        case xhtml
        /// RSS: HTML if it looks so (rule 6 of `parse-output.md`).
        case guess
    }

    public var text: String
    public var kind: Kind
    /// `xml:base` values that hold here, outermost first.
    public var base: [String]
    /// `xml:lang` on this element itself.
    public var language: String?
    public var place: Place

    public init(
        _ text: String, _ kind: Kind, base: [String] = [], language: String? = nil, at place: Place = .unknown
    ) {
        self.text = text
        self.kind = kind
        self.base = base
        self.language = language
        self.place = place
    }
}

/// A time as written.
public struct RawDate: Hashable, Sendable {
    public enum Role: UInt8, Sendable {
        /// RSS `pubDate`, Atom `published`, JSON Feed `date_published`.
        case published
        /// Atom 0.3 `issued`: published, after `published`.
        case issued
        /// Atom 0.3 `created`: published, after `issued`.
        case created
        /// RSS `lastBuildDate`, Atom `updated`, JSON Feed `date_modified`.
        case updated
        /// Atom 0.3 `modified`: updated, after `updated`.
        case modified
    }

    public var text: String
    public var role: Role
    public var place: Place

    public init(_ text: String, _ role: Role, at place: Place = .unknown) {
        self.text = text
        self.role = role
        self.place = place
    }
}

/// An identity as written.
public struct RawID: Hashable, Sendable {
    public enum Kind: UInt8, Sendable {
        case guid, atomID, rdfAbout, json
    }

    public var text: String
    public var kind: Kind
    /// RSS `isPermaLink`: true unless it says `false`; nil for the other kinds.
    public var isPermalink: Bool?
    public var base: [String]
    public var place: Place

    public init(
        _ text: String, _ kind: Kind, isPermalink: Bool? = nil, base: [String] = [], at place: Place = .unknown
    ) {
        self.text = text
        self.kind = kind
        self.isPermalink = isPermalink
        self.base = base
        self.place = place
    }
}

/// A link with its attributes as written; those that were not given are nil.
public struct RawLink: Hashable, Sendable {
    public enum Kind: UInt8, Sendable {
        /// RSS `link` with text.
        case rss
        /// Atom `link`, in any format.
        case atom
        /// A member of JSON Feed.
        case json
    }

    public var url: String
    public var kind: Kind
    public var rel: String?
    public var type: String?
    public var title: String?
    /// `hreflang`.
    public var language: String?
    public var length: String?
    public var base: [String]
    public var place: Place

    public init(_ url: String, _ kind: Kind, rel: String? = nil, base: [String] = [], at place: Place = .unknown) {
        self.url = url
        self.kind = kind
        self.rel = rel
        self.base = base
        self.place = place
    }
}

/// A person: either a text that may hold name and address together, or named parts.
public struct RawPerson: Hashable, Sendable {
    public enum Role: UInt8, Sendable {
        case author, contributor
        /// RSS `managingEditor`.
        case editor
        /// RSS `webMaster`.
        case webMaster
    }

    public var role: Role
    /// RSS: name and address as one text. Also Atom persons without inner elements.
    public var text: String?
    public var name: String?
    public var email: String?
    public var url: String?
    public var avatarURL: String?
    public var base: [String] = []
    public var place: Place

    public init(_ role: Role, text: String? = nil, at place: Place = .unknown) {
        self.role = role
        self.text = text
        self.place = place
    }
}

/// A category: the text of the element and its attributes (`domain` of RSS as `scheme`).
public struct RawCategory: Hashable, Sendable {
    public var text: String?
    public var term: String?
    public var scheme: String?
    public var label: String?
    public var place: Place

    public init(
        text: String? = nil, term: String? = nil, scheme: String? = nil, label: String? = nil,
        at place: Place = .unknown
    ) {
        self.text = text
        self.term = term
        self.scheme = scheme
        self.label = label
        self.place = place
    }
}

/// An attached file of RSS or JSON Feed; measures as written.
public struct RawEnclosure: Hashable, Sendable {
    public var url: String
    public var type: String?
    public var length: String?
    public var title: String?
    /// Seconds.
    public var duration: String?
    public var base: [String]
    public var place: Place

    public init(
        _ url: String, type: String? = nil, length: String? = nil, title: String? = nil, duration: String? = nil,
        base: [String] = [], at place: Place = .unknown
    ) {
        self.url = url
        self.type = type
        self.length = length
        self.title = title
        self.duration = duration
        self.base = base
        self.place = place
    }
}

/// RSS `image`; measures as written.
public struct RawImage: Hashable, Sendable {
    public var url: String?
    public var title: String?
    public var link: String?
    public var description: String?
    public var width: String?
    public var height: String?
    public var base: [String] = []
    public var place: Place

    public init(at place: Place = .unknown) { self.place = place }
}

public struct RawGenerator: Hashable, Sendable {
    public var name: String?
    public var url: String?
    public var version: String?
    public var base: [String] = []
    public var place: Place

    public init(name: String? = nil, at place: Place = .unknown) {
        self.name = name
        self.place = place
    }
}

/// An entry of JSON Feed's `hubs`.
public struct RawHub: Hashable, Sendable {
    public var type: String
    public var url: String

    public init(type: String, url: String) {
        self.type = type
        self.url = url
    }
}

public struct RawAttribute: Hashable, Sendable {
    /// Local name; with its prefix if it has one other than `xml` (`xlink:href`). `xml:…` attributes are `xml:lang`, ….
    public var name: String
    public var value: String

    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// An element of a vocabulary other than the format's own, with all inside it.
public struct RawElement: Hashable, Sendable {
    public var vocabulary: Vocabulary
    /// Local name, as written; in the usual letter case if the vocabulary is a known one.
    public var name: String
    public var prefix: String
    /// The namespace's address as the document spells it.
    public var namespace: String
    /// All text directly inside, white space around it removed.
    public var text: String
    public var attributes: [RawAttribute]
    public var children: [RawElement]
    /// `xml:base` values that hold here, outermost first.
    public var base: [String]
    public var place: Place

    public init(
        _ vocabulary: Vocabulary, _ name: String, prefix: String = "", namespace: String = "", text: String = "",
        attributes: [RawAttribute] = [], children: [RawElement] = [], base: [String] = [],
        at place: Place = .unknown
    ) {
        self.vocabulary = vocabulary
        self.name = name
        self.prefix = prefix
        self.namespace = namespace
        self.text = text
        self.attributes = attributes
        self.children = children
        self.base = base
        self.place = place
    }

    /// The value of the attribute of that name; letter case is forgiven.
    public subscript(attribute: String) -> String? {
        for candidate in attributes where candidate.name == attribute { return candidate.value }
        for candidate in attributes where candidate.name.utf8.count == attribute.utf8.count {
            if candidate.name.lowercased() == attribute.lowercased() { return candidate.value }
        }
        return nil
    }
}
