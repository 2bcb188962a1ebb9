import WireModel

/// Follows `topic:` from topic to topic and finds references that lead nowhere or in a circle.
struct ReferenceWalk {
    private enum Limits {
        /// Topics that refer to topics that refer to topics …
        static let chain = 32
    }

    private let topics: [Topic]
    private let ids: Set<String>
    private let parsed: [String: TopicResolver.Parsed]
    /// Topics that were found good, and how many others follow one another behind them.
    private var depths: [String: Int] = [:]
    private var path: [String] = []
    /// The circle that a topic is part of.
    private var circles: [String: String] = [:]
    private(set) var bad: Set<String> = []
    private(set) var problems: [QueryProblem] = []

    init(_ topics: [Topic], _ parsed: [TopicResolver.Parsed]) {
        self.topics = topics
        self.parsed = Dictionary(parsed.map { ($0.topic.id, $0) }) { first, _ in first }
        ids = Set(topics.map(\.id))
    }

    /// Tells the first problem of a topic's references, and of those it refers to; every bad topic is told of once.
    mutating func check(_ id: String) {
        guard let own = parsed[id], depths[id] == nil, !bad.contains(id) else { return }
        path.append(id)
        defer { path.removeLast() }
        var depth = 0
        for (other, range) in own.references {
            if let problem = problem(of: other, at: range, in: own.topic) {
                bad.insert(id)
                problems.append(problem.located(in: own.topic))
                return
            }
            depth = max(depth, depths[other] ?? 0)
        }
        depths[id] = depth + 1
    }

    private mutating func problem(of other: String, at range: Range<Int>, in own: Topic) -> QueryProblem? {
        func problem(_ code: String, _ message: String, _ hint: String) -> QueryProblem {
            QueryProblem(.error, code, range, in: Array(own.query.utf8), message, hint: hint)
        }
        let inCircle = "write the words themselves in one of them"
        if let start = path.firstIndex(of: other) {
            let circle = "the topics go round in a circle: \((path[start...] + [other]).joined(separator: " → "))"
            for member in path[start...] { circles[member] = circle }
            return problem("topic-cycle", circle, inCircle)
        }
        guard ids.contains(other) else {
            let near = Suggestion.nearest(to: other, among: topics.map(\.id))
            return problem(
                "unknown-topic", "there is no topic \(other)",
                near.map { "did you mean topic:\($0)?" } ?? "topic: takes the id of another topic of this file")
        }
        let tooLong = "more than \(Limits.chain) topics refer to each other in a row"
        if path.count >= Limits.chain { return problem("topic-chain", tooLong, "write the words themselves") }
        check(other)
        if let circle = circles[own.id] { return problem("topic-cycle", circle, inCircle) }
        if bad.contains(other) || parsed[other] == nil {
            return problem("unknown-topic", "topic \(other) has an error itself", "mend topic \(other) first")
        }
        if depths[other] ?? 0 >= Limits.chain { return problem("topic-chain", tooLong, "write the words themselves") }
        return nil
    }
}
