public import WireModel
import WireText

/// Why a topic flags an article, or why not: every clause, whether it held, and what would have satisfied it.
public struct TopicExplanation: Sendable {
    public struct Clause: Sendable {
        /// As written in the query.
        public let clause: String
        /// Whether it stands under NOT: then it must not hold.
        public let isNegated: Bool
        public let holds: Bool
        public let spans: [Span]
        /// What is missing; nil if the clause is as it must be.
        public let reason: String?

        /// Whether the clause is as it must be.
        public var isFulfilled: Bool { holds != isNegated }
    }

    public let topic: String
    /// The match; nil if the topic does not flag the article.
    public let match: Match?
    public let clauses: [Clause]

    public var text: String {
        var out = "\(topic): \(match == nil ? "no match" : "match")"
        for clause in clauses {
            out += "\n  \(clause.isFulfilled ? "+" : "-") \(clause.isNegated ? "NOT " : "")\(clause.clause)"
            if let reason = clause.reason { out += "\n      \(reason)" }
            for span in clause.spans.prefix(10) { out += "\n      \(span.field):\(span.offset)  \(span.text)" }
            if clause.spans.count > 10 { out += "\n      and \(clause.spans.count - 10) more" }
        }
        if let sentence = match?.sentence { out += "\n  \(sentence)" }
        return out
    }

    public var json: JSONValue {
        var object: [String: JSONValue] = [
            "topic": .string(topic), "matched": .bool(match != nil), "clauses": .array(clauses.map(\.json)),
        ]
        if let match { object["match"] = match.json }
        return .object(object)
    }
}

extension TopicExplanation.Clause {
    var json: JSONValue {
        var object: [String: JSONValue] = [
            "clause": .string(clause), "negated": .bool(isNegated), "held": .bool(holds),
            "spans": MatchedClause(clause: clause, spans: spans).json["spans"] ?? [],
        ]
        if let reason { object["reason"] = .string(reason) }
        return .object(object)
    }
}

extension TopicSet {
    /// Why a topic flags an article or not; nil if no topic in force has the id.
    public func explain(
        _ topic: String, item: Item, feed: FeedFacts = FeedFacts(), previous: Item? = nil, seen: Timestamp? = nil,
        now: Timestamp
    ) -> TopicExplanation? {
        var matcher = Matcher(self)
        let article = ArticleFacts(item: item, feed: feed, clock: Clock(seen: seen, now: now), previous: previous)
        return matcher.ask(topic, article) { search, index in
            let root = Int(search.part.compiled[index].root)
            return TopicExplanation(
                topic: topic, match: search.holds(root, article) ? search.explanation(of: index, article) : nil,
                clauses: search.clauses(of: index, article))
        }
    }

    /// Runs the tests of all topics in force; every one that fails is an error at its place.
    public func runTests(now: Timestamp) -> [QueryProblem] {
        var matcher = Matcher(self)
        var problems: [QueryProblem] = []
        for topic in topics {
            for test in topic.tests {
                let article = ArticleFacts(item: test.item, feed: test.feed, clock: Clock(seen: now, now: now))
                let clauses = matcher.ask(topic.id, article) { search, index in
                    let isMet = search.holds(Int(search.part.compiled[index].root), article)
                    return isMet == test.expectsMatch ? nil : search.clauses(of: index, article)
                }
                if let clauses = clauses ?? nil { problems.append(failure(of: test, topic, clauses)) }
            }
        }
        return problems
    }

