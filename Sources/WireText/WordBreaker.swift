/// The values of Unicode's Word_Break property, in the order of the generated tables.
enum WordBreakClass: UInt8 {
    case other, carriageReturn, lineFeed, newline, extend, zeroWidthJoiner, format, katakana, hebrewLetter, letter
    case singleQuote, doubleQuote, midNumLet, midLetter, midNum, numeric, extendNumLet, regionalIndicator, space

    /// AHLetter of UAX #29.
    var isLetter: Bool { self == .letter || self == .hebrewLetter }
    /// What WB4 looks through.
    var isIgnored: Bool { self == .extend || self == .format || self == .zeroWidthJoiner }
    var isBreak: Bool { self == .carriageReturn || self == .lineFeed || self == .newline }
    var joinsLetters: Bool { self == .midLetter || self == .midNumLet || self == .singleQuote }
    var joinsDigits: Bool { self == .midNum || self == .midNumLet || self == .singleQuote }
    var isJoinedByUnderscore: Bool { isLetter || self == .numeric || self == .katakana }
}

/// The default word boundaries of UAX #29 (Unicode 15.0, WB1–WB999).
enum WordBreaker {
    /// The end of the segment that begins at `start`, which must be a boundary; at most `limit` scalars on.
    static func segmentEnd(in text: [FoldedScalar], from start: Int, limit: Int = .max) -> Int {
        let count = limit < text.count - start ? start + limit : text.count
        guard start < count else { return count }
        let opening = text[start].properties.wordBreak
        var index = start + 1
        if opening == .letter {
            while index < count, text[index].properties.isPlainLetter { index += 1 }
            guard index < count else { return count }
        }
        if opening.isBreak {
            let isPair = opening == .carriageReturn && index < count && text[index].properties.wordBreak == .lineFeed
            return isPair ? index + 1 : index
        }
        // `last` looks through ignored scalars (WB4), `neighbour` does not.
        var last = opening
        var neighbour = opening
        var isSecondIndicator = false
        while index < count {
            let next = text[index].properties.wordBreak
            if next.isBreak { return index }
            if next.isIgnored {
                neighbour = next
                index += 1
                continue
            }
            if neighbour == .zeroWidthJoiner, text[index].properties.isPictographic {  // WB3c
            } else if neighbour == .space, next == .space {  // WB3d
            } else if last == .regionalIndicator, next == .regionalIndicator, !isSecondIndicator {  // WB15, WB16
                isSecondIndicator = true
            } else if joins(last, next) {  // WB5, WB8–WB10, WB13–WB13b
            } else if let after = joined(last, next, in: text, after: index) {  // WB6–WB7c, WB11, WB12
                guard after < count else { return count }
                index = after
            } else {
                return index
            }
            last = text[index].properties.wordBreak
            neighbour = last
            index += 1
        }
        return count
    }

    private static func joins(_ last: WordBreakClass, _ next: WordBreakClass) -> Bool {
        switch (last, next) {
        case (.letter, .letter), (.letter, .hebrewLetter), (.hebrewLetter, .letter), (.hebrewLetter, .hebrewLetter),
            (.numeric, .numeric), (.letter, .numeric), (.hebrewLetter, .numeric), (.numeric, .letter),
            (.numeric, .hebrewLetter), (.katakana, .katakana), (.extendNumLet, .extendNumLet):
            true
        case (.extendNumLet, _): next.isJoinedByUnderscore
        case (_, .extendNumLet): last.isJoinedByUnderscore
        default: false
        }
    }

    /// Where the letter or digit stands that a mark between two of them joins; for a Hebrew letter's geresh the mark itself.
    private static func joined(
        _ last: WordBreakClass, _ mark: WordBreakClass, in text: [FoldedScalar], after index: Int
    ) -> Int? {
        let isBetweenLetters = last.isLetter && mark.joinsLetters
        let isBetweenDigits = last == .numeric && mark.joinsDigits
        let isBetweenHebrew = last == .hebrewLetter && mark == .doubleQuote
        guard isBetweenLetters || isBetweenDigits || isBetweenHebrew else { return nil }
        var after = index + 1
        while after < text.count, text[after].properties.wordBreak.isIgnored { after += 1 }
        if after < text.count {
            let next = text[after].properties.wordBreak
            if isBetweenLetters, next.isLetter { return after }
            if isBetweenDigits, next == .numeric { return after }
            if isBetweenHebrew, next == .hebrewLetter { return after }
        }
        return last == .hebrewLetter && mark == .singleQuote ? index : nil  // WB7a
    }
}
