import Foundation
import Synchronization
import WireFetch
import WireModel

/// E-mail by a relay: each recipient gets a mail of its own, on one connection.
///
/// The Message-ID is made of the message's id, so that a mail which is sent twice is known as one.
struct EmailChannel: Channel {
    static let descriptor = ChannelDescriptor(
        kind: "email", title: "E-mail by an SMTP relay",
        settings: [
            .init("host", .text, "the relay's name or address: smtp.example.org", isRequired: true),
            .init("port", .number, "587 with starttls, 465 with tls, 25 with none, unless given"),
            .init("security", .text, "starttls (required of the relay), tls (from the first byte), or none"),
            .init("user", .text, "the name to log in with"),
            .init("password", .secret, "the password to log in with; sent over TLS only"),
            .init("from", .text, "who writes: Wirewatch <wirewatch@example.org>", isRequired: true),
            .init("to", .list, "who reads, at most 100: [desk@example.org]", isRequired: true),
            .init("reply_to", .text, "where answers go"),
            .init("unsubscribe", .text, "a mail address for those who want no more of it"),
            .init("ca_file", .text, "a PEM file of certificate authorities instead of the system's"),
            .init("hello", .text, "what this machine calls itself; the domain of from, unless given"),
        ],
        retry: .mail)

    private enum Limits {
        static let recipients = 100
        /// A recipient's turn begins no later than this after the first one's: the lease of a delivery is two minutes, and a
        /// mail takes one at most.
        static let turns = Duration.seconds(50)
    }

    private let name: String
    private let relay: MailRelay
    private let writer: MailLetter.Writer
    private let recipients: [MailAddress]
    private let unsubscribe: MailAddress?
    private let templates: MessageTemplates
    private let outside: Outside
    private let progress = MailProgress()

    init(_ settings: ChannelSettings, _ outside: Outside) throws(ChannelError) {
        name = settings.name
        self.outside = outside
        templates = try MessageTemplates(settings)
        let sender = try EmailChannel.address(settings, "from")
        guard let sender else { throw .badSetting(name: "from", reason: "it is missing") }
        writer = MailLetter.Writer(sender: sender, replyTo: try EmailChannel.address(settings, "reply_to"))
        unsubscribe = try EmailChannel.address(settings, "unsubscribe")
        recipients = try EmailChannel.recipients(settings)
        relay = try EmailChannel.relay(settings, domain: sender.domain)
    }

    var recipientAddresses: [String] { recipients.map(\.text) }

    func render(_ message: AlertMessage) -> [UInt8] {
        MailLetter(message: message, writer: writer, templates: templates).bytes
    }

    func send(_ letter: Letter) async -> DeliveryResult {
        var fates = progress.fates(of: letter)
        let start = ContinuousClock.now
        for recipient in recipients where fates[recipient.text] == nil {
            guard ContinuousClock.now - start < Limits.turns else {
                fates[recipient.text] = .waits("the relay was too slow for all recipients; the others are next")
                break
            }
            let fate = await fate(of: letter, to: recipient)
            fates[recipient.text] = fate
            progress.note(fate, of: letter.id, to: recipient.text)
            // What is wrong with the relay is wrong for all of them.
            if case .relayFails = fate { break }
        }
        return EmailChannel.result(recipients.map { ($0.text, fates[$0.text]) })
    }

    private func fate(of letter: Letter, to recipient: MailAddress) async -> MailFate {
        do {
            if try await outside.hasOptedOut(name, recipient.text) { return .declined }
        } catch {
            return .waits("whether it has unsubscribed cannot be found out: \(error)")
        }
        let address = outside.unsubscribeAddress(name, recipient.text)
        let ways = [address, unsubscribe.map { "mailto:\($0.text)?subject=unsubscribe" }].compactMap { $0 }
        let head = MailLetter.addressed(recipient, unsubscribe: ways, isOneClick: address != nil)
        do {
            let mail = Mail(from: writer.sender, to: recipient, content: head + letter.body)
            return .taken(try await outside.mail.send(mail, by: relay))
        } catch {
            return MailFate(error)
        }
    }

    /// Delivered if everybody has it; tried again while somebody may get it; refused at the end if somebody will not.
    private static func result(_ fates: [(recipient: String, fate: MailFate?)]) -> DeliveryResult {
        let troubles = fates.compactMap { recipient, fate in fate?.trouble.map { "\(recipient): \($0)" } }
        let taken = fates.count { if case .taken = $0.fate { true } else { false } }
        let last = fates.compactMap(\.fate?.reply).last
        var answer = Message.Answer(status: last?.code, text: last?.text ?? "")
        let declined = fates.count { if case .declined = $0.fate { true } else { false } }
        if declined == fates.count {
            answer.error = "every recipient has unsubscribed"
            return .refused(answer)
        }
        guard !troubles.isEmpty || taken + declined < fates.count else { return .delivered(answer) }
        let share = fates.count > 1 ? "\(taken) of \(fates.count) recipients have it; " : ""
        answer.error = share + troubles.prefix(3).joined(separator: "; ") + (troubles.count > 3 ? "; …" : "")
        answer.status = fates.compactMap { $0.fate?.trouble == nil ? nil : $0.fate?.reply?.code }.first ?? answer.status
        let isOver = fates.allSatisfy { $0.fate?.isFinal ?? false }
        return isOver ? .refused(answer) : .tryAgain(answer)
    }

