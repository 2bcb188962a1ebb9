import WireModel

/// A topic of an ntfy server, the public one or one's own.
public struct NtfyChannel: Channel {
    public static let descriptor = ChannelDescriptor(
        kind: "ntfy", title: "ntfy",
        settings: [
            .init("topic", .secret, "the topic's name: who knows it can read it", isRequired: true),
            .init("url", .address, "the server; https://ntfy.sh if none is given"),
            .init("token", .secret, "an access token, if the server wants one"), ChatService.allowHTTP,
        ],
        // A visitor may send one request each 5 s once the first 60 are used up.
        retry: .chat, gap: .seconds(5))

    /// In bytes; docs.ntfy.sh, looked up in November 2026.
    private enum Limits {
        static let message = 4_096
        static let title = 250
    }

    private let service: ChatService
    private let topic: String

    public init(_ settings: ChannelSettings, _ outside: Outside) throws(ChannelError) {
        topic = settings.text("topic") ?? ""
        service = try ChatService(
            settings.text("url") ?? "https://ntfy.sh/", path: "/", settings, outside,
            token: ("Authorization", "Bearer "), secrets: [topic])
        let isName = topic.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF) || byte == 0x5F || byte == 0x2D
        }
        guard isName, (1...64).contains(topic.utf8.count) else {
            throw .badSetting(name: "topic", reason: "it must be 1 to 64 letters, digits, - and _")
        }
    }

    public func render(_ message: AlertMessage) throws(ChannelError) -> [UInt8] {
        let text = ChatText(message, .plain, service.templates) { $0.utf8.count }
        var body: [String: JSONValue] = [
            "topic": .string(topic), "title": .string(text.headline(limit: Limits.title)),
            "priority": .integer(NtfyChannel.priority(of: message.severity)),
        ]
        let content = text.whole(limit: Limits.message, hasHeadline: false)
        // Without a text ntfy writes "triggered".
        body["message"] = .string(content.isEmpty ? text.headline() : content)
        if let link = text.link { body["click"] = .string(link) }
        return Array(JSONValue.object(body).text.utf8)
    }

    public func send(_ letter: Letter) async -> DeliveryResult {
        await service.send(letter.body, now: letter.now)
    }

    private static func priority(of severity: Severity) -> Int64 {
        switch severity {
        case .low: 2
        case .normal: 3
        case .high: 4
        case .urgent: 5
        }
    }
}
