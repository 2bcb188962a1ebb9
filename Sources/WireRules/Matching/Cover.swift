/// Keys of which every matching article must meet one.
struct Cover: Sendable {
    var keys: [Int32]
    /// The estimated share of articles that meet one.
    var cost: Double
}

/// Finds what an article must contain for a query to hold. Never too narrow; the estimate only decides about speed.
struct CoverFinder {
    private let program: Program
    private let costs: [Double]
    private let roots: [Int32]
    /// Covers of topics that others refer to.
    private var known: [Int: [Cover]] = [:]

    private enum Limits {
        /// Requirements kept of one node: the rarest.
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

    /// The cheapest requirements of a node, each of which must hold, cheapest first; empty if none can be named.
    mutating func covers(of node: Int32) -> [Cover] {
        guard node >= 0 else { return [] }
        let node = program.nodes[Int(node)]
        let first = Int(node.first)
        let range = first..<(first + Int(node.count))
        switch node.operation {
        case .all:
            var parts: [Cover] = []
            for index in range { parts += covers(of: program.links[index]) }
            return best(parts)
        case .any:
            var union = Cover(keys: [], cost: 0)
            for index in range {
                guard let cover = covers(of: program.links[index]).first else { return [] }
                union.keys += cover.keys
                union.cost += cover.cost
            }
            return [unique(union)]
        case .term:
            return covers(ofTerm: Int(node.first))
        case .near, .atLeast:
            return best(range.compactMap { cover(ofOperand: $0) })
        case .topic:
            let index = Int(node.first)
            guard roots.indices.contains(index) else { return [] }
            if let known = known[index] { return known }
            let found = covers(of: roots[index])
            known[index] = found
            return found
        case .regex:
            let keys = program.literalKeys[program.literals[Int(node.first)]]
            guard !keys.isEmpty else { return [] }
            return [unique(Cover(keys: Array(keys), cost: keys.reduce(0) { $0 + costs[Int($1)] }))]
        case .added, .removed:
            var parts = program.editedKey.map { [Cover(keys: [$0], cost: costs[Int($0)])] } ?? []
            if node.operation == .added { parts += covers(of: program.links[first]) }
            return best(parts)
        case .not, .facet:
            return []
        }
    }

    private func cover(ofOperand index: Int) -> Cover? {
        var union = Cover(keys: [], cost: 0)
        for link in program.operands[index] {
            guard let cover = covers(ofTerm: Int(program.links[link])).first else { return nil }
            union.keys += cover.keys
            union.cost += cover.cost
        }
        return unique(union)
    }

    /// At every position of a term, one of the keys that cover it must be there.
    private func covers(ofTerm index: Int) -> [Cover] {
        let term = program.terms[index]
        let tokens = program.tokens[term.tokens]
        if term.isSimple {
            return [unique(Cover(keys: tokens.map(\.key), cost: tokens.reduce(0) { $0 + costs[Int($1.key)] }))]
        }
        var starts: [Cover] = []
        for position in Set(tokens.map(\.position)) {
            let covering = tokens.filter { $0.position <= position && position < $0.position + $0.advance }
            starts.append(
                unique(Cover(keys: covering.map(\.key), cost: covering.reduce(0) { $0 + costs[Int($1.key)] })))
        }
        return best(starts)
    }

    private func best(_ covers: [Cover]) -> [Cover] {
        Array(covers.sorted { ($0.cost, $0.keys.count) < ($1.cost, $1.keys.count) }.prefix(Limits.kept))
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

    /// A guess from the length: short words are frequent.
    static func guess(_ rule: KeyRule) -> Double {
        switch rule {
        case .form(let form):
            if form.contains(where: { $0 >= 0x80 }) { return form.count <= 3 ? 0.05 : form.count <= 6 ? 0.01 : 0.002 }
            if frequent.contains(String(decoding: form, as: UTF8.self)) { return 0.6 }
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
