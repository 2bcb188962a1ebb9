import Foundation
import Synchronization
import WireAlerts
import WireFetch
import WireModel
import WireParse
import WirePipeline
import WireStore
import WireWeb

/// Keeps the feeds' subscriptions at hubs (WebSub) and takes what they send. Without a public address no hub could reach us:
/// then there is no desk.
final class PushDesk: Sendable {
    private enum Limits {
        /// Leases are looked over so often.
        static let look: Duration = .seconds(10)
        /// Hubs asked in one look; the rest comes with the next.
        static let asked = 50
        /// Bytes that wait to be looked at; what comes beyond is fetched from the feed instead.
        static let waiting = 32 << 20
        /// What a small document counts at least.
        static let parcel = 1 << 10
        static let tokenBytes = 16
        static let secretBytes = 32
    }

    private struct Parcel: Sendable {
        let feed: FeedID
        let document: FetchedDocument
    }

    private struct State {
        var waiting = 0
        /// Feeds of whose false signatures somebody was told.
        var warned: Set<FeedID> = []
    }

    private let store: any Store
    private let base: String
    private let bodyLimit: Int
    private let tell: @Sendable (ServiceRun.News) async -> Void
    private let state = Mutex(State())
    private let (parcels, line) = AsyncStream.makeStream(of: Parcel.self)

    init?(_ settings: Settings, store: any Store, tell: @escaping @Sendable (ServiceRun.News) async -> Void) {
        guard let base = settings.alerts.publicURL, settings.web.listen != nil || InheritedSocket.descriptor != nil
        else {
            return nil
        }
        self.base = base
        self.store = store
        bodyLimit = settings.fetch.maxBody
        self.tell = tell
    }

