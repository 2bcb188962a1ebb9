public import WireModel
public import WireStore

/// Asks every feed when it is due, many at once, until the task is cancelled. A feed that hangs or fails holds up no other.
public struct PollLoop: Sendable {
    public enum Limits {
        /// The store is asked at most so often who is due. What comes due in between is known from the last time; what
        /// people and hubs ask for meanwhile waits until the next.
        static let look: Duration = .seconds(10)
        /// Of a long list it is asked less often, so that this takes this part of the time at most.
        static let lookShare = 400
        /// The longest time between two looks, and the longest sleep: clocks jump.
        static let longestSleep: Duration = .seconds(60)
        /// A document of this machine is looked at again after so long, unless its settings say otherwise.
        static let localInterval: Duration = .seconds(60)
        /// A feed whose check could not be stored is not asked again before this time: nothing else remembers that it was.
        static let unstored: Duration = .seconds(300)
    }

    private let cycle: FeedCycle
    private let concurrency: Int
    private let store: any Store
    /// When the program began: what was overdue then is spread over the first minutes.
    private let started: Timestamp

    /// - Parameter started: when the program began; nil for now.
    public init(cycle: FeedCycle, concurrency: Int, store: any Store, started: Timestamp? = nil) {
        self.cycle = cycle
        self.concurrency = max(1, concurrency)
        self.store = store
        self.started = started ?? cycle.now()
    }

    private enum Event: Sendable {
        case checked(FeedRecord, FeedReport?)
        /// The time it was to wake at.
        case woke(Timestamp)
    }

    /// - Parameters:
    ///   - report: called for each check as soon as it is stored, one at a time.
    ///   - look: called each time the feeds were looked at with how they stand, and when the next of them is due; nil for
    ///     now.
    ///   - trouble: called when the store cannot be read; the loop goes on.
    public func run(
        report: (FeedReport) async -> Void, look: (FeedCounts, _ due: Timestamp?) async -> Void,
        trouble: (StoreError) async -> Void
    ) async {
        await withTaskGroup(of: Event.self) { group in
            var busy: Set<FeedID> = []
            /// Due, and waiting for a free place.
            var queue: ArraySlice<FeedRecord> = []
            /// Due before the next look, the earliest first.
            var upcoming: ArraySlice<(due: Timestamp, record: FeedRecord)> = []
            var nextLook = started
            var trials = Trials()
            /// When the loop wakes if no check ends before; nil for not at all.
            var wake: Timestamp?
            while !Task.isCancelled {
                let now = cycle.now()
                // A clock that was set back must not stop the loop.
                if queue.isEmpty, now >= nextLook || nextLook > now + Limits.longestSleep {
                    do throws(StoreError) {
                        let began = ContinuousClock.now
                        let outlook = try await store.outlook(until: now + Limits.longestSleep, at: now)
                        let pause = max(Limits.look, (ContinuousClock.now - began) * Limits.lookShare)
                        let idle = outlook.candidates.filter {
                            !busy.contains($0.feed.id) && !trials.hold($0.feed.id, at: now)
                        }
                        let due = idle.indices.filter { isDue(idle[$0], at: now) }
                        queue = Round.turns(due, of: idle).map { idle[$0] }[...]
                        nextLook = now + min(pause, Limits.longestSleep)
                        let later = idle.compactMap { record in dueTime(record).map { (due: $0, record: record) } }
                            .filter { $0.due > now }
                        upcoming = later.filter { $0.due < nextLook }.sorted { $0.due < $1.due }[...]
                        let next = (later.map(\.due) + [outlook.next].compactMap(\.self)).min()
                        await look(outlook.counts, queue.isEmpty ? next : nil)
                    } catch {
                        nextLook = now + Limits.look
                        await trouble(error)
                    }
                }
                while let next = upcoming.first, next.due <= now {
                    upcoming.removeFirst()
                    let id = next.record.feed.id
                    if !busy.contains(id), !trials.hold(id, at: now), isDue(next.record, at: now) {
                        queue.append(next.record)
                    }
                }
                while busy.count < (trials.isStoreSound ? concurrency : 1), let record = queue.popFirst() {
                    busy.insert(record.feed.id)
                    group.addTask { .checked(record, await cycle.run(record, isManual: false)) }
                }
                let time = min(nextLook, upcoming.first?.due ?? nextLook)
                if wake.map({ time < $0 }) ?? true {
                    wake = time
                    let span = max(.milliseconds(50), min(time - cycle.now(), Limits.longestSleep))
                    group.addTask {
                        try? await Task.sleep(for: span)
                        return .woke(time)
                    }
                }
                switch await group.next() {
                case .checked(let record, let result):
                    busy.remove(record.feed.id)
                    guard let result else { break }
                    // It was busy at the last look: only this tells when its turn comes again.
                    let now = cycle.now()
                    let wasSound = trials.isStoreSound
                    trials.note(result, of: record.feed, at: now)
                    if !trials.isStoreSound {
                        queue = []
                        upcoming = []
                        nextLook = now + Limits.longestSleep
                    } else if !wasSound {
                        nextLook = now
                    } else if let due = nextDue(record, result, now) {
                        nextLook = min(nextLook, max(due, now + Limits.look))
                    }
                    await report(result)
                case .woke(let time): if time == wake { wake = nil }
                case nil: break
                }
            }
            group.cancelAll()
            // What ends in order is stored and told.
            while let event = await group.next() {
                if case .checked(_, let result?) = event { await report(result) }
            }
        }
    }

