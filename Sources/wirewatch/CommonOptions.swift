import ArgumentParser
import Foundation
import WireDaemon

/// The options that every command understands.
struct CommonOptions: ParsableArguments {
    @Option(
        name: .long, help: ArgumentHelp("The settings file.", valueName: "file"),
        completion: .file(extensions: ["yaml"]))
    var config: String?

    @Option(
        name: .long, help: ArgumentHelp("The list of feeds (OPML).", valueName: "file"),
        completion: .file(extensions: ["opml"]))
    var feeds: String?

    @Option(
        name: .long, help: ArgumentHelp("The topics file.", valueName: "file"), completion: .file(extensions: ["yaml"]))
    var topics: String?

    @Option(name: .long, help: ArgumentHelp("The folder of the database.", valueName: "folder"), completion: .directory)
    var data: String?

    @Flag(name: .shortAndLong, help: "Print results only.")
    var quiet = false

    @Flag(name: .shortAndLong, help: "Also say, on standard error, which files are used and what each step did.")
    var verbose = false

    @Option(name: .long, help: ArgumentHelp("When to use colours: auto, always or never.", valueName: "when"))
    var color: ColorChoice = .auto

    @Option(
        name: .customLong("allow-network"),
        help: ArgumentHelp("A private network that feeds may be fetched from; repeatable.", valueName: "CIDR"))
    var allowNetworks: [String] = []

    var locations: Locations {
        Locations(choices: Locations.Choices(config: config, feeds: feeds, topics: topics, data: data))
    }

    /// The settings in force, with what the command line adds.
    /// - Throws: `CommandProblem` with exit code 2, naming every fault.
    func settings() throws -> Settings {
        let loaded = SettingsLoader.load(locations, allowNetworks: allowNetworks)
        if !quiet {
            for problem in loaded.problems where !problem.isError { StandardError.write(problem.text + "\n") }
        }
        let errors = loaded.problems.filter(\.isError)
        guard errors.isEmpty else { throw CommandProblem(usage: errors.map(\.text).joined(separator: "\n")) }
        if verbose { tellFiles(loaded.settings) }
        return loaded.settings
    }
}

extension CommonOptions {
    private func tellFiles(_ settings: Settings) {
        let locations = locations
        for (name, path) in [
            ("settings", locations.config?.path ?? "no file, defaults"), ("feeds", locations.feeds(settings).path),
            ("topics", locations.topics(settings).path), ("data", locations.data(settings)),
        ] {
            StandardError.write(
                Ink.harmless("\(name.padding(toLength: 9, withPad: " ", startingAt: 0)) \(path)") + "\n")
        }
    }
}

enum ColorChoice: String, ExpressibleByArgument, CaseIterable {
    case auto, always, never
}

enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json, jsonl
}

/// An end that is neither success nor the library's own complaint.
struct CommandProblem: Error {
    let text: String
    let exitCode: Int32

    /// The command line or a file it names is wrong; nothing was done.
    init(usage text: String) {
        self.text = text
        exitCode = 2
    }

    /// It ran, but something it was asked for failed.
    init(failure text: String) {
        self.text = text
        exitCode = 1
    }
}

/// Runs what reads the operator's files; a problem with them is wrong use.
func usage<Result>(_ body: () throws(SettingsProblem) -> Result) throws -> Result {
    do {
        return try body()
    } catch {
        throw CommandProblem(usage: error.text)
    }
}

/// The same for what also looks into the database.
func usage<Result>(_ body: () async throws(SettingsProblem) -> Result) async throws -> Result {
    do {
        return try await body()
    } catch {
        throw CommandProblem(usage: error.text)
    }
}
