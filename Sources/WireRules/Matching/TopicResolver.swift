import WireModel

/// Parses all topics and follows `topic:` among them.
struct TopicResolver {
    struct Parsed {
        let topic: Topic
        let expression: Expression
        let order: Int
        /// Whether it is looked for itself, or only stands there for others to refer to.
        let isInForce: Bool
        /// The topics that it refers to, and where.
        let references: [(id: String, range: Range<Int>)]
    }

    private(set) var good: [Parsed] = []
    /// Where each of them stands, by id.
    private(set) var places: [String: Int] = [:]
    private(set) var problems: [QueryProblem] = []
    /// By id of a topic, the ids of those that refer to it.
    private(set) var dependents: [String: Set<String>] = [:]

    /// - Parameters:
    ///   - order: a topic's place among all by its id; nil for the order of `topics`.
    ///   - isWanted: whether the topic with an id is looked for, if it is enabled; nil for all.
    init(_ topics: [Topic], order: ((String) -> Int)? = nil, isWanted: ((String) -> Bool)? = nil) {
        places.reserveCapacity(topics.count)
        good.reserveCapacity(topics.count)
        var errors: [QueryProblem] = []
        for (place, topic) in topics.enumerated() {
            do throws(QueryProblem) {
                let (expression, warnings) = try QueryParser.parse(topic.query)
                errors += warnings.map { $0.located(in: topic) }
                // Of several with one id the first good one counts.
                guard isFirst(topic.id) else { continue }
                let references = Self.references(expression)
                good.append(
                    Parsed(
                        topic: topic, expression: expression, order: order?(topic.id) ?? place,
                        isInForce: topic.isEnabled && isWanted?(topic.id) ?? true, references: references))
                for (id, _) in references { dependents[id, default: []].insert(topic.id) }
            } catch {
                errors.append(error.located(in: topic))
            }
        }
        if !dependents.isEmpty {
            var walk = ReferenceWalk(topics, good)
            for own in good { walk.check(own.topic.id) }
            errors += walk.problems
            if !walk.bad.isEmpty {
                good.removeAll { walk.bad.contains($0.topic.id) }
                places = Dictionary(uniqueKeysWithValues: good.enumerated().map { ($1.topic.id, $0) })
            }
        }
        guard !errors.isEmpty else { return }
        let places = Dictionary(topics.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        problems = errors.enumerated()
            .sorted {
                (places[$0.element.topic ?? ""] ?? 0, $0.offset) < (places[$1.element.topic ?? ""] ?? 0, $1.offset)
            }
            .map(\.element)
    }

    /// Notes where the next good topic will stand, unless one with its id stands already.
    private mutating func isFirst(_ id: String) -> Bool {
        func keep(_ place: inout Int) -> Int { place }
        return keep(&places[id, default: good.count]) == good.count
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
