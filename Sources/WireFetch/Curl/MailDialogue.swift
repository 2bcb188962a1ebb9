/// What was said between this client and a relay, as far as it matters: where the conversation stands and what the relay
/// said last. Fed with the verbs that libcurl sends and the lines that come back.
struct MailDialogue {
    private(set) var stage = MailStage.connection
    /// The relay's last whole reply.
    private(set) var reply: MailReply?
    /// All of the mail is out, and the relay knows that it is.
    private(set) var isContentSent = false
    /// The relay's last greeting offers SMTPUTF8.
    private(set) var offersUnicode = false

    /// Whole greetings on this connection.
    private(set) var greetings = 0

    private var isOver = false
    private var lines: [String] = []
    private let hidden: [String]

    private enum Limits {
        static let text = 1_024
        /// Lines kept of one reply.
        static let lines = 64
    }

    /// - Parameter hidden: what no reply may tell on: a relay may repeat what it was sent.
    init(hiding hidden: [String] = []) {
        self.hidden = hidden.filter { !$0.isEmpty }
    }

    /// A new connection.
    mutating func connected() {
        greetings = 0
        isOver = false
    }

    /// A new mail.
    mutating func beginMail() {
        stage = .connection
        reply = nil
        isContentSent = false
        isOver = false
        lines = []
    }

    /// A command went out. Its arguments may be a password: only the verb is looked at.
    mutating func sent(verb: String) {
        switch verb {
        case "EHLO", "HELO":
            stage = .greeting
            offersUnicode = false
        case "STAR": stage = .startTLS
        case "AUTH": stage = .login
        case "MAIL": stage = .sender
        case "RCPT": stage = .recipient
        case "DATA": stage = .data
        // What follows concerns nobody.
        case "QUIT": isOver = true
        default: break
        }
    }

    mutating func sentEnd() { isContentSent = true }

    /// A line came, without its end.
    mutating func received(_ line: String) {
        let bytes = Array(line.utf8)
        guard let code = Int(String(decoding: bytes.prefix(3), as: UTF8.self)), (200..<600).contains(code), !isOver
        else { return }
        let rest = String(decoding: bytes.dropFirst(4), as: UTF8.self)
        if lines.count < Limits.lines { lines.append(rest) }
        if stage == .greeting, code == 250, rest.uppercased().hasPrefix("SMTPUTF8") { offersUnicode = true }
        // `250-` has more to come.
        guard bytes.count == 3 || bytes[3] != UInt8(ascii: "-") else { return }
        if stage == .greeting, code == 250 { greetings += 1 }
        if stage == .data, code == 354 { stage = .content }
        reply = MailReply(code: code, text: harmless(lines.joined(separator: " ")))
        lines = []
    }

    /// Whether the reply that came last is a refusal.
    var refusal: MailReply? { reply.flatMap { $0.code >= 400 ? $0 : nil } }

    private func harmless(_ text: String) -> String {
        let text = hidden.reduce(text) { $0.replacing($1, with: "…") }
        var clean = ""
        for scalar in text.unicodeScalars where scalar.value >= 0x20 && !(0x7F..<0xA0).contains(scalar.value) {
            guard clean.utf8.count + 4 <= Limits.text else { break }
            clean.unicodeScalars.append(scalar)
        }
        return clean
    }
}
