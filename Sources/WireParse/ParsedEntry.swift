public import WireModel

/// What a document says about one entry.
public struct ParsedEntry: Hashable, Sendable {
    public var place: Place
    /// `xml:base` of the entry element and those around it, outermost first.
    public var base: [String] = []
    /// RSS `guid`, else Atom `id`, else JSON Feed `id`, else RSS 1.0 `rdf:about`. (`dc:identifier` is among `elements`.)
    public var id: RawID?
    public var title: RawText?
    /// RSS `description`, Atom `summary`, JSON Feed `summary`.
    public var summary: RawText?
    /// The first there is of: `content:encoded`, `xhtml:body`, RSS `content`, `body`, `fullitem`, Atom `content`,
    /// JSON Feed `content_html`.
    public var content: RawText?
    public var dates: [RawDate] = []
    /// RSS `link`, Atom `link` (enclosures too, by their relation), JSON Feed `url` (alternate), `external_url` (related).
    public var links: [RawLink] = []
    /// RSS `enclosure`, JSON Feed `attachments`.
    public var enclosures: [RawEnclosure] = []
    public var persons: [RawPerson] = []
    public var categories: [RawCategory] = []
    /// Elements of vocabularies other than the format's own, in document order.
    public var elements: [RawElement] = []
    private var rare = Rare<RareParts>()

    public init(place: Place = .unknown) { self.place = place }
}

/// What few entries have: entries are many, and are moved often.
private struct RareParts: Hashable, Sendable {
    var sources: [ParsedHead] = []
    var members: [String: JSONValue] = [:]
    var xmlLanguage: String?
    var about: String?
    var plainContent: RawText?
    var contentURL: RawValue?
    var contentType: String?
    var rights: RawText?
    var language: RawValue?
    var comments: RawValue?
    var image: RawImage?
    var imageURL: RawValue?
    var bannerImageURL: RawValue?
}

extension ParsedEntry {
    /// RSS `source`: its `url` as a link of relation `self`, its text as the title. Atom `source`. The first counts.
    public var sources: [ParsedHead] {
        get { rare.value?.sources ?? [] }
        set { rare.put(newValue.nonEmpty, into: RareParts()) { $0.sources = newValue } }
    }

    /// JSON Feed members whose names begin with `_`.
    public var members: [String: JSONValue] {
        get { rare.value?.members ?? [:] }
        set { rare.put(newValue.nonEmpty, into: RareParts()) { $0.members = newValue } }
    }

    /// `xml:lang` on the entry's element itself.
    public var xmlLanguage: String? {
        get { rare.value?.xmlLanguage }
        set { rare.put(newValue, into: RareParts()) { $0.xmlLanguage = newValue } }
    }

    /// RSS 1.0 `rdf:about`, whatever `id` is.
    public var about: String? {
        get { rare.value?.about }
        set { rare.put(newValue, into: RareParts()) { $0.about = newValue } }
    }

    /// JSON Feed `content_text`.
    public var plainContent: RawText? {
        get { rare.value?.plainContent }
        set { rare.put(newValue, into: RareParts()) { $0.plainContent = newValue } }
    }

    /// Atom `content` with `src`.
    public var contentURL: RawValue? {
        get { rare.value?.contentURL }
        set { rare.put(newValue, into: RareParts()) { $0.contentURL = newValue } }
    }

    /// Atom: the media type of `content` with `src` or of decoded data; nil otherwise.
    public var contentType: String? {
        get { rare.value?.contentType }
        set { rare.put(newValue, into: RareParts()) { $0.contentType = newValue } }
    }

    public var rights: RawText? {
        get { rare.value?.rights }
        set { rare.put(newValue, into: RareParts()) { $0.rights = newValue } }
    }

    /// JSON Feed `language`, RSS `language` within the item.
    public var language: RawValue? {
        get { rare.value?.language }
        set { rare.put(newValue, into: RareParts()) { $0.language = newValue } }
    }

    /// RSS `comments`.
    public var comments: RawValue? {
        get { rare.value?.comments }
        set { rare.put(newValue, into: RareParts()) { $0.comments = newValue } }
    }

    /// RSS `image` within the item.
    public var image: RawImage? {
        get { rare.value?.image }
        set { rare.put(newValue, into: RareParts()) { $0.image = newValue } }
    }

    /// JSON Feed `image`.
    public var imageURL: RawValue? {
        get { rare.value?.imageURL }
        set { rare.put(newValue, into: RareParts()) { $0.imageURL = newValue } }
    }

    /// JSON Feed `banner_image`.
    public var bannerImageURL: RawValue? {
        get { rare.value?.bannerImageURL }
        set { rare.put(newValue, into: RareParts()) { $0.bannerImageURL = newValue } }
    }
}
