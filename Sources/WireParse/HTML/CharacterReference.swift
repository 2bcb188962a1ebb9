/// HTML's character references (WHATWG HTML, section 13.2.5.72 and following), decoded over bytes.
enum CharacterReference {
    /// Decodes the reference that begins with the `&` at `position`; nil if none does.
    ///
    /// - Parameter inAttribute: a name without its `;` that is followed by `=`, a letter or a digit means itself there.
    /// - Returns: the number of bytes read, `&` included. The characters are appended to `out`.
    static func decode(
        _ bytes: [UInt8], at position: Int, before end: Int, inAttribute: Bool, to out: inout [UInt8]
    ) -> Int? {
        let first = position + 1
        guard first < end else { return nil }
        if bytes[first] == UInt8(ascii: "#") { return decodeNumber(bytes, at: first + 1, before: end, to: &out) }
        var stop = first
        let limit = min(end, first + Names.longest)
        while stop < limit, bytes[stop].isASCIIAlphanumeric { stop += 1 }
        guard stop > first else { return nil }
        let names = Names.shared
        if stop < end, bytes[stop] == UInt8(ascii: ";"), let entry = names.find(bytes, first..<stop) {
            out.append(contentsOf: entry.value)
            return stop + 1 - position
        }
        var length = min(stop - first, Names.longestLegacy)
        while length >= 2 {
            if let entry = names.find(bytes, first..<first + length), entry.isLegacy {
                let next = first + length
                if inAttribute, next < end, bytes[next].isASCIIAlphanumeric || bytes[next] == UInt8(ascii: "=") {
                    return nil
                }
                out.append(contentsOf: entry.value)
                return next - position
            }
            length -= 1
        }
        return nil
    }

    /// The characters of a reference's name, as UTF-8; nil for an unknown one. The name is without `&` and `;`.
    static func value(named name: [UInt8]) -> [UInt8]? { Names.shared.find(name, 0..<name.count)?.value }

    private static func decodeNumber(
        _ bytes: [UInt8], at start: Int, before end: Int, to out: inout [UInt8]
    ) -> Int? {
        var index = start
        var radix: UInt32 = 10
        if index < end, bytes[index] | 0x20 == UInt8(ascii: "x") {
            radix = 16
            index += 1
        }
        let digits = index
        var value: UInt32 = 0
        while index < end, let digit = bytes[index].digit(radix: radix) {
            value = min(value &* radix &+ digit, 0x11_0000)
            index += 1
        }
        guard index > digits else { return nil }
        if index < end, bytes[index] == UInt8(ascii: ";") { index += 1 }
        out.append(scalar: meaning(of: value))
        return index - (start - 2)
    }

    /// What a number stands for: Windows-1252 for C1 controls, U+FFFD for what no text may hold.
    private static func meaning(of value: UInt32) -> Unicode.Scalar {
        if value >= 0x80, value < 0xA0, let meant = Unicode.Scalar(windows1252[Int(value - 0x80)]) { return meant }
        guard value != 0, let scalar = Unicode.Scalar(value), value & 0xFFFE != 0xFFFE else { return "\u{FFFD}" }
        return scalar
    }

    private static let windows1252: [UInt32] = [
        0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D,
        0x017D, 0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A,
        0x0153, 0x9D, 0x017E, 0x0178,
    ]

    /// The named references by a hash of the name.
    private struct Names: Sendable {
        struct Entry: Sendable {
            let name: [UInt8]
            let value: [UInt8]
            let isLegacy: Bool
        }

        static let longest = 32
        static let longestLegacy = 6
        static let shared = Names()

        private let entries: [UInt64: Entry]

        private init() {
            var entries: [UInt64: Entry] = [:]
            entries.reserveCapacity(2200)
            for line in Array(HTMLEntityTable.lines.utf8).split(separator: UInt8(ascii: "\n")) {
                guard let mark = line.firstIndex(where: { $0 == UInt8(ascii: ";") || $0 == UInt8(ascii: ",") }) else {
                    continue
                }
                let name = Array(line[..<mark])
                entries[Names.hash(name, 0..<name.count)] = Entry(
                    name: name, value: Array(line[(mark + 1)...]), isLegacy: line[mark] == UInt8(ascii: ","))
            }
            self.entries = entries
        }

        func find(_ bytes: [UInt8], _ range: Range<Int>) -> Entry? {
            guard let entry = entries[Names.hash(bytes, range)], entry.name.count == range.count else { return nil }
            for (offset, byte) in entry.name.enumerated() where bytes[range.lowerBound + offset] != byte { return nil }
            return entry
        }

        /// FNV-1a.
        private static func hash(_ bytes: [UInt8], _ range: Range<Int>) -> UInt64 {
            var hash: UInt64 = 0xCBF2_9CE4_8422_2325
            for index in range { hash = (hash ^ UInt64(bytes[index])) &* 0x100_0000_01B3 }
            return hash
        }
    }
}

extension UInt8 {
    var isASCIILetter: Bool { (self | 0x20) &- 0x61 < 26 }
    var isASCIIDigit: Bool { self &- 0x30 < 10 }
    var isASCIIAlphanumeric: Bool { isASCIILetter || isASCIIDigit }
    /// Tab, line feed, form feed, carriage return, blank.
    var isASCIISpace: Bool { self == 0x20 || self == 0x0A || self == 0x09 || self == 0x0D || self == 0x0C }
    var asciiLowercased: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }

    func digit(radix: UInt32) -> UInt32? {
        if isASCIIDigit { return UInt32(self &- 0x30) }
        guard radix == 16 else { return nil }
        let letter = (self | 0x20) &- 0x61
        return letter < 6 ? UInt32(letter) + 10 : nil
    }
}

extension [UInt8] {
    mutating func append(scalar: Unicode.Scalar) {
        append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }
}
