public import WireModel
import WireParse
import WirePipeline
public import WireStore

/// The feeds of the operator's list and of the database, together.
public struct FeedBook: Sendable {
    public struct Entry: Sendable {
        public let record: FeedRecord
        public let articles: Int

        public var json: JSONValue {
            let state = record.state
            var object = JSONObjectBuilder()
            object.set("url", record.feed.address)
            object.set("title", record.facts.title)
            object.set("folder", record.feed.folder)
            object.set("site", state.siteURL)
            object.set("moved_to", state.movedTo)
            object.set("listed", record.isListed)
            object.set("articles", articles)
            object.set("outcome", record.lastCheck?.outcome.rawValue)
            object.set("status", record.lastCheck?.status)
            object.set("last_checked", state.lastChecked)
            object.set("last_success", state.lastSuccess)
            object.set("next_check", state.nextCheck)
            object.set("not_before", state.notBefore)
            object.set("delay_seconds", state.rhythm.delay.map { Int($0.wholeMilliseconds / 1_000) })
            object.set("gap", state.rhythm.gap?.json)
            object.set("failures", state.failures)
            object.set("failure", state.lastFailure?.json)
            object.set("gone", state.isGone ? true : nil)
            return object.value
        }
    }

    /// What is wrong with the list, in words.
    public let problems: [String]
    public let hasErrors: Bool
    private let assembly: Assembly
    private let list: FeedList

    /// Reads the operator's list.
    public init(_ assembly: Assembly) async throws(SettingsProblem) {
        self.assembly = assembly
        list = try await assembly.loadFeeds()
        problems = list.problems.map(\.text)
        hasErrors = list.problems.contains(where: \.isError)
    }

    /// The feeds of the list in its order, then those that only the database has. Writes nothing.
    public func entries() async throws(StoreError) -> [Entry] {
        var known: [String: FeedRecord] = [:]
        var order: [FeedRecord] = []
        var counts: [FeedID: Int] = [:]
        do {
            let store = try await assembly.openStore(forWriting: false)
            order = try await store.feeds()
            counts = try await store.articleCounts()
        } catch .missing {
            // Nothing was fetched yet: the list alone tells.
        }
        for record in order { known[record.feed.address] = record }
        var entries: [Entry] = []
        var listed: Set<String> = []
        for declaration in list.declarations where listed.insert(declaration.address).inserted {
            let stored = known[declaration.address]
            let feed = declaration.feed(id: stored?.feed.id ?? FeedID(rawValue: 0))
            let record = FeedRecord(
                feed: feed, state: stored?.state ?? FeedState(), lastCheck: stored?.lastCheck, isListed: true)
            entries.append(Entry(record: record, articles: counts[feed.id] ?? 0))
        }
        for record in order where !listed.contains(record.feed.address) {
            entries.append(Entry(record: record, articles: counts[record.feed.id] ?? 0))
        }
        return entries
    }

    /// All feeds as OPML 2.0.
    public func export() async throws(StoreError) -> String {
        let subscriptions = try await entries().map { entry in
            SubscriptionList.Subscription(
                address: entry.record.feed.address, title: entry.record.facts.title, site: entry.record.state.siteURL,
                folder: entry.record.feed.folder, settings: entry.record.feed.settings)
        }
        return SubscriptionList.write(title: "Wirewatch", subscriptions)
    }
}

/// One feed's walk through every stage, for `feeds check`.
public struct FeedTrace: Sendable {
    private let assembly: Assembly
    private let name: String
    private let declared: FeedDeclaration?
    private let topics: LoadedTopics

    /// - Parameter name: an address, a title of the list or of the database, or a file.
    public init(_ assembly: Assembly, feed name: String) throws(SettingsProblem) {
        self.assembly = assembly
        self.name = name
        topics = try assembly.loadTopics()
        let list = try? FeedList(path: assembly.locations.feeds(assembly.settings).path)
        declared = list?.declarations.first { $0.feed(id: FeedTrace.unknown).isCalled(name) }
    }

    private static let unknown = FeedID(rawValue: 1)

    /// What each stage did, from what the database remembers of the feed; it is only read.
    public func run() async throws(StoreError) -> [StageTrace] {
        var records: [FeedRecord] = []
        do {
            records = try await assembly.openStore(forWriting: false).feeds()
        } catch .missing {
            // Nothing was fetched yet.
        }
        let known = records.first { record in
            declared.map { record.feed.address == $0.address } ?? record.feed.isCalled(name)
        }
        let feed = declared?.feed(id: known?.feed.id ?? FeedTrace.unknown) ?? known?.feed ?? stranger
        let record = FeedRecord(feed: feed, state: known?.state ?? FeedState())
        if known == nil { records.append(record) }
        let now = Clock.now()
        let standings = records.filter(\.isListed).map { FeedStanding($0, at: now) }
        return await assembly.tracer(topics: TopicBook(topics.set), feeds: standings).trace(record)
    }

    /// What is neither in the list nor in the database: an address or a path.
    private var stranger: Feed {
        Feed(
            id: FeedTrace.unknown, address: name, source: name.contains("://") ? .remote(url: name) : .local(path: name)
        )
    }
}
