import WireModel

/// Decides whether every article that meets one query meets another. Never says so wrongly; may miss it.
struct Implication {
    private enum Limits {
        /// Comparisons of two nodes for one answer.
        static let steps = 20_000
        /// Topics that refer to topics.
        static let depth = 64
    }

    /// A node, and the topic whose query it is part of.
    struct Place {
        var node: Int32
        var topic: Int
    }

    private let part: TopicPart
    private var steps = 0

    init(_ part: TopicPart) { self.part = part }

    /// Whether all that `topic` matches, `other` matches too.
    mutating func holds(from topic: Int, to other: Int) -> Bool {
        steps = 0
        return implies(
            Place(node: part.roots[topic], topic: topic), Place(node: part.roots[other], topic: other), 0)
    }

    private mutating func implies(_ left: Place, _ right: Place, _ depth: Int) -> Bool {
        steps += 1
        guard left.node >= 0, right.node >= 0, steps <= Limits.steps, depth <= Limits.depth else { return false }
        let one = part.program.nodes[Int(left.node)]
        let other = part.program.nodes[Int(right.node)]
        // These ask the same question in parts.
        if one.operation == .topic { return implies(root(one), right, depth + 1) }
        if other.operation == .topic { return implies(left, root(other), depth + 1) }
        if one.operation == .any { return children(one, left).allSatisfy { implies($0, right, depth + 1) } }
        if other.operation == .all { return children(other, right).allSatisfy { implies(left, $0, depth + 1) } }
        // These are ways, one of which may do.
        if other.operation == .any, children(other, right).contains(where: { implies(left, $0, depth + 1) }) {
            return true
        }
        switch one.operation {
        case .all: return children(one, left).contains { implies($0, right, depth + 1) }
        case .not: return other.operation == .not && implies(child(other, right), child(one, left), depth + 1)
        case .added, .removed:
            if one.operation == other.operation, implies(child(one, left), child(other, right), depth + 1) {
                return implies(child(other, right), child(one, left), depth + 1)
            }
            return one.operation == .added && implies(child(one, left), right, depth + 1)
        case .term, .near, .atLeast: return isWithin(one, other)
        case .regex, .facet:
            return other.operation == one.operation && one.field == other.field && text(left) == text(right)
        case .any, .topic: return false
        }
    }

    private func root(_ node: Program.Node) -> Place {
        let topic = Int(node.first)
        return Place(node: part.roots.indices.contains(topic) ? part.roots[topic] : -1, topic: topic)
    }

    private func children(_ node: Program.Node, _ place: Place) -> [Place] {
        part.program.links[Int(node.first)..<Int(node.first + node.count)].map { Place(node: $0, topic: place.topic) }
    }

    private func child(_ node: Program.Node, _ place: Place) -> Place {
        Place(node: part.program.links[Int(node.first)], topic: place.topic)
    }

    /// As written, for what is compared by its spelling.
    private func text(_ place: Place) -> ArraySlice<UInt8> {
        let node = part.program.nodes[Int(place.node)]
        let query = Array(part.compiled[place.topic].topic.query.utf8)
        return query[Int(node.low).clamped(to: query.count)..<Int(node.high).clamped(to: query.count)]
    }
}

// MARK: - Words

extension Implication {
    /// Leaves that are found by words.
    private func isWithin(_ one: Program.Node, _ other: Program.Node) -> Bool {
        guard isWithin(one.field, other.field) else { return false }
        switch (one.operation, other.operation) {
        case (.term, .term):
            return isWithin(term: one.first, other.first)
        case (.near, .near) where one.count == other.count:
            let operands = 0..<Int(one.count)
            return operands.allSatisfy { isWithin(operand: Int(one.first) + $0, Int(other.first) + $0) }
                && operands.dropLast().allSatisfy {
                    let reach = part.program.reaches[Int(one.value) + $0]
                    let wider = part.program.reaches[Int(other.value) + $0]
                    return reach.distance <= wider.distance && (reach.isOrdered || !wider.isOrdered)
                }
        case (.atLeast, .atLeast):
            return one.value >= other.value && isSubset(operand: Int(one.first), Int(other.first))
        case (.near, .term), (.atLeast, .term):
            return (Int(one.first)..<Int(one.first + one.count)).contains { operand in
                terms(operand).allSatisfy { isWithin(term: $0, other.first) }
            }
        default:
            return false
        }
    }

