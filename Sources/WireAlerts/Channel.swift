public import WireModel

/// A way out for alerts: one file in `Channels/`, one line in `Channels.all`.
public protocol Channel: Sendable {
    static var descriptor: ChannelDescriptor { get }

    /// - Throws: what is wrong with the settings, before anything is sent.
    init(_ settings: ChannelSettings, _ outside: Outside) throws(ChannelError)

    /// Those who can take themselves off the channel: mail addresses; none for all other kinds.
    var recipientAddresses: [String] { get }

    /// The bytes that every attempt sends. Never fails because a text is long: it is cut by the channel's limits.
    func render(_ message: AlertMessage) throws(ChannelError) -> [UInt8]

    /// Sends once. Never throws, never hangs past its own time limit, tells no secret in its answer.
    func send(_ letter: Letter) async -> DeliveryResult
}

extension Channel {
    public var recipientAddresses: [String] { [] }
}

/// A rendered message and what changes from attempt to attempt.
public struct Letter: Sendable {
    public let id: MessageID
    public let kind: MessageKind
    public let group: String
    public let body: [UInt8]
    /// From 1.
    public let attempt: Int
    /// Of this attempt.
    public let now: Timestamp

    public init(id: MessageID, kind: MessageKind, group: String, body: [UInt8], attempt: Int, now: Timestamp) {
        self.id = id
        self.kind = kind
        self.group = group
        self.body = body
        self.attempt = attempt
        self.now = now
    }
}

/// How an attempt ended.
public enum DeliveryResult: Hashable, Sendable {
    case delivered(Message.Answer)
    /// Worth another try by the channel's schedule; with `after` not before that, and the whole channel slows down.
    case tryAgain(Message.Answer, after: Duration? = nil)
    /// The other side will not take it as it is: a wrong address, a wrong token, a bad request.
    case refused(Message.Answer)
    /// The endpoint says it is gone for good: the channel is switched off and its owner told.
    case gone(Message.Answer)
}

/// What a kind of channel is called, needs and bears.
public struct ChannelDescriptor: Sendable {
    public struct Setting: Sendable {
        public enum Form: Sendable { case text, secret, address, number, flag, list, duration }

        public let name: String
        public let form: Form
        public let help: String
        public let isRequired: Bool

        public init(_ name: String, _ form: Form, _ help: String, isRequired: Bool = false) {
            self.name = name
            self.form = form
            self.help = help
            self.isRequired = isRequired
        }
    }

    /// When to try again.
    public enum Retry: Sendable {
        /// Ten attempts over three days (delivery.md section 3), also after a refusal.
        case webhook
        /// The same table; a refusal is tried three times in half an hour.
        case chat
        /// 5 min, 30 min, 2 h, then every 4 h for three days; a refusal is final.
        case mail
        /// Three attempts; for what is on this machine.
        case local
    }

    public let kind: String
    public let title: String
    public let settings: [Setting]
    public let retry: Retry
    /// Messages on their way at once.
    public let inFlight: Int
    /// Least time between two messages.
    public let gap: Duration

    public init(
        kind: String, title: String, settings: [Setting], retry: Retry, inFlight: Int = 1, gap: Duration = .zero
    ) {
        self.kind = kind
        self.title = title
        self.settings = settings
        self.retry = retry
        self.inFlight = inFlight
        self.gap = gap
    }
}

/// What the settings file says of one channel; checked against the kind's descriptor before a channel sees it: no
/// unknown key, none missing, each of its form, secrets resolved.
public struct ChannelSettings: Sendable {
    public let name: String
    private let values: [String: JSONValue]

    public init(name: String, values: [String: JSONValue]) {
        self.name = name
        self.values = values
    }

    /// A text, an address, or a secret's value.
    public func text(_ key: String) -> String? { values[key]?.string }
    public func number(_ key: String) -> Int? { values[key]?.integer.map { Int($0) } }
    public func flag(_ key: String) -> Bool { values[key]?.bool ?? false }
    public func list(_ key: String) -> [String] { values[key]?.array?.compactMap(\.string) ?? [] }
    /// Given in seconds.
    public func duration(_ key: String) -> Duration? { values[key]?.double.map { .milliseconds(Int64($0 * 1_000)) } }
}

/// Why a channel cannot be made or cannot render.
public enum ChannelError: Error, Hashable, Sendable {
    /// A setting's value cannot be used; `reason` tells why and the way out, never the value of a secret.
    case badSetting(name: String, reason: String)
    /// A template cannot be read or filled.
    case badTemplate(name: String, reason: String)
}

extension ChannelError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .badSetting(let name, let reason): "\(name): \(reason)"
        case .badTemplate(let name, let reason): "template \(name): \(reason)"
        }
    }
}
