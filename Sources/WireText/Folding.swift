/// A scalar of the folded text and the bytes of the original that it stands for.
struct FoldedScalar {
    var value: UInt32
    var properties: ScalarProperties
    var start: UInt32
    var end: UInt32
}

/// NFKC_Casefold with the punctuation map of matching.md, section 2: from UTF-8 to scalars that know where they come from.
struct Folding {
    enum Limits {
        /// Combining marks on one base; what comes after is left out.
        static let marks = 32
        /// From here on a piece of text without ASCII blanks ends at the next mark or blank of another script.
        static let softScalars = 8_192
        /// Here it ends anyway.
        static let hardScalars = 65_536
    }

    private static let iotaBelow: UInt32 = 0x0345
    private static let iota: UInt32 = 0x03B9

    var text: [FoldedScalar] = []
    private var other: [FoldedScalar] = []

    init() {}

    /// Folds from `start` to an ASCII blank, the end, or a limit; returns where it stopped. A blank before another script
    /// than ASCII is taken along, unless a plain letter follows.
    mutating func fold(_ block: Span<UInt8>, from start: Int, base: Int, tables: UnicodeTables) -> Int {
        var out: [FoldedScalar] = []
        swap(&out, &text)
        out.removeAll(keepingCapacity: true)
        let letters = TwoByteLetters.shared
        var bits: UInt32 = 0
        var index = start
        while index < block.count {
            let byte = block[index]
            if byte < 0x80 {
                if byte <= 0x20, byte == 0x20 || byte &- 9 < 5 {
                    let goesOn =
                        byte == 0x20 && index + 1 < block.count && block[index + 1] >= 0x80
                        && letters.find(block, at: index + 1).folded <= TwoByteLetters.gap
                    if !goesOn || out.count >= Limits.softScalars { break }
                }
                let lower = UInt32(byte &- 65 < 26 ? byte | 0x20 : byte)
                out.append(FoldedScalar(lower, tables.properties(lower), base &+ index, 1))
                index += 1
                continue
            }
            let scalar = UTF8Scalar(block, at: index)
            let properties = tables.properties(scalar.value)
            bits |= properties.bits
            if properties.changesByFolding {
                let place = base &+ index
                tables.folded(scalar.value) {
                    out.append(FoldedScalar($0, tables.properties($0), place, scalar.length))
                }
            } else {
                out.append(FoldedScalar(scalar.value, properties, base &+ index, scalar.length))
            }
            index += scalar.length
            if out.count >= Limits.softScalars, Self.mayEnd(behind: properties, out.count) { break }
        }
        swap(&out, &text)
        if ScalarProperties(bits: bits).needsNormalization { normalize(tables) }
        return index
    }

    /// Whether a piece that has grown long ends behind a scalar.
    private static func mayEnd(behind properties: ScalarProperties, _ count: Int) -> Bool {
        if properties.needsNormalization { return count >= 2 * Limits.hardScalars }
        return count >= Limits.hardScalars || !properties.isWordly
    }
}

extension FoldedScalar {
    @inline(__always)
    fileprivate init(_ value: UInt32, _ properties: ScalarProperties, _ start: Int, _ length: Int) {
        self.init(
            value: value, properties: properties, start: UInt32(truncatingIfNeeded: start),
            end: UInt32(truncatingIfNeeded: start &+ length))
    }
}

/// Canonical composition (NFC).
extension Folding {
    /// Brings `text` to NFC; while folding, the Greek iota below becomes the letter.
    mutating func normalize(_ tables: UnicodeTables, isFolding: Bool = true) {
        decompose(tables)
        if isFolding {
            for index in other.indices where other[index].value == Self.iotaBelow {
                other[index].value = Self.iota
                other[index].properties = tables.properties(Self.iota)
            }
        }
        compose(tables)
    }

    /// Full canonical decomposition, marks in canonical order and at most `Limits.marks` of them; from `text` to `other`.
    private mutating func decompose(_ tables: UnicodeTables) {
        other.removeAll(keepingCapacity: true)
        var markCount = 0
        for scalar in text {
            let isSyllable = scalar.value >= 0xAC00 && scalar.value <= 0xD7A3
            if scalar.properties.decomposes || isSyllable {
                tables.decomposed(scalar.value) { value in
                    var part = scalar
                    part.value = value
                    part.properties = tables.properties(value)
                    insert(part, &markCount)
                }
            } else {
                insert(scalar, &markCount)
            }
        }
    }

