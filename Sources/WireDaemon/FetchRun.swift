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
        /// In the order of the list.
        public let reports: [FeedReport]
        /// A signal ended the run before all feeds were asked.
        public let wasInterrupted: Bool
        /// A topic or an entry of the list is bad; it was told before.
        public let hasBadInput: Bool

        /// Whether something that was asked for failed.
        public var hasFailed: Bool {
            wasInterrupted || hasBadInput || reports.contains(where: \.hasFailed)
        }

        /// What was flagged, gravest first, then in the order of the list.
        public var flagged: [FlaggedArticle] {
            reports.flatMap(\.flagged).enumerated()
                .sorted { ($1.element.severity, $0.offset) < ($0.element.severity, $1.offset) }
                .map(\.element)
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
    private let chosen: FeedList
    private let hasBadInput: Bool
    private let choice: Round.Choice

    /// Reads the files; opens nothing yet.
    /// - Parameter only: addresses, titles or folders of the list; empty for all.
    /// - Throws: a problem of the files or the choice, before anything was done.
    public init(_ assembly: Assembly, all: Bool, only: [String]) throws(SettingsProblem) {
        self.assembly = assembly
        let loaded = try assembly.loadTopics()
        topics = loaded.set
        list = try assembly.loadFeeds()
        chosen = try list.selecting(only)
        problems = loaded.problems.map(\.text) + list.problems.map(\.text)
        hasBadInput = loaded.hasErrors
        choice = Round.Choice(all: all, manualGap: assembly.settings.fetch.manualGap)
    }

    /// Runs until all feeds were asked, or SIGTERM or SIGINT ends it with what was stored so far.
    /// - Parameters:
    ///   - report: called for each feed as soon as its check is stored, one at a time.
    ///   - tell: called once, with the outcome, before the full-text index is brought up to date.
    public func run(
        report: @escaping @Sendable (FeedReport) async -> Void, tell: (Outcome) async -> Void
    ) async throws(StoreError) -> Outcome {
        let started = Clock.now()
        let store = try await assembly.openStore(forWriting: true)
        let declared = try await store.declare(list.declarations, now: started)
        let wanted = Set(chosen.declarations.map(\.address))
        let records = declared.filter { wanted.contains($0.feed.address) }
        let cycle = assembly.cycle(store: store, topics: TopicBook(topics), feeds: declared.map(\.feed))
        let round = Round(cycle: cycle, concurrency: assembly.settings.fetch.concurrency)
        let reports = Reports()
        let choice = choice
        let wasInterrupted = await Interruption.watch {
            await round.run(records, choice: choice) { result in
                reports.byFeed.withLock { $0[result.feed.id] = result }
                await report(result)
            }
        }
        let byFeed = reports.byFeed.withLock { $0 }
        let outcome = Outcome(
            started: started, finished: Clock.now(), reports: records.compactMap { byFeed[$0.feed.id] },
            wasInterrupted: wasInterrupted, hasBadInput: hasBadInput)
        await tell(outcome)
        if !wasInterrupted {
            while try await store.index(limit: Limits.indexBatch) == Limits.indexBatch {}
        }
        try await store.close()
        return outcome
    }
}

/// The reports of a run, gathered while it may still be interrupted.
private final class Reports: Sendable {
    let byFeed = Mutex<[FeedID: FeedReport]>([:])
}
