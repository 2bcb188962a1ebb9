import WireModel

/// An application of a Gotify server.
public struct GotifyChannel: Channel {
    public static let descriptor = ChannelDescriptor(
        kind: "gotify", title: "Gotify",
        settings: [
            .init("url", .address, "the server", isRequired: true),
            .init("token", .secret, "the application's token", isRequired: true), ChatService.allowHTTP,
        ],
        retry: .chat)

    private enum Limits {
        /// Characters: the server has no limit, a telephone has.
        static let message = 8_000
    }

    private let service: ChatService

    public init(_ settings: ChannelSettings, _ outside: Outside) throws(ChannelError) {
        service = try ChatService(
            settings.text("url") ?? "", path: "/message", settings, outside,
            token: ("X-Gotify-Key", ""))
    }

    public func render(_ message: AlertMessage) throws(ChannelError) -> [UInt8] {
        let text = ChatText(message, .plain, service.templates)
        let content = text.whole(limit: Limits.message, hasHeadline: false)
        var extras: [String: JSONValue] = ["client::display": ["contentType": "text/plain"]]
        if let link = text.link { extras["client::notification"] = ["click": ["url": .string(link)]] }
        let body: JSONValue = [
            "title": .string(text.headline()), "message": .string(content.isEmpty ? text.headline() : content),
            "priority": .integer(GotifyChannel.priority(of: message.severity)), "extras": .object(extras),
        ]
        return Array(body.text.utf8)
    }

    public func send(_ letter: Letter) async -> DeliveryResult {
        await service.send(letter.body, now: letter.now)
    }

    /// From 4 on the app rings, from 8 on it stays on the screen.
    private static func priority(of severity: Severity) -> Int64 {
        switch severity {
        case .low: 2
        case .normal: 5
        case .high: 8
        case .urgent: 10
        }
    }
}
