public import WireModel

/// Everything that is kept: feeds, articles with their revisions, the matches of watched topics, and the alerts on their
/// way to people (`OutboxStore`).
///
/// Calls may come from any task at once. What a call says it stored has reached the disk when it returns.
/// A cancelled task does not break off a call that writes.
public protocol Store: OutboxStore, LeaseStore {
    /// Makes ids above all that this store has ever held.
    var ids: IDSource { get }

    /// Makes `feeds`, in its order, the list of feeds to poll.
    ///
    /// A feed is known by its address; of equal addresses the first counts. New ones get an id of `now`, known ones their
    /// new title, folder and settings; those no longer listed are kept with their articles, unlisted. All or nothing.
    /// Writes nothing if nothing changed.
    func declare(_ feeds: [FeedDeclaration], now: Timestamp) async throws(StoreError)

    /// Adds feeds that a command names, beside the operator's list: `declare` leaves them alone. Returns those that were
    /// not polled before. All or nothing.
    func add(_ feeds: [FeedDeclaration], now: Timestamp) async throws(StoreError) -> [FeedRecord]

    /// All feeds: those of the list in its order, those that a command added, then the unlisted ones by id.
    func feeds() async throws(StoreError) -> [FeedRecord]

    /// What `pick` makes of each feed that is polled, by id; nil of it is passed over. One record is held at a time.
    func feeds<Value: Sendable>(
        picking pick: @escaping @Sendable (FeedRecord) -> Value?
    ) async throws(StoreError) -> [Value]

    /// One feed, polled or not; nil if there is none of that id.
    func feed(_ id: FeedID) async throws(StoreError) -> FeedRecord?

    /// The feeds that may be due before `horizon`. Records are made of these alone; of the others their times are looked at.
    func outlook(until horizon: Timestamp, at now: Timestamp) async throws(StoreError) -> FeedOutlook

    /// How many articles each feed has; feeds without any are left out. Reads an index from end to end.
    func articleCounts() async throws(StoreError) -> [FeedID: Int]

    /// The articles of a feed that entries with these keys may be: those whose key is an entry's id, link, enclosure or
    /// content digest, and those whose link is an entry's link.
    ///
    /// Work is proportional to the number of keys, not of articles.
    func known(_ keys: [EntryKey], in feed: FeedID) async throws(StoreError) -> KnownArticles

    /// Stores what checks of feeds decided: each write as a whole or not at all, one result for each, in order. The
    /// results come when all of it is on the disk; a write that fails leaves the others.
    ///
    /// Applying a write a second time stores nothing again: see `CycleReceipt`.
    func apply(_ writes: [CycleWrite]) async -> [Result<CycleReceipt, StoreError>]

    /// One page of articles, newest first (see `ArticleQuery`).
    func articles(_ query: ArticleQuery) async throws(StoreError) -> ArticlePage

    /// An article as it is now, its matches and its earlier revisions; nil if there is none of that id.
    func article(_ id: ArticleID) async throws(StoreError) -> ArticleHistory?

    /// Brings the full-text index up to date for at most `limit` articles, and returns for how many it did: fewer than
    /// `limit` when nothing is left to do. Searches find articles before and after alike; they only take longer before.
    func index(limit: Int) async throws(StoreError) -> Int

    func statistics() async throws(StoreError) -> StoreStatistics

    /// Bytes of the database with its journal, and of these the bytes that are free for reuse. Reads next to nothing.
    func size() async throws(StoreError) -> (bytes: Int, free: Int)

    /// Removes the texts of articles that need not be kept, with their matches, revisions and alerts, and the identities
    /// of those removed long ago; in small steps, between which others write. Articles of which somebody is yet to be told
    /// stay. An article that comes back edited is kept anew, from that revision on.
    func prune(_ retention: Retention, now: Timestamp) async throws(StoreError) -> Retention.Pruned

    /// Writes a copy of everything, as of one moment, to the file `path`, for its owner only; writers go on meanwhile. A
    /// file of that name is replaced by a whole copy or not at all. Returns its bytes.
    func backup(to path: String) async throws(StoreError) -> Int

    /// Reads everything and returns what is wrong with it, a sentence each; empty if all is well.
    func check() async throws(StoreError) -> [String]

    /// Ends all use; later calls throw. Waits for calls that run.
    func close() async throws(StoreError)
}

extension Store {
    /// Stores one write.
    public func apply(_ write: CycleWrite) async throws(StoreError) -> CycleReceipt {
        guard let result = await apply([write]).first else {
            throw .failed(path: "", code: 0, reason: "the store gave no answer")
        }
        return try result.get()
    }

    /// The pages of all articles that the query holds for, up to its limit: `for try await page in store.pages(query)`.
    public func pages(_ query: ArticleQuery) -> ArticlePages { ArticlePages(store: self, query: query) }
}

/// A feed as the operator's list declares it.
public struct FeedDeclaration: Hashable, Sendable {
    /// The address as written in the list.
    public let address: String
    public let source: FeedSource
    public let title: String?
    /// Names of the enclosing folders, joined by `/`; empty at the top.
    public let folder: String
    public let settings: FeedSettings

    public init(
        address: String, source: FeedSource, title: String? = nil, folder: String = "",
        settings: FeedSettings = FeedSettings()
    ) {
        self.address = address
        self.source = source
        self.title = title
        self.folder = folder
        self.settings = settings
    }

    /// The feed that it declares.
    public func feed(id: FeedID) -> Feed {
        Feed(id: id, address: address, source: source, title: title, folder: folder, settings: settings)
    }
}

/// A feed and what is remembered of it.
public struct FeedRecord: Hashable, Sendable {
    public let feed: Feed
    public var state: FeedState
    /// How the last check ended; nil if there was none.
    public var lastCheck: FeedCheck?
    /// Whether it is polled: the operator's list names it, or a command added it.
    public let isListed: Bool
    /// Until when a hub sends what is new; nil if none does.
    public var pushedUntil: Timestamp?

    public init(
        feed: Feed, state: FeedState = FeedState(), lastCheck: FeedCheck? = nil, isListed: Bool = true,
        pushedUntil: Timestamp? = nil
    ) {
        self.pushedUntil = pushedUntil
        self.feed = feed
        self.state = state
        self.lastCheck = lastCheck
        self.isListed = isListed
    }

    /// What the articles of this feed say about it. The list's title and language come before the document's.
    public var facts: FeedFacts {
        FeedFacts(
            url: feed.address, title: feed.title ?? state.documentTitle,
            folder: feed.folder.isEmpty ? nil : feed.folder,
            language: feed.settings.language ?? state.language, country: feed.settings.country)
    }
}

/// How much there is.
public struct StoreStatistics: Hashable, Sendable {
    public var feeds = 0
    public var listedFeeds = 0
    public var articles = 0
    /// Articles whose texts were removed; only their identity is left.
    public var forgotten = 0
    /// Earlier revisions of articles.
    public var revisions = 0
    public var matches = 0
    /// Articles that wait for the full-text index.
    public var unindexed = 0
    /// When the first and the last article were seen; nil without articles.
    public var oldest: Timestamp?
    public var newest: Timestamp?
    /// Bytes of the database with its journal, and of these the bytes that are free for reuse.
    public var bytes = 0
    public var freeBytes = 0
    public var schemaVersion = 0
    /// Where it is kept.
    public var path = ""

    public init() {}
}
