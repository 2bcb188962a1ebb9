import ArgumentParser
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

    @Option(name: .long, help: ArgumentHelp("text or jsonl.", valueName: "format"))
    var format: OutputFormat = .text

    func run() async throws {
        let (locations, networks) = (common.locations, common.allowNetworks)
        let assembly = Assembly(settings: try common.settings(), locations: common.locations)
        let service = try usage { () throws(SettingsProblem) in
            try ServiceRun(assembly) { () throws(SettingsProblem) in
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

/// Prints what the service does: a block for each flagged article, a line for what is new or wrong.
private actor ServicePrinter {
    private let format: OutputFormat
    private let ink: Ink
    private let isQuiet: Bool

    init(format: OutputFormat, ink: Ink, isQuiet: Bool) {
        self.format = format
        self.ink = ink
        self.isQuiet = isQuiet
    }

    func tell(_ news: ServiceRun.News) {
        switch news {
        case .ready(let feeds, let topics, let channels):
            say("ready: \(feeds) feeds, \(topics) topics, \(channels) channels")
        case .listening(let place): say("listening: \(place)")
        case .unsubscribed(let recipient, let channel):
            say("unsubscribed: \(Ink.harmless(recipient)) from \(Ink.harmless(channel))")
        case .pruned(let pruned): say("removed: \(pruned.articles) articles that are no longer kept")
        case .reloaded(let feeds, let topics, let channels):
            say("reloaded: \(feeds) feeds, \(topics) topics, \(channels) channels")
        case .notReloaded(let reason):
            StandardError.write("\(ink.error("not reloaded")), everything stays as it was:\n\(reason)\n")
        case .problem(let text): StandardError.write(Ink.harmless(text) + "\n")
        case .checked(let report): tell(report)
        }
    }

    private func tell(_ report: FeedReport) {
        let name = Ink.harmless(report.title ?? report.feed.address)
        if let failure = report.check.failure {
            StandardError.write(
                "\(ink.warning(report.check.outcome.rawValue)) \(name): \(Ink.harmless(failure.message))\n")
        }
        if let gap = report.gap {
            StandardError.write(
                "\(ink.warning("gap")) \(name): may have missed items between \(gap.from) and \(gap.to)\n")
        }
        if format == .jsonl || format == .json {
            for flagged in report.flagged { StandardOutput.write(flagged.json) }
            return
        }
        if report.new + report.revised > 0 { say("\(name): \(report.new) new, \(report.revised) revised") }
        let printer = ArticlePrinter(ink: ink)
        for flagged in report.flagged {
            let flag = ArticlePrinter.Flag(topic: flagged.topicName, severity: flagged.severity, match: flagged.match)
            StandardOutput.write(printer.block(flagged.article, feed: flagged.feed, flags: [flag]) + "\n")
        }
    }

    private func say(_ line: String) {
        if !isQuiet, format == .text { StandardOutput.write(line + "\n") }
    }
}
