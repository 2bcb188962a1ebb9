import ArgumentParser
import WireDaemon
import WireModel
import WireStore

struct ArticlesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "articles",
        abstract: "The archive: list it, search it with the topics' language, show one article.",
        discussion: """
            Examples:
              wirewatch articles list --flagged
              wirewatch articles search '"attorney general" NEAR/20 resign*'
              wirewatch articles show 7312345678901234567
            """,
        subcommands: [List.self, Search.self, Show.self])

    /// What `list` and `search` share.
    struct Filter: ParsableArguments {
        @Option(name: .long, help: ArgumentHelp("At most so many, newest first; 0 for all.", valueName: "count"))
        var limit = 50

        @Option(name: .long, help: ArgumentHelp("Only of this feed: an address or title.", valueName: "feed"))
        var feed: String?

        @Option(name: .long, help: ArgumentHelp("Only of this folder.", valueName: "path"))
        var folder: String?

        @Option(name: .long, help: ArgumentHelp("Only flagged by this topic (its id).", valueName: "topic"))
        var topic: String?

        @Flag(name: .long, help: "Only flagged ones.")
        var flagged = false

        @Option(name: .long, help: ArgumentHelp("Only since then: 30d, 12h or 2026-01-31.", valueName: "time"))
        var since: String?

        @Option(name: .long, help: ArgumentHelp("text, json or jsonl.", valueName: "format"))
        var format: OutputFormat = .text

        func query() throws -> ArticleSelection {
            guard limit >= 0 else { throw CommandProblem(usage: "--limit: \(limit) is less than 0") }
            return try usage { () throws(SettingsProblem) in
                try ArticleSelection(
                    limit: limit, feed: feed, folder: folder, topic: topic, onlyFlagged: flagged, since: since)
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List articles, newest first.",
            discussion: "Example:\n  wirewatch articles list --flagged --since 7d --format jsonl")

        @OptionGroup var common: CommonOptions
        @OptionGroup var filter: Filter

        func run() async throws {
            let assembly = Assembly(settings: try common.settings(), locations: common.locations)
            let printer = ArchivePrinter(format: filter.format, ink: Ink(common.color))
            let selection = try filter.query()
            try await archiveWork { () throws(ArchiveError) in
                try await Archive(assembly).list(selection) { printer.print($0, match: nil) }
            }
            printer.finish(isQuiet: common.quiet)
        }
    }

    struct Search: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Search titles and texts with a query, as a topic would.",
            discussion: "Example:\n  wirewatch articles search 'title:(halkbank OR \"state bank\") NOT football'")

        @OptionGroup var common: CommonOptions
        @OptionGroup var filter: Filter

        @Argument(help: ArgumentHelp("The query; see `docs/topics.md`.", valueName: "query"))
        var query: String

        func run() async throws {
            let assembly = Assembly(settings: try common.settings(), locations: common.locations)
            let printer = ArchivePrinter(format: filter.format, ink: Ink(common.color))
            let search = try usage { () throws(SettingsProblem) in try ArchiveSearch(query, assembly) }
            for warning in search.warnings where !common.quiet { StandardError.write(warning + "\n") }
            let selection = try filter.query()
            try await archiveWork { () throws(ArchiveError) in
                try await Archive(assembly).search(search, in: selection) { printer.print($0, match: $1) }
            }
            printer.finish(isQuiet: common.quiet)
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show an article, why it was flagged, and its earlier revisions.",
            discussion: "Example:\n  wirewatch articles show 7312345678901234567 --format json")

        @OptionGroup var common: CommonOptions

        @Argument(help: ArgumentHelp("The article's id.", valueName: "article"))
        var article: String

        @Option(name: .long, help: ArgumentHelp("text or json.", valueName: "format"))
        var format: OutputFormat = .text

        func run() async throws {
            let assembly = Assembly(settings: try common.settings(), locations: common.locations)
            let history = try await archiveWork { () throws(ArchiveError) in
                try await Archive(assembly).article(named: article)
            }
            if format == .text {
                StandardOutput.write(ArchivePrinter(format: .text, ink: Ink(common.color)).text(of: history))
            } else {
                StandardOutput.write(history.json)
            }
        }
    }
}

/// Runs what reads the archive; a question that cannot be meant is wrong use, anything else a failure.
func archiveWork<Result>(_ body: () async throws(ArchiveError) -> Result) async throws -> Result {
    do {
        return try await body()
    } catch {
        throw error.isUsage ? CommandProblem(usage: "error: \(error)") : CommandProblem(failure: "error: \(error)")
    }
}
