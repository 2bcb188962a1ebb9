public import WireModel
public import WireStore

/// One pass over the list: every feed that may and should be asked, many at once, each host in turn.
public struct Round: Sendable {
    /// Which feeds are asked.
    public struct Choice: Hashable, Sendable {
        /// Also those that are not due yet; never against the server's Retry-After or a 410.
        public var all: Bool
        /// With `all`: a feed is asked past its schedule at most once in this time.
        public var manualGap: Duration

        public init(all: Bool = false, manualGap: Duration = .seconds(300)) {
            self.all = all
            self.manualGap = manualGap
        }

        /// Clocks are set back by less than this in ordinary upkeep.
        static let clockSlack: Duration = .seconds(60)

        /// Whether a feed is to be asked at `now`.
        public func includes(_ record: FeedRecord, at now: Timestamp) -> Bool {
            let state = record.state
            if case .local = record.feed.source { return true }
            if state.isGone { return false }
            // A clock that was set back would hold feeds for as long as it was ahead.
            if let last = state.lastChecked, last > now + Choice.clockSlack { return true }
            if let retry = state.retryAfter, retry > now { return false }
            if all {
                guard let manual = state.lastManualCheck else { return true }
                return now - manual >= manualGap
            }
            return state.nextCheck.map { $0 <= now } ?? true
        }
    }

    private let cycle: FeedCycle
    private let concurrency: Int

    /// - Parameter concurrency: feeds in work at once.
    public init(cycle: FeedCycle, concurrency: Int) {
        self.cycle = cycle
        self.concurrency = max(1, concurrency)
    }

    /// Checks the feeds of `records` that `choice` includes; reports all of them, each as soon as it is stored.
    /// A cancelled round asks no further feeds, gives up the transfers that run, and reports what it has.
    public func run(
        _ records: [FeedRecord], choice: Choice, report: (FeedReport) async -> Void
    ) async {
        let now = cycle.now()
        // Places, not records: those are large, and there may be many.
        var due: [Int] = []
        for place in records.indices {
            if choice.includes(records[place], at: now) {
                due.append(place)
            } else {
                await report(skipped(records[place], at: now))
            }
        }
        var rest = Round.turns(due, of: records)[...]
        await withTaskGroup(of: (Int, FeedReport?).self) { group in
            for _ in 0..<concurrency {
                guard let place = rest.popFirst() else { break }
                group.addTask { (place, await cycle.run(records[place], isManual: choice.all)) }
            }
            for await (place, result) in group {
                await report(result ?? skipped(records[place], at: now))
                if !Task.isCancelled, let place = rest.popFirst() {
                    group.addTask { (place, await cycle.run(records[place], isManual: choice.all)) }
                }
            }
        }
        for place in rest { await report(skipped(records[place], at: now)) }
    }

    private func skipped(_ record: FeedRecord, at now: Timestamp) -> FeedReport {
        FeedReport(skipped: record.feed, title: record.facts.title, at: now, nextCheck: record.state.nextCheck)
    }

    /// First the first feed of every host, then the second of every host, …: feeds that wait for their host's turn do
    /// not keep the places of those that could go.
    ///
    /// - Parameter places: those of the feeds among `records` that are asked.
    static func turns(_ places: [Int], of records: [FeedRecord]) -> [Int] {
        var seen: [Substring: Int] = [:]
        let ranked = places.map { place in
            let host = host(of: records[place].feed)
            let rank = seen[host, default: 0]
            seen[host] = rank + 1
            return (rank: rank, place: place)
        }
        return ranked.sorted { $0 < $1 }.map(\.place)
    }

    private static func host(of feed: Feed) -> Substring {
        guard case .remote(let url) = feed.source, let scheme = url.firstRange(of: "://") else { return "" }
        return url[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    }
}
