public import WireFetch
import WireModel

/// What channels may touch. Tests put their own in place.
public struct Outside: Sendable {
    /// Reaches what the operator's settings name, follows no redirect.
    public var http: any HTTPClient
    public var mail: any MailClient
    /// Where a mail's recipient takes itself off a channel with one click; nil if no page answers there.
    public var unsubscribeAddress: @Sendable (_ channel: String, _ recipient: String) -> String? = { _, _ in nil }
    /// Whether a mail's recipient took itself off a channel.
    /// - Throws: what kept it from being found out: the mail waits.
    public var hasOptedOut: @Sendable (_ channel: String, _ recipient: String) async throws -> Bool = { _, _ in false }
    public var version: String

    public init(http: any HTTPClient, mail: any MailClient = CurlMailClient(), version: String) {
        self.http = http
        self.mail = mail
        self.version = version
    }
}
