/// What RSS and Atom share: a document of XML, and a builder for whichever of them it is.
enum XMLFeed {
    static func parse(_ document: DecodedDocument) throws(ParseError) -> ParsedFeed {
        let reading = XMLDocument.read(document) { XMLFeedBuilder() }
        let builder = reading.consumer
        var problems = document.problems
        let hasReason = reading.problems.contains { $0.code == .xmlNotWellFormed || $0.code == .xmlTruncated }
        if let error = reading.syntaxError, !hasReason { problems.append(error) }
        problems += reading.problems
        guard builder.hasRoot else {
            throw .notAFeed(root: builder.rootName, problems: problems, encoding: document.encoding)
        }
        let parts = builder.finish()
        return ParsedFeed(
            format: parts.format, version: parts.version, encoding: document.encoding, documentURL: document.url,
            head: parts.head, entries: parts.entries, problems: problems,
            isBroken: reading.isBroken || problems.contains { $0.code == .limitSize || $0.code == .limitDepth })
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
