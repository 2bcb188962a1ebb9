import WireModel

/// Why a query holds or does not, clause by clause.
extension TopicSearch {
    /// All clauses of a topic's query.
    mutating func clauses(of topic: Int, _ article: ArticleFacts) -> [TopicExplanation.Clause] {
        var clauses: [TopicExplanation.Clause] = []
        explain(Int(part.roots[topic]), part.compiled[topic].topic.query, article, isNegated: false, &clauses)
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
            return missing(near: node, article)
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

    private mutating func missing(near node: Program.Node, _ article: ArticleFacts) -> String {
        let lists = (Int(node.first)..<Int(node.first + node.count)).map { operand($0, node.field, article) }
        if let absent = lists.firstIndex(where: \.isEmpty) {
            return "operand \(absent + 1) does not occur \(Self.place(node.field))"
        }
        guard lists.count == 2 else {
            return "all operands occur, but not so near each other, in this order, in one paragraph"
        }
        guard let gap = NearSolver.gap(lists[0], lists[1]) else {
            return "both operands occur, but never in one paragraph within 1,000 words"
        }
        let isOrdered = part.program.reaches[Int(node.value)].isOrdered
        if isOrdered, gap <= part.program.reaches[Int(node.value)].distance { return "both occur, in the other order" }
        return "both operands occur; the nearest have \(gap) words between them"
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

    // MARK: - The first failure

    /// The first part of a topic's query that keeps it from holding; nil if it holds.
    mutating func failure(of topic: Int, _ article: ArticleFacts) -> TopicExplanation.Failure? {
        failure(Int(part.roots[topic]), part.compiled[topic].topic.query, article)
    }

    private mutating func failure(
        _ index: Int, _ query: String, _ article: ArticleFacts
    ) -> TopicExplanation.Failure? {
        guard index >= 0, !holds(index, article) else { return nil }
        let node = part.program.nodes[index]
        let children = (Int(node.first)..<Int(node.first + node.count))
        let clause = slice(query, Int(node.low)..<Int(node.high))
        switch node.operation {
        case .all:
            for link in children {
                if let found = failure(Int(part.program.links[link]), query, article) { return found }
            }
            return nil
        case .any:
            let parts = children.map { text(of: Int(part.program.links[$0]), query) }
            return TopicExplanation.Failure(
                clause: clause, reason: "none of its \(parts.count) branches holds",
                wanted: "one of: " + parts.joined(separator: ", "))
        case .not:
            let inner = Int(part.program.links[children.lowerBound])
            let found = spans(ofLeaf: inner, query, article).prefix(3).map(\.text).joined(separator: ", ")
            return TopicExplanation.Failure(
                clause: clause, reason: found.isEmpty ? "it holds, but must not" : "met by: \(found)",
                wanted: "an article without it")
        case .topic:
            let other = part.compiled[Int(node.first)]
            let inner = failure(Int(part.roots[Int(node.first)]), other.topic.query, article)
            return TopicExplanation.Failure(
                clause: inner.map { "\(clause) → \($0.clause)" } ?? clause,
                reason: inner?.reason ?? "that topic does not match", wanted: inner?.wanted ?? clause)
        default:
            return TopicExplanation.Failure(
                clause: clause, reason: reason(node, isNegated: false, article), wanted: wanted(node, clause, article))
        }
    }

    private func text(of index: Int, _ query: String) -> String {
        slice(query, Int(part.program.nodes[index].low)..<Int(part.program.nodes[index].high))
    }

    private mutating func wanted(_ node: Program.Node, _ clause: String, _ article: ArticleFacts) -> String {
        switch node.operation {
        case .near:
            let reach = part.program.reaches[Int(node.value)]
            return "at most \(reach.distance) words between them, in one paragraph"
                + (reach.isOrdered ? ", in this order" : "")
        case .atLeast: return "\(Int(node.value) - occurrenceCount(node, article)) more"
        case .term, .regex: return "\(clause) \(Self.place(node.field))"
        case .added: return "an edit that adds it"
        case .removed: return "an edit that removes it"
        default: return clause
        }
    }
}
