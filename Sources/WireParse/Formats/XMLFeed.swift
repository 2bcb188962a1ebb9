/// What RSS and Atom share: one reading of the document, a second one if the first met an error of syntax.
enum XMLFeed {
    static func parse(_ document: DecodedDocument) throws(ParseError) -> ParsedFeed {
        let strict = XMLFeedBuilder()
        // Blank lines before the declaration are the commonest fault of all, and the easiest to pass over.
        let start = document.bytes[document.start...].firstIndex { !isSpace($0) } ?? document.start
        var first = XMLReader.read(
            .bytes(document.bytes, from: start), isStrict: true, limits: document.limits, into: strict)
        guard first.syntaxError != nil else {
            if start > document.start, document.bytes[start...].starts(with: "<?xml".utf8) {
                first.problems.insert(
                    Problem(
                        .xmlNotWellFormed, "Blanks stand before the XML declaration, which must be at the very start.",
                        at: Place(line: 1, column: 1)), at: 0)
            }
            return try feed(of: strict, first, document, isBroken: false)
        }
        let repaired = XMLFeedBuilder()
        let repair = XMLRepair(document.bytes, from: document.start, limits: document.limits)
        var second = XMLReader.read(.repaired(repair), isStrict: false, limits: document.limits, into: repaired)
        let hasReason = second.problems.contains { $0.code == .xmlNotWellFormed || $0.code == .xmlTruncated }
        if !hasReason, let error = first.syntaxError { second.problems.insert(error, at: 0) }
        return try feed(of: repaired, second, document, isBroken: second.isBroken || second.syntaxError != nil)
    }

    private static func feed(
        of builder: XMLFeedBuilder, _ outcome: XMLReader.Outcome, _ document: DecodedDocument, isBroken: Bool
    ) throws(ParseError) -> ParsedFeed {
        let problems = document.problems + outcome.problems
        guard builder.hasRoot else {
            throw .notAFeed(root: builder.rootName, problems: problems, encoding: document.encoding)
        }
        let parts = builder.finish()
        return ParsedFeed(
            format: parts.format, version: parts.version, encoding: document.encoding, documentURL: document.url,
            head: parts.head, entries: parts.entries, problems: problems,
            isBroken: isBroken || problems.contains { $0.code == .limitSize || $0.code == .limitDepth })
    }
}

/// The root element of a feed: which format it begins, in which version.
struct XMLRoot {
    let format: ParsedFeed.Format
    let version: String?
    /// What the root's own namespace is read as.
    let vocabulary: Vocabulary
    /// The version it says, if that is none of the format's.
    let unknownVersion: String?

    /// Nil if the element is not the root of a feed.
    init?(_ name: XMLName, _ attributes: XMLAttributes) {
        switch name.local {
        case .rss, .channel, .item:
            format = .rss
            version = XMLRoot.rssVersion(attributes[.version])
            vocabulary = .rss
            unknownVersion = version == nil ? attributes[.version].map(trimmed) : nil
        case .RDF:
            format = .rss
            version = nil
            vocabulary = .rdf
            unknownVersion = nil
        case .feed, .entry:
            format = .atom
            vocabulary = .atom
            let said = attributes[.version].map(trimmed)
            unknownVersion = said == "0.3" || said == "1.0" ? nil : said
            if name.vocabulary == .atom, name.namespace.lowercased().contains("2005/atom") {
                version = "1.0"
            } else if let said {
                version = said == "1.0" ? "1.0" : "0.3"
            } else {
                version = name.vocabulary == .atom ? "0.3" : nil
            }
        case .urlset:
            format = .sitemap
            vocabulary = .sitemap
            version = nil
            unknownVersion = nil
        default: return nil
        }
    }

    /// RSS based on RDF tells its version by the namespace of its elements.
    static func version(ofRDF namespace: String) -> String? {
        let address = namespace.lowercased()
        if address.contains("rss/1.0") || address.contains("rss1.") { return "1.0" }
        return address.contains("simple/0.9") ? "0.90" : nil
    }

    /// The version that the root says, as `parse-output.md` names it.
    static func rssVersion(_ said: String?) -> String? {
        guard let said = said.map(trimmed), !said.isEmpty else { return nil }
        if said.hasPrefix("2") { return "2.0" }
        return ["0.90", "0.91", "0.92", "0.93", "0.94", "1.0"].contains(said) ? said : nil
    }
}
