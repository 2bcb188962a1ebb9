/// Atom 0.3 and 1.0 (RFC 4287).
enum Atom: FeedFormat {
    static let name = "Atom"

    static func confidence(_ prefix: DocumentPrefix) -> Confidence {
        switch prefix.rootName {
        case "feed": .certain
        case let root? where ["feed", "entry"].contains(root.lowercased()): .likely
        default: prefix.embeddedRoot == "feed" ? .possible : .none
        }
    }

    static func parse(_ document: DecodedDocument) throws(ParseError) -> ParsedFeed {
        try XMLFeed.parse(document)
    }
}

/// What Atom's own elements mean, in a feed of its own or inside RSS.
enum AtomElements {
    static func meaning(of name: LocalName, in scope: XMLScope) -> XMLMeaning {
        switch scope {
        case .outside: outside(name)
        case .head, .source: head(name)
        case .entry: entry(name)
        case .person: person(name)
        case .image: .ignored
        case .textInput, .skipHours, .skipDays, .value, .text, .foreign, .ignored: .ignored
        }
    }

    private static func outside(_ name: LocalName) -> XMLMeaning {
        switch name {
        case .feed: .head
        case .entry, .item: .entry
        default: .transparent
        }
    }

    private static func head(_ name: LocalName) -> XMLMeaning {
        switch name {
        // `item` is RSS's name for it, and understood.
        case .entry, .item: .entry
        case .id: .value(.atomID)
        case .title: .text(.title)
        case .subtitle, .tagline: .text(.summary)
        case .info: .text(.info)
        case .rights, .copyright: .text(.rights)
        case .link: .link
        case .updated: .date(.updated)
        case .modified: .date(.modified)
        case .published: .date(.published)
        case .issued: .date(.issued)
        case .created: .date(.created)
        case .author: .person(.author)
        case .contributor: .person(.contributor)
        case .category: .category
        case .generator: .generator
        case .logo: .value(.logo)
        case .icon: .value(.icon)
        default: .ignored
        }
    }

    static func entry(_ name: LocalName) -> XMLMeaning {
        switch name {
        case .id: .value(.atomID)
        case .title: .text(.title)
        case .summary: .text(.summary)
        case .content: .text(.atomContent)
        case .rights, .copyright: .text(.rights)
        case .link: .link
        case .updated: .date(.updated)
        case .modified: .date(.modified)
        case .published: .date(.published)
        case .issued: .date(.issued)
        case .created: .date(.created)
        case .author: .person(.author)
        case .contributor: .person(.contributor)
        case .category: .category
        case .source: .source
        default: .ignored
        }
    }

    /// Inside a person; `url` and `homepage` are spellings of Atom 0.3.
    static func person(_ name: LocalName) -> XMLMeaning {
        switch name {
        case .name: .value(.name)
        case .email: .value(.email)
        case .uri, .url, .homepage: .value(.address)
        default: .transparent
        }
    }
}
