import Foundation
import WireFetch
import WireModel
import WireParse
import WirePipeline
import WireRules
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
        try await SQLiteStore(folder: locations.data(settings), access: forWriting ? .writing : .reading)
    }

    /// Opens the database for a short write of a person's doing, also beside a process that writes.
    func openStoreForEditing() async throws(StoreError) -> any Store {
        try await SQLiteStore(folder: locations.data(settings), access: .editing)
    }

    /// Removes what the settings no longer keep; beside a process that writes, too.
    public func prune() async throws(StoreError) -> Retention.Pruned {
        let store = try await openStoreForEditing()
        let pruned = try await store.prune(settings.retention, now: Clock.now())
        try await store.close()
        return pruned
    }

    /// The topics of the topics file.
    /// - Throws: a problem if the file cannot be read or is not YAML.
    public func loadTopics() throws(SettingsProblem) -> LoadedTopics {
        try loadTopics(at: locations.topics(settings).path)
    }

    /// The topics of another file.
    func loadTopics(at path: String) throws(SettingsProblem) -> LoadedTopics {
        let bytes = try TextFile.readBytes(
            path, limit: TextFile.Limits.list, hint: "write the topics there, or name their file with --topics")
        do {
            return LoadedTopics(try TopicsFile.read(bytes, name: path))
        } catch {
            throw SettingsProblem(message: error.text)
        }
    }

    /// The feeds of the operator's list. If none is named and none lies in the usual place, those that the database has
    /// (imported ones, say) stay in force.
    /// - Throws: a problem if the file cannot be read or is not OPML, or if there are no feeds at all.
    public func loadFeeds() async throws(SettingsProblem) -> FeedList {
        let file = locations.feeds(settings)
        do {
            return try FeedList(path: file.path)
        } catch {
            guard !file.isNamed, !FileManager.default.fileExists(atPath: file.path) else { throw error }
            let stored = await storedFeeds()
            if stored == 0 { throw error }
            return FeedList(missing: file.path, stored: stored)
        }
    }

    func readFeeds() async -> Result<FeedList, SettingsProblem> {
        do { return .success(try await loadFeeds()) } catch { return .failure(error) }
    }

    /// How many feeds are in force in the database; 0 if it cannot be read.
    private func storedFeeds() async -> Int {
        guard let store = try? await openStore(forWriting: false) else { return 0 }
        return (try? await store.feeds { $0.isListed ? true : nil })?.count ?? 0
    }

    /// The walk of one feed for a look only: nothing of it is stored.
    /// - Parameter feeds: how all feeds stand.
    func tracer(topics: TopicBook, feeds: [FeedStanding]) -> FeedTracer {
        let recorder = ExchangeRecorder(client())
        return FeedTracer(
            fetcher: fetcher(for: feeds, client: recorder), recorder: recorder, topics: topics,
            planner: planner(for: feeds), now: Clock.now)
    }

    /// The walk of one feed.
    /// - Parameters:
    ///   - routing: who hears of what; without channels no alert is raised.
    ///   - feeds: how all feeds stand that share the hosts' turns.
    ///   - hearsHubs: whether hubs reach this program now.
    func cycle(
        store: any Store, topics: TopicBook, routing: AlertRouting = AlertRouting(), feeds: [FeedStanding],
        hearsHubs: @escaping @Sendable () -> Bool = { false }
    ) -> FeedCycle {
        FeedCycle(
            fetcher: fetcher(for: feeds, client: client()), parser: FeedParser(), topics: topics, routing: routing,
            store: store,
            commits: CommitQueue(store: store), planner: planner(for: feeds), hearsHubs: hearsHubs,
            now: Clock.now)
    }

    /// Gets documents for a look, with the guards and manners of every fetch.
    func discoveryFetcher(for address: String) -> DiscoveryFetcher {
        DiscoveryFetcher(fetcher: fetcher(for: [], client: client()))
    }

    /// Shares the polls of all remote feeds.
    private func planner(for feeds: [FeedStanding]) -> PollPlanner {
        let remote = feeds.filter { if case .remote = $0.feed.source { true } else { false } }
        return PollPlanner(PollBudget(for: remote.map { ($0.rhythm, $0.weight) }))
    }

    private func client() -> CurlClient {
        let networks = settings.fetch.allowNetworks.compactMap { CIDR($0) }
        return CurlClient(
            options: CurlClient.Options(
                addressGuard: AddressGuard(allowing: networks), concurrency: settings.fetch.concurrency,
                proxy: settings.fetch.proxy))
    }

    private func fetcher(for feeds: [FeedStanding], client: any HTTPClient) -> FeedFetcher {
        let gate = HostGate(rules: settings.hostRules)
        gate.expect(feeds.map(\.feed))
        gate.recall(feeds.compactMap(\.memory))
        var fetch = FetchSettings(
            timeout: settings.fetch.timeout, connectTimeout: settings.fetch.connectTimeout,
            maxBodyBytes: settings.fetch.maxBody, userAgentContact: settings.fetch.userAgentContact,
            version: Version.text)
        fetch.secret = { reference in
            Result { () throws(SecretFault) in try SecretReference.read(reference) }
        }
        return FeedFetcher(client: client, gate: gate, settings: fetch)
    }
}

/// What the polls of all feeds must know of each: how it shares their number, and what its host remembers.
struct FeedStanding: Sendable {
    let feed: Feed
    let rhythm: FeedRhythm
    let weight: Double
    let memory: HostGate.Memory?

    init(_ record: FeedRecord, at now: Timestamp) {
        feed = record.feed
        rhythm = record.state.rhythm
        weight = PollPlanner.weight(record.feed.settings, rhythm, at: now)
        memory = record.hostMemory(at: now)
    }
}

/// Gets one document, or says why not.
struct DiscoveryFetcher: Sendable {
    fileprivate let fetcher: FeedFetcher

    func document(_ feed: Feed) async throws(Failure) -> FetchedDocument {
        switch await fetcher.fetch(feed, state: FeedState(), now: Clock.now) {
        case .modified(let document, _): return document
        case .notModified:
            throw Failure(
                stage: .fetch, code: "not_modified", message: "The server says nothing changed.", isRetryable: true)
        case .gone(_, let failure), .throttled(_, let failure), .failed(_, let failure): throw failure
        }
    }
}

extension Settings {
    /// The setting `hosts` as the gate takes it.
    var hostRules: HostRules {
        HostRules(hosts.mapValues { HostPolicy(gap: $0.gap, hourly: $0.hourly, inFlight: $0.inFlight) })
    }
}
