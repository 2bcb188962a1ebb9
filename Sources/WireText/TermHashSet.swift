/// A set of term hashes that is emptied in one step and keeps its memory. The hashes are mixed already: they are places, too.
struct TermHashSet: Sendable {
    private var slots: [UInt64] = Array(repeating: 0, count: 1_024)
    /// A slot counts if it bears the current stamp.
    private var stamps: [UInt32] = Array(repeating: 0, count: 1_024)
    private var stamp: UInt32 = 1
    private var count = 0

    mutating func removeAll() {
        count = 0
        stamp &+= 1
        guard stamp == 0 else { return }
        for index in stamps.indices { stamps[index] = 0 }
        stamp = 1
    }

    /// Whether the hash is new.
    mutating func insert(_ hash: UInt64) -> Bool {
        if 2 * count >= slots.count { grow() }
        let mask = slots.count - 1
        var index = Int(truncatingIfNeeded: hash) & mask
        while stamps[index] == stamp {
            if slots[index] == hash { return false }
            index = (index + 1) & mask
        }
        slots[index] = hash
        stamps[index] = stamp
        count += 1
        return true
    }

    private mutating func grow() {
        let old = slots.indices.lazy.filter { [stamps, stamp] in stamps[$0] == stamp }.map { [slots] in slots[$0] }
        var larger = TermHashSet(capacity: 2 * slots.count)
        for hash in old { _ = larger.insert(hash) }
        self = larger
    }

    init() {}

    private init(capacity: Int) {
        slots = Array(repeating: 0, count: capacity)
        stamps = Array(repeating: 0, count: capacity)
    }
}
