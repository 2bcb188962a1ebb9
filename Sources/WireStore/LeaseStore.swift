public import WireModel

/// Keeps the feeds' subscriptions at hubs (WebSub).
public protocol LeaseStore: Sendable {
    /// All leases, those that are over and those that were never verified too.
    func leases() async throws(StoreError) -> [PushLease]

    /// Where the news of feeds can be had by push, of those that are polled and say so.
    func pushSources() async throws(StoreError) -> [FeedID: PushSource]

    /// The lease whose callback ends so, of a feed that is polled.
    func lease(token: String) async throws(StoreError) -> PushLease?

    /// Keeps a new lease, or what became of one that is known. A new one takes the place of those of its feed that were never
    /// verified; one that is verified, of all others of its feed.
    func keep(_ lease: PushLease) async throws(StoreError)

    /// Forgets all leases of a feed.
    func dropLeases(of feed: FeedID) async throws(StoreError)

    /// Makes a feed due, as soon as its server allows.
    func pollSoon(_ feed: FeedID, now: Timestamp) async throws(StoreError)
}
