public import WireModel

/// Which feeds may have to be asked before some time, and how all of them stand.
public struct FeedOutlook: Hashable, Sendable {
    /// All that are due until then, and some that are not: those whose time only their record tells. In the list's order.
    public let candidates: [FeedRecord]
    public let counts: FeedCounts
    /// When the first of the others is due; nil if none of them has a time.
    public let next: Timestamp?

    public init(candidates: [FeedRecord], counts: FeedCounts, next: Timestamp?) {
        self.candidates = candidates
        self.counts = counts
        self.next = next
    }
}

/// How many feeds that are polled are in which state.
public struct FeedCounts: Hashable, Sendable {
    public var listed = 0
    /// The last request failed.
    public var failing = 0
    /// Their servers said that they are gone.
    public var gone = 0
    /// Never got, and not failing either.
    public var new = 0

    public init() {}

    public var ok: Int { listed - failing - gone - new }
}
