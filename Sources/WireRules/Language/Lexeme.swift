/// A part of a query with its place.
struct Lexeme: Sendable {
    enum Kind: Sendable {
        case word, phrase, exact
        /// `~resign`; the content is the word.
        case stem
        /// `/…/`, with `i` if its case does not count.
        case regex(ignoresCase: Bool)
        case open, close
        case and, or, not
        case near(Reach)
        /// `title:`; what follows without a blank is its value.
        case field(FieldRule)
        /// The value of a field that is not an operand: `site:example.org`.
        case value
        /// `ATLEAST3`.
        case count(Int)
        /// `^3` behind an operand.
        case weight(Double)
        /// `~1` behind a word, `~5` behind a phrase.
        case tilde(Int)
    }

    let kind: Kind
    /// All that was written.
    let range: Range<Int>
    /// Without quotes or braces.
    let content: Range<Int>
    /// No blank stands before it.
    let isAdjacent: Bool

    var isOperator: Bool {
        switch kind {
        case .and, .or, .not, .near: true
        default: false
        }
    }
}
