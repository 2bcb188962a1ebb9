import CRE2

/// A compiled `/…/` (RE2 syntax).
///
/// `@unchecked Sendable` because a compiled pattern never changes and RE2 lets threads share it.
final class RegularExpression: @unchecked Sendable {
    enum Limits {
        /// Characters between the slashes.
        static let characters = 1_000
        /// Bytes of one compiled pattern with its automaton.
        static let memory: Int64 = 2 << 20
        /// Bytes of the literals of one pattern.
        static let literals = 4_096
        /// Places in one block; a longer list tells nobody more.
        static let places = 10_000
    }

    /// In lower case; every text with a match has at least one of them, if its ASCII letters are made lower and
    /// `ſ` and `K` (Kelvin) count as `s` and `k`. Empty if no such literals can be named.
    let literals: [[UInt8]]
    private let pattern: OpaquePointer

    /// - Throws: what RE2 finds wrong with the pattern.
    init(_ text: String, ignoresCase: Bool) throws(RegularExpressionError) {
        var error = [CChar](repeating: 0, count: 256)
        let bytes = Array(text.utf8)
        // SAFETY: all buffers live through the calls; `error` and `found` are told with their size.
        let compiled = bytes.withUnsafeBufferPointer { bytes in
            bytes.withMemoryRebound(to: CChar.self) { bytes -> OpaquePointer? in
                guard let base = bytes.baseAddress else { return nil }
                return error.withUnsafeMutableBufferPointer { error in
                    error.baseAddress.flatMap {
                        cre2_compile(base, bytes.count, ignoresCase, Limits.memory, $0, error.count)
                    }
                }
            }
        }
        guard let compiled else {
            let message = error.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            throw RegularExpressionError(message: String(decoding: message, as: UTF8.self))
        }
        pattern = compiled
        literals = RegularExpression.literals(of: bytes, ignoresCase: ignoresCase)
    }

    deinit { cre2_free(pattern) }

    private static func literals(of pattern: [UInt8], ignoresCase: Bool) -> [[UInt8]] {
        var found = [UInt8](repeating: 0, count: Limits.literals)
        // SAFETY: both buffers live through the call and are told with their size.
        let count = pattern.withUnsafeBufferPointer { pattern in
            pattern.withMemoryRebound(to: CChar.self) { pattern in
                found.withUnsafeMutableBufferPointer { found in
                    found.withMemoryRebound(to: CChar.self) { found -> Int in
                        guard let base = pattern.baseAddress, let out = found.baseAddress else { return 0 }
                        return cre2_literals(base, pattern.count, ignoresCase, Limits.memory, out, found.count)
                    }
                }
            }
        }
        return found.prefix(count).split(separator: 0).map { Array($0) }
    }

    /// Whether the pattern is met somewhere in `range` of the text, whose ends are `^` and `$`.
    func matches(_ text: Span<UInt8>, in range: Range<Int>) -> Bool { place(in: text, range, from: 0) != nil }

    /// The places of the pattern in `range`, in order, none overlapping another; empty ones are left out.
    func places(in text: Span<UInt8>, _ range: Range<Int>) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var from = 0
        while from <= range.count, found.count < Limits.places, let place = place(in: text, range, from: from) {
            if place.isEmpty {
                from = place.upperBound + 1
                while from < range.count, text[range.lowerBound + from] & 0xC0 == 0x80 { from += 1 }
            } else {
                found.append((range.lowerBound + place.lowerBound)..<(range.lowerBound + place.upperBound))
                from = place.upperBound
            }
        }
        return found
    }

    /// The first place at or behind `from`, counted from the beginning of `range`.
    private func place(in text: Span<UInt8>, _ range: Range<Int>, from: Int) -> Range<Int>? {
        guard range.lowerBound >= 0, range.upperBound <= text.count else { return nil }
        var low = 0
        var high = 0
        // SAFETY: RE2 reads the block during the call only; an empty block may have no address, so a constant stands for it.
        let isFound = text.extracting(range).withUnsafeBufferPointer { block in
            block.withMemoryRebound(to: CChar.self) { block -> Bool in
                guard let base = block.baseAddress else { return cre2_find(pattern, "", 0, 0, &low, &high) }
                return cre2_find(pattern, base, block.count, from, &low, &high)
            }
        }
        return isFound && low <= high ? low..<high : nil
    }
}

/// What is wrong with a pattern, in RE2's words.
struct RegularExpressionError: Error {
    let message: String
}
