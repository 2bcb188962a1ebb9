import Synchronization
import WireDaemon
import WireModel
import WireStore

/// Prints stored articles as they come: lines of text, lines of JSON, or one list.
final class ArchivePrinter: Sendable {
    private let format: OutputFormat
    private let ink: Ink
    private let isFirst = Mutex(true)

    init(format: OutputFormat, ink: Ink) {
        self.format = format
        self.ink = ink
    }

    /// - Parameter match: of a search; nil for a list.
    func print(_ stored: StoredArticle, match: Match?) {
        let first = isFirst.withLock { first in
            defer { first = false }
            return first
        }
        switch format {
        case .jsonl: StandardOutput.write(stored.json(match: match))
        case .json: StandardOutput.write((first ? "[" : ",\n") + stored.json(match: match).text)
        case .text: StandardOutput.write(line(of: stored, match: match))
        }
    }

    /// Ends the list.
    func finish() {
        guard format == .json else { return }
        StandardOutput.write(isFirst.withLock { $0 } ? "[]\n" : "]\n")
    }

    func text(of history: ArticleHistory) -> String {
        let stored = history.current
        let printer = ArticlePrinter(ink: ink)
        let item = stored.article.item
        var out =
            printer.title(of: item, match: nil) + "\n" + ink.dim(printer.source(of: stored.article, feed: stored.feed))
        out += "\n"
        for (name, values) in [
            ("by", item.authors.compactMap { $0.name ?? $0.email }),
            ("in", item.categories.map { $0.label ?? $0.term }),
        ] where !values.isEmpty {
            out += "\(name) \(Ink.harmless(values.joined(separator: ", ")))\n"
        }
        for match in stored.matches {
            out += "\n\(ink.severity(match.severity))  \(ink.bold(Ink.harmless(match.match.topic)))\n"
            out += "  " + ink.dim("because ") + printer.reason(of: match.match) + "\n"
        }
        if let summary = item.summary { out += "\n\(Ink.harmless(summary))\n" }
        if let content = item.contentText {
            out += "\n" + content.split(separator: "\n").map { Ink.harmless(String($0)) }.joined(separator: "\n") + "\n"
        }
        for revision in history.earlier {
            out += "\n" + ink.dim("revision \(revision.number), seen \(revision.seen)") + "\n"
            out += "  " + Ink.harmless(revision.item.title ?? revision.item.id) + "\n"
        }
        return out
    }

    private func line(of stored: StoredArticle, match: Match?) -> String {
        let printer = ArticlePrinter(ink: ink)
        var text = printer.title(of: stored.article.item, match: match) + "\n"
        if let match { text += "  " + ink.dim("because ") + printer.reason(of: match) + "\n" }
        for flagged in stored.matches where match == nil {
            text += "  \(ink.severity(flagged.severity)) \(Ink.harmless(flagged.match.topic))\n"
        }
        return text + "  " + ink.dim(printer.source(of: stored.article, feed: stored.feed)) + "\n"
    }
}
