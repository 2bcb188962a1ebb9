import Foundation
import Synchronization
import WireAlerts
public import WireModel
import WirePipeline
import WireRules
public import WireStore
import WireWeb

/// The service: asks feeds when they are due, matches, delivers, watches over itself, until a signal ends it. SIGHUP takes
/// feeds, topics and settings anew, all or nothing.
public struct ServiceRun: Sendable {
    /// What the service has to say; the command prints it.
    public enum News: Sendable {
        case ready(feeds: Int, topics: Int, channels: Int)
        /// Where it answers about itself.
        case listening(String)
        /// A mail's recipient took itself off a channel.
        case unsubscribed(recipient: String, channel: String)
        case checked(FeedReport)
        /// A message was given to its channel.
        case attempted(Message, AttemptResult)
        /// Articles that the settings no longer keep were removed.
        case pruned(Retention.Pruned)
        /// Something is wrong and the service goes on.
        case problem(String)
        case reloaded(feeds: Int, topics: Int, channels: Int)
        /// The files are wrong: everything stays as it was.
        case notReloaded(String)
    }

    enum Limits {
        /// Feeds, channels and topics are looked over so often.
        static let watch: Duration = .seconds(60)
        static let index: Duration = .seconds(5)
        /// Old articles are removed for the first time so long after the start, then once a day.
        static let firstPrune: Duration = .seconds(600)
        static let prune: Duration = .seconds(86_400)
        /// The keys of the topics are chosen anew for the first time so long after the start, then so often.
        static let firstSettling: Duration = .seconds(3_600)
        static let settling: Duration = .seconds(86_400)
        /// After a store that could not be used.
        static let trouble: Duration = .seconds(5)
    }

    /// What one reading of the files gives.
    struct Plan: Sendable {
        let assembly: Assembly
        let topics: LoadedTopics
        let feeds: DeclaredFeeds
        private let listed: Int
        private let listProblems: [SettingsProblem]

        init(_ assembly: Assembly) async throws(SettingsProblem) {
            self.assembly = assembly
            async let list = assembly.readFeeds()
            topics = try assembly.loadTopics()
            let read = try await list.get()
            (feeds, listed, listProblems) = (DeclaredFeeds(read), read.count, read.problems)
        }

        var problems: [String] { topics.problems.map(\.text) + listProblems.map(\.text) }
        var counts: (feeds: Int, topics: Int, channels: Int) {
            (listed, topics.set.count, assembly.settings.channels.count)
        }
    }

    /// The feeds of a list until the store has them: a long list is not held for the years after.
    final class DeclaredFeeds: Sendable {
        private let declarations: Mutex<[FeedDeclaration]?>

        init(_ list: FeedList) { declarations = Mutex(list.stored == nil ? list.declarations : nil) }

        /// Makes the list the one in force, once.
        func declare(in store: any Store) async throws(StoreError) {
            let list = declarations.withLock { declarations in
                defer { declarations = nil }
                return declarations
            }
            if let list { try await store.declare(list, now: Clock.now()) }
        }
    }

    private let plan: Plan
    /// Reads the settings anew; the data folder stays what it was.
    private let reread: @Sendable () throws(SettingsProblem) -> Assembly
    private let socket = ServiceSocket(environment: ProcessInfo.processInfo.environment)

    /// Reads the files, and where there is no list of feeds, whether the database has some; writes nothing yet.
    /// - Throws: a problem of the files, before anything was done.
    public init(
        _ assembly: Assembly, reread: @escaping @Sendable () throws(SettingsProblem) -> Assembly
    ) async throws(SettingsProblem) {
        plan = try await Plan(assembly)
        self.reread = reread
    }

    /// Runs until SIGTERM or SIGINT.
    /// - Throws: if the database cannot be opened.
    public func run(tell: @escaping @Sendable (News) async -> Void) async throws(FetchRunError) {
        do {
            try await runStored(tell)
        } catch let error as FetchRunError {
            throw error
        } catch let error as StoreError {
            throw .store(error)
        } catch {
            throw .store(.failed(path: "", code: 0, reason: "\(error)"))
        }
    }

    private func runStored(_ tell: @escaping @Sendable (News) async -> Void) async throws {
        let interruption = Interruption()
        defer { interruption.end() }
        let reloads = SignalStream(SIGHUP)
        defer { reloads.end() }
        let started = Clock.now()
        let telemetry = Telemetry(started: started)
        let store = try await plan.assembly.openStore(forWriting: true)
        for problem in plan.problems { await tell(.problem(problem)) }
        var plan = plan
        try await plan.feeds.declare(in: store)
        socket.ready("\(plan.counts.feeds) feeds, \(plan.counts.topics) topics")
        await tell(.ready(feeds: plan.counts.feeds, topics: plan.counts.topics, channels: plan.counts.channels))
        while !interruption.hasCome {
            let current = plan
            let next = try? await interruption.run {
                await serve(current, store, telemetry, reloads, tell)
            }
            guard let next = next ?? nil else { break }
            plan = next
            try await plan.feeds.declare(in: store)
            socket.ready("\(plan.counts.feeds) feeds, \(plan.counts.topics) topics")
            for problem in plan.problems { await tell(.problem(problem)) }
            await tell(.reloaded(feeds: plan.counts.feeds, topics: plan.counts.topics, channels: plan.counts.channels))
        }
        socket.stopping()
        try await store.close()
    }

