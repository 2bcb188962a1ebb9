import WireModel

/// What a mail says: its subject, and its text for readers that show no HTML.
struct MailText {
    let message: AlertMessage

    private enum Limits {
        static let subject = 200
    }

    // MARK: Subject

    /// One line of at most 200 characters.
    var subject: String {
        var text = MarkedText.harmless(message.isRepetition ? "Again: " + occasion : occasion)
        text = text.split(separator: " ").joined(separator: " ")
        return text.count > Limits.subject ? text.prefix(Limits.subject - 1) + "…" : text
    }

    private var occasion: String {
        if let notice = message.notice { return notice.title }
        if message.kind == .test { return "Test of channel “\(message.channel)”" }
        let first = message.items.first.map { MarkedText.title(of: $0.flagged.article.item, $0.flagged.match).plain }
        let urgent = message.severity == .urgent ? "URGENT " : ""
        if message.isFlood { return "\(urgent)\(topics): \(message.count) alerts in a short time" }
        if message.kind == .digest { return "Digest: \(counted(message.count, "article")) on \(topics)" }
        guard message.count != 1 else { return "\(urgent)\(topics): \(first ?? "an article")" }
        return "\(urgent)\(topics): \(counted(message.count, "article"))" + (first.map { ", first “\($0)”" } ?? "")
    }

    /// The topics' names.
    var topics: String {
        var seen: Set<String> = []
        let names = message.items.map(\.alert.topicName).filter { seen.insert($0).inserted }
        switch names.count {
        case 0: return "Wirewatch"
        case 1...3: return names.joined(separator: ", ")
        default: return names.prefix(2).joined(separator: ", ") + " and \(names.count - 2) more"
        }
    }

    // MARK: Text

    /// The whole text, lines ended by LF.
    var plain: String {
        var parts: [String] = []
        if let introduction { parts.append(introduction) }
        if let notice = message.notice {
            parts.append(MarkedText.harmless(notice.title))
            parts += MailText.paragraphs(notice.text)
        }
        parts += message.items.map(entry)
        if let rest { parts.append(rest) }
        return parts.joined(separator: "\n\n") + "\n\n-- \n" + footer + "\n"
    }

    /// What stands above the articles; nil if they speak for themselves.
    var introduction: String? {
        if message.kind == .test {
            return "This is a test. If you can read it, the channel “\(message.channel)” works."
        }
        if message.isFlood {
            return "\(message.count) alerts of this topic came in a short time. They are told as a number until it is "
                + "calmer; the newest are:"
        }
        if message.isRepetition { return "Nobody has acknowledged this yet:" }
        if message.kind == .digest {
            return "\(counted(message.count, "article").capitalizedFirst) since the last digest."
        }
        return nil
    }

    /// What stands below them.
    var rest: String? {
        let more = message.link.map { ": \($0)" } ?? "; `wirewatch alerts list` shows them"
        return message.hidden > 0 ? "and \(message.hidden) more" + more : message.link.map { "All of it: \($0)" }
    }

    var footer: String { "Wirewatch, channel “\(message.channel)”, message \(message.id)" }

    private func entry(_ item: AlertMessage.Item) -> String {
        let parts = MailEntry(item)
        var lines = ["\(parts.topic.uppercased()) (\(parts.severity.rawValue))", parts.title.quoted]
        if let sentence = parts.sentence { lines.append("  " + sentence.quoted) }
        if let link = parts.link { lines.append("  " + link) }
        lines.append("  " + parts.source)
        lines.append("  Why: " + parts.reason)
        return lines.joined(separator: "\n")
    }

    static func paragraphs(_ text: String) -> [String] {
        text.split(separator: "\n").map { MarkedText.harmless(String($0)) }.filter { !$0.isEmpty }
    }

    // MARK: Times

    /// `25 Nov 2026, 08:12 UTC`.
    static func time(_ instant: Timestamp) -> String {
        let (date, time) = instant.civil
        return "\(date.day) \(months[(date.month - 1) % 12]) \(date.year), \(two(time.hour)):\(two(time.minute)) UTC"
    }

    /// `Wed, 25 Nov 2026 08:12:00 +0000` (RFC 5322 section 3.3).
    static func headerDate(_ instant: Timestamp) -> String {
        let (date, time) = instant.civil
        let weekday = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][date.weekday % 7]
        return "\(weekday), \(date.day) \(months[(date.month - 1) % 12]) \(date.year) "
            + "\(two(time.hour)):\(two(time.minute)):\(two(time.second)) +0000"
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}

/// One article in a mail.
struct MailEntry {
    let topic: String
    let severity: Severity
    let title: MarkedText
    let sentence: MarkedText?
    /// Only http and https: what a click does must be plain.
    let link: String?
    /// Feed and time.
    let source: String
    let reason: String

    private enum Limits {
        static let words = 4
        static let link = 2_000
    }

    init(_ item: AlertMessage.Item) {
        let article = item.flagged.article
        topic = MarkedText.harmless(item.alert.topicName)
        severity = item.alert.severity
        title = MarkedText.title(of: article.item, item.flagged.match)
        sentence = MarkedText.sentence(of: article.item, item.flagged.match)
        link = article.item.url.flatMap(MailEntry.address)
        let feed = item.flagged.feed
        let time = article.item.published ?? article.item.updated ?? article.seen
        source = [feed.title ?? feed.url, MailText.time(time)].compactMap { $0 }.map(MarkedText.harmless)
            .joined(separator: " · ")
        reason = MailEntry.reason(of: item.flagged.match)
    }

    /// An address that may be shown as a link; nil for any other.
    static func address(_ url: String) -> String? {
        let start = url.prefix(8).lowercased()
        let isPlain = url.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") }
        return (start.hasPrefix("http://") || start == "https://") && isPlain && url.utf8.count <= Limits.link
            ? url : nil
    }

    /// The clauses that held, each with the words that made it true.
    private static func reason(of match: Match) -> String {
        match.clauses.map { clause in
            var seen: Set<String> = []
            let words = clause.spans.map(\.text).filter { seen.insert($0.lowercased()).inserted }
            let shown = words.prefix(Limits.words).joined(separator: ", ") + (words.count > Limits.words ? ", …" : "")
            return MarkedText(clause.clause + (words.isEmpty ? "" : " ← " + shown), marks: []).plain
        }
        .joined(separator: " · ")
    }
}

extension String {
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
