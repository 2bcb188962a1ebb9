import WireModel

/// A message as a chat service shows it, cut to what the service takes. Nothing fails because a text is long.
struct ChatText {
    let message: AlertMessage
    let markup: ChatMarkup
    /// How the service counts.
    let length: (String) -> Int
    private let words: MessageTemplates.Words

    private enum Limits {
        /// Bytes of a title or a sentence, the most first: less is shown where more does not fit.
        static let texts = [400, 200, 100, 40]
        /// Characters of feed and time, and of the reason.
        static let line = 160
        /// Characters of a notice's paragraph.
        static let paragraph = 600
        /// Kept free for the last line.
        static let rest = 160
    }

    init(
        _ message: AlertMessage, _ markup: ChatMarkup, _ templates: MessageTemplates,
        length: @escaping (String) -> Int = { $0.unicodeScalars.count }
    ) {
        self.message = message
        self.markup = markup
        self.length = length
        let text = MailText(message: message)
        words = templates.words(for: message, title: text.subject, text: text.plain)
    }

    /// The articles to show; none if the channel has a text of its own.
    var items: [AlertMessage.Item] { words.text == nil ? message.items : [] }

    private var text: MailText { MailText(message: message) }

    /// What the message is about: one line of plain text.
    /// - Parameter limit: in the service's own count.
    func headline(limit: Int = 200) -> String { ChatText.cut(words.title ?? text.subject, to: limit, by: length) }

    /// The same in the service's markup.
    /// - Parameter limit: in the service's own count, markup included.
    func markedHeadline(limit: Int) -> String {
        var most = min(200, limit)
        while most > 8 {
            let line = markup.strong(markup.escaped(headline(limit: most)))
            if length(line) <= limit { return line }
            most /= 2
        }
        return markup.escaped("Wirewatch")
    }

    /// Where a tap leads: the message's page, else the only article's.
    var link: String? {
        message.link ?? (message.count == 1 ? message.items.first.flatMap { MailEntry($0).link } : nil)
    }

    /// Everything in one text.
    /// - Parameters:
    ///   - limit: in the service's own count.
    ///   - hasHeadline: whether the headline stands at its beginning; else the service shows it elsewhere.
    func whole(limit: Int, hasHeadline: Bool = true) -> String {
        var parts = hasHeadline ? [markedHeadline(limit: limit / 2)] : []
        parts += introduction(limit: limit - length(parts.first ?? "") - 2)
        var (shown, used) = (0, length(parts.joined(separator: "\n\n")))
        for item in items {
            let room = limit - used - Limits.rest - (message.link.map(length) ?? 0) - 2
            guard let entry = entry(item, limit: room) else { break }
            parts.append(entry)
            used += length(entry) + 2
            shown += 1
        }
        if let rest = rest(shown: shown) { parts.append(rest) }
        return cutWhole(parts.filter { !$0.isEmpty }.joined(separator: "\n\n"), limit: limit)
    }

    /// What stands above the articles: why this message comes, or the notice. The channel's own text stands alone.
    /// - Parameter limit: of the channel's own text, in the service's own count.
    func introduction(limit: Int) -> [String] {
        if let own = words.text { return [fitted(([own] + words.remarks).joined(separator: "\n"), limit: limit)] }
        var parts = words.remarks
        if let introduction = text.introduction { parts.append(introduction) }
        if let notice = message.notice {
            parts += MailText.paragraphs(notice.text).prefix(4).map {
                ChatText.cut($0, to: Limits.paragraph, by: length)
            }
        }
        return parts.map(markup.prose)
    }

    /// One article: title with its link, sentence, feed and time, reason. Nil if not even the shortest form fits.
    func entry(_ item: AlertMessage.Item, limit: Int) -> String? {
        let entry = MailEntry(item)
        for most in Limits.texts {
            let title = marked(entry.title.cut(to: most))
            var lines = [entry.link.map { markup.linked(title, $0) } ?? title]
            if let sentence = entry.sentence { lines.append(marked(sentence.cut(to: most))) }
            let label = isOneTopic ? [] : ["\(entry.topic) (\(entry.severity.rawValue))"]
            lines.append(line((label + [entry.source]).joined(separator: " · ")))
            lines.append(line("Why: " + entry.reason))
            let text = lines.joined(separator: "\n")
            if length(text) <= limit { return text }
        }
        return nil
    }

    /// What stands below the articles of which so many are shown; nil if nothing is left to say.
    func rest(shown: Int) -> String? {
        guard words.text == nil else { return nil }
        let hidden = message.count - shown
        if hidden > 0 {
            let words = "and \(hidden) more"
            return message.link.map { markup.linked(words, $0) } ?? markup.escaped(words + ": wirewatch alerts list")
        }
        return message.link.map { markup.linked("All of it", $0) }
    }

    private var isOneTopic: Bool { Set(message.items.map(\.alert.topic)).count == 1 }

    private func line(_ text: String) -> String { markup.escaped(ChatText.cut(text, to: Limits.line, by: length)) }

    private func marked(_ text: MarkedText) -> String {
        text.pieces.map { $0.isMarked ? markup.marked(markup.escaped($0.text)) : markup.escaped($0.text) }.joined()
    }

    /// In the service's markup, and no longer than so much.
    private func fitted(_ text: String, limit: Int) -> String {
        var most = limit
        while most > 0 {
            let cut = markup.prose(ChatText.cut(text, to: most, by: length))
            if length(cut) <= limit { return cut }
            most = min(most - 1, most * limit / length(cut))
        }
        return ""
    }

    /// The last resort, for a text without articles: paragraphs are left out from the end.
    private func cutWhole(_ text: String, limit: Int) -> String {
        var text = text
        while length(text) > limit, let end = text.lastRange(of: "\n\n") { text = String(text[..<end.lowerBound]) }
        return length(text) <= limit ? text : markedHeadline(limit: limit)
    }

    /// At most so long, no character halved.
    static func cut(_ text: String, to limit: Int, by length: (String) -> Int = \.count) -> String {
        // Whatever a service counts, a character is at least one of it.
        if text.utf8.count <= limit || length(text) <= limit { return text }
        var out = ""
        var used = length("…")
        for character in text {
            used += length(String(character))
            if used > limit { return out + "…" }
            out.append(character)
        }
        return out
    }
}

extension String {
    fileprivate func lastRange(of other: String) -> Range<String.Index>? { ranges(of: other).last }
}

extension MarkedText {
    /// With at most so many bytes, around the first mark.
    func cut(to limit: Int) -> MarkedText {
        var marks: [Range<Int>] = []
        var end = 0
        for piece in pieces {
            let start = end
            end += piece.text.utf8.count
            if piece.isMarked { marks.append(start..<end) }
        }
        return end <= limit ? self : MarkedText(plain, marks: marks, limit: limit)
    }
}
