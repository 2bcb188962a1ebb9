import WireModel

/// A chat, group or channel of Telegram, by a bot. The bot's token stands in the address, which is shown nowhere.
public struct TelegramChannel: Channel {
    public static let descriptor = ChannelDescriptor(
        kind: "telegram", title: "Telegram",
        settings: [
            .init("token", .secret, "the bot's token", isRequired: true),
            .init("chat", .text, "the chat's number, or @name of a channel", isRequired: true),
            .init("thread", .number, "the topic of a group that has topics"),
            .init("url", .address, "another server of the bot interface; https://api.telegram.org if none is given"),
            ChatService.allowHTTP,
        ],
        // 20 messages a minute in a group.
        retry: .chat, gap: .seconds(3))

    private enum Limits {
        /// After entities are read; here all of the text counts, markup too. core.telegram.org, looked up in November 2026.
        static let text = 4_096
    }

    private let service: ChatService
    private let chat: JSONValue
    private let thread: Int?

    public init(_ settings: ChannelSettings, _ outside: Outside) throws(ChannelError) {
        let token = settings.text("token") ?? ""
        let halves = token.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard halves.count == 2, halves.allSatisfy({ !$0.isEmpty && ChatService.segment($0) == $0 }) else {
            throw .badSetting(name: "token", reason: "it is no token of a bot; @BotFather tells it as 123456:ABC…")
        }
        service = try ChatService(
            settings.text("url") ?? "https://api.telegram.org", path: "/bot\(token)/sendMessage", settings, outside,
            secrets: [token] + halves.dropFirst()
        ) { ChatService.seconds($0["parameters"]?["retry_after"]) }
        let name = settings.text("chat") ?? ""
        let number = Int64(name)
        guard number != nil || name.hasPrefix("@") && name.utf8.count > 1 else {
            throw .badSetting(
                name: "chat", reason: "it is no chat's number and no name; write -1001234567890, or @name of a channel")
        }
        chat = number.map(JSONValue.integer) ?? .string(name)
        thread = settings.number("thread")
    }

    public func render(_ message: AlertMessage) throws(ChannelError) -> [UInt8] {
        let text = ChatText(message, .html, service.templates) { $0.utf16.count }
        var body: [String: JSONValue] = [
            "chat_id": chat, "text": .string(text.whole(limit: Limits.text)), "parse_mode": "HTML",
            "link_preview_options": ["is_disabled": true],
        ]
        if message.severity == .low { body["disable_notification"] = true }
        if let thread { body["message_thread_id"] = .integer(Int64(thread)) }
        return Array(JSONValue.object(body).text.utf8)
    }

    public func send(_ letter: Letter) async -> DeliveryResult {
        await service.send(letter.body, now: letter.now)
    }
}
