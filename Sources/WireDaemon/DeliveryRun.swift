import WireAlerts
import WireModel
import WireStore
import WireWeb

/// What came of sending what was due.
public struct DeliveryReport: Sendable {
    /// Messages.
    public let delivered: Int
    /// Attempts that failed and will be made again.
    public let failed: Int
    /// Messages that were given up.
    public let dead: Int
    /// A signal ended it; the rest waits for the next run.
    public let wasInterrupted: Bool
    /// Channels that cannot be used, a database that cannot be written, in words.
    public let problems: [String]

    public var hasFailed: Bool { failed > 0 || dead > 0 || wasInterrupted || !problems.isEmpty }
}

/// Tells what the outbox holds: the same for the one-shot fetch, which ends when nothing can be sent now, and the service.
struct DeliveryRun: Sendable {
    private let store: any Store
    private let settings: Settings
    private let topics: [Topic]
    private let routing: AlertRouting
    private let book: ChannelBook
    private let links: OptOutLinks?
    private let linkProblem: SettingsProblem?
    private let observe: @Sendable (Message, AttemptResult) async -> Void

    /// - Parameters:
    ///   - topics: all topics of the file; those that are enabled are watched over.
    ///   - observe: told how each attempt ended, once that is stored.
    init(
        _ assembly: Assembly, store: any Store, topics: [Topic],
        observe: @escaping @Sendable (Message, AttemptResult) async -> Void = { _, _ in }
    ) {
        self.store = store
        settings = assembly.settings
        self.topics = topics.filter(\.isEnabled)
        routing = assembly.settings.routing(for: topics)
        self.observe = observe
        var outside = assembly.outside()
        do throws(SettingsProblem) {
            links = try OptOutLinks(assembly.settings, folder: assembly.locations.data(assembly.settings))
            linkProblem = nil
        } catch {
            (links, linkProblem) = (nil, error)
        }
        if let links { outside.unsubscribeAddress = { links.address(channel: $0, recipient: $1) } }
        outside.hasOptedOut = { channel, recipient in
            try await store.optOuts().contains { $0.channel == channel && $0.recipient == recipient }
        }
        book = ChannelBook(assembly.settings, outside: outside)
    }

    /// Channels whose settings cannot be used, in words; mails without an address to be rid of them.
    var problems: [String] { (book.problems + [linkProblem].compactMap(\.self)).map(\.text) }

    /// Whom a token takes off what.
    func subscription(_ token: String) -> WebActions.Subscription? { links?.subscription(token, among: book.channels) }

    /// Sends what can be sent now, until a signal ends it. Nil without channels.
    func runOnce(until interruption: Interruption) async -> DeliveryReport? {
        guard !settings.channels.isEmpty else { return nil }
        let tally = try? await interruption.run { await run(isOneShot: true) }
        let done = tally ?? OutboxDispatcher.Tally()
        return DeliveryReport(
            delivered: done.delivered, failed: done.failed, dead: done.dead, wasInterrupted: interruption.hasCome,
            problems: problems + (done.trouble.map { ["deliveries wait: \($0.description)"] } ?? []))
    }

    /// Says what is wrong with feeds, channels and topics, then sends what is due. Without channels there is nothing to do.
    /// - Parameter isOneShot: ends when nothing can be sent now; else when the task is cancelled.
    func run(isOneShot: Bool) async -> OutboxDispatcher.Tally {
        guard !settings.channels.isEmpty else { return OutboxDispatcher.Tally() }
        do throws(StoreError) {
            _ = try await store.dropChannels(except: Set(settings.channels.map(\.name)), now: Clock.now())
            try await watch()
        } catch {
            return OutboxDispatcher.Tally(trouble: error)
        }
        let dispatcher = OutboxDispatcher(
            store: store, channels: book.channels, unusable: Set(book.faults.keys), settings: settings.alerts,
            isOneShot: isOneShot, now: Clock.now, observe: observe)
        let tally = await dispatcher.run()
        let now = Clock.now()
        _ = try? await store.pruneOutbox(
            doneBefore: now - settings.alerts.keepDone, deadBefore: now - settings.alerts.keepDead)
        return tally
    }

    /// Looks at everything that is watched, and posts what there is to say of it.
    func watch() async throws(StoreError) {
        let now = Clock.now()
        var situation = Watcher.Situation()
        situation.conditions = try await store.conditions()
        let told = Set(situation.conditions.map(\.subject))
        situation.feeds = try await store.feeds { record in
            Watcher.concerns(record, at: now) || told.contains(record.feed.address) ? record : nil
        }
        situation.topics = topics
        situation.channels = try await store.channelHealth().filter { health in
            settings.channels.contains { $0.name == health.channel }
        }
        situation.unusable = book.faults.mapValues(\.message)
        situation.recentAlerts = try await store.alertCounts(since: now - settings.alerts.floodSpan)
        situation.lastMatches = try await store.lastMatches()
        situation.watchedSince = try await store.watchedSince(topics.map(\.id), now: now)
        let findings = Watcher(settings.alerts).judge(situation, now: now)
        guard !findings.isEmpty else { return }
        try await store.post(findings.map { notice($0, at: now) })
    }

    /// A notice for the channels that take notices; one about a channel goes by the others, if there are any.
    private func notice(_ finding: Watcher.Finding, at now: Timestamp) -> NewNotice {
        let notice = finding.notice(id: store.ids.next(at: now), at: now)
        let group = AlertRouting.group(of: finding.kind, subject: finding.subject)
        var names = routing.noticeChannels.filter { book.faults[$0] == nil }
        if finding.kind == .channelBroken, !finding.isCleared {
            let others = routing.routes.map(\.channel).filter { $0 != finding.subject && book.faults[$0] == nil }
            let preferred = names.filter { $0 != finding.subject }
            names = preferred.isEmpty ? Array(others.prefix(1)) : preferred
        }
        return NewNotice(
            notice,
            deliveries: names.map { name in
                Delivery(
                    id: store.ids.next(at: now), subject: .notice(notice.id), channel: name, group: group, created: now)
            })
    }
}
