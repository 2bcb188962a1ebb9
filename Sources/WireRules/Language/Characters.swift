/// What the characters of a query are.
enum Characters {
    static func isQuote(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\"", "\u{201C}", "\u{201D}", "\u{201E}", "\u{201F}", "\u{AB}", "\u{BB}", "\u{FF02}": true
        default: false
        }
    }

    static func hasWildcard(_ text: String) -> Bool {
        text.utf8.contains { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") }
    }

    /// Whether a text has nothing but letters and digits of ASCII and blanks, and at least one that is no blank.
    static func isPlain(_ text: ArraySlice<UInt8>) -> Bool {
        var isBlank = true
        for byte in text where byte != 0x20 {
            guard byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26 else { return false }
            isBlank = false
        }
        return !isBlank
    }

    static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII
            ? scalar.value == 0x20 || scalar.value &- 9 < 5 : scalar.properties.isWhitespace
    }

    static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII ? (scalar.value | 0x20) &- 0x61 < 26 : scalar.properties.isAlphabetic
    }

    /// A hyphen, dash or minus sign.
    static func isDash(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x2D, 0x2010...0x2015, 0x2212, 0xFE58, 0xFE63, 0xFF0D: true
        default: false
        }
    }

    static func isApostrophe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x27, 0x2018, 0x2019, 0x02BC, 0xFF07, 0x2032: true
        default: false
        }
    }

    /// A letter of a script that is written without spaces, where a word is found inside others.
    static func isWithoutSpaces(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0E00...0x0EFF, 0x1000...0x109F, 0x1780...0x17FF, 0x2E80...0x2FDF, 0x3005...0x3007, 0x3021...0x312F,
            0x31A0...0x31FF, 0x3400...0x9FFF, 0xF900...0xFAFF, 0xFF66...0xFF9F, 0x20000...0x3FFFF:
            true
        default: false
        }
    }

    /// A quotation mark between two Hebrew letters is the sign of an abbreviation.
    static func isHebrew(_ scalar: Unicode.Scalar) -> Bool { (0x05D0...0x05F2).contains(scalar.value) }

    static func isDigit(_ scalar: Unicode.Scalar) -> Bool { scalar.value >= 0x30 && scalar.value <= 0x39 }

    /// A letter, digit, mark or emoji: what makes a word.
    static func isWordCharacter(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value < 0x80 {
            return isDigit(scalar) || (scalar.value | 0x20) >= 0x61 && (scalar.value | 0x20) <= 0x7A
        }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
            .letterNumber, .otherNumber, .nonspacingMark, .spacingMark, .enclosingMark:
            return true
        default:
            return scalar.properties.isEmojiPresentation
                || scalar.properties.isEmoji && scalar.value > 0x2000
                || scalar.value >= 0x1F000 && scalar.properties.isEmoji
        }
    }
}
