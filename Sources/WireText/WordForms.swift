/// Writes the forms of one word: its own first, then the aliases of matching.md, section 2.
extension BlockRun {
    /// A word that is a segment of UAX #29; returns nil if it cannot be part of a joined one.
    mutating func writeWord(_ text: [FoldedScalar], _ start: Int, _ end: Int) -> WordSpan? {
        let parts = tokenizer.side == .text ? WordParts(text, start, end) : WordParts()
        guard parts.ranges.count > 1 else {
            let span = writeForms(text, start, end, span(of: text, start, end), kind: .word)
            if let only = parts.ranges.first, only.count < end - start {
                var inner = span
                inner.sourceStart = text[only.lowerBound].start
                inner.sourceEnd = self.span(of: text, only.lowerBound, only.upperBound).sourceEnd
                writeForms(text, only.lowerBound, only.upperBound, inner, kind: .alias)
            }
            position &+= 1
            return span
        }
        var whole = span(of: text, start, end)
        whole.width = UInt32(truncatingIfNeeded: parts.ranges.count)
        for part in parts.ranges {
            writeForms(
                text, part.lowerBound, part.upperBound, span(of: text, part.lowerBound, part.upperBound), kind: .word)
            position &+= 1
        }
        let mark = tokens.count
        whole = writeForms(text, start, end, whole, kind: .joined)
        moveBack(from: mark, before: whole.position)
        return whole
    }

    /// The place of `text[start..<end]` at the next position.
    private func span(of text: [FoldedScalar], _ start: Int, _ end: Int) -> WordSpan {
        var low = text[start].start
        var high = text[start].end
        for index in start..<end {
            low = min(low, text[index].start)
            high = max(high, text[index].end)
        }
        var digits = 0
        if text[start].isDigit, end - start <= 3 {
            digits = (start..<end).allSatisfy { text[$0].isDigit } ? end - start : 0
        }
        return WordSpan(
            position: position, width: 1, sourceStart: low, sourceEnd: high, formStart: 0, formEnd: 0, digits: digits)
    }

    /// Writes all forms of `text[start..<end]`, each once; returns the span with the place of the first.
    @discardableResult
    mutating func writeForms(
        _ text: [FoldedScalar], _ start: Int, _ end: Int, _ place: WordSpan, kind: Token.Kind
    ) -> WordSpan {
        var span = place
        let firstToken = tokens.count
        span.formStart = forms.count
        let traits = putOwn(text, start, end)
        span.formEnd = forms.count
        closeForm(span, kind, firstToken)
        guard traits.hasForms else { return span }
        let alias: Token.Kind = kind == .joined ? .joined : .alias
        writeSpellings(text, start, end, span, alias, firstToken, traits, isPart: false)
        guard traits.hasApostrophe || traits.hasHangul else { return span }
        let shorter = tokenizer.side == .text ? possessive(text, start, end) : nil
        let later = tokenizer.dropsElidedArticles ? ElidedArticles.end(text, start, end) : nil
        if let shorter { writeSpellings(text, start, shorter, span, alias, firstToken, traits) }
        if let later { writeSpellings(text, later, end, span, alias, firstToken, traits) }
        if let shorter, let later, later < shorter {
            writeSpellings(text, later, shorter, span, alias, firstToken, traits)
        }
        if traits.hasHangul {
            if tokenizer.side == .text { writeForeignParts(text, start, end, span, alias, firstToken, traits) }
            writeSyllables(text, start, end, span, isJoined: kind == .joined)
        }
        return span
    }

    /// Puts the own form and looks what else the word needs.
    private mutating func putOwn(_ text: [FoldedScalar], _ start: Int, _ end: Int) -> WordTraits {
        var traits = WordTraits()
        for index in start..<end {
            let scalar = text[index]
            traits.note(scalar)
            put(scalar.value)
        }
        return traits
    }

    /// The own, accent-free and German spelling of a part, and a number without its group separators.
    private mutating func writeSpellings(
        _ text: [FoldedScalar], _ start: Int, _ end: Int, _ place: WordSpan, _ kind: Token.Kind, _ firstToken: Int,
        _ traits: WordTraits, isPart: Bool = true
    ) {
        var span = place
        if isPart {
            span.formStart = forms.count
            for index in start..<end { put(text[index].value) }
            closeForm(span, kind, firstToken)
        }
        if traits.hasSimpleForm {
            span.formStart = forms.count
            putSimple(text, start, end, isGerman: false)
            closeForm(span, kind, firstToken)
            if traits.hasUmlaut, tokenizer.usesGermanForms {
                span.formStart = forms.count
                putSimple(text, start, end, isGerman: true)
                closeForm(span, kind, firstToken)
            }
        }
        if traits.hasDigit, let number = GroupedNumber(text, start, end) {
            span.formStart = forms.count
            for index in start..<end where !number.separators.contains(index) { putSimpleScalar(text[index]) }
            closeForm(span, kind, firstToken)
        }
    }

