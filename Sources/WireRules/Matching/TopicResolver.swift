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

    private enum Limits {
        /// Topics that refer to topics that refer to topics …
        static let chain = 32
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
        var depths: [String: Int] = [:]
        var bad: Set<String> = []
        for topic in topics where parsed[topic.id]?.topic == topic {
            var path: [String] = []
            Self.check(topic.id, parsed, topics, &depths, &path, &bad, &errors)
        }
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

    /// Tells the first problem of a topic's references, and of those it refers to; every bad topic is told of once.
    private static func check(
        _ id: String, _ parsed: [String: Parsed], _ topics: [Topic], _ depths: inout [String: Int],
        _ path: inout [String], _ bad: inout Set<String>, _ errors: inout [QueryProblem]
    ) {
        guard let own = parsed[id], depths[id] == nil, !bad.contains(id) else { return }
        let query = Array(own.topic.query.utf8)
        path.append(id)
        defer { path.removeLast() }
        var depth = 0
        for (other, range) in references(own.expression) {
            var problem: QueryProblem?
            if let start = path.firstIndex(of: other) {
                problem = QueryProblem(
                    .error, "topic-cycle", range, in: query,
                    "the topics go round in a circle: \((path[start...] + [other]).joined(separator: " → "))",
                    hint: "write the words themselves in one of them")
            } else if parsed[other] == nil, !topics.contains(where: { $0.id == other }) {
                let near = Suggestion.nearest(to: other, among: topics.map(\.id))
                problem = QueryProblem(
                    .error, "unknown-topic", range, in: query, "there is no topic \(other)",
                    hint: near.map { "did you mean topic:\($0)?" }
                        ?? "topic: takes the id of another topic of this file")
            } else if path.count >= Limits.chain {
                problem = QueryProblem(
                    .error, "topic-cycle", range, in: query,
                    "more than \(Limits.chain) topics refer to each other in a row", hint: "write the words themselves")
            } else {
                check(other, parsed, topics, &depths, &path, &bad, &errors)
                depth = max(depth, depths[other] ?? 0)
                if bad.contains(other) || parsed[other] == nil {
                    problem = QueryProblem(
                        .error, "unknown-topic", range, in: query, "topic \(other) has an error itself",
                        hint: "mend topic \(other) first")
                } else if depth >= Limits.chain {
                    problem = QueryProblem(
                        .error, "topic-cycle", range, in: query,
                        "more than \(Limits.chain) topics refer to each other in a row",
                        hint: "write the words themselves")
                }
            }
            if let problem {
                bad.insert(id)
                errors.append(problem.located(in: own.topic))
                return
            }
        }
        depths[id] = depth + 1
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
