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
            let form = buffer.form(of: token)
            let pair = HanPair(form.span)
            if let pair, !seen.insert(TermHash.hash(form.span, 0..<pair.first) &+ UInt64(pair.letter)) { continue }
            if !bytes.isEmpty { bytes.append(0x20) }
            if let pair {
                bytes.append(contentsOf: form.prefix(pair.first))
                bytes.append(pair.letter)
            } else {
                bytes.append(contentsOf: form)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    public static func text(of blocks: some Sequence<String>, language: String? = nil) -> String {
        var terms = IndexTerms(language: language)
        return terms.text(of: blocks)
    }

    /// The words of a form as the index holds them, which breaks forms at blanks and control characters and has small letters
    /// only. Two characters of which the second is Han are held as the first and a letter for the second: there are so many such pairs
    /// that they would be nine of ten different terms. It finds too much by that, never too little.
    public static func words(of form: String) -> [String] { unabridgedWords(of: form).map(abridged) }

    /// Where a word of the index begins with a form's last word: the words before it, and what that one may begin with.
    public static func prefix(of form: String) -> (words: [String], beginnings: [String]) {
        let words = unabridgedWords(of: form)
        guard let last = words.last else { return ([], []) }
        let short = abridged(last)
        return (words.dropLast().map(abridged), short == last ? [last] : [last, short])
    }

    private static func unabridgedWords(of form: String) -> [String] {
        form.unicodeScalars.split { $0.value <= 0x20 || $0.value == 0x7F }.map { word in
            String(decoding: String(word).utf8.map { 65...90 ~= $0 ? $0 | 0x20 : $0 }, as: UTF8.self)
        }
    }

    private static func abridged(_ word: String) -> String {
        var bytes = Array(word.utf8)
        if let pair = HanPair(bytes.span) {
            bytes.removeSubrange(pair.first...)
            bytes.append(pair.letter)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// A form of two characters, the second of them Han (U+4000 to U+9FFF).
private struct HanPair {
    /// Bytes of the first character.
    let first: Int
    /// One of 32 for the second.
    let letter: UInt8

    init?(_ form: Swift.Span<UInt8>) {
        guard 4...7 ~= form.count else { return nil }
        first = form.count - 3
        let length =
            switch form[0] {
            case ..<0x80: 1
            case ..<0xE0: 2
            case ..<0xF0: 3
            default: 4
            }
        guard first == length, 0xE4...0xE9 ~= form[first] else { return nil }
        let han = UInt32(form[first]) << 16 | UInt32(form[first + 1]) << 8 | UInt32(form[first + 2])
        let number = UInt8((han &* 2_654_435_761) >> 27)
        letter = number < 26 ? UInt8(ascii: "a") + number : UInt8(ascii: "2") + (number - 26)
    }
}
