public import WireModel
import WireFetch
import WireParse
public import WirePipeline
public import WireRules
public import WireStore
import WireStoreSQLite

/// Builds the parts from the settings. The only place that chooses implementations.
public struct Assembly: Sendable {
    public let settings: Settings
    public let locations: Locations

    public init(settings: Settings, locations: Locations) {
        self.settings = settings
        self.locations = locations
    }

    /// Opens the database of the data folder; one process at a time may open it for writing.
    public func openStore(forWriting: Bool) async throws(StoreError) -> any Store {
        let folder = locations.data(settings)
        return forWriting ? try await SQLiteStore.open(writing: folder) : try await SQLiteStore.open(reading: folder)
    }

    /// The topics of the topics file; none, with a remark, if nobody named a file and none is in the customary places.
    /// - Throws: a problem if the file cannot be read or is not YAML.
    public func loadTopics() throws(SettingsProblem) -> TopicsFile {
        let file = locations.topics(settings)
        let text = try TextFile.read(file.path, limit: TextFile.Limits.list)
        let topics = TopicsFile.read(text, name: file.path)
        if let fault = topics.syntaxFault { throw SettingsProblem(place: fault.place, message: fault.message, hint: fault.hint) }
        return topics
    }

    /// The walk of one feed.
    public func cycle(store: any Store, topics: TopicBook, listedFeeds: [Feed]) throws(SettingsProblem) -> FeedCycle {
        let fetcher = FeedFetcher(
            client: CurlClient(settings: fetchSettings), gate: HostGate(rules: hostRules, feeds: listedFeeds),
            settings: fetchSettings)
        return FeedCycle(
            fetcher: fetcher, parser: FeedParser(), topics: topics, store: store, commits: CommitQueue(store: store),
            now: Clock.now)
    }
}
