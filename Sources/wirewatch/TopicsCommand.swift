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
            abstract: "Check the topics file, run the topics' own tests, tell overlaps and costs.",
            discussion: """
                Exit code 1 with errors, 0 with warnings only. A topic overlaps with another if every article that it flags is
                flagged by the other too. Its cost says for how many articles it must be looked at: low for at most one in a
                hundred, middle for one in five, high for more.

                Example:
                  wirewatch topics check --topics topics.yaml
                """
        )

        @OptionGroup var common: CommonOptions

        @Option(name: .long, help: ArgumentHelp("text or json.", valueName: "format"))
        var format: OutputFormat = .text

        func run() throws {
            let assembly = Assembly(settings: try common.settings(), locations: common.locations)
            let topics = try usage { () throws(SettingsProblem) in try assembly.loadTopics() }
            let problems = topics.problems + topics.failedTests()
            let review = TopicReview(topics.set)
            let routing = assembly.settings.routingProblems(for: topics.all)
            let errors = problems.filter(\.isError).map(\.json) + routing.filter(\.isError).map(\.json)
            let warnings =
                problems.filter { !$0.isError }.map(\.json) + routing.filter { !$0.isError }.map(\.json)
            if format == .text {
                for text in problems.map(\.text) + routing.map(\.text) { StandardOutput.write(text + "\n\n") }
                let tests = topics.all.reduce(0) { $0 + $1.tests.count }
                if !common.quiet {
                    StandardOutput.write(review.text)
                    StandardOutput.write(
                        [
                            (topics.all.count, "topic"), (tests, "test"), (errors.count, "error"),
                            (warnings.count, "warning"),
                        ]
                        .map { counted($0, $1) }.joined(separator: ", ") + "\n"
                    )
                }
            } else {
                StandardOutput.write([
                    "topics": .integer(Int64(topics.all.count)), "errors": .array(errors),
                    "issues": .array(warnings), "overlaps": .array(review.overlaps.map(\.json)),
                    "costs": .array(review.costs.map(\.json)),
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

extension TopicReview {
    private enum Limits {
        /// Overlaps and slow topics that are shown.
        static let lines = 20
    }

    /// A line for each overlap and each topic of high cost, and how many topics have which cost.
    fileprivate var text: String {
        var lines = overlaps.prefix(Limits.lines).map { overlap in
            overlap.isMutual
                ? "overlap: \(overlap.topic) and \(overlap.other) flag the same articles"
                : "overlap: all that \(overlap.topic) flags, \(overlap.other) flags too"
        }
        if overlaps.count > Limits.lines { lines.append("… and \(overlaps.count - Limits.lines) more overlaps") }
        let high = costs.filter { $0.cost == .high }
        lines += high.prefix(Limits.lines).map { entry in
            "high cost: \(entry.topic) is looked at for "
                + (entry.share >= 1 ? "every article" : "about \(Int(entry.share * 100)) % of all articles")
                + "; a rare word that all its articles have would spare that"
        }
        if high.count > Limits.lines { lines.append("… and \(high.count - Limits.lines) more of high cost") }
        if !lines.isEmpty { lines.append("") }
        let counts = Cost.allCases.map { cost in "\(costs.count { $0.cost == cost }) \(cost.rawValue)" }
        lines.append("costs: " + counts.joined(separator: ", "))
        return lines.map { $0 + "\n" }.joined()
    }
}

extension TopicReview.Overlap {
    fileprivate var json: JSONValue {
        ["topic": .string(topic), "other": .string(other), "mutual": .bool(isMutual)]
    }
}

extension TopicReview.TopicCost {
    fileprivate var json: JSONValue {
        let share = (share * 10_000).rounded() / 10_000
        return ["topic": .string(topic), "cost": .string(cost.rawValue), "share": .number(share)]
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
