public import WireModel

/// What a document says about the whole feed, normalised: the feed's keys of `parse-output.md`.
public struct FeedDescription: Hashable, Sendable {
    /// Where to ask for push.
    public struct Hub: Hashable, Sendable {
        /// `WebSub` or `rssCloud`.
        public let type: String
        public let url: String
    }

    /// When the publisher wants to be asked.
    public struct UpdateHints: Hashable, Sendable {
        /// 0 to 23, UTC.
        public var skipHours: [Int] = []
        /// English names.
        public var skipDays: [String] = []
        public var period: String?
        public var frequency: Double?
        public var base: Timestamp?
    }

    public var format: ParsedFeed.Format
    public var version: String?
    public var encoding: String
    public var id: String?
    public var title: String?
    public var titleHTML: String?
    public var description: String?
    public var descriptionHTML: String?
    public var homeURL: String?
    public var feedURL: String?
    public var nextURL: String?
    public var language: String?
    public var published: Timestamp?
    public var updated: Timestamp?
    public var authors: [Person] = []
    public var contributors: [Person] = []
    public var publisher: Person?
    public var categories: [Category] = []
    public var links: [Link] = []
    public var image: Image?
    public var icon: String?
    public var generator: Generator?
    public var rights: String?
    public var rightsHTML: String?
    public var licenseURL: String?
    public var hubs: [Hub] = []
    public var ttlMinutes: Double?
    public var updateHints: UpdateHints?
    public var isExpired = false
    public var extensions: [String: JSONValue] = [:]

    init(_ feed: ParsedFeed, documentURL: String?, _ reader: inout ValueReader) {
        let head = feed.head
        format = feed.format
        version = feed.version
        encoding = feed.encoding
        id = head.id?.text.nonEmpty
        homeURL = reader.home ?? reader.page(head.links)
        setTexts(head, &reader)
        feedURL = reader.url(ValueReader.first("self", head.links)) ?? documentURL
        nextURL = reader.url(ValueReader.first("next", head.links))
        language = ValueReader.language(head.language?.text, head.elements.text(.dc, "language"), head.xmlLanguage)
        published = reader.published(head.dates, head.elements)
        updated = reader.updated(head.dates, head.elements)
        authors = reader.authors(head.persons, head.elements)
        contributors = reader.contributors(head.persons, head.elements)
        publisher = reader.publisher(head.persons, head.elements)
        categories = reader.categories(head.categories, head.elements)
        links = reader.links(head.links)
        image = reader.image(of: head)
        icon = reader.url(head.icon)
        if icon == nil, let element = head.elements.first(.webfeeds, "icon") {
            icon = reader.url(element.text, of: element)
        }
        generator = reader.generator(head)
        licenseURL = reader.license(head.links, head.elements)
        hubs = FeedDescription.hubs(head, links, &reader)
        ttlMinutes = reader.number(head.ttl?.text, "ttl", at: head.ttl?.place)
        updateHints = FeedDescription.hints(head, &reader)
        isExpired = head.isExpired == true || ValueReader.yes(head.elements.text(.itunes, "complete")) == true
        extensions = reader.extensions(of: head)
    }

    private mutating func setTexts(_ head: ParsedHead, _ reader: inout ValueReader) {
        if let text = reader.text(head.title, else: [(.dc, "title"), (.itunes, "title")], head.elements) {
            let pair = TextPair(text, base: reader.base(text.base))
            title = pair.plain.nonEmpty
            titleHTML = pair.markedHTML
        }
        let others: [(Vocabulary, String)] = [(.dc, "description"), (.itunes, "summary"), (.itunes, "subtitle")]
        if let text = reader.text(head.description, else: others, head.elements) ?? head.info {
            let pair = TextPair(text, base: reader.base(text.base))
            description = pair.plain.nonEmpty
            descriptionHTML = pair.html
        }
        if let text = reader.text(head.rights, else: [(.dc, "rights"), (.media, "copyright")], head.elements) {
            let pair = TextPair(text, base: reader.base(text.base))
            rights = pair.plain.nonEmpty
            rightsHTML = pair.html
        }
    }

    private static func hubs(_ head: ParsedHead, _ links: [Link], _ reader: inout ValueReader) -> [Hub] {
        var hubs = links.filter { $0.rel == "hub" }.map { Hub(type: "WebSub", url: $0.url) }
        for raw in head.hubs {
            if let url = reader.url(raw.url, head.base, at: head.place) { hubs.append(Hub(type: raw.type, url: url)) }
        }
        let cloud = Dictionary(head.cloud.map { ($0.name, TextExtractor.collapsed($0.value)) }) { first, _ in first }
        if let domain = cloud["domain"]?.nonEmpty {
            let port = cloud["port"]?.nonEmpty.map { ":" + $0 } ?? ""
            let path = cloud["path"] ?? ""
            hubs.append(Hub(type: "rssCloud", url: "http://\(domain)\(port)\(path.hasPrefix("/") ? "" : "/")\(path)"))
        }
        return hubs.withoutDuplicates
    }
}

