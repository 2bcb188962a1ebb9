import WireModel

/// Parses all topics and follows `topic:` among them.
struct TopicResolver {
    struct Parsed {
        let topic: Topic
        let expression: Expression
        let order: Int
        /// Whether it is looked for itself, or only stands there for others to refer to.
        var isInForce: Bool
    }

    private(set) var good: [Parsed] = []
    private(set) var problems: [QueryProblem] = []
    /// By id of a topic, the ids of those that refer to it.
    private(set) var dependents: [String: Set<String>] = [:]

    /// - Parameter order: a topic's place among all by its id; nil for the order of `topics`.
    init(_ topics: [Topic], order: ((String) -> Int)? = nil) {
        var parsed: [String: Parsed] = [:]
        var errors: [QueryProblem] = []
        for (place, topic) in topics.enumerated() {
            do throws(QueryProblem) {
                let (expression, warnings) = try QueryParser.parse(topic.query)
                errors += warnings.map { $0.located(in: topic) }
                if parsed[topic.id] == nil {
                    parsed[topic.id] = Parsed(
                        topic: topic, expression: expression, order: order?(topic.id) ?? place,
                        isInForce: topic.isEnabled)
                    for (id, _) in Self.references(expression) { dependents[id, default: []].insert(topic.id) }
                }
            } catch {
                errors.append(error.located(in: topic))
            }
        }
        var walk = ReferenceWalk(topics, parsed)
        for topic in topics where parsed[topic.id]?.topic == topic { walk.check(topic.id) }
        errors += walk.problems
        let bad = walk.bad
        good = topics.compactMap { topic in
            guard let own = parsed[topic.id], own.topic == topic, !bad.contains(topic.id) else { return nil }
            return own
        }
        let places = Dictionary(topics.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        problems = errors.enumerated()
            .sorted {
                (places[$0.element.topic ?? ""] ?? 0, $0.offset) < (places[$1.element.topic ?? ""] ?? 0, $1.offset)
            }
            .map(\.element)
    }

    /// The ids that a topic's query refers to; none if it is wrong.
    static func references(of topic: Topic) -> [String] {
        guard topic.query.lowercased().contains("topic:"), let parsed = try? QueryParser.parse(topic.query) else {
            return []
        }
        return references(parsed.expression).map(\.0)
    }

    static func references(_ expression: Expression) -> [(String, Range<Int>)] {
        switch expression.kind {
        case .topic(let id): [(id, expression.range)]
        case .all(let parts), .any(let parts): parts.flatMap(references)
        case .not(let inner), .within(_, let inner), .atLeast(_, let inner), .edited(_, let inner): references(inner)
        case .near, .text, .regex, .facet: []
        }
    }
}