    /// Serves by one plan until the files give another, which it returns; nil if the task was cancelled.
    private func serve(
        _ plan: Plan, _ store: any Store, _ telemetry: Telemetry, _ reloads: SignalStream,
        _ tell: @escaping @Sendable (News) async -> Void
    ) async -> Plan? {
        let pulse = Pulse()
        let delivery = DeliveryRun(plan.assembly, store: store, topics: plan.topics.all) { message, result in
            telemetry.note(result.next, of: message.channel)
            await tell(.attempted(message, result))
        }
        for problem in delivery.problems { await tell(.problem(problem)) }
        let desk = PushDesk(plan.assembly.settings, store: store, tell: tell)
        let book = TopicBook(plan.topics.set)
        let actions = webActions(plan.assembly, store, delivery, telemetry, pulse, desk, tell)
        let web = ServiceWeb(plan.assembly.settings, actions: actions)
        return await withTaskGroup(of: Plan?.self) { group in
            group.addTask {
                await poll(
                    plan, store, book, telemetry, pulse, desk, hearsHubs: { desk != nil && web.isListening }, tell)
                return nil
            }
            group.addTask {
                await settle(book)
                return nil
            }
            group.addTask {
                await web.run(tell: tell)
                return nil
            }
            group.addTask {
                while !Task.isCancelled {
                    let tally = await delivery.run(isOneShot: false)
                    // Without channels it ends at once; a store that failed is asked again later.
                    if plan.assembly.settings.channels.isEmpty { break }
                    if let trouble = tally.trouble { await tell(.problem("deliveries wait: \(trouble)")) }
                    try? await Task.sleep(for: Limits.trouble)
                }
                return nil
            }
            group.addTask {
                await keepHouse(store, delivery, web, pulse, tell)
                return nil
            }
            group.addTask {
                await prune(store, plan.assembly.settings.retention, tell)
                return nil
            }
            group.addTask { await reloaded(reloads, tell) }
            // The first plan that comes ends this one; everything else ends only by being cancelled.
            while let result = await group.next() {
                if let result {
                    group.cancelAll()
                    await group.waitForAll()
                    return result
                }
            }
            return nil
        }
    }

    private func poll(
        _ plan: Plan, _ store: any Store, _ book: TopicBook, _ telemetry: Telemetry, _ pulse: Pulse, _ desk: PushDesk?,
        hearsHubs: @escaping @Sendable () -> Bool, _ tell: @escaping @Sendable (News) async -> Void
    ) async {
        var known: [FeedStanding]?
        while known == nil, !Task.isCancelled {
            do throws(StoreError) {
                let now = Clock.now()
                known = try await store.feeds { FeedStanding($0, at: now) }
            } catch {
                await tell(.problem("error: \(error)"))
                try? await Task.sleep(for: Limits.trouble)
            }
        }
        guard let feeds = known else { return }
        let assembly = plan.assembly
        let cycle = assembly.cycle(
            store: store, topics: book, routing: assembly.settings.routing(for: plan.topics.all), feeds: feeds,
            hearsHubs: hearsHubs)
        let loop = PollLoop(
            cycle: cycle, concurrency: assembly.settings.fetch.concurrency, store: store,
            started: telemetry.started)
        let report: @Sendable (FeedReport) async -> Void = { report in
            pulse.beat(new: report.new + report.revised)
            telemetry.note(report, at: Clock.now())
            await tell(.checked(report))
        }
        await withTaskGroup(of: Void.self) { group in
            if let desk { group.addTask { await desk.run(cycle, report: report) } }
            group.addTask {
                await loop.run(report: report) { counts, due in
                    pulse.beat(new: 0)
                    telemetry.note(counts)
                    let next = due.map { ", next check \($0)" } ?? ""
                    socket.status("\(counts.listed) feeds, \(counts.failing + counts.gone) failing\(next)")
                } trouble: { error in
                    await tell(.problem("error: \(error)"))
                }
            }
        }
    }

    /// Chooses the words by which topics are found by what articles were seen to have, first soon, then once a day.
    private func settle(_ book: TopicBook) async {
        var pause = Limits.firstSettling
        while !Task.isCancelled {
            try? await Task.sleep(for: pause)
            if Task.isCancelled { return }
            book.settle()
            pause = Limits.settling
        }
    }

