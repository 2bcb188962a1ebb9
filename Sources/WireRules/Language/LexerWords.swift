/// Words, and the operators that look like words.
extension Lexer {
    mutating func readWord(_ isAdjacent: Bool) throws(QueryProblem) {
        let start = index
        if scalars[start] == "~" { return try readStem(isAdjacent) }
        if scalars[start] == "/", followsOperator { return try readRegex(isAdjacent) }
        if let colon = fieldEnd(from: start), !isAddress(colon), try readField(start, colon, isAdjacent) { return }
        var end = wordEnd(from: start)
        if mayBeOperator(start..<end), try readOperator(string(start..<end), start..<end, isAdjacent) { return }
        if let mark = scalars[start..<end].firstIndex(where: { $0 == "^" || $0 == "~" }), mark > start { end = mark }
        index = max(end, start + 1)
        append(.word, from: start, isAdjacent)
        try readSuffixes()
    }

    /// `~resign`: a plain word behind the tilde.
    mutating func readStem(_ isAdjacent: Bool) throws(QueryProblem) {
        let start = index
        var end = wordEnd(from: start + 1)
        if let mark = scalars[(start + 1)..<end].firstIndex(of: "^") { end = mark }
        let word = string((start + 1)..<end)
        guard !word.isEmpty, !word.contains(where: { "~*?/".contains($0) }) else {
            let next = start + 1 < scalars.count ? scalars[start + 1] : " "
            let hint =
                Characters.isQuote(next) || next == "{"
                ? "text in quotes or braces is never stemmed: write it without ~, or ~ before a single word"
                : next == "(" ? "write  (~a OR ~b)" : "write  ~resign"
            throw problem("bad-stem", start..<max(end, start + 1), "~ stands right before a plain word", hint: hint)
        }
        index = end
        append(.stem, from: start, content: (start + 1)..<end, isAdjacent)
        try readSuffixes()
    }

    /// `/…/` and `/…/i`; a slash inside stands behind a backslash.
    mutating func readRegex(_ isAdjacent: Bool) throws(QueryProblem) {
        let start = index
        let quoted = "in quotes a slash is an ordinary character: \"\(string(start..<wordEnd(from: start)))\""
        guard let end = regexEnd(from: start) else {
            throw problem(
                "unclosed-regex", start..<(start + 1), "this / begins a regular expression that is never closed",
                hint: "put a / where it ends; \(quoted)")
        }
        guard end > start + 2 else {
            throw problem("bad-regex", start..<end, "the regular expression is empty", hint: quoted)
        }
        let flags = end..<(wordEnd(from: end, stoppingAt: "^"))
        let ignoresCase = string(flags) == "i"
        guard flags.isEmpty || ignoresCase else {
            throw problem(
                "bad-regex", start..<flags.upperBound,
                "behind the closing / of a regular expression stands i or nothing, not \(string(flags))",
                hint: "write /…/i if case does not count; \(quoted)")
        }
        index = flags.upperBound
        append(.regex(ignoresCase: ignoresCase), from: start, content: (start + 1)..<(end - 1), isAdjacent)
        try readSuffixes()
    }

    /// Whether it is worth asking; for most words it is not.
    private func mayBeOperator(_ range: Range<Int>) -> Bool {
        switch scalars[range.lowerBound] {
        case "A", "a": range.count == 3 || range.count >= 7
        case "O", "N": true
        case "C", "c": range.count == 2
        case "&", "|", "!": true
        default: scalars[range].contains("/")
        }
    }

    /// Reads AND, OR, NOT, NEAR/n and its aliases, ATLEASTn and cs(…); false if the word is none of them.
    mutating func readOperator(
        _ text: String, _ range: Range<Int>, _ isAdjacent: Bool
    ) throws(QueryProblem) -> Bool {
        let kind: Lexeme.Kind
        let next = range.upperBound < scalars.count ? scalars[range.upperBound] : " "
        switch text {
        case "AND": kind = .and
        case "OR": kind = .or
        case "NOT": kind = .not
        case "cs" where next == "(", "CS" where next == "(":
            index = range.upperBound
            try readCaseSensitive(range.lowerBound, isAdjacent)
            return true
        case "&&", "||", "!":
            let word = ["&&": "AND", "||": "OR", "!": "NOT"][text] ?? "AND"
            throw problem("unknown-operator", range, "\(text) is not an operator", hint: "write \(word)")
        case _ where text.hasPrefix("!") && !isAdjacent && nextIsWordCharacter(range.lowerBound + 1):
            throw problem(
                "unknown-operator", range.lowerBound..<(range.lowerBound + 1), "! is not an operator",
                hint: "write NOT \(text.dropFirst().prefix(40)), or -\(text.dropFirst().prefix(40))")
        default:
            if let reach = try readReach(text, range) {
                kind = .near(reach)
            } else if let count = try readCount(text, range, next) {
                kind = .count(count)
            } else {
                return false
            }
        }
        index = range.upperBound
        append(kind, from: range.lowerBound, isAdjacent)
        return true
    }

