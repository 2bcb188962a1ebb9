import WireModel

/// JSON Feed 1.0 and 1.1.
enum JSONFeed: FeedFormat {
    static let name = "JSON Feed"

    static func confidence(_ prefix: DocumentPrefix) -> Confidence {
        prefix.firstByte == UInt8(ascii: "{") ? .likely : .none
    }

    static func parse(_ document: DecodedDocument) throws(ParseError) -> ParsedFeed {
        let bytes = document.start == 0 ? document.bytes : Array(document.bytes[document.start...])
        let (value, fault) = JSONReader.readLeniently(bytes)
        var reader = JSONFeedReader(limits: document.limits)
        reader.problems = document.problems
        if let fault {
            let place = place(of: fault.offset, in: bytes)
            reader.problems.append(Problem(.jsonInvalid, "The JSON is not valid: \(fault.reason).", at: place))
        }
        guard let members = value?.object, isFeed(members) else {
            throw .notAFeed(root: nil, problems: reader.problems, encoding: document.encoding)
        }
        let rss = RSSInJSON.root(members)
        if let said = members["version"]?.string, !said.isEmpty, rss == nil, version(said) == nil {
            reader.problems.append(
                Problem(
                    .formatVersionUnknown,
                    "The version \"\(said.prefix(60))\" is not known; the document is read as usual."))
        }
        if let rss { reader.readRSS(rss) } else { reader.readFeed(members) }
        return ParsedFeed(
            format: rss == nil ? .json : .rss,
            version: rss == nil ? version(members["version"]?.string) : RSSInJSON.version(members),
            encoding: document.encoding,
            documentURL: document.url, head: reader.head, entries: reader.entries, problems: reader.problems,
            isBroken: fault != nil || reader.problems.contains { $0.code == .limitSize })
    }

    /// A version address of JSON Feed, or what every feed has.
    private static func isFeed(_ members: [String: JSONValue]) -> Bool {
        if members["version"]?.string?.lowercased().contains("jsonfeed.org") == true { return true }
        return members["items"]?.array != nil || RSSInJSON.root(members) != nil
    }

    private static func version(_ address: String?) -> String? {
        guard let address = address?.lowercased() else { return nil }
        return ["1.1", "1.0", "1"].first { address.hasSuffix("/" + $0) }.map { $0 == "1" ? "1.0" : $0 }
    }

    private static func place(of offset: Int, in bytes: [UInt8]) -> Place {
        var line: UInt32 = 1
        var start = 0
        for index in 0..<min(offset, bytes.count) where bytes[index] == 0x0A {
            line &+= 1
            start = index + 1
        }
        return Place(line: line, column: UInt32(clamping: offset - start + 1))
    }
}

/// Reads the members of one feed.
struct JSONFeedReader {
    let limits: ParseLimits
    var head = ParsedHead()
    var entries: [ParsedEntry] = []
    var problems: [Problem] = []

    init(limits: ParseLimits) { self.limits = limits }

    mutating func readFeed(_ members: [String: JSONValue]) {
        head.title = text(members["title"], .plain)
        head.description = text(members["description"], .plain)
        head.language = value(members["language"])
        head.logo = value(members["icon"])
        head.icon = value(members["favicon"])
        head.isExpired = members["expired"]?.bool
        let addresses = [("home_page_url", "alternate"), ("feed_url", "self"), ("next_url", "next")]
        for (name, relation) in addresses {
            guard let url = scalar(members[name]) else { continue }
            head.links.append(RawLink(url, .json, rel: relation))
        }
        head.persons = persons(members)
        head.hubs = (members["hubs"]?.array ?? []).compactMap { hub in
            guard let url = scalar(hub["url"]) else { return nil }
            return RawHub(type: scalar(hub["type"]) ?? "", url: url)
        }
        head.members = members.filter { $0.key.hasPrefix("_") }
        readItems(members["items"])
    }