    /// Whether what stands in the one text stands in the other.
    private func isWithin(_ field: TextField?, _ other: TextField?) -> Bool {
        field == other || other == nil && field?.isArticleText ?? true || field == .title && other == .lead
    }

    private func terms(_ operand: Int) -> ArraySlice<Int32> { part.program.links[part.program.operands[operand]] }

    private func isWithin(operand one: Int, _ other: Int) -> Bool {
        terms(one).allSatisfy { term in terms(other).contains { isWithin(term: term, $0) } }
    }

    /// Whether the one counts no place that the other does not.
    private func isSubset(operand one: Int, _ other: Int) -> Bool {
        terms(one).allSatisfy { term in terms(other).contains { isSame(term: term, $0) } }
    }

    private func isSame(term one: Int32, _ other: Int32) -> Bool {
        let (one, other) = (part.program.terms[Int(one)], part.program.terms[Int(other)])
        let (tokens, others) = (part.program.tokens[one.tokens], part.program.tokens[other.tokens])
        let (checks, wanted) = (part.program.checks[one.checks], part.program.checks[other.checks])
        return tokens.elementsEqual(others) {
            $0.key == $1.key && $0.position == $1.position && $0.advance == $1.advance
        }
            && checks.elementsEqual(wanted) {
                $0.core == $1.core && $0.lead == $1.lead && $0.trail == $1.trail && $0.isExact == $1.isExact
            }
    }

    private func isWithin(term left: Int32, _ right: Int32) -> Bool {
        if isSame(term: left, right) { return true }
        let (one, other) = (part.program.terms[Int(left)], part.program.terms[Int(right)])
        // A spelling that counts is only met by the same.
        guard other.checks.isEmpty else { return false }
        let wanted = part.program.tokens[other.tokens]
        if other.isSimple {
            return (0..<one.length).contains { position in
                let keys = self.keys(one, at: position)
                return !keys.isEmpty && keys.allSatisfy { key in wanted.contains { isWithin(key: key, $0.key) } }
            }
        }
        // A phrase within a phrase, if both are plain rows of words.
        guard other.length <= one.length, isRow(one), isRow(other) else { return false }
        return (0...(one.length - other.length)).contains { shift in
            (0..<other.length).allSatisfy { position in
                isWithin(key: keys(one, at: position + shift)[0], keys(other, at: position)[0])
            }
        }
    }

    /// The keys of which one stands at a position of a term.
    private func keys(_ term: Program.Term, at position: Int32) -> [Int32] {
        part.program.tokens[term.tokens].filter { $0.position <= position && position < $0.position + $0.advance }
            .map(\.key)
    }

    private func isRow(_ term: Program.Term) -> Bool {
        part.program.tokens[term.tokens].enumerated().allSatisfy { place, token in
            Int(token.position) == place && token.advance == 1
        }
    }

    /// Whether every word that meets the one key meets the other.
    private func isWithin(key left: Int32, _ right: Int32) -> Bool {
        if left == right { return true }
        switch (part.program.keyRules[Int(left)], part.program.keyRules[Int(right)]) {
        case (.form(let form), .pattern(let pattern)):
            return Pattern.matches(pattern, 0, pattern.count, form, 0, form.count)
        case (.pattern(let narrow), .pattern(let wide)):
            // `resigna*` within `resign*`
            let stem = wide.dropLast()
            return wide.last == Pattern.star && stem.allSatisfy { $0 < Pattern.star } && narrow.starts(with: stem)
        case (.form(let form), .stem(let word)), (.form(let form), .fuzzy(let word, _)): return form == word
        case (.fuzzy(let word, let edits), .fuzzy(let wider, let more)): return word == wider && edits <= more
        default: return false
        }
    }
}

extension Int {
    fileprivate func clamped(to most: Int) -> Int { Swift.min(Swift.max(self, 0), most) }
}
