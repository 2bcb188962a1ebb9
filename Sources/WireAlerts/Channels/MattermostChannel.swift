import WireModel

/// An incoming webhook of Mattermost: one text in Markdown.
public struct MattermostChannel: Channel {
    public static let descriptor = ChannelDescriptor(
        kind: "mattermost", title: "Mattermost",
        settings: [
            .init("url", .secret, "the incoming webhook's address", isRequired: true),
            .init("channel", .text, "another channel than the webhook's own"), ChatService.allowHTTP,
        ],
        retry: .chat, gap: .seconds(1))

    private enum Limits {
        /// Characters of a post.
        static let text = 16_383
    }

    private let service: ChatService
    private let channel: String?

    public init(_ settings: ChannelSettings, _ outside: Outside) throws(ChannelError) {
        service = try ChatService(settings.text("url") ?? "", settings, outside)
        channel = settings.text("channel")
    }

    public func render(_ message: AlertMessage) throws(ChannelError) -> [UInt8] {
        var body: [String: JSONValue] = [
            "text": .string(ChatText(message, .markdown, service.templates).whole(limit: Limits.text))
        ]
        if let channel { body["channel"] = .string(channel) }
        return Array(JSONValue.object(body).text.utf8)
    }

    public func send(_ letter: Letter) async -> DeliveryResult {
        await service.send(letter.body, now: letter.now)
    }
}
