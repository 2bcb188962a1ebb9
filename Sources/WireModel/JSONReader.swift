/// Why a text is not JSON, and where.
public struct JSONError: Error, Hashable, Sendable {
    /// Byte offset of the fault.
    public let offset: Int
    /// What was expected or found, as a phrase.
    public let reason: String
}

/// Reads JSON (RFC 8259) from UTF-8 bytes. Keeps what it read before a fault, because a broken feed is still a feed.
public struct JSONReader {
    public enum Limits {
        /// Nesting deeper than this is a fault: the reader recurses.
        public static let depth = 200
    }

    private let bytes: [UInt8]
    private var position = 0
    private var fault: JSONError?
    /// Nothing more can be read: the text is at its end, or nested too deep.
    private var isStopped = false

    /// The value, or the fault that ends it.
    public static func read(_ bytes: [UInt8]) throws(JSONError) -> JSONValue {
        let (value, fault) = readLeniently(bytes)
        if let fault { throw fault }
        guard let value else { throw JSONError(offset: 0, reason: "no value") }
        return value
    }

    /// What can be read of the value, and its first fault. Members and elements that are complete are kept, those after a
    /// fault too; of a repeated key the last value counts.
    public static func readLeniently(_ bytes: [UInt8]) -> (value: JSONValue?, fault: JSONError?) {
        var reader = JSONReader(bytes)
        reader.skipByteOrderMark()
        reader.skipSpace()
        let value = reader.readValue(depth: 0)
        reader.skipSpace()
        if reader.fault == nil, reader.position < bytes.count { reader.fail("text after the end of the value") }
        return (value, reader.fault)
    }

