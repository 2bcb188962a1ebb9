import WireText

/// What can be asked of one word of a text.
enum KeyRule: Hashable, Sendable {
    /// A form, byte for byte.
    case form([UInt8])
    /// A form with `*` and `?` as `Pattern.star` and `Pattern.one`; with `Pattern.any` around if it may be a part.
    case pattern([UInt8])
    /// A form so many edits apart.
    case fuzzy([UInt8], Int)
    /// A form's inflections in the article's language.
    case stem([UInt8])
    /// Bytes of a text, in any case; found in the text itself, not in its words.
    case literal([UInt8])
    /// The article was edited.
    case edited

    func hash(into hasher: inout Hasher) {
        switch self {
        case .form(let form): hasher.combine(TermHash.hash(form))
        case .pattern(let form): hasher.combine(TermHash.hash(form) ^ 1)
        case .fuzzy(let form, let edits): hasher.combine(TermHash.hash(form) &+ UInt64(truncatingIfNeeded: edits) ^ 2)
        case .stem(let form): hasher.combine(TermHash.hash(form) ^ 3)
        case .literal(let form): hasher.combine(TermHash.hash(form) ^ 4)
        case .edited: hasher.combine(0)
        }
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

    /// A plain form and its key.
    struct Slot: Sendable {
        var hash: UInt64 = 0
        /// -1 if the slot is free.
        var key: Int32 = -1
        /// Where its bytes stand in the pool, up to `end`.
        var form: Int32 = 0
    }

    /// No byte of UTF-8.
    private static let end: UInt8 = 0xFF

    private(set) var ruleCount = 0
    // Forms: open addressing by hash.
    private var slots: [Slot] = []
    private var slotMask = -1
    private var pool: [UInt8] = []
    /// Which hashes may be there at all: each sets three bits of one word.
    private var filter: [UInt64] = [0]
    private var filterMask: UInt64 = 0
    // Patterns and fuzzy words.
    private var tests: [Test] = []
    private var prefixes = AnchorTable()
    private var prefixFilter: [UInt64] = []
    private var prefixMasks: [UInt64] = []
    private var infixes = AnchorTable()
    private var infixFilter: [UInt64] = []
    private var looseHead: Int32 = -1
    private(set) var literals = LiteralTable()
    /// Words whose inflections are looked for.
    private(set) var stems: [(form: [UInt8], key: Int32)] = []
    private(set) var editedKey: Int32 = -1
    /// Whether any key is not a plain form.
    private(set) var hasTests = false

    init() {}

    /// Adds the keys that follow those it has.
    mutating func append(_ rules: ArraySlice<KeyRule>) {
        if (ruleCount + rules.count) * 2 > slots.count { grow(to: ruleCount + rules.count) }
        for rule in rules {
            insert(rule, Int32(truncatingIfNeeded: ruleCount))
            ruleCount += 1
        }
    }

    private mutating func insert(_ rule: KeyRule, _ key: Int32) {
        switch rule {
        case .form(let bytes):
            let form = Int32(truncatingIfNeeded: pool.count)
            let hash = TermHash.hash(bytes)
            pool += bytes
            // Two forms of one hash: the second is found as patterns are, by its bytes.
            guard lookUp(hash).key < 0 else { return insertPattern(bytes, key) }
            pool.append(Self.end)
            insert(Slot(hash: hash, key: key, form: form))
        case .pattern(let bytes):
            pool += bytes
            insertPattern(bytes, key)
        case .fuzzy(let bytes, let edits):
            pool += bytes
            insertLoose(key, bytes.count, edits: Int32(truncatingIfNeeded: edits))
        case .stem(let bytes):
            stems.append((bytes, key))
        case .literal(let bytes):
            literals.insert(bytes, key: key)
        case .edited:
            editedKey = key
        }
    }

    /// Makes room for so many keys.
    private mutating func grow(to count: Int) {
        var capacity = 16
        while capacity < count * 2 { capacity *= 2 }
        var words = 16
        while words * 64 < count * 12 { words *= 2 }
        let old = slots
        slots = Array(repeating: Slot(), count: capacity)
        slotMask = capacity - 1
        filter = Array(repeating: 0, count: words)
        filterMask = UInt64(words - 1)
        for slot in old where slot.key >= 0 { insert(slot) }
    }

    /// Whether a key's form may have this hash; quick, and seldom wrong.
    @inline(__always)
    func mayHold(_ hash: UInt64) -> Bool {
        let bits = Self.bits(of: hash)
        return filter[Int(truncatingIfNeeded: (hash >> 8) & filterMask)] & bits == bits
    }

    /// The slot where a token's form would stand first. Asked for of many tokens in turn, before any of them is compared, so that
    /// the processor waits for several places of memory at once.
    @inline(__always)
    func home(of token: Token) -> Slot {
        slotMask < 0 ? Slot() : slots[Int(truncatingIfNeeded: token.hash) & slotMask]
    }

    /// The slot with the token's hash; a free one if there is none. Whether it has the token's form, too, is asked by `isForm`
    /// where it matters: most words of most articles lead to no topic, and a form lies far away.
    @inline(__always)
    func slot(of token: Token, home: Slot) -> Slot {
        home.hash == token.hash || home.key < 0 ? home : lookUp(token.hash)
    }

    /// Whether a slot's form is the token's.
    func isForm(_ form: Int32, _ token: Token, in forms: [UInt8]) -> Bool {
        isForm(Int(form), forms, Int(token.formOffset), Int(token.formLength))
    }

    /// Calls `found` with every key that is not a plain form and that a token meets, and with the token's place.
    func test(_ tokens: [Token], _ forms: [UInt8], _ found: (_ key: Int32, _ place: Int32) -> Void) {
        guard hasTests else { return }
        let testsAll = looseHead >= 0 || !infixFilter.isEmpty
        for place in tokens.indices where !tokens[place].kind.contains(.gram) {
            guard testsAll || mayBegin(tokens[place], forms) else { continue }
            test(tokens[place], forms) { found($0, Int32(truncatingIfNeeded: place)) }
        }
    }

    func key(ofForm bytes: [UInt8]) -> Int32 {
        let slot = lookUp(TermHash.hash(bytes))
        return slot.key >= 0 && isForm(Int(slot.form), bytes, 0, bytes.count) ? slot.key : -1
    }
}

extension TermIndex {
    private mutating func insert(_ new: Slot) {
        var place = Int(truncatingIfNeeded: new.hash) & slotMask
        while slots[place].key >= 0 { place = (place + 1) & slotMask }
        slots[place] = new
        filter[Int(truncatingIfNeeded: (new.hash >> 8) & filterMask)] |= Self.bits(of: new.hash)
    }

