public import WireModel

/// Why nothing could be read from a document.
public enum ParseError: Error, Hashable, Sendable {
    /// There is nothing but white space.
    case empty(problems: [Problem], encoding: String)
    /// It is something other than a feed; `root` is its first element, if it has one, `links` the feeds that it names.
    case notAFeed(root: String?, problems: [Problem], encoding: String, links: [FeedLinks.Found] = [])

    /// What was found, the reason among them.
    public var problems: [Problem] {
        switch self {
        case .empty(let problems, _):
            return problems + [Problem(.emptyInput, "The document is empty.")]
        case .notAFeed(let root, let problems, _, let links):
            let what =
                switch root?.lowercased() {
                case nil: "no element of a feed was found in it"
                case "html" where links.isEmpty: "it is a web page"
                case "html": "it is a web page; it names " + ParseError.list(links)
                case "opml": "it is a list of feeds (OPML); import it with \"feeds import\""
                case "urlset", "sitemapindex": "it is a site map without news"
                case let root?: "its root element is \"\(root.prefix(100))\""
                }
            return problems + [Problem(.notAFeed, "The document is not a feed: \(what).")]
        }
    }

    /// The encoding the document was read in.
    public var encoding: String {
        switch self {
        case .empty(_, let encoding), .notAFeed(_, _, let encoding, _): encoding
        }
    }

    private static func list(_ links: [FeedLinks.Found]) -> String {
        let shown = links.prefix(5).map { $0.url.count > 300 ? $0.url.prefix(300) + "…" : $0.url }
        let rest = links.count > shown.count ? " and \(links.count - shown.count) more" : ""
        return (links.count == 1 ? "the feed " : "the feeds ") + shown.joined(separator: ", ") + rest
    }
}

/// A syndication format. One file in `Formats`, one line in `FeedParser.formats`.
protocol FeedFormat: Sendable {
    /// In diagnostics and metrics.
    static var name: String { get }
    /// How sure the first bytes make us. Cheap.
    static func confidence(_ prefix: DocumentPrefix) -> Confidence
    static func parse(_ document: DecodedDocument) throws(ParseError) -> ParsedFeed
}

/// How sure a format is of a document.
enum Confidence: Int, Comparable {
    case none, possible, likely, certain

    static func < (left: Confidence, right: Confidence) -> Bool { left.rawValue < right.rawValue }
}

/// A document in UTF-8, and what was found on the way there.
struct DecodedDocument {
    /// Valid UTF-8 from `start` on; before it stands a byte order mark.
    let bytes: [UInt8]
    let start: Int
    /// Lower-case WHATWG name.
    let encoding: String
    let url: String?
    let problems: [Problem]
    let limits: ParseLimits
}

/// Reads a document of any known format.
public struct FeedParser: Sendable {
    public typealias Limits = ParseLimits

    /// Every format, in the order in which equal confidences are tried.
    static let formats: [any FeedFormat.Type] = [RSS.self, Atom.self, JSONFeed.self, Sitemap.self]

    private let limits: Limits

    public init(limits: Limits = Limits()) { self.limits = limits }

    /// What the document says. Blemishes do not fail; they are `problems` of the result.
    ///
    /// - Throws: `ParseError` if the document is not a feed at all.
    public func parse(_ document: FetchedDocument) throws(ParseError) -> ParsedFeed {
        let decoded = TextDecoding.decode(document, limits: limits)
        let prefix = DocumentPrefix(decoded.bytes[decoded.start...])
        guard !prefix.isBlank else { throw .empty(problems: decoded.problems, encoding: decoded.encoding) }
        var best: (format: any FeedFormat.Type, confidence: Confidence)?
        for format in FeedParser.formats {
            let confidence = format.confidence(prefix)
            if confidence > (best?.confidence ?? .none) { best = (format, confidence) }
        }
        guard let best else {
            let isPage = prefix.rootName?.lowercased() == "html"
            let links = isPage ? FeedLinks(html: Array(decoded.bytes[decoded.start...]), url: document.url).found : []
            throw .notAFeed(
                root: prefix.rootName, problems: decoded.problems, encoding: decoded.encoding, links: links)
        }
        var feed = try best.format.parse(decoded)
        if let type = FeedParser.strangeType(document.contentType) {
            feed.problems.append(
                Problem(.contentTypeIgnored, "The document came as \"\(type)\"; it is read as a feed all the same."))
        }
        return feed
    }

