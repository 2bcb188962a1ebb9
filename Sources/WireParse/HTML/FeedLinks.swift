public import WireModel

/// The feeds that a web page names: in the links of its head, in links that a reader may click, and at usual places.
public struct FeedLinks: Sendable {
    public struct Found: Hashable, Sendable {
        public enum Source: String, Sendable {
            /// A `link` element that says it is a feed.
            case link
            /// An `a` element that looks like one.
            case anchor
            /// The page says nothing; many sites have their feed there.
            case guess
        }

        /// Absolute if the page's own address or its `base` is.
        public let url: String
        public let title: String?
        public let type: String?
        public let source: Source
    }

    private enum Limits {
        /// Feeds of one page that are listed.
        static let found = 100
    }

    /// What the page says, links of the head first, then anchors; each address once.
    public private(set) var found: [Found] = []
    /// The page's own address, or its `base`.
    private var base: String?

    /// Reads a page in any encoding.
    public init(_ page: FetchedDocument) {
        let decoded = TextDecoding.decode(page, limits: ParseLimits())
        self.init(html: Array(decoded.bytes[decoded.start...]), url: page.url)
    }

    init(html: [UInt8], url: String?) {
        base = url
        var links: [Found] = []
        var anchors: [Found] = []
        var reader = HTMLReader(html)
        var hasBase = false
        while let event = reader.next(), links.count + anchors.count < Limits.found {
            guard case .start(let element) = event else { continue }
            switch String(decoding: element.name, as: UTF8.self) {
            case "base" where !hasBase:
                if let address = Self.attribute("href", of: reader) {
                    base = URLReference.resolve(address, against: url)
                    hasBase = true
                }
            case "link":
                if let link = link(reader) { links.append(link) }
            case "a":
                if let anchor = anchor(&reader) { anchors.append(anchor) }
            default:
                if element.traits.contains(.rawText) { _ = reader.readRawText(of: element) }
            }
        }
        var seen: Set<String> = []
        found = (links + anchors).filter { seen.insert($0.url).inserted }
    }

    /// Where sites have their feeds that do not name them, most frequent first.
    public static func guesses(near url: String) -> [Found] {
        guard URLReference.isWeb(url) else { return [] }
        return ["/feed", "/rss.xml", "/atom.xml", "/feed.xml", "/index.xml", "/rss", "/feed.json"].compactMap { path in
            URLReference.resolve(path, against: url).map { Found(url: $0, title: nil, type: nil, source: .guess) }
        }
    }

    private func link(_ reader: HTMLReader) -> Found? {
        guard let address = Self.attribute("href", of: reader), let url = resolved(address) else { return nil }
        let relations = (Self.attribute("rel", of: reader) ?? "").lowercased().split(separator: " ")
        let type = Self.attribute("type", of: reader)
        let isFeed =
            relations.contains("feed")
            || (relations.contains("alternate") && Self.isFeedType(type, address) && !relations.contains("stylesheet"))
        return isFeed ? Found(url: url, title: Self.attribute("title", of: reader), type: type, source: .link) : nil
    }

    private func anchor(_ reader: inout HTMLReader) -> Found? {
        guard let address = Self.attribute("href", of: reader), let url = resolved(address) else { return nil }
        let type = Self.attribute("type", of: reader)
        let relations = (Self.attribute("rel", of: reader) ?? "").lowercased().split(separator: " ")
        guard relations.contains("feed") || Self.isFeedType(type, "") || Self.looksLikeFeed(address) else { return nil }
        var title = Self.attribute("title", of: reader)
        if title == nil, let event = reader.next(), case .text(let range) = event {
            title = TextPair.plain(String(decoding: reader.bytes[range], as: UTF8.self)).nonEmpty
        }
        return Found(url: url, title: title, type: type, source: .anchor)
    }

    private func resolved(_ address: String) -> String? {
        guard let url = URLReference.resolve(address, against: base) else { return nil }
        let scheme = URLReference.scheme(of: url)
        return scheme == nil || scheme == "http" || scheme == "https" ? url : nil
    }

    private static func isFeedType(_ type: String?, _ address: String) -> Bool {
        let essence = type?.lowercased().prefix { $0 != ";" && $0 != " " } ?? ""
        switch essence {
        case "application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json",
            "text/rss+xml",
            "application/rss", "application/x.atom+xml", "application/x-atom+xml", "text/x-rss":
            return true
        case "text/xml", "application/xml": return true
        // Many sites offer their programming interface as JSON.
        case "application/json": return looksLikeFeed(address)
        default: return false
        }
    }

    /// Whether an address is of the kind that feeds have.
    static func looksLikeFeed(_ address: String) -> Bool {
        let lower = address.lowercased()
        if lower.hasPrefix("feed:") { return true }
        let bare = lower.prefix { $0 != "#" }
        let path = bare.prefix { $0 != "?" }
        let query = bare.dropFirst(path.count)
        if [".rss", ".rdf", ".atom", "feed.json", "feed.xml", "rss.xml", "atom.xml", "index.xml", "feeds.xml"]
            .contains(where: { path.hasSuffix($0) })
        {
            return true
        }
        let segments = path.split(separator: "/").suffix(2)
        if segments.contains(where: { ["feed", "feeds", "rss", "atom", "rss2"].contains($0) }) { return true }
        return ["feed=rss", "feed=atom", "format=rss", "format=atom", "type=rss", "output=rss"].contains {
            query.contains($0)
        }
    }

    static func attribute(_ name: String, of reader: HTMLReader) -> String? {
        for attribute in reader.attributes
        where attribute.name.count == name.utf8.count
            && zip(reader.bytes[attribute.name], name.utf8).allSatisfy({ $0.asciiLowercased == $1 })
        {
            var value: [UInt8] = []
            HTMLWriter.decode(reader.bytes, attribute.value, inAttribute: true, to: &value)
            return TextExtractor.collapsed(String(decoding: value, as: UTF8.self)).nonEmpty
        }
        return nil
    }
}
