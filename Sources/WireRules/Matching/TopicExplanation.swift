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

    /// Why a topic does not flag an article: the first part of its query that failed.
    public struct Failure: Sendable {
        /// As written in the query; with the topics in between if it stands in another one.
        public let clause: String
        public let reason: String
        /// What would have satisfied it.
        public let wanted: String
    }

    public let topic: String
    /// The match; nil if the topic does not flag the article.
    public let match: Match?
    public let clauses: [Clause]
    /// nil if the topic flags the article.
    public let failure: Failure?

    public var text: String {
        var out = "\(topic): \(match == nil ? "no match" : "match")"
        if let failure {
            out += "\n  because of  \(failure.clause)"
            out += "\n      \(failure.reason)\n      wanted: \(failure.wanted)"
        }
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
        if let failure {
            object["failed"] = [
                "clause": .string(failure.clause), "reason": .string(failure.reason),
                "wanted": .string(failure.wanted),
            ]
        }
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
            let root = Int(search.part.roots[index])
            let isMet = search.holds(root, article)
            return TopicExplanation(
                topic: topic, match: isMet ? search.explanation(of: index, article) : nil,
                clauses: search.clauses(of: index, article),
                failure: isMet ? nil : search.failure(of: index, article))
        }
    }
}
