import WireModel

/// Parses all topics and follows `topic:` among them.
struct TopicResolver {
    struct Parsed {
        let topic: Topic
        let expression: Expression
        let order: Int
        /// Whether it is looked for itself, or only stands there for others to refer to.
        var isInForce: Bool
        /// The topics that it refers to, and where.
        let references: [(id: String, range: Range<Int>)]
    }

    private(set) var good: [Parsed] = []
    private(set) var problems: [QueryProblem] = []
    /// By id of a topic, the ids of those that refer to it.
    private(set) var dependents: [String: Set<String>] = [:]

    /// - Parameter order: a topic's place among all by its id; nil for the order of `topics`.
    init(_ topics: [Topic], order: ((String) -> Int)? = nil) {
        var ids: Set<String> = []
        ids.reserveCapacity(topics.count)
        good.reserveCapacity(topics.count)
        var errors: [QueryProblem] = []
        for (place, topic) in topics.enumerated() {
            do throws(QueryProblem) {
                let (expression, warnings) = try QueryParser.parse(topic.query)
                errors += warnings.map { $0.located(in: topic) }
                // Of several with one id the first good one counts.
                guard ids.insert(topic.id).inserted else { continue }
                let references = Self.references(expression)
                good.append(
                    Parsed(
                        topic: topic, expression: expression, order: order?(topic.id) ?? place,
                        isInForce: topic.isEnabled, references: references))
                for (id, _) in references { dependents[id, default: []].insert(topic.id) }
            } catch {
                errors.append(error.located(in: topic))
            }
        }
        if !dependents.isEmpty {
            var walk = ReferenceWalk(topics, good)
            for own in good { walk.check(own.topic.id) }
            errors += walk.problems
            good.removeAll { walk.bad.contains($0.topic.id) }
        }
        guard !errors.isEmpty else { return }
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
        return references(parsed.expression).map(\.id)
    }

    static func references(_ expression: Expression) -> [(id: String, range: Range<Int>)] {
        var found: [(id: String, range: Range<Int>)] = []
        collect(expression, &found)
        return found
    }

    private static func collect(_ expression: Expression, _ found: inout [(id: String, range: Range<Int>)]) {
        switch expression.kind {
        case .topic(let id): found.append((id, expression.range))
        case .all(let parts), .any(let parts): for part in parts { collect(part, &found) }
        case .not(let inner), .within(_, let inner), .atLeast(_, let inner), .edited(_, let inner):
            collect(inner, &found)
        case .near, .text, .regex, .facet: break
        }
    }
}
