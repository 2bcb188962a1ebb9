public import ArgumentParser
import WireDaemon
public import WireModel
import WireStore

struct AlertsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alerts",
        abstract: "What people were told, or should have been: look, send again, acknowledge, mute.",
        discussion: """
            Examples:
              wirewatch alerts list --state dead
              wirewatch alerts resend msg_01ARZ3NDEKTSV4RRFFQ69G5FAV
              wirewatch alerts mute --topic floods --for 4h --comment 'exercise'

            All of it works beside a running service, which acts on it within half a minute.
            """,
        subcommands: [
            List.self, Show.self, Resend.self, Acknowledge.self, Mute.self, Silences.self, Unmute.self,
        ])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List alerts, newest first, and where they went.",
            discussion: "Example:\n  wirewatch alerts list --channel desk --since 1d --format jsonl")

        @OptionGroup var common: CommonOptions

        @Option(name: .long, help: ArgumentHelp("At most so many; 0 for all.", valueName: "count"))
        var limit = 50

        @Option(name: .long, help: ArgumentHelp("Only of this topic: its id or name.", valueName: "topic"))
        var topic: String?

        @Option(name: .long, help: ArgumentHelp("Only those for this channel.", valueName: "channel"))
        var channel: String?

        @Option(
            name: .long,
            help: ArgumentHelp(
                "Only those with a delivery that is pending, leased, done, dead or cancelled.", valueName: "state"))
        var state: DeliveryState?

        @Option(name: .long, help: ArgumentHelp("Only since then: 30d, 12h or 2026-01-31.", valueName: "time"))
        var since: String?

        @Option(name: .long, help: ArgumentHelp("text, json or jsonl.", valueName: "format"))
        var format: OutputFormat = .text

        func run() async throws {
            guard limit >= 0 else { throw CommandProblem(usage: "--limit: \(limit) is less than 0") }
            let assembly = Assembly(settings: try common.settings(), locations: common.locations)
            var query = AlertQuery(limit: limit)
            query.topic = topic
            query.channel = channel
            query.state = state
            let wanted = query
            let records = try await alertWork { () throws(AlertError) in
                try await AlertBook(assembly).list(wanted, since: since)
            }
            switch format {
            case .json: StandardOutput.write(.array(records.map(\.json)))
            case .jsonl: for record in records { StandardOutput.write(record.json) }
            case .text:
                let printer = AlertPrinter(ink: Ink(common.color))
                for record in records { StandardOutput.write(printer.text(of: record)) }
                if records.isEmpty, !common.quiet { StandardError.write("no alert\n") }
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show an alert with all its deliveries, or a message as it was sent.",
            discussion: """
                Examples:
                  wirewatch alerts show 7312345678901234567
                  wirewatch alerts show msg_01ARZ3NDEKTSV4RRFFQ69G5FAV --format json
                """)

        @OptionGroup var common: CommonOptions

        @Argument(help: ArgumentHelp("An alert's number, or a message's msg_….", valueName: "id"))
        var id: String

        @Option(name: .long, help: ArgumentHelp("text or json.", valueName: "format"))
        var format: OutputFormat = .text

        func run() async throws {
            let assembly = Assembly(settings: try common.settings(), locations: common.locations)
            let printer = AlertPrinter(ink: Ink(common.color))
            switch try await alertWork({ () throws(AlertError) in try await AlertBook(assembly).entry(id) }) {
            case .alert(let record) where format == .text: StandardOutput.write(printer.text(of: record, isWhole: true))
            case .alert(let record): StandardOutput.write(record.json)
            case .message(let message) where format == .text: StandardOutput.write(printer.text(of: message))
            case .message(let message): StandardOutput.write(message.json(withBody: true))
            }
        }
    }

    struct Resend: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "resend",
            abstract: "Send a message again under its own id, or all messages of an alert.",
            discussion: """
                The running service sends it, or the next `wirewatch fetch`.

                Example:
                  wirewatch alerts resend msg_01ARZ3NDEKTSV4RRFFQ69G5FAV
                """)

        @OptionGroup var common: CommonOptions

        @Argument(help: ArgumentHelp("A message's msg_…, or an alert's number.", valueName: "id"))
        var id: String

        func run() async throws {
            let assembly = Assembly(settings: try common.settings(), locations: common.locations)
            let (sent, busy) = try await alertWork { () throws(AlertError) in try await AlertBook(assembly).resend(id) }
            for message in sent where !common.quiet { StandardOutput.write("\(message) will be sent again\n") }
            for message in busy {
                StandardError.write("error: \(message) is being sent; see `wirewatch alerts show \(message)`\n")
            }
            if sent.isEmpty, busy.isEmpty {
                StandardError.write("error: alert \(id) went out with no message; see `wirewatch alerts show \(id)`\n")
            }
            if sent.isEmpty || !busy.isEmpty { throw ExitCode(1) }
        }
    }

    struct Acknowledge: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ack",
            abstract: "Mark alerts as seen: they are not repeated, and what waits of them is cancelled.",
            discussion: "Example:\n  wirewatch alerts ack 7312345678901234567 7312345678901234570")

        @OptionGroup var common: CommonOptions

        @Argument(help: ArgumentHelp("Alerts' numbers.", valueName: "id"))
        var ids: [String]

        func run() async throws {
            let assembly = Assembly(settings: try common.settings(), locations: common.locations)
            let seen = try await alertWork { () throws(AlertError) in try await AlertBook(assembly).acknowledge(ids) }
            let known = Set(ids).count - seen.count
            let rest = known > 0 ? ", \(known) before" : ""
            if !common.quiet { StandardOutput.write("\(seen.count) acknowledged\(rest)\n") }
        }
    }
}

extension DeliveryState: ExpressibleByArgument {}

/// Runs what a command does with alerts; a question that cannot be meant is wrong use, anything else a failure.
func alertWork<Result>(_ body: () async throws(AlertError) -> Result) async throws -> Result {
    do {
        return try await body()
    } catch {
        throw error.isUsage ? CommandProblem(usage: "error: \(error)") : CommandProblem(failure: "error: \(error)")
    }
}
