/// Writes the forms of one word: its own first, then the aliases of matching.md, section 2.
extension BlockRun {
    /// A word that is a segment of UAX #29; returns nil if it cannot be part of a joined one.
    mutating func writeWord(_ text: [FoldedScalar], _ start: Int, _ end: Int, _ tables: UnicodeTables?) -> WordSpan? {
        let parts = tokenizer.side == .text ? WordParts(text, start, end) : WordParts()
        guard parts.ranges.count > 1 else {
            let span = writeForms(text, start, end, span(of: text, start, end), kind: .word, tables: tables)
            if let only = parts.ranges.first, only.count < end - start {
                var inner = span
                inner.sourceStart = text[only.lowerBound].start
                inner.sourceEnd = self.span(of: text, only.lowerBound, only.upperBound).sourceEnd
                writeForms(text, only.lowerBound, only.upperBound, inner, kind: .alias, tables: tables)
            }
            position &+= 1
            return span
        }
        var whole = span(of: text, start, end)
        whole.width = UInt32(truncatingIfNeeded: parts.ranges.count)
        for part in parts.ranges {
            writeForms(
                text, part.lowerBound, part.upperBound, span(of: text, part.lowerBound, part.upperBound), kind: .word,
                tables: tables)
            position &+= 1
        }
        let mark = tokens.count
        whole = writeForms(text, start, end, whole, kind: .joined, tables: tables)
        moveBack(from: mark, before: whole.position)
        return whole
    }

    private func span(of text: [FoldedScalar], _ start: Int, _ end: Int) -> WordSpan {
        var span = WordSpan(
            position: position, width: 1, sourceStart: text[start].start, sourceEnd: text[start].end, formStart: 0,
            formEnd: 0, digits: 0)
        for index in start..<end {
            span.sourceStart = min(span.sourceStart, text[index].start)
            span.sourceEnd = max(span.sourceEnd, text[index].end)
            let isDigit = text[index].value &- 48 < 10 || text[index].properties.isDigit
            span.digits = isDigit && span.digits == index - start ? span.digits + 1 : 0
        }
        if span.digits != end - start { span.digits = 0 }
        return span
    }

    /// Writes all forms of `text[start..<end]`, each once; returns the span with the place of the first.
    @discardableResult
    mutating func writeForms(
        _ text: [FoldedScalar], _ start: Int, _ end: Int, _ place: WordSpan, kind: Token.Kind, tables: UnicodeTables?
    ) -> WordSpan {
        var span = place
        let firstToken = tokens.count
        span.formStart = forms.count
        for index in start..<end { put(text[index].value) }
        span.formEnd = forms.count
        closeForm(span, kind, firstToken)
        let traits = WordTraits(text, start, end)
        guard traits.hasForms else { return span }
        let alias: Token.Kind = kind == .joined ? .joined : .alias
        var ends = [end]
        if tokenizer.side == .text, let shorter = possessive(text, start, end) { ends.append(shorter) }
        var starts = [start]
        if tokenizer.dropsElidedArticles, let later = ElidedArticles.end(text, start, end) { starts.append(later) }
        for first in starts {
            for last in ends where first < last {
                writeSpellings(text, first, last, span, alias, firstToken, traits, tables)
            }
        }
        if traits.hasHangul { writeSyllables(text, start, end, span) }
        return span
    }

    /// The own, accent-free and German spelling of a part, and a number without its group separators.
    private mutating func writeSpellings(
        _ text: [FoldedScalar], _ start: Int, _ end: Int, _ place: WordSpan, _ kind: Token.Kind, _ firstToken: Int,
        _ traits: WordTraits, _ tables: UnicodeTables?
    ) {
        var span = place
        span.formStart = forms.count
        for index in start..<end { put(text[index].value) }
        closeForm(span, kind, firstToken)
        if let tables, traits.hasSimpleForm {
            span.formStart = forms.count
            putSimple(text, start, end, tables, isGerman: false)
            closeForm(span, kind, firstToken)
            if traits.hasUmlaut, tokenizer.usesGermanForms {
                span.formStart = forms.count
                putSimple(text, start, end, tables, isGerman: true)
                closeForm(span, kind, firstToken)
            }
        }
        if traits.hasDigit, let number = GroupedNumber(text, start, end) {
            span.formStart = forms.count
            for index in start..<end where !number.separators.contains(index) {
                putSimpleScalar(text[index], tables)
            }
            closeForm(span, kind, firstToken)
        }
    }

