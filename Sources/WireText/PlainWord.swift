import WireModel

/// A run of ASCII letters and digits that is a whole segment of UAX #29.
struct PlainWord {
    /// Where it ends, at the latest at the limit; where it begins if the segment has anything else in it.
    let end: Int
    let hash: UInt64
    let isNumber: Bool

    @inline(__always)
    init(_ text: Swift.Span<UInt8>, from start: Int) {
        let count = min(text.count, start &+ Tokenizer.Limits.word)
        var hash = TermHash.seed
        var index = start
        var letters: UInt64 = 0
        var isOpen = true
        while isOpen, index &+ 8 <= count {
            let bytes = EightBytes(text, at: index)
            let length = EightBytes.count(before: ~bytes.alphanumeric & EightBytes.each(0x80))
            isOpen = length == 8
            guard length > 0 else { break }
            let part = EightBytes(bytes.bits | EightBytes.each(0x20)).prefix(length)
            letters |= part.bits
            hash = TermHash.add(part, to: hash)
            index &+= length
        }
        if isOpen, index < count {
            let rest = Self.rest(text, from: index, to: count)
            if rest.count > 0 { hash = TermHash.add(EightBytes(rest.bits), to: hash) }
            letters |= rest.bits
            index &+= rest.count
        }
        self.hash = TermHash.finish(hash, count: index &- start)
        isNumber = letters & EightBytes.each(0x40) == 0
        end = index == count || Self.ends(text, at: index, from: start) ? index : start
    }

    /// Letters and digits, in lower case, among the last few bytes of a text.
    private static func rest(_ text: Swift.Span<UInt8>, from start: Int, to end: Int) -> (bits: UInt64, count: Int) {
        var bits: UInt64 = 0
        var index = start
        while index < end {
            var byte = text[index]
            if byte &- 48 >= 10 {
                byte |= 0x20
                guard byte &- 97 < 26 else { break }
            }
            bits |= UInt64(byte) &<< UInt64(8 * (index - start))
            index += 1
        }
        return (bits, index - start)
    }

    /// Whether the byte behind the run ends the segment.
    @inline(__always)
    private static func ends(_ text: Swift.Span<UInt8>, at index: Int, from start: Int) -> Bool {
        let byte = text[index]
        if byte <= 0x20 { return true }
        if byte >= 0x80 || byte == 0x5F { return false }
        guard ASCII.joins(byte), index > start, index + 1 < text.count else { return true }
        return text[index + 1] < 0x80 && !ASCII.joins(byte, text[index - 1], text[index + 1])
    }
}

/// Word boundaries of UAX #29 among ASCII.
enum ASCII {
    static func isWord(_ byte: UInt8) -> Bool { (byte | 0x20) &- 97 < 26 || byte &- 48 < 10 || byte == 0x5F }

    /// May stand inside a word.
    static func joins(_ byte: UInt8) -> Bool {
        byte == 0x27 || byte == 0x2C || byte == 0x2E || byte == 0x3A || byte == 0x3B
    }

    /// Stands inside a word between these.
    static func joins(_ byte: UInt8, _ before: UInt8, _ after: UInt8) -> Bool {
        let isBetweenLetters = (before | 0x20) &- 97 < 26 && (after | 0x20) &- 97 < 26
        let isBetweenDigits = before &- 48 < 10 && after &- 48 < 10
        return switch byte {
        case 0x27, 0x2E: isBetweenLetters || isBetweenDigits
        case 0x3A: isBetweenLetters
        default: isBetweenDigits
        }
    }
}
