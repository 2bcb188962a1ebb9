/// Groups, fields, ATLEAST and NEAR.
extension QueryParser {
    mutating func parseOperand() throws(QueryProblem) -> Expression {
        let lexeme = lexemes[index]
        index += 1
        try count(lexeme.range)
        switch lexeme.kind {
        case .open:
            return try parseGroup(lexeme)
        case .word, .phrase, .exact, .stem:
            return try parseText(lexeme)
        case .regex(let ignoresCase):
            return try parseRegex(lexeme, ignoresCase: ignoresCase)
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

    mutating func parseGroup(_ open: Lexeme) throws(QueryProblem) -> Expression {
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

    mutating func parseField(_ rule: FieldRule, _ lexeme: Lexeme) throws(QueryProblem) -> Expression {
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
                "a field needs something to look for", hint: "write  -\(name)\(written(behind: next))")
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
        try checkInside(inner, rule, name: name)
        let range = lexeme.range.lowerBound..<inner.range.upperBound
        if case .edit(let edit) = rule.value {
            return Expression(kind: .edited(edit, inner), range: range, weight: inner.weight)
        }
        return Expression(kind: .within(rule.field ?? .body, inner), range: range)
    }

    /// What stands behind a lexeme without a blank, shortened.
    func written(behind lexeme: Lexeme) -> String {
        guard index + 1 < lexemes.count, lexemes[index + 1].isAdjacent else { return "x" }
        return String(String(decoding: bytes[lexemes[index + 1].range], as: UTF8.self).prefix(40))
    }

    func missingValue(_ name: String, _ rule: FieldRule, _ lexeme: Lexeme) -> QueryProblem {
        problem(
            "missing-operand", lexeme.range, "\(name) has nothing behind it",
            hint: "write \(name)\(rule.sample), without a blank")
    }

    /// What a field may hold: anything that is looked for in its text.
    func checkInside(_ expression: Expression, _ rule: FieldRule, name: String) throws(QueryProblem) {
        switch expression.kind {
        case .within(let field, _):
            throw problem(
                "field-in-field", expression.range, "\(field.rawValue): cannot stand inside \(name)",
                hint: "write the fields beside each other: \(name)x AND \(field.rawValue):y")
        case .facet, .topic, .edited:
            throw problem(
                "field-in-field", expression.range,
                "this is not looked for in a text, so it cannot stand inside \(name)",
                hint:
                    "write it beside: \(name)x AND \(String(decoding: bytes[expression.range].prefix(60), as: UTF8.self))"
            )
        case .all(let parts), .any(let parts):
            for part in parts { try checkInside(part, rule, name: name) }
        case .not(let inner), .atLeast(_, let inner):
            try checkInside(inner, rule, name: name)
        case .regex:
            guard rule.field.map(\.isArticleText) ?? true else {
                throw problem(
                    "field-in-field", expression.range, "a regular expression looks in title and body only",
                    hint: "write words behind \(name), or title:/…/")
            }
        case .near, .text:
            break
        }
    }

    mutating func parsePlainValue(
        _ rule: FieldRule, _ name: Lexeme, _ value: Lexeme
    ) throws(QueryProblem) -> Expression {
        let text = String(decoding: bytes[value.content], as: UTF8.self)
        let range = name.range.lowerBound..<value.range.upperBound
        guard !text.isEmpty else { throw missingValue(String(decoding: bytes[name.range], as: UTF8.self), rule, name) }
        let kind: Expression.Kind
        switch rule.value {
        case .operand, .edit:
            // feed:folder/politics
            guard text.count > "folder/".count else {
                throw problem(
                    "missing-operand", range, "folder/ has no name of a folder behind it",
                    hint: "write feed:folder/politics")
            }
            kind = .facet(FolderFacet(path: String(text.dropFirst("folder/".count))))
        case .plain(let read):
            kind = try read(FieldValue(field: rule.name, text: text, range: value.content, query: bytes))
        }
        return try withSuffixes(Expression(kind: kind, range: range))
    }

    mutating func parseRegex(_ lexeme: Lexeme, ignoresCase: Bool) throws(QueryProblem) -> Expression {
        let pattern = String(decoding: bytes[lexeme.content], as: UTF8.self)
        let regex = try RegexOperator.read(pattern, ignoresCase: ignoresCase, lexeme.content, in: bytes)
        if regex.matches([UInt8]().span, in: 0..<0) {
            warnings.append(
                QueryProblem(
                    .warning, "regex-matches-nothing", lexeme.range, in: bytes,
                    "this expression is met by an empty text, so by every article",
                    hint: "write what must stand there, with + instead of *"))
        }
        return try withSuffixes(Expression(kind: .regex(regex), range: lexeme.range))
    }

    mutating func parseCount(_ number: Int, _ lexeme: Lexeme) throws(QueryProblem) -> Expression {
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

    mutating func withSuffixes(_ expression: Expression) throws(QueryProblem) -> Expression {
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

// MARK: - NEAR

extension QueryParser {
    mutating func parseNear() throws(QueryProblem) -> Expression {
        let first = try parseOperand()
        guard index < lexemes.count, case .near = lexemes[index].kind else { return first }
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
        let range = first.range.lowerBound..<(operands.last ?? first).range.upperBound
        for operand in operands { try checkNearOperand(operand, in: range, reach: reaches[0]) }
        try count(range)
        return Expression(kind: .near(operands, reaches), range: range)
    }

    func checkNearOperand(_ operand: Expression, in range: Range<Int>, reach: Reach) throws(QueryProblem) {
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
        } else if case .near = operand.kind {
            hint = "a chain stands without parentheses: a NEAR/5 b NEAR/\(reach.distance) c"
        } else if case .all = operand.kind {
            hint = "write  (a NEAR/\(reach.distance) c) AND (b NEAR/\(reach.distance) c)"
        }
        throw problem(
            "near-operand", operand.range, "\(written.prefix(60)) cannot be an operand of NEAR", hint: hint)
    }

    func isTextGroup(_ expression: Expression) -> Bool {
        switch expression.kind {
        case .text: true
        case .any(let parts): parts.allSatisfy(isTextGroup)
        default: false
        }
    }
}
