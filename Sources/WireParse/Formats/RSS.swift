/// RSS 0.90 to 2.0, those based on RDF included.
enum RSS: FeedFormat {
    static let name = "RSS"

    static func confidence(_ prefix: DocumentPrefix) -> Confidence {
        switch prefix.rootName {
        case "rss", "RDF", "channel": .certain
        case let root? where ["rss", "rdf", "channel", "item"].contains(root.lowercased()): .likely
        default: prefix.embeddedRoot == "rss" || prefix.embeddedRoot == "rdf:RDF" ? .possible : .none
        }
    }

    static func parse(_ document: DecodedDocument) throws(ParseError) -> ParsedFeed {
        try XMLFeed.parse(document)
    }
}

/// What RSS's own elements mean.
enum RSSElements {
    static func meaning(of name: LocalName, in scope: XMLScope) -> XMLMeaning {
        switch scope {
        case .outside:
            switch name {
            case .rss: .transparent
            case .channel: .head
            case .item: .entry
            case .image: .image
            case .textInput: .textInput
            default: .transparent
            }
        case .head, .source: head(name)
        case .entry: entry(name)
        case .person: AtomElements.person(name)
        case .image: image(name)
        case .textInput: textInput(name)
        case .skipHours: name == .hour ? .value(.hour) : .ignored
        case .skipDays: name == .day ? .value(.day) : .ignored
        case .value, .text, .foreign, .ignored: .ignored
        }
    }

    static func meaning(ofRDF name: LocalName, in scope: XMLScope) -> XMLMeaning {
        scope == .outside ? .transparent : .ignored
    }

    private static func head(_ name: LocalName) -> XMLMeaning {
        switch name {
        case .channel: .head
        case .item: .entry
        case .items: .ignored
        case .title: .text(.title)
        case .link: .link
        case .description: .text(.summary)
        case .copyright, .rights: .text(.rights)
        case .language: .value(.language)
        case .pubDate: .date(.published)
        case .lastBuildDate: .date(.updated)
        case .managingEditor: .person(.editor)
        case .webMaster: .person(.webMaster)
        case .author: .person(.author)
        case .category: .category
        case .generator: .generator
        case .ttl: .value(.ttl)
        case .docs: .value(.docs)
        case .rating: .value(.rating)
        case .cloud: .cloud
        case .image: .image
        case .textInput: .textInput
        case .skipHours: .skipHours
        case .skipDays: .skipDays
        case .other: .ignored
        default: .ignored
        }
    }

    private static func entry(_ name: LocalName) -> XMLMeaning {
        switch name {
        case .title: .text(.title)
        case .link: .link
        case .description: .text(.description)
        case .content, .body, .fullitem: .text(.plainContent)
        case .guid: .value(.guid)
        case .pubDate: .date(.published)
        case .author: .person(.author)
        case .category: .category
        case .enclosure: .enclosure
        case .comments: .value(.comments)
        case .source: .source
        case .image: .image
        case .language: .value(.language)
        case .copyright, .rights: .text(.rights)
        // Atom's names without its namespace, as some programs write them; not `id`, which may be anyone's number.
        case .summary, .published, .issued, .created, .updated, .modified: AtomElements.entry(name)
        default: .ignored
        }
    }

    private static func image(_ name: LocalName) -> XMLMeaning {
        switch name {
        case .url: .value(.address)
        case .title: .value(.title)
        case .link: .value(.link)
        case .description: .value(.description)
        case .width: .value(.width)
        case .height: .value(.height)
        default: .ignored
        }
    }

    private static func textInput(_ name: LocalName) -> XMLMeaning {
        switch name {
        case .title: .value(.title)
        case .link: .value(.address)
        case .description: .value(.description)
        case .name: .value(.name)
        default: .ignored
        }
    }
}
