import WireText

/// How words are compared where their spelling counts.
enum Spelling {
    /// Scripts without case, where a part of a run is a word: nothing but the letters can differ.
    static func hasNoCase(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0E00...0x0EFF, 0x1000...0x109F, 0x1100...0x11FF, 0x1780...0x17FF, 0x2E80...0x9FFF, 0xA960...0xA97F,
            0xAC00...0xD7FF, 0xF900...0xFAFF, 0x20000...0x3FFFF:
            true
        default: false
        }
    }

    static func isLeadingSymbol(_ scalar: Unicode.Scalar) -> Bool { ".@$€£¥&%+#".unicodeScalars.contains(scalar) }

    static func isTrailingSymbol(_ scalar: Unicode.Scalar) -> Bool { "+#%&@$€£°".unicodeScalars.contains(scalar) }

    /// Symbols between letters that are not hyphens, apostrophes or separators of groups of digits.
    static func hasInnerSymbol(_ scalars: [Unicode.Scalar]) -> Bool {
        for index in scalars.indices.dropFirst().dropLast() {
            let scalar = scalars[index]
            if Characters.isWordCharacter(scalar) || Characters.isDash(scalar) || Characters.isApostrophe(scalar) {
                continue
            }
            if isIgnored(scalar) { continue }
            let isGrouping = scalar == "," || scalar == "."
            if isGrouping, Characters.isDigit(scalars[index - 1]), Characters.isDigit(scalars[index + 1]) { continue }
            return true
        }
        return false
    }

    static func isIgnored(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isDefaultIgnorableCodePoint }

    /// One spelling for marks that mean the same; lower case unless it counts.
    static func normal(_ text: String, isExact: Bool) -> String {
        var view = String.UnicodeScalarView()
        for scalar in text.unicodeScalars where !isIgnored(scalar) {
            if Characters.isDash(scalar) {
                view.append("-")
            } else if Characters.isApostrophe(scalar) {
                view.append("'")
            } else {
                view.append(scalar)
            }
        }
        return isExact ? String(view) : String(view).lowercased()
    }
}

extension Spelling {
    /// Whether the text from one token to another is spelled as a check asks; a possessive and an elided article are no part of it.
    static func holds(_ check: Program.Check, in source: String, from first: Token, to last: Token) -> Bool {
        let bytes = source.utf8.span
        var low = Int(first.sourceOffset)
        var high = Int(last.sourceOffset) + Int(last.sourceLength)
        guard low <= high, high <= bytes.count else { return false }
        let text = String(decoding: (low..<high).map { bytes[$0] }, as: UTF8.self)
        let core = normal(text, isExact: check.isExact)
        if core != check.core {
            // Apple's, l'AT&T
            if core.count >= check.core.count + 2, core.hasPrefix(check.core),
                core.dropFirst(check.core.count).lowercased() == "'s"
            {
                guard check.trail.isEmpty else { return false }
                high = -1
            } else if core.hasSuffix("'" + check.core), core.dropLast(check.core.count + 1).allSatisfy(\.isLetter) {
                guard check.lead.isEmpty else { return false }
                low = -1
            } else {
                return false
            }
        }
        return low < 0 || precedes(check, low, bytes) ? high < 0 || follows(check, high, bytes) : false
    }

    private static func precedes(_ check: Program.Check, _ low: Int, _ bytes: Swift.Span<UInt8>) -> Bool {
        let start = low - check.lead.count
        guard start >= 0 else { return false }
        for index in check.lead.indices where bytes[start + index] != check.lead[index] { return false }
        return check.lead.isEmpty || start == 0 || !isWordByte(before: start, bytes)
    }

    private static func follows(_ check: Program.Check, _ high: Int, _ bytes: Swift.Span<UInt8>) -> Bool {
        guard high + check.trail.count <= bytes.count else { return false }
        for index in check.trail.indices where bytes[high + index] != check.trail[index] { return false }
        let end = high + check.trail.count
        return check.trail.isEmpty || end == bytes.count || !isWordByte(at: end, bytes)
    }

    private static func isWordByte(before place: Int, _ bytes: Swift.Span<UInt8>) -> Bool {
        var start = place - 1
        while start > 0, bytes[start] & 0xC0 == 0x80 { start -= 1 }
        return isWordByte(at: start, bytes)
    }

    private static func isWordByte(at place: Int, _ bytes: Swift.Span<UInt8>) -> Bool {
        let text = String(decoding: (place..<min(bytes.count, place + 4)).map { bytes[$0] }, as: UTF8.self)
        return text.unicodeScalars.first.map(Characters.isWordCharacter) ?? false
    }
}