    /// The media type of a header that names neither XML nor JSON; nil if there is nothing to remark.
    private static func strangeType(_ contentType: String?) -> String? {
        guard let first = contentType?.split(separator: ";").first else { return nil }
        let type = trimmed(String(first)).lowercased()
        let isUsual = type.isEmpty || ["xml", "rss", "atom", "rdf", "json"].contains { type.contains($0) }
        return isUsual ? nil : String(type.prefix(60))
    }
}

/// The first bytes of a document: what its root is.
struct DocumentPrefix {
    /// Nothing but white space.
    let isBlank: Bool
    /// Local name of the first element; nil if there is none in the first part.
    let rootName: String?
    /// The root of a feed that stands inside or after something else, such as a web page; nil if there is none.
    let embeddedRoot: String?
    /// The first byte that is not white space; 0 if there is none.
    let firstByte: UInt8

    private enum Limits {
        /// Comments, declarations and junk before the root are passed over this far.
        static let bytes = 1 << 16
    }

    init(_ bytes: ArraySlice<UInt8>) {
        let first = bytes.first { !isSpace($0) && $0 != 0 }
        firstByte = first ?? 0
        isBlank = first == nil
        let head = bytes.prefix(Limits.bytes)
        rootName = DocumentPrefix.root(head)
        embeddedRoot = DocumentPrefix.embedded(head)
    }

    private static func root(_ bytes: ArraySlice<UInt8>) -> String? {
        var index = bytes.startIndex
        while index < bytes.endIndex {
            guard bytes[index] == UInt8(ascii: "<"), index + 1 < bytes.endIndex else {
                index += 1
                continue
            }
            let rest = bytes[(index + 1)...]
            if rest.starts(with: "!--".utf8) {
                index = after("-->", in: bytes, from: index + 4)
            } else if rest.starts(with: "?".utf8) {
                index = after(">", in: bytes, from: index + 2)
            } else if rest.starts(with: "!".utf8) {
                index = afterDeclaration(bytes, from: index + 2)
            } else if let byte = rest.first, isNameStart(byte) {
                let name = rest.prefix { isNameByte($0) }
                let local = name.split(separator: UInt8(ascii: ":")).last ?? name
                return String(decoding: local, as: UTF8.self)
            } else {
                index += 1
            }
        }
        return nil
    }

    private static func embedded(_ bytes: ArraySlice<UInt8>) -> String? {
        for index in bytes.indices where bytes[index] == UInt8(ascii: "<") {
            for name in ["rss", "feed", "rdf:RDF"] where bytes[(index + 1)...].starts(with: name.utf8) {
                // `<feed xmlns=…>`, not an element of some page's own.
                let follower = bytes[(index + 1 + name.utf8.count)...].first
                if follower.map({ isSpace($0) }) ?? false { return name }
            }
        }
        return nil
    }

    private static func after(_ mark: String, in bytes: ArraySlice<UInt8>, from start: Int) -> Int {
        var index = start
        while index < bytes.endIndex {
            if bytes[index...].starts(with: mark.utf8) { return index + mark.utf8.count }
            index += 1
        }
        return bytes.endIndex
    }

    /// Past a `<!DOCTYPE …>` with its inner subset.
    private static func afterDeclaration(_ bytes: ArraySlice<UInt8>, from start: Int) -> Int {
        var index = start
        var brackets = 0
        while index < bytes.endIndex {
            switch bytes[index] {
            case UInt8(ascii: "["): brackets += 1
            case UInt8(ascii: "]"): brackets -= 1
            case UInt8(ascii: ">") where brackets <= 0: return index + 1
            default: break
            }
            index += 1
        }
        return bytes.endIndex
    }
}

@inline(__always)
func isNameStart(_ byte: UInt8) -> Bool {
    (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ":")
        || byte >= 0x80
}

@inline(__always)
func isNameByte(_ byte: UInt8) -> Bool {
    isNameStart(byte) || (byte >= 0x30 && byte <= 0x39) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
}
