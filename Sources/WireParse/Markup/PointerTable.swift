/// A small hash table from three pointers to an index.
struct PointerTable {
    private var slots = [(key: (UInt, UInt, UInt), value: Int32)](repeating: ((0, 0, 0), -1), count: 128)
    private var count = 0

    @inline(__always)
    private func start(_ key: (UInt, UInt, UInt)) -> Int {
        let mixed = (key.0 &* 0x9E37_79B9_7F4A_7C15) ^ (key.1 &* 31) ^ (key.2 &* 0xC2B2_AE3D_27D4_EB4F)
        return Int(truncatingIfNeeded: (mixed >> 29) & UInt(slots.count - 1))
    }

    @inline(__always)
    func find(_ key: (UInt, UInt, UInt)) -> Int? {
        var index = start(key)
        while slots[index].value >= 0 {
            if slots[index].key == key { return Int(slots[index].value) }
            index = (index + 1) & (slots.count - 1)
        }
        return nil
    }

    mutating func insert(_ key: (UInt, UInt, UInt), _ value: Int) {
        if count * 2 >= slots.count { grow() }
        var index = start(key)
        while slots[index].value >= 0 { index = (index + 1) & (slots.count - 1) }
        slots[index] = (key, Int32(truncatingIfNeeded: value))
        count += 1
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: ((0, 0, 0), -1), count: old.count * 2)
        for slot in old where slot.value >= 0 {
            var index = start(slot.key)
            while slots[index].value >= 0 { index = (index + 1) & (slots.count - 1) }
            slots[index] = slot
        }
    }
}
