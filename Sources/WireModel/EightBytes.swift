/// Eight bytes of a text in one number, the first in the lowest byte, so that long texts are searched in an eighth of the steps.
///
/// Each test answers with the highest bit of every byte that meets it.
public struct EightBytes: Sendable {
    public let bits: UInt64

    @inlinable @inline(__always)
    public init(_ bits: UInt64) { self.bits = bits }

    /// Those that begin at `index`; eight must be left.
    @inlinable @inline(__always)
    public init(_ text: Swift.Span<UInt8>, at index: Int) {
        // SAFETY: the load traps beyond the text, needs no alignment, and any eight bytes are a number.
        bits = UInt64(littleEndian: text.bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
    }

    @inlinable @inline(__always)
    public static func each(_ byte: UInt8) -> UInt64 { 0x0101_0101_0101_0101 &* UInt64(byte) }

    @usableFromInline static var highs: UInt64 { 0x8080_8080_8080_8080 }

    /// Those that are `byte`, once the bits outside `mask` are cleared.
    @inlinable @inline(__always)
    public func equal(_ byte: UInt8, mask: UInt8 = 0xFF) -> UInt64 {
        let apart = (bits & Self.each(mask)) ^ Self.each(byte)
        return ~((apart & ~Self.highs) &+ ~Self.highs | apart) & Self.highs
    }

    /// Those below `limit`, which is at most 0x80.
    @inlinable @inline(__always)
    public func below(_ limit: UInt8) -> UInt64 {
        ~((bits & ~Self.highs) &+ Self.each(0x80 &- limit) | bits) & Self.highs
    }

    /// How many bytes stand before the first that a test has found; 8 if it found none.
    @inlinable @inline(__always)
    public static func count(before found: UInt64) -> Int { found.trailingZeroBitCount &>> 3 }

    /// The first `count` bytes; zeros behind them.
    @inlinable @inline(__always)
    public func prefix(_ count: Int) -> EightBytes {
        count >= 8 ? self : EightBytes(bits & (1 &<< UInt64(truncatingIfNeeded: 8 &* count) &- 1))
    }

    /// ASCII letters and digits.
    @inlinable @inline(__always)
    public var alphanumeric: UInt64 {
        let lower = EightBytes(bits | Self.each(0x20))
        let letters = lower.below(0x7B) & ~lower.below(0x61)
        let digits = below(0x3A) & ~below(0x30)
        return letters | digits
    }
}
