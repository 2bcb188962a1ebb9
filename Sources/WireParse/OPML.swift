public import WireModel

/// A list of subscriptions: OPML 1.x and 2.0, in and out. A broken list is read as far as it goes.
public struct SubscriptionList: Sendable {
    public struct Subscription: Hashable, Sendable {
        /// `xmlUrl` as written.
        public var address: String
        public var title: String?
        /// The page, `htmlUrl`.
        public var site: String?
        /// Names of the enclosing outlines, outermost first, joined by `/`.
        public var folder: String
        public var settings: FeedSettings
        public var line: Int

        public init(
            address: String, title: String? = nil, site: String? = nil, folder: String = "",
            settings: FeedSettings = FeedSettings(), line: Int = 1
        ) {
            self.address = address
            self.title = title
            self.site = site
            self.folder = folder
            self.settings = settings
            self.line = line
        }
    }

    public enum Limits {
        /// Subscriptions in the operator's own file, and in an imported one.
        public static let ownSubscriptions = 100_000
        public static let importedSubscriptions = 5_000
        /// Folders inside one another.
        public static let depth = 20
    }

    /// The namespace of per-feed settings.
    public static let namespace = "urn:wirewatch:opml"

    /// In document order.
    public let subscriptions: [Subscription]
    public let problems: [Problem]

    /// Reads a list.
    /// - Parameter limit: subscriptions that are read; more are a problem of the list.
    /// - Throws: `ParseError` if the document is not OPML.
    public static func read(_ bytes: [UInt8], limit: Int = Limits.ownSubscriptions) throws(ParseError)
        -> SubscriptionList
    {
        var limits = ParseLimits()
        limits.processorTime = .seconds(20)
        let decoded = TextDecoding.decode(FetchedDocument(bytes: bytes), limits: limits)
        let prefix = DocumentPrefix(decoded.bytes[decoded.start...])
        guard !prefix.isBlank else { throw .empty(problems: decoded.problems, encoding: decoded.encoding) }
        guard prefix.rootName?.lowercased() == "opml" else {
            throw .notAFeed(root: prefix.rootName, problems: decoded.problems, encoding: decoded.encoding)
        }
        let start = decoded.bytes[decoded.start...].firstIndex { !isSpace($0) } ?? decoded.start
        let strict = OutlineReader(limit: limit)
        let first = XMLReader.read(.bytes(decoded.bytes, from: start), isStrict: true, limits: limits, into: strict)
        guard let error = first.syntaxError else {
            return SubscriptionList(
                subscriptions: strict.subscriptions, problems: decoded.problems + first.problems + strict.problems)
        }
        let repaired = OutlineReader(limit: limit)
        let repair = XMLRepair(decoded.bytes, from: decoded.start, limits: limits)
        let second = XMLReader.read(.repaired(repair), isStrict: false, limits: limits, into: repaired)
        return SubscriptionList(
            subscriptions: repaired.subscriptions,
            problems: decoded.problems + [error] + second.problems + repaired.problems)
    }

    /// OPML 2.0 with one outline for each folder, feeds in their order.
    public static func write(title: String, _ subscriptions: [Subscription]) -> String {
        var out = """
            <?xml version="1.0" encoding="UTF-8"?>
            <opml version="2.0" xmlns:wirewatch="\(namespace)">
              <head><title>\(escaped(title))</title></head>
              <body>

            """
        var open: [Substring] = []
        for subscription in subscriptions {
            let path = subscription.folder.split(separator: "/")
            let shared = zip(open, path).prefix { $0 == $1 }.count
            while open.count > shared {
                open.removeLast()
                out += indent(open.count) + "</outline>\n"
            }
            for name in path[shared...] {
                out += indent(open.count) + "<outline text=\"\(escaped(String(name)))\">\n"
                open.append(name)
            }
            out += indent(open.count) + outline(subscription) + "\n"
        }
        while !open.isEmpty {
            open.removeLast()
            out += indent(open.count) + "</outline>\n"
        }
        return out + "  </body>\n</opml>\n"
    }

