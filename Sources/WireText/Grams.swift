/// Scripts without blanks, and Hangul.
extension BlockRun {
    /// Writes the clusters of a run and their pairs; returns its end. A pair stands before the second cluster's own form,
    /// as its position is the first's; its bytes are those of both clusters, which are put one after the other.
    mutating func writeGrams(_ text: [FoldedScalar], from start: Int) -> Int {
        var out: [UInt8] = []
        swap(&out, &forms)
        var index = start
        var previous: WordSpan?
        while index < text.count, text[index].properties.isGram {
            var span = WordSpan(
                position: position, width: 1, sourceStart: text[index].start, sourceEnd: text[index].end,
                formStart: out.count, formEnd: 0, digits: 0)
            let first = index
            repeat {
                FormBytes(text[index].value).put(in: &out)
                span.sourceEnd = max(span.sourceEnd, text[index].end)
                index += 1
            } while index < text.count && text[index].properties.extendsCluster
                && index - first < Tokenizer.Limits.word
            span.formEnd = out.count
            if var pair = previous {
                pair.width = 2
                pair.sourceEnd = span.sourceEnd
                pair.formEnd = out.count
                appendToken(pair, hash: TermHash.hash(out.span, pair.formStart..<out.count), kind: .gram)
            }
            appendToken(span, hash: TermHash.hash(out.span, span.formStart..<out.count), kind: .gram)
            position &+= 1
            previous = span
        }
        swap(&out, &forms)
        return index
    }

    /// What is not Hangul in a word with Hangul: `AI가`, `2024년`.
    mutating func writeForeignParts(
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
    mutating func writeSyllables(
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

/// A folded scalar as it stands in a form.
struct FormBytes {
    private let scalar: UInt32

    /// A quote stands only between Hebrew letters: gershayim, as no form holds a quote.
    @inline(__always)
    init(_ scalar: UInt32) { self.scalar = scalar == 0x22 ? 0x05F4 : scalar }

    @inline(__always)
    func put(in bytes: inout [UInt8]) {
        if scalar < 0x80 {
            put(UInt8(truncatingIfNeeded: scalar), &bytes)
            return
        }
        if scalar < 0x800 {
            put(0xC0 | UInt8(truncatingIfNeeded: scalar >> 6), &bytes)
        } else {
            if scalar < 0x10000 {
                put(0xE0 | UInt8(truncatingIfNeeded: scalar >> 12), &bytes)
            } else {
                put(0xF0 | UInt8(truncatingIfNeeded: scalar >> 18), &bytes)
                put(0x80 | UInt8(truncatingIfNeeded: scalar >> 12 & 0x3F), &bytes)
            }
            put(0x80 | UInt8(truncatingIfNeeded: scalar >> 6 & 0x3F), &bytes)
        }
        put(0x80 | UInt8(truncatingIfNeeded: scalar & 0x3F), &bytes)
    }

    @inline(__always)
    private func put(_ byte: UInt8, _ bytes: inout [UInt8]) {
        bytes.append(byte)
    }
}
