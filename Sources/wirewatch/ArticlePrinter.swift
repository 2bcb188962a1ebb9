import WireDaemon
import WireModel

/// Articles and matches as a person reads them.
struct ArticlePrinter {
    let ink: Ink
    private let paragraph: Paragraph

    /// A topic that an article met.
    struct Flag {
        let topic: String
        let severity: Severity
        let match: Match
    }

    enum Limits {
        /// Bytes of a text shown around its first highlight.
        static let excerpt = 400
        /// Bytes of the beginning that stands for a title.
        static let opening = 80
        /// Words named behind a clause.
        static let words = 4
        /// Columns before everything but the severity.
        static let margin = 8
    }

    init(ink: Ink, columns: Int? = StandardOutput.columns) {
        self.ink = ink
        paragraph = Paragraph(columns: columns)
    }

    /// A flagged article: how grave and what it is, where it comes from, and for each topic the sentence and the reason.
    /// - Parameters:
    ///   - flags: not empty, gravest first.
    ///   - name: for a document of a file: its name, shown instead of the feed and time.
    func block(_ article: Article, feed: FeedFacts, flags: [Flag], name: String? = nil) -> String {
        let item = article.item
        let severity = flags.first?.severity ?? .normal
        let hasTitle = name == nil || item.title != nil
        var lines = [
            paragraph.text(
                hasTitle ? title(of: item, matches: flags.map(\.match)) : ink.bold(Ink.harmless(name ?? "")),
                first: ink.severity(severity) + "  ", indent: Limits.margin)
        ]
        if hasTitle { lines.append(line(ink.dim(name.map(Ink.harmless) ?? source(of: article, feed: feed)))) }
        for flag in flags {
            let grade = flag.severity == severity ? "" : ink.dim(" (\(flag.severity.rawValue))")
            lines.append(
                paragraph.text(
                    ink.bold(Ink.harmless(flag.topic)) + grade, first: "      ▸ ", indent: Limits.margin))
            if let sentence = sentence(of: item, match: flag.match) { lines.append(line(sentence)) }
            lines.append(line(ink.dim("because ") + reason(of: flag.match)))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A paragraph in the margin.
    func line(_ text: String, margin: Int = Limits.margin) -> String {
        paragraph.text(text, first: String(repeating: " ", count: margin), indent: margin)
    }

    /// The title with its matched words marked; an article without one is named by its first words, else by its address.
    func title(of item: Item, matches: [Match] = []) -> String {
        if let title = item.title {
            return ink.highlight(title, ranges: matches.flatMap { ranges(of: "title", in: $0) }, isTitle: true)
        }
        for text in [item.summary, item.contentText] {
            guard let text, let opening = ArticlePrinter.opening(of: text) else { continue }
            return ink.bold(Ink.harmless(opening))
        }
        return ink.bold(Ink.harmless(item.url ?? item.id))
    }

    /// The clauses that held, each with the words that made it true.
    func reason(of match: Match) -> String {
        match.clauses.map { clause in
            let words = clause.spans.map { Ink.harmless($0.text) }
            var seen: Set<String> = []
            let distinct = words.filter { seen.insert($0.lowercased()).inserted }
            let shown =
                distinct.prefix(Limits.words).joined(separator: ", ") + (distinct.count > Limits.words ? ", …" : "")
            return Ink.harmless(clause.clause) + (distinct.isEmpty ? "" : ink.dim(" ← ") + shown)
        }
        .joined(separator: ink.dim(" · "))
    }

    /// Feed, time, address and id.
    func source(of article: Article, feed: FeedFacts, hasTime: Bool = true) -> String {
        let time = hasTime ? ArticlePrinter.time(of: article) : nil
        let parts = [feed.title ?? feed.url, time, article.item.url, "article \(article.id)"]
        return parts.compactMap { $0 }.map(Ink.harmless).joined(separator: " · ")
    }

    /// When the article was published, or else when it was first seen.
    static func time(of article: Article) -> String {
        let item = article.item
        return (item.published ?? item.updated).map(\.minuteText) ?? "seen \(article.seen.minuteText)"
    }

    /// The first words of a text; nil if there are none.
    private static func opening(of text: String) -> String? {
        let line = text.split(separator: "\n").first ?? ""
        if line.utf8.count <= Limits.opening { return line.isEmpty ? nil : String(line) }
        var words = ""
        for word in line.split(separator: " ") {
            guard words.isEmpty || words.utf8.count + word.utf8.count < Limits.opening else { break }
            words += words.isEmpty ? word : " \(word)"
        }
        return words.isEmpty ? nil : String(words.prefix(Limits.opening)) + " …"
    }

    /// The hit sentence with the matched words marked, found again in the text that holds it.
    private func sentence(of item: Item, match: Match) -> String? {
        guard let sentence = match.sentence, sentence != item.title else { return nil }
        for (field, text) in [("content", item.contentText), ("summary", item.summary)] {
            guard let text, let range = text.firstRange(of: sentence) else { continue }
            let start = text.utf8.distance(from: text.startIndex, to: range.lowerBound)
            let local = ranges(of: field, in: match).map { $0.lowerBound - start..<$0.upperBound - start }
            return shorten(sentence, ranges: local)
        }
        return Ink.harmless(sentence)
    }

    /// A long sentence is cut to what surrounds its first highlight, at blanks.
    private func shorten(_ sentence: String, ranges: [Range<Int>]) -> String {
        guard sentence.utf8.count > Limits.excerpt else { return ink.highlight(sentence, ranges: ranges) }
        let bytes = Array(sentence.utf8)
        let first = ranges.map(\.lowerBound).filter { $0 >= 0 && $0 < bytes.count }.min() ?? 0
        var start = max(0, first - Limits.excerpt / 3)
        while start > 0, bytes[start - 1] != UInt8(ascii: " ") { start -= 1 }
        var end = min(bytes.count, start + Limits.excerpt)
        while end < bytes.count, bytes[end] != UInt8(ascii: " ") { end += 1 }
        let inside = ranges.filter { $0.lowerBound >= start && $0.upperBound <= end }
            .map { $0.lowerBound - start..<$0.upperBound - start }
        let text = ink.highlight(String(decoding: bytes[start..<end], as: UTF8.self), ranges: inside)
        return (start > 0 ? "… " : "") + text + (end < bytes.count ? " …" : "")
    }

    private func ranges(of field: String, in match: Match) -> [Range<Int>] {
        match.clauses.flatMap(\.spans).filter { $0.field == field }.map { $0.offset..<$0.offset + $0.length }
    }
}

extension Timestamp {
    /// `2020-02-16 19:40Z`: to the minute, for people.
    var minuteText: String {
        let text = description
        return text.utf8.count < 16 ? text : text.prefix(16).replacing("T", with: " ") + "Z"
    }
}
