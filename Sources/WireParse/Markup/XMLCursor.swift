/// A place in a document, and the ways forward that do not touch what it says.
struct XMLCursor {
    // SAFETY: both are borrowed by the scanner's `read` for the whole pass. `source` is read through `byte` and `ahead`,
    // which check the end, or by loops that do; `classes` has an entry for each byte.
    let source: UnsafeBufferPointer<UInt8>
    let end: Int
    var index: Int
    private let classes: UnsafeBufferPointer<UInt8>

    init(_ source: UnsafeBufferPointer<UInt8>, _ classes: UnsafeBufferPointer<UInt8>, from start: Int) {
        self.source = source
        self.classes = classes
        end = source.count
        index = start
    }

    /// The byte here; 0, which no document may hold, at the end.
    @inline(__always)
    var byte: UInt8 { index < end ? source[index] : 0 }

    /// The byte so many places on; 0 behind the end.
    @inline(__always)
    func ahead(_ distance: Int) -> UInt8 { index + distance < end ? source[index + distance] : 0 }

    /// Passes over all bytes that are not of this kind.
    @inline(__always)
    mutating func pass(until kind: XMLByte) {
        while index < end, !has(source[index], kind) { index += 1 }
    }

    @inline(__always)
    func has(_ byte: UInt8, _ kind: XMLByte) -> Bool { classes[Int(byte)] & kind.rawValue != 0 }

    @inline(__always)
    mutating func skipSpace() {
        while index < end, has(source[index], .space) { index += 1 }
    }

    /// Passes over `text` if it stands here.
    @inline(__always)
    mutating func skip(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard index + count <= end else { return false }
        // SAFETY: the literal has `count` bytes, and as many are left of the document.
        for offset in 0..<count where source[index + offset] != text.utf8Start[offset] { return false }
        index += count
        return true
    }

    /// Whether a byte that a scan stopped at begins a character that XML allows, and that means what it says: no other control
    /// than tab and line break, none of U+FFFE and U+FFFF, and no C1 control, which libxml2 may or may not hand over alone.
    func isCharacter() -> Bool {
        switch byte {
        case 0xEF: !(ahead(1) == 0xBF && ahead(2) >= 0xBE)
        case 0xC2: ahead(1) >= 0xA0
        case let byte: byte >= 0x20
        }
    }
}

// MARK: Names and references

extension XMLCursor {
    /// A name and how it was hashed on the way.
    struct Name {
        let range: Range<Int>
        /// Bytes of the prefix; 0 without one.
        let colon: Int
        let hash: UInt64
    }

    private static let nameBytes = 1_000

    /// Reads a name with one colon at most; nil if there is none, one that is not of ASCII, or a very long one.
    @inline(__always)
    mutating func readName() -> Name? {
        let start = index
        var hash: UInt64 = 0
        var colon = 0
        guard has(byte, .nameStart) else { return nil }
        while true {
            while index < end, has(source[index], .name) {
                hash = (hash ^ UInt64(source[index])) &* 0x9E37_79B9_7F4A_7C15
                index += 1
            }
            let byte = self.byte
            guard byte == UInt8(ascii: ":") else {
                guard byte < 0x80, index - start < XMLCursor.nameBytes else { return nil }
                return Name(range: start..<index, colon: colon, hash: hash)
            }
            guard colon == 0, has(ahead(1), .nameStart) else { return nil }
            colon = index - start
            hash = (hash ^ 0x3A) &* 0x9E37_79B9_7F4A_7C15
            index += 1
        }
    }

    /// `&amp;`, `&#38;` or `&#x26;`; nil for any other.
    mutating func readReference() -> Unicode.Scalar? {
        if skip("&amp;") { return "&" }
        if skip("&lt;") { return "<" }
        if skip("&gt;") { return ">" }
        if skip("&quot;") { return "\"" }
        if skip("&apos;") { return "'" }
        guard skip("&#") else { return nil }
        let radix: UInt32 = skip("x") ? 16 : 10
        let start = index
        var value: UInt32 = 0
        while let digit = Character(Unicode.Scalar(byte)).hexDigitValue, digit < radix, value < 0x11_0000 {
            value = value * radix + UInt32(digit)
            index += 1
        }
        guard index > start, skip(";"), let scalar = Unicode.Scalar(value) else { return nil }
        let isAllowed = value >= 0x20 || value == 0x09 || value == 0x0A || value == 0x0D
        return isAllowed && value != 0xFFFE && value != 0xFFFF ? scalar : nil
    }
}

// MARK: What says nothing of a feed

