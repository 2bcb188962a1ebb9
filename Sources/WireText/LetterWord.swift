import WireModel

/// A run of letters of two bytes each, and of ASCII letters among them, that is a whole segment of UAX #29 and has one form:
/// most words of Cyrillic, Greek and Arabic texts.
struct LetterWord {
    /// Where it ends; where it begins if the segment has anything else in it.
    let end: Int
    /// Whether folding changes it.
    let changes: Bool

    private enum Limits {
        /// Bytes; longer words are seldom, and left to the long way.
        static let word = 512
    }

    init(_ text: Swift.Span<UInt8>, from start: Int, _ letters: TwoByteLetters) {
        let limit = min(text.count, start &+ Limits.word)
        var index = start
        var changes = false
        while index < limit {
            let byte = text[index]
            if byte < 0x80 {
                guard (byte | 0x20) &- 97 < 26 else { break }
                if byte < 0x60 { changes = true }
                index += 1
            } else {
                let found = letters.find(text, at: index)
                guard found.folded > TwoByteLetters.gap else { break }
                if found.folded != found.scalar { changes = true }
                index += 2
            }
        }
        self.changes = changes
        end = index == text.count || index < limit && Self.ends(text, at: index, letters) ? index : start
    }

    /// Whether what stands behind the letters ends the segment.
    private static func ends(_ text: Swift.Span<UInt8>, at index: Int, _ letters: TwoByteLetters) -> Bool {
        let byte = text[index]
        if byte <= 0x20 { return true }
        if byte >= 0x80 { return letters.find(text, at: index).folded == TwoByteLetters.gap }
        if byte == 0x5F || byte == 0x27 || byte &- 48 < 10 { return false }
        guard ASCII.joins(byte), index + 1 < text.count else { return true }
        let next = text[index + 1]
        return next < 0x80 && (next | 0x20) &- 97 >= 26
    }

    /// Appends the folded word.
    func put(_ text: Swift.Span<UInt8>, from start: Int, _ letters: TwoByteLetters, in forms: inout [UInt8]) {
        var index = start
        while index < end {
            let byte = text[index]
            if byte < 0x80 {
                forms.append(byte | 0x20)
                index += 1
            } else {
                FormBytes(UInt32(letters.find(text, at: index).folded)).put(in: &forms)
                index += 2
            }
        }
    }
}

/// The letters of two bytes in UTF-8 that need no thought: alone in their cluster, without another spelling, and folded to one
/// such letter.
struct TwoByteLetters: Sendable {
    static let shared = TwoByteLetters(.shared)
    /// What is no part of a word and stays so: quotes, signs, blanks.
    static let gap: UInt16 = 1

    /// For each scalar from U+0080 on its folded form, or `gap`, or 0 for what needs thought.
    private let folded: [UInt16]

    private init(_ tables: UnicodeTables) {
        folded = (UInt32(0x80)..<0x800).map { scalar in
            let properties = tables.properties(scalar)
            if Self.isGap(properties) { return Self.gap }
            guard Self.isLetter(properties) else { return 0 }
            guard properties.changesByFolding else { return UInt16(scalar) }
            var forms: [UInt32] = []
            tables.folded(scalar) { forms.append($0) }
            guard forms.count == 1, (0x80..<0x800).contains(forms[0]) else { return 0 }
            let form = tables.properties(forms[0])
            return Self.isLetter(form) && !form.changesByFolding ? UInt16(forms[0]) : 0
        }
    }

    private static func isLetter(_ properties: ScalarProperties) -> Bool {
        properties.isPlainLetter && properties.isWordly && isSimple(properties)
    }

    private static func isGap(_ properties: ScalarProperties) -> Bool {
        properties.wordBreak == .other && !properties.isWordly && !properties.changesByFolding && isSimple(properties)
    }

    private static func isSimple(_ properties: ScalarProperties) -> Bool {
        properties.combiningClass == 0
            && !(properties.isGram || properties.extendsCluster || properties.isNonspacingMark
                || properties.hasSimpleForm || properties.needsNormalization || properties.isPictographic
                || properties.isDigit)
    }

    /// The scalar of two bytes at `index` and what it folds to; zeros if there is none.
    @inline(__always)
    func find(_ text: Swift.Span<UInt8>, at index: Int) -> (scalar: UInt16, folded: UInt16) {
        let lead = text[index]
        guard lead &- 0xC2 < 0x1E, index &+ 1 < text.count else { return (0, 0) }
        let tail = text[index &+ 1]
        guard tail & 0xC0 == 0x80 else { return (0, 0) }
        let scalar = UInt16(lead & 0x1F) << 6 | UInt16(tail & 0x3F)
        return (scalar, folded[Int(scalar) &- 0x80])
    }
}
