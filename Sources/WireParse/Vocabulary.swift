/// The vocabularies whose elements this module knows, each with its namespaces. `other` is every other namespace.
public enum Vocabulary: UInt8, Hashable, Sendable, CaseIterable {
    /// No namespace, and those of RSS itself.
    case rss
    case atom
    case rdf, xml, xhtml
    case content, dc, dcterms, sy, slash, wfw, thr
    case itunes, googleplay, podcast, psc, media
    case feedburner, creativeCommons, cc, admin, webfeeds, source
    case georss, gml, geo
    case sitemap, news, image, opensearch
    case other

    /// The prefix that feeds usually give it; what an undeclared prefix is taken for.
    public var prefix: String { self == .other || self == .rss ? "" : String(describing: self) }

    /// The vocabulary that a namespace's address names, whatever its letter case, blanks around it and final slashes.
    public init(namespace: String) {
        self = Vocabulary.byNamespace[Vocabulary.key(of: namespace)] ?? .other
    }

    /// The vocabulary that a prefix usually stands for; nil if it is not a usual one.
    public init?(usualPrefix: String) {
        guard let found = Vocabulary.byPrefix[usualPrefix.lowercased()] else { return nil }
        self = found
    }

    /// The namespaces that stand for each vocabulary; the first is the one in force.
    static let namespaces: [(Vocabulary, [String])] = [
        (
            .rss,
            [
                "", "http://purl.org/rss/1.0/", "http://my.netscape.com/rdf/simple/0.9/",
                "http://channel.netscape.com/rdf/simple/0.9/", "http://backend.userland.com/rss",
                "http://backend.userland.com/rss2", "http://backend.userland.com/rss091",
                "http://backend.userland.com/rss092", "http://blogs.law.harvard.edu/tech/rss",
                "http://cyber.law.harvard.edu/rss", "http://purl.org/net/rss1.1#", "http://purl.org/rss/2.0/",
                "http://my.netscape.com/publish/formats/rss-0.91.dtd", "http://www.rssboard.org/rss-specification",
            ]
        ),
        (
            .atom,
            [
                "http://www.w3.org/2005/Atom", "http://purl.org/atom/ns#", "http://purl.org/pie/",
                "http://purl.org/echo/", "http://example.com/newformat#", "http://example.com/necho",
                "uri/of/echo/namespace#", "https://www.w3.org/2005/Atom",
            ]
        ),
        (.rdf, ["http://www.w3.org/1999/02/22-rdf-syntax-ns#"]),
        (.xml, ["http://www.w3.org/XML/1998/namespace"]),
        (.xhtml, ["http://www.w3.org/1999/xhtml"]),
        (.content, ["http://purl.org/rss/1.0/modules/content/"]),
        (.dc, ["http://purl.org/dc/elements/1.1/", "http://purl.org/dc/elements/1.0/"]),
        (.dcterms, ["http://purl.org/dc/terms/"]),
        (.sy, ["http://purl.org/rss/1.0/modules/syndication/"]),
        (.slash, ["http://purl.org/rss/1.0/modules/slash/"]),
        (.wfw, ["http://wellformedweb.org/CommentAPI/"]),
        (.thr, ["http://purl.org/syndication/thread/1.0"]),
        (.itunes, ["http://www.itunes.com/dtds/podcast-1.0.dtd", "http://example.com/dtds/podcast-1.0.dtd"]),
        (.googleplay, ["http://www.google.com/schemas/play-podcasts/1.0"]),
        (
            .podcast,
            [
                "https://podcastindex.org/namespace/1.0", "http://podcastindex.org/namespace/1.0",
                "https://github.com/podcastindex-org/podcast-namespace/blob/main/docs/1.0.md",
            ]
        ),
        (.psc, ["http://podlove.org/simple-chapters"]),
        (.media, ["http://search.yahoo.com/mrss/", "http://video.search.yahoo.com/mrss/"]),
        (.feedburner, ["http://rssnamespace.org/feedburner/ext/1.0"]),
        (
            .creativeCommons,
            [
                "http://backend.userland.com/creativeCommonsRssModule",
                "http://cyber.law.harvard.edu/rss/creativeCommonsRssModule.html",
                "http://blogs.law.harvard.edu/tech/creativeCommonsRssModule",
            ]
        ),
        (.cc, ["http://web.resource.org/cc/", "http://creativecommons.org/ns#"]),
        (.admin, ["http://webns.net/mvcb/"]),
        (.webfeeds, ["http://webfeeds.org/rss/1.0"]),
        (.source, ["http://source.scripting.com/", "http://source.smallpict.com/2014/07/12.html"]),
        (.georss, ["http://www.georss.org/georss"]),
        (.gml, ["http://www.opengis.net/gml", "http://www.opengis.net/gml/3.2"]),
        (.geo, ["http://www.w3.org/2003/01/geo/wgs84_pos#"]),
        (.sitemap, ["http://www.sitemaps.org/schemas/sitemap/0.9", "http://www.google.com/schemas/sitemap/0.84"]),
        (.news, ["http://www.google.com/schemas/sitemap-news/0.9"]),
        (.image, ["http://www.google.com/schemas/sitemap-image/1.1"]),
        (.opensearch, ["http://a9.com/-/spec/opensearch/1.1/", "http://a9.com/-/spec/opensearchrss/1.0/"]),
    ]

    private static let byNamespace: [String: Vocabulary] = {
        var table: [String: Vocabulary] = [:]
        for (vocabulary, addresses) in namespaces {
            for address in addresses { table[key(of: address)] = vocabulary }
        }
        return table
    }()

    private static let byPrefix: [String: Vocabulary] = {
        var table: [String: Vocabulary] = [:]
        for vocabulary in Vocabulary.allCases where !vocabulary.prefix.isEmpty {
            table[vocabulary.prefix.lowercased()] = vocabulary
        }
        table["html"] = .xhtml
        table["openSearch".lowercased()] = .opensearch
        table["gp"] = .googleplay
        table["dct"] = .dcterms
        return table
    }()

    /// Lower-case ASCII letters, no blanks around, no slashes at the end, `https` taken as `http`.
    private static func key(of namespace: String) -> String {
        var bytes = namespace.utf8.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }[...]
        while let first = bytes.first, first <= 0x20 { bytes.removeFirst() }
        while let last = bytes.last, last <= 0x20 || last == UInt8(ascii: "/") { bytes.removeLast() }
        if bytes.starts(with: "https:".utf8) { return "http" + String(decoding: bytes.dropFirst(5), as: UTF8.self) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
