/// The words of texts for a full-text index that knows nothing of words: all unique forms of all kinds, joined by single
/// blanks, for a tokenizer that splits at blanks alone. Search then finds what a topic finds.
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
        var bytes: [UInt8] = []
        bytes.reserveCapacity(buffer.forms.count + buffer.tokens.count)
        for token in buffer.tokens where seen.insert(token.hash) {
            if !bytes.isEmpty { bytes.append(0x20) }
            bytes.append(contentsOf: buffer.form(of: token))
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    public static func text(of blocks: some Sequence<String>, language: String? = nil) -> String {
        var terms = IndexTerms(language: language)
        return terms.text(of: blocks)
    }

    /// What the index must hold if a text matches a word as written in a query: of every clause one form.
    ///
    /// For a word without inner symbols that is also enough; where the word has several parts (`e-mail`, `AT&T`, three
    /// or more clusters of a script without blanks) their order has still to be looked at in the text.
    public static func clauses(ofQueryWord word: String) -> [[String]] {
        let buffer = Tokenizer(side: .query).tokens(of: word)
        var clauses: [[String]] = []
        let joined = buffer.tokens.filter { $0.kind == .joined }
        for position in 0..<buffer.wordCount {
            let tokens = buffer.tokens.filter { $0.position == position && $0.kind != .joined }
            let covering = joined.filter { $0.position <= position && position < $0.position + $0.width }
            let own = tokens.filter { $0.kind != .gram }
            let grams = tokens.filter { $0.kind == .gram }
            if own.isEmpty {
                // Clusters: each pair; a single cluster only if it stands alone.
                let pairs = grams.filter { $0.width > 1 }
                let isSecond = buffer.tokens.contains {
                    $0.kind == .gram && $0.width == 2 && $0.position + 1 == position
                }
                if pairs.isEmpty, !isSecond { clauses.append(grams.map(buffer.text)) }
                clauses += pairs.map { [buffer.text(of: $0)] }
            } else if grams.isEmpty || own.allSatisfy({ !buffer.isHangul($0) }) {
                clauses.append((own + covering).map(buffer.text))
            } else {
                // Hangul: the word may stand inside a longer one, which then holds all its pairs.
                clauses += grams.map { [buffer.text(of: $0)] + covering.map(buffer.text) }
            }
        }
        return clauses
    }

    /// Forms of which the index must hold at least one if a text matches the query's word: the strictest of its clauses.
    public static func forms(ofQueryWord word: String) -> [String] {
        let clauses = clauses(ofQueryWord: word)
        return clauses.max { shortest($0) < shortest($1) } ?? []
    }

    private static func shortest(_ clause: [String]) -> Int { clause.map(\.utf8.count).min() ?? 0 }
}

extension TokenBuffer {
    fileprivate func text(of token: Token) -> String { String(decoding: form(of: token), as: UTF8.self) }

    /// Syllables alone, so that a longer word can hold it.
    fileprivate func isHangul(_ token: Token) -> Bool {
        text(of: token).unicodeScalars.allSatisfy { (0xAC00...0xD7A3).contains($0.value) }
    }
}
