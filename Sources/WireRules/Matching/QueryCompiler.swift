import WireModel
import WireText

/// Writes expressions into a program.
struct QueryCompiler {
    private(set) var program: Program
    private let tokenizer = Tokenizer(side: .query)
    private let spellingTokenizer = Tokenizer(side: .spelling)
    /// Indices of topics by id, for `topic:`.
    private let topics: [String: Int]
    private var query = ""
    /// Working memory, kept from term to term.
    private var buffer = TokenBuffer()

    /// - Parameter program: what is written so far; the compiler writes on.
    init(_ program: Program = Program(), topics: [String: Int] = [:]) {
        self.program = program
        self.topics = topics
    }

    /// Compiles a query; returns its root node.
    mutating func compile(_ expression: Expression, of text: String) throws(QueryProblem) -> Int32 {
        query = text
        return try write(expression, field: nil, weight: 1)
    }
}

extension QueryCompiler {
    private mutating func write(
        _ expression: Expression, field: TextField?, weight: Double
    ) throws(QueryProblem) -> Int32 {
        let weight = weight * expression.weight
        switch expression.kind {
        case .all(let parts):
            return try writeChildren(.all, parts, expression, field, weight)
        case .any(let parts):
            return try writeChildren(.any, parts, expression, field, weight)
        case .not(let inner):
            return try writeChildren(.not, [inner], expression, field, weight)
        case .within(let field, let inner):
            if !field.isArticleText { program.fields.insert(field) }
            let node = try write(inner, field: field, weight: weight)
            // A clause shows its field, unless the field holds a group.
            if isLeaf(program.nodes[Int(node)].operation) {
                program.nodes[Int(node)].low = Int32(truncatingIfNeeded: expression.range.lowerBound)
                program.nodes[Int(node)].high = Int32(truncatingIfNeeded: expression.range.upperBound)
            }
            return node
        case .text(let term):
            let id = try writeTerm(term, expression.range)
            return append(.term, expression, field, weight, first: id, count: 1)
        case .near(let parts, let reaches):
            let first = Int32(truncatingIfNeeded: program.operands.count)
            let operands = try operandTerms(parts)
            program.operands.append(contentsOf: operands)
            let reach = Int32(truncatingIfNeeded: program.reaches.count)
            program.reaches.append(contentsOf: reaches)
            return append(.near, expression, field, weight, first: first, count: Int32(parts.count), value: reach)
        case .atLeast(let number, let inner):
            let first = Int32(truncatingIfNeeded: program.operands.count)
            program.operands.append(contentsOf: try operandTerms([inner]))
            return append(.atLeast, expression, field, weight, first: first, count: 1, value: Int32(number))
        case .regex(let regex):
            return append(.regex, expression, field, weight, first: writeRegex(regex), count: 1)
        case .edited(let edit, let inner):
            _ = program.key(.edited)
            return try writeChildren(edit == .added ? .added : .removed, [inner], expression, field, weight)
        case .facet(let facet):
            program.facets.append(facet)
            return append(
                .facet, expression, field, weight, first: Int32(truncatingIfNeeded: program.facets.count - 1), count: 1)
        case .topic(let id):
            return append(
                .topic, expression, field, weight, first: Int32(truncatingIfNeeded: topics[id] ?? -1), count: 1)
        }
    }

    private mutating func writeRegex(_ regex: RegularExpression) -> Int32 {
        let start = program.literalKeys.count
        for literal in regex.literals { program.literalKeys.append(program.key(.literal(literal))) }
        program.literals.append(start..<program.literalKeys.count)
        program.expressions.append(regex)
        return Int32(truncatingIfNeeded: program.expressions.count - 1)
    }

    private func isLeaf(_ operation: Program.Operation) -> Bool {
        switch operation {
        case .all, .any, .not: false
        default: true
        }
    }

    private mutating func writeChildren(
        _ operation: Program.Operation, _ parts: [Expression], _ expression: Expression, _ field: TextField?,
        _ weight: Double
    ) throws(QueryProblem) -> Int32 {
        var children: [Int32] = []
        for part in parts { children.append(try write(part, field: field, weight: weight)) }
        let first = Int32(truncatingIfNeeded: program.links.count)
        program.links.append(contentsOf: children)
        return append(operation, expression, field, weight, first: first, count: Int32(children.count))
    }

    private mutating func append(
        _ operation: Program.Operation, _ expression: Expression, _ field: TextField?, _ weight: Double, first: Int32,
        count: Int32, value: Int32 = 0
    ) -> Int32 {
        program.nodes.append(
            Program.Node(
                operation: operation, field: field, first: first, count: count, value: value, weight: weight,
                low: Int32(truncatingIfNeeded: expression.range.lowerBound),
                high: Int32(truncatingIfNeeded: expression.range.upperBound)))
        return Int32(truncatingIfNeeded: program.nodes.count - 1)
    }

