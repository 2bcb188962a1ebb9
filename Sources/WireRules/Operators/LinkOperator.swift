import WireModel

/// The article's link: site: and url:, and the folder of its feed.
enum LinkOperator: QueryOperator {
    static let keyword = "link"
    static let manual = OperatorManual(
        syntax: "site:example.org domain:example.org · url:text inurl:text",
        summary: "The link's host is this or below it; the link has this text, in any case.",
        examples: [
            .init("barr AND site:example.org", "Barr spoke.", matches: false),
            .init("barr NOT url:sport", "Barr spoke."),
        ])
    static let fields: [FieldRule] = [
        FieldRule("site", aliases: ["domain"], sample: "example.org", read: readSite),
        FieldRule("url", aliases: ["inurl"], sample: "politics") { value throws(QueryProblem) in
            .facet(LinkFacet(text: Array(value.text.lowercased().utf8)))
        },
    ]

    @Sendable private static func readSite(_ value: FieldValue) throws(QueryProblem) -> Expression.Kind {
        var host = value.text.lowercased()
        if host.hasPrefix("*.") { host.removeFirst(2) }
        while host.hasPrefix(".") { host.removeFirst() }
        while host.hasSuffix(".") { host.removeLast() }
        let isHost = !host.isEmpty && !host.utf8.contains { "/:@?#*\\ ".utf8.contains($0) }
        guard isHost || host.hasPrefix("[") && host.hasSuffix("]") else {
            let inner =
                SiteFacet.host(of: host).map(String.init) ?? String(host.prefix { $0 != "/" && $0 != ":" && $0 != "?" })
            throw value.problem(
                "not-a-host", "\(value.text) is not the name of a host",
                hint: inner.isEmpty
                    ? "write site:example.org" : "write site:\(inner), or url:\(value.text) for a part of the link")
        }
        return .facet(SiteFacet(host: Punycode.asciiHost(host)))
    }
}

struct SiteFacet: Facet {
    let host: String

    func state(of article: ArticleFacts) -> String {
        article.item.url.map { "the link is \($0)" } ?? "the article has no link"
    }

    func holds(for article: ArticleFacts) -> Bool {
        guard let url = article.item.url, let found = SiteFacet.host(of: url) else { return false }
        let ascii = Punycode.asciiHost(found.lowercased())
        return ascii == host || ascii.hasSuffix("." + host)
    }

    func spans(in article: ArticleFacts) -> [Span] {
        guard let url = article.item.url, let found = SiteFacet.host(of: url) else { return [] }
        return [
            Span(
                field: "url", offset: url[..<found.startIndex].utf8.count, length: found.utf8.count,
                text: String(found))
        ]
    }

    /// The host of a URL, as it stands there, without user, port and final dot.
    static func host(of url: String) -> Substring? {
        guard let scheme = url.firstRange(of: "//") else { return nil }
        var authority = url[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" && $0 != "\\" }
        if let at = authority.lastIndex(of: "@") { authority = authority[authority.index(after: at)...] }
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") { return authority[...end] }
        var host = authority.prefix { $0 != ":" }
        while host.hasSuffix(".") { host = host.dropLast() }
        return host.isEmpty ? nil : host
    }
}

/// A text in the link, in any case.
struct LinkFacet: Facet {
    let text: [UInt8]

    func state(of article: ArticleFacts) -> String {
        article.item.url.map { "the link is \($0)" } ?? "the article has no link"
    }

    func holds(for article: ArticleFacts) -> Bool {
        guard let url = article.item.url else { return false }
        return place(in: url) != nil
    }

    func spans(in article: ArticleFacts) -> [Span] {
        guard let url = article.item.url, let offset = place(in: url) else { return [] }
        let bytes = Array(url.utf8)[offset..<(offset + text.count)]
        return [Span(field: "url", offset: offset, length: text.count, text: String(decoding: bytes, as: UTF8.self))]
    }

    /// The offset of the text, if lower case keeps every byte in its place; else of the URL's beginning.
    private func place(in url: String) -> Int? {
        let lower = Array(url.lowercased().utf8)
        guard !text.isEmpty, lower.count >= text.count else { return nil }
        let found = (0...(lower.count - text.count)).first { lower[$0..<($0 + text.count)].elementsEqual(text) }
        guard let found else { return nil }
        return lower.count == url.utf8.count ? found : 0
    }
}

/// The feed is in this folder or below it.
struct FolderFacet: Facet {
    let path: String

    func state(of article: ArticleFacts) -> String {
        article.feed.folder.map { "the feed's folder is \($0)" } ?? "the feed is in no folder"
    }

    func holds(for article: ArticleFacts) -> Bool {
        guard let folder = article.feed.folder?.lowercased() else { return false }
        var path = path.lowercased()
        while path.hasSuffix("/") { path.removeLast() }
        return !path.isEmpty && (folder == path || folder.hasPrefix(path + "/"))
    }

    func spans(in article: ArticleFacts) -> [Span] {
        guard let folder = article.feed.folder else { return [] }
        return [Span(field: "feed.folder", offset: 0, length: folder.utf8.count, text: folder)]
    }
}
