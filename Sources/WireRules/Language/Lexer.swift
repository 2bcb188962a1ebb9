/// Cuts the text of a query into lexemes.
struct Lexer {
    enum Limits {
        /// UTF-8 bytes of one query.
        static let bytes = 16 * 1024
        /// Words between two operands of NEAR.
        static let distance = 100
        /// A wider NEAR is likely a mistake.
        static let wideDistance = 30
        static let counts = 2...100
        static let weights = 0.001...1000.0
    }

    let bytes: [UInt8]
    let scalars: [Unicode.Scalar]
    /// UTF-8 offset of each scalar, and the end; empty if every scalar is one byte.
    private let offsets: [Int]
    var index = 0
    private(set) var lexemes: [Lexeme] = []
    var warnings: [QueryProblem] = []

    /// - Returns: a lexer that has cut the whole text.
    static func lex(_ text: String) throws(QueryProblem) -> Lexer {
        var lexer = try Lexer(text)
        try lexer.run()
        return lexer
    }

    private init(_ text: String) throws(QueryProblem) {
        bytes = Array(text.utf8)
        guard bytes.count <= Limits.bytes else {
            throw QueryProblem(
                .error, "query-too-long", Limits.bytes..<Limits.bytes, in: bytes,
                "the query has \(bytes.count) bytes; at most \(Limits.bytes) are allowed",
                hint: "divide it among several topics, or put parts into topics of their own and write topic:their-id")
        }
        lexemes.reserveCapacity(bytes.count / 4 + 1)
        guard !bytes.allSatisfy({ $0 < 0x80 }) else {
            scalars = bytes.map { Unicode.Scalar($0) }
            offsets = []
            return
        }
        scalars = Array(text.unicodeScalars)
        var offsets: [Int] = []
        offsets.reserveCapacity(scalars.count + 1)
        var offset = 0
        for scalar in scalars {
            offsets.append(offset)
            offset += UTF8.width(scalar)
        }
        offsets.append(offset)
        self.offsets = offsets
    }

    mutating func run() throws(QueryProblem) {
        var isAdjacent = false
        while index < scalars.count {
            if Characters.isBlank(scalars[index]) {
                index += 1
                isAdjacent = false
            } else if isThrice("<", at: index) {
                try skipComment()
                isAdjacent = false
            } else {
                try readLexeme(isAdjacent)
                isAdjacent = true
            }
        }
    }
}

// MARK: - One lexeme

extension Lexer {
    mutating func readLexeme(_ isAdjacent: Bool) throws(QueryProblem) {
        let start = index
        let scalar = scalars[index]
        switch scalar {
        case "(":
            index += 1
            append(.open, from: start, isAdjacent)
        case ")":
            index += 1
            append(.close, from: start, isAdjacent)
            try readSuffixes()
        case _ where Characters.isQuote(scalar):
            try readPhrase(isAdjacent)
        case "{":
            try readExact(isAdjacent)
        case "}":
            throw problem("unopened-brace", start..<(start + 1), "this } has no { before it", hint: "write {US}")
        case "#" where followsOperator && nextIsWordCharacter(index + 1):
            index += 1
            append(.field(QueryOperators.category), from: start, isAdjacent)
        case _ where Characters.isDash(scalar) && isNegation(isAdjacent):
            index += 1
            append(.not, from: start, isAdjacent)
        default:
            try readWord(isAdjacent)
        }
    }

    /// Whether a dash here means NOT: an operand begins behind it, and none ended right before it.
    func isNegation(_ isAdjacent: Bool) -> Bool {
        guard index + 1 < scalars.count, !Characters.isBlank(scalars[index + 1]), scalars[index + 1] != ")" else {
            return false
        }
        return followsOperator || !isAdjacent
    }

    /// Whether what comes now begins something new, rather than going on where the last lexeme ended.
    var followsOperator: Bool {
        guard index > 0, let last = lexemes.last, last.range.upperBound == offset(of: index) else { return true }
        switch last.kind {
        case .open, .not, .field: return true
        default: return false
        }
    }

    func nextIsWordCharacter(_ position: Int) -> Bool {
        guard position < scalars.count else { return false }
        return Characters.isWordCharacter(scalars[position]) || scalars[position] == "\""
            || Characters.isQuote(scalars[position])
    }

    mutating func readPhrase(_ isAdjacent: Bool) throws(QueryProblem) {
        let start = index
        var end = index + 1
        while end < scalars.count, !Characters.isQuote(scalars[end]) || isInsideHebrew(end) { end += 1 }
        guard end < scalars.count else {
            throw problem(
                "unclosed-quote", start..<(start + 1), "this quotation mark is never closed",
                hint: "put a second \" where the phrase ends")
        }
        index = end + 1
        append(.phrase, from: start, content: (start + 1)..<end, isAdjacent)
        try readSuffixes()
    }

    mutating func readExact(_ isAdjacent: Bool) throws(QueryProblem) {
        let start = index
        var end = index + 1
        while end < scalars.count, scalars[end] != "}", scalars[end] != "{" { end += 1 }
        guard end < scalars.count, scalars[end] == "}" else {
            throw problem(
                "unclosed-brace", start..<(start + 1), "this { is never closed",
                hint: "put a } where the exact words end: {US}")
        }
        index = end + 1
        append(.exact, from: start, content: (start + 1)..<end, isAdjacent)
        try readSuffixes()
    }

