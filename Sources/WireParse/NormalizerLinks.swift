import WireModel

/// Which of a feed's or an entry's links means what.
extension ValueReader {
    /// A relation's short name in lower case; `alternate` if the source gives none.
    static func relation(_ rel: String?) -> String {
        guard let rel, !rel.isEmpty else { return "alternate" }
        // Nearly all are a word in lower case.
        if rel.utf8.allSatisfy({ $0.isASCIILetter && $0 == $0.asciiLowercased }) { return rel }
        return unusualRelation(TextExtractor.collapsed(rel))
    }

    private static func unusualRelation(_ rel: String) -> String {
        if rel.isEmpty { return "alternate" }
        let lower = rel.lowercased()
        for prefix in ["http://www.iana.org/assignments/relation/", "https://www.iana.org/assignments/relation/"]
        where lower.hasPrefix(prefix) {
            return String(lower.dropFirst(prefix.utf8.count))
        }
        // A relation of somebody's own is an address: its letter case counts.
        return lower.contains(":") ? rel : lower
    }

    mutating func links(_ raw: [RawLink], leavingOut left: String? = nil) -> [Link] {
        var links: [Link] = []
        for index in raw.indices {
            let rel = ValueReader.relation(raw[index].rel)
            if rel == left { continue }
            let raw = raw[index]
            guard let url = url(raw.url, raw.base, at: raw.place) else { continue }
            links.append(
                Link(
                    url: url, rel: rel, type: ValueReader.word(raw.type), title: ValueReader.word(raw.title),
                    language: ValueReader.word(raw.language),
                    length: count(raw.length, "length of a link", at: raw.place)))
        }
        return links.withoutDuplicates
    }

    /// The link to the page itself: RSS's own first, else the alternate that is HTML or does not say, else any alternate.
    mutating func page(_ links: [RawLink]) -> String? {
        var best: (rank: Int, index: Int)?
        for index in links.indices
        where !links[index].source.isEmpty && ValueReader.relation(links[index].rel) == "alternate" {
            let rank = ValueReader.pageRank(links[index])
            if rank < best?.rank ?? .max { best = (rank, index) }
        }
        guard let index = best?.index else { return nil }
        return url(links[index].url, links[index].base, at: links[index].place)
    }

    private static func pageRank(_ link: RawLink) -> Int {
        if link.kind == .rss { return 0 }
        return link.type == nil ? 2 : isPage(link.type) ? 1 : 3
    }

    static func first(_ relation: String, _ links: [RawLink]) -> RawLink? {
        // An index does not copy what it only looks at.
        for index in links.indices where ValueReader.relation(links[index].rel) == relation {
            if !links[index].source.isEmpty { return links[index] }
        }
        return nil
    }

    mutating func url(_ link: RawLink?) -> String? { url(link?.url, link?.base ?? [], at: link?.place) }

    static func isPage(_ type: String?) -> Bool {
        guard let type = type?.lowercased() else { return false }
        return type.hasPrefix("text/html") || type.hasPrefix("application/xhtml")
    }

    // MARK: Entries

    /// The page of an entry.
    mutating func page(of entry: ParsedEntry) -> String? {
        if let original = entry.elements.first(.feedburner, "origLink"), let url = url(original.text, of: original) {
            return url
        }
        if let url = page(entry.links) { return url }
        if let id = entry.id, id.kind == .guid ? id.isPermalink == true : id.kind != .json,
            URLReference.isWeb(id.text)
        {
            return URLReference.resolve(id.text, against: nil)
        }
        if let about = entry.about, URLReference.isWeb(about) { return URLReference.resolve(about, against: nil) }
        return nil
    }

    /// Where an entry's comments are: a page, and a feed.
    mutating func comments(of entry: ParsedEntry) -> (page: String?, feed: String?) {
        var page = url(entry.comments)
        var feed: String?
        for name in ["commentRss", "commentRSS", "commentrss"] where feed == nil {
            if let element = entry.elements.first(.wfw, name) { feed = url(element.text, of: element) }
        }
        for index in entry.links.indices where ValueReader.relation(entry.links[index].rel) == "replies" {
            let link = entry.links[index]
            // Without a type, RFC 4685 says, it is a feed.
            if ValueReader.isPage(link.type) { page = page ?? url(link) } else { feed = feed ?? url(link) }
        }
        if page == nil, let element = entry.elements.first(.wfw, "comment") { page = url(element.text, of: element) }
        return (page, feed)
    }

    mutating func license(_ links: [RawLink], _ elements: [RawElement]) -> String? {
        if let url = url(ValueReader.first("license", links)) { return url }
        for index in elements.indices where elements[index].name == "license" {
            let element = elements[index]
            switch element.vocabulary {
            case .creativeCommons, .cc:
                let address = element.text.isEmpty ? element.attribute(local: "resource") : element.text
                if let url = url(address, of: element) { return url }
            default: break
            }
        }
        return nil
    }

    mutating func replies(_ elements: [RawElement]) -> [Reply] {
        var replies: [Reply] = []
        for element in elements.all(.thr, "in-reply-to") {
            let reply = Reply(
                id: element.value("ref"), url: url(element.value("href"), of: element), type: element.value("type"),
                sourceURL: url(element.value("source"), of: element))
            if reply != Reply() { replies.append(reply) }
        }
        return replies.withoutDuplicates
    }
}
