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

    /// Letters that stand for `*` and `?` while a term is split into words; no alphabet in use has them.
    static let starLetter: Unicode.Scalar = "\u{168A}"
    static let oneLetter: Unicode.Scalar = "\u{168B}"

    static func isLeadingSymbol(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "." || scalar != "°" && WordSymbols.contains(scalar.value)
    }

    static func isTrailingSymbol(_ scalar: Unicode.Scalar) -> Bool {
        scalar != "¥" && WordSymbols.contains(scalar.value)
    }

    /// Symbols between letters that are not hyphens, apostrophes or separators of groups of digits.
    static func hasInnerSymbol(_ scalars: [Unicode.Scalar]) -> Bool {
        for index in scalars.indices.dropFirst().dropLast() {
            let scalar = scalars[index]
            if Characters.isWordCharacter(scalar) || Characters.isDash(scalar) || Characters.isApostrophe(scalar) {
                continue
            }
            // Gershayim stand inside Hebrew words as apostrophes do in others.
            if isIgnored(scalar) || scalar == "\u{5F4}" { continue }
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
            } else if scalar == "\u{5F4}" {
                view.append("\"")
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
        if !isSpelled(core[...], check) {
            // Apple's, l'AT&T
            if core.suffix(2).lowercased() == "'s", isSpelled(core.dropLast(2), check) {
                guard check.trail.isEmpty else { return false }
                high = -1
            } else if let apostrophe = core.firstIndex(of: "'"), core[..<apostrophe].allSatisfy(\.isLetter),
                isSpelled(core[core.index(after: apostrophe)...], check)
            {
                guard check.lead.isEmpty else { return false }
                low = -1
            } else {
                return false
            }
        }
        return low < 0 || precedes(check, low, bytes) ? high < 0 || follows(check, high, bytes) : false
    }

    private static func isSpelled(_ text: Substring, _ check: Program.Check) -> Bool {
        guard check.hasWildcards else { return text == check.core }
        return fits(Array(text.unicodeScalars), Array(check.core.unicodeScalars))
    }

    /// Compares with `*` and `?` as letters of their own, which stand for letters and digits.
    private static func fits(_ text: [Unicode.Scalar], _ pattern: [Unicode.Scalar]) -> Bool {
        var ways: Set<Int> = [0]
        func skipStars(_ ways: Set<Int>) -> Set<Int> {
            var all = ways
            for way in ways {
                var next = way
                while next < pattern.count, pattern[next] == starLetter {
                    next += 1
                    all.insert(next)
                }
            }
            return all
        }
        for scalar in text {
            let isLetter = Characters.isWordCharacter(scalar)
            ways = Set(
                skipStars(ways).compactMap { way in
                    guard way < pattern.count else { return nil }
                    if pattern[way] == starLetter { return isLetter ? way : nil }
                    return pattern[way] == scalar || pattern[way] == oneLetter && isLetter ? way + 1 : nil
                })
        }
        return skipStars(ways).contains(pattern.count)
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
        // In scripts without spaces and in Hangul, with its particles, a word ends where another script begins.
        return text.unicodeScalars.first.map { Characters.isWordCharacter($0) && !hasNoCase($0) } ?? false
    }
}
