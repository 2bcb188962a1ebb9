import WireModel

/// An incoming webhook of Slack: a header, and a block for each article.
public struct SlackChannel: Channel {
    public static let descriptor = ChannelDescriptor(
        kind: "slack", title: "Slack",
        settings: [.init("url", .secret, "the incoming webhook's address", isRequired: true), ChatService.allowHTTP],
        retry: .chat, gap: .seconds(1))

    /// In characters; docs.slack.dev, looked up in November 2026.
    private enum Limits {
        static let header = 150
        static let section = 3_000
        static let fallback = 3_000
    }

    private let service: ChatService

    public init(_ settings: ChannelSettings, _ outside: Outside) throws(ChannelError) {
        service = try ChatService(settings.text("url") ?? "", settings, outside)
    }

    public func render(_ message: AlertMessage) throws(ChannelError) -> [UInt8] {
        let text = ChatText(message, .slack, service.templates)
        var blocks: [JSONValue] = [
            [
                "type": "header",
                "text": ["type": "plain_text", "emoji": false, "text": .string(SlackChannel.header(text))],
            ]
        ]
        blocks += text.introduction(limit: Limits.section).map(SlackChannel.section)
        var shown = 0
        for item in text.items {
            guard let entry = text.entry(item, limit: Limits.section) else { break }
            blocks.append(SlackChannel.section(entry))
            shown += 1
        }
        if let rest = text.rest(shown: shown) { blocks.append(SlackChannel.section(rest)) }
        let body: JSONValue = [
            // Shown where blocks are not: in notifications.
            "text": .string(ChatMarkup.slack.escaped(text.headline())), "blocks": .array(blocks),
            "unfurl_links": false, "unfurl_media": false,
        ]
        return Array(body.text.utf8)
    }

    public func send(_ letter: Letter) async -> DeliveryResult {
        await service.send(letter.body, now: letter.now)
    }

    /// Plain text has no mentions; for readers that take it for more, what looks like one is broken all the same.
    private static func header(_ text: ChatText) -> String {
        text.headline(limit: Limits.header * 2 / 3).replacing("<!", with: "<\u{200B}!").replacing(
            "<@", with: "<\u{200B}@"
        )
        .replacing("<#", with: "<\u{200B}#")
    }

    private static func section(_ text: String) -> JSONValue {
        ["type": "section", "text": ["type": "mrkdwn", "verbatim": true, "text": .string(text)]]
    }
}
