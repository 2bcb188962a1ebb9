/// Lines and columns of a document, counted from one place asked for to the next.
struct XMLPlaces {
    // SAFETY: borrowed by the scanner that owns this for its whole pass.
    private let source: UnsafeBufferPointer<UInt8>
    private var counted: Int
    private var line: Int
    private var column = 1

    /// Columns of the first line count from `start`.
    init(_ source: UnsafeBufferPointer<UInt8>, from start: Int) {
        self.source = source
        counted = start
        line = 1 + XMLPlaces.count(UnsafeBufferPointer(rebasing: source[..<start])).lines
    }

    /// - Parameter index: not before that of the last call.
    mutating func place(at index: Int) -> Place {
        let found = XMLPlaces.count(UnsafeBufferPointer(rebasing: source[counted..<index]))
        if found.lines == 0 {
            column += found.characters
        } else {
            line += found.lines
            var start = index
            while source[start - 1] != 0x0A { start -= 1 }
            column = 1 + XMLPlaces.count(UnsafeBufferPointer(rebasing: source[start..<index])).characters
        }
        counted = index
        return Place(line: UInt32(clamping: line), column: UInt32(clamping: column))
    }

    /// The same without counting on from there.
    func peek(at index: Int) -> Place {
        var copy = self
        return copy.place(at: index)
    }

    /// Line feeds, and bytes that begin a character.
    private static func count(_ bytes: UnsafeBufferPointer<UInt8>) -> (lines: Int, characters: Int) {
        let raw = UnsafeRawBufferPointer(bytes)
        var (lines, continued, index) = (0, 0, 0)
        while index + 32 <= raw.count {
            // A byte counts to 255 before it is emptied.
            let end = min(index + 32 * 255, raw.count)
            var (feeds, rests) = (Block.zero, Block.zero)
            while index + 32 <= end {
                // SAFETY: the 32 bytes lie inside the buffer; the load needs no alignment.
                let block = raw.loadUnaligned(fromByteOffset: index, as: Block.self)
                // The highest bit of each byte says so: of line feeds, of bytes 10xxxxxx.
                let other = block ^ Block(repeating: each &* 0x0A)
                let isOther = ((other & Block(repeating: each &* 0x7F)) &+ Block(repeating: each &* 0x7F)) | other
                feeds &+= (~isOther &>> 7) & Block(repeating: each)
                rests &+= ((block & ~(block &<< 1)) &>> 7) & Block(repeating: each)
                index += 32
            }
            lines += sum(feeds)
            continued += sum(rests)
        }
        // At most three words are left.
        var (feeds, rests) = (UInt64(0), UInt64(0))
        while index + 8 <= raw.count {
            // SAFETY: the 8 bytes lie inside the buffer; the load needs no alignment.
            let word = raw.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            let other = word ^ (each &* 0x0A)
            let isOther = ((other & (each &* 0x7F)) &+ (each &* 0x7F)) | other
            feeds &+= (~isOther &>> 7) & each
            rests &+= ((word & ~(word &<< 1)) &>> 7) & each
            index += 8
        }
        lines += Int((feeds &* each) &>> 56)
        continued += Int((rests &* each) &>> 56)
        while index < raw.count {
            lines += raw[index] == 0x0A ? 1 : 0
            continued += raw[index] & 0xC0 == 0x80 ? 1 : 0
            index += 1
        }
        return (lines, raw.count - continued)
    }

    private typealias Block = SIMD4<UInt64>
    /// One in each byte.
    @inline(__always)
    private static var each: UInt64 { 0x0101_0101_0101_0101 }

    /// The sum of a block's bytes.
    private static func sum(_ block: Block) -> Int {
        let pairs =
            (block & Block(repeating: 0x00FF_00FF_00FF_00FF))
            &+ ((block &>> 8) & Block(repeating: 0x00FF_00FF_00FF_00FF))
        // The four 16-bit sums of each word come together in its highest 16 bits.
        return Int(((pairs &* Block(repeating: 0x0001_0001_0001_0001)) &>> 48).wrappedSum())
    }
}