extension XMLCursor {
    /// Comments, instructions and white space outside the root.
    mutating func readMiscellany() -> Bool {
        while true {
            skipSpace()
            guard byte == UInt8(ascii: "<") else { return true }
            switch ahead(1) {
            case UInt8(ascii: "!"): guard readComment() else { return false }
            case UInt8(ascii: "?"): guard readInstruction() else { return false }
            default: return true
            }
        }
    }

    /// `<?xml version="1.0" encoding="…" standalone="…"?>` or nothing.
    mutating func readDeclaration() -> Bool {
        let start = index
        guard skip("<?xml"), has(byte, .space) else {
            index = start
            return true
        }
        guard let version = pseudoAttribute("version"), source[version].elementsEqual("1.0".utf8) else { return false }
        if let encoding = pseudoAttribute("encoding") {
            guard !encoding.isEmpty, has(source[encoding.lowerBound], .nameStart),
                source[encoding.lowerBound] != UInt8(ascii: "_"),
                source[encoding].allSatisfy({ has($0, .name) })
            else { return false }
        }
        if let alone = pseudoAttribute("standalone") {
            guard source[alone].elementsEqual("yes".utf8) || source[alone].elementsEqual("no".utf8) else {
                return false
            }
        }
        skipSpace()
        return skip("?>")
    }

    /// Where its value stands; nil, and nothing is passed over, if it does not follow.
    private mutating func pseudoAttribute(_ name: StaticString) -> Range<Int>? {
        let start = index
        guard has(byte, .space) else { return nil }
        skipSpace()
        if skip(name) {
            skipSpace()
            if skip("=") {
                skipSpace()
                let quote = byte
                let from = index + 1
                if quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
                    index = from
                    while has(byte, .name) { index += 1 }
                    if byte == quote {
                        index += 1
                        return from..<(index - 1)
                    }
                }
            }
        }
        index = start
        return nil
    }

    mutating func readComment() -> Bool {
        guard skip("<!--") else { return false }
        while true {
            pass(until: .stopsComment)
            switch byte {
            case UInt8(ascii: "-"):
                if ahead(1) == UInt8(ascii: "-") {
                    index += 2
                    return skip(">")
                }
            case 0xEF: guard isCharacter() else { return false }
            case 0x20...: break
            default: return false
            }
            index += 1
        }
    }

    mutating func readInstruction() -> Bool {
        index += 2
        let start = index
        guard readName() != nil, !isReserved(start..<index) else { return false }
        let isEnd = byte == UInt8(ascii: "?") && ahead(1) == UInt8(ascii: ">")
        guard isEnd || has(byte, .space) else { return false }
        while true {
            pass(until: .stopsComment)
            switch byte {
            case UInt8(ascii: "?"):
                if ahead(1) == UInt8(ascii: ">") {
                    index += 2
                    return true
                }
            case 0xEF: guard isCharacter() else { return false }
            case 0x20...: break
            default: return false
            }
            index += 1
        }
    }

    /// `xml` in any letter case, which no instruction may be called.
    private func isReserved(_ name: Range<Int>) -> Bool {
        name.count == 3 && zip(source[name], "xml".utf8).allSatisfy { $0 | 0x20 == $1 }
    }
}

/// What a byte is to the scanner, as bits of one table.
enum XMLByte: UInt8 {
    case space = 1
    case name = 2
    case nameStart = 4
    /// Ends a run of text: markup, a reference, perhaps `]]>`, what must be looked at.
    case stopsText = 8
    case stopsSection = 16
    case stopsValue = 32
    case stopsComment = 64

    static let classes: [UInt8] = (UInt8.min...UInt8.max).map { byte in
        var bits: UInt8 = 0
        func set(_ kind: XMLByte, if isMeant: Bool) { if isMeant { bits |= kind.rawValue } }
        let isLetter = byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A || byte == UInt8(ascii: "_")
        let isSpace = byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
        let isControl = byte < 0x20 && !isSpace
        let isLook = isControl || byte == 0xEF
        set(.space, if: isSpace)
        set(.nameStart, if: isLetter)
        set(.name, if: isLetter || "0123456789.-".utf8.contains(byte))
        set(.stopsText, if: isLook || byte == 0xC2 || "<&]\r".utf8.contains(byte))
        set(.stopsSection, if: isLook || byte == 0xC2 || "]\r".utf8.contains(byte))
        set(.stopsValue, if: isLook || "<&\"'\t\n\r".utf8.contains(byte))
        set(.stopsComment, if: isLook || "-?".utf8.contains(byte))
        return bits
    }
}
