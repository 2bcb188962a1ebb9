/// The parts of words that a full stop, colon or underscore joins without a blank.
struct WordParts {
    var ranges: [Range<Int>] = []

    init() {}

    /// A letter beside a symbol is part of what the symbol makes of it, and not of what follows: `AT&T.I`, `a:C++`.
    init(_ text: [FoldedScalar], _ start: Int, _ end: Int, isBehindSymbol: Bool, isBeforeSymbol: Bool) {
        guard (start..<end).contains(where: { Self.isSeparator(text[$0].value) }) else { return }
        var pieces: [Range<Int>] = []
        var first = start
        for index in start...end where index == end || Self.isSeparator(text[index].value) {
            if first < index { pieces.append(first..<index) }
            first = index + 1
        }
        for piece in pieces {
            let isApart =
                isBehindSymbol && ranges.last == start..<start + 1 || isBeforeSymbol && piece == end - 1..<end
            if let before = ranges.last, !isApart, Self.staysTogether(text, before, piece) {
                ranges[ranges.count - 1] = before.lowerBound..<piece.upperBound
            } else {
                ranges.append(piece)
            }
        }
        if ranges.count == 1, ranges[0] == start..<end { ranges = [] }
    }

    static func isSeparator(_ scalar: UInt32) -> Bool { scalar == 0x2E || scalar == 0x3A || scalar == 0x5F }

    /// Single letters (`U.S.`) and the digits of a number are not split.
    private static func staysTogether(_ text: [FoldedScalar], _ before: Range<Int>, _ piece: Range<Int>) -> Bool {
        let isNumber = text[before.upperBound - 1].isDigit && text[piece.lowerBound].isDigit
        if isNumber, text[before.upperBound].value == 0x2E { return true }
        // The length of the piece before, which may stand behind earlier single letters.
        var index = before.upperBound - 1
        while index > before.lowerBound, !isSeparator(text[index - 1].value) { index -= 1 }
        return before.upperBound - index == 1 && piece.count == 1
    }
}

/// Symbols that change what a letter beside them means: `AT&T`, `C++`.
public enum WordSymbols {
    /// Whether a scalar is one of `# $ % & + @ £ ¥ ° €`.
    public static func contains(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x23...0x26, 0x2B, 0x40, 0xA3, 0xA5, 0xB0, 0x20AC: true
        default: false
        }
    }
}

extension FoldedScalar {
    var isDigit: Bool { value &- 48 < 10 || properties.isDigit }
}

/// Digits in groups of three.
struct GroupedNumber {
    /// Where separators stand.
    var separators: [Int] = []

    init?(_ text: [FoldedScalar], _ start: Int, _ end: Int) {
        var index = start
        while index < end, text[index].isDigit { index += 1 }
        guard index > start, index - start <= 3, index < end else { return nil }
        let separator = text[index].value
        guard [0x2C, 0x2E, 0x27, 0x5F, 0x066C].contains(separator) else { return nil }
        while index + 3 < end, text[index].value == separator, (1...3).allSatisfy({ text[index + $0].isDigit }) {
            guard index + 4 == end || !text[index + 4].isDigit else { break }
            separators.append(index)
            index += 4
        }
        guard !separators.isEmpty, index == end || text[index].value != separator else { return nil }
    }
}

/// Articles and particles that lose their vowel before another: `l'économie`, `dell'Italia`.
enum ElidedArticles {
    private static let words: Set<UInt64> = Set(
        [
            "l", "m", "t", "qu", "n", "s", "j", "d", "c", "jusqu", "quoiqu", "lorsqu", "puisqu", "all", "dall", "dell",
            "nell", "sull", "coll", "pell", "gl", "agl", "dagl", "degl", "negl", "sugl", "un", "v", "quell", "quest",
        ].map { $0.utf8.reduce(0) { $0 << 8 | UInt64($1) } })
    private static let longest = 6

    /// Where the word behind the article begins.
    static func end(_ text: [FoldedScalar], _ start: Int, _ end: Int) -> Int? {
        var article: UInt64 = 0
        for index in start..<min(end, start + longest + 1) {
            let value = text[index].value
            if value == 0x27 {
                return index + 1 < end && beginsWithVowel(text[index + 1]) && words.contains(article) ? index + 1 : nil
            }
            guard value < 0x80 else { return nil }
            article = article << 8 | UInt64(value)
        }
        return nil
    }

    private static func beginsWithVowel(_ scalar: FoldedScalar) -> Bool {
        switch scalar.value {
        case 0x61, 0x65, 0x68, 0x69, 0x6F, 0x75, 0x79: true
        default: scalar.value >= 0x80 && scalar.properties.isLatinOrGreek
        }
    }
}
