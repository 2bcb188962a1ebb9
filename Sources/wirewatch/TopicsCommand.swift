import ArgumentParser
import WireDaemon
import WireModel
import WireRules
import WireStore

struct TopicsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "topics",
        abstract:
            "Watched topics: list them, check them, ask why one did or did not flag an article, or what it would have flagged.",
        discussion: """
            Examples:
              wirewatch topics list
              wirewatch topics check
              wirewatch topics explain cyber-attacks 7312345678901234567
              wirewatch topics backtest cyber-attacks --since 90d
            """,
        subcommands: [List.self, Check.self, Explain.self, BacktestCommand.self])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the topics of the file.",
            discussion: "Example:\n  wirewatch topics list --format json")

        @OptionGroup var common: CommonOptions

        @Option(name: .long, help: ArgumentHelp("text, json or jsonl.", valueName: "format"))
        var format: OutputFormat = .text

        func run() throws {
            let assembly = Assembly(settings: try common.settings(), locations: common.locations)
            let topics = try usage { () throws(SettingsProblem) in try assembly.loadTopics() }
            for problem in topics.problems { StandardError.write(problem.text + "\n") }
            switch format {
            case .json: StandardOutput.write(.array(topics.all.map { $0.json(isInForce: topics.isInForce($0)) }))
            case .jsonl:
                for topic in topics.all { StandardOutput.write(topic.json(isInForce: topics.isInForce(topic))) }
            case .text:
                let ink = Ink(common.color)
                for topic in topics.all {
                    let state =
                        topics.isInForce(topic) ? "" : topic.isEnabled ? ink.error("  off: bad") : ink.dim("  off")
                    StandardOutput.write(
                        "\(ink.severity(topic.severity))  \(ink.bold(Ink.harmless(topic.name)))  "
                            + "\(ink.dim(topic.id))\(state)\n        \(Ink.harmless(topic.query))\n")
                }
            }
            if topics.hasErrors { throw ExitCode(1) }
        }
    }

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check the topics file and run the topics' own tests.",
            discussion:
                "Exit code 1 with errors, 0 with warnings only.\n\nExample:\n  wirewatch topics check --topics topics.yaml"
        )

        @OptionGroup var common: CommonOptions

        @Option(name: .long, help: ArgumentHelp("text or json.", valueName: "format"))
        var format: OutputFormat = .text

        func run() throws {
            let assembly = Assembly(settings: try common.settings(), locations: common.locations)
            let topics = try usage { () throws(SettingsProblem) in try assembly.loadTopics() }
            let problems = topics.problems + topics.failedTests()
            let routing = assembly.settings.routingProblems(for: topics.all)
            let errors = problems.filter(\.isError).map(\.json) + routing.filter(\.isError).map(\.json)
            let warnings =
                problems.filter { !$0.isError }.map(\.json) + routing.filter { !$0.isError }.map(\.json)
            if format == .text {
                for text in problems.map(\.text) + routing.map(\.text) { StandardOutput.write(text + "\n\n") }
                let tests = topics.all.reduce(0) { $0 + $1.tests.count }
                if !common.quiet {
                    StandardOutput.write(
                        "\(topics.all.count) topics, \(tests) tests, \(errors.count) errors, \(warnings.count) warnings\n"
                    )
                }
            } else {
                StandardOutput.write([
                    "topics": .integer(Int64(topics.all.count)), "errors": .array(errors),
                    "issues": .array(warnings),
                ])
            }
            if !errors.isEmpty { throw ExitCode(1) }
        }
    }

    struct Explain: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Why a topic flags an article, or why not: clause by clause.",
            discussion: "Example:\n  wirewatch topics explain cyber-attacks 7312345678901234567")

        @OptionGroup var common: CommonOptions

        @Argument(help: ArgumentHelp("The topic's id.", valueName: "topic"))
        var topic: String

        @Argument(help: ArgumentHelp("The article's id; `articles list` shows it.", valueName: "article"))
        var article: String

        @Option(name: .long, help: ArgumentHelp("text or json.", valueName: "format"))
        var format: OutputFormat = .text

        func run() async throws {
            let assembly = Assembly(settings: try common.settings(), locations: common.locations)
            let topics = try usage { () throws(SettingsProblem) in try assembly.loadTopics() }
            guard let topic = topics.all.first(where: { $0.id == topic || $0.name == topic }) else {
                let nearest = NearestName.find(topic, among: topics.all.flatMap { [$0.id, $0.name] })
                throw CommandProblem(
                    usage: "error: no topic \"\(topic)\" in the topics file"
                        + (nearest.map { "; did you mean \($0)?" } ?? ""))
            }
            let history = try await archiveWork { () throws(ArchiveError) in
                try await Archive(assembly).article(named: article)
            }
            let explanation: TopicExplanation
            do {
                explanation = try topics.explain(topic, history)
            } catch {
                throw CommandProblem(failure: error.text)
            }
            if format == .text {
                StandardOutput.write(explanation.text + "\n")
            } else {
                StandardOutput.write(explanation.json)
            }
        }
    }
}

extension Topic {
    fileprivate func json(isInForce: Bool) -> JSONValue {
        var object = JSONObjectBuilder()
        object.set("id", id)
        object.set("name", name)
        object.set("query", query)
        object.set("severity", severity.rawValue)
        object.list("feeds", feeds.map(JSONValue.string))
        if let notify { object.list("notify", notify.map(JSONValue.string)) }
        object.set("max_age", maxAge.map(QuantityText.text(of:)) ?? "0")
        object.set("enabled", isEnabled)
        object.set("in_force", isInForce)
        return object.value
    }
}
