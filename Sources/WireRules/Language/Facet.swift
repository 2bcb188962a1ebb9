import WireModel

/// A test of what is known about an article besides its words: where it is from, when, in which language.
protocol Facet: Sendable {
    func holds(for article: ArticleFacts) -> Bool
    /// The places in metadata fields that made it hold; none where no text is met.
    func spans(in article: ArticleFacts) -> [Span]
    /// What the article has instead, for people who ask why a topic does not match.
    func state(of article: ArticleFacts) -> String
}

extension Facet {
    func spans(in article: ArticleFacts) -> [Span] { [] }
}

/// An article and what is known of it besides its words.
struct ArticleFacts {
    let item: Item
    let feed: FeedFacts
    let clock: Clock
    /// The article before its last edit; nil if it was never edited, or that is not known.
    var previous: Item?
}

/// The times that queries ask for.
struct Clock: Sendable {
    /// When the article was first seen; nil if unknown.
    let seen: Timestamp?
    let now: Timestamp
}