    mutating func readCaseSensitive(_ start: Int, _ isAdjacent: Bool) throws(QueryProblem) {
        let hint = "write cs(\"US\") or {US}"
        index += 1
        while index < scalars.count, Characters.isBlank(scalars[index]) { index += 1 }
        let isQuoted = index < scalars.count && Characters.isQuote(scalars[index])
        let low = isQuoted ? index + 1 : index
        var high = low
        while high < scalars.count, isQuoted ? !Characters.isQuote(scalars[high]) : scalars[high] != ")" { high += 1 }
        var end = isQuoted ? high + 1 : high
        while end < scalars.count, Characters.isBlank(scalars[end]) { end += 1 }
        guard end < scalars.count, scalars[end] == ")" else {
            throw problem("unclosed-parenthesis", start..<(start + 3), "this cs( is never closed", hint: hint)
        }
        index = end + 1
        append(.exact, from: start, content: low..<high, isAdjacent)
        try readSuffixes()
    }

    /// `NEAR/5`, `near/5`, `w/5`, `ONEAR/5`, `onear/5`, `pre/5`, `NEAR/5f`; nil if the word is none of these.
    mutating func readReach(_ text: String, _ range: Range<Int>) throws(QueryProblem) -> Reach? {
        guard text.utf8.contains(UInt8(ascii: "/")) || text == "NEAR" || text == "ONEAR" else { return nil }
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let name = parts[0].lowercased()
        guard ["near", "onear", "w", "pre"].contains(name) else { return nil }
        guard parts.count == 2 else {
            guard text == "NEAR" || text == "ONEAR" else { return nil }
            throw problem(
                "near-without-number", range, "\(text) needs a number of words", hint: "write \(text)/5")
        }
        var digits = parts[1]
        var isOrdered = name == "onear" || name == "pre"
        if digits.last == "f" || digits.last == "F", digits.count > 1, name == "near" || name == "w" {
            digits = digits.dropLast()
            isOrdered = true
        }
        guard !digits.isEmpty, digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else {
            // `w/o` and the like are words.
            if name == "w" || name == "pre" { return nil }
            throw problem(
                "near-without-number", range, "\(text) needs a number of words behind the slash",
                hint: "write \(parts[0].uppercased())/5")
        }
        guard let distance = Int(digits), distance <= Limits.distance else {
            throw problem(
                "near-range", range, "\(text) reaches too far: n is from 0 to \(Limits.distance)",
                hint: "write \(parts[0])/\(Limits.wideDistance), or AND if the place does not matter")
        }
        if distance > Limits.wideDistance {
            warnings.append(
                QueryProblem(
                    .warning, "wide-near", place(range), in: bytes,
                    "\(text) spans more than a sentence or two: words so far apart seldom belong together",
                    hint: "write \(parts[0])/\(Limits.wideDistance) or less"))
        }
        return Reach(distance: distance, isOrdered: isOrdered)
    }

    func readCount(_ text: String, _ range: Range<Int>, _ next: Unicode.Scalar) throws(QueryProblem) -> Int? {
        guard let first = text.utf8.first, first | 0x20 == UInt8(ascii: "a"), text.count >= 7,
            text.prefix(7).lowercased() == "atleast"
        else { return nil }
        let digits = text.dropFirst(7)
        guard digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
        if digits.isEmpty {
            guard next == "(" || text == "ATLEAST" else { return nil }
            throw problem("count-range", range, "\(text) needs a number", hint: "write ATLEAST3(…)")
        }
        guard let count = Int(digits), Limits.counts.contains(count) else {
            throw problem(
                "count-range", range,
                "\(text): the number is from \(Limits.counts.lowerBound) to \(Limits.counts.upperBound)",
                hint: digits.allSatisfy { $0 == "0" } || digits == "1"
                    ? "for one occurrence write the word alone" : "write ATLEAST\(Limits.counts.upperBound)(…)")
        }
        return count
    }
}
