public import WireModel

/// Makes items of what a document says: absolute addresses, times in UTC, clean HTML, plain text (`parse-output.md`).
///
/// It looks only at the entries it is asked for.
public struct Normalizer: Sendable {
    /// The address the document was fetched from; nil for the one the document itself carries.
    private let url: String?

    public init(url: String?) { self.url = url }

    /// The item that an entry of `feed` makes. What was wrong with its values is added to `problems`.
    public func item(_ entry: ParsedEntry, of feed: ParsedFeed, problems: inout [Problem]) -> Item {
        var reader = reader(of: feed)
        defer { problems += reader.problems }
        var item = Item(id: "")
        item.url = reader.page(of: entry)
        setTexts(of: entry, feed.format, &item, &reader)
        item.published = reader.published(entry.dates, entry.elements)
        item.updated = reader.updated(entry.dates, entry.elements)
        setPeople(of: entry, &item, &reader)
        setLinks(of: entry, &item, &reader)
        item.enclosures = reader.enclosures(of: entry)
        item.image = reader.image(of: entry, item.enclosures)
        item.bannerImageURL = reader.url(entry.bannerImageURL)
        if !entry.elements.isEmpty {
            item.media = reader.media(entry.elements)
            item.inReplyTo = reader.replies(entry.elements)
            item.geo = reader.geometry(entry.elements)
        }
        item.extensions = reader.extensions(of: entry)
        if let source = entry.sources.first { item.source = reader.source(source) }
        item.language = ValueReader.language(
            entry.xmlLanguage, entry.content?.language, entry.elements.text(.dc, "language"), entry.language?.text)
        setIdentity(of: entry, &item, &reader)
        return item
    }

    /// What the document says about the whole feed. What was wrong with it is added to `problems`.
    public func description(of feed: ParsedFeed, problems: inout [Problem]) -> FeedDescription {
        var reader = reader(of: feed)
        defer { problems += reader.problems }
        return FeedDescription(feed, documentURL: url ?? feed.documentURL, &reader)
    }

    /// What the document says about the whole feed.
    public func description(of feed: ParsedFeed) -> FeedDescription {
        var problems: [Problem] = []
        return description(of: feed, problems: &problems)
    }

    private func reader(of feed: ParsedFeed) -> ValueReader {
        let document = url ?? feed.documentURL
        // The feed's own page is the base of all else, so it is resolved against the document alone.
        var first = ValueReader(documentURL: document, home: nil)
        return ValueReader(documentURL: document, home: first.page(feed.head.links))
    }
}

// MARK: - Parts of an item

extension Normalizer {
    private func setTexts(
        of entry: ParsedEntry, _ format: ParsedFeed.Format, _ item: inout Item, _ reader: inout ValueReader
    ) {
        let elements = entry.elements
        // Links inside texts: nearest `xml:base`, the item's page, the feed's page, the document.
        let page = item.url.flatMap { URLReference.isWeb($0) ? $0 : nil }
        let bases = reader
        func base(of text: RawText) -> String? { text.base.isEmpty ? page ?? bases.base([]) : bases.base(text.base) }
        let titles: [(Vocabulary, String)] = [(.dc, "title"), (.media, "title"), (.itunes, "title")]
        if let text = reader.text(entry.title, else: titles, elements) ?? reader.mediaText("title", elements) {
            let title = TextPair(text, base: base(of: text))
            item.title = title.plain.nonEmpty
            item.titleHTML = title.markedHTML
        }
        let summaries: [(Vocabulary, String)] = [
            (.dc, "description"), (.itunes, "summary"), (.media, "description"), (.itunes, "subtitle"),
        ]
        if let text = summary(of: entry, summaries, reader) {
            let summary = TextPair(text, base: base(of: text))
            item.summary = summary.plain.nonEmpty
            item.summaryHTML = summary.html
            item.summaryBreaks = summary.breaks
        }
        setContent(of: entry, format, base(of:), &item)
        if let text = rights(of: entry, reader) {
            let rights = TextPair(text, base: base(of: text))
            item.rights = rights.plain.nonEmpty
            item.rightsHTML = rights.html
        }
        item.contentMarkdown = elements.text(.source, "markdown")
        item.contentURL = reader.url(entry.contentURL)
    }

    private func summary(
        of entry: ParsedEntry, _ names: [(Vocabulary, String)], _ reader: ValueReader
    ) -> RawText? {
        if let own = entry.summary, !own.source.isEmpty { return own }
        for name in names {
            if let text = reader.text(nil, else: [name], entry.elements) { return text }
            if name.0 == .media, let text = reader.mediaText(name.1, entry.elements) { return text }
        }
        return nil
    }

    private func setContent(
        of entry: ParsedEntry, _ format: ParsedFeed.Format, _ base: (RawText) -> String?, _ item: inout Item
    ) {
        let isBinary = ["image/", "audio/", "video/", "font/"].contains { entry.contentType?.hasPrefix($0) ?? false }
        if let text = entry.content, !isBinary {
            let content = TextPair(content: text, base: base(text))
            item.contentText = content.plain.nonEmpty
            // What RSS calls HTML is so only if it looks so.
            item.contentHTML = format != .rss || content.looksAsCalled ? content.html : nil
        }
        if let text = entry.plainContent {
            let plain = TextExtractor.lines(text.text)
            if !plain.isEmpty { item.contentText = plain }
        }
    }

