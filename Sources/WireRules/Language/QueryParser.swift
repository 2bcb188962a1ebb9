/// Reads lexemes into a tree by recursive descent. Depth is bounded, so is the number of nodes.
struct QueryParser {
    enum Limits {
        static let nodes = 2_000
        /// Parentheses within parentheses.
        static let depth = 32
        /// Letters beside a `*`; fewer match too much.
        static let wildcardLetters = 3
        /// Letters of a word with `~1`.
        static let fuzzyLetters = 4
    }

    let bytes: [UInt8]
    let lexemes: [Lexeme]
    var index = 0
    var depth = 0
    var nodes = 0
    var warnings: [QueryProblem]

    /// - Throws: the first error, in reading order.
    static func parse(_ text: String) throws(QueryProblem) -> (expression: Expression, warnings: [QueryProblem]) {
        let lexer = try Lexer.lex(text)
        var parser = QueryParser(bytes: lexer.bytes, lexemes: lexer.lexemes, warnings: lexer.warnings)
        let expression = try parser.parseWhole()
        if parser.warnings.count > 1 { parser.warnings.sort { ($0.offset ?? 0) < ($1.offset ?? 0) } }
        return (expression, parser.warnings)
    }

    private init(bytes: [UInt8], lexemes: [Lexeme], warnings: [QueryProblem]) {
        self.bytes = bytes
        self.lexemes = lexemes
        self.warnings = warnings
    }

    mutating func parseWhole() throws(QueryProblem) -> Expression {
        guard !lexemes.isEmpty else {
            throw problem("empty-query", 0..<bytes.count, "the query is empty", hint: "say what to look for")
        }
        let expression = try parseSequence()
        if index < lexemes.count {
            throw problem(
                "unopened-parenthesis", lexemes[index].range, "this ) has no ( before it",
                hint: "remove it, or put the ( where the group begins")
        }
        try checkPolarity(expression)
        return expression
    }
}

// MARK: - AND, OR, NOT

extension QueryParser {
    enum Link { case first, and, implicit, or }

    struct Part {
        let link: Link
        let isNegated: Bool
        let expression: Expression
        /// From a NOT or dash before it.
        let start: Int
    }

    /// A sequence of operands up to the end or a closing parenthesis.
    mutating func parseSequence() throws(QueryProblem) -> Expression {
        guard !isAtEnd else {
            throw missingOperand(at: index < lexemes.count ? lexemes[index].range : bytes.count..<bytes.count)
        }
        let first = try parsePart(isFirst: true)
        if isAtEnd { return expression(of: first) }
        var parts = [first]
        while !isAtEnd { parts.append(try parsePart(isFirst: false)) }
        let range = first.start..<(parts.last ?? first).expression.range.upperBound
        let alternatives = parts.count { $0.link == .or }
        if alternatives == 0 { return Expression(kind: .all(parts.map(expression(of:))), range: range) }
        guard alternatives == parts.count - 1 else { throw mixed(parts, range) }
        return Expression(kind: .any(parts.map(expression(of:))), range: range)
    }

    /// Whether the sequence that is being read ends here.
    private var isAtEnd: Bool {
        guard index < lexemes.count else { return true }
        if case .close = lexemes[index].kind { return true }
        return false
    }

    func expression(of part: Part) -> Expression {
        guard part.isNegated else { return part.expression }
        return Expression(kind: .not(part.expression), range: part.start..<part.expression.range.upperBound)
    }

    mutating func parsePart(isFirst: Bool) throws(QueryProblem) -> Part {
        var link = isFirst ? Link.first : .implicit
        let start = index
        switch lexemes[index].kind {
        case .and, .or:
            if isFirst { throw missingOperand(at: lexemes[index].range, before: true) }
            if case .and = lexemes[index].kind { link = .and } else { link = .or }
            index += 1
            try checkGap(behind: lexemes[index - 1])
        case .near:
            throw missingOperand(at: lexemes[index].range, before: true)
        default:
            break
        }
        var isNegated = false
        var notStart: Int?
        while index < lexemes.count, case .not = lexemes[index].kind {
            isNegated.toggle()
            notStart = notStart ?? lexemes[index].range.lowerBound
            try count(lexemes[index].range)
            index += 1
        }
        guard index < lexemes.count else { throw missingOperand(at: lexemes[index - 1].range) }
        if case .close = lexemes[index].kind { throw missingOperand(at: lexemes[max(start, index - 1)].range) }
        let expression = try parseNear()
        if link == .implicit, notStart == nil { warnImplicit(before: expression) }
        return Part(
            link: link, isNegated: isNegated, expression: expression,
            start: notStart ?? expression.range.lowerBound)
    }

    /// Two operators in a row have nothing between them.
    func checkGap(behind first: Lexeme) throws(QueryProblem) {
        guard index < lexemes.count else { return }
        switch lexemes[index].kind {
        case .and, .or, .near:
            let written = String(decoding: bytes[first.range], as: UTF8.self)
            let next = String(decoding: bytes[lexemes[index].range], as: UTF8.self)
            throw problem(
                "missing-operand", first.range.lowerBound..<lexemes[index].range.upperBound,
                "between \(written) and \(next) there is nothing to look for",
                hint: "write only one of them: a \(written) b")
        default: break
        }
    }

    mutating func warnImplicit(before expression: Expression) {
        guard !warnings.contains(where: { $0.code == "implicit-and" }) else { return }
        warnings.append(
            QueryProblem(
                .warning, "implicit-and", expression.range, in: bytes,
                "no operator stands before this: both sides must match, as with AND",
                hint: "write AND, or quotation marks around words that stand next to each other"))
    }
}

// MARK: - Errors

extension QueryParser {
    mutating func count(_ range: Range<Int>) throws(QueryProblem) {
        nodes += 1
        guard nodes <= Limits.nodes else {
            throw problem(
                "too-many-parts", range, "the query has more than \(Limits.nodes) parts",
                hint: "divide it among several topics; topic:their-id joins them")
        }
    }

    func problem(
        _ code: String, _ range: Range<Int>, _ message: String, hint: String? = nil
    ) -> QueryProblem {
        QueryProblem(.error, code, range, in: bytes, message, hint: hint)
    }

    func unclosed(_ open: Lexeme) -> QueryProblem {
        problem(
            "unclosed-parenthesis", open.range, "this ( is never closed", hint: "put the ) where the group ends")
    }

    func tooDeep(_ range: Range<Int>) -> QueryProblem {
        problem(
            "too-deep", range, "more than \(Limits.depth) levels stand within each other",
            hint: "put a part into a topic of its own and write topic:its-id")
    }

    func missingOperand(at range: Range<Int>, before: Bool = false) -> QueryProblem {
        let written = String(decoding: bytes[range].prefix(40), as: UTF8.self)
        if written.isEmpty || written == ")" {
            return problem(
                "missing-operand", range, "something to look for is missing here", hint: "say what to look for")
        }
        return problem(
            "missing-operand", range, "\(written) has nothing \(before ? "before" : "behind") it to look for",
            hint: before
                ? "write  a \(written) b" : "write what to look for behind it, or \"\(written)\" if you mean the word")
    }
}
