/// The names that a document uses, each by where it stands first, with what they mean under the namespaces in force.
struct XMLSpellings {
    private struct Spelling {
        let start: Int
        let length: Int
        let hash: UInt64
        /// Bytes of the prefix; 0 without one.
        let colon: Int
        /// Index in `bound`; 0 without one.
        let prefix: Int
        /// `xmlns`, or a name with that prefix.
        let isDeclaration: Bool
        // What it meant last, and under which namespace.
        var elementNamespace = XMLSpellings.unread
        var element = 0
        var attributeNamespace = XMLSpellings.unread
        var attribute = 0
    }

    /// Indexes in `bound` of prefixes that mean the same everywhere.
    private enum Prefix {
        static let none = 0
        static let xml = 1
        static let xmlns = 2
    }

    private static let unread = -2
    /// The prefix is not declared, or there is no default namespace.
    private static let none = -1
    private static let xml = "http://www.w3.org/XML/1998/namespace"

    let attributes = XMLAttributeNames()
    // SAFETY: borrowed by the scanner that owns this for its whole pass; ranges come from it and lie inside the document.
    private let source: UnsafeBufferPointer<UInt8>
    private var spellings: [Spelling] = []
    private var slots = [Int32](repeating: -1, count: 256)
    private var prefixes: [String: Int] = ["": Prefix.none, "xml": Prefix.xml, "xmlns": Prefix.xmlns]
    /// The namespace that each prefix stands for, as an index in `addresses`.
    private var bound = [none, 0, none]
    private var addresses = [xml]
    private var indexes = [xml: 0]
    private var replaced: [(prefix: Int, namespace: Int)] = []
    /// What each spelling meant under another namespace than its last.
    private var elementMeanings = PointerTable()
    private var attributeMeanings = PointerTable()

    init(_ source: UnsafeBufferPointer<UInt8>) { self.source = source }

