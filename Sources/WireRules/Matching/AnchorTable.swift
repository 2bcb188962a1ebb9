/// Lists by a 64-bit name: open addressing, grown while it is built.
struct AnchorTable: Sendable {
    private var names: [UInt64] = Array(repeating: 0, count: 16)
    private var heads: [Int32] = Array(repeating: -1, count: 16)
    private var count = 0

    init() {}

    @inline(__always)
    func head(of name: UInt64) -> Int32 { heads[slot(of: name)] }

    /// Puts a new head before a list; returns the old one, or -1.
    mutating func replace(_ name: UInt64, with head: Int32) -> Int32 {
        if count * 2 >= names.count { grow() }
        let slot = slot(of: name)
        let old = heads[slot]
        if old < 0 { count += 1 }
        names[slot] = name
        heads[slot] = head
        return old
    }

    @inline(__always)
    private func slot(of name: UInt64) -> Int {
        let mask = names.count - 1
        var slot = Int(truncatingIfNeeded: (name &* 0x9E37_79B9_7F4A_7C15) >> 32) & mask
        while heads[slot] >= 0, names[slot] != name { slot = (slot + 1) & mask }
        return slot
    }

    private mutating func grow() {
        let old = self
        names = Array(repeating: 0, count: old.names.count * 2)
        heads = Array(repeating: -1, count: old.names.count * 2)
        for index in old.names.indices where old.heads[index] >= 0 {
            let slot = slot(of: old.names[index])
            names[slot] = old.names[index]
            heads[slot] = old.heads[index]
        }
    }
}
