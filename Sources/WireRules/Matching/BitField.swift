/// A set of small numbers as bits, so small that it stays near the processor.
struct BitField: Sendable {
    private var words: [UInt64]

    /// - Parameter count: the numbers are smaller.
    init(_ count: Int) { words = Array(repeating: 0, count: (count + 63) / 64) }

    @inline(__always)
    func contains(_ number: Int) -> Bool { words[number >> 6] & (1 << UInt64(number & 63)) != 0 }

    /// Whether it was not there before.
    @inline(__always) @discardableResult
    mutating func insert(_ number: Int) -> Bool {
        let bit: UInt64 = 1 << UInt64(number & 63)
        let isNew = words[number >> 6] & bit == 0
        words[number >> 6] |= bit
        return isNew
    }

    /// Removes a number and its neighbours: to empty the set, without going through all of it.
    mutating func removeWord(of number: Int) { words[number >> 6] = 0 }
}
