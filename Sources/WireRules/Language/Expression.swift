/// A query as a tree. Ranges are UTF-8 offsets of the query's text.
struct Expression: Sendable {
    indirect enum Kind: Sendable {
        case all([Expression])
        case any([Expression])
        case not(Expression)
        /// Operands are texts or OR groups of texts; one reach fewer than operands.
        case near([Expression], [Reach])
        case atLeast(Int, Expression)
        case text(TextTerm)
        case within(TextField, Expression)
        case regex(RegularExpression)
        /// The text that an edit added or removed.
        case edited(Edit, Expression)
        case facet(any Facet)
        case topic(String)
    }

    let kind: Kind
    let range: Range<Int>
    /// Multiplies the score of what is inside.
    var weight: Double = 1
}

/// Which of an article's two texts has it and which has not.
enum Edit: String, Sendable { case added, removed }

/// How near two neighbours of a NEAR chain stand.
struct Reach: Hashable, Sendable {
    /// Words between them, at most.
    let distance: Int
    let isOrdered: Bool
}

/// A word, phrase or wildcard as written, without its quotes or braces.
struct TextTerm: Sendable {
    enum Kind: Hashable, Sendable {
        case folded
        /// `~x`: its inflections.
        case stem
        /// `{…}`: case and accents count.
        case exact
        /// `x~1`: so many edits apart.
        case fuzzy(Int)
    }

    let kind: Kind
    let text: String
    /// Whether it has nothing but letters and digits of ASCII and blanks, so that no symbol needs a look.
    let isPlain: Bool
}

/// Where a text is looked for.
enum TextField: String, Sendable, CaseIterable {
    case title, body, lead, author, category, source, feed
    /// The folder of the feed, by path.
    case folder

    /// Whether the field is part of the article's own text.
    var isArticleText: Bool { self == .title || self == .body || self == .lead }
}
