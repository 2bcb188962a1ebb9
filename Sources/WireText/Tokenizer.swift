/// Splits text into words and writes each word's forms: the one function for queries, articles and search
/// (matching.md, section 2; topics.md, "What is a word").
public struct Tokenizer: Sendable {
    /// Two words match if they share a form.
    public enum Side: Sendable {
        /// An article: a word has its own form and those of the text's language; a possessive is also found without.
        case text
        /// A query: a word has the forms of all languages, but keeps its possessive and its inner full stops.
        case query
    }

    public enum Limits {
        /// Scalars of one word; a longer one continues as the next word.
        public static let word = 1_024
        /// Parts of a hyphened word or grouped number that are also written as one.
        public static let parts = 16
        /// Up to so many parts, each run of neighbours is written as one too.
        public static let partsWithRuns = 4
    }

    let side: Side
    let usesGermanForms: Bool
    let dropsElidedArticles: Bool

    /// - Parameters:
    ///   - language: a BCP 47 tag of the text, nil if unknown; only its primary tag counts. A query has the forms of all languages.
    ///   - side: whether a text or a query is split.
    public init(language: String? = nil, side: Side = .text) {
        self.side = side
        let primary = language?.prefix { $0 != "-" && $0 != "_" }.lowercased() ?? ""
        let isOpen = side == .query || primary.isEmpty || primary == "und"
        usesGermanForms = isOpen || primary == "de"
        dropsElidedArticles = isOpen || ["fr", "it", "ca", "oc"].contains(primary)
    }

    /// Begins a new block and appends its tokens.
    /// - Parameters:
    ///   - block: UTF-8; a wrong byte counts as U+FFFD, which ends a word.
    ///   - offset: the block's first byte within its field; source offsets are in the field.
    public func append(_ block: Span<UInt8>, offset: Int = 0, to buffer: inout TokenBuffer) {
        var run = BlockRun(tokenizer: self, base: offset, buffer: &buffer)
        run.split(block)
        run.finish(&buffer)
    }

    /// Begins a new block with the text of a string.
    public func append(_ text: String, offset: Int = 0, to buffer: inout TokenBuffer) {
        append(text.utf8.span, offset: offset, to: &buffer)
    }

    /// The tokens of one block.
    public func tokens(of text: String) -> TokenBuffer {
        var buffer = TokenBuffer()
        append(text, to: &buffer)
        return buffer
    }
}

/// Working memory of a tokenizer.
struct TokenScratch: Sendable {
    var folding = Folding()
    var word: [FoldedScalar] = []
    var hyphened: [WordSpan] = []
    var grouped: [WordSpan] = []
}

/// A word that was written, for what is joined from several.
struct WordSpan {
    var position: UInt32
    var width: UInt32
    var sourceStart: UInt32
    var sourceEnd: UInt32
    /// The own form in `forms`.
    var formStart: Int
    var formEnd: Int
    /// ASCII or other digits, and nothing else; 0 if it is not a number.
    var digits: Int
}

/// What stands between two words.
enum WordGap {
    case hyphen, blank, other
}

/// One block on its way through the tokenizer.
struct BlockRun {
    let tokenizer: Tokenizer
    let base: Int
    let block: UInt32
    var tokens: [Token]
    var forms: [UInt8]
    var scratch: TokenScratch
    /// Position of the next word.
    var position: UInt32
    private let gaps: UInt32
    /// The last word if it may be joined with the next.
    private var last: WordSpan?
    /// Where the last word ended in the block.
    private var lastEnd = -2
    /// Where the text in lower case begins in `forms`.
    private var loweredStart = 0
    /// Whether the next word may end or lengthen something joined.
    private var isJoining: Bool { !scratch.hyphened.isEmpty || !scratch.grouped.isEmpty }

    init(tokenizer: Tokenizer, base: Int, buffer: inout TokenBuffer) {
        self.tokenizer = tokenizer
        self.base = base
        block = buffer.blockCount
        gaps = buffer.blockCount &* TokenBuffer.Limits.blockGap
        position = buffer.wordCount &+ gaps
        tokens = []
        forms = []
        scratch = TokenScratch()
        swap(&tokens, &buffer.tokens)
        swap(&forms, &buffer.forms)
        swap(&scratch, &buffer.scratch)
    }

    /// For forms alone, outside any block.
    init(tokenizer: Tokenizer, base: Int) {
        var buffer = TokenBuffer()
        self.init(tokenizer: tokenizer, base: base, buffer: &buffer)
    }

    mutating func finish(_ buffer: inout TokenBuffer) {
        joinHyphened()
        joinGrouped()
        swap(&tokens, &buffer.tokens)
        swap(&forms, &buffer.forms)
        swap(&scratch, &buffer.scratch)
        buffer.wordCount = position &- gaps
        buffer.blockCount = block &+ 1
    }

