import WireText

/// What can be asked of one word of a text.
enum KeyRule: Hashable, Sendable {
    /// A form, byte for byte.
    case form([UInt8])
    /// A form with `*` and `?` as `Pattern.star` and `Pattern.one`.
    case pattern([UInt8])
    /// A form so many edits apart.
    case fuzzy([UInt8], Int)
}

/// Matches folded forms against `*` and `?`.
enum Pattern {
    /// Bytes that UTF-8 does not have.
    static let star: UInt8 = 0xFE
    static let one: UInt8 = 0xFF

    /// Whether the whole of `forms[low..<high]` has the pattern `rules[from..<to]`.
    static func matches(_ rules: [UInt8], _ from: Int, _ to: Int, _ forms: [UInt8], _ low: Int, _ high: Int) -> Bool {
        var rule = from
        var place = low
        var starRule = -1
        var starPlace = low
        while place < high {
            if rule < to, rules[rule] == star {
                starRule = rule
                starPlace = place
                rule += 1
            } else if rule < to, rules[rule] == one {
                if isWord(forms[place]) {
                    place = next(forms, place, high)
                    rule += 1
                } else {
                    return false
                }
            } else if rule < to, rules[rule] == forms[place] {
                rule += 1
                place += 1
            } else if starRule >= 0, isWord(forms[starPlace]) {
                starPlace = next(forms, starPlace, high)
                place = starPlace
                rule = starRule + 1
            } else {
                return false
            }
        }
        while rule < to, rules[rule] == star { rule += 1 }
        return rule == to
    }

    /// Letters and digits; all beyond ASCII that stands in a form is one.
    private static func isWord(_ byte: UInt8) -> Bool {
        byte >= 0x80 || byte &- 48 < 10 || (byte | 0x20) &- 97 < 26
    }

    private static func next(_ forms: [UInt8], _ place: Int, _ high: Int) -> Int {
        var place = place + 1
        while place < high, forms[place] & 0xC0 == 0x80 { place += 1 }
        return place
    }
}

/// All keys of a set of topics, and which keys a word of a text meets. Flat arrays; built once.
struct TermIndex: Sendable {
    /// How a pattern or fuzzy word is found and tested.
    private struct Test: Sendable {
        var key: Int32
        var start: Int32
        var end: Int32
        /// Edits; -1 for a pattern.
        var edits: Int32
        /// Next test with the same anchor, or -1.
        var next: Int32 = -1
    }

    private(set) var ruleCount = 0
    // Forms: open addressing by hash.
    private var slotHash: [UInt64] = []
    private var slotKey: [Int32] = []
    private var slotMask = 0
    private var formStart: [Int32] = []
    private var formEnd: [Int32] = []
    private var pool: [UInt8] = []
    /// Which hashes may be there at all.
    private var filter: [UInt64] = []
    private var filterMask: UInt64 = 0
    // Patterns and fuzzy words.
    private var tests: [Test] = []
    private var prefixHeads: [UInt64: Int32] = [:]
    private var prefixFilter = [UInt64](repeating: 0, count: 1024)
    private var prefixMasks: [UInt64] = []
    private var infixHeads: [UInt32: Int32] = [:]
    private var infixFilter: [UInt64] = []
    private var looseHead: Int32 = -1
    /// Whether any key is not a plain form.
    private(set) var hasTests = false

    init() {}

    init(_ rules: [KeyRule]) {
        ruleCount = rules.count
        var capacity = 16
        while capacity < rules.count * 2 { capacity *= 2 }
        slotHash = Array(repeating: 0, count: capacity)
        slotKey = Array(repeating: -1, count: capacity)
        slotMask = capacity - 1
        var bits = 1024
        while bits < rules.count * 32 { bits *= 2 }
        filter = Array(repeating: 0, count: bits / 64)
        filterMask = UInt64(bits - 1)
        formStart = Array(repeating: 0, count: rules.count)
        formEnd = formStart
        for (key, rule) in rules.enumerated() {
            formStart[key] = Int32(truncatingIfNeeded: pool.count)
            switch rule {
            case .form(let bytes):
                pool += bytes
                insert(TermHash.hash(bytes), Int32(truncatingIfNeeded: key))
            case .pattern(let bytes):
                pool += bytes
                insertPattern(bytes, Int32(truncatingIfNeeded: key))
            case .fuzzy(let bytes, let edits):
                pool += bytes
                insertLoose(Int32(truncatingIfNeeded: key), bytes.count, edits: Int32(truncatingIfNeeded: edits))
            }
            formEnd[key] = Int32(truncatingIfNeeded: pool.count)
        }
        prefixMasks = Array(Set(prefixMasks)).sorted()
    }

