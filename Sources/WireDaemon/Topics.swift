public import WireModel
public import WireRules
public import WireStore

/// The topics file as it was read: the topics in force, those switched off, and why.
public struct LoadedTopics: Sendable {
    /// All topics of the file, bad and disabled ones too, in its order.
    public let all: [Topic]
    /// Those in force, compiled.
    public let set: TopicSet
    public let problems: [TopicProblem]

    public var hasErrors: Bool { problems.contains(where: \.isError) }

    init(_ file: TopicsFile) {
        all = file.topics
        set = TopicSet(file.topics)
        problems = file.problems + set.problems
    }

    /// A query as the only topic, named `query`.
    /// - Parameter others: reads the topics that the query refers to with `topic:`; called only if it refers to any.
    /// - Throws: a problem that shows each error of the query with its place and hint.
    init(query: String, others: () throws(SettingsProblem) -> [Topic]) throws(SettingsProblem) {
        let parsed: Query
        do {
            parsed = try Query(query)
        } catch {
            throw SettingsProblem(message: error.text)
        }
        let topic = Topic(id: "query", name: "query", query: query)
        all = [topic]
        var known: [Topic] = []
        if !parsed.references.isEmpty {
            known = try others().filter { $0.id != topic.id }
            for index in known.indices { known[index].isEnabled = false }
        }
        set = TopicSet([topic] + known)
        // Two words side by side are what people type into a search; only a topics file should say AND.
        problems = set.problems.filter { $0.topic == topic.id && $0.code != "implicit-and" }
        let errors = problems.filter(\.isError)
        guard errors.isEmpty else { throw SettingsProblem(message: errors.map(\.text).joined(separator: "\n")) }
    }

    public func isInForce(_ topic: Topic) -> Bool { set.contains(topic.id) }

    /// The topics' own tests that fail, as problems.
    public func failedTests() -> [TopicProblem] { set.runTests(now: Clock.now()) }

    /// Why `topic` flags a stored article, or why not.
    public func explain(_ topic: Topic, _ history: ArticleHistory) throws(SettingsProblem) -> TopicExplanation {
        let stored = history.current
        let article = stored.article
        guard
            let explanation = set.explain(
                topic.id, item: article.item, feed: stored.feed, previous: history.earlier.last?.item,
                seen: article.seen, now: Clock.now())
        else {
            throw SettingsProblem(
                message: "topic \"\(topic.id)\" is not in force", hint: "see `wirewatch topics check`")
        }
        return explanation
    }
}
