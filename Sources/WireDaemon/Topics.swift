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
        set = TopicSet(file.topics.filter(\.isEnabled))
        problems = file.problems + set.problems
    }

    /// A query as the only topic, named `query`.
    init(query: String) throws(SettingsProblem) {
        do {
            _ = try Query(query)
        } catch {
            throw SettingsProblem(message: error.text)
        }
        all = [Topic(id: "query", name: "query", query: query)]
        set = TopicSet(all)
        problems = set.problems
    }

    public func isInForce(_ topic: Topic) -> Bool { set.topics.contains { $0.id == topic.id } }

    /// The topics' own tests that fail, as problems.
    public func failedTests() -> [TopicProblem] { set.runTests(now: Clock.now()) }

    /// Why `topic` flags a stored article, or why not.
    public func explain(_ topic: Topic, _ stored: StoredArticle) throws(SettingsProblem) -> TopicExplanation {
        let article = stored.article
        guard
            let explanation = set.explain(
                topic.id, item: article.item, feed: stored.feed, seen: article.seen, now: Clock.now())
        else {
            throw SettingsProblem(
                message: "topic \"\(topic.id)\" is not in force", hint: "see `wirewatch topics check`")
        }
        return explanation
    }
}
