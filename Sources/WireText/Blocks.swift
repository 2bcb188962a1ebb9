import WireModel

/// Text is made of blocks, which no phrase crosses (topics.md, "Where it looks").
public enum Blocks {
    /// The blocks of a plain text with line breaks between them, as byte ranges of its UTF-8; none is empty or blank.
    public static func ofLines(_ text: Swift.Span<UInt8>) -> [Range<Int>] {
        var blocks: [Range<Int>] = []
        var start = 0
        while start < text.count {
            let end = lineEnd(text, from: start)
            if !isBlank(text, start..<end) { blocks.append(start..<end) }
            start = end + 1
        }
        return blocks
    }

    /// Where the next line feed or carriage return stands; the count if there is none.
    private static func lineEnd(_ text: Swift.Span<UInt8>, from start: Int) -> Int {
        var index = start
        while index &+ 8 <= text.count {
            let eight = EightBytes(text, at: index)
            let count = EightBytes.count(before: eight.equal(0x0A) | eight.equal(0x0D))
            index &+= count
            if count < 8 { return index }
        }
        while index < text.count, text[index] != 0x0A, text[index] != 0x0D { index += 1 }
        return index
    }

    private static func isBlank(_ text: Swift.Span<UInt8>, _ range: Range<Int>) -> Bool {
        for index in range where text[index] > 0x20 { return false }
        return true
    }

    /// The blocks of a text that begin at its start and at `breaks`, as byte ranges; breaks that make no sense are left out.
    public static func of(_ text: Swift.Span<UInt8>, breaks: [Int]) -> [Range<Int>] {
        var blocks: [Range<Int>] = []
        var start = 0
        for place in breaks where place > start && place < text.count && text[place] & 0xC0 != 0x80 {
            blocks.append(start..<place)
            start = place
        }
        if start < text.count { blocks.append(start..<text.count) }
        return blocks
    }
}

extension Tokenizer {
    /// Appends a field of several blocks; source offsets are in the field.
    public func append(_ field: Swift.Span<UInt8>, blocks: [Range<Int>], to buffer: inout TokenBuffer) {
        for block in blocks where block.lowerBound >= 0 && block.upperBound <= field.count {
            append(field.extracting(block), offset: block.lowerBound, to: &buffer)
        }
    }

    /// Appends a text whose line breaks end its blocks, like an item's content.
    public func appendLines(_ text: String, to buffer: inout TokenBuffer) {
        let bytes = text.utf8.span
        append(bytes, blocks: Blocks.ofLines(bytes), to: &buffer)
    }

    /// Appends a text whose blocks begin at its start and at `breaks`, like an item's summary.
    public func append(_ text: String, breaks: [Int], to buffer: inout TokenBuffer) {
        let bytes = text.utf8.span
        append(bytes, blocks: Blocks.of(bytes, breaks: breaks), to: &buffer)
    }
}