    /// Some members of an object; the values of all others are passed over. None if the text is no object; after a fault
    /// those before it.
    public static func members(_ names: [String], of bytes: [UInt8]) -> [String: JSONValue] {
        var reader = JSONReader(bytes)
        reader.skipSpace()
        guard reader.peek == UInt8(ascii: "{") else { return [:] }
        return reader.readMembers(depth: 0, names)
    }

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    private mutating func fail(_ reason: String) {
        if fault == nil { fault = JSONError(offset: position, reason: reason) }
    }

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipByteOrderMark() {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    private mutating func skipSpace() {
        while position < bytes.count {
            let byte = bytes[position]
            guard byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D else { return }
            position += 1
        }
    }

    private mutating func readValue(depth: Int) -> JSONValue? {
        guard depth < Limits.depth else {
            isStopped = true
            fail("nested deeper than \(Limits.depth) levels")
            return nil
        }
        switch peek {
        case UInt8(ascii: "{"): return .object(readMembers(depth: depth, nil))
        case UInt8(ascii: "["): return readArray(depth: depth)
        case UInt8(ascii: "\""): return readString().map(JSONValue.string)
        case UInt8(ascii: "t"): return readWord("true", .bool(true))
        case UInt8(ascii: "f"): return readWord("false", .bool(false))
        case UInt8(ascii: "n"): return readWord("null", .null)
        case .some(let byte) where byte == UInt8(ascii: "-") || isDigit(byte): return readNumber()
        case .some:
            fail("a value was expected")
            return nil
        case nil:
            isStopped = true
            fail("the text ends where a value was expected")
            return nil
        }
    }

    private mutating func readWord(_ word: String, _ value: JSONValue) -> JSONValue? {
        guard bytes[position...].starts(with: word.utf8) else {
            fail("a value was expected")
            return nil
        }
        position += word.utf8.count
        return value
    }

    /// - Parameter names: the members that are wanted; nil for all.
    private mutating func readMembers(depth: Int, _ names: [String]?) -> [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        position += 1
        skipSpace()
        if peek == UInt8(ascii: "}") {
            position += 1
            return members
        }
        while !isStopped {
            skipSpace()
            if let key = readKey() {
                skipSpace()
                if names?.contains(key) == false {
                    skipValue()
                } else if let value = readValue(depth: depth + 1) {
                    members[key] = value
                }
            }
            guard !isStopped, goesOn(until: UInt8(ascii: "}"), "the object") else { break }
        }
        return members
    }

    /// Passes over a member's value by its brackets and strings alone.
    private mutating func skipValue() {
        var depth = 0
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\""): skipString()
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                position += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: ","):
                if depth == 0 { return }
                if byte != UInt8(ascii: ",") { depth -= 1 }
                position += 1
            default: position += 1
            }
        }
        isStopped = true
    }

    private mutating func skipString() {
        position += 1
        while let byte = peek, byte != UInt8(ascii: "\"") { position += byte == UInt8(ascii: "\\") ? 2 : 1 }
        position += 1
    }

    /// A member's name and the colon after it; nil if there is none, which is a fault.
    private mutating func readKey() -> String? {
        var key: String?
        switch peek {
        case UInt8(ascii: "\""): key = readString()
        case .some(let byte) where isWordByte(byte):
            fail("a member's name in quotes was expected")
            let start = position
            while let byte = peek, isWordByte(byte) { position += 1 }
            key = String(decoding: bytes[start..<position], as: UTF8.self)
        default:
            fail("a member's name in quotes was expected")
            return nil
        }
        skipSpace()
        guard peek == UInt8(ascii: ":") else {
            fail("a colon was expected after the member's name")
            return nil
        }
        position += 1
        return key
    }

    private mutating func readArray(depth: Int) -> JSONValue {
        var elements: [JSONValue] = []
        position += 1
        skipSpace()
        if peek == UInt8(ascii: "]") {
            position += 1
            return .array(elements)
        }
        while !isStopped {
            skipSpace()
            if let value = readValue(depth: depth + 1) { elements.append(value) }
            guard !isStopped, goesOn(until: UInt8(ascii: "]"), "the list") else { break }
        }
        return .array(elements)
    }

    /// Whether another member or element follows. What is neither a comma nor the end is a fault and passed over.
    private mutating func goesOn(until end: UInt8, _ name: String) -> Bool {
        skipSpace()
        if peek == end {
            position += 1
            return false
        }
        if peek == UInt8(ascii: ",") {
            position += 1
            return true
        }
        fail("a comma or the end of \(name) was expected")
        while let byte = peek {
            switch byte {
            case end:
                position += 1
                return false
            case UInt8(ascii: ","):
                position += 1
                return true
            case UInt8(ascii: "\""): return true
            case UInt8(ascii: "{") where end == UInt8(ascii: "]"): return true
            // The end of what is around it.
            case UInt8(ascii: "}"), UInt8(ascii: "]"): return false
            default: position += 1
            }
        }
        isStopped = true
        return false
    }

    private mutating func readNumber() -> JSONValue? {
        let start = position
        if peek == UInt8(ascii: "-") { position += 1 }
        let whole = skipDigits()
        if whole == 0 || (whole > 1 && bytes[position - whole] == UInt8(ascii: "0")) {
            fail("not a number")
            return nil
        }
        var isWhole = true
        if peek == UInt8(ascii: ".") {
            isWhole = false
            position += 1
            if skipDigits() == 0 {
                fail("digits were expected after the point")
                return nil
            }
        }
        if peek == UInt8(ascii: "e") || peek == UInt8(ascii: "E") {
            isWhole = false
            position += 1
            if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { position += 1 }
            if skipDigits() == 0 {
                fail("digits were expected in the exponent")
                return nil
            }
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isWhole { return Int64(text).map(JSONValue.integer) ?? .literal(text) }
        guard let value = Double(text), value.isFinite else { return .literal(text) }
        return .number(value)
    }

    private mutating func skipDigits() -> Int {
        let start = position
        while let byte = peek, isDigit(byte) { position += 1 }
        return position - start
    }

    private mutating func readString() -> String? {
        position += 1
        let start = position
        while position < bytes.count, bytes[position] != UInt8(ascii: "\""), bytes[position] != UInt8(ascii: "\\"),
            bytes[position] >= 0x20
        {
            position += 1
        }
        if peek == UInt8(ascii: "\"") {
            position += 1
            return String(decoding: bytes[start..<(position - 1)], as: UTF8.self)
        }
        var text = Array(bytes[start..<position])
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                readEscape(into: &text)
            default:
                // A bare control character breaks the rules of JSON but not the meaning: it is kept.
                if byte < 0x20 { fail("a control character must be written as an escape") }
                text.append(byte)
                position += 1
            }
        }
        isStopped = true
        fail("the text ends inside a string")
        return nil
    }

    /// An escape that JSON does not know is a fault and stands for itself.
    private mutating func readEscape(into text: inout [UInt8]) {
        let start = position
        position += 1
        guard let byte = peek else { return }
        position += 1
        switch byte {
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "/"), UInt8(ascii: "\\"), UInt8(ascii: "\""): text.append(byte)
        case UInt8(ascii: "u"):
            guard let unit = readUnit() else {
                fail("four hexadecimal digits were expected")
                text.append(contentsOf: bytes[start..<position])
                return
            }
            text.append(contentsOf: String(readScalar(after: unit)).utf8)
        default:
            fail("an unknown escape")
            text.append(contentsOf: bytes[start..<position])
        }
    }

    /// Joins a surrogate pair; a lone surrogate becomes U+FFFD.
    private mutating func readScalar(after unit: UInt32) -> Unicode.Scalar {
        if unit & 0xFC00 == 0xD800, position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        {
            let mark = position
            position += 2
            if let low = readUnit(), low & 0xFC00 == 0xDC00,
                let scalar = Unicode.Scalar(0x10000 + ((unit & 0x3FF) << 10) + (low & 0x3FF))
            {
                return scalar
            }
            position = mark
        }
        return Unicode.Scalar(unit) ?? "\u{FFFD}"
    }

    private mutating func readUnit() -> UInt32? {
        guard position + 4 <= bytes.count else { return nil }
        var value: UInt32 = 0
        for byte in bytes[position..<(position + 4)] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
            value = value << 4 | UInt32(digit)
        }
        position += 4
        return value
    }

    private func isWordByte(_ byte: UInt8) -> Bool {
        isDigit(byte) || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A) || byte == UInt8(ascii: "_")
    }

    private func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
}
