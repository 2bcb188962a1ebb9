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
    /// RSS `source`: its `url` as a link of relation `self`, its text as the title. Atom `source`. The first counts.
    public var sources: [ParsedHead] = []
    /// Elements of vocabularies other than the format's own, in document order.
    public var elements: [RawElement] = []
    /// JSON Feed members whose names begin with `_`.
    public var members: [String: JSONValue] = [:]
    /// One at most.
    private var rare: [RareParts] = []

    public init(place: Place = .unknown) { self.place = place }
}

/// What few entries have. It lies apart, because entries are many and are moved often.
private struct RareParts: Hashable, Sendable {
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
    /// `xml:lang` on the entry's element itself.
    public var xmlLanguage: String? {
        get { rare.first?.xmlLanguage }
        set { put(newValue) { $0.xmlLanguage = newValue } }
    }

    /// RSS 1.0 `rdf:about`, whatever `id` is.
    public var about: String? {
        get { rare.first?.about }
        set { put(newValue) { $0.about = newValue } }
    }

    /// JSON Feed `content_text`.
    public var plainContent: RawText? {
        get { rare.first?.plainContent }
        set { put(newValue) { $0.plainContent = newValue } }
    }

    /// Atom `content` with `src`.
    public var contentURL: RawValue? {
        get { rare.first?.contentURL }
        set { put(newValue) { $0.contentURL = newValue } }
    }

    /// Atom: the media type of `content` with `src` or of decoded data; nil otherwise.
    public var contentType: String? {
        get { rare.first?.contentType }
        set { put(newValue) { $0.contentType = newValue } }
    }

    public var rights: RawText? {
        get { rare.first?.rights }
        set { put(newValue) { $0.rights = newValue } }
    }

    /// JSON Feed `language`, RSS `language` within the item.
    public var language: RawValue? {
        get { rare.first?.language }
        set { put(newValue) { $0.language = newValue } }
    }

    /// RSS `comments`.
    public var comments: RawValue? {
        get { rare.first?.comments }
        set { put(newValue) { $0.comments = newValue } }
    }

    /// RSS `image` within the item.
    public var image: RawImage? {
        get { rare.first?.image }
        set { put(newValue) { $0.image = newValue } }
    }

    /// JSON Feed `image`.
    public var imageURL: RawValue? {
        get { rare.first?.imageURL }
        set { put(newValue) { $0.imageURL = newValue } }
    }

    /// JSON Feed `banner_image`.
    public var bannerImageURL: RawValue? {
        get { rare.first?.bannerImageURL }
        set { put(newValue) { $0.bannerImageURL = newValue } }
    }

    private mutating func put<Value>(_ value: Value?, _ change: (inout RareParts) -> Void) {
        if rare.isEmpty {
            guard value != nil else { return }
            rare.append(RareParts())
        }
        change(&rare[0])
    }
}
