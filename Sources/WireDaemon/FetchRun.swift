import Synchronization
public import WireModel
import WirePipeline
import WireRules
public import WireStore

/// The one-shot fetch: declare the list, ask who is due, store, tell, index.
public struct FetchRun: Sendable {
    /// What a run came to.
    public struct Outcome: Sendable {
        public let started: Timestamp
        public let finished: Timestamp
        /// In the order of the list; what they flagged was told with each.
        public let reports: [FeedReport]
        /// A signal ended the run before all feeds were asked.
        public let wasInterrupted: Bool
        /// A topic or an entry of the list is bad; it was told before.
        public let hasBadInput: Bool
        /// What was delivered after it was told; nil if nothing was to be.
        public internal(set) var deliveries: DeliveryReport?

        /// Whether something that was asked for failed.
        public var hasFailed: Bool {
            wasInterrupted || hasBadInput || reports.contains(where: \.hasFailed) || deliveries?.hasFailed ?? false
        }
    }

    enum Limits {
        /// Articles that one batch of the full-text index takes: bounds its memory.
        static let indexBatch = 5_000
    }

    /// What was wrong with the topics and the list, in words; the run goes on without it.
    public let problems: [String]

    private let assembly: Assembly
    private let topics: TopicSet
    private let list: FeedList
    private let only: [String]
    private let hasBadInput: Bool
    private let choice: Round.Choice
    private let delivers: Bool
    private let allTopics: [Topic]

    /// Reads the files, and where there is no list of feeds, whether the database has some; writes nothing yet.
    /// - Parameters:
    ///   - only: addresses, titles or folders of the list; empty for all.
    ///   - delivers: whether alerts that are due are sent before it ends; else that is left to the service.
    /// - Throws: a problem of the files or the choice, before anything was done.
    public init(_ assembly: Assembly, all: Bool, only: [String], delivers: Bool = true) async throws(SettingsProblem) {
        self.assembly = assembly
        self.delivers = delivers
        let loaded = try assembly.loadTopics()
        topics = loaded.set
        allTopics = loaded.all
        list = try await assembly.loadFeeds()
        self.only = only
        problems = loaded.problems.map(\.text) + list.problems.map(\.text)
        hasBadInput = loaded.hasErrors
        choice = Round.Choice(all: all, manualGap: assembly.settings.fetch.manualGap)
    }

    /// Those of `records` that the command line names; all if it names none.
    private func choose(_ records: [FeedRecord]) throws(FetchRunError) -> [FeedRecord] {
        guard !only.isEmpty else { return records }
        for name in only where !records.contains(where: { $0.feed.isCalled(name) }) {
            let names = records.flatMap { [$0.feed.address, $0.feed.title ?? ""] }
            throw .noFeed(name, nearest: NearestName.find(name, among: names))
        }
        return records.filter { record in only.contains { record.feed.isCalled($0) } }
    }

    /// Runs until all feeds were asked, or SIGTERM or SIGINT ends it with what was stored so far.
    /// - Parameters:
    ///   - report: called for each feed as soon as its check is stored, one at a time, with what it flagged.
    ///   - tell: called once, with the outcome, before the full-text index is brought up to date.
    public func run(
        report: @escaping @Sendable (FeedReport) async -> Void, tell: (Outcome) async -> Void
    ) async throws(FetchRunError) -> Outcome {
        do {
            return try await runStored(report: report, tell: tell)
        } catch let error as FetchRunError {
            throw error
        } catch let error as StoreError {
            throw .store(error)
        } catch {
            throw .store(.failed(path: "", code: 0, reason: "\(error)"))
        }
    }

    private func runStored(
        report: @escaping @Sendable (FeedReport) async -> Void, tell: (Outcome) async -> Void
    ) async throws -> Outcome {
        let started = Clock.now()
        let interruption = Interruption()
        defer { interruption.end() }
        let assembly = assembly
        let store: any Store
        do {
            store = try await interruption.run { try await assembly.openStore(forWriting: true) }
        } catch {
            throw interruption.hasCome ? FetchRunError.interrupted : error
        }
        if list.stored == nil { try await store.declare(list.declarations, now: started) }
        // Listed ones come first.
        var polled = try await store.feeds()
        polled.removeLast(polled.count { !$0.isListed })
        let records = try choose(polled)
        let cycle = assembly.cycle(
            store: store, topics: TopicBook(topics), routing: assembly.settings.routing(for: allTopics),
            feeds: polled.map { FeedStanding($0, at: started) })
        let round = Round(cycle: cycle, concurrency: assembly.settings.fetch.concurrency)
        let reports = Reports(of: records)
        let choice = choice
        try await interruption.run {
            await round.run(records, choice: choice) { result in
                await report(result)
                reports.keep(result.told)
            }
        }
        var outcome = Outcome(
            started: started, finished: Clock.now(), reports: reports.takeAll(),
            wasInterrupted: interruption.hasCome, hasBadInput: hasBadInput, deliveries: nil)
        await tell(outcome)
        // The index needs much memory: it shall have that of the feeds.
        Allocator.giveBack()
        if delivers, !interruption.hasCome {
            let delivery = DeliveryRun(assembly, store: store, topics: allTopics)
            outcome.deliveries = await delivery.runOnce(until: interruption)
        }
        do {
            try await interruption.run {
                while try await store.index(limit: Limits.indexBatch) == Limits.indexBatch {}
            }
        } catch {
            // What is not indexed yet is indexed by the next run.
            if !interruption.hasCome { throw error }
        }
        try await store.close()
        return outcome
    }
}

/// Why a run could not be made.
public enum FetchRunError: Error, Sendable, CustomStringConvertible {
    /// The command line names a feed that is neither in the list nor in the database.
    case noFeed(String, nearest: String?)
    case store(StoreError)
    /// A signal came before anything was done.
    case interrupted

    public var description: String {
        switch self {
        case .noFeed(let name, let nearest):
            "no feed \"\(name)\""
                + (nearest.map { "; did you mean \"\($0)\"?" } ?? "; `wirewatch feeds list` shows them")
        case .store(let error): error.description
        case .interrupted: "interrupted before anything was fetched"
        }
    }

    /// Whether the question itself was wrong.
    public var isUsage: Bool {
        if case .noFeed = self { return true }
        return false
    }
}

/// The reports of a run, gathered while it may still be interrupted.
private final class Reports: Sendable {
    /// By feed, its place among those that are asked.
    private let places: [FeedID: Int]
    private let reports = Mutex<[FeedReport]>([])

    init(of records: [FeedRecord]) {
        places = Dictionary(records.enumerated().map { ($1.feed.id, $0) }) { first, _ in first }
        reports.withLock { $0.reserveCapacity(records.count) }
    }

    func keep(_ report: FeedReport) { reports.withLock { $0.append(report) } }

    /// Those that have come, in the order of the feeds; none are left. They are sorted where they lie: of many feeds there is
    /// no room for a copy.
    func takeAll() -> [FeedReport] {
        var all: [FeedReport] = []
        reports.withLock { swap(&$0, &all) }
        all.sort { places[$0.feed.id] ?? 0 < places[$1.feed.id] ?? 0 }
        return all
    }
}
