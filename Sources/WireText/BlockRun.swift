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
    var last: WordSpan?
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

    /// Plain words need no tables; where another thing begins, `splitPiece` takes over up to the next blank.
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

    /// Writes words that have no other form and join with nothing; returns where another thing begins.
    private mutating func splitPlainWords(_ text: Span<UInt8>, from first: Int) -> Int {
        let count = text.count
        let letters = TwoByteLetters.shared
        var tokens: [Token] = []
        swap(&tokens, &self.tokens)
        var position = position
        var index = first
        var lastStart = -1
        var form = 0..<0
        var end = lastEnd
        while index < count {
            let opening = text[index]
            let wordEnd: Int
            let hash: UInt64
            if opening < 0x80 {
                if !ASCII.isWord(opening) {
                    index += 1
                    continue
                }
                let word = PlainWord(text, from: index)
                // A short number may be part of a longer one: `1 000`.
                guard word.end > index, !(word.isNumber && word.end - index <= 3) else { break }
                if end == index - 1, index > 0, text[index - 1] == 0x2D { break }
                form = loweredStart &+ index..<loweredStart &+ word.end
                (wordEnd, hash) = (word.end, word.hash)
            } else {
                if letters.find(text, at: index).folded == TwoByteLetters.gap {
                    index += 2
                    continue
                }
                let word = LetterWord(text, from: index, letters)
                guard word.end > index else { break }
                if end == index - 1, index > 0, text[index - 1] == 0x2D { break }
                (form, hash) = putLetters(word, text, from: index, letters)
                wordEnd = word.end
            }
            tokens.append(
                Token(
                    hash: hash, formOffset: UInt32(truncatingIfNeeded: form.lowerBound),
                    formLength: UInt32(truncatingIfNeeded: form.count), position: position, width: 1,
                    sourceOffset: UInt32(truncatingIfNeeded: base &+ index),
                    sourceLength: UInt32(truncatingIfNeeded: wordEnd &- index), block: block, kind: .word))
            position &+= 1
            lastStart = index
            end = wordEnd
            index = end
        }
        swap(&tokens, &self.tokens)
        if lastStart >= 0 {
            last = plainSpan(lastStart, end, form, position &- 1, digits: 0)
            lastEnd = end
            self.position = position
        }
        return index
    }

    /// The place of a word's form, which stands in the lowered text already if folding does not change it, and its hash.
    private mutating func putLetters(
        _ word: LetterWord, _ text: Span<UInt8>, from start: Int, _ letters: TwoByteLetters
    ) -> (Range<Int>, UInt64) {
        guard word.changes else {
            return (loweredStart &+ start..<loweredStart &+ word.end, TermHash.hash(text, start..<word.end))
        }
        let first = forms.count
        word.put(text, from: start, letters, in: &forms)
        let form = first..<forms.count
        return (form, TermHash.hash(forms.span, form))
    }

    private func plainSpan(_ start: Int, _ end: Int, _ form: Range<Int>, _ position: UInt32, digits: Int) -> WordSpan {
        WordSpan(
            position: position, width: 1, sourceStart: UInt32(truncatingIfNeeded: base &+ start),
            sourceEnd: UInt32(truncatingIfNeeded: base &+ end), formStart: form.lowerBound, formEnd: form.upperBound,
            digits: digits)
    }

    /// Writes the word that begins at `start`, where an ASCII letter, digit or underscore stands; returns where it ends.
    private mutating func splitWord(_ text: Span<UInt8>, from start: Int) -> Int {
        let gap = gap(before: start, in: text)
        let plain = PlainWord(text, from: start)
        if plain.end > start {
            let form = loweredStart + start..<loweredStart + plain.end
            let span = plainSpan(start, plain.end, form, position, digits: plain.isNumber ? plain.end - start : 0)
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
        let next = end < text.count ? UInt32(text[end]) : nil
        note(writeWord(word, 0, word.count, behind: gap, before: next), gap)
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
                let next = segment.end < folding.text.count ? folding.text[segment.end].value : nil
                let before = gapLength == 0 ? .other : gap
                note(writeWord(folding.text, index, segment.end, behind: before, before: next), before)
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
    case hyphen, blank, symbol, other
}

extension WordGap {
    init(_ scalar: UInt32, isAlone: Bool) {
        self =
            switch isAlone ? scalar : 0 {
            case 0x2D: .hyphen
            case 0x20: .blank
            case let scalar where WordSymbols.contains(scalar): .symbol
            default: .other
            }
    }
}

extension FoldedScalar {
    init(ascii byte: UInt8, at offset: Int) {
        let lower = byte &- 65 < 26 ? byte | 0x20 : byte
        let start = UInt32(truncatingIfNeeded: offset)
        self.init(value: UInt32(lower), properties: ScalarProperties(bits: 0), start: start, end: start &+ 1)
    }
}