    /// Words of ASCII letters need no tables; from the first other byte on, `splitPiece` takes over up to the next blank.
    mutating func split(_ text: Span<UInt8>) {
        let count = text.count
        appendLowered(text)
        var index = 0
        while index < count {
            if !isJoining { index = splitPlainWords(text, from: index) }
            guard index < count else { return }
            let byte = text[index]
            if byte >= 0x80 {
                index = splitPiece(text, from: index)
            } else if ASCII.isWord(byte) {
                index = splitWord(text, from: index)
            } else {
                index += 1
            }
        }
    }

    /// Puts the whole text in lower case among the forms, so that plain words find their form there.
    private mutating func appendLowered(_ text: Span<UInt8>) {
        let start = forms.count
        loweredStart = start
        forms.append(contentsOf: repeatElement(0, count: text.count))
        var lowered = forms.mutableSpan
        for index in 0..<text.count {
            let byte = text[index]
            lowered[start + index] = byte &- 65 < 26 ? byte | 0x20 : byte
        }
    }

    /// Writes words of ASCII letters and digits that have no other form and join with nothing; returns where another thing begins.
    private mutating func splitPlainWords(_ text: Span<UInt8>, from first: Int) -> Int {
        let count = text.count
        var tokens: [Token] = []
        swap(&tokens, &self.tokens)
        var position = position
        var index = first
        var lastStart = -1
        var end = lastEnd
        while index < count {
            let opening = text[index]
            if opening < 0x80, !ASCII.isWord(opening) {
                index += 1
                continue
            }
            let word = PlainWord(text, from: index)
            // A short number may be part of a longer one: `1 000`.
            guard word.end > index, !(word.isNumber && word.end - index <= 3) else { break }
            if end == index - 1, index > 0, text[index - 1] == 0x2D { break }
            tokens.append(
                Token(
                    hash: word.hash, formOffset: UInt32(truncatingIfNeeded: loweredStart &+ index),
                    formLength: UInt32(truncatingIfNeeded: word.end &- index), position: position, width: 1,
                    sourceOffset: UInt32(truncatingIfNeeded: base &+ index),
                    sourceLength: UInt32(truncatingIfNeeded: word.end &- index), block: block, kind: .word))
            position &+= 1
            lastStart = index
            end = word.end
            index = end
        }
        swap(&tokens, &self.tokens)
        if lastStart >= 0 {
            last = plainSpan(lastStart, end, position &- 1, digits: 0)
            lastEnd = end
            self.position = position
        }
        return index
    }

    private func plainSpan(_ start: Int, _ end: Int, _ position: UInt32, digits: Int) -> WordSpan {
        WordSpan(
            position: position, width: 1, sourceStart: UInt32(truncatingIfNeeded: base &+ start),
            sourceEnd: UInt32(truncatingIfNeeded: base &+ end), formStart: loweredStart + start,
            formEnd: loweredStart + end, digits: digits)
    }

    /// Writes the word that begins at `start`, where an ASCII letter, digit or underscore stands; returns where it ends.
    private mutating func splitWord(_ text: Span<UInt8>, from start: Int) -> Int {
        let gap = gap(before: start, in: text)
        let plain = PlainWord(text, from: start)
        if plain.end > start {
            let span = plainSpan(start, plain.end, position, digits: plain.isNumber ? plain.end - start : 0)
            appendToken(span, hash: plain.hash, kind: .word)
            position &+= 1
            note(span, gap)
            lastEnd = plain.end
            return plain.end
        }
        let limit = min(text.count, start + Tokenizer.Limits.word)
        var hasWord = false
        var index = start
        while index < limit {
            let byte = text[index]
            if byte >= 0x80 { return splitPiece(text, from: start) }
            if !ASCII.isWord(byte) {
                guard ASCII.joins(byte), index > start, index + 1 < text.count else { break }
                if text[index + 1] >= 0x80 { return splitPiece(text, from: start) }
                guard ASCII.joins(byte, text[index - 1], text[index + 1]) else { break }
            } else if byte != 0x5F {
                hasWord = true
            }
            index += 1
        }
        if hasWord { splitSpecial(text, start, index, gap) }
        return index
    }

    /// A word of ASCII with something inside that gives it more forms.
    private mutating func splitSpecial(_ text: Span<UInt8>, _ start: Int, _ end: Int, _ gap: WordGap) {
        var word: [FoldedScalar] = []
        swap(&word, &scratch.word)
        word.removeAll(keepingCapacity: true)
        for index in start..<end {
            word.append(FoldedScalar(ascii: text[index], at: base &+ index))
        }
        note(writeWord(word, 0, word.count), gap)
        lastEnd = end
        swap(&word, &scratch.word)
    }

