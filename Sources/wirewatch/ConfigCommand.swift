import ArgumentParser
import WireDaemon
import WireModel

struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "The settings: check them, show what is in force.",
        discussion: "Examples:\n  wirewatch config check\n  wirewatch config show",
        subcommands: [Check.self, Show.self])

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Find everything that is wrong with the settings at once.",
            discussion:
                "Exit code 2 if something is wrong.\n\nExample:\n  wirewatch config check --config wirewatch.yaml")

        @OptionGroup var common: CommonOptions

        @Option(name: .long, help: ArgumentHelp("text or json.", valueName: "format"))
        var format: OutputFormat = .text

        func run() throws {
            let loaded = SettingsLoader.load(common.locations, allowNetworks: common.allowNetworks)
            let assembly = Assembly(settings: loaded.settings, locations: common.locations)
            let problems = loaded.problems + assembly.channelProblems()
            let errors = problems.filter(\.isError)
            if format == .text {
                for problem in problems { StandardOutput.write(problem.text + "\n") }
                if errors.isEmpty, !common.quiet {
                    StandardOutput.write(
                        "\(common.locations.config?.path ?? "no settings file, defaults"): no errors\n")
                }
            } else {
                StandardOutput.write([
                    "file": common.locations.config.map { .string($0.path) } ?? .null,
                    "errors": .array(errors.map(\.json)),
                    "issues": .array(problems.filter { !$0.isError }.map(\.json)),
                ])
            }
            if !errors.isEmpty { throw ExitCode(2) }
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the settings in force, defaults included, as a settings file.",
            discussion: "Example:\n  wirewatch config show > wirewatch.yaml")

        @OptionGroup var common: CommonOptions

        func run() throws {
            let settings = try common.settings()
            StandardOutput.write(SettingsText.text(of: settings, locations: common.locations))
        }
    }
}
