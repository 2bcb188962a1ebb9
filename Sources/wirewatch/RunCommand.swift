import ArgumentParser
import Foundation
import WireDaemon
import WireModel
import WireStore

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "The service: check feeds when they are due, match, deliver, until SIGTERM.",
        discussion: """
            Examples:
              wirewatch run
              systemctl enable --now wirewatch

            SIGHUP takes feeds, topics and settings anew; if one of the files is wrong, it says so and goes on as before.
            SIGTERM and SIGINT end it in order. One process works on a database at a time.
            """)

    @OptionGroup var common: CommonOptions

    @Option(name: .long, help: ArgumentHelp("text or jsonl; json is the same here.", valueName: "format"))
    var format: OutputFormat = .text

    func run() async throws {
        let (locations, networks) = (common.locations, common.allowNetworks)
        let assembly = Assembly(settings: try common.settings(), locations: common.locations)
        let service = try await usage { () async throws(SettingsProblem) in
            try await ServiceRun(assembly) { () throws(SettingsProblem) in
                let loaded = SettingsLoader.load(locations, allowNetworks: networks)
                let errors = loaded.problems.filter(\.isError).map(\.text)
                guard errors.isEmpty else { throw SettingsProblem(message: errors.joined(separator: "\n")) }
                return Assembly(settings: loaded.settings, locations: locations)
            }
        }
        let printer = ServicePrinter(format: format, ink: Ink(common.color), isQuiet: common.quiet)
        do {
            try await service.run { await printer.tell($0) }
        } catch {
            throw CommandProblem(failure: "error: \(error)")
        }
    }
}

/// Tells what the service does: a block for each flagged article, a line for what is new or wrong; under systemd, entries with
/// fields in the journal.
private actor ServicePrinter {
    private let format: OutputFormat
    private let ink: Ink
    private let isQuiet: Bool
    /// Nil if somebody reads what is printed.
    private let journal: ServiceJournal?

    init(format: OutputFormat, ink: Ink, isQuiet: Bool) {
        self.format = format
        self.ink = ink
        self.isQuiet = isQuiet
        journal = format == .text ? ServiceJournal(environment: ProcessInfo.processInfo.environment) : nil
    }

    func tell(_ news: ServiceRun.News) async {
        if format != .text, case .checked(let report) = news {
            for flagged in report.flagged { StandardOutput.write(flagged.json) }
        }
        for entry in news.entries {
            if let journal, await journal.write(entry) { continue }
            show(entry)
        }
        if format == .text, journal == nil, case .checked(let report) = news { showFlagged(report) }
    }

    private func show(_ entry: ServiceEntry) {
        switch entry.priority {
        case .error: StandardError.write((entry.lead.isEmpty ? "" : ink.error(entry.lead)) + entry.text + "\n")
        case .warning: StandardError.write(ink.warning(entry.lead) + entry.text + "\n")
        case .notice, .info:
            // What the article is flagged for is shown whole, or as JSON.
            if entry.event == .articleFlagged, journal == nil { return }
            if !isQuiet, format == .text { StandardOutput.write(entry.text + "\n") }
        case .debug: break
        }
    }

    private func showFlagged(_ report: FeedReport) {
        let printer = ArticlePrinter(ink: ink)
        for flagged in report.flagged {
            let flag = ArticlePrinter.Flag(topic: flagged.topicName, severity: flagged.severity, match: flagged.match)
            StandardOutput.write(printer.block(flagged.article, feed: flagged.feed, flags: [flag]) + "\n")
        }
    }
}