    private func rights(of entry: ParsedEntry, _ reader: ValueReader) -> RawText? {
        reader.text(entry.rights, else: [(.dc, "rights"), (.media, "copyright")], entry.elements)
            ?? reader.mediaText("copyright", entry.elements)
    }

    private func setPeople(of entry: ParsedEntry, _ item: inout Item, _ reader: inout ValueReader) {
        item.authors = reader.authors(entry.persons, entry.elements)
        item.contributors = reader.contributors(entry.persons, entry.elements)
        item.publisher = entry.elements.text(.dc, "publisher").flatMap(ValueReader.split)
        item.categories = reader.categories(entry.categories, entry.elements)
    }

    private func setLinks(of entry: ParsedEntry, _ item: inout Item, _ reader: inout ValueReader) {
        item.links = reader.links(entry.links, leavingOut: "enclosure")
        item.externalURL = reader.url(ValueReader.first("related", entry.links))
        (item.commentsURL, item.commentsFeedURL) = reader.comments(of: entry)
        for (vocabulary, name) in [(.slash, "comments"), (.thr, "total")] as [(Vocabulary, String)]
        where item.commentsCount == nil {
            guard let element = entry.elements.first(vocabulary, name) else { continue }
            item.commentsCount = reader.count(element.text, "number of comments", at: element.place)
        }
        item.licenseURL = reader.license(entry.links, entry.elements)
        if item.licenseURL == nil, let element = entry.elements.media.first(where: { $0.name == "license" }) {
            item.licenseURL = reader.url(element.value("href"), of: element)
        }
    }

    private func setIdentity(of entry: ParsedEntry, _ item: inout Item, _ reader: inout ValueReader) {
        if let id = entry.id, !id.source.isEmpty {
            item.id = id.text
            if id.kind == .guid { item.idIsPermalink = id.isPermalink }
            return
        }
        if let id = entry.elements.text(.dc, "identifier") {
            item.id = id
            return
        }
        item.idGenerated = true
        reader.note(.idMissing, "The entry has no id; one was made.", entry.place)
        item.id = item.url ?? item.enclosures.first?.url ?? item.contentID
    }
}

extension Item {
    /// `sha256:` and 64 hexadecimal digits over title, time and text.
    public var contentID: String {
        let time = published ?? updated
        let parts = [title ?? "", time?.description ?? "", contentText ?? summary ?? ""]
        return "sha256:" + SHA256Hasher.hexadecimal(of: Array(parts.joined(separator: "\u{0}").utf8))
    }
}

extension TextPair {
    /// The HTML if there is markup in it, not only character references.
    var markedHTML: String? { html.flatMap { $0.utf8.contains(UInt8(ascii: "<")) ? $0 : nil } }
}

extension ValueReader {
    /// A text of Media RSS, also inside `media:group` and `media:content`.
    func mediaText(_ name: String, _ elements: [RawElement]) -> RawText? {
        elements.media.first(.media, name).map(rawText)
    }

    /// The first language tag there is, with `_` made `-`.
    static func language(_ texts: String?...) -> String? {
        for text in texts {
            guard let text = text.map(TextExtractor.collapsed), !text.isEmpty else { continue }
            return String(decoding: text.utf8.map { $0 == UInt8(ascii: "_") ? UInt8(ascii: "-") : $0 }, as: UTF8.self)
        }
        return nil
    }

    /// The feed that an entry was taken from.
    mutating func source(_ head: ParsedHead) -> Source? {
        var source = Source()
        source.id = head.id?.text.nonEmpty
        source.title = head.title.map { TextPair($0, base: nil).plain }
        source.url = page(head.links)
        source.feedURL = url(ValueReader.first("self", head.links))
        source.description = head.description.map { TextPair($0, base: nil).plain }
        source.updated = updated(head.dates, head.elements) ?? published(head.dates, head.elements)
        source.rights = text(head.rights, else: [(.dc, "rights")], head.elements).map { TextPair($0, base: nil).plain }
        source.language = ValueReader.language(head.language?.text, head.xmlLanguage)
        source.image = image(of: head)
        source.icon = url(head.icon)
        source.generator = generator(head)
        source.authors = authors(head.persons, head.elements)
        source.contributors = contributors(head.persons, head.elements)
        source.categories = categories(head.categories, head.elements)
        // The address of RSS `source` is told as `feed_url` alone.
        source.links = links(head.links.filter { $0.kind != .rss || $0.rel != "self" })
        if source.title?.isEmpty == true { source.title = nil }
        return source == Source() ? nil : source
    }

    mutating func generator(_ head: ParsedHead) -> Generator? {
        var generator = Generator()
        if let raw = head.generator {
            generator.name = ValueReader.word(raw.name)
            generator.url = url(raw.url, raw.base, at: raw.place)
            generator.version = ValueReader.word(raw.version)
        }
        if generator.url == nil, let agent = head.elements.all(.admin, "generatorAgent").first {
            generator.url = url(agent.attribute(local: "resource") ?? agent.text, of: agent)
        }
        return generator == Generator() ? nil : generator
    }
}
