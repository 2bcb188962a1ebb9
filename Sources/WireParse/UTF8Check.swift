/// Looks whether bytes are UTF-8 (RFC 3629, section 4).
enum UTF8Check {
    /// The index of the first byte that is not part of valid UTF-8; nil if all are.
    static func firstInvalid(_ bytes: [UInt8], from start: Int) -> Int? {
        bytes.withUnsafeBytes { firstInvalid($0, from: start) }
    }

    /// The text of some bytes that are nearly always valid; what is not is U+FFFD.
    static func text(_ bytes: ArraySlice<UInt8>) -> String {
        guard bytes.withUnsafeBytes({ firstInvalid($0, from: 0) }) == nil else {
            return String(decoding: bytes, as: UTF8.self)
        }
        // SAFETY: the bytes were looked at just now.
        return String(copying: UTF8Span(unchecked: bytes.span))
    }

    private static func firstInvalid(_ raw: UnsafeRawBufferPointer, from start: Int) -> Int? {
        var index = start
        while index < raw.count {
            index = plainEnd(raw, from: index)
            // One by one: the rest, and characters of which whole blocks do not tell enough.
            let end = min(index + width, raw.count)
            while index < end {
                guard let next = characterEnd(raw, at: index) else { return index }
                index = next
            }
        }
        return nil
    }

    /// Bytes of a block.
    private static let width = 32

    /// Where the character that begins at `index` ends; nil if none does.
    @inline(__always)
    private static func characterEnd(_ raw: UnsafeRawBufferPointer, at index: Int) -> Int? {
        let first = raw[index]
        if first < 0x80 { return index + 1 }
        let length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        guard first >= 0xC2, first < 0xF5, index + length <= raw.count else { return nil }
        // What follows begins lower or ends sooner where a shorter form, a surrogate or too large a number would stand.
        let second = raw[index + 1]
        let low: UInt8 = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80
        let high: UInt8 = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF
        guard second >= low, second <= high else { return nil }
        guard length < 3 || raw[index + 2] & 0xC0 == 0x80 else { return nil }
        guard length < 4 || raw[index + 3] & 0xC0 == 0x80 else { return nil }
        return index + length
    }

    /// Passes over whole blocks of valid characters, from where one begins to where one begins. It stops at a block with
    /// anything wrong, with characters of four bytes, or with first bytes whose second is bounded (0xE0, 0xED).
    private static func plainEnd(_ raw: UnsafeRawBufferPointer, from start: Int) -> Int {
        guard start >= 2, raw[start - 1] < 0xC0, raw[start - 2] < 0xE0 else { return start }
        var index = start
        while index + width <= raw.count {
            // SAFETY: each load lies inside the borrowed buffer, because `index` is 2 at least; none needs alignment.
            let block = raw.loadUnaligned(fromByteOffset: index, as: Block.self)
            let before = raw.loadUnaligned(fromByteOffset: index - 1, as: Block.self)
            let beforeThat = raw.loadUnaligned(fromByteOffset: index - 2, as: Block.self)
            if ((block | before | beforeThat) & highest) != .zero, isDoubtful(block, before, beforeThat) { break }
            index += width
        }
        guard index > start else { return start }
        if raw[index - 1] >= 0xC0 { return index - 1 }
        return raw[index - 2] >= 0xE0 ? index - 2 : index
    }

    /// The highest bit of each byte holds what is said of it.
    @inline(__always)
    private static func isDoubtful(_ block: Block, _ before: Block, _ beforeThat: Block) -> Bool {
        // 10xxxxxx stands exactly behind 11xxxxxx and one behind 111xxxxx.
        let follows = block & ~(block &<< 1)
        let isSecond = before & (before &<< 1)
        let isThird = beforeThat & (beforeThat &<< 1) & (beforeThat &<< 2)
        let beginsFour = block & (block &<< 1) & (block &<< 2) & (block &<< 3)
        let doubt =
            (follows ^ (isSecond | isThird)) | beginsFour | isZero((block & every(0xFE)) ^ every(0xC0))
            | isZero(block ^ every(0xE0)) | isZero(block ^ every(0xED))
        return (doubt & highest) != .zero
    }

    private typealias Block = SIMD4<UInt64>

    @inline(__always)
    private static func every(_ byte: UInt8) -> Block { Block(repeating: 0x0101_0101_0101_0101 &* UInt64(byte)) }

    @inline(__always)
    private static var highest: Block { every(0x80) }

    @inline(__always)
    private static func isZero(_ block: Block) -> Block { ~(((block & every(0x7F)) &+ every(0x7F)) | block) }
}
