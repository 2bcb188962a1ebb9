/// How a full-text index spells the form of a word. Different forms may have one spelling: it finds too much by that, never too little.
///
/// - A form has two letters behind it, drawn from its hash. SQLite's table of the terms that are not written yet puts words of
///   like letters into one chain, and walks that for each word of each article.
/// - Two characters of which the second is Han are the first and a letter for the second, then those two. There are so many such pairs
///   that they would be nine of ten different terms.
/// - A Han character that begins a pair has no spelling of its own: it is what the pair's begins with.
public struct IndexSpelling {
    enum Limits {
        /// Bytes that a spelling has more than its form, at most.
        static let added = 3
    }

    /// Bytes of the form that are kept.
    let kept: Int
    /// Stands for the Han character that follows them.
    let second: UInt8?
    /// Whether the form is one Han character.
    let isHan: Bool
    /// Names the spelling among others, as a hash names a form.
    let key: UInt64

    /// - Parameter hash: the form's `TermHash`.
    init(_ form: Swift.Span<UInt8>, hash: UInt64) {
        let isPair = IndexSpelling.isPair(form)
        kept = isPair ? form.count - 3 : form.count
        second = isPair ? IndexSpelling.letter(for: form, at: form.count - 3) : nil
        isHan = form.count == 3 && IndexSpelling.han ~= form[0]
        key = second.map { TermHash.hash(form, 0..<(form.count - 3)) &+ UInt64($0) } ?? hash
    }

    /// What follows the bytes that are kept.
    @inline(__always)
    func writeEnd(_ write: (UInt8) -> Void) {
        if let second { write(second) }
        let chance = (key &* 0x9E37_79B9_7F4A_7C15) >> 54
        write(IndexSpelling.letter(UInt8(truncatingIfNeeded: chance & 31)))
        write(IndexSpelling.letter(UInt8(truncatingIfNeeded: chance >> 5)))
    }
}

extension IndexSpelling {
    /// The word as an index holds it; nil for a Han character, which is a `beginning` alone.
    public static func word(_ form: String) -> String? {
        let form = Array(form.utf8)
        let spelling = IndexSpelling(form.span, hash: TermHash.hash(form))
        if spelling.isHan { return nil }
        var word = Array(form.prefix(spelling.kept))
        spelling.writeEnd { word.append($0) }
        return String(decoding: word, as: UTF8.self)
    }

    /// What the words begin with whose forms begin with `form`: one of these.
    public static func beginnings(of form: String) -> [String] {
        let bytes = Array(form.utf8)
        guard isPair(bytes.span) else { return [form] }
        return [
            form, String(decoding: bytes.dropLast(3) + [letter(for: bytes.span, at: bytes.count - 3)], as: UTF8.self),
        ]
    }

    /// First bytes of U+4000 to U+9FFF, each of three bytes.
    private static let han: ClosedRange<UInt8> = 0xE4...0xE9

    /// Whether a form is of two characters, the second of them Han.
    private static func isPair(_ form: Swift.Span<UInt8>) -> Bool {
        guard 4...7 ~= form.count, han ~= form[form.count - 3] else { return false }
        let length =
            switch form[0] {
            case ..<0x80: 1
            case ..<0xE0: 2
            case ..<0xF0: 3
            default: 4
            }
        return length == form.count - 3
    }

    private static func letter(for form: Swift.Span<UInt8>, at place: Int) -> UInt8 {
        let han = UInt32(form[place]) << 16 | UInt32(form[place + 1]) << 8 | UInt32(form[place + 2])
        return letter(UInt8((han &* 2_654_435_761) >> 27))
    }

    /// One of 32, small letters and digits.
    private static func letter(_ number: UInt8) -> UInt8 {
        number < 26 ? UInt8(ascii: "a") &+ number : UInt8(ascii: "2") &+ (number &- 26)
    }
}
