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