    /// Without accents on Latin and Greek, stress on Cyrillic, points of Arabic and Hebrew, national digits; `ä` as `ae` if German.
    mutating func putSimple(
        _ text: [FoldedScalar], _ start: Int, _ end: Int, isGerman: Bool
    ) {
        var base = ScalarProperties(bits: 0)
        for index in start..<end {
            let scalar = text[index]
            if scalar.properties.isNonspacingMark {
                if base.isLatinOrGreek || base.isCyrillic && scalar.value == 0x0301 { continue }
                putSimpleScalar(scalar)
                continue
            }
            base = scalar.properties
            switch isGerman ? scalar.value : 0 {
            case 0xE4: putASCII("a", "e")
            case 0xF6: putASCII("o", "e")
            case 0xFC: putASCII("u", "e")
            default: putSimpleScalar(scalar)
            }
        }
    }

    private mutating func putASCII(_ first: Unicode.Scalar, _ second: Unicode.Scalar) {
        put(first.value)
        put(second.value)
    }

    private mutating func putSimpleScalar(_ scalar: FoldedScalar) {
        guard scalar.properties.hasSimpleForm else { return put(scalar.value) }
        UnicodeTables.shared.simple(scalar.value) { put($0) }
    }

    /// The end of a word without its `'s`.
    private func possessive(_ text: [FoldedScalar], _ start: Int, _ end: Int) -> Int? {
        guard end - start > 2, text[end - 1].value == 0x73, text[end - 2].value == 0x27 else { return nil }
        return end - 2
    }

    /// Ends the form that was put from `span.formStart` on; drops it if the word has it already.
    mutating func closeForm(_ place: WordSpan, _ kind: Token.Kind, _ firstToken: Int) {
        var span = place
        span.formEnd = forms.count
        var hash = TermHash.seed
        for index in span.formStart..<span.formEnd { hash = TermHash.add(forms[index], to: hash) }
        hash = TermHash.mix(hash)
        let isKnown = span.formStart == span.formEnd || tokens[firstToken...].contains { $0.hash == hash }
        if isKnown {
            forms.removeLast(span.formEnd - span.formStart)
        } else {
            appendToken(span, hash: hash, kind: kind)
        }
    }

    /// Appends a scalar as UTF-8.
    @inline(__always)
    mutating func put(_ scalar: UInt32) {
        if scalar < 0x80, scalar != 0x22 {
            forms.append(UInt8(truncatingIfNeeded: scalar))
        } else if scalar == 0x22 {
            // Only between Hebrew letters: gershayim, as no form holds a quote.
            forms.append(0xD7)
            forms.append(0xB4)
        } else if scalar < 0x800 {
            forms.append(0xC0 | UInt8(truncatingIfNeeded: scalar >> 6))
            forms.append(0x80 | UInt8(truncatingIfNeeded: scalar & 0x3F))
        } else if scalar < 0x10000 {
            forms.append(0xE0 | UInt8(truncatingIfNeeded: scalar >> 12))
            forms.append(0x80 | UInt8(truncatingIfNeeded: scalar >> 6 & 0x3F))
            forms.append(0x80 | UInt8(truncatingIfNeeded: scalar & 0x3F))
        } else {
            forms.append(0xF0 | UInt8(truncatingIfNeeded: scalar >> 18))
            forms.append(0x80 | UInt8(truncatingIfNeeded: scalar >> 12 & 0x3F))
            forms.append(0x80 | UInt8(truncatingIfNeeded: scalar >> 6 & 0x3F))
            forms.append(0x80 | UInt8(truncatingIfNeeded: scalar & 0x3F))
        }
    }
}

/// Scripts without blanks, and Hangul.
extension BlockRun {
    /// Writes the clusters of a run and their pairs; returns its end.
    mutating func writeGrams(_ text: [FoldedScalar], from start: Int) -> Int {
        var index = start
        var previous: WordSpan?
        while index < text.count, text[index].properties.isGram {
            let first = index
            index += 1
            while index < text.count, text[index].properties.extendsCluster, index - first < Tokenizer.Limits.word {
                index += 1
            }
            let cluster = writeCluster(text, first, index, after: previous)
            position &+= 1
            previous = cluster
        }
        return index
    }

