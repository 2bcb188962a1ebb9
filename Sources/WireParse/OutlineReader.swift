import WireModel

/// Gathers the outlines of a list.
final class OutlineReader: XMLConsumer {
    private(set) var subscriptions: [SubscriptionList.Subscription] = []
    private(set) var problems: [Problem] = []
    private let limit: Int
    /// The name of each open outline; nil for those that are no folder and for other elements.
    private var folders: [String?] = []
    /// What the attribute names of the document mean, by their index there.
    private var names: [OutlineName] = []

    init(limit: Int) { self.limit = limit }

    func open(_ name: Int, _ attributes: XMLAttributes, _ context: inout XMLContext) {
        guard context.names[name].text.lowercased() == "outline" else {
            folders.append(nil)
            return
        }
        while names.count < attributes.names.names.count {
            names.append(OutlineName(attributes.names.names[names.count]))
        }
        let outline = Outline(attributes, names)
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

/// An attribute's name, as an outline means it.
private struct OutlineName {
    /// What OPML's own attributes are called here; others are foreign.
    enum Own: String, CaseIterable {
        case type, text, title, xmlurl, htmlurl, url, language
    }

    let own: Own?
    /// Of our namespace.
    let isOurs: Bool
    let local: String
    let prefix: String?
    let namespace: String?

    init(_ name: XMLAttributeName) {
        let parts = name.text.split(separator: ":", maxSplits: 1)
        local = String(parts.last ?? "")
        namespace = name.namespace
        let written = parts.count > 1 ? String(parts[0]) : nil
        // A list that forgot to declare our prefix means it all the same.
        isOurs = namespace == SubscriptionList.namespace || (namespace == nil && written == "wirewatch")
        own = namespace == nil && !isOurs ? Own(rawValue: local.lowercased()) : nil
        prefix = namespace == nil ? nil : written
    }
}

/// One `outline` by its attributes.
private struct Outline {
    /// OPML's own; of equal ones the first.
    private var plain: [OutlineName.Own: String] = [:]
    /// Those of our namespace.
    private var ours: [(name: String, attribute: ForeignAttribute)] = []
    private var foreign: [ForeignAttribute] = []

    init(_ attributes: XMLAttributes, _ names: [OutlineName]) {
        plain.reserveCapacity(OutlineName.Own.allCases.count)
        attributes.forEach { index, value in
            let name = names[index]
            if let own = name.own, plain[own] == nil {
                plain[own] = value
                return
            }
            let kept = ForeignAttribute(name.local, value, prefix: name.prefix, namespace: name.namespace)
            if name.isOurs {
                ours.append((name.local.lowercased(), kept))
            } else if !foreign.contains(where: { $0.name == name.local && $0.namespace == name.namespace }) {
                foreign.append(kept)
            }
        }
    }

    var title: String? {
        [plain[.title], plain[.text]].lazy.compactMap { $0.map(TextExtractor.collapsed)?.nonEmptyText }.first
    }

    /// `xmlUrl`, or what some lists write instead.
    var address: String? {
        (plain[.xmlurl] ?? plain[.url].flatMap { plain[.type]?.lowercased() == "rss" ? $0 : nil })
            .map(TextExtractor.collapsed)?.nonEmptyText
    }

    var site: String? { plain[.htmlurl]?.nonEmptyText }

    /// What it sets, and what is wrong with it, as sentences. What cannot be used is kept with the foreign attributes.
    func settings() -> (FeedSettings, faults: [String]) {
        var settings = FeedSettings()
        var faults: [String] = []
        settings.foreign = foreign
        settings.language = plain[.language]?.nonEmptyText
        for (name, attribute) in ours {
            guard let value = attribute.value.nonEmptyText else { continue }
            if let fault = Outline.set(name, value, in: &settings) {
                faults.append(fault)
                settings.foreign.append(attribute)
            }
        }
        // Those of OPML that the export would write otherwise.
        if let text = plain[.text], plain[.title] != nil, text != title {
            settings.foreign.append(ForeignAttribute("text", text))
        }
        if let type = plain[.type], type != "rss" { settings.foreign.append(ForeignAttribute("type", type)) }
        if let site { settings.foreign.append(ForeignAttribute("htmlUrl", site)) }
        if plain[.xmlurl] != nil, let url = plain[.url] { settings.foreign.append(ForeignAttribute("url", url)) }
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
