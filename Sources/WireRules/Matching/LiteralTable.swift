/// Finds the literals of regular expressions in the bytes of a text, whatever the case of its ASCII letters.
struct LiteralTable: Sendable {
    private struct Entry: Sendable {
        let bytes: [UInt8]
        let key: Int32
        let next: Int32
    }

    private var entries: [Entry] = []
    private var anchors = AnchorTable()
    /// Which three bytes begin some literal.
    private var filter: [UInt64] = []

    var isEmpty: Bool { entries.isEmpty }

    /// - Parameter bytes: at least three, in lower case.
    mutating func insert(_ bytes: [UInt8], key: Int32) {
        if filter.isEmpty { filter = Array(repeating: 0, count: 1024) }
        let anchor = UInt32(bytes[0]) | UInt32(bytes[1]) << 8 | UInt32(bytes[2]) << 16
        let bit = LiteralTable.fold(anchor)
        filter[Int(bit >> 6)] |= 1 << UInt64(bit & 63)
        let next = anchors.replace(UInt64(anchor), with: Int32(truncatingIfNeeded: entries.count))
        entries.append(Entry(bytes: bytes, key: key, next: next))
    }

    /// Calls `found` with the key of each literal, once for each of its places.
    func find(in text: Span<UInt8>, _ found: (Int32) -> Void) {
        var anchor: UInt32 = 0
        var index = 0
        while index < text.count {
            let byte = text[index]
            // ſ and K (Kelvin) are an s and a k to an expression whose case does not count.
            if byte == 0xC5 || byte == 0xE2, LiteralTable.isOddLetter(text, index) {
                for entry in entries { found(entry.key) }
                return
            }
            anchor = anchor >> 8 | UInt32(LiteralTable.lower(byte)) << 16
            index += 1
            guard index >= 3 else { continue }
            let bit = LiteralTable.fold(anchor)
            if filter[Int(bit >> 6)] & (1 << UInt64(bit & 63)) != 0 { test(anchor, text, at: index - 3, found) }
        }
    }

    private func test(_ anchor: UInt32, _ text: Span<UInt8>, at place: Int, _ found: (Int32) -> Void) {
        var id = anchors.head(of: UInt64(anchor))
        while id >= 0 {
            let entry = entries[Int(id)]
            id = entry.next
            guard place + entry.bytes.count <= text.count else { continue }
            var length = 3
            while length < entry.bytes.count, LiteralTable.lower(text[place + length]) == entry.bytes[length] {
                length += 1
            }
            if length == entry.bytes.count { found(entry.key) }
        }
    }

    @inline(__always)
    private static func lower(_ byte: UInt8) -> UInt8 { byte &- 65 < 26 ? byte | 0x20 : byte }

    @inline(__always)
    private static func fold(_ anchor: UInt32) -> UInt32 { (anchor &* 0x9E37_79B1) >> 16 }

    private static func isOddLetter(_ text: Span<UInt8>, _ index: Int) -> Bool {
        if text[index] == 0xC5 { return index + 1 < text.count && text[index + 1] == 0xBF }
        return index + 2 < text.count && text[index + 1] == 0x84 && text[index + 2] == 0xAA
    }
}
