/// What the tables say of one code point, as `scripts/generate-unicode-tables` packs it.
struct ScalarProperties {
    var bits: UInt32

    private func has(_ bit: UInt32) -> Bool { bits & (1 << bit) != 0 }

    var wordBreak: WordBreakClass { WordBreakClass(rawValue: UInt8(truncatingIfNeeded: bits & 31)) ?? .other }
    /// Word_Break=ALetter, by far the most frequent.
    var isPlainLetter: Bool { bits & 31 == UInt32(WordBreakClass.letter.rawValue) }
    var combiningClass: UInt8 { UInt8(truncatingIfNeeded: bits >> 5) }
    /// A letter, digit or emoji: what makes a segment a word.
    var isWordly: Bool { has(13) }
    /// A letter of a script that is written without blanks.
    var isGram: Bool { has(14) }
    /// Stays in the grapheme cluster of what stands before it.
    var extendsCluster: Bool { has(15) }
    var isLatinOrGreek: Bool { has(16) }
    var isCyrillic: Bool { has(17) }
    var isNonspacingMark: Bool { has(18) }
    var hasSimpleForm: Bool { has(19) }
    var changesByFolding: Bool { has(20) }
    /// Its folded form may have to be reordered or composed.
    var needsNormalization: Bool { has(21) }
    var decomposes: Bool { has(22) }
    var isPictographic: Bool { has(23) }
    var isDigit: Bool { has(24) }
}

/// The Unicode Character Database 15.0 as far as folding and splitting need it; decoded at the first text that is not ASCII.
struct UnicodeTables: Sendable {
    static let shared = UnicodeTables()

    /// Nothing from here on but ignorable tags, private use and unassigned code points.
    private static let limit: UInt32 = 0x32400
    private static let tags: ClosedRange<UInt32> = 0xE0000...0xE0FFF
    private static let tagBits: UInt32 = 1 << 20

    private let first: [UInt16]
    private let second: [UInt32]
    private let fold: ScalarMapping
    private let decomposition: ScalarMapping
    private let simple: ScalarMapping
    /// Sorted by key: first scalar · 2³² + second scalar.
    private let compositionKeys: [UInt64]
    private let composites: [UInt32]

    private init() {
        let records = PackedNumbers.decode(PropertyData.records, width: 5)
        first = PackedNumbers.decode(PropertyData.first, width: 2).map { UInt16(truncatingIfNeeded: $0) }
        second = PackedNumbers.decode(PropertyData.second, width: 2).map { number in
            Int(number) < records.count ? records[Int(number)] : 0
        }
        fold = ScalarMapping(first: FoldData.first, second: FoldData.second, pool: FoldData.pool)
        decomposition = ScalarMapping(
            first: DecompositionData.first, second: DecompositionData.second, pool: DecompositionData.pool)
        simple = ScalarMapping(first: SimpleData.first, second: SimpleData.second, pool: SimpleData.pool)
        let triples = PackedNumbers.decode(CompositionData.triples, width: 4)
        var keys: [UInt64] = []
        var values: [UInt32] = []
        for start in stride(from: 0, to: triples.count - 2, by: 3) {
            keys.append(UInt64(triples[start]) << 32 | UInt64(triples[start + 1]))
            values.append(triples[start + 2])
        }
        compositionKeys = keys
        composites = values
    }

    @inline(__always)
    func properties(_ scalar: UInt32) -> ScalarProperties {
        guard scalar < Self.limit else { return ScalarProperties(bits: Self.tags.contains(scalar) ? Self.tagBits : 0) }
        return ScalarProperties(bits: second[Int(first[Int(scalar >> 6)]) << 6 | Int(scalar & 63)])
    }

    /// NFKC_Casefold and the punctuation map, before NFC.
    @inline(__always)
    func folded(_ scalar: UInt32, each body: (UInt32) -> Void) {
        if Self.tags.contains(scalar) { return }
        fold.forEach(scalar, body)
    }

