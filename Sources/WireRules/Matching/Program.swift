import WireModel
import WireText

/// Compiled queries: trees of nodes in flat arrays.
struct Program: Sendable {
    enum Operation: UInt8, Sendable { case all, any, not, term, near, atLeast, regex, added, removed, facet, topic }

    struct Node: Sendable {
        var operation: Operation
        /// Where a text is looked for; nil for title and body.
        var field: TextField?
        /// `all`, `any`, `not`, `added`, `removed`: children in `links`. `term`: the term. `regex`: the expression. `near`, `atLeast`: operands in `operands`.
        var first: Int32
        var count: Int32
        /// `near`: the first reach. `atLeast`: the number.
        var value: Int32 = 0
        var weight: Double
        /// The clause's place in its query.
        var low: Int32
        var high: Int32
    }

    /// A word or phrase: a lattice of keys from position 0 to `length`.
    struct Term: Sendable {
        var tokens: Range<Int>
        var length: Int32
        /// Words that a place has at least.
        var fewest: Int32 = 1
        var checks: Range<Int>
        /// Bytes of symbols before the first and behind the last word that belong to it.
        var lead: UInt16 = 0
        var trail: UInt16 = 0
        /// One position, no check: any of its keys is an occurrence.
        var isSimple: Bool
    }

    struct TermToken: Sendable {
        /// Positions of the query.
        var position: Int32
        var advance: Int32
        /// Positions of the text; 0 for the width of the text's token.
        var textAdvance: Int32
        var key: Int32
    }

    /// How a part of a term must be spelled.
    struct Check: Sendable {
        /// Positions of the query that it covers.
        var positions: Range<Int32>
        var core: String
        /// Symbols right before and behind.
        var lead: [UInt8]
        var trail: [UInt8]
        var isExact: Bool
        var hasWildcards = false
    }

    var nodes: [Node] = []
    var links: [Int32] = []
    var terms: [Term] = []
    var tokens: [TermToken] = []
    var checks: [Check] = []
    /// Ranges of `links` with the terms of an operand.
    var operands: [Range<Int>] = []
    var reaches: [Reach] = []
    var facets: [any Facet] = []
    var expressions: [RegularExpression] = []
    /// Keys of each expression's literals; none if it has none.
    var literals: [Range<Int>] = []
    var literalKeys: [Int32] = []
    var keyRules: [KeyRule] = []
    private var keys: [KeyRule: Int32] = [:]
    private(set) var editedKey: Int32?
    /// Which fields besides the article's own text some query looks in.
    var fields: Set<TextField> = []

    /// Whether some query asks for `change:`.
    var looksAtChanges: Bool { facets.contains { $0 is ChangeFacet } }

    mutating func key(_ rule: KeyRule) -> Int32 {
        // Changed in place, a default is written: one search of the table for old keys and new ones.
        func keep(_ key: inout Int32) -> Int32 { key }
        let next = Int32(truncatingIfNeeded: keyRules.count)
        let key = keep(&keys[rule, default: next])
        guard key == next else { return key }
        if rule == .edited { editedKey = key }
        keyRules.append(rule)
        return key
    }

    /// Forgets what only compiling needs.
    mutating func seal() { keys = [:] }
}
