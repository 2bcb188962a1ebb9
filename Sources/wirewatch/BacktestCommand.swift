import ArgumentParser
import WireDaemon
import WireModel

struct BacktestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backtest",
        abstract: "What a topic would have flagged of the stored articles.",
        discussion: """
            Hits per day, what of them would have been told after grouping, and the newest with their reasons. --against
            names another topics file, in which the same topic has a changed query, and shows what that gains and loses.

            Examples:
              wirewatch topics backtest cyber-attacks --since 90d
              wirewatch topics backtest cyber-attacks --against changed.yaml
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp("The topic's id or name.", valueName: "topic"))
    var topic: String

    @Option(name: .long, help: ArgumentHelp("Articles since then: 30d, 12h or 2026-01-31.", valueName: "time"))
    var since = "30d"

    @Option(
        name: .long, help: ArgumentHelp("A topics file with the topic as it would be.", valueName: "file"),
        completion: .file(extensions: ["yaml"]))
    var against: String?

    @Option(name: .long, help: ArgumentHelp("text or json.", valueName: "format"))
    var format: OutputFormat = .text

    func run() async throws {
        let assembly = Assembly(settings: try common.settings(), locations: common.locations)
        let prepared = try usage { () throws(SettingsProblem) in
            try Backtest(topic, since: since, against: against, assembly)
        }
        let test = try await archiveWork { () throws(ArchiveError) in
            var test = prepared
            try await test.run(assembly)
            return test
        }
        guard format == .text else { return StandardOutput.write(test.json) }
        let ink = Ink(common.color)
        StandardOutput.write("\(ink.bold(Ink.harmless(test.topic.name)))  \(ink.dim(test.topic.id))\n\(test.chart)")
        show("newest", test.hits, ink)
        guard let difference = test.difference else { return }
        StandardOutput.write("\n\(ink.bold("against \(Ink.harmless(against ?? ""))")): \(difference)\n")
        show("gained", test.gained, ink)
        show("lost", test.lost, ink)
    }

    private func show(_ name: String, _ share: Backtest.Share, _ ink: Ink) {
        guard !share.samples.isEmpty else { return }
        StandardOutput.write("\n\(ink.dim(name))\n")
        let printer = ArchivePrinter(format: .text, ink: ink)
        for sample in share.samples { _ = printer.print(sample.stored, match: sample.match) }
    }
}
