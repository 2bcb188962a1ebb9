/// A site map with the elements of Google News (`news:news`): every page with news is an entry.
enum Sitemap: FeedFormat {
    static let name = "news sitemap"

    static func confidence(_ prefix: DocumentPrefix) -> Confidence {
        prefix.rootName?.lowercased() == "urlset" ? .likely : .none
    }

    static func parse(_ document: DecodedDocument) throws(ParseError) -> ParsedFeed {
        var feed = try XMLFeed.parse(document)
        feed.entries.removeAll { $0.title == nil }
        // Without news of the last days the map is empty, but the feed is there.
        guard !feed.entries.isEmpty || declaresNews(document.bytes[document.start...]) else {
            throw .notAFeed(root: "urlset", problems: feed.problems, encoding: feed.encoding)
        }
        return feed
    }

    private static func declaresNews(_ bytes: ArraySlice<UInt8>) -> Bool {
        let name = Array("schemas/sitemap-news/".utf8)
        let head = bytes.prefix(4_096)
        return head.indices.contains { head[$0] == name[0] && head[$0...].starts(with: name) }
    }
}

/// What the elements of a site map and of its extensions for news and pictures mean.
enum SitemapElements {
    static func meaning(of name: XMLKind, in scope: XMLScope) -> XMLMeaning {
        switch scope {
        case .outside: name.local == .urlset ? .head : .transparent
        case .head: name.local == .url ? .entry : .foreign
        case .entry: entry(name)
        case .image: image(name.local)
        default: .ignored
        }
    }

    private static func entry(_ name: XMLKind) -> XMLMeaning {
        switch (name.vocabulary, name.local) {
        case (.sitemap, .loc): .link
        case (.sitemap, .lastmod): .date(.updated)
        case (.news, .news), (.news, .publication): .transparent
        case (.news, .name): .value(.publication)
        case (.news, .language): .value(.publicationLanguage)
        case (.news, .publication_date): .date(.published)
        case (.news, .title): .text(.title)
        case (.news, .keywords): .value(.keywords)
        case (.image, .image): .image
        // How often a page changes and what its owner thinks of it is not of the news.
        case (.sitemap, _): .ignored
        default: .foreign
        }
    }

    private static func image(_ name: LocalName) -> XMLMeaning {
        switch name {
        case .loc: .value(.address)
        case .title: .value(.title)
        case .caption: .value(.description)
        default: .ignored
        }
    }
}
