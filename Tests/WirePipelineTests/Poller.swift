import Foundation
import Synchronization
import WireFetch
import WireModel
import WireParse
import WirePipeline
import WireRules
import WireStore
import WireStoreSQLite
import WireTesting

/// The program in small, with a wall clock that the test sets: each `poll` is a run of its own, as `wirewatch fetch` is,
/// with a new gate and a new client, and nothing but the store between two of them.
final class Poller: Sendable {
    let store: any Store
    let folder: String
    private let time: Mutex<Timestamp>
    private let settings: FetchSettings

    init(_ feeds: [FeedDeclaration], at start: Timestamp, settings: FetchSettings = FetchSettings()) async throws {
        folder = NSTemporaryDirectory() + "wirewatch-poller-\(UUID().uuidString)"
        store = try await SQLiteStore(folder: folder, access: .writing)
        time = Mutex(start)
        self.settings = settings
        try await store.declare(feeds, now: start)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    static func feed(_ url: String, _ settings: FeedSettings = FeedSettings()) -> FeedDeclaration {
        FeedDeclaration(address: url, source: .remote(url: url), settings: settings)
    }

    var now: Timestamp {
        get { time.withLock { $0 } }
        set { time.withLock { $0 = newValue } }
    }

    func set(_ moment: Timestamp) { time.withLock { $0 = moment } }
    func pass(_ span: Duration) { time.withLock { $0 = $0 + span } }

    func records() async throws -> [FeedRecord] { try await store.feeds().filter(\.isListed) }
    func state() async throws -> FeedState { try await records().first?.state ?? FeedState() }

    /// One run over all feeds that are due; with `all` also those that are not.
    @discardableResult
    func poll(all: Bool = false, manualGap: Duration = .seconds(300), isPlanned: Bool = false) async throws
        -> [FeedReport]
    {
        let records = try await records()
        let reports = Mutex<[FeedReport]>([])
        await Round(cycle: cycle(for: records, isPlanned: isPlanned), concurrency: 16).run(
            records, choice: Round.Choice(all: all, manualGap: manualGap)
        ) { report in
            reports.withLock { $0.append(report) }
        }
        return reports.withLock { $0 }
    }

    /// The walk of a feed, with a new gate and a new client.
    func cycle(for records: [FeedRecord], isPlanned: Bool = false) -> FeedCycle {
        let gate = HostGate(rules: HostRules(["*": HostPolicy(gap: .zero)]))
        gate.expect(records.map(\.feed))
        let now = now
        gate.recall(records.compactMap { $0.hostMemory(at: now) })
        let networks = ["127.64.0.0/10"].compactMap { CIDR($0) }
        let client = CurlClient(options: .init(addressGuard: AddressGuard(allowing: networks)))
        let planner = isPlanned ? PollPlanner(PollBudget(for: records.map { ($0.state.rhythm, 1) })) : nil
        return FeedCycle(
            fetcher: FeedFetcher(client: client, gate: gate, settings: settings), parser: FeedParser(),
            topics: TopicBook(TopicSet([])), store: store, commits: CommitQueue(store: store), planner: planner,
            now: { [weak self] in self?.now ?? now })
    }

    /// Moves the clock to the feed's next check and polls.
    @discardableResult
    func pollWhenDue() async throws -> FeedReport? {
        if let next = try await state().nextCheck, next > now { set(next) }
        return try await poll().first
    }
}

/// A document with items of these numbers.
func rss(_ items: ClosedRange<Int>, _ head: String = "") -> String {
    let items = items.map { "<item><guid>urn:\($0)</guid><title>Item \($0)</title></item>" }.joined()
    return "<rss version=\"2.0\"><channel><title>Test</title>\(head)\(items)</channel></rss>"
}
