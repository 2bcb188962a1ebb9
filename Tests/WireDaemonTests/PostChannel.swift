import WireAlerts
import WireModel

/// A kind of channel with a setting of each form.
struct PostChannel: Channel {
    static let descriptor = ChannelDescriptor(
        kind: "post", title: "Letters",
        settings: [
            .init("street", .text, "where it goes", isRequired: true), .init("token", .secret, "what opens the door"),
            .init("office", .address, "an address"), .init("stamps", .number, "how many"),
            .init("express", .flag, "whether to hurry"), .init("names", .list, "who gets it"),
            .init("patience", .duration, "how long to wait"),
        ],
        retry: .local)

    let settings: ChannelSettings

    init(_ settings: ChannelSettings, _ outside: Outside) throws(ChannelError) {
        self.settings = settings
        if settings.text("street") == "nowhere" {
            throw .badSetting(name: "street", reason: "it leads nowhere")
        }
        if settings.text("templates.text") == "{{" {
            throw .badTemplate(name: "text", reason: "a tag is not closed")
        }
    }

    func render(_ message: AlertMessage) -> [UInt8] { [] }
    func send(_ letter: Letter) async -> DeliveryResult { .delivered(Message.Answer()) }
}
