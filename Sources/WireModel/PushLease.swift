/// A feed's subscription at a hub (WebSub): the hub sends what is new to a callback of ours for as long as it lasts.
public struct PushLease: Hashable, Sendable {
    public enum Limits {
        /// Asked for; the hub may give another.
        public static let wanted: Duration = .seconds(10 * 86_400)
        /// What a hub gives is held to between these.
        public static let shortest: Duration = .seconds(300)
        public static let longest: Duration = .seconds(30 * 86_400)
        /// A hub that has not verified after so long is asked again; longer with each failure in a row, up to a day.
        public static let patience: Duration = .seconds(3_600)
        public static let longestPatience: Duration = .seconds(86_400)
    }

    public let feed: FeedID
    /// The end of the callback's address: 32 hexadecimal digits that nobody can guess, new with each request.
    public let token: String
    /// Signs what the hub sends; nil if the hub was asked in clear, where a secret would be none.
    public let secret: [UInt8]?
    public let hub: String
    public let topic: String
    /// When the hub was asked.
    public let asked: Timestamp
    /// Its end; nil until the hub has verified.
    public var until: Timestamp?
    /// Requests in a row that the hub refused or did not verify, this one included once it has failed.
    public var failures: Int

    public init(
        feed: FeedID, token: String, secret: [UInt8]?, hub: String, topic: String, asked: Timestamp,
        until: Timestamp? = nil, failures: Int = 0
    ) {
        self.feed = feed
        self.token = token
        self.secret = secret
        self.hub = hub
        self.topic = topic
        self.asked = asked
        self.until = until
        self.failures = failures
    }

    public func isActive(at now: Timestamp) -> Bool { until.map { $0 > now } ?? false }

    /// Whether a new lease should be asked for although this one lasts: when four fifths of it are over.
    public func isOld(at now: Timestamp) -> Bool {
        guard let until else { return false }
        return now >= asked + .milliseconds((until - asked).wholeMilliseconds / 5 * 4)
    }

    /// Whether the hub may still verify.
    public func isPending(at now: Timestamp) -> Bool { until == nil && now < asked + patience && now >= asked }

    private var patience: Duration {
        min(Limits.longestPatience, .milliseconds(Limits.patience.wholeMilliseconds << min(failures, 5)))
    }
}

extension PushLease {
    /// What is to be done about a feed's leases.
    public enum Step: Hashable, Sendable {
        case rest
        /// Ask the hub for a new one.
        case ask(failures: Int)
        /// The feed has no hub any more, or is not polled: what the hub sends is not wanted.
        case drop
    }

    /// The next step for one feed. Pure.
    /// - Parameters:
    ///   - leases: the feed's own.
    ///   - hub: where its last document said that news can be had, and of what; nil if it did not.
    public static func step(_ leases: [PushLease], hub: PushSource?, at now: Timestamp) -> Step {
        guard let hub else { return leases.isEmpty ? .rest : .drop }
        let own = leases.filter { $0.hub == hub.hub && $0.topic == hub.topic }
        if own.contains(where: { $0.isPending(at: now) }) { return .rest }
        if own.contains(where: { $0.isActive(at: now) && !$0.isOld(at: now) }) { return .rest }
        let failed = own.filter { $0.until == nil }.max { $0.asked < $1.asked }
        return .ask(failures: failed.map { $0.failures + 1 } ?? 0)
    }
}

/// Where a feed's news can be had by push.
public struct PushSource: Hashable, Sendable {
    public let hub: String
    /// The feed's own name for itself.
    public let topic: String

    public init(hub: String, topic: String) {
        self.hub = hub
        self.topic = topic
    }
}