    /// The terms of each operand of NEAR or ATLEAST.
    private mutating func operandTerms(_ parts: [Expression]) throws(QueryProblem) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        for part in parts {
            var terms: [Int32] = []
            try collectTerms(part, &terms)
            let first = program.links.count
            program.links.append(contentsOf: terms)
            ranges.append(first..<program.links.count)
        }
        return ranges
    }

    private mutating func collectTerms(_ expression: Expression, _ terms: inout [Int32]) throws(QueryProblem) {
        switch expression.kind {
        case .text(let term): terms.append(try writeTerm(term, expression.range))
        case .any(let parts): for part in parts { try collectTerms(part, &terms) }
        default: break
        }
    }
}

// MARK: - Terms

extension QueryCompiler {
    private static let starLetter = Spelling.starLetter
    private static let oneLetter = Spelling.oneLetter

    private mutating func writeTerm(_ term: TextTerm, _ range: Range<Int>) throws(QueryProblem) -> Int32 {
        let text = term.kind == .folded && !term.isPlain ? masked(term.text) : term.text
        let isSpelled = term.kind == .folded || term.kind == .exact
        buffer.removeAll()
        (isSpelled ? spellingTokenizer : tokenizer).append(text, to: &buffer)
        guard !buffer.tokens.isEmpty else {
            throw QueryProblem(
                .error, "no-word", range, in: Array(query.utf8), "there is no word in \(term.text.prefix(40))",
                hint: "a term needs a letter or a digit")
        }
        let start = program.tokens.count
        let firstCheck = program.checks.count
        writeTokens(term.kind)
        // Without symbols and case there is nothing to check.
        if isSpelled, !term.isPlain || term.kind == .exact { writeChecks(text, isExact: term.kind == .exact) }
        let tokens = start..<program.tokens.count
        var length: Int32 = 0
        for place in tokens { length = max(length, program.tokens[place].position + program.tokens[place].advance) }
        let checks = firstCheck..<program.checks.count
        let isOneStep = program.tokens[tokens].allSatisfy { $0.position == 0 && $0.advance == length }
        var written = Program.Term(
            tokens: tokens, length: length, checks: checks, isSimple: isOneStep && checks.isEmpty)
        if !isOneStep { written.fewest = fewest(tokens, length) }
        for check in program.checks[checks] {
            if check.positions.lowerBound == 0 { written.lead = UInt16(clamping: check.lead.count) }
            if check.positions.upperBound == length { written.trail = UInt16(clamping: check.trail.count) }
        }
        program.terms.append(written)
        return Int32(truncatingIfNeeded: program.terms.count - 1)
    }

    /// The shortest way through a term, in tokens.
    private func fewest(_ tokens: Range<Int>, _ length: Int32) -> Int32 {
        var ways = Array(repeating: Int32.max, count: Int(length) + 1)
        ways[0] = 0
        for token in program.tokens[tokens] where ways[Int(token.position)] < Int32.max {
            let end = Int(token.position + token.advance)
            ways[end] = min(ways[end], ways[Int(token.position)] + 1)
        }
        return max(1, ways[Int(length)] == Int32.max ? 1 : ways[Int(length)])
    }

    private func masked(_ text: String) -> String {
        guard Characters.hasWildcard(text) else { return text }
        var view = String.UnicodeScalarView()
        for word in text.split(omittingEmptySubsequences: false, whereSeparator: \.isWhitespace) {
            // In a script without spaces a word is found inside others: the star says nothing new.
            let isFoundAnywhere = word.unicodeScalars.contains(where: Characters.isWithoutSpaces)
            for scalar in word.unicodeScalars where !isFoundAnywhere || scalar != "*" {
                view.append(scalar == "*" ? Self.starLetter : scalar == "?" ? Self.oneLetter : scalar)
            }
            view.append(" ")
        }
        return String(view)
    }

    private mutating func writeTokens(_ kind: TextTerm.Kind) {
        let tokens = buffer.tokens
        let hasGrams = tokens.contains { $0.kind.contains(.gram) }
        let wordPositions = hasGrams ? Set(tokens.filter { !$0.kind.contains(.gram) }.map(\.position)) : []
        let pairs =
            hasGrams ? Set(tokens.filter { $0.kind.contains(.gram) && $0.width == 2 }.map(\.position)) : []
        for token in tokens {
            let form = Array(buffer.form(of: token))
            let position = Int32(truncatingIfNeeded: token.position)
            if token.kind.contains(.gram) {
                // Pairs of Hangul inside a word are not needed: the word is looked for as a part.
                if wordPositions.contains(token.position) { continue }
                let isPair = token.width == 2
                if !isPair, pairs.contains(token.position) || token.position > 0 && pairs.contains(token.position - 1) {
                    continue
                }
                let advance: Int32 = isPair && !pairs.contains(token.position + 1) ? 2 : 1
                program.tokens.append(
                    Program.TermToken(
                        position: position, advance: advance, textAdvance: advance, key: program.key(.form(form))))
                continue
            }
            program.tokens.append(
                Program.TermToken(
                    position: position, advance: Int32(truncatingIfNeeded: token.width), textAdvance: 0,
                    key: program.key(rule(form, kind))))
        }
    }

