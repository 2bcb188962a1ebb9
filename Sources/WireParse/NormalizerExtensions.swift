import WireModel

/// The members of `extensions` that a feed and an item share, and the rest of foreign elements.
extension ValueReader {
    /// `dc` or `dcterms`: for each element name a list of texts.
    static func dublinCore(_ elements: [RawElement], _ vocabulary: Vocabulary) -> JSONValue? {
        guard elements.has(vocabulary) else { return nil }
        var lists: [String: [String]] = [:]
        for index in elements.indices where elements[index].vocabulary == vocabulary && elements[index].source != nil {
            let element = elements[index]
            lists[element.name, default: []].append(TextExtractor.collapsed(element.text))
        }
        return lists.isEmpty
            ? nil : .object(lists.mapValues { .array($0.withoutDuplicates.map(JSONValue.string)) })
    }

    /// The extensions of an entry.
    mutating func extensions(of entry: ParsedEntry) -> [String: JSONValue] {
        var found = shared(entry.elements, entry.members)
        guard !entry.elements.isEmpty else { return found }
        if let podcast = podcastItem(entry.elements) { found["itunes"] = podcast }
        if let index = indexItem(entry.elements) { found["podcast"] = index }
        if let chapters = chapters(entry.elements) { found["psc"] = chapters }
        return found
    }

    /// The extensions of a feed.
    mutating func extensions(of head: ParsedHead) -> [String: JSONValue] {
        var found = shared(head.elements, head.members)
        found["itunes"] = podcastFeed(head.elements)
        found["podcast"] = indexFeed(head.elements)
        found["rss"] = rarities(head)
        return found
    }

    private mutating func shared(_ elements: [RawElement], _ members: [String: JSONValue]) -> [String: JSONValue] {
        var found: [String: JSONValue] = [:]
        if !members.isEmpty { found["json"] = .object(members) }
        guard !elements.isEmpty else { return found }
        if let texts = ValueReader.dublinCore(elements, .dc) { found["dc"] = texts }
        if let texts = ValueReader.dublinCore(elements, .dcterms) { found["dcterms"] = texts }
        let others = elements.indices.filter { !elements[$0].isReported }
        if !others.isEmpty { found["other"] = .array(others.map { elements[$0].json }.withoutDuplicates) }
        return found
    }

    /// Seldom used parts of RSS.
    private mutating func rarities(_ head: ParsedHead) -> JSONValue? {
        var object = JSONObjectBuilder()
        object.set("docs", url(head.docs))
        object.set("rating", ValueReader.word(head.rating?.text))
        var input = JSONObjectBuilder()
        for attribute in head.textInput {
            switch attribute.name {
            case "title", "description", "name": input.set(attribute.name, ValueReader.word(attribute.value))
            case "link", "url": input.set("url", url(attribute.value, head.base, at: head.place))
            default: break
            }
        }
        object.set("text_input", input.value)
        var cloud = JSONObjectBuilder()
        for attribute in head.cloud {
            switch attribute.name {
            case "domain", "path", "protocol": cloud.set(attribute.name, TextExtractor.collapsed(attribute.value))
            case "port": cloud.set("port", count(attribute.value, "port of the cloud", at: head.place))
            case "registerProcedure": cloud.set("register_procedure", TextExtractor.collapsed(attribute.value))
            default: break
            }
        }
        object.set("cloud", cloud.value)
        return object.members.isEmpty ? nil : object.value
    }
}

extension RawElement {
    /// An element of no known meaning, with all inside it.
    var json: JSONValue {
        var object = JSONObjectBuilder()
        object.set("namespace", namespace)
        object.set("prefix", prefix)
        object.set("name", name)
        object.set("text", text)
        object.set(
            "attributes",
            JSONValue.object(
                Dictionary(attributes.filter { !$0.value.isEmpty }.map { ($0.name, JSONValue.string($0.value)) }) {
                    first, _ in first
                }))
        object.list("children", children.map(\.json))
        return object.value
    }

    /// Whether another key of the output tells what this element says.
    var isReported: Bool {
        switch vocabulary {
        case .rss, .atom, .rdf, .xml, .xhtml, .dc, .dcterms: true
        case .itunes, .googleplay: Reported.podcast.contains(name)
        case .podcast: Reported.index.contains(name)
        case .psc: name == "chapters"
        case .media: Reported.media.contains(name)
        case .content: name == "encoded"
        case .feedburner: name == "origLink" || name == "origEnclosureLink"
        case .sy: name == "updatePeriod" || name == "updateFrequency" || name == "updateBase"
        case .slash: name == "comments"
        case .wfw: name == "comment" || name.lowercased() == "commentrss"
        case .thr: name == "in-reply-to" || name == "total"
        case .creativeCommons, .cc: name == "license"
        case .admin: name == "generatorAgent"
        case .webfeeds: name == "icon"
        case .source: name == "markdown"
        case .georss: ["point", "line", "polygon", "box", "where"].contains(name)
        case .gml: ["Point", "LineString", "Polygon", "Envelope", "Box"].contains(name)
        case .geo: ["lat", "long", "lon", "lat_long", "Point"].contains(name)
        case .sitemap, .news, .image, .opensearch, .other: false
        }
    }

    private enum Reported {
        static let podcast: Set<String> = [
            "author", "owner", "category", "explicit", "block", "complete", "image", "type", "new-feed-url", "title",
            "subtitle", "summary", "keywords", "duration", "episode", "season", "episodeType", "description",
        ]
        static let index: Set<String> = [
            "guid", "medium", "locked", "funding", "person", "transcript", "chapters", "season", "episode", "soundbite",
        ]
        static let media: Set<String> = [
            "group", "content", "title", "description", "text", "rating", "player", "thumbnail", "credit", "keywords",
            "category", "copyright", "license",
        ]
    }
}
