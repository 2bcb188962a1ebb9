/// Writes the forms of one word: its own first, then the aliases of matching.md, section 2.
extension BlockRun {
    /// A word that is a segment of UAX #29; returns nil if it cannot be part of a joined one.
    mutating func writeWord(
        _ text: [FoldedScalar], _ start: Int, _ end: Int, behind gap: WordGap, before next: UInt32?
    ) -> WordSpan? {
        let parts =
            tokenizer.side == .query
            ? WordParts()
            : WordParts(
                text, start, end, isBehindSymbol: gap == .symbol,
                isBeforeSymbol: next.map(WordSymbols.contains) ?? false)
        guard parts.ranges.count > 1 else {
            let span = writeForms(text, start, end, span(of: text, start, end), kind: .word)
            if let only = parts.ranges.first, only.count < end - start {
                var inner = span
                inner.sourceStart = text[only.lowerBound].start
                inner.sourceEnd = self.span(of: text, only.lowerBound, only.upperBound).sourceEnd
                writeForms(text, only.lowerBound, only.upperBound, inner, kind: .alias)
            }
            writeShorterInitials(text, parts.ranges.first ?? start..<end)
            position &+= 1
            return span
        }
        var whole = span(of: text, start, end)
        whole.width = UInt32(truncatingIfNeeded: parts.ranges.count)
        for part in parts.ranges {
            writeForms(
                text, part.lowerBound, part.upperBound, span(of: text, part.lowerBound, part.upperBound), kind: .word)
            writeShorterInitials(text, part)
            position &+= 1
        }
        let mark = tokens.count
        whole = writeForms(text, start, end, whole, kind: .joined)
        moveBack(from: mark, before: whole.position)
        return whole
    }

    /// `a.U.S.` is also `U.S.`, if a blank was forgotten: each run of the letters, at the place of all.
    private mutating func writeShorterInitials(_ text: [FoldedScalar], _ word: Range<Int>) {
        guard tokenizer.side == .text, word.count > 4, word.count < 2 * Tokenizer.Limits.initials else { return }
        let letters = stride(from: word.lowerBound, to: word.upperBound, by: 2)
        guard letters.dropFirst().allSatisfy({ WordParts.isSeparator(text[$0 - 1].value) && !text[$0].isDigit }) else {
            return
        }
        for first in letters {
            for last in letters where last > first && last - first < word.count - 1 {
                writeForms(text, first, last + 1, span(of: text, first, last + 1), kind: .alias)
            }
        }
    }

    /// The place of `text[start..<end]` at the next position.
    func span(of text: [FoldedScalar], _ start: Int, _ end: Int) -> WordSpan {
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
        let (traits, hash) = putOwn(text, start, end)
        span.formEnd = forms.count
        appendToken(span, hash: hash, kind: kind)
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
    private mutating func putOwn(_ text: [FoldedScalar], _ start: Int, _ end: Int) -> (WordTraits, UInt64) {
        var traits = WordTraits()
        var out: [UInt8] = []
        swap(&out, &forms)
        let first = out.count
        for index in start..<end {
            let scalar = text[index]
            traits.note(scalar)
            FormBytes(scalar.value).put(in: &out)
        }
        let hash = TermHash.hash(out.span, first..<out.count)
        swap(&out, &forms)
        return (traits, hash)
    }

    /// The own, accent-free and German spelling of a part, and a number without its group separators.
    mutating func writeSpellings(
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
        let hash = TermHash.hash(forms.span, span.formStart..<span.formEnd)
        let isKnown = span.formStart == span.formEnd || tokens[firstToken...].contains { $0.hash == hash }
        if isKnown {
            forms.removeLast(span.formEnd - span.formStart)
        } else {
            appendToken(span, hash: hash, kind: kind)
        }
    }

    /// Appends a scalar as UTF-8.
    mutating func put(_ scalar: UInt32) {
        FormBytes(scalar).put(in: &forms)
    }
}

extension FoldedScalar {
    var isSyllable: Bool { value >= 0xAC00 && value <= 0xD7A3 }
}

/// What a word has that may give it more forms.
struct WordTraits {
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