    /// Brings the index up to date, looks over feeds, channels and topics, and tells the service manager that all is well
    /// as long as the polls go on.
    private func keepHouse(
        _ store: any Store, _ delivery: DeliveryRun, _ web: ServiceWeb, _ pulse: Pulse,
        _ tell: @escaping @Sendable (News) async -> Void
    ) async {
        let watchdog = ServiceSocket.watchdogInterval(environment: ProcessInfo.processInfo.environment)
        var nextWatch = ContinuousClock.now + Limits.watch
        while !Task.isCancelled {
            try? await Task.sleep(for: min(watchdog ?? Limits.index, Limits.index))
            if Task.isCancelled { return }
            do throws(StoreError) {
                if pulse.takeNew() {
                    while try await store.index(limit: FetchRun.Limits.indexBatch) == FetchRun.Limits.indexBatch {}
                    Allocator.giveBack()
                }
                if ContinuousClock.now >= nextWatch {
                    nextWatch = ContinuousClock.now + Limits.watch
                    try await delivery.watch()
                }
                // A database or a listener that hangs holds this up, and the service manager starts us anew.
                _ = try await store.size()
                await web.pass()
                if watchdog != nil, pulse.isBeating { socket.alive() }
            } catch {
                await tell(.problem("error: \(error)"))
            }
        }
    }

    /// Removes what the settings no longer keep, once a day; a database that fails is tried again.
    private func prune(
        _ store: any Store, _ retention: Retention, _ tell: @escaping @Sendable (News) async -> Void
    ) async {
        var pause = Limits.firstPrune
        while !Task.isCancelled {
            try? await Task.sleep(for: pause)
            if Task.isCancelled { return }
            do throws(StoreError) {
                let pruned = try await store.prune(retention, now: Clock.now())
                if pruned != Retention.Pruned() { await tell(.pruned(pruned)) }
                pause = Limits.prune
            } catch {
                await tell(.problem("error: old articles could not be removed: \(error)"))
                pause = Limits.firstPrune
            }
        }
    }

    /// What the listener may ask and do.
    private func webActions(
        _ assembly: Assembly, _ store: any Store, _ delivery: DeliveryRun, _ telemetry: Telemetry, _ pulse: Pulse,
        _ desk: PushDesk?, _ tell: @escaping @Sendable (News) async -> Void
    ) -> WebActions {
        WebActions(
            health: { pulse.isBeating ? nil : "feeds have not been looked at for minutes" },
            readiness: {
                guard pulse.isBeating else { return "feeds have not been looked at for minutes" }
                do throws(StoreError) {
                    _ = try await store.size()
                    return nil
                } catch {
                    return "the database cannot be used: \(error)"
                }
            },
            metrics: {
                guard let queue = try? await store.outboxQueue(), let size = try? await store.size(),
                    let channels = try? await store.channelHealth(), let leases = try? await store.leases()
                else { return nil }
                let stock = MetricsText.Stock(
                    queue: queue, databaseBytes: size.bytes, channels: channels, leases: leases)
                return MetricsText.text(telemetry, stock, now: Clock.now())
            },
            subscription: { delivery.subscription($0) },
            unsubscribe: { subscription in
                let (recipient, channel) = (subscription.recipient, subscription.channel)
                do throws(StoreError) {
                    try await store.optOut(recipient, of: channel, now: Clock.now())
                } catch {
                    await tell(.problem("error: \(recipient) could not be taken off \(channel): \(error)"))
                    return false
                }
                await tell(.unsubscribed(recipient: recipient, channel: channel))
                return true
            }, pushLimit: { await desk?.limit($0) },
            isPushWanted: { await desk?.isWanted($0, $1) ?? false },
            receive: { await desk?.receive($0, $1) ?? .gone })
    }

    /// Waits for SIGHUP and files that can be used.
    private func reloaded(_ reloads: SignalStream, _ tell: @escaping @Sendable (News) async -> Void) async -> Plan? {
        while await reloads.next() {
            socket.reloading()
            do throws(SettingsProblem) {
                return try await Plan(reread())
            } catch {
                await tell(.notReloaded(error.text))
                socket.ready("the files are wrong; everything stays as it was")
            }
        }
        return nil
    }
}

/// Whether the polls go on, and whether there is something to index.
private final class Pulse: Sendable {
    private struct State {
        var last = ContinuousClock.now
        var hasNew = true
    }

    private let state = Mutex(State())

    func beat(new: Int) {
        state.withLock { state in
            state.last = .now
            if new > 0 { state.hasNew = true }
        }
    }

    func takeNew() -> Bool {
        state.withLock { state in
            defer { state.hasNew = false }
            return state.hasNew
        }
    }

    /// The list is looked at every minute at the latest.
    var isBeating: Bool { state.withLock { ContinuousClock.now - $0.last < .seconds(180) } }
}