    /// The index of a name.
    @inline(__always)
    mutating func find(_ name: XMLCursor.Name) -> Int {
        var slot = Int(truncatingIfNeeded: name.hash >> 32) & (slots.count - 1)
        while slots[slot] >= 0 {
            let index = Int(slots[slot])
            if spellings[index].hash == name.hash, spellings[index].length == name.range.count,
                isSpelled(index, at: name.range.lowerBound)
            {
                return index
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        return add(name, slot)
    }

    private mutating func add(_ name: XMLCursor.Name, _ slot: Int) -> Int {
        let start = name.range.lowerBound
        let prefix = prefixIndex(String(decoding: source[start..<(start + name.colon)], as: UTF8.self))
        let isDeclaration =
            prefix == Prefix.xmlns || (prefix == Prefix.none && source[name.range].elementsEqual("xmlns".utf8))
        spellings.append(
            Spelling(
                start: start, length: name.range.count, hash: name.hash, colon: name.colon, prefix: prefix,
                isDeclaration: isDeclaration))
        slots[slot] = Int32(truncatingIfNeeded: spellings.count - 1)
        if spellings.count * 2 > slots.count { grow() }
        return spellings.count - 1
    }

    private mutating func prefixIndex(_ prefix: String) -> Int {
        if let known = prefixes[prefix] { return known }
        prefixes[prefix] = prefixes.count
        bound.append(XMLSpellings.none)
        return prefixes.count - 1
    }

    private mutating func grow() {
        slots = Array(repeating: -1, count: slots.count * 2)
        for (index, spelling) in spellings.enumerated() {
            var slot = Int(truncatingIfNeeded: spelling.hash >> 32) & (slots.count - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = Int32(truncatingIfNeeded: index)
        }
    }

    @inline(__always)
    func length(of spelling: Int) -> Int { spellings[spelling].length }

    /// Whether the bytes from `place` on are the name's; there must be as many.
    @inline(__always)
    func isSpelled(_ spelling: Int, at place: Int) -> Bool {
        let (start, length) = (spellings[spelling].start, spellings[spelling].length)
        for offset in 0..<length where source[start + offset] != source[place + offset] { return false }
        return true
    }

    private func local(_ spelling: Spelling) -> String {
        let from = spelling.start + (spelling.colon > 0 ? spelling.colon + 1 : 0)
        return String(decoding: source[from..<(spelling.start + spelling.length)], as: UTF8.self)
    }

    private func prefix(_ spelling: Spelling) -> String? {
        guard spelling.colon > 0 else { return nil }
        return String(decoding: source[spelling.start..<(spelling.start + spelling.colon)], as: UTF8.self)
    }
}

// MARK: Namespaces

extension XMLSpellings {
    /// How many bindings are in force, to go back to.
    var bindingCount: Int { replaced.count }

    /// Whether an attribute of this name declares a namespace.
    @inline(__always)
    func isDeclaration(_ spelling: Int) -> Bool { spellings[spelling].isDeclaration }

    /// Takes a declaration; false if it is one that XML forbids, or an odd one.
    mutating func bind(_ spelling: Int, to address: ArraySlice<UInt8>) -> Bool {
        let text = String(decoding: address, as: UTF8.self)
        let declared = spellings[spelling].prefix == Prefix.xmlns ? local(spellings[spelling]) : ""
        guard declared != "xml", declared != "xmlns", declared.isEmpty || !text.isEmpty, text != XMLSpellings.xml,
            text != "http://www.w3.org/2000/xmlns/"
        else { return false }
        let prefix = prefixIndex(declared)
        replaced.append((prefix, bound[prefix]))
        bound[prefix] = text.isEmpty ? XMLSpellings.none : namespace(text)
        return true
    }

    private mutating func namespace(_ address: String) -> Int {
        if let known = indexes[address] { return known }
        addresses.append(address)
        indexes[address] = addresses.count - 1
        return addresses.count - 1
    }

    /// Goes back to the bindings that were in force when there were `count`.
    @inline(__always)
    mutating func unbind(to count: Int) {
        while replaced.count > count {
            let last = replaced.removeLast()
            bound[last.prefix] = last.namespace
        }
    }

    /// The index in the context's names of an element so spelled; nil for one that XML forbids.
    @inline(__always)
    mutating func element(_ index: Int, _ context: inout XMLContext) -> Int? {
        let namespace = bound[spellings[index].prefix]
        if spellings[index].elementNamespace == namespace { return spellings[index].element }
        return newElement(index, namespace, &context)
    }

    private mutating func newElement(_ index: Int, _ namespace: Int, _ context: inout XMLContext) -> Int? {
        guard spellings[index].prefix != Prefix.xmlns else { return nil }
        let key = (UInt(index + 1), UInt(bitPattern: namespace), UInt(0))
        let spelling = spellings[index]
        let name: Int
        if let known = elementMeanings.find(key) {
            name = known
        } else {
            name = context.add(
                local(spelling), prefix: prefix(spelling), namespace: address(namespace), at: context.place)
            elementMeanings.insert(key, name)
        }
        spellings[index].elementNamespace = namespace
        spellings[index].element = name
        return name
    }

    /// The index in `attributes` of an attribute so spelled; negative for a declaration, nil for one that XML forbids.
    mutating func attribute(_ index: Int) -> Int? {
        if isDeclaration(index) { return -1 }
        let spelling = spellings[index]
        let namespace = spelling.prefix == Prefix.none ? XMLSpellings.none : bound[spelling.prefix]
        if spelling.attributeNamespace == namespace { return spelling.attribute }
        let key = (UInt(index + 1), UInt(bitPattern: namespace), UInt(0))
        let name: Int
        if let known = attributeMeanings.find(key) {
            name = known
        } else {
            name = attributes.add(
                XMLAttributeName(local(spelling), prefix: prefix(spelling), namespace: address(namespace)))
            attributeMeanings.insert(key, name)
        }
        spellings[index].attributeNamespace = namespace
        spellings[index].attribute = name
        return name
    }

    private func address(_ namespace: Int) -> String? {
        namespace == XMLSpellings.none ? nil : addresses[namespace]
    }

    /// Whether no attribute is given twice, be it by two prefixes of one namespace.
    func areDistinct(_ found: [(spelling: Int, start: Int, count: Int, isDecoded: Bool)]) -> Bool {
        guard found.count > 1 else { return true }
        for (position, one) in found.enumerated() {
            for other in found[..<position] {
                if other.spelling == one.spelling { return false }
                let (left, right) = (spellings[other.spelling], spellings[one.spelling])
                guard left.prefix > Prefix.xmlns, right.prefix > Prefix.xmlns, bound[left.prefix] == bound[right.prefix]
                else { continue }
                if bound[left.prefix] != XMLSpellings.none, local(left) == local(right) { return false }
            }
        }
        return true
    }
}