    /// Folds and splits up to an ASCII blank; returns where it stopped.
    private mutating func splitPiece(_ source: Span<UInt8>, from start: Int) -> Int {
        let tables = UnicodeTables.shared
        var folding = Folding()
        swap(&folding, &scratch.folding)
        let end = folding.fold(source, from: start, base: base, tables: tables)
        var gapLength = lastEnd == start ? 0 : 1
        var gap = gapLength == 0 ? .other : gap(before: start, in: source)
        var index = 0
        while index < folding.text.count {
            let first = folding.text[index]
            if first.properties.isGram {
                joinHyphened()
                joinGrouped()
                last = nil
                index = writeGrams(folding.text, from: index)
                gapLength = 0
                gap = .other
                continue
            }
            let segment = wordRange(in: folding.text, from: index)
            if segment.isWord {
                note(writeWord(folding.text, index, segment.end), gapLength == 0 ? .other : gap)
                gapLength = 0
                gap = .other
            } else {
                gapLength += 1
                gap = gapLength == 1 ? WordGap(first.value, isAlone: segment.end == index + 1) : .other
            }
            index = segment.end
        }
        lastEnd = gapLength == 0 ? end : -2
        swap(&folding, &scratch.folding)
        return max(end, start + 1)
    }

    /// A segment of UAX #29 that ends where a script without blanks begins, or at the limit.
    private func wordRange(in text: [FoldedScalar], from start: Int) -> (end: Int, isWord: Bool) {
        let end = WordBreaker.segmentEnd(in: text, from: start, limit: Tokenizer.Limits.word)
        var bits: UInt32 = 0
        for index in start..<end {
            let properties = text[index].properties
            if properties.isGram, index > start { return (index, ScalarProperties(bits: bits).isWordly) }
            bits |= properties.bits
        }
        return (end, ScalarProperties(bits: bits).isWordly)
    }

    private func gap(before start: Int, in text: Span<UInt8>) -> WordGap {
        guard start > 0, lastEnd == start - 1 else { return .other }
        return WordGap(UInt32(text[start - 1]), isAlone: true)
    }

    mutating func appendToken(_ span: WordSpan, hash: UInt64, kind: Token.Kind) {
        tokens.append(
            Token(
                hash: hash, formOffset: UInt32(truncatingIfNeeded: span.formStart),
                formLength: UInt32(truncatingIfNeeded: span.formEnd - span.formStart), position: span.position,
                width: span.width, sourceOffset: span.sourceStart, sourceLength: span.sourceEnd &- span.sourceStart,
                block: block, kind: kind))
    }
}

/// Hyphened words and grouped numbers.
extension BlockRun {
    /// Keeps a word that may be part of a joined one.
    private mutating func note(_ word: WordSpan?, _ gap: WordGap) {
        guard let word else { return }
        if gap == .hyphen, let last {
            if scratch.hyphened.isEmpty { scratch.hyphened.append(last) }
            scratch.hyphened.append(word)
            if scratch.hyphened.count == Tokenizer.Limits.parts { joinHyphened() }
        } else if !scratch.hyphened.isEmpty {
            joinHyphened()
        }
        if gap == .blank, word.digits == 3, !scratch.grouped.isEmpty {
            scratch.grouped.append(word)
            if scratch.grouped.count == Tokenizer.Limits.parts { joinGrouped() }
        } else {
            if !scratch.grouped.isEmpty { joinGrouped() }
            if word.digits > 0, word.digits <= 3 { scratch.grouped.append(word) }
        }
        last = word
    }

    /// `e-mail` is also `email`.
    private mutating func joinHyphened() {
        guard scratch.hyphened.count > 1 else { return }
        var parts: [WordSpan] = []
        swap(&parts, &scratch.hyphened)
        let mayRun = tokenizer.side == .text && parts.count <= Tokenizer.Limits.partsWithRuns
        for first in 0..<(mayRun ? parts.count - 1 : 1) {
            for final in (mayRun ? first + 1 : parts.count - 1)..<parts.count { writeJoined(parts, first, final) }
        }
        parts.removeAll(keepingCapacity: true)
        swap(&parts, &scratch.hyphened)
    }

    /// `1 000` is also `1000`.
    private mutating func joinGrouped() {
        if scratch.grouped.count > 1 {
            var parts: [WordSpan] = []
            swap(&parts, &scratch.grouped)
            writeJoined(parts, 0, parts.count - 1)
            swap(&parts, &scratch.grouped)
        }
        scratch.grouped.removeAll(keepingCapacity: true)
    }