    /// Calls `found` with every key that the token meets.
    @inline(__always)
    func keys(of token: Token, in forms: [UInt8], _ found: (Int32) -> Void) {
        let hash = token.hash
        let bit = (hash >> 8) & filterMask
        if filter[Int(truncatingIfNeeded: bit >> 6)] & (1 << (bit & 63)) != 0 {
            let key = lookUp(hash, forms, Int(token.formOffset), Int(token.formLength))
            if key >= 0 { found(key) }
        }
        if hasTests, !token.kind.contains(.gram) { test(token, forms, found) }
    }

    func key(ofForm bytes: [UInt8]) -> Int32 { lookUp(TermHash.hash(bytes), bytes, 0, bytes.count) }
}

extension TermIndex {
    private mutating func insert(_ hash: UInt64, _ key: Int32) {
        var slot = Int(truncatingIfNeeded: hash) & slotMask
        while slotKey[slot] >= 0 { slot = (slot + 1) & slotMask }
        slotHash[slot] = hash
        slotKey[slot] = key
        let bit = (hash >> 8) & filterMask
        filter[Int(truncatingIfNeeded: bit >> 6)] |= 1 << (bit & 63)
    }

    private func lookUp(_ hash: UInt64, _ forms: [UInt8], _ offset: Int, _ length: Int) -> Int32 {
        var slot = Int(truncatingIfNeeded: hash) & slotMask
        while slotKey[slot] >= 0 {
            if slotHash[slot] == hash {
                let key = slotKey[slot]
                if isForm(Int(key), forms, offset, length) { return key }
            }
            slot = (slot + 1) & slotMask
        }
        return -1
    }

    private func isForm(_ key: Int, _ forms: [UInt8], _ offset: Int, _ length: Int) -> Bool {
        let start = Int(formStart[key])
        guard Int(formEnd[key]) - start == length, offset + length <= forms.count else { return false }
        for index in 0..<length where pool[start + index] != forms[offset + index] { return false }
        return true
    }

    private mutating func insertLoose(_ key: Int32, _ length: Int, edits: Int32) {
        hasTests = true
        let start = Int32(truncatingIfNeeded: pool.count - length)
        tests.append(Test(key: key, start: start, end: start + Int32(length), edits: edits, next: looseHead))
        looseHead = Int32(truncatingIfNeeded: tests.count - 1)
    }

    private mutating func insertPattern(_ bytes: [UInt8], _ key: Int32) {
        hasTests = true
        let id = Int32(truncatingIfNeeded: tests.count)
        let start = Int32(truncatingIfNeeded: pool.count - bytes.count)
        var test = Test(key: key, start: start, end: start + Int32(bytes.count), edits: -1)
        let prefix = min(8, bytes.firstIndex { $0 >= Pattern.star } ?? bytes.count)
        if prefix >= 2 {
            let mask = prefix == 8 ? UInt64.max : (1 << (8 * UInt64(prefix))) - 1
            var packed: UInt64 = 0
            for index in 0..<prefix { packed |= UInt64(bytes[index]) << (8 * UInt64(index)) }
            prefixMasks.append(mask)
            let anchor = packed ^ (UInt64(prefix) &* 0x9E37_79B9_7F4A_7C15)
            test.next = prefixHeads[anchor] ?? -1
            prefixHeads[anchor] = id
            let bit = packed & 0xFFFF
            prefixFilter[Int(bit >> 6)] |= 1 << (bit & 63)
        } else if let run = longestRun(bytes), run.count >= 3 {
            let first = run.lowerBound
            let anchor = UInt32(bytes[first]) | UInt32(bytes[first + 1]) << 8 | UInt32(bytes[first + 2]) << 16
            test.next = infixHeads[anchor] ?? -1
            infixHeads[anchor] = id
            if infixFilter.isEmpty { infixFilter = Array(repeating: 0, count: 1024) }
            let bit = Self.fold(anchor)
            infixFilter[Int(bit >> 6)] |= 1 << UInt64(bit & 63)
        } else {
            test.next = looseHead
            looseHead = id
        }
        tests.append(test)
    }

