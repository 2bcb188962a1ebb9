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

    private let bytes: [UInt8]
    private let lexemes: [Lexeme]
    private var index = 0
    private var depth = 0
    private var nodes = 0
    private var warnings: [QueryProblem]

    /// - Throws: the first error, in reading order.
    static func parse(_ text: String) throws(QueryProblem) -> (expression: Expression, warnings: [QueryProblem]) {
        let (lexemes, warnings) = try Lexer.lex(text)
        var parser = QueryParser(bytes: Array(text.utf8), lexemes: lexemes, warnings: warnings)
        let expression = try parser.parseWhole()
        return (expression, parser.warnings.sorted { ($0.offset ?? 0) < ($1.offset ?? 0) })
    }

    private init(bytes: [UInt8], lexemes: [Lexeme], warnings: [QueryProblem]) {
        self.bytes = bytes
        self.lexemes = lexemes
        self.warnings = warnings
    }

    private mutating func parseWhole() throws(QueryProblem) -> Expression {
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
    private enum Link { case first, and, implicit, or }

    private struct Part {
        let link: Link
        let isNegated: Bool
        let expression: Expression
        /// From a NOT or dash before it.
        let start: Int
    }

    /// A sequence of operands up to the end or a closing parenthesis.
    private mutating func parseSequence() throws(QueryProblem) -> Expression {
        var parts: [Part] = []
        while index < lexemes.count {
            if case .close = lexemes[index].kind { break }
            parts.append(try parsePart(isFirst: parts.isEmpty))
        }
        guard let first = parts.first, let last = parts.last else {
            throw missingOperand(at: index < lexemes.count ? lexemes[index].range : bytes.count..<bytes.count)
        }
        let range = first.start..<last.expression.range.upperBound
        var groups: [[Part]] = []
        for part in parts {
            if part.link == .or || groups.isEmpty {
                groups.append([part])
            } else {
                groups[groups.count - 1].append(part)
            }
        }
        if groups.count > 1 {
            if groups.contains(where: { $0.count > 1 }) { throw mixed(parts, groups, range) }
            return Expression(kind: .any(groups.flatMap { $0.map(expression(of:)) }), range: range)
        }
        if parts.count == 1 { return expression(of: first) }
        return Expression(kind: .all(parts.map(expression(of:))), range: range)
    }

    private func expression(of part: Part) -> Expression {
        guard part.isNegated else { return part.expression }
        return Expression(kind: .not(part.expression), range: part.start..<part.expression.range.upperBound)
    }

    private mutating func parsePart(isFirst: Bool) throws(QueryProblem) -> Part {
        var link = isFirst ? Link.first : .implicit
        let start = index
        switch lexemes[index].kind {
        case .and, .or:
            if isFirst { throw missingOperand(at: lexemes[index].range, before: true) }
            if case .and = lexemes[index].kind { link = .and } else { link = .or }
            index += 1
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

    private mutating func warnImplicit(before expression: Expression) {
        guard !warnings.contains(where: { $0.code == "implicit-and" }) else { return }
        warnings.append(
            QueryProblem(
                .warning, "implicit-and", expression.range, in: bytes,
                "no operator stands before this: both sides must match, as with AND",
                hint: "write AND, or quotation marks around words that stand next to each other"))
    }

    /// OR beside AND or NOT: the error shows both readings.
    private func mixed(_ parts: [Part], _ groups: [[Part]], _ range: Range<Int>) -> QueryProblem {
        let first = render(regroup(parts) { $0.link == .or }, inner: "OR")
        let second = render(groups, inner: "AND")
        let other =
            parts.contains { $0.isNegated && $0.link != .or } && !parts.contains { $0.link == .and } ? "NOT" : "AND"
        return problem(
            "mixed-and-or", range, "\(other) and OR are mixed without parentheses",
            hint: "write  \(first)   or   \(second)")
    }

    private func regroup(_ parts: [Part], joins: (Part) -> Bool) -> [[Part]] {
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
    private func render(_ groups: [[Part]], inner: String) -> String {
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

    /// A query, and every branch of an OR, must say what to look for.
    private func checkPolarity(_ expression: Expression) throws(QueryProblem) {
        guard isPositive(expression) else {
            throw problem(
                "negative-only", expression.range, "this says only what must not occur: say what to look for",
                hint:
                    "write  something NOT \(String(decoding: bytes[core(expression).range], as: UTF8.self).prefix(60))")
        }
        try checkBranches(expression)
    }

    private func core(_ expression: Expression) -> Expression {
        switch expression.kind {
        case .not(let inner): core(inner)
        case .all(let parts): parts.first.map(core) ?? expression
        default: expression
        }
    }

    private func checkBranches(_ expression: Expression) throws(QueryProblem) {
        switch expression.kind {
        case .all(let parts):
            for part in parts { try checkBranches(part) }
        case .any(let parts):
            for part in parts { try checkPolarity(part) }
        case .not(let inner), .within(_, let inner), .atLeast(_, let inner):
            try checkPolarity(inner)
        case .near, .text, .facet, .topic:
            break
        }
    }

    private func isPositive(_ expression: Expression) -> Bool {
        switch expression.kind {
        case .not: false
        case .all(let parts): parts.contains(where: isPositive)
        case .any(let parts): parts.contains(where: isPositive)
        case .within(_, let inner): isPositive(inner)
        default: true
        }
    }
}

// MARK: - NEAR

extension QueryParser {
    private mutating func parseNear() throws(QueryProblem) -> Expression {
        let first = try parseOperand()
        var operands = [first]
        var reaches: [Reach] = []
        while index < lexemes.count, case .near(let reach) = lexemes[index].kind {
            let near = lexemes[index]
            index += 1
            guard index < lexemes.count else { throw missingOperand(at: near.range) }
            switch lexemes[index].kind {
            case .close, .and, .or, .near:
                throw missingOperand(at: near.range)
            case .not:
                throw problem(
                    "near-operand", lexemes[index].range, "NOT cannot stand beside NEAR",
                    hint: "write  a NOT (a NEAR/\(reach.distance) b)  to forbid words near each other")
            default:
                operands.append(try parseOperand())
                reaches.append(reach)
            }
        }
        guard !reaches.isEmpty else { return first }
        let range = first.range.lowerBound..<(operands.last ?? first).range.upperBound
        for operand in operands { try checkNearOperand(operand, in: range, reach: reaches[0]) }
        try count(range)
        return Expression(kind: .near(operands, reaches), range: range)
    }

    private func checkNearOperand(_ operand: Expression, in range: Range<Int>, reach: Reach) throws(QueryProblem) {
        guard !isTextGroup(operand) else { return }
        let written = String(decoding: bytes[operand.range], as: UTF8.self)
        var hint = "NEAR stands between words, phrases, wildcards, or a group of these with OR: (a OR b) NEAR/5 c"
        if case .within(let field, let inner) = operand.kind, isTextGroup(inner) {
            let whole = String(decoding: bytes[range], as: UTF8.self)
            let start = operand.range.lowerBound - range.lowerBound
            let before = String(decoding: bytes[range].prefix(start), as: UTF8.self)
            let after = String(decoding: bytes[operand.range.upperBound..<range.upperBound], as: UTF8.self)
            if whole.utf8.count < 200 {
                let value = String(decoding: bytes[inner.range], as: UTF8.self)
                hint = "write  \(field.rawValue):(\(before)\(value)\(after))"
            }
        } else if case .all = operand.kind {
            hint = "write  (a NEAR/\(reach.distance) c) AND (b NEAR/\(reach.distance) c)"
        }
        throw problem(
            "near-operand", operand.range, "\(written.prefix(60)) cannot be an operand of NEAR", hint: hint)
    }

    private func isTextGroup(_ expression: Expression) -> Bool {
        switch expression.kind {
        case .text: true
        case .any(let parts): parts.allSatisfy(isTextGroup)
        default: false
        }
    }
}

// MARK: - Operands

extension QueryParser {
    private mutating func parseOperand() throws(QueryProblem) -> Expression {
        let lexeme = lexemes[index]
        index += 1
        try count(lexeme.range)
        switch lexeme.kind {
        case .open:
            return try parseGroup(lexeme)
        case .word, .phrase, .exact:
            return try parseText(lexeme)
        case .field(let rule):
            return try parseField(rule, lexeme)
        case .count(let number):
            return try parseCount(number, lexeme)
        case .value, .weight, .tilde:
            throw problem(
                "unexpected", lexeme.range,
                "\(String(decoding: bytes[lexeme.range].prefix(40), as: UTF8.self)) has no operand before it",
                hint: "write it right behind a word, phrase or group, without a blank")
        case .and, .or, .not, .near, .close:
            throw missingOperand(at: lexeme.range)
        }
    }

    private mutating func parseGroup(_ open: Lexeme) throws(QueryProblem) -> Expression {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Limits.depth else { throw tooDeep(open.range) }
        if index < lexemes.count, case .close = lexemes[index].kind {
            throw problem(
                "missing-operand", open.range.lowerBound..<lexemes[index].range.upperBound,
                "these parentheses are empty", hint: "write what to look for between them, or remove them")
        }
        guard index < lexemes.count else { throw unclosed(open) }
        let inner = try parseSequence()
        guard index < lexemes.count, case .close = lexemes[index].kind else { throw unclosed(open) }
        let end = lexemes[index].range.upperBound
        index += 1
        return try withSuffixes(Expression(kind: inner.kind, range: open.range.lowerBound..<end, weight: inner.weight))
    }

    private mutating func parseField(_ rule: FieldRule, _ lexeme: Lexeme) throws(QueryProblem) -> Expression {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Limits.depth else { throw tooDeep(lexeme.range) }
        let name = String(decoding: bytes[lexeme.range], as: UTF8.self)
        guard index < lexemes.count, lexemes[index].isAdjacent else {
            throw missingValue(name, rule, lexeme)
        }
        let next = lexemes[index]
        if case .value = next.kind {
            index += 1
            return try parsePlainValue(rule, lexeme, next)
        }
        switch next.kind {
        case .not:
            throw problem(
                "missing-operand", lexeme.range.lowerBound..<next.range.upperBound,
                "a field needs something to look for", hint: "write  -\(name)\(rule.sample)")
        case .and, .or, .near, .close:
            throw missingValue(name, rule, lexeme)
        default:
            break
        }
        if rule.field == .feed, case .phrase = next.kind {
            let text = String(decoding: bytes[next.content], as: UTF8.self)
            if text.hasPrefix("folder/") {
                index += 1
                try count(next.range)
                let range = lexeme.range.lowerBound..<next.range.upperBound
                let path = String(text.dropFirst("folder/".count))
                return try withSuffixes(Expression(kind: .facet(FolderFacet(path: path)), range: range))
            }
        }
        let inner = try parseOperand()
        let field = rule.field ?? .body
        try checkInside(inner, name: name)
        return Expression(
            kind: .within(field, inner), range: lexeme.range.lowerBound..<inner.range.upperBound)
    }

    private func missingValue(_ name: String, _ rule: FieldRule, _ lexeme: Lexeme) -> QueryProblem {
        problem(
            "missing-operand", lexeme.range, "\(name) has nothing behind it",
            hint: "write \(name)\(rule.sample), without a blank")
    }

    /// What a field may hold: anything that is looked for in its text.
    private func checkInside(_ expression: Expression, name: String) throws(QueryProblem) {
        switch expression.kind {
        case .within(let field, _):
            throw problem(
                "field-in-field", expression.range, "\(field.rawValue): cannot stand inside \(name)",
                hint: "write the fields beside each other: \(name)x AND \(field.rawValue):y")
        case .facet, .topic:
            throw problem(
                "field-in-field", expression.range,
                "this is not looked for in a text, so it cannot stand inside \(name)",
                hint:
                    "write it beside: \(name)x AND \(String(decoding: bytes[expression.range].prefix(60), as: UTF8.self))"
            )
        case .all(let parts), .any(let parts):
            for part in parts { try checkInside(part, name: name) }
        case .not(let inner), .atLeast(_, let inner):
            try checkInside(inner, name: name)
        case .near, .text:
            break
        }
    }

    private mutating func parsePlainValue(
        _ rule: FieldRule, _ name: Lexeme, _ value: Lexeme
    ) throws(QueryProblem) -> Expression {
        let text = String(decoding: bytes[value.content], as: UTF8.self)
        let range = name.range.lowerBound..<value.range.upperBound
        guard !text.isEmpty else { throw missingValue(String(decoding: bytes[name.range], as: UTF8.self), rule, name) }
        let kind: Expression.Kind
        switch rule.value {
        case .operand:
            // feed:folder/politics
            kind = .facet(FolderFacet(path: String(text.dropFirst("folder/".count))))
        case .plain(let read):
            kind = try read(FieldValue(field: rule.name, text: text, range: value.content, query: bytes))
        }
        return try withSuffixes(Expression(kind: kind, range: range))
    }

    private mutating func parseCount(_ number: Int, _ lexeme: Lexeme) throws(QueryProblem) -> Expression {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Limits.depth else { throw tooDeep(lexeme.range) }
        guard index < lexemes.count, !lexemes[index].isOperator else { throw missingOperand(at: lexeme.range) }
        if case .close = lexemes[index].kind { throw missingOperand(at: lexeme.range) }
        let inner = try parseOperand()
        guard isTextGroup(inner) else {
            var hint = "ATLEAST counts a word, phrase, wildcard, or a group of these with OR"
            if case .within(let field, let text) = inner.kind {
                let value = String(decoding: bytes[text.range].prefix(60), as: UTF8.self)
                hint = "write  \(field.rawValue):ATLEAST\(number)(\(value))"
            }
            throw problem("count-operand", inner.range, "this cannot be counted", hint: hint)
        }
        return Expression(
            kind: .atLeast(number, inner), range: lexeme.range.lowerBound..<inner.range.upperBound,
            weight: inner.weight)
    }

    private mutating func withSuffixes(_ expression: Expression) throws(QueryProblem) -> Expression {
        var expression = expression
        while index < lexemes.count {
            switch lexemes[index].kind {
            case .weight(let weight):
                expression = Expression(
                    kind: expression.kind, range: expression.range.lowerBound..<lexemes[index].range.upperBound,
                    weight: expression.weight * weight)
                index += 1
            case .tilde:
                throw problem(
                    "bad-fuzzy", lexemes[index].range, "~ and a number stand behind a word or a phrase",
                    hint: "write barr~1 or \"a b\"~5")
            default:
                return expression
            }
        }
        return expression
    }
}

// MARK: - Words and phrases

extension QueryParser {
    private mutating func parseText(_ lexeme: Lexeme) throws(QueryProblem) -> Expression {
        let text = String(decoding: bytes[lexeme.content], as: UTF8.self)
        var kind = TextTerm.Kind.folded
        var isQuoted = true
        if case .exact = lexeme.kind { kind = .exact }
        if case .word = lexeme.kind {
            isQuoted = false
            warnLowerCase(text, lexeme)
        }
        guard text.unicodeScalars.contains(where: Characters.isWordCharacter) else {
            let code = text.contains("*") || text.contains("?") ? "wildcard-too-short" : "no-word"
            throw problem(
                code, lexeme.range,
                "there is no word in \(String(decoding: bytes[lexeme.range].prefix(40), as: UTF8.self))",
                hint: "a term needs a letter or a digit")
        }
        if kind != .exact { try checkWildcards(lexeme.content) }
        if index < lexemes.count, case .tilde(let number) = lexemes[index].kind {
            let tilde = lexemes[index]
            index += 1
            if isQuoted, kind == .folded { return try proximity(lexeme, number, tilde) }
            try checkFuzzy(text, number, lexeme, tilde, isExact: kind == .exact)
            kind = .fuzzy(number)
        }
        let end = lexemes[index - 1].range.upperBound
        return try withSuffixes(
            Expression(
                kind: .text(TextTerm(kind: kind, text: text, isQuoted: isQuoted)),
                range: lexeme.range.lowerBound..<end))
    }

    private mutating func warnLowerCase(_ text: String, _ lexeme: Lexeme) {
        guard index >= 2, index < lexemes.count, ["and", "or", "not"].contains(text.lowercased()) else { return }
        if case .close = lexemes[index].kind { return }
        if case .open = lexemes[index - 2].kind { return }
        warnings.append(
            QueryProblem(
                .warning, "lower-case-operator", lexeme.range, in: bytes,
                "\(text) in small letters is an ordinary word here",
                hint: "write \(text.uppercased()) if you mean the operator, \"\(text)\" if you mean the word"))
    }

    /// `"a b"~5`: a NEAR/5 b.
    private mutating func proximity(_ lexeme: Lexeme, _ number: Int, _ tilde: Lexeme) throws(QueryProblem) -> Expression
    {
        guard number <= Lexer.Limits.distance else {
            throw problem(
                "near-range", tilde.range, "~\(number) reaches too far: n is from 0 to \(Lexer.Limits.distance)",
                hint: "write ~\(Lexer.Limits.wideDistance)")
        }
        if number > Lexer.Limits.wideDistance {
            warnings.append(
                QueryProblem(
                    .warning, "wide-near", tilde.range, in: bytes,
                    "~\(number) spans more than a sentence or two: words so far apart seldom belong together",
                    hint: "write ~\(Lexer.Limits.wideDistance) or less"))
        }
        var operands: [Expression] = []
        let text = String(decoding: bytes[lexeme.content], as: UTF8.self)
        var offset = lexeme.content.lowerBound
        for word in text.split(omittingEmptySubsequences: false, whereSeparator: \.isWhitespace) {
            let end = offset + word.utf8.count
            if word.unicodeScalars.contains(where: Characters.isWordCharacter) {
                try count(lexeme.range)
                let term = TextTerm(kind: .folded, text: String(word), isQuoted: true)
                operands.append(Expression(kind: .text(term), range: offset..<end))
            }
            let separator = text.utf8.count + lexeme.content.lowerBound > end ? separatorWidth(at: end) : 0
            offset = end + separator
        }
        let range = lexeme.range.lowerBound..<tilde.range.upperBound
        guard operands.count > 1 else {
            throw problem(
                "bad-fuzzy", range, "a phrase with ~ needs several words",
                hint:
                    "write \(operands.isEmpty ? "a" : text.split(separator: " ").joined())~1 without quotation marks for words one edit apart"
            )
        }
        let reach = Reach(distance: number, isOrdered: false)
        return try withSuffixes(
            Expression(
                kind: .near(operands, Array(repeating: reach, count: operands.count - 1)), range: range))
    }

    /// UTF-8 bytes of the character at `offset`.
    private func separatorWidth(at offset: Int) -> Int {
        guard offset < bytes.count else { return 0 }
        if bytes[offset] == 0x0D, offset + 1 < bytes.count, bytes[offset + 1] == 0x0A { return 2 }
        return bytes[offset] < 0x80 ? 1 : bytes[offset] < 0xE0 ? 2 : bytes[offset] < 0xF0 ? 3 : 4
    }

    private func checkFuzzy(
        _ text: String, _ number: Int, _ lexeme: Lexeme, _ tilde: Lexeme, isExact: Bool
    ) throws(QueryProblem) {
        let range = lexeme.range.lowerBound..<tilde.range.upperBound
        guard !isExact, !text.contains("*"), !text.contains("?") else {
            throw problem(
                "bad-fuzzy", range, "~ goes with a plain word, not with {…} or wildcards", hint: "write barr~1")
        }
        guard number == 1 || number == 2 else {
            throw problem(
                "bad-fuzzy", tilde.range, "~\(number): one or two edits can be asked for", hint: "write \(text)~1")
        }
        guard text.unicodeScalars.count(where: Characters.isWordCharacter) >= Limits.fuzzyLetters else {
            throw problem(
                "fuzzy-too-short", range,
                "\(text) is too short for ~\(number): it needs \(Limits.fuzzyLetters) letters",
                hint: "write the spellings you expect: (\(text) OR …)")
        }
    }

    /// Each `*` needs letters beside it, each `?` one before it.
    private func checkWildcards(_ range: Range<Int>) throws(QueryProblem) {
        let text = String(decoding: bytes[range], as: UTF8.self)
        guard text.contains("*") || text.contains("?") else { return }
        var offset = range.lowerBound
        for word in text.split(omittingEmptySubsequences: false, whereSeparator: \.isWhitespace) {
            let end = offset + word.utf8.count
            try checkWildcards(word: Array(word.unicodeScalars), offset..<end)
            offset = end + (end < range.upperBound ? separatorWidth(at: end) : 0)
        }
    }

    private func checkWildcards(word: [Unicode.Scalar], _ range: Range<Int>) throws(QueryProblem) {
        let stars = word.indices.filter { word[$0] == "*" }
        let written = String(decoding: bytes[range].prefix(60), as: UTF8.self)
        for (place, star) in stars.enumerated() {
            let low = place == 0 ? 0 : stars[place - 1] + 1
            let high = place + 1 < stars.count ? stars[place + 1] : word.count
            let before = word[low..<star].count(where: Characters.isWordCharacter)
            let after = word[(star + 1)..<high].count(where: Characters.isWordCharacter)
            if max(before, after) < Limits.wildcardLetters, !isWithoutSpaces(word) {
                throw problem(
                    "wildcard-too-short", range,
                    "\(written) would match too much: at least 3 letters must stand beside a *",
                    hint: "write more of the word, or the words you mean: (a OR b)")
            }
        }
        var hasLetter = false
        for scalar in word {
            if scalar == "*" { hasLetter = false } else if Characters.isWordCharacter(scalar) { hasLetter = true }
            if scalar == "?", !hasLetter {
                throw problem(
                    "wildcard-too-short", range, "\(written): a letter must stand before a ?",
                    hint: "write  organi?ation")
            }
        }
    }

    /// In scripts without spaces a word is found anywhere, so a `*` adds nothing.
    private func isWithoutSpaces(_ word: [Unicode.Scalar]) -> Bool {
        word.contains { (0x2E80...0x9FFF).contains($0.value) || (0x20000...0x3FFFF).contains($0.value) }
            && word.allSatisfy { $0 == "*" || $0.value >= 0x2E80 }
    }
}

// MARK: - Errors

extension QueryParser {
    private mutating func count(_ range: Range<Int>) throws(QueryProblem) {
        nodes += 1
        guard nodes <= Limits.nodes else {
            throw problem(
                "too-many-parts", range, "the query has more than \(Limits.nodes) parts",
                hint: "divide it among several topics; topic:their-id joins them")
        }
    }

    private func problem(
        _ code: String, _ range: Range<Int>, _ message: String, hint: String? = nil
    ) -> QueryProblem {
        QueryProblem(.error, code, range, in: bytes, message, hint: hint)
    }

    private func unclosed(_ open: Lexeme) -> QueryProblem {
        problem(
            "unclosed-parenthesis", open.range, "this ( is never closed", hint: "put the ) where the group ends")
    }

    private func tooDeep(_ range: Range<Int>) -> QueryProblem {
        problem(
            "too-deep", range, "more than \(Limits.depth) levels stand within each other",
            hint: "put a part into a topic of its own and write topic:its-id")
    }

    private func missingOperand(at range: Range<Int>, before: Bool = false) -> QueryProblem {
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
