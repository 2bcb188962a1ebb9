import WireModel

/// A message for a person at a terminal: plain when it is frozen, dressed for the terminal that is there when it is sent.
struct TerminalText {
    /// Around matched words, within « and »: tells our marks from an article's own quotes.
    private static let mark = "\u{2063}"
    private static let escape = "\u{1B}["

    // MARK: Plain

    /// The built-in first line.
    static func heading(of message: AlertMessage) -> String {
        let time = MailText.time(message.created)
        if let notice = message.notice { return "\(MarkedText.harmless(notice.title)) · \(time)" }
        if message.kind == .test { return "Test of channel “\(message.channel)” · \(time)" }
        let topics = MarkedText.harmless(MailText(message: message).topics)
        return "\(topics) · \(counted(message.count, "article")) · \(time)"
    }

    /// The built-in lines below it.
    static func lines(of message: AlertMessage) -> String {
        let text = MailText(message: message)
        var parts: [String] = []
        if let introduction = text.introduction { parts.append(introduction) }
        if let notice = message.notice { parts += MailText.paragraphs(notice.text) }
        let isOneTopic = Set(message.items.map(\.alert.topic)).count == 1
        parts += message.items.map { lines(of: MailEntry($0), isOneTopic: isOneTopic) }
        if let rest = text.rest { parts.append(rest) }
        return parts.joined(separator: "\n\n") + "\n"
    }

    private static func lines(of entry: MailEntry, isOneTopic: Bool) -> String {
        var lines = ["● \(entry.severity.rawValue)  \(marked(entry.title))"]
        if let sentence = entry.sentence { lines.append(marked(sentence)) }
        lines.append(isOneTopic ? entry.source : "\(entry.topic) · \(entry.source)")
        if let link = entry.link { lines.append(link) }
        lines.append("Why: \(entry.reason)")
        return lines.joined(separator: "\n  ")
    }

    private static func marked(_ text: MarkedText) -> String {
        text.pieces.map { piece in
            let words = piece.text.replacing(mark, with: "")
            return piece.isMarked ? "«\(mark)\(words)\(mark)»" : words
        }
        .joined()
    }

    // MARK: Dressed

    /// - Parameters:
    ///   - body: a heading, an empty line, and lines as above.
    ///   - columns: nil leaves lines as they are.
    static func dressed(_ body: String, columns: Int?, isColored: Bool) -> String {
        let paragraph = Paragraph(columns: columns)
        // The body was harmless when it was frozen; what a terminal gets is looked at once more.
        let lines = body.split(separator: "\n", omittingEmptySubsequences: false).map {
            MarkedText.harmless(String($0))
        }
        return lines.enumerated().map { index, line in
            let (first, rest) = parts(of: line)
            if isColored {
                return paragraph.text(
                    colored(rest, after: first, isHeading: index == 0), first: colored(first: first),
                    indent: first.isEmpty ? 0 : 2)
            }
            return paragraph.text(plain(rest), first: first, indent: first.isEmpty ? 0 : 2)
        }
        .joined(separator: "\n")
    }

    /// What a line begins with, an indent or `● urgent  `, and the rest of it.
    private static func parts(of line: String) -> (first: String, rest: String) {
        if line.hasPrefix("  ") { return ("  ", String(line.dropFirst(2))) }
        guard line.hasPrefix("● "), let end = line.firstRange(of: "  ") else { return ("", line) }
        return (String(line[..<end.upperBound]), String(line[end.upperBound...]))
    }

    private static func plain(_ line: String) -> String { line.replacing(mark, with: "") }

    private static func colored(first: String) -> String {
        guard first.hasPrefix("● ") else { return first }
        let label = String(first.dropLast(2))
        return wrap(label, code(of: Severity(rawValue: String(label.dropFirst(2))))) + "  "
    }

    private static func colored(_ rest: String, after first: String, isHeading: Bool) -> String {
        if isHeading { return wrap(plain(rest), "1;4") }
        if first.hasPrefix("● ") { return highlighted(rest, rest: "1") }
        if rest.hasPrefix("Why: ") { return wrap(plain(rest), "2") }
        if rest.hasPrefix("http://") || rest.hasPrefix("https://") { return wrap(plain(rest), "4;36") }
        return highlighted(rest, rest: nil)
    }

    /// The matched words in bold yellow instead of their quotes.
    private static func highlighted(_ text: String, rest: String?) -> String {
        var out = ""
        var left = text[...]
        while let start = left.firstRange(of: "«\(mark)"),
            let end = left[start.upperBound...].firstRange(of: "\(mark)»")
        {
            out += wrap(plain(String(left[..<start.lowerBound])), rest)
            out += wrap(plain(String(left[start.upperBound..<end.lowerBound])), "1;33")
            left = left[end.upperBound...]
        }
        return out + wrap(plain(String(left)), rest)
    }

    private static func code(of severity: Severity?) -> String {
        switch severity {
        case .urgent: "1;31"
        case .high: "31"
        case .normal, nil: "36"
        case .low: "2"
        }
    }

    private static func wrap(_ text: String, _ code: String?) -> String {
        guard let code, !text.isEmpty else { return text }
        return "\(escape)\(code)m\(text)\(escape)0m"
    }
}
