public import WireModel

/// A list of subscriptions: OPML 1.x and 2.0, in and out, and bookmark lists, in. A broken list is read as far as it goes.
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
        /// Attributes of one entry that are kept for the export, and bytes of one of them.
        static let foreign = 64
        static let foreignBytes = 4_096
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
        if BookmarkReader.isList(decoded.bytes[decoded.start...]) {
            let bookmarks = BookmarkReader(Array(decoded.bytes[decoded.start...]), limit: limit)
            return SubscriptionList(
                subscriptions: bookmarks.subscriptions, problems: decoded.problems + bookmarks.problems)
        }
        guard prefix.rootName?.lowercased() == "opml" || hasOutline(decoded.bytes[decoded.start...]) else {
            throw .notAFeed(root: prefix.rootName, problems: decoded.problems, encoding: decoded.encoding)
        }
        let reading = XMLDocument.read(decoded) { OutlineReader(limit: limit) }
        let faults = reading.syntaxError.map { [$0] } ?? []
        return SubscriptionList(
            subscriptions: reading.consumer.subscriptions,
            problems: decoded.problems + faults + reading.problems + reading.consumer.problems)
    }

    /// Whether outlines stand near the beginning, with or without a root that says what they are.
    private static func hasOutline(_ bytes: ArraySlice<UInt8>) -> Bool {
        let mark = Array("<outline".utf8)
        let head = bytes.prefix(1 << 14)
        return head.indices.contains { index in
            head[index] == mark[0] && head[index...].count > mark.count
                && zip(head[index...], mark).allSatisfy { $0.asciiLowercased == $1 }
        }
    }
}
