/// Keys of which every matching article must meet one.
struct Cover: Sendable {
    var keys: [Int32]
    /// The estimated share of articles that meet one.
    var cost: Double
}

/// What an article must contain for a query to hold.
struct Requirement: Sendable {
    /// Each of them must be met, the cheapest first; none if nothing can be named.
    var covers: [Cover] = []
    /// Whether this is all: the query holds if each is met by a word of title or body.
    var isWhole = false
}

/// Finds what an article must contain for a query to hold. Never too narrow; the estimate only decides about speed.
struct CoverFinder {
    private let program: Program
    private let costs: [Double]
    private let roots: [Int32]
    /// Requirements of topics that others refer to.
    private var known: [Int: Requirement] = [:]

    private enum Limits {
        /// Covers kept of one node: the rarest.
        static let kept = 2
    }

    /// - Parameters:
    ///   - costs: by key, the share of articles that are thought to meet it.
    ///   - roots: root nodes by topic, for `topic:`.
    init(program: Program, costs: [Double], roots: [Int32]) {
        self.program = program
        self.costs = costs
        self.roots = roots
    }

    /// What must be there for a node to hold.
    mutating func requirement(of node: Int32) -> Requirement {
        guard node >= 0 else { return Requirement() }
        let node = program.nodes[Int(node)]
        let first = Int(node.first)
        let range = first..<(first + Int(node.count))
        switch node.operation {
        case .all:
            return all(range)
        case .any:
            return any(range)
        case .term:
            return requirement(ofTerm: first, isInText: node.field == nil)
        case .near, .atLeast:
            return Requirement(covers: best(range.compactMap { cover(ofOperand: $0) }))
        case .topic:
            guard roots.indices.contains(first) else { return Requirement() }
            if let known = known[first] { return known }
            let found = requirement(of: roots[first])
            known[first] = found
            return found
        case .regex:
            let keys = program.literalKeys[program.literals[first]]
            guard !keys.isEmpty else { return Requirement() }
            return Requirement(covers: [cover(Array(keys))])
        case .added, .removed:
            var parts = program.editedKey.map { [Cover(keys: [$0], cost: costs[Int($0)])] } ?? []
            if node.operation == .added { parts += requirement(of: program.links[first]).covers }
            return Requirement(covers: best(parts))
        case .not, .facet:
            return Requirement()
        }
    }

    private mutating func all(_ links: Range<Int>) -> Requirement {
        var parts: [Cover] = []
        var isWhole = true
        for link in links {
            let requirement = requirement(of: program.links[link])
            parts += requirement.covers
            isWhole = isWhole && requirement.isWhole
        }
        return Requirement(covers: best(parts), isWhole: isWhole && parts.count <= Limits.kept)
    }

    private mutating func any(_ links: Range<Int>) -> Requirement {
        var union = Cover(keys: [], cost: 0)
        var isWhole = true
        for link in links {
            let requirement = requirement(of: program.links[link])
            guard let cheapest = requirement.covers.first else { return Requirement() }
            union.keys += cheapest.keys
            union.cost += cheapest.cost
            isWhole = isWhole && requirement.isWhole && requirement.covers.count == 1
        }
        return Requirement(covers: [unique(union)], isWhole: isWhole)
    }

    private func cover(ofOperand index: Int) -> Cover? {
        var union = Cover(keys: [], cost: 0)
        for link in program.operands[index] {
            guard let cover = requirement(ofTerm: Int(program.links[link]), isInText: false).covers.first else {
                return nil
            }
            union.keys += cover.keys
            union.cost += cover.cost
        }
        return unique(union)
    }

    /// At every position of a term, one of the keys that cover it must be there.
    private func requirement(ofTerm index: Int, isInText: Bool) -> Requirement {
        let term = program.terms[index]
        let tokens = program.tokens[term.tokens]
        if term.isSimple { return Requirement(covers: [cover(tokens.map(\.key))], isWhole: isInText) }
        var starts: [Cover] = []
        for position in Set(tokens.map(\.position)) {
            let covering = tokens.filter { $0.position <= position && position < $0.position + $0.advance }
            starts.append(cover(covering.map(\.key)))
        }
        return Requirement(covers: best(starts))
    }

    private func cover(_ keys: [Int32]) -> Cover {
        unique(Cover(keys: keys, cost: keys.reduce(0) { $0 + costs[Int($1)] }))
    }

    private func best(_ covers: [Cover]) -> [Cover] {
        guard covers.count > 1 else { return covers }
        return Array(covers.sorted { ($0.cost, $0.keys.count) < ($1.cost, $1.keys.count) }.prefix(Limits.kept))
    }

    private func unique(_ cover: Cover) -> Cover {
        guard cover.keys.count > 1 else { return cover }
        return Cover(keys: Array(Set(cover.keys)).sorted(), cost: cover.cost)
    }

    private static let frequent: Set<String> = Set(
        """
        the of and to in a is that for on was with as by at from it be are this an have has he not his said will or who
        der die das und in den von zu mit ist le la les de des et en un une que el los y il di che news new one two after
        """.split(whereSeparator: \.isWhitespace).map(String.init))

    private static let longestFrequent = frequent.reduce(0) { max($0, $1.utf8.count) }

    /// A guess from the length: short words are frequent.
    static func guess(_ rule: KeyRule) -> Double {
        switch rule {
        case .form(let form):
            if form.contains(where: { $0 >= 0x80 }) { return form.count <= 3 ? 0.05 : form.count <= 6 ? 0.01 : 0.002 }
            if form.count <= longestFrequent, frequent.contains(String(decoding: form, as: UTF8.self)) { return 0.6 }
            let byLength = [1.0, 0.2, 0.1, 0.06, 0.02, 0.012, 0.008, 0.006, 0.004, 0.003]
            return byLength[min(form.count, byLength.count - 1)]
        case .pattern(let form):
            let letters = form.count { $0 < Pattern.star }
            return letters <= 3 ? 0.15 : letters <= 5 ? 0.05 : 0.015
        case .fuzzy, .stem:
            return 0.03
        case .literal(let bytes):
            return bytes.count <= 3 ? 0.05 : bytes.count <= 5 ? 0.01 : 0.003
        case .edited:
            return 0.02
        }
    }
}
