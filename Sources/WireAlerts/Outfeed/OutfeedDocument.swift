import WireModel

/// A feed of alerts: what a message adds to it, and both forms it is written in.
struct OutfeedDocument: Hashable {
    /// Of its files, without an ending.
    let name: String
    var title: String
    /// Where its topic is seen; nil without a public address.
    var home: String?
    /// Newest first.
    var entries: [OutfeedEntry]

    /// What is no topic's: notices and tests. No topic's file is called so.
    static let service = "_wirewatch"

    /// What a message adds to which feeds.
    static func parts(of message: AlertMessage) -> [OutfeedDocument] {
        if let notice = message.notice {
            let entry = OutfeedEntry(
                saying: notice.title, MailText.paragraphs(notice.text), link: message.link,
                digest: Digest(of: "notice\u{0}\(notice.id)"), of: message)
            return [OutfeedDocument(name: service, title: "Wirewatch", home: message.link, entries: [entry])]
        }
        let text = MailText(message: message)
        var topics: [String] = []
        for item in message.items where !topics.contains(item.alert.topic) { topics.append(item.alert.topic) }
        var parts = topics.map { topic in
            let items = message.items.filter { $0.alert.topic == topic }
            return OutfeedDocument(
                name: fileName(of: topic), title: MarkedText.harmless(items.first?.alert.topicName ?? topic),
                home: topics.count == 1 ? message.link : nil, entries: items.map { OutfeedEntry($0, of: message) })
        }
        if message.hidden > 0 || message.items.isEmpty {
            // The feed tells that there is more than it shows.
            let entry = OutfeedEntry(
                saying: text.subject, [text.introduction, text.rest].compactMap { $0 }, link: message.link,
                digest: Digest(of: "message\u{0}\(message.id)"), of: message)
            if parts.isEmpty { parts = [OutfeedDocument(name: service, title: "Wirewatch", entries: [])] }
            parts[0].entries.append(entry)
        }
        return parts
    }

    /// A topic's id where it can be a file's name and part of an address, else a digest of it.
    static func fileName(of topic: String) -> String {
        let isPlain = topic.unicodeScalars.allSatisfy {
            $0.properties.isAlphabetic || $0.properties.numericType != nil || $0 == "-" || $0 == "_" || $0 == "."
        }
        let startsWell = topic.unicodeScalars.first.map { $0 != "-" && $0 != "_" && $0 != "." } ?? false
        if isPlain, startsWell, topic.utf8.count <= 100 { return topic }
        return "topic-" + MailLetter.hexadecimal(Digest(of: topic).high)
    }

    /// With what is new before what was there. What was there already is told as now, in its old place.
    mutating func add(_ part: OutfeedDocument, limit: Int) {
        title = part.title
        home = part.home ?? home
        var fresh: [OutfeedEntry] = []
        for entry in part.entries {
            if let index = entries.firstIndex(where: { $0.id == entry.id }) {
                entries[index] = entry
            } else if !fresh.contains(where: { $0.id == entry.id }) {
                fresh.append(entry)
            }
        }
        entries = Array((fresh + entries).prefix(limit))
    }
}

// MARK: - Files

extension OutfeedDocument {
    /// JSON Feed 1.1.
    /// - Parameter folder: where its files are seen from outside, with a slash at the end.
    func json(at folder: String?) -> [UInt8] {
        var object = JSONObjectBuilder()
        object.set("version", "https://jsonfeed.org/version/1.1")
        object.set("title", title)
        object.set("description", description)
        object.set("home_page_url", home)
        object.set("feed_url", folder.map { "\($0)\(OutfeedDocument.escaped(name)).json" })
        object.list("items", entries.map(\.json))
        return Array((object.value.text + "\n").utf8)
    }

    /// Reads what `json` wrote; nil if it is nothing of ours.
    init?(name: String, json bytes: [UInt8]) {
        guard let value = try? JSONReader.read(bytes),
            value["version"]?.string?.hasPrefix("https://jsonfeed.org/version/") ?? false,
            let items = value["items"]?.array
        else { return nil }
        self.init(
            name: name, title: value["title"]?.string ?? name, home: value["home_page_url"]?.string,
            entries: items.compactMap(OutfeedEntry.init(json:)))
        // A file that another program has written is not ours to replace.
        guard entries.count == items.count else { return nil }
    }

    /// Atom (RFC 4287).
    /// - Parameters:
    ///   - folder: as above.
    ///   - channel: makes the feed's id, with its name and folder.
    func atom(at folder: String?, channel: String) -> [UInt8] {
        let id = OutfeedEntry.name(of: Digest(of: "outfeed\u{0}\(channel)\u{0}\(folder ?? "")\u{0}\(name)"))
        let updated = entries.map(\.updated).max() ?? Timestamp(seconds: 0)
        var out = """
            <?xml version="1.0" encoding="utf-8"?>
            <feed xmlns="http://www.w3.org/2005/Atom">
              <id>\(id)</id>
              <title>\(title.xml)</title>
              <subtitle>\(description.xml)</subtitle>
              <updated>\(updated)</updated>
              <author><name>Wirewatch</name></author>

            """
        if let home { out += "  <link rel=\"alternate\" href=\"\(home.xml)\"/>\n" }
        if let folder {
            out += "  <link rel=\"self\" href=\"\("\(folder)\(OutfeedDocument.escaped(name)).atom".xml)\"/>\n"
        }
        out += entries.map(\.atom).joined()
        return Array((out + "</feed>\n").utf8)
    }

    private var description: String {
        name == OutfeedDocument.service ? "What Wirewatch says of itself" : "Alerts of the topic \(title)"
    }

    /// A name as part of an address.
    private static func escaped(_ name: String) -> String {
        name.utf8.map { byte in
            let isPlain =
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || [UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ".")].contains(byte)
            if isPlain { return String(UnicodeScalar(byte)) }
            return (byte < 0x10 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
        }
        .joined()
    }
}

// MARK: - The frozen body

extension OutfeedDocument {
    var part: JSONValue {
        var object = JSONObjectBuilder()
        object.set("name", name)
        object.set("title", title)
        object.set("home", home)
        object.list("entries", entries.map(\.json))
        return object.value
    }

    init?(part: JSONValue) {
        guard let name = part["name"]?.string, let title = part["title"]?.string, let entries = part["entries"]?.array
        else { return nil }
        self.init(
            name: name, title: title, home: part["home"]?.string, entries: entries.compactMap(OutfeedEntry.init(json:)))
    }
}
