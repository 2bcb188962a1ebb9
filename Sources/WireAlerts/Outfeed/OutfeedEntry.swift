import WireModel

/// One entry of a feed of alerts, as both of its forms tell it.
struct OutfeedEntry: Hashable {
    /// `urn:uuid:…`, the same whenever and wherever the alert is told.
    let id: String
    let title: String
    var link: String?
    /// Plain, the matched words between « and ».
    var excerpt: String?
    /// The whole entry, the matched words in `mark`.
    let html: String
    /// The article's time.
    var published: Timestamp?
    /// The alert's time.
    let updated: Timestamp
    var sourceTitle: String?
    var sourceURL: String?
    var tags: [String] = []
    /// What other programs want: the alert's id, the topic's, the severity, the reason.
    var facts: [String: String] = [:]

    /// An alert.
    init(_ item: AlertMessage.Item, of message: AlertMessage) {
        let parts = MailEntry(item)
        let excerpt = parts.sentence ?? parts.title
        id = OutfeedEntry.name(of: item.alert.key)
        title = parts.title.plain
        link = parts.link
        self.excerpt = excerpt.quoted
        html =
            "<p dir=\"auto\">\(OutfeedEntry.marked(excerpt))</p><p>\(MailPage.escaped(parts.source))</p>"
            + "<p>\(MailPage.escaped("\(parts.topic) (\(parts.severity.rawValue)): \(parts.reason)"))</p>"
        let article = item.flagged.article
        published = OutfeedEntry.writable(article.item.published ?? article.item.updated ?? article.seen)
        updated = OutfeedEntry.writable(item.alert.created) ?? message.created
        sourceTitle = (item.flagged.feed.title ?? item.flagged.feed.url).map {
            MarkedText(MarkedText.harmless($0), marks: []).plain
        }
        sourceURL = item.flagged.feed.url.flatMap(MailEntry.address)
        tags = [parts.topic, parts.severity.rawValue]
        facts = [
            "alert": item.alert.id.description, "message": message.id.rawValue, "topic": item.alert.topic,
            "severity": parts.severity.rawValue, "reason": parts.reason,
        ]
    }

    /// What a message says beside its alerts: a notice, a test, the number of those that are not told.
    init(saying title: String, _ paragraphs: [String], link: String? = nil, digest: Digest, of message: AlertMessage) {
        id = OutfeedEntry.name(of: digest)
        self.title = MarkedText.harmless(title)
        self.link = link.flatMap(MailEntry.address)
        excerpt = paragraphs.first
        html = (paragraphs.isEmpty ? [self.title] : paragraphs).map { "<p dir=\"auto\">\(MailPage.escaped($0))</p>" }
            .joined()
        updated = message.created
        published = message.created
        tags = [message.severity.rawValue]
        facts = ["message": message.id.rawValue, "severity": message.severity.rawValue]
    }

    private static func marked(_ text: MarkedText) -> String {
        text.pieces.map { $0.isMarked ? "<mark>\(MailPage.escaped($0.text))</mark>" : MailPage.escaped($0.text) }
            .joined()
    }

    /// A UUID of version 8 (RFC 9562): what is in it is ours to say.
    static func name(of digest: Digest) -> String {
        let high = digest.high & ~0xF000 | 0x8000
        let low = digest.low & ~(3 << 62) | 1 << 63
        var rest = (MailLetter.hexadecimal(high) + MailLetter.hexadecimal(low))[...]
        var groups: [Substring] = []
        for length in [8, 4, 4, 4, 12] {
            groups.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return "urn:uuid:" + groups.joined(separator: "-")
    }

    /// RFC 3339 has years of four digits.
    private static func writable(_ time: Timestamp) -> Timestamp? {
        (1...9_999).contains(time.civil.date.year) ? time : nil
    }
}

// MARK: - JSON Feed

extension OutfeedEntry {
    /// An item of JSON Feed 1.1.
    var json: JSONValue {
        var item = JSONObjectBuilder()
        item.set("id", id)
        item.set("title", title)
        item.set("url", link)
        item.set("summary", excerpt)
        item.set("content_html", html)
        item.set("date_published", published)
        item.set("date_modified", updated)
        if !tags.isEmpty { item.list("tags", tags.map(JSONValue.string)) }
        if let sourceTitle {
            var author = JSONObjectBuilder()
            author.set("name", sourceTitle)
            author.set("url", sourceURL)
            item.list("authors", [author.value])
        }
        item.set("_wirewatch", .object(facts.mapValues(JSONValue.string)))
        return item.value
    }

    /// Reads what `json` wrote; nil if a part is missing.
    init?(json: JSONValue) {
        guard let id = json["id"]?.string, let title = json["title"]?.string,
            let html = json["content_html"]?.string,
            let updated = json["date_modified"]?.string.flatMap({ Timestamp(rfc3339: $0) })
        else { return nil }
        self.id = id
        self.title = title
        self.html = html
        self.updated = updated
        link = json["url"]?.string
        excerpt = json["summary"]?.string
        published = json["date_published"]?.string.flatMap { Timestamp(rfc3339: $0) }
        tags = json["tags"]?.array?.compactMap(\.string) ?? []
        let author = json["authors"]?.array?.first
        sourceTitle = author?["name"]?.string
        sourceURL = author?["url"]?.string
        facts = json["_wirewatch"]?.object?.compactMapValues(\.string) ?? [:]
    }
}

// MARK: - Atom

extension OutfeedEntry {
    /// An entry of Atom (RFC 4287), its lines indented by two.
    var atom: String {
        var lines = ["<id>\(id.xml)</id>", "<title>\(title.xml)</title>"]
        if let link { lines.append("<link rel=\"alternate\" href=\"\(link.xml)\"/>") }
        if let published { lines.append("<published>\(published)</published>") }
        lines.append("<updated>\(updated)</updated>")
        if let sourceTitle {
            lines.append(
                "<author><name>\(sourceTitle.xml)</name>\(sourceURL.map { "<uri>\($0.xml)</uri>" } ?? "")</author>")
        }
        lines += tags.map { "<category term=\"\($0.xml)\"/>" }
        if let excerpt { lines.append("<summary>\(excerpt.xml)</summary>") }
        lines.append("<content type=\"html\">\(html.xml)</content>")
        if let sourceURL, let sourceTitle {
            // RFC 4287 section 4.2.11 wants the source's id; feeds are known here by their address.
            lines.append(
                "<source><id>\(sourceURL.xml)</id><title>\(sourceTitle.xml)</title><updated>\(published ?? updated)</updated>"
                    + "<link rel=\"self\" href=\"\(sourceURL.xml)\"/></source>")
        }
        return "  <entry>\n" + lines.map { "    \($0)\n" }.joined() + "  </entry>\n"
    }
}

extension String {
    /// Escaped for XML 1.0, without what it cannot hold.
    var xml: String {
        MailPage.escaped(
            String(
                String.UnicodeScalarView(
                    unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0xFFFE && $0.value != 0xFFFF })))
    }
}
