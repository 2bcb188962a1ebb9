import WireModel

/// RSS written as JSON: `{"rss": {"version": "2.0", "channel": {…, "item": […]}}}`, names as in RSS 2.0.
enum RSSInJSON {
    /// The channel; nil if the document is not of this kind.
    static func root(_ members: [String: JSONValue]) -> [String: JSONValue]? {
        members["rss"]?["channel"]?.object ?? (members["channel"]?.object)
    }

    static func version(_ members: [String: JSONValue]) -> String? {
        let root = members["rss"]
        return XMLRoot.rssVersion((root?["version"] ?? root?["@version"])?.string)
    }
}

extension JSONFeedReader {
    mutating func readRSS(_ channel: [String: JSONValue]) {
        head.title = rssText(channel["title"])
        head.description = rssText(channel["description"])
        head.rights = rssText(channel["copyright"])
        head.language = rssValue(channel["language"])
        head.ttl = rssValue(channel["ttl"])
        head.docs = rssValue(channel["docs"])
        head.rating = rssValue(channel["rating"])
        head.generator = rssScalar(channel["generator"]).map { RawGenerator(name: $0) }
        head.links = each(channel["link"]).compactMap { rssScalar($0).map { RawLink($0, .rss) } }
        if let date = rssScalar(channel["pubDate"]) { head.dates.append(RawDate(date, .published)) }
        if let date = rssScalar(channel["lastBuildDate"]) { head.dates.append(RawDate(date, .updated)) }
        let people: [(String, RawPerson.Role)] = [
            ("managingEditor", .editor), ("author", .author), ("webMaster", .webMaster),
        ]
        for (name, role) in people {
            head.persons += each(channel[name]).compactMap { rssScalar($0).map { RawPerson(role, text: $0) } }
        }
        head.categories = categories(channel["category"])
        head.image = image(channel["image"])
        head.skipHours = each(channel["skipHours"]?["hour"]).compactMap(rssValue)
        head.skipDays = each(channel["skipDays"]?["day"]).compactMap(rssValue)
        head.cloud = attributes(channel["cloud"])
        head.textInput = attributes(channel["textInput"])
        for item in each(channel["item"] ?? channel["items"]) {
            guard entries.count < limits.entries else {
                problems.append(
                    Problem(
                        .limitSize, "The document has more than \(limits.entries) entries; the rest is left out."))
                return
            }
            guard let members = item.object else { continue }
            entries.append(rssEntry(members))
        }
    }

    private mutating func rssEntry(_ members: [String: JSONValue]) -> ParsedEntry {
        var entry = ParsedEntry()
        if let guid = members["guid"], let text = rssScalar(guid) {
            let said =
                scalar(attribute("isPermaLink", of: guid)) ?? attribute("isPermaLink", of: guid)?.bool.map { "\($0)" }
            entry.id = RawID(text, .guid, isPermalink: said?.lowercased() != "false")
        }
        entry.title = rssText(members["title"])
        entry.summary = rssText(members["description"])
        entry.content = rssScalar(members["content:encoded"] ?? members["encoded"]).map { RawText($0, .html) }
        entry.links = each(members["link"]).compactMap { rssScalar($0).map { RawLink($0, .rss) } }
        entry.dates = each(members["pubDate"]).compactMap { rssScalar($0).map { RawDate($0, .published) } }
        entry.persons = each(members["author"]).compactMap { rssScalar($0).map { RawPerson(.author, text: $0) } }
        entry.categories = categories(members["category"])
        entry.comments = rssValue(members["comments"])
        entry.enclosures = each(members["enclosure"]).compactMap { enclosure in
            guard let url = scalar(attribute("url", of: enclosure)) else { return nil }
            return RawEnclosure(
                url, type: scalar(attribute("type", of: enclosure)), length: scalar(attribute("length", of: enclosure)))
        }
        if let source = members["source"], let url = scalar(attribute("url", of: source)) {
            var head = ParsedHead()
            head.title = rssText(source)
            head.links = [RawLink(url, .rss, rel: "self")]
            entry.sources = [head]
        }
        return entry
    }

    private func each(_ value: JSONValue?) -> [JSONValue] { value?.array ?? (value.map { [$0] } ?? []) }

    /// The text of an element: a string, or the member that stands for the text of an element with attributes.
    private func rssScalar(_ value: JSONValue?) -> String? {
        guard let object = value?.object else { return scalar(value) }
        for name in ["#value", "#text", "$t", "_", "value", "#cdata-section"] {
            if let text = scalar(object[name]) { return text }
        }
        return nil
    }

    private func rssValue(_ value: JSONValue?) -> RawValue? { rssScalar(value).map { RawValue($0) } }

    private func rssText(_ value: JSONValue?) -> RawText? { rssScalar(value).map { RawText($0, .guess) } }

    private func attribute(_ name: String, of element: JSONValue) -> JSONValue? {
        element[name] ?? element["@" + name] ?? element["@attributes"]?[name] ?? element["$"]?[name]
    }

    private func attributes(_ value: JSONValue?) -> [RawAttribute] {
        (value?.object ?? [:]).sorted { $0.key < $1.key }.compactMap { name, value in
            let plain = name.hasPrefix("@") ? String(name.dropFirst()) : name
            return rssScalar(value).map { RawAttribute(plain, $0) }
        }
    }

    private func categories(_ value: JSONValue?) -> [RawCategory] {
        each(value).compactMap { category in
            guard let text = rssScalar(category) else { return nil }
            return RawCategory(text: text, scheme: scalar(attribute("domain", of: category)))
        }
    }

    private func image(_ value: JSONValue?) -> RawImage? {
        guard let value, value.object != nil else { return nil }
        var image = RawImage()
        image.url = rssScalar(value["url"])
        image.title = rssScalar(value["title"])
        image.link = rssScalar(value["link"])
        image.description = rssScalar(value["description"])
        image.width = rssScalar(value["width"])
        image.height = rssScalar(value["height"])
        return image.url == nil ? nil : image
    }
}