    /// Asks hubs and takes in what they send, until the task is cancelled.
    /// - Parameter report: called for each document that was taken in.
    func run(_ cycle: FeedCycle, report: @escaping @Sendable (FeedReport) async -> Void) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [self] in
                await catchUp()
                while !Task.isCancelled {
                    await lookOver(cycle)
                    try? await Task.sleep(for: Limits.look)
                }
            }
            group.addTask { [self] in
                for await parcel in parcels { await take(parcel, cycle, report) }
            }
            await group.waitForAll()
        }
    }

    // MARK: Asking

    /// What hubs sent while the program did not run is fetched.
    private func catchUp() async {
        do throws(StoreError) {
            let now = Clock.now()
            for lease in try await store.leases() where lease.isActive(at: now) {
                // Spread, as all that is overdue at a start.
                let time = PollPlanner.start(of: lease.feed, due: now - .milliseconds(1), at: now)
                try await store.pollSoon(lease.feed, now: time)
            }
        } catch {
            await tell(.problem("error: \(error)"))
        }
    }

    private func lookOver(_ cycle: FeedCycle) async {
        do throws(StoreError) {
            let leases = Dictionary(grouping: try await store.leases(), by: \.feed)
            let sources = try await store.pushSources()
            var asked = 0
            for feed in Set(leases.keys).union(sources.keys) {
                switch PushLease.step(leases[feed] ?? [], hub: sources[feed], at: Clock.now()) {
                case .rest: break
                case .drop: try await store.dropLeases(of: feed)
                case .ask(let failures):
                    guard let hub = sources[feed], asked < Limits.asked, !Task.isCancelled else { continue }
                    asked += 1
                    try await ask(hub, for: feed, failures: failures, cycle)
                }
            }
        } catch {
            await tell(.problem("error: \(error)"))
        }
    }

    private func ask(_ hub: PushSource, for feed: FeedID, failures: Int, _ cycle: FeedCycle) async throws(StoreError) {
        let secret = WebSub.mayTellSecret(to: hub.hub) ? Array(PushDesk.random(Limits.secretBytes).utf8) : nil
        let lease = PushLease(
            feed: feed, token: PushDesk.random(Limits.tokenBytes), secret: secret, hub: hub.hub, topic: hub.topic,
            asked: Clock.now(), failures: failures)
        // The hub may verify before it answers.
        try await store.keep(lease)
        do throws(Failure) {
            try await cycle.subscribe(lease, callback: base + PushPage.path + lease.token)
        } catch {
            // Every feed is polled anyway: once is enough to say so.
            if failures == 0 {
                await tell(.problem("the hub of \(hub.topic) does not take a subscription: \(error.message)"))
            }
        }
    }

    private static func random(_ count: Int) -> String {
        var random = SystemRandomNumberGenerator()
        return (0..<count).map { _ in
            let byte = UInt8.random(in: .min ... .max, using: &random)
            return (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }

    // MARK: What hubs ask and send

    func limit(_ token: String) async -> Int? { (try? await store.lease(token: token)) == nil ? nil : bodyLimit }

    func isWanted(_ token: String, _ question: PushPage.Question) async -> Bool {
        let now = Clock.now()
        guard var lease = try? await store.lease(token: token), lease.topic == question.topic else { return false }
        switch question.mode {
        case "subscribe":
            guard lease.isPending(at: now) || lease.isActive(at: now), !question.challenge.isEmpty else { return false }
            let span = Duration.seconds(min(max(question.leaseSeconds ?? Int.max, 0), 1 << 40))
            let given = question.leaseSeconds == nil ? PushLease.Limits.wanted : span
            lease.until = now + min(max(given, PushLease.Limits.shortest), PushLease.Limits.longest)
            lease.failures = 0
        case "denied":
            lease.until = nil
            lease.failures += 1
            await tell(
                .problem(
                    "a hub denies its news of \(lease.topic)\(question.reason.isEmpty ? "" : ": ")\(question.reason.harmless)"
                ))
        default:
            // Nothing of ours asks a hub to stop: an end that nobody asked for is not confirmed.
            return false
        }
        do throws(StoreError) {
            try await store.keep(lease)
            return true
        } catch {
            await tell(.problem("error: \(error)"))
            return false
        }
    }

    func receive(_ token: String, _ content: PushPage.Content) async -> PushPage.Reception {
        let now = Clock.now()
        guard let lease = try? await store.lease(token: token) else { return .gone }
        guard lease.until != nil else { return .early }
        guard lease.isActive(at: now) else { return .gone }
        guard let bytes = content.bytes else {
            await pollInstead(lease.feed)
            return .taken
        }
        if let secret = lease.secret, !Signature.isRight(content.signature ?? "", of: bytes, key: secret) {
            if state.withLock({ $0.warned.insert(lease.feed).inserted }) {
                await tell(
                    .problem("what was sent as news of \(lease.topic) is not signed by its hub and is not looked at"))
            }
            return .taken
        }
        let hasRoom = state.withLock { state in
            guard state.waiting + PushDesk.weight(bytes) <= Limits.waiting else { return false }
            state.waiting += PushDesk.weight(bytes)
            return true
        }
        guard hasRoom else {
            await pollInstead(lease.feed)
            return .taken
        }
        let document = FetchedDocument(bytes: bytes, url: lease.topic, contentType: content.contentType)
        line.yield(Parcel(feed: lease.feed, document: document))
        return .taken
    }

    private func take(_ parcel: Parcel, _ cycle: FeedCycle, _ report: (FeedReport) async -> Void) async {
        defer { state.withLock { $0.waiting -= PushDesk.weight(parcel.document.bytes) } }
        guard let record = (try? await store.feed(parcel.feed)) ?? nil, record.isListed else { return }
        let result = await cycle.receive(parcel.document, of: record)
        // What cannot be read, or not be stored, is in the feed too.
        if result.check.failure != nil { await pollInstead(parcel.feed) }
        await report(result)
    }

    private static func weight(_ bytes: [UInt8]) -> Int { bytes.count + Limits.parcel }

    private func pollInstead(_ feed: FeedID) async {
        do throws(StoreError) {
            try await store.pollSoon(feed, now: Clock.now())
        } catch {
            await tell(.problem("error: \(error)"))
        }
    }
}