    mutating func skipComment() throws(QueryProblem) {
        let start = index
        index += 3
        while index < scalars.count, !isThrice(">", at: index) { index += 1 }
        guard index < scalars.count else {
            throw problem(
                "unclosed-comment", start..<(start + 3), "this comment is never closed",
                hint: "end it with >>>")
        }
        index += 3
    }
}

// MARK: - Suffixes

extension Lexer {
    /// `^3` and `~2` right behind an operand.
    mutating func readSuffixes() throws(QueryProblem) {
        while index < scalars.count, scalars[index] == "^" || scalars[index] == "~" {
            let start = index
            var end = index + 1
            while end < scalars.count, Characters.isDigit(scalars[end]) || scalars[end] == "." { end += 1 }
            let digits = string((start + 1)..<end)
            if scalars[start] == "^" {
                guard let weight = Double(digits), Limits.weights.contains(weight), isOperandEnd(end) else {
                    throw problem(
                        "bad-weight", start..<max(end, start + 1), "a weight is a number behind ^, from 0.001 to 1000",
                        hint: "write x^3")
                }
                index = end
                append(.weight(weight), from: start, true)
            } else {
                guard let number = Int(digits), number <= 100_000, isOperandEnd(end) else {
                    throw problem(
                        "bad-fuzzy", start..<max(end, start + 1), "behind ~ stands a number",
                        hint: "write barr~1 for one edit, or \"a b\"~5 for words near each other")
                }
                index = end
                append(.tilde(number), from: start, true)
            }
        }
    }
}

// MARK: - Places

extension Lexer {
    func isOperandEnd(_ position: Int) -> Bool {
        guard position < scalars.count else { return true }
        let scalar = scalars[position]
        return Characters.isBlank(scalar) || scalar == ")" || scalar == "(" || scalar == "^" || scalar == "~"
            || scalar == "<"
    }

    func isNumber(from position: Int) -> Bool {
        var end = position
        while end < scalars.count, Characters.isDigit(scalars[end]) || scalars[end] == "." { end += 1 }
        return end > position && isOperandEnd(end)
    }

    /// Where a word that begins at `start` ends: at a blank, parenthesis, quotation mark, brace or comment.
    func wordEnd(from start: Int, stoppingAt stop: Unicode.Scalar? = nil) -> Int {
        var end = start
        while end < scalars.count {
            let scalar = scalars[end]
            if scalar == stop { break }
            if Characters.isBlank(scalar) || scalar == "(" || scalar == ")" || scalar == "{" || scalar == "}"
                || Characters.isQuote(scalar) && !isInsideHebrew(end)
            {
                break
            }
            if isThrice("<", at: end) { break }
            end += 1
        }
        return end
    }

    /// Whether a quotation mark is part of a Hebrew abbreviation.
    func isInsideHebrew(_ position: Int) -> Bool {
        scalars[position] == "\"" && position > 0 && position + 1 < scalars.count
            && Characters.isHebrew(scalars[position - 1]) && Characters.isHebrew(scalars[position + 1])
    }

    /// The colon of `name:`, if the word begins with letters and a colon.
    func fieldEnd(from start: Int) -> Int? {
        var end = start
        while end < scalars.count,
            Characters.isLetter(scalars[end]) || (end > start && (scalars[end] == "_" || scalars[end] == "-"))
        {
            end += 1
        }
        return end > start && end < scalars.count && scalars[end] == ":" ? end : nil
    }

    /// Whether the colon belongs to an address behind a field, as in `feed:https://example.org/feed`.
    func isAddress(_ colon: Int) -> Bool {
        guard colon + 2 < scalars.count, scalars[colon + 1] == "/", scalars[colon + 2] == "/", let last = lexemes.last,
            last.range.upperBound == offset(of: index), case .field = last.kind
        else { return false }
        return true
    }

    /// Behind the slash that closes a regular expression; nil if none does.
    func regexEnd(from start: Int) -> Int? {
        var end = start + 1
        while end < scalars.count, scalars[end] != "/" { end += scalars[end] == "\\" ? 2 : 1 }
        return end < scalars.count ? end + 1 : nil
    }

    /// Whether a scalar stands three times in a row, as those around a comment do.
    func isThrice(_ scalar: Unicode.Scalar, at position: Int) -> Bool {
        position + 2 < scalars.count && scalars[position] == scalar && scalars[position + 1] == scalar
            && scalars[position + 2] == scalar
    }

    func string(_ range: Range<Int>) -> String {
        String(decoding: bytes[place(range)], as: UTF8.self)
    }

    func place(_ range: Range<Int>) -> Range<Int> {
        let low = min(range.lowerBound, scalars.count)
        return offset(of: low)..<offset(of: min(max(low, range.upperBound), scalars.count))
    }

    /// UTF-8 offset of a scalar.
    private func offset(of position: Int) -> Int { offsets.isEmpty ? position : offsets[position] }

    func problem(
        _ code: String, _ range: Range<Int>, _ message: String, hint: String? = nil
    ) -> QueryProblem {
        QueryProblem(.error, code, place(range), in: bytes, message, hint: hint)
    }

    mutating func append(_ kind: Lexeme.Kind, from start: Int, content: Range<Int>? = nil, _ isAdjacent: Bool) {
        let range = place(start..<index)
        lexemes.append(
            Lexeme(kind: kind, range: range, content: content.map { place($0) } ?? range, isAdjacent: isAdjacent))
    }
}