    private func failure(
        of test: TopicTest, _ topic: Topic, _ clauses: [TopicExplanation.Clause]
    ) -> QueryProblem {
        let message: String
        let hint: String?
        if test.expectsMatch {
            message = "this test should match \(topic.id), but does not"
            hint = clauses.first { !$0.isFulfilled }.map {
                $0.isNegated
                    ? "NOT \($0.clause) is met by: \($0.spans.map(\.text).joined(separator: ", "))"
                    : "\($0.clause): \($0.reason ?? "not found")"
            }
        } else {
            message = "this test should not match \(topic.id), but does"
            let held = clauses.filter { !$0.isNegated && $0.holds }.map(\.clause)
            hint = held.isEmpty ? nil : "met by: \(held.joined(separator: ", "))"
        }
        let excerpt = test.item.title ?? test.item.contentText ?? test.item.summary
        var problem = QueryProblem(
            .error, "test-failed", file: test.place?.file, line: test.place?.line ?? 1, column: test.place?.column ?? 1,
            lineText: nil, topic: topic.id, message, hint: hint)
        problem.excerpt = excerpt.map {
            QueryProblem.Excerpt(before: "", meant: String($0.prefix { $0 != "\n" }), after: "", limit: 100)
        }
        return problem
    }
}

extension TopicSearch {
    /// All clauses of a topic's query.
    fileprivate mutating func clauses(of topic: Int, _ article: ArticleFacts) -> [TopicExplanation.Clause] {
        var clauses: [TopicExplanation.Clause] = []
        explain(Int(part.compiled[topic].root), part.compiled[topic].topic.query, article, isNegated: false, &clauses)
        return clauses
    }

    private mutating func explain(
        _ index: Int, _ query: String, _ article: ArticleFacts, isNegated: Bool,
        _ clauses: inout [TopicExplanation.Clause]
    ) {
        guard index >= 0 else { return }
        let node = part.program.nodes[index]
        switch node.operation {
        case .all, .any, .not:
            for link in Int(node.first)..<Int(node.first + node.count) {
                explain(
                    Int(part.program.links[link]), query, article,
                    isNegated: node.operation == .not ? !isNegated : isNegated, &clauses)
            }
        default:
            let holds = holds(index, article)
            let spans = holds ? spans(ofLeaf: index, query, article) : []
            clauses.append(
                TopicExplanation.Clause(
                    clause: slice(query, Int(node.low)..<Int(node.high)),
                    isNegated: isNegated,
                    holds: holds, spans: spans,
                    reason: holds == isNegated ? reason(node, isNegated: isNegated, article) : nil))
        }
    }

    /// What a leaf lacks, or that it should not be there.
    private mutating func reason(_ node: Program.Node, isNegated: Bool, _ article: ArticleFacts) -> String {
        if isNegated { return "must not occur, but does" }
        switch node.operation {
        case .term:
            return missing(Int(node.first), node.field, article)
        case .near:
            for index in Int(node.first)..<Int(node.first + node.count) {
                let terms = part.program.operands[index]
                let isThere = terms.contains { has(Int(part.program.links[$0]), node.field, article) }
                if !isThere { return "operand \(index - Int(node.first) + 1) does not occur \(Self.place(node.field))" }
            }
            return "all operands occur, but not so near each other, in this order, in one paragraph"
        case .atLeast:
            return "occurs \(occurrenceCount(node, article)) times, wanted \(node.value)"
        case .topic: return "that topic does not match"
        case .regex: return "is not met \(Self.place(node.field))"
        case .added, .removed:
            guard article.previous != nil else { return "the article was not edited" }
            return node.operation == .added ? "the edit did not add it" : "the edit did not remove it"
        default:
            return part.program.facets[Int(node.first)].state(of: article)
        }
    }

    private mutating func missing(_ term: Int, _ field: TextField?, _ article: ArticleFacts) -> String {
        let elsewhere = [nil, TextField.title, .body].first { $0 != field && has(term, $0, article) }
        if field != nil, let elsewhere { return "occurs \(Self.place(elsewhere)), not \(Self.place(field))" }
        return "does not occur \(Self.place(field))"
    }

    private mutating func has(_ term: Int, _ field: TextField?, _ article: ArticleFacts) -> Bool {
        hasTerm(term, field, article)
    }

    private static func place(_ field: TextField?) -> String {
        switch field {
        case nil: "in title or body"
        case .title?: "in the title"
        case .body?: "in the body"
        case .lead?: "in the title or the first 50 words"
        case .author?: "among the authors"
        case .category?: "among the categories"
        case .source?: "in the source's title"
        case .feed?, .folder?: "in the feed's title, address or folder"
        }
    }
}