    private mutating func readItems(_ list: JSONValue?) {
        guard let items = list?.array else {
            if let list, list != .null {
                problems.append(Problem(.valueInvalid, "The member \"items\" is not a list."))
            }
            return
        }
        for item in items {
            guard entries.count < limits.entries else {
                problems.append(
                    Problem(
                        .limitSize, "The document has more than \(limits.entries) entries; the rest is left out."))
                return
            }
            guard let members = item.object else {
                problems.append(Problem(.valueInvalid, "An element of \"items\" is not an object; it is left out."))
                continue
            }
            entries.append(entry(members))
        }
    }

    private mutating func entry(_ members: [String: JSONValue]) -> ParsedEntry {
        var entry = ParsedEntry()
        if let id = scalar(members["id"]) { entry.id = RawID(id, .json) }
        entry.title = text(members["title"], .plain)
        entry.summary = text(members["summary"], .plain)
        entry.content = text(members["content_html"], .html)
        entry.plainContent = text(members["content_text"], .plain)
        entry.language = value(members["language"])
        entry.imageURL = value(members["image"])
        entry.bannerImageURL = value(members["banner_image"])
        if let url = scalar(members["url"]) { entry.links.append(RawLink(url, .json, rel: "alternate")) }
        if let url = scalar(members["external_url"]) { entry.links.append(RawLink(url, .json, rel: "related")) }
        if let date = scalar(members["date_published"]) { entry.dates.append(RawDate(date, .published)) }
        if let date = scalar(members["date_modified"]) { entry.dates.append(RawDate(date, .updated)) }
        entry.persons = persons(members)
        let tags = members["tags"]?.array ?? (members["tags"].map { [$0] } ?? [])
        entry.categories = tags.compactMap { scalar($0).map { RawCategory(term: $0) } }
        entry.enclosures = (members["attachments"]?.array ?? []).compactMap { attachment in
            guard let url = scalar(attachment["url"]) else { return nil }
            return RawEnclosure(
                url, type: scalar(attachment["mime_type"]), length: scalar(attachment["size_in_bytes"]),
                title: scalar(attachment["title"]), duration: scalar(attachment["duration_in_seconds"]))
        }
        entry.members = members.filter { $0.key.hasPrefix("_") }
        return entry
    }

    /// `authors` of 1.1, else `author` of 1.0.
    private func persons(_ members: [String: JSONValue]) -> [RawPerson] {
        var found = members["authors"]?.array ?? []
        if found.isEmpty, let one = members["author"] { found = one.array ?? [one] }
        return found.compactMap { author in
            if let name = author.string { return trimmed(name).isEmpty ? nil : RawPerson(.author, text: trimmed(name)) }
            var person = RawPerson(.author)
            person.name = scalar(author["name"])
            person.url = scalar(author["url"])
            person.avatarURL = scalar(author["avatar"])
            person.email = scalar(author["email"])
            return person.name == nil && person.url == nil && person.avatarURL == nil && person.email == nil
                ? nil : person
        }
    }

    /// A short text or a number as text; nil if it is empty or something else.
    func scalar(_ value: JSONValue?) -> String? {
        switch value {
        case .string(let text):
            let text = trimmed(text)
            return text.isEmpty ? nil : text
        case .integer(let number): return String(number)
        case .number(let number):
            guard let whole = Int64(exactly: number) else { return String(number) }
            return String(whole)
        case .literal(let text): return text
        default: return nil
        }
    }

    func value(_ value: JSONValue?) -> RawValue? { scalar(value).map { RawValue($0) } }

    mutating func text(_ value: JSONValue?, _ kind: RawText.Kind) -> RawText? {
        guard let text = scalar(value) else { return nil }
        guard text.utf8.count > limits.fieldBytes else { return RawText(text, kind) }
        if !problems.contains(where: { $0.code == .limitSize }) {
            problems.append(Problem(.limitSize, "A text is longer than \(limits.fieldBytes) bytes; it is cut."))
        }
        return RawText(String(decoding: text.utf8.prefix(limits.fieldBytes), as: UTF8.self), kind)
    }
}
