import Synchronization
import WireDaemon
import WireModel
import WireStore

/// Prints stored articles as they come: lines of text, lines of JSON, or one list.
final class ArchivePrinter: Sendable {
    private let format: OutputFormat
    private let ink: Ink
    private let isFirst = Mutex(true)

    enum Limits {
        /// Columns of the time and the blanks behind it.
        static let margin = 19
    }

    init(format: OutputFormat, ink: Ink) {
        self.format = format
        self.ink = ink
    }

    /// - Parameter match: of a search; nil for a list.
    /// - Returns: whether anybody reads on.
    func print(_ stored: StoredArticle, match: Match?) -> Bool {
        let first = isFirst.withLock { first in
            defer { first = false }
            return first
        }
        switch format {
        case .jsonl: StandardOutput.write(stored.json(match: match))
        case .json: StandardOutput.write((first ? "[" : ",\n") + stored.json(match: match).text)
        case .text: StandardOutput.write(entry(of: stored, match: match))
        }
        return !StandardOutput.isClosed
    }

    /// Ends the list.
    func finish(isQuiet: Bool) {
        let isEmpty = isFirst.withLock { $0 }
        switch format {
        case .json: StandardOutput.write(isEmpty ? "[]\n" : "]\n")
        case .jsonl: break
        case .text: if isEmpty, !isQuiet { StandardError.write("no article\n") }
        }
    }

    func text(of history: ArticleHistory) -> String {
        let stored = history.current
        let printer = ArticlePrinter(ink: ink)
        let item = stored.article.item
        var lines = [
            printer.line(printer.title(of: item, matches: stored.matches.map(\.match)), margin: 0),
            printer.line(ink.dim(printer.source(of: stored.article, feed: stored.feed)), margin: 0),
        ]
        for (name, values) in [
            ("by", item.authors.compactMap { $0.name ?? $0.email }),
            ("in", item.categories.map { $0.label ?? $0.term }),
        ] where !values.isEmpty {
            lines.append(printer.line("\(ink.dim(name)) \(Ink.harmless(values.joined(separator: ", ")))", margin: 0))
        }
        for match in stored.matches {
            lines.append("\n\(ink.severity(match.severity))  \(ink.bold(Ink.harmless(match.match.topic)))")
            lines.append(printer.line(ink.dim("because ") + printer.reason(of: match.match)))
        }
        for text in [item.summary, item.contentText] {
            guard let text else { continue }
            lines.append("")
            lines += text.split(separator: "\n").map { printer.line(Ink.harmless(String($0)), margin: 0) }
        }
        for revision in history.earlier {
            lines.append(ink.dim("\nrevision \(revision.number), seen \(revision.seen.minuteText)"))
            lines.append(printer.line(printer.title(of: revision.item), margin: 2))
            if let text = revision.item.contentText ?? revision.item.summary {
                lines += text.split(separator: "\n").map { printer.line(ink.dim(Ink.harmless(String($0))), margin: 2) }
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The time in a column of its own, then the title; below it why, and where from.
    private func entry(of stored: StoredArticle, match: Match?) -> String {
        let printer = ArticlePrinter(ink: ink)
        let article = stored.article
        let time = (article.item.published ?? article.item.updated ?? article.seen).minuteText
        let isDated = article.item.published != nil || article.item.updated != nil
        let column = time + String(repeating: " ", count: max(1, Limits.margin - time.utf8.count))
        var lines = [
            Paragraph(columns: StandardOutput.columns).text(
                printer.title(of: article.item, matches: match.map { [$0] } ?? []), first: ink.dim(column),
                indent: Limits.margin)
        ]
        if let match {
            lines.append(printer.line(ink.dim("because ") + printer.reason(of: match), margin: Limits.margin))
        } else {
            for flagged in stored.matches {
                let topic = "\(ink.severity(flagged.severity)) \(Ink.harmless(flagged.match.topic))"
                lines.append(String(repeating: " ", count: Limits.margin) + topic)
            }
        }
        let source = printer.source(of: article, feed: stored.feed, hasTime: !isDated)
        lines.append(printer.line(ink.dim(source), margin: Limits.margin))
        return lines.joined(separator: "\n") + "\n"
    }
}
