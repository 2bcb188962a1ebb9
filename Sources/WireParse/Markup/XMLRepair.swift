import CXML

/// Makes a well-formed document of a damaged one while it is read: bare ampersands and angle brackets become text,
/// control characters go, attributes get quotes, elements are closed where their parents end or the document stops.
///
/// Line breaks stay where they are, so that lines told by a parser of the result are those of the document.
struct XMLRepair {
    enum Limits {
        /// Problems that are listed; a damaged document repeats its fault.
        static let problems = 20
        /// Open elements that an end tag is compared with.
        static let search = 200
        /// Elements nested deeper are passed over; libxml2 gives up at 256.
        static let depth = 220
        /// Open elements that are remembered.
        static let open = 100_000
        /// Bytes that a step leaves at most before it lets the parser read them.
        static let run = 1 << 14
    }

    struct Open {
        let start: Int
        let end: Int
        let isWritten: Bool
    }

    let bytes: [UInt8]
    let limits: ParseLimits
    let start: Int
    var position: Int
    var pending: [UInt8] = []
    private var pendingStart = 0
    var open: [Open] = []
    private var line: UInt32 = 1
    private var lineStart = 0
    /// How far `line` was counted.
    private var counted = 0
    var declared: Set<String> = []
    /// Marks that do not occur any more.
    var absent: Set<String> = []
    var sawRoot = false
    /// The root's end tag was read; it is written at the end of the document, so that what follows still counts.
    var isRootClosed = false
    private var isAtEnd = false
    private(set) var problems: [Problem] = []
    /// Something may be missing: tags were cut, crossed or left open.
    var isBroken = false

    init(_ bytes: [UInt8], from start: Int = 0, limits: ParseLimits) {
        self.bytes = bytes
        self.start = start
        position = start
        self.limits = limits
    }

    /// Fills `target` with the next part; 0 at the end.
    mutating func read(into target: UnsafeMutableBufferPointer<UInt8>) -> Int {
        while pending.count - pendingStart < target.count, !isAtEnd { step() }
        let count = min(target.count, pending.count - pendingStart)
        guard count > 0 else { return 0 }
        _ = target.update(fromContentsOf: pending[pendingStart..<(pendingStart + count)])
        pendingStart += count
        if pendingStart == pending.count {
            pending.removeAll(keepingCapacity: true)
            pendingStart = 0
        }
        return count
    }

    private mutating func step() {
        guard position < bytes.count else {
            finish()
            return
        }
        switch bytes[position] {
        case UInt8(ascii: "<"): readMarkup()
        default: readText(upTo: min(bytes.count, position + Limits.run))
        }
    }

    private mutating func finish() {
        isAtEnd = true
        let isCut = sawRoot && !(isRootClosed && open.count <= 1)
        if isCut {
            isBroken = true
            let names = open.suffix(3).map { String(decoding: bytes[$0.start..<$0.end], as: UTF8.self) }
            report(
                .xmlTruncated,
                "The document ends inside \(names.map { "<\($0)>" }.joined(separator: " ")); it is cut off.",
                isAlways: true)
        }
        while !open.isEmpty { closeLast() }
    }
}

// MARK: Text

extension XMLRepair {
    private mutating func readText(upTo limit: Int) {
        let isInside = !open.isEmpty
        while position < limit {
            let start = position
            while position < limit, !isSpecial(bytes[position]) { position += 1 }
            if isInside {
                pending.append(contentsOf: bytes[start..<position])
            } else {
                keepLines(start..<position)
                noteJunk(start..<position)
            }
            guard position < limit, bytes[position] != UInt8(ascii: "<") else { return }
            if isInside {
                readSpecial()
            } else {
                // libxml2 passes over a byte order mark too.
                position += bytes[position...].starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 1
            }
        }
    }

