import Glibc

/// A text as its document holds it. It becomes a string when it is asked for: of entries that are known already it is not.
/// An entry has some ten of them, so each is kept to sixteen bytes.
struct DocumentText: Sendable {
    /// What in a stretch of a document does not mean itself.
    struct Spelling: OptionSet, Sendable {
        let rawValue: UInt8

        static let verbatim: Spelling = []
        /// Carriage returns are to be read as line feeds (XML 1.0, 2.11).
        static let lines = Spelling(rawValue: 1)
        /// References stand for characters.
        static let references = Spelling(rawValue: 2)
        /// All of `source` is meant, however long.
        fileprivate static let whole = Spelling(rawValue: 4)
    }

    /// A document must be shorter for its stretches to be kept.
    static let documentLimit = 1 << 29

    // SAFETY: of `source`, what is meant is valid UTF-8: all of it is a string's, or it is what the scanner has read of a
    // document, between two characters.
    private let source: [UInt8]
    /// Where the text begins in `source`, above the three bits of a `Spelling`.
    private let position: UInt32
    private let count: UInt32

    /// A text of its own.
    init(_ text: String) {
        source = Array(text.utf8)
        position = UInt32(Spelling.whole.rawValue)
        count = 0
    }

    /// - Parameters:
    ///   - document: shorter than `documentLimit`.
    ///   - stretch: what the scanner has passed over as text, not blank.
    init(_ document: [UInt8], _ stretch: Range<Int>, _ spelling: Spelling) {
        source = document
        position = UInt32(clamping: stretch.lowerBound) << 3 | UInt32(spelling.rawValue)
        count = UInt32(clamping: stretch.count)
    }

    private var spelling: Spelling { Spelling(rawValue: UInt8(position & 7)) }

    private var range: Range<Int> {
        if spelling == .whole { return source.indices }
        return Int(position >> 3)..<(Int(position >> 3) + Int(count))
    }

    private var isVerbatim: Bool { spelling == .verbatim || spelling == .whole }

    /// Made anew at each call, without white space around it.
    var string: String {
        // SAFETY: see `source`; white space is cut off at ASCII bytes.
        withBytes { String(copying: UTF8Span(unchecked: $0)) }
    }

    /// As `string`, in UTF-8.
    var bytes: [UInt8] {
        isVerbatim ? Array(source[range]) : DocumentText.decoded(source, range, spelling)
    }

    var isEmpty: Bool { range.isEmpty }

    /// As `bytes`, where they are if they can be.
    func withBytes<Result>(_ body: (Swift.Span<UInt8>) -> Result) -> Result {
        isVerbatim ? body(source.span.extracting(range)) : body(bytes.span)
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
