import WireModel

/// A webhook of Discord: a line, and an embed for each article. Nothing in it can mention anybody.
public struct DiscordChannel: Channel {
    public static let descriptor = ChannelDescriptor(
        kind: "discord", title: "Discord",
        settings: [.init("url", .secret, "the webhook's address", isRequired: true), ChatService.allowHTTP],
        // 30 requests a minute.
        retry: .chat, gap: .seconds(2))

    /// In characters; discord.com/developers, looked up in November 2026.
    private enum Limits {
        static let content = 2_000
        static let description = 4_096
        static let embeds = 10
        static let all = 6_000
    }

    private let service: ChatService

    public init(_ settings: ChannelSettings, _ outside: Outside) throws(ChannelError) {
        let address = settings.text("url") ?? ""
        // The answer then tells whether the message is there.
        let waits = address.contains("?") ? address + "&wait=true" : address + "?wait=true"
        service = try ChatService(waits, settings, outside) { ChatService.seconds($0["retry_after"]) }
    }

    public func render(_ message: AlertMessage) throws(ChannelError) -> [UInt8] {
        let text = ChatText(message, .markdown, service.templates, length: DiscordChannel.length)
        var embeds: [JSONValue] = []
        var used = 0
        for item in text.items.prefix(Limits.embeds) {
            let room = min(Limits.description, Limits.all - used)
            guard let description = text.entry(item, limit: room) else { break }
            used += DiscordChannel.length(description)
            embeds.append([
                "description": .string(description),
                "color": .integer(DiscordChannel.color(of: item.alert.severity)),
                "timestamp": .string(item.alert.created.description),
            ])
        }
        let headline = text.markedHeadline(limit: Limits.content / 2)
        var lines = [headline] + text.introduction(limit: Limits.content - DiscordChannel.length(headline) - 1)
        if let rest = text.rest(shown: embeds.count) { lines.append(rest) }
        let body: JSONValue = [
            "content": .string(DiscordChannel.fit(lines)), "embeds": .array(embeds),
            "allowed_mentions": ["parse": []],
        ]
        return Array(body.text.utf8)
    }

    public func send(_ letter: Letter) async -> DeliveryResult {
        await service.send(letter.body, now: letter.now)
    }

    /// The first line, and of the others as many as fit.
    private static func fit(_ lines: [String]) -> String {
        var out = lines.first ?? ""
        for line in lines.dropFirst() where length(out) + 1 + length(line) <= Limits.content { out += "\n" + line }
        return out
    }

    /// As JavaScript counts, which is the most.
    private static func length(_ text: String) -> Int { text.utf16.count }

    private static func color(of severity: Severity) -> Int64 {
        switch severity {
        case .urgent: 0xE03131
        case .high: 0xD9690B
        case .normal: 0x2F7FD1
        case .low: 0x868E96
        }
    }
}