    /// Without accents on Latin and Greek, stress on Cyrillic, points of Arabic and Hebrew, national digits; `ä` as `ae` if German.
    mutating func putSimple(
        _ text: [FoldedScalar], _ start: Int, _ end: Int, _ tables: UnicodeTables, isGerman: Bool
    ) {
        var base = ScalarProperties(bits: 0)
        for index in start..<end {
            let scalar = text[index]
            if scalar.properties.isNonspacingMark {
                if base.isLatinOrGreek || base.isCyrillic && scalar.value == 0x0301 { continue }
                putSimpleScalar(scalar, tables)
                continue
            }
            base = scalar.properties
            switch isGerman ? scalar.value : 0 {
            case 0xE4: putASCII("a", "e")
            case 0xF6: putASCII("o", "e")
            case 0xFC: putASCII("u", "e")
            default: putSimpleScalar(scalar, tables)
            }
        }
    }

    private mutating func putASCII(_ first: Unicode.Scalar, _ second: Unicode.Scalar) {
        put(first.value)
        put(second.value)
    }

    private mutating func putSimpleScalar(_ scalar: FoldedScalar, _ tables: UnicodeTables?) {
        guard scalar.properties.hasSimpleForm, let tables else { return put(scalar.value) }
        tables.simple(scalar.value) { put($0) }
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
        if scalar < 0x80 {
            forms.append(UInt8(truncatingIfNeeded: scalar))
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
        if let previous {
            var pair = previous
            pair.width = 2
            pair.sourceEnd = span.sourceEnd
            pair.formStart = forms.count
            for index in previous.formStart..<previous.formEnd { forms.append(forms[index]) }
            for index in start..<end { put(text[index].value) }
            closeForm(pair, .gram, tokens.count)
        }
        span.formStart = forms.count
        for index in start..<end { put(text[index].value) }
        span.formEnd = forms.count
        closeForm(span, .gram, tokens.count)
        return span
    }

    /// Pairs of neighbouring Hangul syllables, because particles hang on the word.
    private mutating func writeSyllables(_ text: [FoldedScalar], _ start: Int, _ end: Int, _ place: WordSpan) {
        guard end - start > 2 else { return }
        for index in start..<(end - 1) where text[index].isSyllable && text[index + 1].isSyllable {
            var span = place
            span.sourceStart = text[index].start
            span.sourceEnd = text[index + 1].end
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
    var hasSimpleForm = false
    var hasUmlaut = false
    var hasApostrophe = false
    var hasDigit = false
    var hasHangul = false

    var hasForms: Bool { hasSimpleForm || hasApostrophe || hasDigit || hasHangul }

    init(_ text: [FoldedScalar], _ start: Int, _ end: Int) {
        for index in start..<end {
            let scalar = text[index]
            if scalar.properties.hasSimpleForm || scalar.properties.isNonspacingMark { hasSimpleForm = true }
            switch scalar.value {
            case 0x27: hasApostrophe = true
            case 48...57: hasDigit = true
            case 0xE4, 0xF6, 0xFC: hasUmlaut = true
            case 0xAC00...0xD7A3: hasHangul = true
            default: if scalar.properties.isDigit { hasDigit = true }
            }
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
    private static let words: Set<String> = [
        "l", "m", "t", "qu", "n", "s", "j", "d", "c", "jusqu", "quoiqu", "lorsqu", "puisqu", "all", "dall", "dell",
        "nell", "sull", "coll", "pell", "gl", "agl", "dagl", "degl", "negl", "sugl", "un", "v", "quell", "quest",
    ]
    private static let longest = 6

    /// Where the word behind the article begins.
    static func end(_ text: [FoldedScalar], _ start: Int, _ end: Int) -> Int? {
        var article = ""
        for index in start..<min(end, start + longest + 1) {
            if text[index].value == 0x27 {
                return index + 1 < end && words.contains(article) && beginsWithVowel(text[index + 1]) ? index + 1 : nil
            }
            guard let scalar = Unicode.Scalar(text[index].value), scalar.isASCII else { return nil }
            article.unicodeScalars.append(scalar)
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
