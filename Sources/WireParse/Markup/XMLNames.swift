/// Element names that a format reads. Names of other elements are kept as text.
enum LocalName: UInt8, CaseIterable {
    case other
    // roots and frames
    case rss, RDF, channel, feed, entry, item, items, html, opml, urlset, url, loc, lastmod
    // RSS
    case title, link, description, guid, pubDate, lastBuildDate, language, copyright, managingEditor, webMaster
    case author, category, enclosure, comments, source, image, generator, ttl, skipHours, hour, skipDays, day
    case cloud, textInput, name, docs, rating, content, body, fullitem, width, height
    // Atom
    case id, updated, published, modified, issued, created, contributor, uri, homepage, email, summary, subtitle
    case tagline, info, rights, logo, icon
    // content:
    case encoded
    // xhtml:
    case div
    // news:
    case news, publication, publication_date, keywords
    // image:
    case caption

    private static let exact: [String: LocalName] = {
        var table = Dictionary(uniqueKeysWithValues: LocalName.allCases.map { (String(describing: $0), $0) })
        table["other"] = nil
        return table
    }()

    private static let folded: [String: LocalName] = {
        var table = Dictionary(exact.map { ($0.key.lowercased(), $0.value) }) { first, _ in first }
        table["textinput"] = .textInput
        return table
    }()

    /// The name spelled so; letter case is forgiven.
    init(_ text: String) {
        self = LocalName.exact[text] ?? LocalName.folded[text.lowercased()] ?? .other
    }
}

/// Attribute names that a format reads.
enum AttributeName: UInt8, CaseIterable {
    case other
    case href, rel, type, title, hreflang, length, url, domain, isPermaLink, term, scheme, label, src, mode, version
    case uri, about, resource, email, name, port, path, `protocol`, registerProcedure
    /// `xml:base`, `xml:lang`.
    case base, lang

    private static let exact: [String: AttributeName] = {
        var table = Dictionary(uniqueKeysWithValues: AttributeName.allCases.map { (String(describing: $0), $0) })
        table["other"] = nil
        return table
    }()

    private static let folded = Dictionary(exact.map { ($0.key.lowercased(), $0.value) }) { first, _ in first }

    init(_ text: String) {
        self = AttributeName.exact[text] ?? AttributeName.folded[text.lowercased()] ?? .other
    }
}

/// What an element's name means.
struct XMLKind {
    let vocabulary: Vocabulary
    let local: LocalName

    init(_ vocabulary: Vocabulary, _ local: LocalName) {
        self.vocabulary = vocabulary
        self.local = local
    }
}

/// An element's name as the document spells it and as it is understood.
struct XMLName {
    let local: LocalName
    private(set) var raw: RawElementName

    init(_ vocabulary: Vocabulary, _ local: String, prefix: String, namespace: String) {
        self.local = LocalName(local)
        raw = RawElementName(vocabulary, vocabulary.spelling(of: local), prefix: prefix, namespace: namespace)
    }

    var vocabulary: Vocabulary { raw.vocabulary }
    /// Local part as written.
    var text: String { raw.local }
    var prefix: String { raw.prefix }
    var namespace: String { raw.namespace }

    mutating func adopt(_ vocabulary: Vocabulary) {
        raw = RawElementName(vocabulary, raw.local, prefix: raw.prefix, namespace: raw.namespace)
    }
}
