import WireModel
import WireText

/// The words of an article as the full-text index holds them.
///
/// They come from the article's stored texts alone, in no certain language, so that they can be made again from the same
/// texts: the index forgets an old text by being told its words once more.
struct IndexForms {
    private var terms = IndexTerms()

    /// Differs between programs that break texts into words differently.
    static let version: String = {
        let sample = [
            "The attorney-general's U.S. office isn't O'Neill's: 1,000 re\u{301}sume\u{301}s, Straße, Müller & Søn, AT&T, C++",
            "İstanbul ısı ﬁne Ελλάς ёлка й أحمد שָׁלוֹם คนไทย 東京都 ひらがな 서울이 हिन्दी node.js Update:Barr l'économie ™",
        ]
        var forms = IndexForms()
        return Digest(of: forms.text(of: sample, details: nil)).bytes.map(String.init).joined(separator: ".")
    }()

    /// The forms of some texts and of the people and categories in an item's details, joined by blanks.
    mutating func text(of texts: [String], details: JSONValue?) -> String {
        var texts = texts
        for person in details?["authors"]?.array ?? [] { texts += [person["name"]?.string].compactMap(\.self) }
        for category in details?["categories"]?.array ?? [] {
            texts += [category["term"]?.string, category["label"]?.string].compactMap(\.self)
        }
        return terms.text(of: texts)
    }

    /// Whether a text of forms has the words, as the index would answer.
    static func meet(_ expression: TermExpression, in forms: String) -> Bool {
        meet(expression, in: Set(forms.utf8.split(separator: 0x20).map(Array.init)))
    }

    private static func meet(_ expression: TermExpression, in forms: Set<[UInt8]>) -> Bool {
        switch expression {
        case .term(let term): return IndexTerms.words(of: term).allSatisfy { forms.contains(Array($0.utf8)) }
        case .prefix(let term):
            let (words, beginnings) = IndexTerms.prefix(of: term)
            guard !beginnings.isEmpty else { return true }
            let starts = beginnings.map { Array($0.utf8) }
            return words.allSatisfy { forms.contains(Array($0.utf8)) }
                && forms.contains { form in starts.contains { form.starts(with: $0) } }
        case .all(let parts): return parts.allSatisfy { meet($0, in: forms) }
        case .any(let parts): return parts.contains { meet($0, in: forms) }
        }
    }
}