    private func isDue(_ record: FeedRecord, at now: Timestamp) -> Bool {
        if case .local = record.feed.source {
            return record.state.lastChecked.map { $0 > now || now - $0 >= localInterval(record) } ?? true
        }
        guard Round.Choice().includes(record, at: now) else { return false }
        // The clock was set back: what it said before says nothing.
        if let last = record.state.lastChecked, last > now + Round.Choice.clockSlack { return true }
        return dueTime(record).map { $0 <= now } ?? false
    }

    /// When a feed's next check is due; nil for one that is gone.
    private func dueTime(_ record: FeedRecord) -> Timestamp? {
        let state = record.state
        if case .local = record.feed.source {
            return state.lastChecked.map { $0 + localInterval(record) } ?? started
        }
        if state.isGone { return nil }
        let planned = max(state.nextCheck ?? started, state.retryAfter ?? started)
        guard state.nextCheck != nil, planned <= started else { return planned }
        return PollPlanner.start(of: record.feed.id, due: planned - .milliseconds(1), at: started)
    }

    /// When a feed that was just checked is due again.
    private func nextDue(_ record: FeedRecord, _ report: FeedReport, _ now: Timestamp) -> Timestamp? {
        if case .local = record.feed.source { return now + localInterval(record) }
        return report.nextCheck
    }

    private func localInterval(_ record: FeedRecord) -> Duration {
        record.feed.settings.interval ?? Limits.localInterval
    }
}

/// A store that takes nothing, as on a full disk: then one feed at a time is asked, to see whether it does again, and no
/// server twice in a short time.
private struct Trials {
    private(set) var isStoreSound = true
    private var heldUntil: [FeedID: Timestamp] = [:]

    mutating func note(_ report: FeedReport, of feed: Feed, at now: Timestamp) {
        isStoreSound = report.check.failure?.stage != .store
        // A document of this machine may be read as often as one likes.
        let isRemote = if case .remote = feed.source { true } else { false }
        heldUntil[feed.id] = isStoreSound || !isRemote ? nil : now + PollLoop.Limits.unstored
    }

    func hold(_ feed: FeedID, at now: Timestamp) -> Bool {
        // A clock that was set back must not hold it for long.
        heldUntil[feed].map { $0 > now && $0 <= now + PollLoop.Limits.unstored } ?? false
    }
}
