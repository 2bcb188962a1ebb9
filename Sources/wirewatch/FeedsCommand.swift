import ArgumentParser
import Foundation
import WireDaemon
import WireModel
import WireStore

struct FeedsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "feeds",
        abstract: "Feeds: list them with their state, import and export lists, check one through every stage.",
        discussion: """
            Examples:
              wirewatch feeds list
              wirewatch feeds import subscriptions.opml
              wirewatch feeds export > feeds.opml
              wirewatch feeds check https://example.org/feed.xml
              wirewatch feeds discover https://example.org/
            """,
        subcommands: [List.self, Import.self, Export.self, Check.self, Discover.self, Resume.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the feeds, how their last check ended and when the next one is due.",
            discussion: "Example:\n  wirewatch feeds list --format json")

        @OptionGroup var common: CommonOptions

        @Flag(name: .long, help: "In the order of their next requests, with what holds each back.")
        var queue = false

        @Option(name: .long, help: ArgumentHelp("text, json or jsonl.", valueName: "format"))
        var format: OutputFormat = .text

        func run() async throws {
            let assembly = Assembly(settings: try common.settings(), locations: common.locations)
            let book = try await usage { () async throws(SettingsProblem) in try await FeedBook(assembly) }
            for problem in book.problems { StandardError.write(problem + "\n") }
            let entries = try await storeWork { () throws(StoreError) in try await book.entries() }
            if queue {
                let places = PollQueue(entries, settings: assembly.settings, at: Clock.now()).places
                switch format {
                case .json: StandardOutput.write(.array(places.map(\.json)))
                case .jsonl: for place in places { StandardOutput.write(place.json) }
                case .text: for place in places { StandardOutput.write(FeedsCommand.text(of: place)) }
                }
                if book.hasErrors { throw ExitCode(1) }
                return
            }
            switch format {
            case .json: StandardOutput.write(.array(entries.map(\.json)))
            case .jsonl: for entry in entries { StandardOutput.write(entry.json) }
            case .text:
                let ink = Ink(common.color)
                for entry in entries { StandardOutput.write(FeedsCommand.text(of: entry, ink: ink)) }
            }
            if book.hasErrors { throw ExitCode(1) }
        }
    }

    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add the feeds of an OPML list to the database, beside those of feeds.opml.",
            discussion:
                "Local paths and file: addresses are not taken from an imported list.\n\nExample:\n  wirewatch feeds import subscriptions.opml"
        )

        @OptionGroup var common: CommonOptions

        @Argument(help: ArgumentHelp("The list.", valueName: "file"), completion: .file(extensions: ["opml", "xml"]))
        var file: String

        func run() async throws {
            let assembly = Assembly(settings: try common.settings(), locations: common.locations)
            let list = try usage { () throws(SettingsProblem) in try ImportedList(path: file) }
            for problem in list.problems { StandardError.write(problem + "\n") }
            let added = try await storeWork { () throws(StoreError) in try await list.add(to: assembly) }
            if !common.quiet {
                StandardOutput.write("\(counted(added, "feed")) added, \(list.count - added) known before\n")
            }
            if list.hasErrors { throw ExitCode(1) }
        }
    }

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print all feeds as OPML 2.0.",
            discussion: "Example:\n  wirewatch feeds export > all.opml")

        @OptionGroup var common: CommonOptions

        func run() async throws {
            let assembly = Assembly(settings: try common.settings(), locations: common.locations)
            let book = try await usage { () async throws(SettingsProblem) in try await FeedBook(assembly) }
            StandardOutput.write(try await storeWork { () throws(StoreError) in try await book.export() })
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Walk one feed through every stage and tell what each did; stores nothing.",
            discussion: "Example:\n  wirewatch feeds check https://example.org/feed.xml")

        @OptionGroup var common: CommonOptions

        @Argument(help: ArgumentHelp("An address, a title of the list, or a file.", valueName: "feed"))
        var feed: String

        @Option(name: .long, help: ArgumentHelp("text or json.", valueName: "format"))
        var format: OutputFormat = .text

        func run() async throws {
            let assembly = Assembly(settings: try common.settings(), locations: common.locations)
            let trace = try usage { () throws(SettingsProblem) in try FeedTrace(assembly, feed: feed) }
            let stages = try await storeWork { () throws(StoreError) in try await trace.run() }
            let ink = Ink(common.color)
            if format == .text {
                for stage in stages {
                    let mark = stage.isFailure ? ink.error("failed") : ink.good("ok    ")
                    let name = stage.stage.rawValue.padding(toLength: 10, withPad: " ", startingAt: 0)
                    StandardOutput.write("\(name) \(mark) \(Ink.harmless(stage.text))\n")
                    for detail in stage.details {
                        StandardOutput.write("                  \(Ink.harmless(detail))\n")
                    }
                }
            } else {
                StandardOutput.write(.array(stages.map(\.json)))
            }
            if stages.contains(where: \.isFailure) { throw ExitCode(1) }
        }
    }

    struct Discover: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Find the feeds that a web page names; stores nothing.",
            discussion: """
                A page that names none is asked for feeds at usual places of its site. A file never touches the network.

                Example:
                  wirewatch feeds discover https://example.org/

                Exit code 1 if no feed was found or the page could not be had.
                """)

        @OptionGroup var common: CommonOptions

        @Argument(
            help: ArgumentHelp("An address, or a page kept as a file.", valueName: "url|file"), completion: .file())
        var place: String

        @Option(name: .long, help: ArgumentHelp("text, json or jsonl.", valueName: "format"))
        var format: OutputFormat = .text

        func run() async throws {
            if !place.contains("://") {
                _ = try usage { () throws(SettingsProblem) in try InputFile.open([place]) }
            }
            let assembly = Assembly(settings: try common.settings(), locations: common.locations)
            let found: [FeedDiscovery.Result]
            do {
                found = try await FeedDiscovery(assembly, place: place).run()
            } catch {
                let name = error.message.hasPrefix(place) ? "" : place + ": "
                throw CommandProblem(failure: "error: \(Ink.harmless(name + error.message))")
            }
            switch format {
            case .json: StandardOutput.write(.array(found.map(\.json)))
            case .jsonl: for feed in found { StandardOutput.write(feed.json) }
            case .text:
                for feed in found {
                    let title = feed.title.map { "  " + Ink.harmless($0) } ?? ""
                    StandardOutput.write("\(Ink.harmless(feed.url))\(title)\n")
                }
            }
            guard found.isEmpty else { return }
            StandardError.write("no feed was found on \(Ink.harmless(place))\n")
            throw ExitCode(1)
        }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ask a feed again that its server had called gone (410).",
            discussion: "Example:\n  wirewatch feeds resume https://example.org/feed.xml")

        @OptionGroup var common: CommonOptions

        @Argument(help: ArgumentHelp("An address, a title of the list, or folder/NAME.", valueName: "feed"))
        var feed: String

        func run() async throws {
            let assembly = Assembly(settings: try common.settings(), locations: common.locations)
            do {
                let count = try await FeedResumption(assembly).resume(feed)
                if !common.quiet { StandardOutput.write("\(counted(count, "feed")) resumed\n") }
            } catch {
                throw error.isUsage
                    ? CommandProblem(usage: "error: \(error)") : CommandProblem(failure: "error: \(error)")
            }
        }
    }

    private static func text(of place: PollQueue.Place) -> String {
        let due = place.due.map { "\($0)" } ?? "now"
        let name = Ink.harmless(place.record.facts.title ?? place.record.feed.address)
        let why =
            switch place.heldBy {
            case "rest": "its hosts asked for rest"
            case "not_before": "not allowed earlier"
            case "schedule": "planned"
            case "push": "pushed by a hub"
            default: "due"
            }
        let padded = due.padding(toLength: 24, withPad: " ", startingAt: 0)
        return "\(padded)  \(place.group ?? "?")  \(name)  (\(why))\n"
    }

    private static func text(of entry: FeedBook.Entry, ink: Ink) -> String {
        let record = entry.record
        let name = Ink.harmless(record.facts.title ?? record.feed.address)
        let folder = record.feed.folder.isEmpty ? "" : ink.dim("  \(Ink.harmless(record.feed.folder))")
        var text = "\(ink.bold(name))\(folder)\n  \(Ink.harmless(record.feed.address))\n"
        var state = ["\(entry.articles) articles"]
        if let check = record.lastCheck { state.append("\(check.outcome.rawValue) \(check.started)") }
        if let failure = record.state.lastFailure { state.append(ink.warning(Ink.harmless(failure.message))) }
        if record.state.isGone {
            state.append(ink.error("gone: not asked any more"))
        } else if let next = record.state.nextCheck {
            state.append("next check \(next)")
        }
        if let delay = record.state.rhythm.delay {
            state.append("seen \(Int(delay.components.seconds / 60)) min after publication on average")
        }
        text += "  " + state.joined(separator: ", ") + "\n"
        if let gap = record.state.rhythm.gap {
            text += "  " + ink.warning("may have missed items between \(gap.from) and \(gap.to)") + "\n"
        }
        return text
    }
}
