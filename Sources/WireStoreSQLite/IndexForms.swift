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
            "The attorney-general's U.S. office isn't O'Neill's: 1,000 re\u{301}sume\u{301}s, Straße, Müller & Søn, AT&T.I, C++, a.U.S.",
            "İstanbul ısı ﬁne Ελλάς ёлка й أحمد שָׁלוֹם คนไทย 東京都 ひらがな 서울이 हिन्दी node.js Update:Barr l'économie ™",
        ]
        var forms = IndexForms()
        return Digest(of: String(decoding: forms.text(of: sample, details: [:]), as: UTF8.self)).bytes.map(String.init)
            .joined(separator: ".")
    }()

    /// The forms of some texts and of the people and categories in an item's details, joined by blanks.
    mutating func text(of texts: [String], details: [String: JSONValue]) -> [UInt8] {
        var texts = texts
        for person in details["authors"]?.array ?? [] {
            if let name = person["name"]?.string { texts.append(name) }
        }
        for category in details["categories"]?.array ?? [] {
            if let term = category["term"]?.string { texts.append(term) }
            if let label = category["label"]?.string { texts.append(label) }
        }
        return terms.text(of: texts)
    }

    /// The members of an item's details that have words.
    static let members = ["authors", "categories"]

    /// What an expression asks of the index, in its spelling. The index breaks terms at blanks and control characters, and has
    /// no capital letters of ASCII.
    static func spelled(_ expression: TermExpression) -> TermExpression {
        switch expression {
        case .term(let term): return .all(words(of: term).map(spelledWord))
        case .prefix(let term):
            let words = words(of: term)
            guard let last = words.last else { return .all([]) }
            let beginning = TermExpression.any(IndexSpelling.beginnings(of: last).map(TermExpression.prefix))
            return .all(words.dropLast().map(spelledWord) + [beginning])
        case .all(let parts): return .all(parts.map(spelled))
        case .any(let parts): return .any(parts.map(spelled))
        }
    }

    private static func spelledWord(_ word: String) -> TermExpression {
        IndexSpelling.word(word).map(TermExpression.term) ?? .prefix(word)
    }

    private static func words(of term: String) -> [String] {
        term.unicodeScalars.split { $0.value <= 0x20 || $0.value == 0x7F }.map { word in
            String(decoding: String(word).utf8.map { 65...90 ~= $0 ? $0 | 0x20 : $0 }, as: UTF8.self)
        }
    }

    /// Whether a text of forms has the words, which are in the index's spelling, as the index would answer.
    static func meet(_ expression: TermExpression, in forms: [UInt8]) -> Bool {
        meet(expression, in: Set(forms.split(separator: 0x20).map(Array.init)))
    }

    private static func meet(_ expression: TermExpression, in forms: Set<[UInt8]>) -> Bool {
        switch expression {
        case .term(let word): forms.contains(Array(word.utf8))
        case .prefix(let beginning): forms.contains { $0.starts(with: beginning.utf8) }
        case .all(let parts): parts.allSatisfy { meet($0, in: forms) }
        case .any(let parts): parts.contains { meet($0, in: forms) }
        }
    }
}
