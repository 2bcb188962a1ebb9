public import WireModel

extension ParsedFeed {
    /// What identifies each entry and its content, in document order. Computed anew at each call.
    public var keys: [EntryKey] {
        var outside = ValueReader(documentURL: documentURL, home: nil)
        let home = outside.page(head.links)
        var reader = ValueReader(documentURL: documentURL, home: home)
        var keys: [EntryKey] = []
        keys.reserveCapacity(entries.count)
        // A span lends its elements; an array would copy each of these large ones.
        let entries = entries.span
        for index in entries.indices { keys.append(entries[index].key(&reader)) }
        return keys
    }
}

extension ParsedEntry {
    fileprivate func key(_ reader: inout ValueReader) -> EntryKey {
        let url = reader.page(of: self)
        reader.problems.removeAll()
        let id = id?.source ?? elements.source(.dc, "identifier")
        let link = url.map { CanonicalURL($0)?.text ?? $0 }
        let enclosures = enclosureAddresses
        let text = textHasher
        return EntryKey(
            id: id.map { $0.withBytes { ParsedEntry.digest("id", $0) } },
            link: link.map { ParsedEntry.digest("link", $0.utf8.span) },
            enclosure: enclosures.first.map { ParsedEntry.digest("enclosure", $0.utf8.span) },
            content: contentDigest(text),
            fingerprint: fingerprint(text, enclosures))
    }

    /// The kind keeps an id apart from a link of the same text: all of them name articles in one set.
    private static func digest(_ kind: String, _ text: Swift.Span<UInt8>) -> Digest {
        var hasher = SHA256Hasher()
        hasher.update(kind)
        hasher.update(text)
        return hasher.finish()
    }

    private var enclosureAddresses: [String] {
        var addresses: [String] = []
        for index in enclosures.indices { addresses.append(enclosures[index].url) }
        for index in links.indices where ValueReader.relation(links[index].rel) == "enclosure" {
            addresses.append(links[index].url)
        }
        for index in elements.indices where elements[index].vocabulary == .media && elements[index].name == "content" {
            if let url = elements[index]["url"] { addresses.append(url) }
        }
        return addresses
    }

    /// Over title and text, with which both digests begin: the text is hashed once.
    private var textHasher: SHA256Hasher {
        var hasher = SHA256Hasher()
        hasher.update("content")
        hasher.update(title)
        hasher.update(content ?? plainContent ?? summary)
        return hasher
    }

    /// Over title, times and text: what an entry is known by that has nothing else.
    private func contentDigest(_ text: SHA256Hasher) -> Digest {
        var hasher = text
        for index in dates.indices where dates[index].role != .updated && dates[index].role != .modified {
            hasher.update(dates[index].source)
        }
        for index in elements.indices where elements[index].vocabulary == .dc && elements[index].name == "date" {
            hasher.update(textOf: elements[index])
        }
        return hasher.finish()
    }

    /// Over all whose change may be an edit; not over times and counts, which change by themselves.
    private func fingerprint(_ text: SHA256Hasher, _ enclosures: [String]) -> Digest {
        var hasher = text
        hasher.update(content == nil ? plainContent == nil ? "summary" : "plain" : "content")
        if content != nil { hasher.update(plainContent) }
        if content != nil || plainContent != nil { hasher.update(summary) }
        for index in links.indices where ValueReader.relation(links[index].rel) == "alternate" {
            hasher.update(links[index].source)
        }
        // An index does not copy what it only looks at.
        for index in persons.indices {
            hasher.update(persons[index].text)
            hasher.update(persons[index].name)
            hasher.update(persons[index].email)
            hasher.update(persons[index].url)
        }
        for index in categories.indices {
            hasher.update(categories[index].source)
            hasher.update(categories[index].term)
            hasher.update(categories[index].scheme)
            hasher.update(categories[index].label)
        }
        for address in enclosures { hasher.update(address) }
        for index in elements.indices where ParsedEntry.isText(elements[index]) { hasher.update(elements[index]) }
        return hasher.finish()
    }

    /// Whether an element of another vocabulary holds text, people or subjects of the entry.
    private static func isText(_ element: RawElement) -> Bool {
        switch element.vocabulary {
        case .dc: element.name != "date"
        case .itunes, .googleplay, .source: true
        case .media:
            ["title", "description", "text", "keywords", "category", "credit", "group", "content"].contains(
                element.name)
        default: false
        }
    }
}

extension SHA256Hasher {
    fileprivate mutating func update(_ text: RawText?) {
        update(text?.source)
    }

    fileprivate mutating func update(_ text: DocumentText?) {
        if let text { text.withBytes { update($0) } } else { update(nil as String?) }
    }

    fileprivate mutating func update(textOf element: RawElement) {
        if let text = element.source { update(text) } else { update("") }
    }

    fileprivate mutating func update(_ element: RawElement) {
        update(element.name)
        update(textOf: element)
        // Attributes of media files change with every rendition; their addresses are counted apart.
        if element.vocabulary == .itunes { for attribute in element.attributes { update(attribute.value) } }
        for child in element.children { update(child) }
    }
}
