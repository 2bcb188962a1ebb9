/// A short value as written, white space around it removed.
public struct RawValue: Hashable, Sendable {
    let source: DocumentText
    /// `xml:base` values that hold here, outermost first.
    public var base: [String]
    public var place: Place

    /// Made anew at each call.
    public var text: String { source.string }

    public init(_ text: String, base: [String] = [], at place: Place = .unknown) {
        self.init(DocumentText(text), base: base, at: place)
    }

    init(_ source: DocumentText, base: [String], at place: Place) {
        self.source = source
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

    let source: DocumentText
    public var kind: Kind
    private var rare = Rare<RareParts>()
    public var place: Place

    private struct RareParts: Hashable, Sendable {
        var base: [String] = []
        var language: String?
    }

    /// Made anew at each call.
    public var text: String { source.string }

    /// `xml:base` values that hold here, outermost first.
    public var base: [String] {
        get { rare.value?.base ?? [] }
        set { rare.put(newValue.nonEmpty, into: RareParts()) { $0.base = newValue } }
    }

    /// `xml:lang` on this element itself.
    public var language: String? {
        get { rare.value?.language }
        set { rare.put(newValue, into: RareParts()) { $0.language = newValue } }
    }

    public init(
        _ text: String, _ kind: Kind, base: [String] = [], language: String? = nil, at place: Place = .unknown
    ) {
        self.init(DocumentText(text), kind, base: base, language: language, at: place)
    }

    init(
        _ source: DocumentText, _ kind: Kind, base: [String] = [], language: String? = nil, at place: Place = .unknown
    ) {
        self.source = source
        self.kind = kind
        self.place = place
        self.base = base
        self.language = language
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

    let source: DocumentText
    public var role: Role
    public var place: Place

    /// Made anew at each call.
    public var text: String { source.string }

    public init(_ text: String, _ role: Role, at place: Place = .unknown) {
        self.init(DocumentText(text), role, at: place)
    }

    init(_ source: DocumentText, _ role: Role, at place: Place) {
        self.source = source
        self.role = role
        self.place = place
    }
}

/// An identity as written.
public struct RawID: Hashable, Sendable {
    public enum Kind: UInt8, Sendable {
        case guid, atomID, rdfAbout, json
    }

    let source: DocumentText
    public var kind: Kind
    /// RSS `isPermaLink`: true unless it says `false`; nil for the other kinds.
    public var isPermalink: Bool?
    public var base: [String]
    public var place: Place

    /// Made anew at each call.
    public var text: String { source.string }

    public init(
        _ text: String, _ kind: Kind, isPermalink: Bool? = nil, base: [String] = [], at place: Place = .unknown
    ) {
        self.init(DocumentText(text), kind, isPermalink: isPermalink, base: base, at: place)
    }

    init(_ source: DocumentText, _ kind: Kind, isPermalink: Bool? = nil, base: [String], at place: Place) {
        self.source = source
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

    let source: DocumentText
    public var kind: Kind
    public var rel: String?
    private var rare = Rare<RareParts>()
    public var place: Place

    /// Made anew at each call.
    public var url: String { source.string }

    public init(_ url: String, _ kind: Kind, rel: String? = nil, base: [String] = [], at place: Place = .unknown) {
        self.init(DocumentText(url), kind, rel: rel, base: base, at: place)
    }

    init(_ source: DocumentText, _ kind: Kind, rel: String? = nil, base: [String], at place: Place) {
        self.source = source
        self.kind = kind
        self.rel = rel
        self.place = place
        self.base = base
    }

    private struct RareParts: Hashable, Sendable {
        var base: [String] = []
        var type: String?
        var title: String?
        var language: String?
        var length: String?
    }

    public var base: [String] {
        get { rare.value?.base ?? [] }
        set { rare.put(newValue.nonEmpty, into: RareParts()) { $0.base = newValue } }
    }

    public var type: String? {
        get { rare.value?.type }
        set { rare.put(newValue, into: RareParts()) { $0.type = newValue } }
    }

    public var title: String? {
        get { rare.value?.title }
        set { rare.put(newValue, into: RareParts()) { $0.title = newValue } }
    }

    /// `hreflang`.
    public var language: String? {
        get { rare.value?.language }
        set { rare.put(newValue, into: RareParts()) { $0.language = newValue } }
    }

    public var length: String? {
        get { rare.value?.length }
        set { rare.put(newValue, into: RareParts()) { $0.length = newValue } }
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
    var source: DocumentText?
    public var term: String?
    private var rare = Rare<RareParts>()
    public var place: Place

    public init(
        text: String? = nil, term: String? = nil, scheme: String? = nil, label: String? = nil,
        at place: Place = .unknown
    ) {
        source = text.map { DocumentText($0) }
        self.term = term
        self.place = place
        self.scheme = scheme
        self.label = label
    }

    private struct RareParts: Hashable, Sendable {
        var scheme: String?
        var label: String?
    }

    /// Made anew at each call.
    public var text: String? { source?.string }

    public var scheme: String? {
        get { rare.value?.scheme }
        set { rare.put(newValue, into: RareParts()) { $0.scheme = newValue } }
    }

    public var label: String? {
        get { rare.value?.label }
        set { rare.put(newValue, into: RareParts()) { $0.label = newValue } }
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
