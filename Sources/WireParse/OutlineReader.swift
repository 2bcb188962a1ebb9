import WireModel

/// Gathers the outlines of a list.
final class OutlineReader: XMLConsumer {
    private(set) var subscriptions: [SubscriptionList.Subscription] = []
    private(set) var problems: [Problem] = []
    private let limit: Int
    /// The name of each open outline; nil for those that are no folder and for other elements.
    private var folders: [String?] = []

    init(limit: Int) { self.limit = limit }

    func open(_ name: Int, _ attributes: XMLAttributes, _ context: inout XMLContext) {
        guard context.names[name].text.lowercased() == "outline" else {
            folders.append(nil)
            return
        }
        let outline = Outline(attributes)
        guard let address = outline.address else {
            folders.append(outline.title?.replacing("/", with: "-"))
            return
        }
        folders.append(nil)
        guard subscriptions.count < limit else {
            problems.append(
                Problem(
                    .limitSize, "The list has more than \(limit) feeds; the rest is left out.", at: context.place))
            context.stop()
            return
        }
        let (settings, faults) = outline.settings()
        problems += faults.map { Problem(.valueInvalid, $0, at: context.place) }
        subscriptions.append(
            SubscriptionList.Subscription(
                address: address, title: outline.title, site: outline.site,
                folder: folders.compactMap { $0 }.prefix(SubscriptionList.Limits.depth).joined(separator: "/"),
                settings: settings, line: Int(context.place.line)))
    }

    func close(_ name: Int, _ context: inout XMLContext) { _ = folders.popLast() }
}

/// One `outline` by its attributes.
private struct Outline {
    /// OPML's own, by their names in lower case; of equal ones the first.
    private var plain: [String: String] = [:]
    /// Those of our namespace.
    private var ours: [(name: String, attribute: ForeignAttribute)] = []
    private var foreign: [ForeignAttribute] = []

    /// What OPML's own attributes are called here; others are foreign.
    private static let known: Set = ["type", "text", "title", "xmlurl", "htmlurl", "url", "language"]

    init(_ attributes: XMLAttributes) {
        for (attribute, namespace) in attributes.allWithNamespaces {
            let parts = attribute.name.split(separator: ":", maxSplits: 1)
            let name = String(parts.last ?? "")
            let prefix = parts.count > 1 ? String(parts[0]) : nil
            let kept = ForeignAttribute(
                name, attribute.value, prefix: namespace == nil ? nil : prefix, namespace: namespace)
            // A list that forgot to declare our prefix means it all the same.
            if namespace == SubscriptionList.namespace || (namespace == nil && prefix == "wirewatch") {
                ours.append((name.lowercased(), kept))
            } else if namespace == nil, Outline.known.contains(name.lowercased()), plain[name.lowercased()] == nil {
                plain[name.lowercased()] = attribute.value
            } else if !foreign.contains(where: { $0.name == name && $0.namespace == namespace }) {
                foreign.append(kept)
            }
        }
    }

    var title: String? {
        [plain["title"], plain["text"]].lazy.compactMap { $0.map(TextExtractor.collapsed)?.nonEmptyText }.first
    }

    /// `xmlUrl`, or what some lists write instead.
    var address: String? {
        (plain["xmlurl"] ?? plain["url"].flatMap { plain["type"]?.lowercased() == "rss" ? $0 : nil })
            .map(TextExtractor.collapsed)?.nonEmptyText
    }

    var site: String? { plain["htmlurl"]?.nonEmptyText }

    /// What it sets, and what is wrong with it, as sentences. What cannot be used is kept with the foreign attributes.
    func settings() -> (FeedSettings, faults: [String]) {
        var settings = FeedSettings()
        var faults: [String] = []
        settings.foreign = foreign
        settings.language = plain["language"]?.nonEmptyText
        for (name, attribute) in ours {
            guard let value = attribute.value.nonEmptyText else { continue }
            if let fault = Outline.set(name, value, in: &settings) {
                faults.append(fault)
                settings.foreign.append(attribute)
            }
        }
        // Those of OPML that the export would write otherwise.
        if let text = plain["text"], plain["title"] != nil, text != title {
            settings.foreign.append(ForeignAttribute("text", text))
        }
        if let type = plain["type"], type != "rss" { settings.foreign.append(ForeignAttribute("type", type)) }
        if let site { settings.foreign.append(ForeignAttribute("htmlUrl", site)) }
        if plain["xmlurl"] != nil, let url = plain["url"] { settings.foreign.append(ForeignAttribute("url", url)) }
        let count = settings.foreign.count
        settings.foreign.removeAll { $0.value.utf8.count > SubscriptionList.Limits.foreignBytes }
        settings.foreign = Array(settings.foreign.prefix(SubscriptionList.Limits.foreign))
        if settings.foreign.count < count {
            faults.append("\(count - settings.foreign.count) attributes are too many or too long and are not kept.")
        }
        return (settings, faults)
    }

    private static let names = [
        "interval", "tier", "user_agent", "header", "language", "country", "auth", "proxy", "client_cert",
        "http_version",
    ]

    /// - Returns: what is wrong, as a sentence.
    private static func set(_ name: String, _ value: String, in settings: inout FeedSettings) -> String? {
        switch name {
        case "user_agent": settings.userAgent = value
        case "header": settings.header = value
        case "language": settings.language = value
        case "country": settings.country = value
        case "auth": settings.auth = value
        case "proxy": settings.proxy = value
        case "client_cert": settings.clientCertificate = value
        case "http_version": settings.httpVersion = value
        case "interval":
            guard let interval = QuantityText.duration(value) else {
                return "The interval \"\(value.prefix(40))\" is not a time span; write 30m or 2h."
            }
            settings.interval = interval
        case "tier":
            guard let tier = FeedTier(rawValue: value) else {
                return "The tier \"\(value.prefix(40))\" is none; write normal or urgent."
            }
            settings.tier = tier
        default:
            let way =
                NearestName.find(name, among: names).map { "did you mean \($0)?" }
                ?? "known are \(names.joined(separator: ", "))."
            return "There is no setting \(name.prefix(40)) of a feed; \(way)"
        }
        return nil
    }
}

extension String {
    fileprivate var nonEmptyText: String? { isEmpty ? nil : self }
}
