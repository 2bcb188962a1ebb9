/// Words, phrases, wildcards and what stands behind them.
extension QueryParser {
    mutating func parseText(_ lexeme: Lexeme) throws(QueryProblem) -> Expression {
        let text = String(decoding: bytes[lexeme.content], as: UTF8.self)
        var kind = TextTerm.Kind.folded
        var isQuoted = true
        if case .exact = lexeme.kind { kind = .exact }
        if case .stem = lexeme.kind {
            kind = .stem
            isQuoted = false
        }
        if case .word = lexeme.kind {
            isQuoted = false
            warnLowerCase(text, lexeme)
            warnStranger(text, lexeme)
        }
        let isPlain = Characters.isPlain(bytes[lexeme.content])
        guard isPlain || text.unicodeScalars.contains(where: Characters.isWordCharacter) else {
            let code = Characters.hasWildcard(text) ? "wildcard-too-short" : "no-word"
            throw problem(
                code, lexeme.range,
                "there is no word in \(String(decoding: bytes[lexeme.range].prefix(40), as: UTF8.self))",
                hint: "a term needs a letter or a digit")
        }
        if kind == .folded, !isPlain, Characters.hasWildcard(text) { try checkWildcards(text, lexeme.content) }
        if index < lexemes.count, case .tilde(let number) = lexemes[index].kind {
            let tilde = lexemes[index]
            index += 1
            if isQuoted, kind == .folded { return try proximity(lexeme, number, tilde) }
            try checkFuzzy(text, number, lexeme, tilde, isPlain: kind == .folded)
            kind = .fuzzy(number)
        }
        let end = lexemes[index - 1].range.upperBound
        return try withSuffixes(
            Expression(
                kind: .text(TextTerm(kind: kind, text: text, isPlain: isPlain)),
                range: lexeme.range.lowerBound..<end))
    }

    mutating func warnLowerCase(_ text: String, _ lexeme: Lexeme) {
        guard index >= 2, index < lexemes.count, text.utf8.count <= 4,
            ["and", "or", "not", "near"].contains(text.lowercased())
        else { return }
        if case .close = lexemes[index].kind { return }
        if case .open = lexemes[index - 2].kind { return }
        warnings.append(
            QueryProblem(
                .warning, "lower-case-operator", lexeme.range, in: bytes,
                "\(text) in small letters is an ordinary word here",
                hint:
                    "write \(text.lowercased() == "near" ? "NEAR/5" : text.uppercased()) if you mean the operator, \"\(text)\" if you mean the word"
            ))
    }

    /// Words that other languages have for an operator, and single quotation marks, which are apostrophes here.
    mutating func warnStranger(_ text: String, _ lexeme: Lexeme) {
        if index >= 2, let distance = Self.strangeDistance(text) {
            let isOrdered = text.hasPrefix("PRE") || text.hasPrefix("ONEAR")
            warnings.append(
                QueryProblem(
                    .warning, "ordinary-word", lexeme.range, in: bytes, "\(text) is an ordinary word here",
                    hint: "write \(isOrdered ? "ONEAR" : "NEAR")/\(distance)"))
        }
        if let first = text.unicodeScalars.first, Characters.isApostrophe(first),
            !text.unicodeScalars.dropFirst().contains(where: Characters.isApostrophe)
        {
            warnings.append(
                QueryProblem(
                    .warning, "single-quote", lexeme.range, in: bytes,
                    "a single quotation mark is an apostrophe here and holds nothing together",
                    hint: "write \"…\" around words that stand next to each other"))
        }
    }

    /// The number of `NEAR5`, `ADJ/3` and the like; nil for other words.
    private static func strangeDistance(_ text: String) -> Substring? {
        guard let first = text.utf8.first, first &- 65 < 26, let last = text.utf8.last, last &- 48 < 10 else {
            return nil
        }
        let letters = text.prefix { $0 >= "A" && $0 <= "Z" }
        guard ["NEAR", "ONEAR", "ADJ", "WITHIN", "PRE", "W"].contains(letters) else { return nil }
        let rest = text.dropFirst(letters.count)
        let digits = rest.hasPrefix("/") ? rest.dropFirst() : rest
        return digits.utf8.count <= 3 && digits.utf8.allSatisfy { $0 &- 48 < 10 } ? digits : nil
    }

    /// `"a b"~5`: a NEAR/5 b.
    mutating func proximity(_ lexeme: Lexeme, _ number: Int, _ tilde: Lexeme) throws(QueryProblem) -> Expression {
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
                let term = TextTerm(kind: .folded, text: String(word), isPlain: Characters.isPlain(bytes[offset..<end]))
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
    func separatorWidth(at offset: Int) -> Int {
        guard offset < bytes.count else { return 0 }
        if bytes[offset] == 0x0D, offset + 1 < bytes.count, bytes[offset + 1] == 0x0A { return 2 }
        return bytes[offset] < 0x80 ? 1 : bytes[offset] < 0xE0 ? 2 : bytes[offset] < 0xF0 ? 3 : 4
    }

    func checkFuzzy(
        _ text: String, _ number: Int, _ lexeme: Lexeme, _ tilde: Lexeme, isPlain: Bool
    ) throws(QueryProblem) {
        let range = lexeme.range.lowerBound..<tilde.range.upperBound
        guard isPlain, !Characters.hasWildcard(text) else {
            throw problem(
                "bad-fuzzy", range, "~ goes with a plain word, not with {…}, ~… or wildcards", hint: "write barr~1")
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
    func checkWildcards(_ text: String, _ range: Range<Int>) throws(QueryProblem) {
        var offset = range.lowerBound
        for word in text.split(omittingEmptySubsequences: false, whereSeparator: \.isWhitespace) {
            let end = offset + word.utf8.count
            try checkWildcards(word: Array(word.unicodeScalars), offset..<end)
            offset = end + (end < range.upperBound ? separatorWidth(at: end) : 0)
        }
    }

    func checkWildcards(word: [Unicode.Scalar], _ range: Range<Int>) throws(QueryProblem) {
        guard word.contains(where: { $0 == "*" || $0 == "?" }) else { return }
        let written = String(decoding: bytes[range].prefix(60), as: UTF8.self)
        if word.contains(where: Characters.isWithoutSpaces) {
            let core = word.drop { $0 == "*" }.reversed().drop { $0 == "*" }
            guard core.contains(where: { $0 == "*" || $0 == "?" }) else { return }
            throw problem(
                "wildcard-place", range,
                "\(written): where a script has no spaces, a word is found inside others, and no * or ? stands within it",
                hint: "write the parts near each other: 東京 ONEAR/5 庁")
        }
        let stars = word.indices.filter { word[$0] == "*" }
        for (place, star) in stars.enumerated() {
            let low = place == 0 ? 0 : stars[place - 1] + 1
            let high = place + 1 < stars.count ? stars[place + 1] : word.count
            let before = word[low..<star].count(where: Characters.isWordCharacter)
            let after = word[(star + 1)..<high].count(where: Characters.isWordCharacter)
            if max(before, after) < Limits.wildcardLetters {
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
}
