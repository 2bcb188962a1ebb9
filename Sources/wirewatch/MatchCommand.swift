import ArgumentParser
import WireDaemon
import WireModel

struct MatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "match",
        abstract: "Show which topics would flag these documents; needs no database.",
        discussion: """
            A document is plain text, HTML, a feed, or JSON Lines of articles, which are matched on all cores.

            Examples:
              wirewatch match article.txt
              wirewatch match --query 'barr NEAR/5 resign*' article.html feed.xml
              wirewatch match --format jsonl --stats articles.jsonl

            Exit code 1 if a topic is bad (the others run), 2 if a file cannot be opened.
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp("Documents; - for standard input.", valueName: "file"), completion: .file())
    var files: [String]

    // A query may begin with a dash.
    @Option(
        name: .long, parsing: .unconditional,
        help: ArgumentHelp("Match this query instead of the topics file.", valueName: "query"))
    var query: String?

    @Option(name: .long, help: ArgumentHelp("text, json or jsonl.", valueName: "format"))
    var format: OutputFormat = .text

    @Flag(name: .long, help: "Print counts and times to standard error.")
    var stats = false

    func run() async throws {
        let assembly = Assembly(settings: try common.settings(), locations: common.locations)
        var match = try usage { () throws(SettingsProblem) in try MatchRun(assembly, query: query) }
        for problem in match.problems { StandardError.write(problem + "\n") }
        let inputs = try usage { () throws(SettingsProblem) in try InputFile.open(files) }
        var collected: [JSONValue] = []
        for input in inputs {
            let bytes = try usage { () throws(SettingsProblem) in try input.read() }
            let (isQuiet, format, printer) = (common.quiet, format, ArticlePrinter(ink: Ink(common.color)))
            await match.run(bytes, path: input.path) { result -> Output? in
                if isQuiet, result.matches.isEmpty { return nil }
                switch format {
                case .text: return .text(printer.text(of: result))
                case .jsonl: return .text(result.json.text + "\n")
                case .json: return .value(result.json)
                }
            } visit: { output in
                switch output {
                case .text(let text): StandardOutput.write(text)
                case .value(let value): collected.append(value)
                }
            }
            for remark in match.takeRemarks() { StandardError.write(remark + "\n") }
        }
        if format == .json { StandardOutput.write(.array(collected)) }
        if stats { StandardError.write(match.statistics + "\n") }
        if match.hasFailed { throw ExitCode(1) }
    }

    private enum Output: Sendable {
        case text(String)
        /// A member of the list that is printed at the end.
        case value(JSONValue)
    }
}

extension ArticlePrinter {
    fileprivate func text(of result: MatchRun.Result) -> String {
        guard !result.matches.isEmpty else {
            let isFile = result.file == result.item.id
            let name = isFile ? Ink.harmless(result.file) : title(of: result.item)
            let file = isFile ? "" : ink.dim("  \(Ink.harmless(result.file))")
            return "\(ink.dim("none"))    \(name)\(file)\n\n"
        }
        let article = Article(
            id: ArticleID(rawValue: 1), feed: FeedID(rawValue: 1), item: result.item, seen: result.seen)
        let flags = result.matches.enumerated()
            .sorted { ($1.element.topic.severity, $0.offset) < ($0.element.topic.severity, $1.offset) }
            .map { Flag(topic: $0.element.topic.name, severity: $0.element.topic.severity, match: $0.element.match) }
        // Text files have no title: the file's name stands in its place.
        return block(article, feed: result.feed, flags: flags, name: result.file) + "\n"
    }
}