    /// The full canonical decomposition.
    func decomposed(_ scalar: UInt32, each body: (UInt32) -> Void) {
        if let syllable = HangulSyllable(scalar) {
            body(syllable.leading)
            body(syllable.vowel)
            if let trailing = syllable.trailing { body(trailing) }
        } else {
            decomposition.forEach(scalar, body)
        }
    }

    /// The spelling without accents, vowel points and national digits.
    func simple(_ scalar: UInt32, each body: (UInt32) -> Void) { simple.forEach(scalar, body) }

    /// The one scalar that two make in NFC.
    func composite(_ first: UInt32, _ second: UInt32) -> UInt32? {
        if let syllable = HangulSyllable.composite(first, second) { return syllable }
        let key = UInt64(first) << 32 | UInt64(second)
        var low = 0
        var high = compositionKeys.count
        while low < high {
            let middle = (low + high) / 2
            if compositionKeys[middle] < key { low = middle + 1 } else { high = middle }
        }
        return low < compositionKeys.count && compositionKeys[low] == key ? composites[low] : nil
    }
}

/// A two-stage table from a scalar to a few scalars.
private struct ScalarMapping: Sendable {
    private let first: [UInt16]
    private let second: [UInt32]
    private let pool: [UInt16]

    init(first: String, second: String, pool: String) {
        self.first = PackedNumbers.decode(first, width: 2).map { UInt16(truncatingIfNeeded: $0) }
        self.second = PackedNumbers.decode(second, width: 3)
        self.pool = PackedNumbers.decode(pool, width: 3).map { UInt16(truncatingIfNeeded: $0) }
    }

    @inline(__always)
    func forEach(_ scalar: UInt32, _ body: (UInt32) -> Void) {
        let block = Int(scalar >> 6)
        guard block < first.count else { return body(scalar) }
        let place = Int(second[Int(first[block]) << 6 | Int(scalar & 63)])
        guard place > 0 else { return body(scalar) }
        var index = place + 1
        let end = index + Int(pool[place])
        while index < end {
            let unit = UInt32(pool[index])
            index += 1
            if unit & 0xFC00 == 0xD800, index < end {
                body(0x10000 + (unit & 0x3FF) << 10 + UInt32(pool[index]) & 0x3FF)
                index += 1
            } else {
                body(unit)
            }
        }
    }
}

/// Hangul composes by arithmetic (Unicode 15.0, section 3.12).
private struct HangulSyllable {
    let leading: UInt32
    let vowel: UInt32
    let trailing: UInt32?

    init?(_ scalar: UInt32) {
        guard scalar >= 0xAC00, scalar < 0xAC00 + 11_172 else { return nil }
        let index = scalar - 0xAC00
        leading = 0x1100 + index / 588
        vowel = 0x1161 + index % 588 / 28
        trailing = index % 28 == 0 ? nil : 0x11A7 + index % 28
    }

    static func composite(_ first: UInt32, _ second: UInt32) -> UInt32? {
        if first >= 0x1100, first < 0x1113, second >= 0x1161, second < 0x1176 {
            return 0xAC00 + ((first - 0x1100) * 21 + second - 0x1161) * 28
        }
        if first >= 0xAC00, first < 0xAC00 + 11_172, (first - 0xAC00) % 28 == 0, second > 0x11A7, second < 0x11C3 {
            return first + second - 0x11A7
        }
        return nil
    }
}

/// Numbers written as characters from "0" on, six bits each, low bits first; line breaks between them mean nothing.
private enum PackedNumbers {
    static func decode(_ text: String, width: Int) -> [UInt32] {
        var numbers: [UInt32] = []
        numbers.reserveCapacity(text.utf8.count / width)
        var number: UInt32 = 0
        var shift: UInt32 = 0
        let full = UInt32(width) * 6
        let bytes = text.utf8.span
        for index in 0..<bytes.count {
            let byte = bytes[index]
            guard byte >= 48 else { continue }
            number |= UInt32(byte &- 48) << shift
            shift += 6
            if shift == full {
                numbers.append(number)
                number = 0
                shift = 0
            }
        }
        return numbers
    }
}