    private mutating func insert(_ scalar: FoldedScalar, _ markCount: inout Int) {
        let order = scalar.properties.combiningClass
        guard order != 0 else {
            markCount = 0
            other.append(scalar)
            return
        }
        guard markCount < Limits.marks else {
            if let last = other.indices.last { other[last].end = max(other[last].end, scalar.end) }
            return
        }
        markCount += 1
        var place = other.count
        while place > 0, other[place - 1].properties.combiningClass > order { place -= 1 }
        let isMoved = place < other.count
        other.insert(scalar, at: place)
        if isMoved { spreadSource(over: markCount) }
    }

    /// Marks in another order than written stand all for the same bytes, so that offsets never run backwards.
    private mutating func spreadSource(over count: Int) {
        let run = max(0, other.count - count)..<other.count
        let start = other[run].lazy.map(\.start).min() ?? 0
        let end = other[run].lazy.map(\.end).max() ?? 0
        for index in run {
            other[index].start = start
            other[index].end = end
        }
    }

    /// Joins what has one scalar in NFC; from `other` to `text`.
    private mutating func compose(_ tables: UnicodeTables) {
        text.removeAll(keepingCapacity: true)
        var starter: Int?
        var lastOrder: UInt8 = 0
        for scalar in other {
            let order = scalar.properties.combiningClass
            if let place = starter, lastOrder < order || (lastOrder == 0 && text.count == place + 1),
                let composite = tables.composite(text[place].value, scalar.value)
            {
                text[place].value = composite
                text[place].properties = tables.properties(composite)
                text[place].start = min(text[place].start, scalar.start)
                text[place].end = max(text[place].end, scalar.end)
                continue
            }
            if order == 0 { starter = text.count }
            lastOrder = order
            text.append(scalar)
        }
    }
}

/// One scalar of a text that may not be valid UTF-8: a wrong byte counts as U+FFFD.
struct UTF8Scalar {
    let value: UInt32
    /// Bytes.
    let length: Int

    @inline(__always)
    init(_ block: Span<UInt8>, at index: Int) {
        let lead = block[index]
        if lead >= 0xC2, lead < 0xE0, index + 1 < block.count, block[index + 1] & 0xC0 == 0x80 {
            (value, length) = (UInt32(lead & 0x1F) << 6 | UInt32(block[index + 1] & 0x3F), 2)
        } else if lead > 0xE0, lead < 0xED, index + 2 < block.count, block[index + 1] & 0xC0 == 0x80,
            block[index + 2] & 0xC0 == 0x80
        {
            value =
                UInt32(lead & 0x0F) << 12 | UInt32(block[index + 1] & 0x3F) << 6 | UInt32(block[index + 2] & 0x3F)
            length = 3
        } else {
            self = Self.checked(block, at: index)
        }
    }

    private init(_ value: UInt32, _ length: Int) {
        self.value = value
        self.length = length
    }

    /// Every case, by the table of well-formed sequences (Unicode 15.0, table 3-7).
    private static func checked(_ block: Span<UInt8>, at index: Int) -> UTF8Scalar {
        func tail(_ offset: Int, _ range: ClosedRange<UInt8> = 0x80...0xBF) -> UInt32? {
            guard index + offset < block.count, range.contains(block[index + offset]) else { return nil }
            return UInt32(block[index + offset] & 0x3F)
        }
        let lead = block[index]
        switch lead {
        case 0..<0x80: return UTF8Scalar(UInt32(lead), 1)
        case 0xC2...0xDF:
            if let second = tail(1) { return UTF8Scalar(UInt32(lead & 0x1F) << 6 | second, 2) }
        case 0xE0...0xEF:
            let range: ClosedRange<UInt8> = lead == 0xE0 ? 0xA0...0xBF : lead == 0xED ? 0x80...0x9F : 0x80...0xBF
            if let second = tail(1, range), let third = tail(2) {
                return UTF8Scalar(UInt32(lead & 0x0F) << 12 | second << 6 | third, 3)
            }
        case 0xF0...0xF4:
            let range: ClosedRange<UInt8> = lead == 0xF0 ? 0x90...0xBF : lead == 0xF4 ? 0x80...0x8F : 0x80...0xBF
            if let second = tail(1, range), let third = tail(2), let fourth = tail(3) {
                return UTF8Scalar(UInt32(lead & 0x07) << 18 | second << 12 | third << 6 | fourth, 4)
            }
        default: break
        }
        return UTF8Scalar(0xFFFD, 1)
    }
}
