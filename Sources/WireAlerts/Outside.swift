public import WireFetch
import WireModel

/// What channels may touch. Tests put their own in place.
public struct Outside: Sendable {
    /// Reaches what the operator's settings name, follows no redirect.
    public var http: any HTTPClient
    /// Items of a topic's alerts, newest first, for feeds of alerts.
    public var recentItems: @Sendable (_ topic: String, _ limit: Int) async -> [AlertMessage.Item]
    public var version: String

    public init(
        http: any HTTPClient, version: String,
        recentItems: @escaping @Sendable (_ topic: String, _ limit: Int) async -> [AlertMessage.Item] = { _, _ in [] }
    ) {
        self.http = http
        self.version = version
        self.recentItems = recentItems
    }
}
