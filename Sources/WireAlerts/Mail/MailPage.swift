import WireModel

/// A mail's HTML part: one column, inline styles, light and dark, nothing that is fetched from anywhere.
struct MailPage {
    private let message: AlertMessage
    private let text: MailText

    init(_ message: AlertMessage) {
        self.message = message
        text = MailText(message: message)
    }

    /// The whole document, lines ended by LF.
    var html: String {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta name="supported-color-schemes" content="light dark">
        <title>\(MailPage.escaped(text.subject))</title>
        <style>
        :root { color-scheme: light dark; supported-color-schemes: light dark; }
        @media (prefers-color-scheme: dark) {
        .page { background: #161719 !important; }
        .sheet { background: #202226 !important; }
        .ink, .ink a { color: #e9eaec !important; }
        .soft { color: #a2a7ae !important; }
        .line { border-color: #34373c !important; }
        .mark { background: #5c4a00 !important; color: #ffeeb0 !important; }
        }
        </style>
        </head>
        <body class="page" style="margin:0;padding:0;background:#f3f2ee">
        <div style="display:none;max-height:0;overflow:hidden">\(MailPage.escaped(preview))</div>
        <table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" border="0" \
        style="background:#f3f2ee"><tr><td align="center" style="padding:24px 12px">
        <table role="presentation" class="sheet" width="100%" cellpadding="0" cellspacing="0" border="0" \
        style="max-width:640px;background:#ffffff;border-radius:6px;text-align:left;\(MailPage.font)">
        \(head)
        \(rows)
        \(foot)
        </table>
        </td></tr></table>
        </body>
        </html>

        """
    }

    private static let font =
        "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"

    /// What a list of mails shows beside the subject.
    private var preview: String {
        if let notice = message.notice { return MailText.paragraphs(notice.text).first ?? "" }
        guard let first = message.items.first else { return text.introduction ?? "" }
        let entry = MailEntry(first)
        return entry.sentence?.plain ?? entry.source
    }

    // MARK: Rows

    private var head: String {
        let name =
            message.notice.map { MarkedText.harmless($0.title) } ?? (message.kind == .test ? "Test" : text.topics)
        var out = """
            <tr><td class="line" style="padding:24px 28px 18px;border-bottom:1px solid #e7e5df">
            <div class="soft" style="font-size:13px;line-height:20px;color:#75787d">\(MailPage.escaped(occasion))</div>
            <div class="ink" dir="auto" style="text-align:start;font-size:22px;line-height:30px;font-weight:700;color:#1d1e20">\
            \(MailPage.escaped(name))</div>

            """
        if let introduction = text.introduction { out += MailPage.paragraph(introduction) }
        return out + "</td></tr>"
    }

    private var occasion: String {
        let time = MailText.time(message.created)
        switch message.kind {
        case .digest: return "Digest · \(time)"
        case .test: return "Wirewatch · \(time)"
        case .notice(_, let isCleared): return (isCleared ? "Over · " : "Wirewatch · ") + time
        case .alert: return counted(message.count, "article") + " · \(time)"
        }
    }

    private var rows: String {
        if let notice = message.notice {
            let paragraphs = MailText.paragraphs(notice.text).map(MailPage.paragraph).joined()
            return "<tr><td style=\"padding:8px 28px 20px\">\(paragraphs)</td></tr>"
        }
        return message.items.map { MailPage.row(MailEntry($0), isOneTopic: isOneTopic) }.joined(separator: "\n")
    }

    private var isOneTopic: Bool { Set(message.items.map(\.alert.topic)).count == 1 }

    private static func row(_ entry: MailEntry, isOneTopic: Bool) -> String {
        let color = color(of: entry.severity)
        let label = isOneTopic ? entry.severity.rawValue : "\(entry.topic) · \(entry.severity.rawValue)"
        let title = marked(entry.title)
        let linked =
            entry.link.map { link in
                "<a href=\"\(escaped(link))\" style=\"color:#1d1e20;text-decoration:underline;"
                    + "text-decoration-color:#cfccc3;text-underline-offset:3px\">\(title)</a>"
            } ?? title
        var out = """
            <tr><td class="line" style="padding:18px 28px;border-bottom:1px solid #e7e5df">
            <div style="font-size:12px;line-height:18px;font-weight:700;letter-spacing:.02em;color:\(color)">\
            <span style="display:inline-block;width:8px;height:8px;border-radius:4px;background:\(color)"></span> \
            \(escaped(label))</div>
            <div class="ink" dir="auto" style="text-align:start;padding-top:4px;font-size:17px;line-height:24px;font-weight:600;\
            color:#1d1e20;overflow-wrap:anywhere">\(linked)</div>

            """
        if let sentence = entry.sentence {
            out += """
                <div class="ink" dir="auto" style="text-align:start;padding-top:6px;font-size:15px;line-height:23px;color:#35373a;\
                overflow-wrap:anywhere">\(marked(sentence))</div>

                """
        }
        return out + """
            <div class="soft" style="padding-top:8px;font-size:13px;line-height:19px;color:#75787d;\
            overflow-wrap:anywhere">\(escaped(entry.source))<br>Why: \(escaped(entry.reason))</div>
            </td></tr>
            """
    }

    private var foot: String {
        var out = "<tr><td style=\"padding:16px 28px 22px\">"
        if message.hidden > 0 || message.link != nil {
            let words = message.hidden > 0 ? "and \(message.hidden) more" : "See all of it"
            let linked = message.link.map { link in
                "<a class=\"ink\" href=\"\(MailPage.escaped(link))\" style=\"color:#1d1e20\">\(words)</a>"
            }
            let hint = message.link == nil ? ": <code>wirewatch alerts list</code>" : ""
            out += """
                <div class="ink" style="padding-bottom:10px;font-size:15px;line-height:22px;color:#1d1e20">\
                \(linked ?? words)\(hint)</div>

                """
        }
        return out + """
            <div class="soft" style="font-size:12px;line-height:18px;color:#75787d">\(MailPage.escaped(text.footer))</div>
            </td></tr>
            """
    }

    // MARK: Pieces

    private static func paragraph(_ text: String) -> String {
        """
        <div class="ink" dir="auto" style="text-align:start;padding-top:10px;font-size:15px;line-height:23px;color:#35373a;\
        overflow-wrap:anywhere">\(escaped(text))</div>
        """
    }

    private static func marked(_ text: MarkedText) -> String {
        text.pieces.map { piece in
            piece.isMarked
                ? "<mark class=\"mark\" style=\"background:#ffec99;color:inherit;border-radius:3px;padding:0 2px\">"
                    + "\(escaped(piece.text))</mark>"
                : escaped(piece.text)
        }
        .joined()
    }

    /// Readable on white and on dark grey.
    private static func color(of severity: Severity) -> String {
        switch severity {
        case .urgent: "#e03131"
        case .high: "#d9690b"
        case .normal: "#2f7fd1"
        case .low: "#868e96"
        }
    }

    static func escaped(_ text: String) -> String {
        var out = ""
        out.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}
