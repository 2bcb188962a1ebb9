import ArgumentParser
import WireDaemon
import WireModel
import WireStore

struct ChannelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "channels",
        abstract: "The ways by which alerts reach people: list them, try one.",
        discussion: "Examples:\n  wirewatch channels list\n  wirewatch channels test desk",
        subcommands: [List.self, Test.self, Resubscribe.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the channels of the settings and how they fare.",
            discussion: "Example:\n  wirewatch channels list --format json")

        @OptionGroup var common: CommonOptions

        @Option(name: .long, help: ArgumentHelp("text, json or jsonl.", valueName: "format"))
        var format: OutputFormat = .text

        func run() async throws {
            let assembly = Assembly(settings: try common.settings(), locations: common.locations)
            let entries = try await alertWork { () throws(AlertError) in try await ChannelDesk(assembly).list() }
            switch format {
            case .json: StandardOutput.write(.array(entries.map(\.json)))
            case .jsonl: for entry in entries { StandardOutput.write(entry.json) }
            case .text:
                let printer = ChannelPrinter(ink: Ink(common.color))
                for entry in entries { StandardOutput.write(printer.text(of: entry)) }
                if entries.isEmpty, !common.quiet {
                    StandardError.write("no channels; the settings' channels: makes some\n")
                }
            }
        }
    }

    struct Test: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send a test message at once, and tell what came back.",
            discussion: """
                Exit code 1 if it did not arrive. A channel that was switched off is on again after a test that worked.

                Example:
                  wirewatch channels test desk
                """)

        @OptionGroup var common: CommonOptions

        @Argument(help: ArgumentHelp("The channel's name.", valueName: "name"))
        var name: String

        @Option(name: .long, help: ArgumentHelp("text or json.", valueName: "format"))
        var format: OutputFormat = .text

        func run() async throws {
            let assembly = Assembly(settings: try common.settings(), locations: common.locations)
            let verdict = try await alertWork { () throws(AlertError) in try await ChannelDesk(assembly).test(name) }
            if format == .text {
                let text = ChannelPrinter(ink: Ink(common.color)).text(of: verdict, channel: name)
                if verdict.isDelivered { StandardOutput.write(text) } else { StandardError.write(text) }
            } else {
                StandardOutput.write(verdict.json)
            }
            if !verdict.isDelivered { throw ExitCode(1) }
        }
    }
}

extension ChannelsCommand {
    struct Resubscribe: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send a recipient mail again who had unsubscribed, by their wish.",
            discussion: "Example:\n  wirewatch channels resubscribe desk ada@example.org")

        @OptionGroup var common: CommonOptions

        @Argument(help: ArgumentHelp("The channel's name.", valueName: "name"))
        var name: String

        @Argument(help: ArgumentHelp("The recipient's address.", valueName: "address"))
        var recipient: String

        func run() async throws {
            let assembly = Assembly(settings: try common.settings(), locations: common.locations)
            try await alertWork { () throws(AlertError) in
                try await ChannelDesk(assembly).resubscribe(recipient, to: name)
            }
            if !common.quiet { StandardOutput.write("\(recipient) gets the mails of \(name) again\n") }
        }
    }
}

/// Channels as a person reads them.
struct ChannelPrinter {
    let ink: Ink

    func text(of entry: ChannelDesk.Entry) -> String {
        var facts = [entry.kind]
        if entry.isDefault { facts.append("default") }
        if entry.isDigest { facts.append("digest") }
        if entry.severity > .low { facts.append("\(entry.severity.rawValue) and graver") }
        if let topics = entry.topics { facts.append("topics " + topics.joined(separator: ", ")) }
        if let feeds = entry.feeds { facts.append("feeds " + feeds.joined(separator: ", ")) }
        var lines = [
            "\(ink.bold(entry.name))  \(state(of: entry))  \(ink.dim(Ink.harmless(facts.joined(separator: " · "))))"
        ]
        if let problem = entry.problem {
            lines += problem.split(separator: "\n").map { "  " + Ink.harmless(String($0)) }
        }
        if let error = entry.health.lastError, entry.state != .ok { lines.append("  " + Ink.harmless(error)) }
        var counts: [String] = []
        if let done = entry.health.lastDone { counts.append("last delivered \(done.minuteText)") }
        if !entry.unsubscribed.isEmpty {
            lines.append("  unsubscribed: " + Ink.harmless(entry.unsubscribed.joined(separator: ", ")))
        }
        if entry.waiting > 0 { counts.append("\(entry.waiting) waiting") }
        if entry.dead > 0 { counts.append("\(entry.dead) given up") }
        if !counts.isEmpty { lines.append("  " + ink.dim(counts.joined(separator: ", "))) }
        return lines.joined(separator: "\n") + "\n"
    }

    private func state(of entry: ChannelDesk.Entry) -> String {
        switch entry.state {
        case .ok: return ink.good("ok")
        case .unusable: return ink.error("cannot be used")
        case .off: return ink.error("off: test it to switch it on")
        case .failing:
            let since = entry.health.failingSince.map { " since \($0.minuteText)" } ?? ""
            return ink.warning("failing\(since)")
        }
    }

    func text(of verdict: ChannelDesk.Verdict, channel: String) -> String {
        let status = verdict.answer.status.map { " (\($0))" } ?? ""
        let head =
            verdict.isDelivered
            ? ink.good("delivered") + " to \(channel) in \(verdict.span.wholeMilliseconds) ms\(status)"
            : ink.error("not delivered") + " to \(channel)\(status)"
        var lines = [head]
        if let error = verdict.answer.error { lines.append("  " + Ink.harmless(error)) }
        if !verdict.answer.text.isEmpty, verdict.answer.error?.contains(verdict.answer.text) != true {
            lines.append("  " + ink.dim("it said: " + Ink.harmless(verdict.answer.text)))
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
