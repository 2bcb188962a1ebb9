/// Hyphened words and grouped numbers.
extension BlockRun {
    /// Keeps a word that may be part of a joined one.
    mutating func note(_ word: WordSpan?, _ gap: WordGap) {
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
    mutating func joinHyphened() {
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
    mutating func joinGrouped() {
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