    /// Writes the forms of neighbours as one, among the tokens of the first part's position.
    private mutating func writeJoined(_ parts: [WordSpan], _ firstPart: Int, _ finalPart: Int) {
        let first = parts[firstPart]
        let final = parts[finalPart]
        var span = first
        span.width = final.position &- first.position &+ final.width
        span.sourceEnd = final.sourceEnd
        var word: [FoldedScalar] = []
        swap(&word, &scratch.word)
        word.removeAll(keepingCapacity: true)
        for part in parts[firstPart...finalPart] { appendScalars(of: part, to: &word) }
        if word.count <= Tokenizer.Limits.word {
            let mark = tokens.count
            writeForms(word, 0, word.count, span, kind: .joined)
            moveBack(from: mark, before: first.position)
        }
        swap(&word, &scratch.word)
    }

    /// Reads a form back.
    private func appendScalars(of part: WordSpan, to word: inout [FoldedScalar]) {
        var index = part.formStart
        while index < part.formEnd {
            let byte = forms[index]
            if byte < 0x80 {
                word.append(FoldedScalar(ascii: byte, at: 0))
                index += 1
            } else {
                let scalar = UTF8Scalar(forms.span, at: index)
                let properties = UnicodeTables.shared.properties(scalar.value)
                word.append(FoldedScalar(value: scalar.value, properties: properties, start: 0, end: 0))
                index += scalar.length
            }
        }
    }

    /// Moves the tokens from `mark` on to the end of those at `position`.
    mutating func moveBack(from mark: Int, before position: UInt32) {
        var place = mark
        while place > 0, tokens[place - 1].position > position { place -= 1 }
        guard place < mark else { return }
        let moved = Array(tokens[mark...])
        tokens.removeLast(moved.count)
        tokens.insert(contentsOf: moved, at: place)
    }
}

extension WordGap {
    fileprivate init(_ scalar: UInt32, isAlone: Bool) {
        self = !isAlone ? .other : scalar == 0x2D ? .hyphen : scalar == 0x20 ? .blank : .other
    }
}

extension FoldedScalar {
    fileprivate init(ascii byte: UInt8, at offset: Int) {
        let lower = byte &- 65 < 26 ? byte | 0x20 : byte
        let start = UInt32(truncatingIfNeeded: offset)
        self.init(value: UInt32(lower), properties: ScalarProperties(bits: 0), start: start, end: start &+ 1)
    }
}

/// A run of ASCII letters and digits that is a whole segment of UAX #29.
private struct PlainWord {
    /// Where it ends, at the latest at the limit; where it begins if the segment has anything else in it.
    let end: Int
    let hash: UInt64
    let isNumber: Bool

    @inline(__always)
    init(_ text: Span<UInt8>, from start: Int) {
        let count = min(text.count, start &+ Tokenizer.Limits.word)
        var hash = TermHash.seed
        var index = start
        var letters: UInt8 = 0
        while index < count {
            var byte = text[index]
            if byte &- 48 >= 10 {
                byte |= 0x20
                guard byte &- 97 < 26 else { break }
            }
            letters |= byte
            hash = TermHash.add(byte, to: hash)
            index += 1
        }
        self.hash = TermHash.mix(hash)
        isNumber = letters & 0x40 == 0
        end = index == count || Self.ends(text, at: index, from: start) ? index : start
    }

    /// Whether the byte behind the run ends the segment.
    @inline(__always)
    private static func ends(_ text: Span<UInt8>, at index: Int, from start: Int) -> Bool {
        let byte = text[index]
        if byte <= 0x20 { return true }
        if byte >= 0x80 || byte == 0x5F { return false }
        guard ASCII.joins(byte), index > start, index + 1 < text.count else { return true }
        return text[index + 1] < 0x80 && !ASCII.joins(byte, text[index - 1], text[index + 1])
    }
}

/// Word boundaries of UAX #29 among ASCII.
private enum ASCII {
    static func isWord(_ byte: UInt8) -> Bool { (byte | 0x20) &- 97 < 26 || byte &- 48 < 10 || byte == 0x5F }

    /// May stand inside a word.
    static func joins(_ byte: UInt8) -> Bool {
        byte == 0x27 || byte == 0x2C || byte == 0x2E || byte == 0x3A || byte == 0x3B
    }

    /// Stands inside a word between these.
    static func joins(_ byte: UInt8, _ before: UInt8, _ after: UInt8) -> Bool {
        let isBetweenLetters = (before | 0x20) &- 97 < 26 && (after | 0x20) &- 97 < 26
        let isBetweenDigits = before &- 48 < 10 && after &- 48 < 10
        return switch byte {
        case 0x27, 0x2E: isBetweenLetters || isBetweenDigits
        case 0x3A: isBetweenLetters
        default: isBetweenDigits
        }
    }
}
