import ArgumentParser
import WireDaemon
import WireModel

struct FetchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch",
        abstract: "Check the feeds that are due, store what is new, print what was flagged.",
        discussion: """
            Examples:
              wirewatch fetch
              wirewatch fetch --all --format json
              wirewatch fetch folder/Courts https://example.org/feed.xml

            Exit code 1 if a feed could not be fetched or a topic is bad; the others are done all the same.
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp("Only these: an address, a title or folder/NAME.", valueName: "feed"))
    var only: [String] = []

    @Flag(name: .long, help: "Also feeds that are not due yet, unless their server forbids it.")
    var all = false

    @Flag(name: .long, help: "Leave the sending of alerts to the service.")
    var noDeliver = false

    @Option(name: .long, help: ArgumentHelp("text, json or jsonl.", valueName: "format"))
    var format: OutputFormat = .text

    func run() async throws {
        let assembly = Assembly(settings: try common.settings(), locations: common.locations)
        let fetch = try await usage { () async throws(SettingsProblem) in
            try await FetchRun(assembly, all: all, only: only, delivers: !noDeliver)
        }
        let printer = FetchPrinter(
            format: format, ink: Ink(common.color), isQuiet: common.quiet,
            folder: common.locations.data(assembly.settings))
        for problem in fetch.problems { StandardError.write(problem + "\n") }
        do {
            let outcome = try await fetch.run {
                await printer.note($0)
            } tell: {
                await printer.finish($0)
            }
            if let deliveries = outcome.deliveries { await printer.note(deliveries) }
            let hasLostOutput = await printer.hasFailed
            if outcome.hasFailed || hasLostOutput { throw ExitCode(1) }
        } catch let error as FetchRunError {
            throw error.isUsage ? CommandProblem(usage: "error: \(error)") : CommandProblem(failure: "error: \(error)")
        }
    }
}
