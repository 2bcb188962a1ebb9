import WireModel

/// A room of Matrix. The message's id is the transaction's, so that a repeated attempt is no second message.
public struct MatrixChannel: Channel {
    public static let descriptor = ChannelDescriptor(
        kind: "matrix", title: "Matrix",
        settings: [
            .init("url", .address, "the homeserver", isRequired: true),
            .init("room", .text, "the room's id, !…:server", isRequired: true),
            .init("token", .secret, "the access token of the account that writes", isRequired: true),
            ChatService.allowHTTP,
        ],
        retry: .chat)

    private enum Limits {
        /// Bytes of each of the two texts: an event has at most 65,536 in all, and JSON escapes some.
        static let text = 16_000
    }

    private let service: ChatService
    private let room: String

    public init(_ settings: ChannelSettings, _ outside: Outside) throws(ChannelError) {
        service = try ChatService(
            settings.text("url") ?? "", path: "/", settings, outside,
            token: ("Authorization", "Bearer ")
        ) { ChatService.seconds($0["retry_after_ms"], per: 1_000) }
        room = settings.text("room") ?? ""
        guard room.hasPrefix("!"), room.utf8.count <= 255 else {
            throw .badSetting(
                name: "room", reason: "it is no room's id; it begins with ! and stands in the room's settings")
        }
    }

    public func render(_ message: AlertMessage) throws(ChannelError) -> [UInt8] {
        let plain = ChatText(message, .plainWithoutMentions, service.templates) { $0.utf8.count }
        let marked = ChatText(message, .html, service.templates) { $0.utf8.count }
        let body: JSONValue = [
            "msgtype": "m.text", "body": .string(plain.whole(limit: Limits.text)),
            "format": "org.matrix.custom.html",
            "formatted_body": .string(marked.whole(limit: Limits.text).replacing("\n", with: "<br>")),
            // Nobody is mentioned, whatever the text says.
            "m.mentions": [:],
        ]
        return Array(body.text.utf8)
    }

    public func send(_ letter: Letter) async -> DeliveryResult {
        let path = "_matrix/client/v3/rooms/\(ChatService.segment(room))/send/m.room.message/\(letter.id.rawValue)"
        return await service.send(letter.body, method: "PUT", to: path, now: letter.now)
    }
}