    private static func outline(_ subscription: Subscription) -> String {
        let settings = subscription.settings
        let attributes: [(String, String?)] = [
            ("type", "rss"), ("text", subscription.title ?? subscription.address), ("xmlUrl", subscription.address),
            ("htmlUrl", subscription.site), ("wirewatch:interval", settings.interval.map(QuantityText.text(of:))),
            ("wirewatch:user_agent", settings.userAgent), ("wirewatch:header", settings.header),
            ("wirewatch:language", settings.language), ("wirewatch:country", settings.country),
            ("wirewatch:auth", settings.auth), ("wirewatch:proxy", settings.proxy),
            ("wirewatch:client_cert", settings.clientCertificate), ("wirewatch:http_version", settings.httpVersion),
            ("wirewatch:tier", settings.tier == .normal ? nil : settings.tier.rawValue),
        ]
        let written = attributes.compactMap { name, value in value.map { " \(name)=\"\(escaped($0))\"" } }
        return "<outline\(written.joined())/>"
    }

    private static func indent(_ depth: Int) -> String { String(repeating: "  ", count: depth + 2) }

    private static func escaped(_ text: String) -> String {
        Sanitizer.escaped(text).replacing("\n", with: " ")
    }
}

/// Gathers the outlines of a list.
private final class OutlineReader: XMLConsumer {
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
        var values: [String: String] = [:]
        for attribute in attributes.all {
            let local = attribute.name.split(separator: ":").last ?? ""
            values[local.lowercased()] = values[local.lowercased()] ?? attribute.value
        }
        let title = [values["title"], values["text"]].lazy.compactMap { $0.map(TextExtractor.collapsed)?.nonEmptyText }
            .first
        guard
            let address = (values["xmlurl"] ?? values["url"].flatMap { values["type"] == "rss" ? $0 : nil })
                .map(TextExtractor.collapsed)?.nonEmptyText
        else {
            folders.append(title?.replacing("/", with: "-"))
            return
        }
        folders.append(nil)
        add(address, title, values, at: context.place, &context)
    }

    func close(_ name: Int, _ context: inout XMLContext) { _ = folders.popLast() }

    private func add(
        _ address: String, _ title: String?, _ values: [String: String], at place: Place, _ context: inout XMLContext
    ) {
        guard subscriptions.count < limit else {
            problems.append(
                Problem(.limitSize, "The list has more than \(limit) feeds; the rest is left out.", at: place))
            context.stop()
            return
        }
        var settings = FeedSettings()
        if let text = values["interval"] {
            settings.interval = QuantityText.duration(text)
            if settings.interval == nil {
                problems.append(
                    Problem(
                        .valueInvalid, "The interval \"\(text.prefix(40))\" is not a time span; write 30m or 2h.",
                        at: place))
            }
        }
        settings.userAgent = values["user_agent"]?.nonEmptyText
        settings.header = values["header"]?.nonEmptyText
        settings.language = values["language"]?.nonEmptyText
        settings.country = values["country"]?.nonEmptyText
        settings.auth = values["auth"]?.nonEmptyText
        settings.proxy = values["proxy"]?.nonEmptyText
        settings.clientCertificate = values["client_cert"]?.nonEmptyText
        settings.httpVersion = values["http_version"]?.nonEmptyText
        if let text = values["tier"]?.nonEmptyText {
            settings.tier = FeedTier(rawValue: text) ?? .normal
            if FeedTier(rawValue: text) == nil {
                problems.append(
                    Problem(
                        .valueInvalid, "The tier \"\(text.prefix(40))\" is none; write normal or urgent.", at: place))
            }
        }
        subscriptions.append(
            SubscriptionList.Subscription(
                address: address, title: title, site: values["htmlurl"]?.nonEmptyText,
                folder: folders.compactMap { $0 }.prefix(SubscriptionList.Limits.depth).joined(separator: "/"),
                settings: settings, line: Int(place.line)))
    }
}

extension String {
    fileprivate var nonEmptyText: String? { isEmpty ? nil : self }
}