    // MARK: Settings

    private static func address(_ settings: ChannelSettings, _ key: String) throws(ChannelError) -> MailAddress? {
        guard let text = settings.text(key) else { return nil }
        do { return try MailAddress(text) } catch { throw .badSetting(name: key, reason: error.reason) }
    }

    private static func recipients(_ settings: ChannelSettings) throws(ChannelError) -> [MailAddress] {
        var all: [MailAddress] = []
        for text in settings.list("to") {
            do {
                let address = try MailAddress(text)
                if !all.contains(where: { $0.text == address.text }) { all.append(address) }
            } catch {
                throw .badSetting(name: "to", reason: "“\(MarkedText.harmless(text))”: \(error.reason)")
            }
        }
        guard !all.isEmpty else { throw .badSetting(name: "to", reason: "it names nobody") }
        guard all.count <= Limits.recipients else {
            throw .badSetting(
                name: "to", reason: "more than \(Limits.recipients) recipients; use a mailing list's address")
        }
        return all
    }

    private static func relay(_ settings: ChannelSettings, domain: String) throws(ChannelError) -> MailRelay {
        let word = settings.text("security") ?? "starttls"
        guard let security = MailRelay.Security(rawValue: word) else {
            let known = MailRelay.Security.allCases.map(\.rawValue).joined(separator: ", ")
            throw .badSetting(name: "security", reason: "“\(word)” is none of \(known)")
        }
        guard (settings.text("user") == nil) == (settings.text("password") == nil) else {
            let missing = settings.text("user") == nil ? "user" : "password"
            throw .badSetting(name: missing, reason: "it is missing; user and password belong together")
        }
        if let file = settings.text("ca_file"), !FileManager.default.isReadableFile(atPath: file) {
            throw .badSetting(name: "ca_file", reason: "\(file) cannot be read")
        }
        let login = settings.text("user").map { user in
            MailRelay.Login(user: user, password: settings.text("password") ?? "")
        }
        do {
            return try MailRelay(
                host: settings.text("host") ?? "", port: settings.number("port"), security: security, login: login,
                greeting: settings.text("hello") ?? domain, certificateFile: settings.text("ca_file"))
        } catch .badSetting(let name, let reason) {
            throw .badSetting(name: name == "greeting" ? "hello" : name, reason: reason)
        } catch {
            throw .badSetting(name: "host", reason: "\(error)")
        }
    }
}

/// How it went with one recipient.
enum MailFate: Sendable {
    case taken(MailReply)
    /// Has unsubscribed.
    case declined
    /// Will not get it.
    case refused(String, MailReply?)
    case waits(String, MailReply? = nil)
    /// Waits, and so do the others.
    case relayFails(String, MailReply?)

    init(_ error: MailError) {
        let text = "\(error)"
        switch error {
        case .replied(let reply, let stage):
            // 530 asks for a login, whatever it is said to. What the relay has against us is mended at our side: the message
            // waits for that.
            if !stage.concernsMail || reply.code == 421 || reply.code == 530 {
                self = .relayFails(text, reply)
            } else {
                self = reply.isPermanent ? .refused(text, reply) : .waits(text, reply)
            }
        case .noSMTPUTF8: self = .refused(text, nil)
        case .lostAnswer: self = .waits(text)
        default: self = .relayFails(text, nil)
        }
    }

    var reply: MailReply? {
        switch self {
        case .taken(let reply): reply
        case .declined: nil
        case .refused(_, let reply), .waits(_, let reply), .relayFails(_, let reply): reply
        }
    }

    var trouble: String? {
        switch self {
        case .taken, .declined: nil
        case .refused(let text, _), .waits(let text, _), .relayFails(let text, _): text
        }
    }

    /// Nothing more is done for this recipient.
    var isFinal: Bool {
        switch self {
        case .taken, .declined, .refused: true
        case .waits, .relayFails: false
        }
    }
}

/// Remembers who has got a message already, so that a retry does not repeat it to them. Of this process only: after a
/// restart a mail may come twice, with the same Message-ID.
private final class MailProgress: Sendable {
    private enum Limits {
        /// Messages remembered; the oldest are forgotten first.
        static let messages = 1_000
    }

    private struct State {
        var fates: [MessageID: [String: MailFate]] = [:]
        var order: [MessageID] = []
    }

    private let state = Mutex(State())

    /// The fates that are final. A first attempt begins anew: a person may send a message again.
    func fates(of letter: Letter) -> [String: MailFate] {
        state.withLock { state in
            if letter.attempt <= 1 { state.fates[letter.id] = nil }
            return state.fates[letter.id] ?? [:]
        }
    }

    func note(_ fate: MailFate, of id: MessageID, to recipient: String) {
        guard fate.isFinal else { return }
        state.withLock { state in
            if state.fates[id] == nil {
                state.order.removeAll { $0 == id }
                state.order.append(id)
                if state.order.count > Limits.messages { state.fates[state.order.removeFirst()] = nil }
            }
            state.fates[id, default: [:]][recipient] = fate
        }
    }
}