    @inline(__always)
    private static func bits(of hash: UInt64) -> UInt64 {
        1 << (hash >> 46 & 63) | 1 << (hash >> 52 & 63) | 1 << (hash >> 58)
    }

    private func lookUp(_ hash: UInt64) -> Slot {
        guard slotMask >= 0 else { return Slot() }
        var place = Int(truncatingIfNeeded: hash) & slotMask
        while slots[place].key >= 0, slots[place].hash != hash { place = (place + 1) & slotMask }
        return slots[place]
    }

    private func isForm(_ form: Int, _ forms: [UInt8], _ offset: Int, _ length: Int) -> Bool {
        // No byte of a text is like the end, so a longer text stops there at the latest.
        for index in 0..<length where pool[form + index] != forms[offset + index] { return false }
        return pool[form + length] == Self.end
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
        if prefix >= 3 {
            let mask = prefix == 8 ? UInt64.max : (1 << (8 * UInt64(prefix))) - 1
            var packed: UInt64 = 0
            for index in 0..<prefix { packed |= UInt64(bytes[index]) << (8 * UInt64(index)) }
            if !prefixMasks.contains(mask) {
                prefixMasks.append(mask)
                prefixMasks.sort()
            }
            let anchor = packed ^ (UInt64(prefix) &* 0x9E37_79B9_7F4A_7C15)
            test.next = prefixes.replace(anchor, with: id)
            if prefixFilter.isEmpty { prefixFilter = Array(repeating: 0, count: 1024) }
            let bit = Self.fold(UInt32(packed & 0xFF_FFFF))
            prefixFilter[Int(bit >> 6)] |= 1 << UInt64(bit & 63)
        } else if let run = longestRun(bytes), run.count >= 3 {
            let first = run.lowerBound
            let anchor = UInt32(bytes[first]) | UInt32(bytes[first + 1]) << 8 | UInt32(bytes[first + 2]) << 16
            test.next = infixes.replace(UInt64(anchor), with: id)
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
        let high = low + length
        if looseHead >= 0 { run(looseHead, forms, low, high, found) }
        guard length >= 3, high <= forms.count else { return }
        let first = UInt32(forms[low]) | UInt32(forms[low + 1]) << 8 | UInt32(forms[low + 2]) << 16
        if !prefixFilter.isEmpty, isSet(prefixFilter, Self.fold(first)) {
            testPrefixes(first, forms, low, high, found)
        }
        if !infixFilter.isEmpty { testInfixes(first, forms, low, high, found) }
    }

    @inline(__always)
    private func isSet(_ filter: [UInt64], _ bit: UInt32) -> Bool {
        filter[Int(bit >> 6)] & (1 << UInt64(bit & 63)) != 0
    }

    /// Whether a pattern with a beginning of three bytes or more may begin as the token does.
    @inline(__always)
    private func mayBegin(_ token: Token, _ forms: [UInt8]) -> Bool {
        let low = Int(token.formOffset)
        guard token.formLength >= 3, low + 3 <= forms.count, !prefixFilter.isEmpty else { return false }
        return isSet(
            prefixFilter, Self.fold(UInt32(forms[low]) | UInt32(forms[low + 1]) << 8 | UInt32(forms[low + 2]) << 16))
    }

    private func testPrefixes(
        _ first: UInt32, _ forms: [UInt8], _ low: Int, _ high: Int, _ found: (Int32) -> Void
    ) {
        let length = high - low
        var packed = UInt64(first)
        for index in 3..<max(3, min(8, length)) { packed |= UInt64(forms[low + index]) << (8 * UInt64(index)) }
        for mask in prefixMasks {
            let size = (64 - mask.leadingZeroBitCount) / 8
            if size > length { break }
            let head = prefixes.head(of: packed & mask ^ (UInt64(size) &* 0x9E37_79B9_7F4A_7C15))
            if head >= 0 { run(head, forms, low, high, found) }
        }
    }

    private func testInfixes(
        _ first: UInt32, _ forms: [UInt8], _ low: Int, _ high: Int, _ found: (Int32) -> Void
    ) {
        var anchor = first
        var index = low + 2
        while true {
            if isSet(infixFilter, Self.fold(anchor)) {
                let head = infixes.head(of: UInt64(anchor))
                if head >= 0 { run(head, forms, low, high, found) }
            }
            index += 1
            guard index < high else { return }
            anchor = anchor >> 8 | UInt32(forms[index]) << 16
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
