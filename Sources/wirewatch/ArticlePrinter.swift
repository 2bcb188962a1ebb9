import WireModel

/// Articles and matches as a person reads them.
struct ArticlePrinter {
    let ink: Ink

    enum Limits {
        /// Bytes of a text shown around its first highlight.
        static let excerpt = 400
    }

    /// Four lines: what and how grave, the title, the sentence, why, where from.
    /// - Parameter source: shown instead of the feed and time; for documents from files.
    func flagged(
        _ article: Article, feed: FeedFacts, topic: String, severity: Severity, match: Match, source name: String? = nil
    ) -> String {
        var lines = ["\(ink.severity(severity))  \(ink.bold(Ink.harmless(topic)))"]
        if name == nil || article.item.title != nil { lines.append("  " + title(of: article.item, match: match)) }
        if let sentence = sentence(of: article.item, match: match) { lines.append("  " + sentence) }
        lines.append("  " + ink.dim("because ") + reason(of: match))
        lines.append("  " + ink.dim(name ?? source(of: article, feed: feed)))
        return lines.joined(separator: "\n")
    }

    /// The title with its matched words marked; an article without one is named by its address.
    func title(of item: Item, match: Match?) -> String {
        guard let title = item.title else { return ink.bold(Ink.harmless(item.url ?? item.id)) }
        return ink.highlight(title, ranges: match.map { ranges(of: "title", in: $0) } ?? [])
    }

    /// The clauses that held, each with the words that made it true.
    func reason(of match: Match) -> String {
        match.clauses.map { clause in
            let words = clause.spans.map { Ink.harmless($0.text) }
            var seen: Set<String> = []
            let distinct = words.filter { seen.insert($0.lowercased()).inserted }
            let shown = distinct.prefix(4).joined(separator: ", ") + (distinct.count > 4 ? ", …" : "")
            return Ink.harmless(clause.clause) + (distinct.isEmpty ? "" : ink.dim(" ← ") + shown)
        }
        .joined(separator: ink.dim(" · "))
    }

    func source(of article: Article, feed: FeedFacts) -> String {
        let time = article.item.published ?? article.item.updated ?? article.seen
        let parts = [feed.title ?? feed.url, time.description, article.item.url, "article \(article.id)"]
        return parts.compactMap { $0 }.map(Ink.harmless).joined(separator: " · ")
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
