/// Text is made of blocks, which no phrase crosses (topics.md, "Where it looks").
public enum Blocks {
    /// The blocks of a plain text with line breaks between them, as byte ranges of its UTF-8; none is empty or blank.
    public static func ofLines(_ text: Span<UInt8>) -> [Range<Int>] {
        var blocks: [Range<Int>] = []
        var start = 0
        var isBlank = true
        for index in 0..<text.count {
            let byte = text[index]
            if byte == 0x0A || byte == 0x0D {
                if !isBlank { blocks.append(start..<index) }
                start = index + 1
                isBlank = true
            } else if byte > 0x20 {
                isBlank = false
            }
        }
        if !isBlank { blocks.append(start..<text.count) }
        return blocks
    }

    /// The blocks of a text that begin at its start and at `breaks`, as byte ranges; breaks that make no sense are left out.
    public static func of(_ text: Span<UInt8>, breaks: [Int]) -> [Range<Int>] {
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
    public func append(_ field: Span<UInt8>, blocks: [Range<Int>], to buffer: inout TokenBuffer) {
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
