/// The words of texts for a full-text index that knows nothing of words: all unique forms of all kinds, in the index's
/// spelling (`IndexSpelling`), joined by single blanks, for a tokenizer that splits at blanks alone. Search then finds what a topic finds.
///
/// A form holds no blank, control character, double quote or NUL and is folded already; of ASCII it may hold letters,
/// digits and `' , . : ; _`.
public struct IndexTerms: Sendable {
    private let tokenizer: Tokenizer
    private var buffer = TokenBuffer()
    private var seen = TermHashSet()

    /// - Parameter language: a BCP 47 tag of the texts, nil if unknown.
    public init(language: String? = nil) { tokenizer = Tokenizer(language: language) }

    /// The forms in order of their first occurrence; the same texts always give the same bytes.
    public mutating func text(of blocks: some Sequence<String>) -> String {
        buffer.removeAll()
        seen.removeAll()
        for block in blocks { tokenizer.append(block, to: &buffer) }
        return String(decoding: IndexTerms.spell(buffer, &seen), as: UTF8.self)
    }

    public static func text(of blocks: some Sequence<String>, language: String? = nil) -> String {
        var terms = IndexTerms(language: language)
        return terms.text(of: blocks)
    }

    private static func spell(_ buffer: TokenBuffer, _ seen: inout TermHashSet) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(buffer.forms.count + 3 * buffer.tokens.count)
        let forms = buffer.forms.span
        for index in buffer.tokens.indices {
            let token = buffer.tokens[index]
            let start = Int(token.formOffset)
            let spelling = IndexSpelling(
                forms.extracting(start..<start + Int(token.formLength)), hash: token.hash)
            if spelling.isHan, beginsPair(index, in: buffer) { continue }
            guard seen.insert(spelling.key) else { continue }
            if !bytes.isEmpty { bytes.append(0x20) }
            bytes.append(contentsOf: buffer.forms[start..<start + spelling.kept])
            spelling.writeEnd(to: &bytes)
        }
        return bytes
    }

    /// Whether a pair of characters follows that begins at a token's place.
    private static func beginsPair(_ index: Int, in buffer: TokenBuffer) -> Bool {
        guard index + 1 < buffer.tokens.count else { return false }
        let (token, next) = (buffer.tokens[index], buffer.tokens[index + 1])
        return next.kind == .gram && next.width == 2 && next.position == token.position
    }
}
