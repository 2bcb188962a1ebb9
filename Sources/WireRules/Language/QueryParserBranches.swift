/// OR beside AND or NOT: the error shows both readings.
extension QueryParser {
    /// OR beside AND or NOT: the error shows both readings.
    func mixed(_ parts: [Part], _ range: Range<Int>) -> QueryProblem {
        var alternatives: [[Part]] = []
        for part in parts {
            if part.link == .or || alternatives.isEmpty {
                alternatives.append([part])
            } else {
                alternatives[alternatives.count - 1].append(part)
            }
        }
        let first = render(regroup(parts) { $0.link == .or }, inner: "OR")
        let second = render(alternatives, inner: "AND")
        let other =
            parts.contains { $0.isNegated && $0.link != .or } && !parts.contains { $0.link == .and } ? "NOT" : "AND"
        return problem(
            "mixed-and-or", range, "\(other) and OR are mixed without parentheses",
            hint: "write  \(first)   or   \(second)")
    }

    func regroup(_ parts: [Part], joins: (Part) -> Bool) -> [[Part]] {
        var groups: [[Part]] = []
        for part in parts {
            if groups.isEmpty || !joins(part) || part.isNegated {
                groups.append([part])
            } else {
                groups[groups.count - 1].append(part)
            }
        }
        return groups
    }

    /// Groups of several parts in parentheses, with the operators between.
    func render(_ groups: [[Part]], inner: String) -> String {
        func words(_ part: Part, first: Bool) -> String {
            let text = String(decoding: bytes[part.expression.range], as: UTF8.self)
            if first { return text }
            if part.isNegated { return (part.link == .or ? "OR NOT " : "NOT ") + text }
            return (part.link == .or ? "OR " : "AND ") + text
        }
        var out: [String] = []
        for (place, group) in groups.enumerated() {
            guard let head = group.first else { continue }
            var text = group.dropFirst().reduce(words(head, first: true)) { $0 + " " + words($1, first: false) }
            if group.count > 1 {
                if head.isNegated, inner == "AND" { text = "NOT " + text }
                text = "(\(text))"
            }
            if head.isNegated, group.count == 1 || inner == "OR" { text = "NOT " + text }
            if place > 0 {
                let negated = head.isNegated && (group.count == 1 || inner == "OR")
                if head.link == .or { text = "OR " + text } else if !negated { text = "AND " + text }
            }
            out.append(text)
        }
        return out.joined(separator: " ")
    }
}

/// A query, and every branch of an OR, must say what to look for.
extension QueryParser {
    /// A query, and every branch of an OR, must say what to look for.
    func checkPolarity(_ expression: Expression) throws(QueryProblem) {
        guard isPositive(expression) else {
            throw problem(
                "negative-only", expression.range, "this says only what must not occur: say what to look for",
                hint:
                    "write  something NOT \(String(decoding: bytes[core(expression).range], as: UTF8.self).prefix(60))")
        }
        try checkBranches(expression)
    }

    func core(_ expression: Expression) -> Expression {
        switch expression.kind {
        case .not(let inner), .within(_, let inner): core(inner)
        case .all(let parts): parts.first.map(core) ?? expression
        default: expression
        }
    }

    func checkBranches(_ expression: Expression) throws(QueryProblem) {
        switch expression.kind {
        case .all(let parts):
            for part in parts { try checkBranches(part) }
        case .any(let parts):
            for part in parts { try checkPolarity(part) }
        case .not(let inner), .within(_, let inner), .atLeast(_, let inner), .edited(_, let inner):
            try checkPolarity(inner)
        case .near, .text, .regex, .facet, .topic:
            break
        }
    }

    func isPositive(_ expression: Expression) -> Bool {
        switch expression.kind {
        case .not: false
        case .all(let parts): parts.contains(where: isPositive)
        case .any(let parts): parts.contains(where: isPositive)
        case .within(_, let inner), .edited(_, let inner): isPositive(inner)
        default: true
        }
    }
}
