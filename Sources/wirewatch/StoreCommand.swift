import ArgumentParser
import Foundation
import WireDaemon
import WireModel
import WireStore

struct StoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store",
        abstract: "The database: how much is in it, whether it is sound, a copy of it.",
        discussion: "Examples:\n  wirewatch store stats\n  wirewatch store check\n  wirewatch store backup copy.db",
        subcommands: [Stats.self, Check.self, Backup.self, Prune.self])

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
                ("articles", "\(statistics.articles), and \(statistics.forgotten) of which only the identity is left"),
                ("revisions", "\(statistics.revisions)"),
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

extension StoreCommand {
    struct Backup: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Copy the database to a file, also while a service writes to it.",
            discussion: """
                The copy is of one moment and was read again when this ends with 0. To restore it, stop the service and put it in \
                place of wirewatch.db (remove wirewatch.db-wal and wirewatch.db-shm if they are there).

                Examples:
                  wirewatch store backup /mnt/backup/wirewatch.db --force
                  wirewatch store backup --keep 7 /var/backups/wirewatch
                """)

        @OptionGroup var common: CommonOptions

        @Argument(help: ArgumentHelp("A file, or a folder, where the copy is named by the time.", valueName: "target"))
        var target: String

        @Flag(name: .long, help: "Replace a file that is there.")
        var force = false

        @Option(name: .long, help: ArgumentHelp("Keep so many copies in the folder.", valueName: "number"))
        var keep: Int?

        @Option(name: .long, help: ArgumentHelp("text or json.", valueName: "format"))
        var format: OutputFormat = .text

        func validate() throws {
            if let keep, keep < 1 { throw ValidationError("--keep is 1 or more") }
        }

        func run() async throws {
            let assembly = Assembly(settings: try common.settings(), locations: common.locations)
            let report: BackupRun.Report
            do {
                report = try await BackupRun(assembly).run(to: target, replaces: force, keep: keep)
            } catch {
                throw CommandProblem(failure: "error: \(error)")
            }
            if format != .text { return StandardOutput.write(report.json) }
            if common.quiet { return }
            StandardOutput.write("\(report.path): \(report.bytes) bytes\n")
            for path in report.removed { StandardOutput.write("removed \(path)\n") }
        }
    }
}

extension StoreCommand {
    struct Prune: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove the articles that the settings' `retention` no longer keeps.",
            discussion: """
                The service does it once a day; this does it now, also beside it. Flagged articles stay unless \
                `keep_flagged: false` is set, and what waits to be told stays always.

                Example:
                  wirewatch store prune
                """)

        @OptionGroup var common: CommonOptions

        @Option(name: .long, help: ArgumentHelp("text or json.", valueName: "format"))
        var format: OutputFormat = .text

        func run() async throws {
            let assembly = Assembly(settings: try common.settings(), locations: common.locations)
            let pruned = try await storeWork { () throws(StoreError) in try await assembly.prune() }
            if format != .text {
                return StandardOutput.write([
                    "articles": .integer(Int64(pruned.articles)), "identities": .integer(Int64(pruned.identities)),
                ])
            }
            if common.quiet { return }
            StandardOutput.write(
                "\(counted(pruned.articles, "article")) removed, \(pruned.identities) identities of earlier ones forgotten\n"
            )
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
