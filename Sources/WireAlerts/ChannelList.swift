/// The kinds of channels.
public enum Channels {
    /// One line for each file of `Channels/`.
    public static let all: [any Channel.Type] = [
        CommandChannel.self,
        DiscordChannel.self,
        EmailChannel.self,
        GotifyChannel.self,
        JournaldChannel.self,
        MatrixChannel.self,
        MattermostChannel.self,
        NtfyChannel.self,
        OutfeedChannel.self,
        SlackChannel.self,
        TelegramChannel.self,
        TerminalChannel.self,
        WebhookChannel.self,
    ]

    public static func kind(_ name: String) -> (any Channel.Type)? { all.first { $0.descriptor.kind == name } }
}
