/// A JSON value. Objects keep no order: output is sorted by key.
public enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    /// A number that neither an `Int64` nor a `Double` holds exactly, as written.
    case literal(String)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])
}

extension JSONValue {
    public subscript(key: String) -> JSONValue? {
        if case .object(let members) = self { return members[key] }
        return nil
    }

    public var string: String? {
        if case .string(let text) = self { return text }
        return nil
    }

    public var bool: Bool? {
        if case .bool(let value) = self { return value }
        return nil
    }

    public var array: [JSONValue]? {
        if case .array(let elements) = self { return elements }
        return nil
    }

    public var object: [String: JSONValue]? {
        if case .object(let members) = self { return members }
        return nil
    }

    /// A whole number; a `number` without a fraction counts.
    public var integer: Int64? {
        switch self {
        case .integer(let value): value
        case .number(let value): Int64(exactly: value)
        default: nil
        }
    }

    public var double: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        case .literal(let text): Double(text)
        default: nil
        }
    }
}

extension JSONValue {
    /// A number; without a point if it is whole.
    public init(_ number: Double) { self = Int64(exactly: number).map(JSONValue.integer) ?? .number(number) }
}

extension JSONValue: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral, ExpressibleByStringLiteral,
    ExpressibleByBooleanLiteral
{
    public init(booleanLiteral value: Bool) { self = .bool(value) }

    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(Dictionary(elements) { _, last in last })
    }

    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }

    public init(stringLiteral value: String) { self = .string(value) }
}

extension JSONValue {
    /// The value as UTF-8: keys sorted by code point, slashes not escaped, no white space between tokens.
    public func write(to out: inout [UInt8]) {
        switch self {
        case .null: out.append(contentsOf: "null".utf8)
        case .bool(let value): out.append(contentsOf: (value ? "true" : "false").utf8)
        case .integer(let value): out.append(contentsOf: String(value).utf8)
        case .number(let value): out.append(contentsOf: JSONValue.text(of: value).utf8)
        case .literal(let text): out.append(contentsOf: text.utf8)
        case .string(let text): JSONValue.writeString(text, to: &out)
        case .array(let elements):
            out.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                element.write(to: &out)
            }
            out.append(UInt8(ascii: "]"))
        case .object(let members):
            out.append(UInt8(ascii: "{"))
            var places = Array(members.indices)
            if places.count > 1 { places.sort { JSONValue.precedes(members[$0].key, members[$1].key) } }
            for (index, place) in places.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                JSONValue.writeString(members[place].key, to: &out)
                out.append(UInt8(ascii: ":"))
                members[place].value.write(to: &out)
            }
            out.append(UInt8(ascii: "}"))
        }
    }

    /// The value as one line of text.
    public var text: String {
        var out: [UInt8] = []
        write(to: &out)
        return String(decoding: out, as: UTF8.self)
    }

    /// Writes a string with its quotes. Control characters, quotes and backslashes are escaped, nothing else.
    public static func writeString(_ text: String, to out: inout [UInt8]) {
        var text = text
        out.append(UInt8(ascii: "\""))
        text.withUTF8 { utf8 in
            let bytes = utf8.span
            var start = 0
            var index = plainEnd(bytes, from: 0)
            while index < utf8.count {
                out.append(contentsOf: utf8.extracting(start..<index))
                writeEscape(of: utf8[index], to: &out)
                start = index + 1
                index = plainEnd(bytes, from: start)
            }
            out.append(contentsOf: utf8.extracting(start...))
        }
        out.append(UInt8(ascii: "\""))
    }

    /// Where the bytes end that need no escape.
    private static func plainEnd(_ bytes: Swift.Span<UInt8>, from start: Int) -> Int {
        var index = start
        while index &+ 8 <= bytes.count {
            let eight = EightBytes(bytes, at: index)
            let others = eight.below(0x20) | eight.equal(0x22) | eight.equal(0x5C) | eight.equal(0x7F)
            let count = EightBytes.count(before: others)
            index &+= count
            if count < 8 { return index }
        }
        while index < bytes.count {
            let byte = bytes[index]
            if byte < 0x20 || byte == 0x22 || byte == 0x5C || byte == 0x7F { break }
            index += 1
        }
        return index
    }

    private static func writeEscape(of byte: UInt8, to out: inout [UInt8]) {
        switch byte {
        case UInt8(ascii: "\""): out.append(contentsOf: "\\\"".utf8)
        case UInt8(ascii: "\\"): out.append(contentsOf: "\\\\".utf8)
        case UInt8(ascii: "\n"): out.append(contentsOf: "\\n".utf8)
        case UInt8(ascii: "\r"): out.append(contentsOf: "\\r".utf8)
        case UInt8(ascii: "\t"): out.append(contentsOf: "\\t".utf8)
        default:
            let digits = Array("0123456789abcdef".utf8)
            out.append(contentsOf: "\\u00".utf8)
            out.append(digits[Int(byte >> 4)])
            out.append(digits[Int(byte & 15)])
        }
    }

    /// Code point order is the order of UTF-8 bytes; `String.<` compares normalised forms.
    private static func precedes(_ left: String, _ right: String) -> Bool {
        let left = left.utf8.span
        let right = right.utf8.span
        for index in 0..<min(left.count, right.count) where left[index] != right[index] {
            return left[index] < right[index]
        }
        return left.count < right.count
    }

    private static func text(of value: Double) -> String {
        guard value.isFinite else { return "null" }
        return value.description
    }
}