// MARK: - When to ask again

extension FeedDescription {
    private static let days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]

    private static func hints(_ head: ParsedHead, _ reader: inout ValueReader) -> UpdateHints? {
        var hints = UpdateHints()
        for raw in head.skipHours {
            guard let hour = reader.count(raw.text, "hour to skip", at: raw.place) else { continue }
            // RSS 0.91 counts the hours from 1 to 24.
            if hour <= 24 {
                hints.skipHours.append(hour % 24)
            } else {
                let message = "The hour to skip \"\(reader.quoted(raw.text))\" is none of the day."
                reader.note(.valueInvalid, message, raw.place)
            }
        }
        for raw in head.skipDays {
            let text = TextExtractor.collapsed(raw.text).lowercased()
            if text.utf8.count >= 3, let day = days.first(where: { $0.lowercased().hasPrefix(text) }) {
                hints.skipDays.append(day)
            } else {
                reader.note(.valueInvalid, "The day to skip \"\(reader.quoted(raw.text))\" is no weekday.", raw.place)
            }
        }
        hints.skipHours = hints.skipHours.withoutDuplicates
        hints.skipDays = hints.skipDays.withoutDuplicates
        hints.period = ValueReader.word(head.elements.text(.sy, "updatePeriod"))
        if let element = head.elements.first(.sy, "updateFrequency") {
            hints.frequency = reader.number(element.text, "sy:updateFrequency", at: element.place)
        }
        hints.base = reader.last(
            head.elements.all(.sy, "updateBase").map { ($0.text, $0.place) }, called: "sy:updateBase")
        return hints == UpdateHints() ? nil : hints
    }

    /// What the schedule must know.
    public var wishes: DocumentWishes {
        var wishes = DocumentWishes()
        if let ttlMinutes, ttlMinutes > 0, ttlMinutes < 1e7 { wishes.timeToLive = .seconds(Int64(ttlMinutes * 60)) }
        guard let updateHints else { return wishes }
        wishes.skippedHours = Set(updateHints.skipHours)
        wishes.skippedDays = Set(updateHints.skipDays.compactMap { FeedDescription.days.firstIndex(of: $0) })
        // Both have a default (the syndication module of RSS 1.0).
        guard updateHints.period != nil || updateHints.frequency != nil else { return wishes }
        let periods = ["hourly": 3_600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000]
        let period = updateHints.period.map { periods[$0.lowercased()] } ?? 86_400
        let frequency = max(1, updateHints.frequency ?? 1)
        if let period, frequency < 1e6 { wishes.updatePeriod = .seconds(Int64(Double(period) / frequency)) }
        return wishes
    }
}

// MARK: - JSON

extension FeedDescription {
    /// The document's members that tell of the feed.
    public var jsonMembers: [String: JSONValue] {
        var object = JSONObjectBuilder()
        object.set("format", format.rawValue)
        object.set("version", version)
        object.set("encoding", encoding)
        object.set("id", id)
        object.set("title", title)
        object.set("title_html", titleHTML)
        object.set("description", description)
        object.set("description_html", descriptionHTML)
        object.set("home_url", homeURL)
        object.set("feed_url", feedURL)
        object.set("next_url", nextURL)
        object.set("language", language)
        object.set("published", published)
        object.set("updated", updated)
        object.list("authors", authors.map(\.json))
        object.list("contributors", contributors.map(\.json))
        object.set("publisher", publisher?.json)
        object.list("categories", categories.map(\.json))
        object.list("links", links.map(\.json))
        object.set("image", image?.json)
        object.set("icon", icon)
        object.set("generator", generator?.json)
        object.set("rights", rights)
        object.set("rights_html", rightsHTML)
        object.set("license_url", licenseURL)
        object.list("hubs", hubs.map { ["type": .string($0.type), "url": .string($0.url)] })
        object.set("ttl_minutes", ttlMinutes)
        object.set("update_hints", updateHints?.json)
        if isExpired { object.set("expired", true) }
        object.set("extensions", .object(extensions))
        return object.members
    }
}

extension FeedDescription.UpdateHints {
    fileprivate var json: JSONValue {
        var object = JSONObjectBuilder()
        object.list("skip_hours", skipHours.map { .integer(Int64($0)) })
        object.list("skip_days", skipDays.map(JSONValue.string))
        object.set("sy_period", period)
        object.set("sy_frequency", frequency)
        object.set("sy_base", base)
        return object.value
    }
}
