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

    /// UTF-8 of the forms in order of their first occurrence; the same texts always give the same bytes.
    public mutating func text(of blocks: [String]) -> [UInt8] {
        buffer.removeAll()
        seen.removeAll()
        for block in blocks { tokenizer.append(block, to: &buffer) }
        return IndexTerms.spell(buffer, &seen)
    }

    private static func spell(_ buffer: TokenBuffer, _ seen: inout TermHashSet) -> [UInt8] {
        let tokens = buffer.tokens.span
        let forms = buffer.forms.span
        var longest = 0
        for index in tokens.indices { longest += Int(tokens[index].formLength) + IndexSpelling.Limits.added + 1 }
        return [UInt8](capacity: longest) { bytes in
            for index in tokens.indices {
                let token = tokens[index]
                let start = Int(token.formOffset)
                let form = forms.extracting(start..<start &+ Int(token.formLength))
                let spelling = IndexSpelling(form, hash: token.hash)
                if spelling.isHan, beginsPair(index, in: tokens) { continue }
                guard seen.insert(spelling.key) else { continue }
                if !bytes.isEmpty { bytes.append(0x20) }
                for place in 0..<spelling.kept { bytes.append(form[place]) }
                spelling.writeEnd { bytes.append($0) }
            }
        }
    }

    /// Whether a pair of characters follows that begins at a token's place.
    private static func beginsPair(_ index: Int, in tokens: Swift.Span<Token>) -> Bool {
        guard index + 1 < tokens.count else { return false }
        let (token, next) = (tokens[index], tokens[index + 1])
        return next.kind == .gram && next.width == 2 && next.position == token.position
    }
}
