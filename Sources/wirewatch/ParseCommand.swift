import ArgumentParser
import WireDaemon
import WireModel

struct ParseCommand: ParsableCommand {
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case summary, json
        /// The names that the other commands have for them.
        case text, jsonl
    }

    static let configuration = CommandConfiguration(
        commandName: "parse",
        abstract: "Show what the parser makes of a document; never touches the network.",
        discussion: """
            Examples:
              wirewatch parse feed.xml
              wirewatch parse --format json --url https://example.org/feed.xml feed.xml
              curl -s https://example.org/feed.xml | wirewatch parse --format json -

            Exit code 1 if an input is not a feed, 2 if a file cannot be opened.
            """)

    @Argument(help: ArgumentHelp("Documents; - for standard input.", valueName: "file"), completion: .file())
    var files: [String]

    @Option(
        name: .long, help: ArgumentHelp("summary (or text), json (or jsonl): one line a document.", valueName: "format")
    )
    var format: Format = .summary

    /// Taken, so that one habit serves all commands; nothing of it changes what a document is.
    @OptionGroup(visibility: .hidden) var common: CommonOptions

    @Option(
        name: .long,
        help: ArgumentHelp("The address it came from; relative links are resolved against it.", valueName: "url"))
    var url: String?

    @Option(
        name: .customLong("content-type"),
        help: ArgumentHelp("The Content-Type header that came with it.", valueName: "type"))
    var contentType: String?

    func run() throws {
        let inputs = try usage { () throws(SettingsProblem) in try InputFile.open(files) }
        let wantsJSON = format == .json || format == .jsonl
        var allAreFeeds = true
        for input in inputs {
            let bytes = try usage { () throws(SettingsProblem) in try input.read() }
            let parsed = DocumentReport(bytes, url: url, contentType: contentType)
            allAreFeeds = allAreFeeds && parsed.isFeed
            if wantsJSON {
                parsed.writeJSON { StandardOutput.write($0) }
            } else {
                StandardOutput.write(Ink.harmless("\(input.path): \(parsed.summary)") + "\n")
            }
        }
        if !allAreFeeds { throw ExitCode(1) }
    }
}