    private func rule(_ form: [UInt8], _ kind: TextTerm.Kind) -> KeyRule {
        if case .fuzzy(let edits) = kind { return .fuzzy(form, edits) }
        if kind == .stem { return .stem(form) }
        if form.allSatisfy({ $0 < 0x80 }) { return .form(form) }
        let scalars = String(decoding: form, as: UTF8.self).unicodeScalars
        if scalars.contains(Self.starLetter) || scalars.contains(Self.oneLetter) {
            var pattern: [UInt8] = []
            for scalar in scalars {
                if scalar == Self.starLetter {
                    if pattern.last != Pattern.star { pattern.append(Pattern.star) }
                } else if scalar == Self.oneLetter {
                    pattern.append(Pattern.one)
                } else {
                    pattern.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
                }
            }
            return .pattern(pattern)
        }
        if scalars.count(where: { (0xAC00...0xD7A3).contains($0.value) }) >= 2 {
            return .pattern([Pattern.any] + form + [Pattern.any])
        }
        return .form(form)
    }
}

// MARK: - Spelling

extension QueryCompiler {
    /// What must be spelled as written: `{…}` and words with symbols.
    private mutating func writeChecks(_ text: String, isExact: Bool) {
        let bytes = Array(text.utf8)
        for part in text.split(omittingEmptySubsequences: true, whereSeparator: \.isWhitespace) {
            let low = text[..<part.startIndex].utf8.count
            let high = low + part.utf8.count
            guard let (core, lead, trail) = spelling(part, low, high, bytes, isExact: isExact) else { continue }
            let inside = buffer.tokens.filter {
                Int($0.sourceOffset) >= low && Int($0.sourceOffset + $0.sourceLength) <= high
            }
            guard let first = inside.map(\.position).min(), let last = inside.map({ $0.position + $0.width }).max()
            else {
                continue
            }
            program.checks.append(
                Program.Check(
                    positions: Int32(truncatingIfNeeded: first)..<Int32(truncatingIfNeeded: last), core: core,
                    lead: lead, trail: trail, isExact: isExact,
                    hasWildcards: core.unicodeScalars.contains { $0 == Self.starLetter || $0 == Self.oneLetter }))
        }
    }

    /// The core of a written word from its first to its last letter, and the symbols around; nil if any spelling will do.
    private func spelling(
        _ part: Substring, _ low: Int, _ high: Int, _ bytes: [UInt8], isExact: Bool
    ) -> (core: String, lead: [UInt8], trail: [UInt8])? {
        let scalars = Array(part.unicodeScalars)
        guard let first = scalars.firstIndex(where: Characters.isWordCharacter),
            let last = scalars.lastIndex(where: Characters.isWordCharacter)
        else { return nil }
        if scalars.contains(where: Spelling.hasNoCase) { return nil }
        var lead = scalars[..<first]
        var trail = scalars[(last + 1)...]
        let inner = scalars[first...last]
        if !isExact {
            while let scalar = lead.first, !Spelling.isLeadingSymbol(scalar) { lead = lead.dropFirst() }
            let keepsStop = inner.contains(".") && trail.first == "."
            if keepsStop {
                trail = trail.prefix(1)
            } else {
                while let scalar = trail.last, !Spelling.isTrailingSymbol(scalar) { trail = trail.dropLast() }
            }
            if lead.contains(where: { !Spelling.isLeadingSymbol($0) }) { lead = [] }
            if trail.contains(where: { !Spelling.isTrailingSymbol($0) && $0 != "." }) { trail = [] }
            if lead.isEmpty, trail.isEmpty, !Spelling.hasInnerSymbol(Array(inner)) { return nil }
        }
        func utf8(_ scalars: ArraySlice<Unicode.Scalar>) -> [UInt8] {
            scalars.flatMap { UTF8.encode($0).map(Array.init) ?? [] }
        }
        var core = String.UnicodeScalarView()
        core.append(contentsOf: inner)
        return (Spelling.normal(String(core), isExact: isExact), utf8(lead), utf8(trail))
    }
}