    private func longestRun(_ bytes: [UInt8]) -> Range<Int>? {
        var best: Range<Int>?
        var start = 0
        for index in 0...bytes.count where index == bytes.count || bytes[index] >= Pattern.star {
            if index - start > best?.count ?? 0 { best = start..<index }
            start = index + 1
        }
        return best
    }

    @inline(__always)
    private static func fold(_ anchor: UInt32) -> UInt32 { (anchor &* 0x9E37_79B1) >> 16 }

    private func test(_ token: Token, _ forms: [UInt8], _ found: (Int32) -> Void) {
        let low = Int(token.formOffset)
        let length = Int(token.formLength)
        guard length >= 2 else { return run(looseHead, forms, low, low + length, found) }
        let high = low + length
        let bit = UInt64(forms[low]) | UInt64(forms[low + 1]) << 8
        if prefixFilter[Int(bit >> 6)] & (1 << (bit & 63)) != 0 {
            var packed = bit
            for index in 2..<max(2, min(8, length)) { packed |= UInt64(forms[low + index]) << (8 * UInt64(index)) }
            for mask in prefixMasks {
                let size = (64 - mask.leadingZeroBitCount) / 8
                if size > length { break }
                if let head = prefixHeads[packed & mask ^ (UInt64(size) &* 0x9E37_79B9_7F4A_7C15)] {
                    run(head, forms, low, high, found)
                }
            }
        }
        if !infixFilter.isEmpty, length >= 3 { testInfixes(forms, low, high, found) }
        if looseHead >= 0 { run(looseHead, forms, low, high, found) }
    }

    private func testInfixes(_ forms: [UInt8], _ low: Int, _ high: Int, _ found: (Int32) -> Void) {
        var anchor = UInt32(forms[low]) << 8 | UInt32(forms[low + 1]) << 16
        for index in (low + 2)..<high {
            anchor = anchor >> 8 | UInt32(forms[index]) << 16
            let bit = Self.fold(anchor)
            guard infixFilter[Int(bit >> 6)] & (1 << UInt64(bit & 63)) != 0, let head = infixHeads[anchor] else {
                continue
            }
            run(head, forms, low, high, found)
        }
    }

    private func run(_ head: Int32, _ forms: [UInt8], _ low: Int, _ high: Int, _ found: (Int32) -> Void) {
        var id = head
        while id >= 0 {
            let test = tests[Int(id)]
            if test.edits < 0 {
                if Pattern.matches(pool, Int(test.start), Int(test.end), forms, low, high) { found(test.key) }
            } else if isNear(test, forms, low, high) {
                found(test.key)
            }
            id = test.next
        }
    }

    /// Whether a form is few enough edits from a fuzzy word.
    private func isNear(_ test: Test, _ forms: [UInt8], _ low: Int, _ high: Int) -> Bool {
        let edits = Int(test.edits)
        guard abs((high - low) - Int(test.end - test.start)) <= edits * 4, high - low <= 256 else { return false }
        let wanted = Array(String(decoding: pool[Int(test.start)..<Int(test.end)], as: UTF8.self).unicodeScalars)
        let found = Array(String(decoding: forms[low..<high], as: UTF8.self).unicodeScalars)
        guard abs(wanted.count - found.count) <= edits else { return false }
        return EditDistance.between(wanted, found) <= edits
    }
}
