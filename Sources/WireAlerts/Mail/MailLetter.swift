import WireFetch
import WireModel

/// A message as a mail: header and two parts (RFC 5322, 2046). What depends on the recipient stands before it, by
/// `addressed`, so that what is frozen is the same for all.
struct MailLetter {
    /// Who writes, from the channel's settings.
    struct Writer {
        let sender: MailAddress
        let replyTo: MailAddress?
    }

    let message: AlertMessage
    let writer: Writer
    /// Its words for the subject and the text part.
    let templates: MessageTemplates

    var bytes: [UInt8] {
        let builtIn = MailText(message: message)
        let text = templates.fill(message, title: builtIn.subject, text: builtIn.plain)
        let boundary = "=_\(message.id)"
        var out = header(subject: text.title, boundary: boundary)
        for (type, content) in [("plain", text.text), ("html", MailPage(message).html)] {
            let (encoding, lines) = MailParts.body(content)
            out += "--\(boundary)\r\nContent-Type: text/\(type); charset=utf-8\r\n"
            out += "Content-Transfer-Encoding: \(encoding)\r\n\r\n" + lines + "\r\n"
        }
        return Array((out + "--\(boundary)--\r\n").utf8)
    }

    private func header(subject: String, boundary: String) -> String {
        let thread = "<\(MailLetter.threadKey(of: message))@\(writer.sender.domain)>"
        var lines = [
            "From: \(MailLetter.mailbox(writer.sender))",
            "Date: \(MailText.headerDate(message.created))",
            "Message-ID: <\(message.id)@\(writer.sender.domain)>",
            // The thread's root need not exist.
            "In-Reply-To: \(thread)", "References: \(thread)",
            "Subject: \(MailParts.headerText(subject))",
            "List-Id: \(listName)",
            // RFC 3834: no answer of a machine to this.
            "Auto-Submitted: auto-generated", "X-Auto-Response-Suppress: All",
            "MIME-Version: 1.0", "Content-Type: multipart/alternative; boundary=\"\(boundary)\"",
        ]
        if let replyTo = writer.replyTo { lines.insert("Reply-To: \(MailLetter.mailbox(replyTo))", at: 1) }
        if message.severity == .urgent { lines.append("Importance: high") }
        return lines.joined(separator: "\r\n") + "\r\n\r\n"
    }

    /// The lines that say to whom it goes, and how to be rid of it.
    static func addressed(_ recipient: MailAddress, unsubscribe: [String], isOneClick: Bool) -> [UInt8] {
        var lines = ["To: \(mailbox(recipient))"]
        if !unsubscribe.isEmpty {
            lines.append("List-Unsubscribe: \(unsubscribe.map { "<\($0)>" }.joined(separator: ",\r\n "))")
        }
        if isOneClick { lines.append("List-Unsubscribe-Post: List-Unsubscribe=One-Click") }
        return Array((lines.joined(separator: "\r\n") + "\r\n").utf8)
    }

    static func mailbox(_ address: MailAddress) -> String {
        guard let name = address.name else { return address.text }
        return MailParts.phrase(name) + " <\(address.text)>"
    }

    /// The same for what belongs together on one day.
    static func threadKey(of message: AlertMessage) -> String {
        let day = message.created.civil.date
        let digest = Digest(of: "\(message.channel)\u{0}\(message.group)\u{0}\(day.year)-\(day.month)-\(day.day)")
        return "thread_" + hexadecimal(digest.high) + hexadecimal(digest.low)
    }

    /// Sixteen digits.
    static func hexadecimal(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// RFC 2919: the topic, or the channel for what is of several.
    private var listName: String {
        let topics = Set(message.items.map(\.alert.topic))
        let id = topics.count == 1 ? topics.first ?? message.channel : message.channel
        let name = topics.count == 1 ? message.items.first?.alert.topicName ?? id : "Wirewatch \(message.channel)"
        let label = String(
            id.unicodeScalars.map { scalar -> Character in
                scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
                    ? Character(scalar) : "-"
            }
            .prefix(60))
        return MailParts.phrase(MarkedText.harmless(name))
            + " <\(label.isEmpty ? "list" : label).\(writer.sender.domain)>"
    }
}
