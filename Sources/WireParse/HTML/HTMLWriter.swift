import WireModel

/// Writes text and attribute values of HTML, escaped as little as HTML allows.
enum HTMLWriter {
    /// Resolves the character references of a part of HTML. `out` is emptied first.
    static func decode(_ bytes: [UInt8], _ range: Range<Int>, inAttribute: Bool, to out: inout [UInt8]) {
        out.removeAll(keepingCapacity: true)
        var start = range.lowerBound
        var index = start
        let end = range.upperBound
        let text = bytes.span
        while let reference = HTMLReader.find(UInt8(ascii: "&"), in: text, index..<end) {
            index = reference
            out.append(contentsOf: bytes[start..<index])
            start = index
            if let length = CharacterReference.decode(
                bytes, at: index, before: end, inAttribute: inAttribute, to: &out)
            {
                index += length
                start = index
            } else {
                index += 1
            }
        }
        out.append(contentsOf: bytes[start..<end])
    }

    static func writeText(_ bytes: [UInt8], _ range: Range<Int>, to out: inout [UInt8]) {
        write(bytes, range, quotes: false, to: &out)
    }

    static func writeAttribute(_ bytes: [UInt8], to out: inout [UInt8]) {
        write(bytes, 0..<bytes.count, quotes: true, to: &out)
    }

    /// Without ASCII white space at the ends.
    static func trimmed(_ bytes: [UInt8]) -> String {
        var start = 0
        var end = bytes.count
        while start < end, bytes[start].isASCIISpace { start += 1 }
        while end > start, bytes[end - 1].isASCIISpace { end -= 1 }
        return UTF8Check.text(bytes[start..<end])
    }

    /// Controls are left out, noncharacters replaced; a carriage return is a line break, as it is to an HTML reader.
    private static func write(_ bytes: [UInt8], _ range: Range<Int>, quotes: Bool, to out: inout [UInt8]) {
        var start = range.lowerBound
        var index = start
        let end = range.upperBound
        let text = bytes.span
        while index < end {
            index = plainEnd(text, index, end)
            guard index < end else { break }
            let byte = bytes[index]
            guard let (length, escape) = escape(of: byte, bytes, index, end, quotes) else {
                index += 1
                continue
            }
            out.append(contentsOf: bytes[start..<index])
            out.append(contentsOf: escape)
            index += length
            start = index
        }
        out.append(contentsOf: bytes[start..<end])
    }

    /// Where the bytes end that are written as they are.
    @inline(__always)
    private static func plainEnd(_ text: Swift.Span<UInt8>, _ start: Int, _ end: Int) -> Int {
        var index = start
        while index &+ 8 <= end {
            let count = plainCount(EightBytes(text, at: index))
            index &+= count
            if count < 8 { return index }
        }
        while index < end, text[index].isPlain { index += 1 }
        return index
    }

    /// How many of eight bytes come before the first that is not plain.
    @inline(__always)
    private static func plainCount(_ bytes: EightBytes) -> Int {
        let quoteOrAmpersand = bytes.equal(0x22, mask: 0xFB)
        let lessOrGreater = bytes.equal(0x3C, mask: 0xFD)
        let others = bytes.below(0x20) | bytes.equal(0x7F) | bytes.equal(0xC2) | bytes.equal(0xEF)
        return EightBytes.count(before: quoteOrAmpersand | lessOrGreater | others)
    }

    /// How the character at `index` is written, and its length as it stands; nil if as it is.
    private static func escape(
        of byte: UInt8, _ bytes: [UInt8], _ index: Int, _ end: Int, _ quotes: Bool
    ) -> (length: Int, escape: [UInt8])? {
        switch byte {
        case UInt8(ascii: "&"): return (1, Escapes.ampersand)
        case UInt8(ascii: "<"): return (1, Escapes.less)
        case UInt8(ascii: ">"): return (1, Escapes.greater)
        case UInt8(ascii: "\""): return quotes ? (1, Escapes.quote) : nil
        case 0x09, 0x0A: return nil
        case 0x0B, 0x0C: return (1, Escapes.blank)
        case 0x0D: return index + 1 < end && bytes[index + 1] == 0x0A ? (2, Escapes.line) : (1, Escapes.line)
        case ..<0x20, 0x7F: return (1, [])
        case 0xC2: return index + 1 < end && bytes[index + 1] == 0xA0 ? (2, Escapes.noBreakSpace) : nil
        case 0xEF:
            guard index + 2 < end, bytes[index + 1] == 0xBF, bytes[index + 2] >= 0xBE else { return nil }
            return (3, Escapes.replacement)
        default: return nil
        }
    }

    private enum Escapes {
        static let ampersand = Array("&amp;".utf8)
        static let less = Array("&lt;".utf8)
        static let greater = Array("&gt;".utf8)
        static let quote = Array("&quot;".utf8)
        static let noBreakSpace = Array("&nbsp;".utf8)
        static let blank = Array(" ".utf8)
        static let line = Array("\n".utf8)
        static let replacement = Array("\u{FFFD}".utf8)
    }
}

extension UInt8 {
    /// Written as it is wherever it stands.
    fileprivate var isPlain: Bool {
        // Blank to `>` without the quote, `&`, `<` and `>`: a bit for each.
        if self < 0x40 { return 0xAFFF_FFBB_0000_0000 as UInt64 >> UInt64(self) & 1 == 1 }
        return self < 0x7F || self >= 0x80 && self != 0xC2 && self != 0xEF
    }
}
