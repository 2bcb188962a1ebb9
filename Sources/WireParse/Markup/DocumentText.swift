import Glibc

/// A text as its document holds it. It becomes a string when it is asked for: of entries that are known already it is not.
struct DocumentText: Sendable {
    /// What in a stretch of a document does not mean itself.
    struct Spelling: OptionSet, Sendable {
        let rawValue: UInt8

        static let verbatim: Spelling = []
        /// Carriage returns are to be read as line feeds (XML 1.0, 2.11).
        static let lines = Spelling(rawValue: 1)
        /// References stand for characters.
        static let references = Spelling(rawValue: 2)
    }

    private enum Content: Sendable {
        case string(String)
        // SAFETY: a stretch of a document that is valid UTF-8, between two characters; the scanner has read it.
        case stretch([UInt8], start: UInt32, count: UInt32, Spelling)
    }

    private let content: Content

    init(_ text: String) { content = .string(text) }

    /// - Parameter stretch: what the scanner has passed over as text, neither blank nor longer than 4 GB.
    init(_ document: [UInt8], _ stretch: Range<Int>, _ spelling: Spelling) {
        content = .stretch(
            document, start: UInt32(clamping: stretch.lowerBound), count: UInt32(clamping: stretch.count), spelling)
    }

    /// Made anew at each call, without white space around it.
    var string: String {
        if case .string(let text) = content { return text }
        // SAFETY: see `Content`; white space is cut off at ASCII bytes.
        return withBytes { String(copying: UTF8Span(unchecked: $0)) }
    }

    /// As `string`, in UTF-8.
    var bytes: [UInt8] {
        switch content {
        case .string(let text): return Array(text.utf8)
        case .stretch(let document, let start, let count, .verbatim):
            return Array(document[Int(start)..<(Int(start) + Int(count))])
        case .stretch(let document, let start, let count, let spelling):
            return DocumentText.decoded(document, Int(start)..<(Int(start) + Int(count)), spelling)
        }
    }

    var isEmpty: Bool { if case .string(let text) = content { text.isEmpty } else { false } }

    /// As `bytes`, where they are if they can be.
    func withBytes<Result>(_ body: (Swift.Span<UInt8>) -> Result) -> Result {
        switch content {
        case .string(let text): body(text.utf8.span)
        case .stretch(let document, let start, let count, .verbatim):
            body(document.span.extracting(Int(start)..<(Int(start) + Int(count))))
        case .stretch: body(bytes.span)
        }
    }

    private static func decoded(_ document: [UInt8], _ stretch: Range<Int>, _ spelling: Spelling) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(stretch.count)
        document.withUnsafeBufferPointer { decode(UnsafeBufferPointer(rebasing: $0[stretch]), spelling, to: &out) }
        let text = trimmed(out.span)
        if text.count == out.count { return out }
        return Array(out[text])
    }

    /// Adds what a stretch says to `out`.
    static func decode(_ source: UnsafeBufferPointer<UInt8>, _ spelling: Spelling, to out: inout [UInt8]) {
        var start = 0
        while start < source.count {
            let next = nextMark(in: source, from: start, spelling)
            out.append(contentsOf: UnsafeBufferPointer(rebasing: source[start..<next]))
            guard next < source.count else { return }
            if source[next] == 0x0D {
                start = next + 1
                if start == source.count || source[start] != 0x0A { out.append(0x0A) }
            } else {
                start = decodeReference(source, at: next, to: &out)
            }
        }
    }

    /// Where the next byte stands that does not mean itself; the count if there is none.
    private static func nextMark(
        in source: UnsafeBufferPointer<UInt8>, from start: Int, _ spelling: Spelling
    ) -> Int {
        // SAFETY: the search stays within the stretch, which is not empty from `start` on.
        guard let base = source.baseAddress else { return source.count }
        func first(_ byte: UInt8) -> Int {
            guard let found = memchr(base + start, Int32(byte), source.count - start) else { return source.count }
            return UnsafeRawPointer(found) - UnsafeRawPointer(base)
        }
        switch spelling {
        case .verbatim: return source.count
        case .lines: return first(0x0D)
        case .references: return first(UInt8(ascii: "&"))
        default:
            var index = start
            while index < source.count, source[index] != 0x0D, source[index] != UInt8(ascii: "&") { index += 1 }
            return index
        }
    }

    /// - Returns: where the reference ends.
    private static func decodeReference(
        _ source: UnsafeBufferPointer<UInt8>, at start: Int, to out: inout [UInt8]
    ) -> Int {
        XMLByte.classes.withUnsafeBufferPointer { classes in
            var cursor = XMLCursor(source, classes, from: start)
            guard let scalar = cursor.readReference() else {
                out.append(source[start])
                return start + 1
            }
            if scalar.isASCII {
                out.append(UInt8(truncatingIfNeeded: scalar.value))
            } else {
                // A reference to a C1 control (&#146;) means the character of windows-1252.
                let isControl = scalar.value < 0xA0
                let meant = isControl ? TextDecoding.windows1252(control: UInt8(scalar.value)) : nil
                out.append(contentsOf: (meant ?? String(Character(scalar))).utf8)
            }
            return cursor.index
        }
    }

    /// Without white space around it.
    static func trimmed(_ bytes: Swift.Span<UInt8>) -> Range<Int> {
        var low = 0
        var high = bytes.count
        while low < high, isSpace(bytes[low]) { low += 1 }
        while low < high, isSpace(bytes[high - 1]) { high -= 1 }
        return low..<high
    }
}

extension DocumentText: Hashable {
    static func == (one: DocumentText, other: DocumentText) -> Bool { one.string == other.string }

    func hash(into hasher: inout Hasher) { hasher.combine(string) }
}

extension DocumentText: CustomStringConvertible {
    var description: String { string }
}