    /// One cluster at its own position; the pair with the one before goes to that one's position.
    private mutating func writeCluster(
        _ text: [FoldedScalar], _ start: Int, _ end: Int, after previous: WordSpan?
    ) -> WordSpan {
        var span = span(of: text, start, end)
        if var pair = previous {
            // The pair's bytes are those of the cluster before, which were put last, and of this one.
            pair.width = 2
            pair.sourceEnd = span.sourceEnd
            span.formStart = forms.count
            for index in start..<end { put(text[index].value) }
            pair.formEnd = forms.count
            appendToken(pair, hash: hash(of: pair), kind: .gram)
        } else {
            span.formStart = forms.count
            for index in start..<end { put(text[index].value) }
        }
        span.formEnd = forms.count
        appendToken(span, hash: hash(of: span), kind: .gram)
        return span
    }

    private func hash(of span: WordSpan) -> UInt64 {
        var hash = TermHash.seed
        for index in span.formStart..<span.formEnd { hash = TermHash.add(forms[index], to: hash) }
        return TermHash.mix(hash)
    }

    /// What is not Hangul in a word with Hangul: `AI가`, `2024년`.
    private mutating func writeForeignParts(
        _ text: [FoldedScalar], _ start: Int, _ end: Int, _ place: WordSpan, _ kind: Token.Kind, _ firstToken: Int,
        _ traits: WordTraits
    ) {
        var first = start
        for index in start...end where index == end || text[index].isSyllable {
            if first < index, index - first < end - start, text[first..<index].contains(where: \.properties.isWordly) {
                var span = place
                // A joined word has no scalars of its own to point at.
                if kind == .alias {
                    span = self.span(of: text, first, index)
                    span.position = place.position
                }
                writeSpellings(text, first, index, span, kind, firstToken, traits)
            }
            first = index + 1
        }
    }

    /// Pairs of neighbouring Hangul syllables, because particles hang on the word.
    private mutating func writeSyllables(
        _ text: [FoldedScalar], _ start: Int, _ end: Int, _ place: WordSpan, isJoined: Bool
    ) {
        guard end - start > 2 else { return }
        for index in start..<(end - 1) where text[index].isSyllable && text[index + 1].isSyllable {
            var span = place
            if !isJoined {
                span.sourceStart = text[index].start
                span.sourceEnd = text[index + 1].end
            }
            span.formStart = forms.count
            put(text[index].value)
            put(text[index + 1].value)
            closeForm(span, .gram, tokens.count)
        }
    }
}

extension FoldedScalar {
    var isSyllable: Bool { value >= 0xAC00 && value <= 0xD7A3 }
}

/// What a word has that may give it more forms.
private struct WordTraits {
    private var bits = ScalarProperties(bits: 0)
    private(set) var hasUmlaut = false
    private(set) var hasApostrophe = false
    private(set) var hasHangul = false
    private var hasASCIIDigit = false

    var hasSimpleForm: Bool { bits.hasSimpleForm || bits.isNonspacingMark }
    var hasDigit: Bool { hasASCIIDigit || bits.isDigit }
    var hasForms: Bool { hasSimpleForm || hasApostrophe || hasDigit || hasHangul }

    @inline(__always)
    mutating func note(_ scalar: FoldedScalar) {
        bits.bits |= scalar.properties.bits
        if scalar.value < 0x100 {
            if scalar.value == 0x27 { hasApostrophe = true }
            if scalar.value &- 48 < 10 { hasASCIIDigit = true }
            if scalar.value == 0xE4 || scalar.value == 0xF6 || scalar.value == 0xFC { hasUmlaut = true }
        } else if scalar.isSyllable {
            hasHangul = true
        }
    }
}

/// The parts of words that a full stop, colon or underscore joins without a blank.
private struct WordParts {
    var ranges: [Range<Int>] = []

    init() {}

    init(_ text: [FoldedScalar], _ start: Int, _ end: Int) {
        guard (start..<end).contains(where: { Self.isSeparator(text[$0].value) }) else { return }
        var pieces: [Range<Int>] = []
        var first = start
        for index in start...end where index == end || Self.isSeparator(text[index].value) {
            if first < index { pieces.append(first..<index) }
            first = index + 1
        }
        for piece in pieces {
            if let before = ranges.last, Self.staysTogether(text, before, piece) {
                ranges[ranges.count - 1] = before.lowerBound..<piece.upperBound
            } else {
                ranges.append(piece)
            }
        }
        if ranges.count == 1, ranges[0] == start..<end { ranges = [] }
    }

    private static func isSeparator(_ scalar: UInt32) -> Bool { scalar == 0x2E || scalar == 0x3A || scalar == 0x5F }

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

extension FoldedScalar {
    fileprivate var isDigit: Bool { value &- 48 < 10 || properties.isDigit }
}

/// Digits in groups of three.
private struct GroupedNumber {
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
private enum ElidedArticles {
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
