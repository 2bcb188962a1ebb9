import WireModel

/// A test of what is known about an article besides its words: where it is from, when, in which language.
protocol Facet: Sendable {
    func holds(for item: Item, from feed: FeedFacts, at clock: Clock) -> Bool
    /// The places in metadata fields that made it hold; none where no text is met.
    func spans(in item: Item, from feed: FeedFacts) -> [Span]
    /// What the article has instead, for people who ask why a topic does not match.
    func state(of item: Item, from feed: FeedFacts, at clock: Clock) -> String
}

extension Facet {
    func spans(in item: Item, from feed: FeedFacts) -> [Span] { [] }
}

/// The times that queries ask for.
struct Clock: Sendable {
    /// When the article was first seen; nil if unknown.
    let seen: Timestamp?
    let now: Timestamp
}
