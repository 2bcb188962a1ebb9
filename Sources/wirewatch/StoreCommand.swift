import ArgumentParser
import Foundation
import WireDaemon
import WireModel
import WireStore

struct StoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store",
        abstract: "The database: how much is in it, whether it is sound.",
        discussion: "Examples:\n  wirewatch store stats\n  wirewatch store check",
        subcommands: [Stats.self, Check.self])

    struct Stats: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Count what is kept.", discussion: "Example:\n  wirewatch store stats --format json")

        @OptionGroup var common: CommonOptions

        @Option(name: .long, help: ArgumentHelp("text or json.", valueName: "format"))
        var format: OutputFormat = .text

        func run() async throws {
            let assembly = Assembly(settings: try common.settings(), locations: common.locations)
            let statistics = try await storeWork { () throws(StoreError) in
                let store = try await assembly.openStore(forWriting: false)
                return try await store.statistics()
            }
            if format != .text { return StandardOutput.write(statistics.json) }
            let rows: [(String, String)] = [
                ("database", statistics.path),
                ("size", "\(statistics.bytes) bytes, \(statistics.freeBytes) of them free"),
                ("schema", "\(statistics.schemaVersion)"),
                ("feeds", "\(statistics.feeds), \(statistics.listedFeeds) of them listed"),
                ("articles", "\(statistics.articles)"), ("revisions", "\(statistics.revisions)"),
                ("matches", "\(statistics.matches)"), ("unindexed", "\(statistics.unindexed)"),
                ("oldest", statistics.oldest?.description ?? "none"),
                ("newest", statistics.newest?.description ?? "none"),
            ]
            for (name, value) in rows {
                StandardOutput.write(name.padding(toLength: 10, withPad: " ", startingAt: 0) + " \(value)\n")
            }
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read everything and say what is wrong with it.",
            discussion: "Exit code 1 if something is wrong.\n\nExample:\n  wirewatch store check")

        @OptionGroup var common: CommonOptions

        @Option(name: .long, help: ArgumentHelp("text or json.", valueName: "format"))
        var format: OutputFormat = .text

        func run() async throws {
            let assembly = Assembly(settings: try common.settings(), locations: common.locations)
            let faults = try await storeWork { () throws(StoreError) in
                let store = try await assembly.openStore(forWriting: false)
                return try await store.check()
            }
            if format == .text {
                for fault in faults { StandardOutput.write(fault + "\n") }
                if faults.isEmpty, !common.quiet { StandardOutput.write("the database is sound\n") }
            } else {
                StandardOutput.write(["sound": .bool(faults.isEmpty), "faults": .array(faults.map(JSONValue.string))])
            }
            if !faults.isEmpty { throw ExitCode(1) }
        }
    }
}

/// Runs what uses the database; its errors end the command with exit code 1.
func storeWork<Result>(_ body: () async throws(StoreError) -> Result) async throws -> Result {
    do {
        return try await body()
    } catch {
        throw CommandProblem(failure: "error: \(error)")
    }
}
