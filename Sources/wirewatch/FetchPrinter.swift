import Foundation
import WireDaemon
import WireModel

/// Prints a fetch: flagged articles as they come (`jsonl`) or all at the end, gravest first, and a progress line meanwhile.
actor FetchPrinter {
    /// An article, or one flag of it, as it will be printed.
    private struct Flagged {
        let severity: Severity
        /// In the spool.
        let text: Range<Int>
    }

    private let format: OutputFormat
    private let ink: Ink
    private let isQuiet: Bool
    private let started = Date()
    private var done = 0
    private var hasProgress = false
    /// Something that was flagged could not be printed.
    private(set) var hasFailed = false
    private let folder: String
    private var spool: Spool
    /// What each feed flagged, in document order.
    private var flagged: [FeedID: [Flagged]] = [:]

    /// - Parameter folder: where what waits to be printed may lie.
    init(format: OutputFormat, ink: Ink, isQuiet: Bool, folder: String) {
        self.folder = folder
        spool = Spool(folder: folder)
        self.format = format
        self.ink = ink
        self.isQuiet = isQuiet
    }

    /// A feed's check is stored.
    func note(_ report: FeedReport) {
        done += 1
        switch format {
        case .jsonl: for flagged in report.flagged { StandardOutput.write(flagged.json) }
        case .json:
            for flagged in report.flagged {
                var text: [UInt8] = []
                flagged.json.write(to: &text)
                setAside(text, flagged, of: report)
            }
        case .text:
            for flags in FetchPrinter.byArticle(report.flagged) {
                if let first = flags.first { setAside(Array(block(flags).utf8), first, of: report) }
            }
        }
        guard !isQuiet, StandardError.isTerminal, Date().timeIntervalSince(started) > 1 else { return }
        hasProgress = true
        StandardError.write("\r\u{1B}[K\(done) feeds …")
    }

    func finish(_ outcome: FetchRun.Outcome) {
        if hasProgress { StandardError.write("\r\u{1B}[K") }
        do {
            switch format {
            case .json: try writeJSON(outcome)
            case .jsonl: break
            case .text: try printText(outcome)
            }
        } catch {
            hasFailed = true
            StandardError.write(
                "\(ink.error("error")) what was flagged cannot be read back from \(folder): \(error.localizedDescription);"
                    + " it is stored: see `wirewatch articles list --flagged`\n")
        }
    }

    private func setAside(_ text: [UInt8], _ article: FlaggedArticle, of report: FeedReport) {
        flagged[report.feed.id, default: []].append(
            Flagged(severity: article.severity, text: spool.append(text)))
    }

    /// What was flagged, gravest first, then in the order of the list.
    private func inOrder(_ outcome: FetchRun.Outcome) -> [Flagged] {
        FetchPrinter.gravestFirst(outcome.reports.flatMap { flagged[$0.feed.id] ?? [] }, \.severity)
    }

    private static func gravestFirst<Element>(_ elements: [Element], _ severity: (Element) -> Severity) -> [Element] {
        elements.enumerated()
            .sorted { (severity($1.element), $0.offset) < (severity($0.element), $1.offset) }
            .map(\.element)
    }

    /// Alerts were sent, after all else was told.
    func note(_ deliveries: DeliveryReport) {
        for problem in deliveries.problems { StandardError.write(problem + "\n") }
        var parts: [String] = []
        if deliveries.failed > 0 { parts.append("\(deliveries.failed) failed, to be tried again") }
        if deliveries.dead > 0 { parts.append("\(deliveries.dead) given up") }
        if deliveries.wasInterrupted { parts.append("interrupted; the rest waits for the next run") }
        if !parts.isEmpty {
            let hint = "see `wirewatch alerts list` and `wirewatch channels list`"
            StandardError.write("\(ink.warning("messages")) \(parts.joined(separator: ", ")); \(hint)\n")
        }
        guard format == .text, !isQuiet, deliveries.delivered > 0 else { return }
        StandardOutput.write("\(counted(deliveries.delivered, "message")) delivered\n")
    }

    /// One article with all its flags.
    private func block(_ flagged: [FlaggedArticle]) -> String {
        guard let first = flagged.first else { return "" }
        let flags = flagged.map { ArticlePrinter.Flag(topic: $0.topicName, severity: $0.severity, match: $0.match) }
        return ArticlePrinter(ink: ink).block(first.article, feed: first.feed, flags: flags) + "\n"
    }

    private func printText(_ outcome: FetchRun.Outcome) throws {
        for flagged in inOrder(outcome) { StandardOutput.write(try spool.text(flagged.text)) }
        for report in outcome.reports {
            if let failure = report.check.failure {
                let name = Ink.harmless(report.title ?? report.feed.address)
                StandardError.write(
                    "\(ink.warning(report.check.outcome.rawValue)) \(name): \(Ink.harmless(failure.message))\n")
            }
            if let gap = report.gap {
                let name = Ink.harmless(report.title ?? report.feed.address)
                StandardError.write(
                    "\(ink.warning("gap")) \(name): may have missed items between \(gap.from) and \(gap.to)\n")
            }
        }
        if outcome.wasInterrupted { StandardError.write("interrupted; what is listed above is stored\n") }
        if !isQuiet { StandardOutput.write(FetchPrinter.summary(of: outcome) + "\n") }
    }

    /// Several topics may flag one article: it stands where its gravest flag does.
    private static func byArticle(_ flagged: [FlaggedArticle]) -> [[FlaggedArticle]] {
        var places: [ArticleID: Int] = [:]
        var groups: [[FlaggedArticle]] = []
        for flag in gravestFirst(flagged, \.severity) {
            if let place = places[flag.article.id] {
                groups[place].append(flag)
            } else {
                places[flag.article.id] = groups.count
                groups.append([flag])
            }
        }
        return groups
    }

    private static func summary(of outcome: FetchRun.Outcome) -> String {
        let counts = Counts(outcome)
        var parts = [
            "\(counts.checked) of \(counts.feeds) feeds checked", "\(counts.new) new", "\(counts.revised) revised",
            "\(counts.flagged) flagged",
        ]
        if counts.notModified > 0 { parts.append("\(counts.notModified) not modified") }
        if counts.failed > 0 { parts.append("\(counts.failed) failed") }
        let next = outcome.reports.compactMap(\.nextCheck).min()
        if counts.checked == 0, let next { parts.append("next check \(next)") }
        return parts.joined(separator: ", ")
    }

    /// One object on one line, its keys in order; the articles are written one by one.
    private func writeJSON(_ outcome: FetchRun.Outcome) throws {
        let counts = Counts(outcome)
        let summary: JSONValue = [
            "feeds": .integer(counts.feeds), "checked": .integer(counts.checked),
            "not_modified": .integer(counts.notModified), "failed": .integer(counts.failed),
            "new": .integer(counts.new), "revised": .integer(counts.revised), "flagged": .integer(counts.flagged),
        ]
        StandardOutput.write("{\"feeds\":[")
        FetchPrinter.writeList(outcome.reports) { $0.json.write(to: &$1) }
        StandardOutput.write("],\"finished\":\"\(outcome.finished)\",\"flagged\":[")
        try FetchPrinter.writeList(inOrder(outcome)) { $1 += try spool.text($0.text) }
        StandardOutput.write("],\"started\":\"\(outcome.started)\",\"summary\":\(summary.text)}\n")
    }

    private static func writeList<Element>(
        _ elements: [Element], _ write: (Element, _ out: inout [UInt8]) throws -> Void
    ) rethrows {
        var out: [UInt8] = []
        for (index, element) in elements.enumerated() {
            if index > 0 { out.append(UInt8(ascii: ",")) }
            try write(element, &out)
            guard out.count > 1 << 16 || index == elements.count - 1 else { continue }
            StandardOutput.write(out)
            out.removeAll(keepingCapacity: true)
        }
    }
}

/// The summary of a fetch.
private struct Counts {
    let feeds: Int64
    let checked: Int64
    let notModified: Int64
    let failed: Int64
    let new: Int64
    let revised: Int64
    let flagged: Int64

    init(_ outcome: FetchRun.Outcome) {
        let reports = outcome.reports
        func count(_ outcomes: FeedCheck.Outcome...) -> Int64 {
            Int64(reports.count { outcomes.contains($0.check.outcome) })
        }
        feeds = Int64(reports.count)
        checked = Int64(reports.count(where: \.wasChecked))
        notModified = count(.notModified)
        failed = Int64(reports.count(where: \.hasFailed))
        new = Int64(reports.reduce(0) { $0 + $1.new })
        revised = Int64(reports.reduce(0) { $0 + $1.revised })
        flagged = Int64(reports.reduce(0) { $0 + $1.flaggedCount })
    }
}
