public import WireAlerts
public import WireModel
public import WireStore

/// The settings in force: what the file says, and the default of everything it does not say.
public struct Settings: Hashable, Sendable {
    /// Paths as written; relative ones are relative to the settings file.
    public var feeds: String?
    public var topics: String?
    public var data: String?
    public var fetch = Fetch()
    /// By host, registrable domain, CIDR network or `*`.
    public var hosts: [String: Host] = ["*": Host(hourly: 360, inFlight: 1)]

    /// How alerts become messages.
    public var alerts = AlertSettings()
    /// What makes alerts share a message.
    public var groupBy: [AlertRouting.GroupField] = [.topic]
    /// How long articles are kept.
    public var retention = Retention()
    /// What the service tells about itself over HTTP.
    public var web = Web()
    /// In the order of the file.
    public var channels: [ChannelDeclaration] = []

    public struct Fetch: Hashable, Sendable {
        /// Of a whole transfer.
        public var timeout = Duration.seconds(60)
        public var connectTimeout = Duration.seconds(10)
        /// Bytes of body after decompression.
        public var maxBody = 10 << 20
        /// A person's `--all` asks one feed at most once in this time.
        public var manualGap = Duration.seconds(300)
        /// Feeds in work at once.
        public var concurrency = 256
        /// The address in the User-Agent where a server's operator can complain.
        public var userAgentContact = "https://github.com/wirewatch/wirewatch"
        /// Exceptions to the address guard, as CIDR networks.
        public var allowNetworks: [String] = []
        /// A proxy's address; empty for none. The environment's proxies are ignored.
        public var proxy = ""
    }

    public struct Host: Hashable, Sendable {
        /// Least time between two requests; nil for the rule of the crowd: 2 s, 10 s for hosts with more than 20 feeds.
        public var gap: Duration?
        /// Requests an hour at most; nil for what a less exact key says.
        public var hourly: Int?
        /// Requests at once; nil for what a less exact key says.
        public var inFlight: Int?
    }

    public struct Web: Hashable, Sendable {
        /// Where the service listens; nil for nowhere. A socket that the service manager hands over comes first.
        public var listen: ListenAddress? = ListenAddress(host: "127.0.0.1", port: 8420)
        /// Names by which it may be called, besides literal addresses, `localhost` and that of `public_url`.
        public var hosts: [String] = []
    }

    public struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
        /// A literal address.
        public let host: String
        /// 0 for one that is free.
        public let port: Int

        public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
    }

    public init() {}
}

/// Something wrong with the settings or with a file that they name.
public struct SettingsProblem: Error, Hashable, Sendable {
    public let place: SourcePlace?
    public let message: String
    /// The way out.
    public let hint: String?
    /// False for a remark that stops nothing.
    public let isError: Bool

    public init(place: SourcePlace? = nil, message: String, hint: String? = nil, isError: Bool = true) {
        self.place = place
        self.message = message
        self.hint = hint
        self.isError = isError
    }

    /// `file:line:column: error: message` and the hint on a line of its own.
    public var text: String {
        let prefix = place.map { "\($0.file):\($0.line):\($0.column): " } ?? ""
        let kind = isError ? "error" : "warning"
        return prefix + "\(kind): \(message)" + (hint.map { "\n   \($0)" } ?? "")
    }

    public var json: JSONValue {
        var object = JSONObjectBuilder()
        object.set("severity", isError ? "error" : "warning")
        object.set("message", message)
        object.set("hint", hint)
        object.set("file", place?.file)
        object.set("line", place?.line)
        object.set("column", place?.column)
        return object.value
    }
}
