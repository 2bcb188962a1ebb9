import WireModel

/// Plain text of HTML: markup removed, references resolved, runs of white space made one blank.
public enum TextExtractor {
    /// The text of `html`, with a line break between blocks.
    public static func text(of html: String) -> String { HTMLCleaner.clean(Array(html.utf8), wants: .text).text }

    /// The text of `html` on one line, and the UTF-8 offsets where further blocks begin in it.
    public static func line(of html: String) -> (text: String, breaks: [Int]) {
        let result = HTMLCleaner.clean(Array(html.utf8), wants: .line)
        return (result.text, result.breaks)
    }

    /// A plain text with its white space made regular: no blanks at the ends, runs of them made one.
    public static func collapsed(_ text: String) -> String {
        if isRegular(text) { return text }
        var builder = TextBuilder(separator: 0x20)
        let bytes = Array(text.utf8)
        builder.append(bytes, 0..<bytes.count)
        return builder.text
    }

    /// A plain text with its lines kept as blocks: white space regular within each, empty lines left out.
    public static func lines(_ text: String) -> String {
        var builder = TextBuilder(separator: 0x0A)
        let bytes = Array(text.utf8)
        var start = 0
        for (index, byte) in bytes.enumerated() where byte == 0x0A || byte == 0x0D {
            builder.append(bytes, start..<index)
            builder.endBlock()
            start = index + 1
        }
        builder.append(bytes, start..<bytes.count)
        return builder.text
    }

    /// Whether collapsing would change nothing: single blanks inside, none at the ends. Only plain ASCII is judged.
    private static func isRegular(_ text: String) -> Bool {
        var last: UInt8 = 0x20
        let utf8 = text.utf8.span
        for index in 0..<utf8.count {
            let byte = utf8[index]
            if byte < 0x20 || byte >= 0x7F || (byte == 0x20 && last == 0x20) { return false }
            last = byte
        }
        return last != 0x20 || text.isEmpty
    }
}

/// Gathers plain text: white space collapses, blocks are separated.
struct TextBuilder {
    private(set) var bytes: [UInt8] = []
    /// Offsets where further blocks begin.
    private(set) var breaks: [Int] = []
    private let separator: UInt8
    private var owesSpace = false
    private var owesBreak = false

    init(separator: UInt8) { self.separator = separator }

    var text: String { UTF8Check.text(bytes[...]) }

    /// What comes next belongs to another block.
    mutating func endBlock() { owesBreak = true }

    mutating func append(_ source: [UInt8], _ range: Range<Int>) {
        var index = range.lowerBound
        let end = range.upperBound
        let text = source.span
        while index < end {
            let run = TextBuilder.regularEnd(text, index, end)
            if run > index {
                startWord()
                bytes.append(contentsOf: source[index..<run])
                index = run
                continue
            }
            let length = TextBuilder.spaceLength(source, index, end)
            if length > 0 {
                owesSpace = true
                index += length
            } else if source[index] < 0x80 {
                index += 1  // A control character.
            } else {
                startWord()
                bytes.append(source[index])
                index += 1
            }
        }
    }

    /// Where text ends that stays as it is: words, with one blank between them.
    private static func regularEnd(_ source: Swift.Span<UInt8>, _ start: Int, _ end: Int) -> Int {
        var index = start
        while index < end {
            if index &+ 8 <= end, source[index].isInk {
                let regular = regularCount(EightBytes(source, at: index))
                index &+= regular
                if regular == 8 { continue }
            }
            if source[index].isInk {
                index += 1
            } else if source[index] == 0x20, index > start, index + 1 < end, source[index + 1].isInk {
                index += 2
            } else {
                break
            }
        }
        return index
    }

    /// How many of eight bytes, the first of which is ink, are ink with single blanks between; less than 8 if the last is a
    /// blank, for then the next byte decides.
    @inline(__always)
    private static func regularCount(_ bytes: EightBytes) -> Int {
        let blanks = bytes.equal(0x20)
        let others =
            bytes.below(0x20) | bytes.equal(0x7F) | bytes.equal(0xC2) | bytes.equal(0xE1, mask: 0xFD)
            | bytes.equal(0xE2)
        let count = EightBytes.count(before: others | blanks & blanks << 8)
        let isBehindBlank = count > 0 && blanks & (0x80 << UInt64(8 * (count - 1))) != 0
        return isBehindBlank ? count - 1 : count
    }

    private mutating func startWord() {
        if owesBreak || owesSpace {
            if !bytes.isEmpty {
                bytes.append(owesBreak ? separator : 0x20)
                if owesBreak { breaks.append(bytes.count) }
            }
            owesBreak = false
            owesSpace = false
        }
    }

    /// The length of the white space character (of Unicode) at `index`, 0 if it is another.
    static func spaceLength(_ bytes: [UInt8], _ index: Int, _ end: Int) -> Int {
        let first = bytes[index]
        if first == 0x20 || first &- 0x09 < 5 { return 1 }
        guard first >= 0xC2, index + 1 < end else { return 0 }
        let second = bytes[index + 1]
        if first == 0xC2 { return second == 0xA0 || second == 0x85 ? 2 : 0 }
        guard index + 2 < end else { return 0 }
        let third = bytes[index + 2]
        switch (first, second) {
        case (0xE1, 0x9A): return third == 0x80 ? 3 : 0
        case (0xE2, 0x80): return third <= 0x8A || third == 0xA8 || third == 0xA9 || third == 0xAF ? 3 : 0
        case (0xE2, 0x81): return third == 0x9F ? 3 : 0
        case (0xE3, 0x80): return third == 0x80 ? 3 : 0
        default: return 0
        }
    }
}

extension UInt8 {
    /// Neither white space, nor a control, nor the first byte of white space beyond ASCII.
    fileprivate var isInk: Bool {
        self &- 0x21 < 0x5E || self >= 0x80 && self != 0xC2 && self &- 0xE1 > 2
    }
}
