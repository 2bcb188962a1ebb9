public import ArgumentParser
import WireDaemon
public import WireModel

extension AlertsCommand {
    struct Mute: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Do not tell certain alerts for a time. They are kept, and shown as muted.",
            discussion: """
                All the conditions that are given must hold.

                Examples:
                  wirewatch alerts mute --topic floods --for 4h --comment 'exercise'
                  wirewatch alerts mute --channel pager --severity normal --for 8h
                """)

        @OptionGroup var common: CommonOptions

        @Option(name: .long, help: ArgumentHelp("Alerts of this topic: its id or name.", valueName: "topic"))
        var topic: String?

        @Option(name: .long, help: ArgumentHelp("Of this feed: an address, a title or folder/NAME.", valueName: "feed"))
        var feed: String?

        @Option(name: .long, help: ArgumentHelp("For this channel.", valueName: "channel"))
        var channel: String?

        @Option(name: .long, help: ArgumentHelp("Of this severity and those below it.", valueName: "severity"))
        var severity: Severity?

        @Option(name: .customLong("for"), help: ArgumentHelp("How long: 30m, 4h, 2d.", valueName: "span"))
        var span: String

        @Option(name: .long, help: ArgumentHelp("Why, for those who wonder.", valueName: "text"))
        var comment = ""

        @Option(name: .long, help: ArgumentHelp("text or json.", valueName: "format"))
        var format: OutputFormat = .text

        func run() async throws {
            let assembly = Assembly(settings: try common.settings(), locations: common.locations)
            guard let lasting = QuantityText.duration(span) else {
                throw CommandProblem(usage: "error: --for: \"\(span)\" is not a time span; write 30m, 4h or 2d")
            }
            let matchers = Silence.Matchers(topic: topic, feed: feed, channel: channel, severity: severity)
            let silence = try await alertWork { () throws(AlertError) in
                try await AlertBook(assembly).mute(matchers, lasting: lasting, comment: comment)
            }
            if format != .text {
                StandardOutput.write(silence.json(at: silence.starts))
            } else if !common.quiet {
                StandardOutput.write(AlertPrinter(ink: Ink(common.color)).text(of: silence, at: silence.starts))
            }
        }
    }

    struct Silences: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List what is muted now.",
            discussion: "Example:\n  wirewatch alerts silences --all --format json")

        @OptionGroup var common: CommonOptions

        @Flag(name: .long, help: "Also those that are over.")
        var all = false

        @Option(name: .long, help: ArgumentHelp("text, json or jsonl.", valueName: "format"))
        var format: OutputFormat = .text

        func run() async throws {
            let assembly = Assembly(settings: try common.settings(), locations: common.locations)
            let silences = try await alertWork { () throws(AlertError) in
                try await AlertBook(assembly).silences(onlyActive: !all)
            }
            let now = Clock.now()
            switch format {
            case .json: StandardOutput.write(.array(silences.map { $0.json(at: now) }))
            case .jsonl: for silence in silences { StandardOutput.write(silence.json(at: now)) }
            case .text:
                let printer = AlertPrinter(ink: Ink(common.color))
                for silence in silences { StandardOutput.write(printer.text(of: silence, at: now)) }
                if silences.isEmpty, !common.quiet { StandardError.write("nothing is muted\n") }
            }
        }
    }

    struct Unmute: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End a silence now.",
            discussion: "Example:\n  wirewatch alerts unmute 7312345678901234567")

        @OptionGroup var common: CommonOptions

        @Argument(help: ArgumentHelp("The silence's id; `alerts silences` shows it.", valueName: "id"))
        var id: String

        func run() async throws {
            let assembly = Assembly(settings: try common.settings(), locations: common.locations)
            try await alertWork { () throws(AlertError) in try await AlertBook(assembly).unmute(id) }
            if !common.quiet { StandardOutput.write("silence \(id) is over\n") }
        }
    }
}

extension Severity: ExpressibleByArgument {}
