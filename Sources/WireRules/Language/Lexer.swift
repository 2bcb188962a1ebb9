/// A part of a query with its place.
struct Lexeme: Sendable {
    enum Kind: Sendable {
        case word, phrase, exact
        case open, close
        case and, or, not
        case near(Reach)
        /// `title:`; what follows without a blank is its value.
        case field(FieldRule)
        /// The value of a field that is not an operand: `site:example.org`.
        case value
        /// `ATLEAST3`.
        case count(Int)
        /// `^3` behind an operand.
        case weight(Double)
        /// `~1` behind a word, `~5` behind a phrase.
        case tilde(Int)
    }

    let kind: Kind
    /// All that was written.
    let range: Range<Int>
    /// Without quotes or braces.
    let content: Range<Int>
    /// No blank stands before it.
    let isAdjacent: Bool

    var isOperator: Bool {
        switch kind {
        case .and, .or, .not, .near: true
        default: false
        }
    }
}

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
    private let scalars: [Unicode.Scalar]
    /// UTF-8 offset of each scalar, and the end.
    private let offsets: [Int]
    private var index = 0
    private(set) var lexemes: [Lexeme] = []
    private(set) var warnings: [QueryProblem] = []

    static func lex(_ text: String) throws(QueryProblem) -> (lexemes: [Lexeme], warnings: [QueryProblem]) {
        var lexer = try Lexer(text)
        try lexer.run()
        return (lexer.lexemes, lexer.warnings)
    }

    private init(_ text: String) throws(QueryProblem) {
        bytes = Array(text.utf8)
        guard bytes.count <= Limits.bytes else {
            throw QueryProblem(
                .error, "query-too-long", Limits.bytes..<Limits.bytes, in: bytes,
                "the query has \(bytes.count) bytes; at most \(Limits.bytes) are allowed",
                hint: "divide it among several topics, or put parts into topics of their own and write topic:their-id")
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

    private mutating func run() throws(QueryProblem) {
        var isAdjacent = false
        while index < scalars.count {
            if scalars[index].properties.isWhitespace {
                index += 1
                isAdjacent = false
            } else if starts(with: "<<<") {
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
    private mutating func readLexeme(_ isAdjacent: Bool) throws(QueryProblem) {
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
    private func isNegation(_ isAdjacent: Bool) -> Bool {
        guard index + 1 < scalars.count, !scalars[index + 1].properties.isWhitespace, scalars[index + 1] != ")" else {
            return false
        }
        return followsOperator || !isAdjacent
    }

    /// Whether what comes now begins something new, rather than going on where the last lexeme ended.
    private var followsOperator: Bool {
        guard index > 0, let last = lexemes.last, last.range.upperBound == offsets[index] else { return true }
        switch last.kind {
        case .open, .not, .field: return true
        default: return false
        }
    }

    private func nextIsWordCharacter(_ position: Int) -> Bool {
        guard position < scalars.count else { return false }
        return Characters.isWordCharacter(scalars[position]) || scalars[position] == "\""
            || Characters.isQuote(scalars[position])
    }

    private mutating func readPhrase(_ isAdjacent: Bool) throws(QueryProblem) {
        let start = index
        var end = index + 1
        while end < scalars.count, !Characters.isQuote(scalars[end]) { end += 1 }
        guard end < scalars.count else {
            throw problem(
                "unclosed-quote", start..<(start + 1), "this quotation mark is never closed",
                hint: "put a second \" where the phrase ends")
        }
        index = end + 1
        append(.phrase, from: start, content: (start + 1)..<end, isAdjacent)
        try readSuffixes()
    }

    private mutating func readExact(_ isAdjacent: Bool) throws(QueryProblem) {
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

    private mutating func skipComment() throws(QueryProblem) {
        let start = index
        index += 3
        while index < scalars.count, !starts(with: ">>>") { index += 1 }
        guard index < scalars.count else {
            throw problem(
                "unclosed-comment", start..<(start + 3), "this comment is never closed",
                hint: "end it with >>>")
        }
        index += 3
    }
}

// MARK: - Words, operators and fields

extension Lexer {
    private mutating func readWord(_ isAdjacent: Bool) throws(QueryProblem) {
        let start = index
        if scalars[start] == "~" { throw Unavailable.stem(place(start..<wordEnd(from: start)), in: bytes) }
        if scalars[start] == "/", followsOperator, let end = regexEnd(from: start) {
            throw Unavailable.regex(place(start..<end), in: bytes)
        }
        if let colon = fieldEnd(from: start), !isAddress(colon), try readField(start, colon, isAdjacent) { return }
        var end = wordEnd(from: start)
        let text = string(start..<end)
        if try readOperator(text, start..<end, isAdjacent) { return }
        if let mark = scalars[start..<end].firstIndex(where: { $0 == "^" || $0 == "~" }), mark > start { end = mark }
        index = max(end, start + 1)
        append(.word, from: start, isAdjacent)
        try readSuffixes()
    }

    /// Reads AND, OR, NOT, NEAR/n and its aliases, ATLEASTn and cs(…); false if the word is none of them.
    private mutating func readOperator(
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

    private mutating func readCaseSensitive(_ start: Int, _ isAdjacent: Bool) throws(QueryProblem) {
        let hint = "write cs(\"US\") or {US}"
        index += 1
        while index < scalars.count, scalars[index].properties.isWhitespace { index += 1 }
        let isQuoted = index < scalars.count && Characters.isQuote(scalars[index])
        let low = isQuoted ? index + 1 : index
        var high = low
        while high < scalars.count, isQuoted ? !Characters.isQuote(scalars[high]) : scalars[high] != ")" { high += 1 }
        var end = isQuoted ? high + 1 : high
        while end < scalars.count, scalars[end].properties.isWhitespace { end += 1 }
        guard end < scalars.count, scalars[end] == ")" else {
            throw problem("unclosed-parenthesis", start..<(start + 3), "this cs( is never closed", hint: hint)
        }
        index = end + 1
        append(.exact, from: start, content: low..<high, isAdjacent)
        try readSuffixes()
    }

    /// `NEAR/5`, `near/5`, `w/5`, `ONEAR/5`, `onear/5`, `pre/5`, `NEAR/5f`; nil if the word is none of these.
    private mutating func readReach(_ text: String, _ range: Range<Int>) throws(QueryProblem) -> Reach? {
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

    private func readCount(_ text: String, _ range: Range<Int>, _ next: Unicode.Scalar) throws(QueryProblem) -> Int? {
        guard text.count >= 7, text.prefix(7).lowercased() == "atleast" else { return nil }
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

    /// Reads `name:` and, for fields that take one, the plain value; false if what stands there is no field.
    private mutating func readField(_ start: Int, _ colon: Int, _ isAdjacent: Bool) throws(QueryProblem) -> Bool {
        let name = string(start..<colon)
        let next = colon + 1 < scalars.count ? scalars[colon + 1] : " "
        guard let rule = QueryOperators.field(named: name) else {
            let near = Suggestion.nearest(to: name, among: QueryOperators.fieldNames)
            let value = string((colon + 1)..<wordEnd(from: colon + 1))
            let quoted = "write \"\(name):\(value)\" to find these words"
            throw problem(
                "unknown-field", start..<(colon + 1), "there is no field \(name):",
                hint: near.map { "did you mean \($0):\(value)? Otherwise \(quoted)" }
                    ?? "the fields are \(QueryOperators.fieldNames.joined(separator: " ")); \(quoted)")
        }
        guard !next.properties.isWhitespace, next != ")" else {
            throw problem(
                "missing-operand", start..<(colon + 1), "\(name): has nothing behind it",
                hint: "write \(name):\(rule.sample), without a blank")
        }
        index = colon + 1
        append(.field(rule), from: start, isAdjacent)
        if case .operand = rule.value, !(rule.field == .feed && starts(with: "folder/")) { return true }
        readValue()
        try readSuffixes()
        return true
    }

    /// The value of a field up to the next blank or unbalanced parenthesis, or what stands in quotes.
    private mutating func readValue() {
        let start = index
        if Characters.isQuote(scalars[start]) {
            var end = start + 1
            while end < scalars.count, !Characters.isQuote(scalars[end]) { end += 1 }
            index = min(end + 1, scalars.count)
            append(.value, from: start, content: (start + 1)..<end, true)
            return
        }
        var depth = 0
        while index < scalars.count, !scalars[index].properties.isWhitespace, !starts(with: "<<<") {
            if scalars[index] == "(" { depth += 1 }
            if scalars[index] == ")" {
                if depth == 0 { break }
                depth -= 1
            }
            if scalars[index] == "^", isNumber(from: index + 1) { break }
            index += 1
        }
        append(.value, from: start, true)
    }

    /// `^3` and `~2` right behind an operand.
    private mutating func readSuffixes() throws(QueryProblem) {
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

// MARK: - Characters

extension Lexer {
    private func isOperandEnd(_ position: Int) -> Bool {
        guard position < scalars.count else { return true }
        let scalar = scalars[position]
        return scalar.properties.isWhitespace || scalar == ")" || scalar == "(" || scalar == "^" || scalar == "~"
            || scalar == "<"
    }

    private func isNumber(from position: Int) -> Bool {
        var end = position
        while end < scalars.count, Characters.isDigit(scalars[end]) || scalars[end] == "." { end += 1 }
        return end > position && isOperandEnd(end)
    }

    /// Where a word that begins at `start` ends: at a blank, parenthesis, quotation mark, brace or comment.
    private func wordEnd(from start: Int) -> Int {
        var end = start
        while end < scalars.count {
            let scalar = scalars[end]
            if scalar.properties.isWhitespace || scalar == "(" || scalar == ")" || scalar == "{" || scalar == "}"
                || Characters.isQuote(scalar)
            {
                break
            }
            if scalar == "<", end + 2 < scalars.count, scalars[end + 1] == "<", scalars[end + 2] == "<" { break }
            end += 1
        }
        return end
    }

    /// The colon of `name:`, if the word begins with letters and a colon.
    private func fieldEnd(from start: Int) -> Int? {
        var end = start
        while end < scalars.count,
            scalars[end].properties.isAlphabetic || (end > start && (scalars[end] == "_" || scalars[end] == "-"))
        {
            end += 1
        }
        return end > start && end < scalars.count && scalars[end] == ":" ? end : nil
    }

    /// Whether the colon belongs to an address behind a field, as in `feed:https://example.org/feed`.
    private func isAddress(_ colon: Int) -> Bool {
        guard colon + 2 < scalars.count, scalars[colon + 1] == "/", scalars[colon + 2] == "/", let last = lexemes.last,
            last.range.upperBound == offsets[index], case .field = last.kind
        else { return false }
        return true
    }

    private func regexEnd(from start: Int) -> Int? {
        var end = start + 1
        while end < scalars.count, scalars[end] != "/" {
            if scalars[end] == "\\" { end += 1 }
            end += 1
        }
        guard end < scalars.count, end > start + 1 else { return nil }
        return end + 1 < scalars.count && scalars[end + 1] == "i" ? end + 2 : end + 1
    }

    private func starts(with text: StaticString) -> Bool {
        let text = text.description.unicodeScalars
        guard index + text.count <= scalars.count else { return false }
        return zip(scalars[index...], text).allSatisfy { $0 == $1 }
    }

    private func string(_ range: Range<Int>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars[range.clamped(to: 0..<scalars.count)])
        return String(view)
    }

    private func place(_ range: Range<Int>) -> Range<Int> {
        let low = min(range.lowerBound, scalars.count)
        return offsets[low]..<offsets[min(max(low, range.upperBound), scalars.count)]
    }

    private func problem(
        _ code: String, _ range: Range<Int>, _ message: String, hint: String? = nil
    ) -> QueryProblem {
        QueryProblem(.error, code, place(range), in: bytes, message, hint: hint)
    }

    private mutating func append(_ kind: Lexeme.Kind, from start: Int, content: Range<Int>? = nil, _ isAdjacent: Bool) {
        let range = place(start..<index)
        lexemes.append(
            Lexeme(kind: kind, range: range, content: content.map { place($0) } ?? range, isAdjacent: isAdjacent))
    }
}

/// What the characters of a query are.
enum Characters {
    static func isQuote(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\"", "\u{201C}", "\u{201D}", "\u{201E}", "\u{201F}", "\u{AB}", "\u{BB}", "\u{FF02}": true
        default: false
        }
    }

    /// A hyphen, dash or minus sign.
    static func isDash(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x2D, 0x2010...0x2015, 0x2212, 0xFE58, 0xFE63, 0xFF0D: true
        default: false
        }
    }

    static func isApostrophe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x27, 0x2018, 0x2019, 0x02BC, 0xFF07, 0x2032: true
        default: false
        }
    }

    static func isDigit(_ scalar: Unicode.Scalar) -> Bool { scalar.value >= 0x30 && scalar.value <= 0x39 }

    /// A letter, digit, mark or emoji: what makes a word.
    static func isWordCharacter(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value < 0x80 {
            return isDigit(scalar) || (scalar.value | 0x20) >= 0x61 && (scalar.value | 0x20) <= 0x7A
        }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
            .letterNumber, .otherNumber, .nonspacingMark, .spacingMark, .enclosingMark:
            return true
        default:
            return scalar.properties.isEmojiPresentation
                || scalar.properties.isEmoji && scalar.value > 0x2000
                || scalar.value >= 0x1F000 && scalar.properties.isEmoji
        }
    }
}
