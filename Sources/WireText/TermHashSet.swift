/// A set of term hashes that is emptied in one step and keeps its memory. The hashes are mixed already: they are places, too.
struct TermHashSet: Sendable {
    private struct Slot: Sendable {
        var hash: UInt64 = 0
        /// The slot counts if this is the current stamp.
        var stamp: UInt32 = 0
    }

    private var slots = Array(repeating: Slot(), count: 1_024)
    private var stamp: UInt32 = 1
    private var count = 0

    init() {}

    private init(capacity: Int) { slots = Array(repeating: Slot(), count: capacity) }

    mutating func removeAll() {
        count = 0
        stamp &+= 1
        guard stamp == 0 else { return }
        for index in slots.indices { slots[index].stamp = 0 }
        stamp = 1
    }

    /// Whether the hash is new.
    mutating func insert(_ hash: UInt64) -> Bool {
        if 2 * count >= slots.count { grow() }
        let mask = slots.count &- 1
        var index = Int(truncatingIfNeeded: hash) & mask
        while slots[index].stamp == stamp {
            if slots[index].hash == hash { return false }
            index = (index &+ 1) & mask
        }
        slots[index] = Slot(hash: hash, stamp: stamp)
        count &+= 1
        return true
    }

    private mutating func grow() {
        var larger = TermHashSet(capacity: 2 * slots.count)
        for slot in slots where slot.stamp == stamp { _ = larger.insert(slot.hash) }
        self = larger
    }
}
