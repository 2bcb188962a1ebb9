public import WireModel

/// What one message tells, before a channel gives it its form.
public struct AlertMessage: Sendable {
    public enum Limits {
        /// Items told in full; the rest is a number.
        public static let items = 20
    }

    public struct Item: Sendable {
        public let alert: Alert
        public let flagged: FlaggedArticle

        public init(_ alert: Alert, _ flagged: FlaggedArticle) {
            self.alert = alert
            self.flagged = flagged
        }
    }

    public let id: MessageID
    public let kind: MessageKind
    public let created: Timestamp
    public let channel: String
    /// `topic=…` and the like, joined by `,`; also what mail threads by.
    public let group: String
    /// At most `Limits.items`, gravest first, then newest first.
    public let items: [Item]
    /// All alerts of the message, told in full or not.
    public let count: Int
    /// Of a message without alerts.
    public let notice: Notice?
    /// Too many alerts to tell each: their number is the news.
    public let isFlood: Bool
    /// Whether it repeats what was told before and nobody acknowledged.
    public let isRepetition: Bool
    /// Where more can be seen; nil without a public address.
    public let link: String?

    public init(
        id: MessageID, kind: MessageKind, created: Timestamp, channel: String, group: String, items: [Item] = [],
        count: Int = 0, notice: Notice? = nil, isFlood: Bool = false, isRepetition: Bool = false, link: String? = nil
    ) {
        self.id = id
        self.kind = kind
        self.created = created
        self.channel = channel
        self.group = group
        self.items = Array(items.prefix(Limits.items))
        self.count = max(count, items.count)
        self.notice = notice
        self.isFlood = isFlood
        self.isRepetition = isRepetition
        self.link = link
    }

    /// How many alerts are not told in full.
    public var hidden: Int { count - items.count }

    /// The gravest.
    public var severity: Severity { items.map(\.alert.severity).max() ?? notice?.severity ?? .normal }
}
