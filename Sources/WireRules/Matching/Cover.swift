/// Keys of which every matching article must meet one.
struct Cover: Sendable {
    /// Where the keys stand in the finder's `keys`, in ascending order.
    var keys: Range<Int>
    /// The estimated share of articles that meet one.
    var cost: Double

    /// Whether it is worth more to look for this one.
    func isRarer(than other: Cover) -> Bool { (cost, keys.count) < (other.cost, other.keys.count) }
}

/// What an article must contain for a query to hold: each cover must be met. The two rarest are kept.
struct Requirement: Sendable {
    /// The rarest; nil if nothing can be named.
    private(set) var first: Cover?
    private(set) var second: Cover?
    /// How many were named, kept or not.
    private(set) var count = 0
    /// Whether this is all: the query holds if each is met by a word of title or body.
    var isWhole = false

    init() {}

    init(_ cover: Cover?, isWhole: Bool = false) {
        first = cover
        count = cover == nil ? 0 : 1
        self.isWhole = isWhole
    }

    mutating func add(_ cover: Cover) {
        count += 1
        guard let first else { return self.first = cover }
        if cover.isRarer(than: first) {
            (self.first, second) = (cover, first)
        } else if second.map(cover.isRarer) ?? true {
            second = cover
        }
    }

    mutating func add(_ other: Requirement) {
        if let first = other.first { add(first) }
        if let second = other.second { add(second) }
    }
}

/// Finds what an article must contain for a query to hold. Never too narrow; the estimate only decides about speed.
struct CoverFinder {
    private let program: Program
    private let costs: [Double]
    private let roots: [Int32]
    /// Keys of all covers so far.
    private(set) var keys: [Int32] = []
    /// Requirements of topics that others refer to.
    private var known: [Int: Requirement] = [:]

    private enum Limits {
        /// Covers that a requirement keeps.
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
            var parts = Requirement()
            for operand in range { if let cover = cover(ofOperand: operand) { parts.add(cover) } }
            return parts
        case .topic:
            guard roots.indices.contains(first) else { return Requirement() }
            if let known = known[first] { return known }
            let found = requirement(of: roots[first])
            known[first] = found
            return found
        case .regex:
            let literals = program.literals[first]
            return literals.isEmpty ? Requirement() : Requirement(cover { $0 += $1.literalKeys[literals] })
        case .added, .removed:
            var parts = Requirement()
            if let key = program.editedKey { parts.add(cover { keys, _ in keys.append(key) }) }
            if node.operation == .added { parts.add(requirement(of: program.links[first])) }
            return parts
        case .not, .facet:
            return Requirement()
        }
    }

    private mutating func all(_ links: Range<Int>) -> Requirement {
        var parts = Requirement()
        var isWhole = true
        for link in links {
            let requirement = requirement(of: program.links[link])
            parts.add(requirement)
            isWhole = isWhole && requirement.isWhole
        }
        parts.isWhole = isWhole && parts.count <= Limits.kept
        return parts
    }

    private mutating func any(_ links: Range<Int>) -> Requirement {
        var rarest: [Cover] = []
        rarest.reserveCapacity(links.count)
        var isWhole = true
        for link in links {
            let requirement = requirement(of: program.links[link])
            guard let cover = requirement.first else { return Requirement() }
            rarest.append(cover)
            isWhole = isWhole && requirement.isWhole && requirement.count == 1
        }
        return Requirement(union(rarest), isWhole: isWhole)
    }

    private mutating func cover(ofOperand index: Int) -> Cover? {
        let links = program.operands[index]
        if links.count == 1 { return requirement(ofTerm: Int(program.links[links.lowerBound]), isInText: false).first }
        var rarest: [Cover] = []
        for link in links {
            guard let cover = requirement(ofTerm: Int(program.links[link]), isInText: false).first else { return nil }
            rarest.append(cover)
        }
        return union(rarest)
    }

    /// At every position of a term, one of the keys that cover it must be there.
    private mutating func requirement(ofTerm index: Int, isInText: Bool) -> Requirement {
        let term = program.terms[index]
        if term.isSimple {
            let cover = cover { keys, program in for token in term.tokens { keys.append(program.tokens[token].key) } }
            return Requirement(cover, isWhole: isInText)
        }
        var starts = Requirement()
        var last: Int32 = -1
        for place in term.tokens where program.tokens[place].position > last {
            let position = program.tokens[place].position
            last = position
            starts.add(
                cover { keys, program in
                    for token in program.tokens[term.tokens]
                    where token.position <= position && position < token.position + token.advance {
                        keys.append(token.key)
                    }
                })
        }
        return starts
    }

    private mutating func union(_ covers: [Cover]) -> Cover {
        if covers.count == 1 { return covers[0] }
        var union = cover { keys, _ in
            for cover in covers { for place in cover.keys { keys.append(keys[place]) } }
        }
        union.cost = covers.reduce(0) { $0 + $1.cost }
        return union
    }

    /// A cover of the keys that `write` appends.
    private mutating func cover(_ write: (_ keys: inout [Int32], _ program: Program) -> Void) -> Cover {
        let start = keys.count
        write(&keys, program)
        guard keys.count > start + 1 else {
            return Cover(keys: start..<keys.count, cost: keys.count > start ? costs[Int(keys[start])] : 0)
        }
        let written = keys[start...].sorted()
        keys.removeSubrange(start...)
        var cost = 0.0
        for key in written {
            cost += costs[Int(key)]
            if keys.count == start || keys[keys.count - 1] != key { keys.append(key) }
        }
        return Cover(keys: start..<keys.count, cost: cost)
    }

    private static let frequent: Set<String> = Set(
        """
        the of and to in a is that for on was with as by at from it be are this an have has he not his said will or who
        der die das und in den von zu mit ist le la les de des et en un une que el los y il di che news new one two after
        """.split(whereSeparator: \.isWhitespace).map(String.init))

    private static let longestFrequent = frequent.reduce(0) { max($0, $1.utf8.count) }

    private static let byLength = [1.0, 0.2, 0.1, 0.06, 0.02, 0.012, 0.008, 0.006, 0.004, 0.003]

    /// A guess from the length: short words are frequent.
    static func guess(_ rule: KeyRule) -> Double {
        switch rule {
        case .form(let form):
            if form.contains(where: { $0 >= 0x80 }) { return form.count <= 3 ? 0.05 : form.count <= 6 ? 0.01 : 0.002 }
            if form.count <= longestFrequent, frequent.contains(String(decoding: form, as: UTF8.self)) { return 0.6 }
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
