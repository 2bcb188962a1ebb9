/// What the listener asks of the service behind it: it knows nothing else of it.
public struct WebActions: Sendable {
    /// What is wrong; nil if nothing is.
    public typealias Complaint = @Sendable () async -> String?

    /// Whether the process should go on living.
    public var health: Complaint
    /// Whether it does its work now.
    public var readiness: Complaint
    /// The Prometheus text; nil if it cannot be had now.
    public var metrics: @Sendable () async -> String?
    /// Whom a token of a mail's unsubscribe address takes off what; nil if it is no token of ours. Changes nothing.
    public var subscription: @Sendable (_ token: String) async -> Subscription?
    /// Takes the token's recipient off for good, also the second time; false if that could not be stored.
    public var unsubscribe: @Sendable (_ subscription: Subscription) async -> Bool

    /// Bytes that a hub with this token may send; nil if it is no token of ours.
    public var pushLimit: @Sendable (_ token: String) async -> Int?
    /// Whether a subscription at a hub is wanted; takes note of it if it is.
    public var isPushWanted: @Sendable (_ token: String, _ question: PushPage.Question) async -> Bool
    /// Takes what a hub sends; it is looked at later.
    public var receive: @Sendable (_ token: String, _ content: PushPage.Content) async -> PushPage.Reception

    public struct Subscription: Hashable, Sendable {
        public let channel: String
        public let recipient: String

        public init(channel: String, recipient: String) {
            self.channel = channel
            self.recipient = recipient
        }
    }

    public init(
        health: @escaping Complaint, readiness: @escaping Complaint,
        metrics: @escaping @Sendable () async -> String?,
        subscription: @escaping @Sendable (String) async -> Subscription? = { _ in nil },
        unsubscribe: @escaping @Sendable (Subscription) async -> Bool = { _ in false },
        pushLimit: @escaping @Sendable (String) async -> Int? = { _ in nil },
        isPushWanted: @escaping @Sendable (String, PushPage.Question) async -> Bool = { _, _ in false },
        receive: @escaping @Sendable (String, PushPage.Content) async -> PushPage.Reception = { _, _ in .gone }
    ) {
        self.pushLimit = pushLimit
        self.isPushWanted = isPushWanted
        self.receive = receive
        self.health = health
        self.readiness = readiness
        self.metrics = metrics
        self.subscription = subscription
        self.unsubscribe = unsubscribe
    }
}