    @inline(__always)
    func isSpecial(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "<") || byte == UInt8(ascii: "&") || byte == UInt8(ascii: "]") || byte == 0xEF
            || (byte < 0x20 && byte != 0x0A && byte != 0x09 && byte != 0x0D)
    }

    /// A byte that is not plain text, in a text or an attribute's value.
    mutating func readSpecial() {
        let byte = bytes[position]
        switch byte {
        case UInt8(ascii: "&"): readReference()
        case UInt8(ascii: "]"):
            let isSectionEnd = bytes[position...].starts(with: "]]>".utf8)
            if isSectionEnd {
                report(.xmlNotWellFormed, "A bare \"]]>\" is read as text; it must be written \"]]&gt;\".")
            }
            pending.append(contentsOf: isSectionEnd ? "]]&gt;".utf8 : "]".utf8)
            position += isSectionEnd ? 3 : 1
        case 0xEF:
            let isNoncharacter =
                position + 2 < bytes.count && bytes[position + 1] == 0xBF && bytes[position + 2] >= 0xBE
            if isNoncharacter {
                report(.xmlNotWellFormed, "A character that XML does not allow is left out.")
                position += 3
            } else {
                pending.append(byte)
                position += 1
            }
        default:
            report(.xmlNotWellFormed, "A control character is left out.")
            position += 1
        }
    }

    private mutating func readReference() {
        if let end = referenceEnd() {
            pending.append(contentsOf: bytes[position..<end])
            position = end
        } else {
            report(.xmlNotWellFormed, "A bare \"&\" is read as text; it must be written \"&amp;\".")
            pending.append(contentsOf: "&amp;".utf8)
            position += 1
        }
    }

    /// The end of the reference that begins here; nil if it is none, or one that XML does not allow.
    private func referenceEnd() -> Int? {
        var index = position + 1
        guard index < bytes.count else { return nil }
        if bytes[index] == UInt8(ascii: "#") { return numericEnd(index + 1) }
        let start = index
        while index < bytes.count, index - start < 100, isNameByte(bytes[index]) { index += 1 }
        guard index > start, index < bytes.count, bytes[index] == UInt8(ascii: ";") else { return nil }
        let name = String(decoding: bytes[start..<index], as: UTF8.self)
        // SAFETY: libxml2 reads the text during the call and answers with a pointer into its own constant table.
        let isKnown = ["amp", "lt", "gt", "quot", "apos"].contains(name) || htmlEntityLookup(name) != nil
        return isKnown || declared.contains(name) ? index + 1 : nil
    }

    private func numericEnd(_ start: Int) -> Int? {
        var index = start
        var radix: UInt32 = 10
        if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "x") {
            guard bytes[index] == UInt8(ascii: "x") else { return nil }
            radix = 16
            index += 1
        }
        var value: UInt32 = 0
        let first = index
        while index < bytes.count, let digit = Character(Unicode.Scalar(bytes[index])).hexDigitValue, digit < radix {
            value = min(value &* radix &+ UInt32(digit), 0x110_000)
            index += 1
        }
        guard index > first, index < bytes.count, bytes[index] == UInt8(ascii: ";") else { return nil }
        let isAllowed =
            value == 9 || value == 10 || value == 13 || (value >= 0x20 && value < 0xD800)
            || (value >= 0xE000 && value < 0xFFFE) || (value >= 0x10000 && value < 0x110_000)
        return isAllowed ? index + 1 : nil
    }

    mutating func keepLines(_ range: Range<Int>) {
        for byte in bytes[range] where byte == 0x0A { pending.append(byte) }
    }

    mutating func noteJunk(_ range: Range<Int>) {
        guard let first = range.first(where: { !isSpace(bytes[$0]) }) else { return }
        let where_ = sawRoot ? "after" : "before"
        report(.xmlNotWellFormed, "Text \(where_) the root element is left out.", at: first)
    }
}

// MARK: Places

extension XMLRepair {
    mutating func report(
        _ code: Problem.Code, _ message: String, at offset: Int? = nil, isAlways: Bool = false
    ) {
        guard problems.count < Limits.problems || isAlways else { return }
        // The same fault is told once for each line.
        let place = place(of: offset ?? position)
        if let last = problems.last, last.message == message, last.line == Int(place.line) { return }
        problems.append(Problem(code, message, at: place))
    }

    mutating func place(of offset: Int) -> Place {
        let offset = min(offset, bytes.count)
        if offset < counted {
            counted = 0
            line = 1
            lineStart = 0
        }
        for index in counted..<offset where bytes[index] == 0x0A {
            line &+= 1
            lineStart = index + 1
        }
        counted = offset
        return Place(line: line, column: UInt32(clamping: offset - lineStart + 1))
    }
}
