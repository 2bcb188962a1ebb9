public import WireModel
public import WireStore

/// Makes messages of what waits in the outbox, sends them, and notes how it went. The same code serves the one-shot fetch
/// and the service; one dispatcher works on a store at a time.
///
/// An attempt is counted before it is made, and its end noted after it: whatever breaks off in between is sent again under
/// the same id.
public actor OutboxDispatcher {
    /// What a run has done.
    public struct Tally: Hashable, Sendable {
        public var delivered = 0
        /// Attempts that failed and will be made again.
        public var failed = 0
        /// Given up.
        public var dead = 0
        /// The store's answer when it could not be used; delivery goes on when it can.
        public var trouble: StoreError?

        public init(trouble: StoreError? = nil) { self.trouble = trouble }
    }

    public enum Limits {
        /// Messages on their way at once, over all channels: as many endpoints may hang without holding up another.
        static let inFlight = 256
        /// No schedule has as many: a message that needs more was broken off again and again.
        static let attempts = 40
        /// Messages composed at once: bounds the bodies in memory.
        static let composing = 64
        /// Waiting deliveries of one channel that are planned at once.
        static let planning = 20_000
        /// Looks at least so often, whatever the clock does.
        static let longestSleep = Duration.seconds(30)
        /// After a store that failed: a full disk, another process.
        static let troubleSleep = Duration.seconds(5)
    }

    private struct Job: Sendable {
        let message: Message
        let channel: any Channel
    }

    private struct Ended: Sendable {
        let message: Message
        let result: DeliveryResult
        let at: Timestamp
    }

    private let store: any OutboxStore
    private let channels: [String: any Channel]
    private let unusable: Set<String>
    private let settings: AlertSettings
    private let policy: AlertPolicy
    private let composer: MessageComposer
    private let isOneShot: Bool
    private let now: @Sendable () -> Timestamp
    private let random: @Sendable () -> UInt64
    private let observe: @Sendable (Message, AttemptResult) async -> Void
    private let bell = Bell()

    private var health: [String: ChannelHealth] = [:]
    private var inFlight: [String: Int] = [:]
    private var notBefore: [String: Timestamp] = [:]
    private var ended: [Ended] = []
    private var mustPlan = true
    private var hasStarted = false
    private var nextLook: Timestamp?
    /// When to turn again if the bell does not ring; nil for never.
    private var nextTurn: Timestamp?
    private var tally = Tally()

    /// - Parameters:
    ///   - channels: those that can be used, by name.
    ///   - unusable: those whose settings are wrong: what waits for them goes on waiting.
    ///   - observe: told how each attempt ended, once that is stored.
    ///   - isOneShot: groups do not wait to grow, and a run ends when nothing is left to do now.
    public init(
        store: any OutboxStore, channels: [String: any Channel], unusable: Set<String> = [], settings: AlertSettings,
        isOneShot: Bool, now: @escaping @Sendable () -> Timestamp,
        random: @escaping @Sendable () -> UInt64 = { UInt64.random(in: .min ... .max) },
        observe: @escaping @Sendable (Message, AttemptResult) async -> Void = { _, _ in }
    ) {
        self.store = store
        self.channels = channels
        self.unusable = unusable
        self.settings = settings
        self.isOneShot = isOneShot
        self.now = now
        self.random = random
        self.observe = observe
        policy = AlertPolicy(settings, isOneShot: isOneShot)
        composer = MessageComposer(store: store, channels: channels, settings: settings)
    }

    /// Runs until the task is cancelled; the one-shot also ends when nothing can be sent now. Attempts that run when it is
    /// cancelled are broken off and made again by the next run.
    public func run() async -> Tally {
        await start()
        let changes = store.outboxChanges()
        await withDiscardingTaskGroup { group in
            group.addTask { [self] in
                for await _ in changes { await self.noteChange() }
            }
            while !Task.isCancelled {
                let jobs = await prepare()
                // It may have been cancelled meanwhile, which freed a place: the next run gives the leases back.
                if Task.isCancelled { break }
                for job in jobs { group.addTask { await self.perform(job) } }
                if !jobs.isEmpty { continue }
                let isAtRest = onTheirWay == ended.count
                if isOneShot, isAtRest, tally.trouble != nil || ended.isEmpty && nextTurn == nil { break }
                await bell.wait(atMost: nextTurn.map { min($0 - now(), Limits.longestSleep) } ?? Limits.longestSleep)
            }
            group.cancelAll()
        }
        await settle { () throws(StoreError) in try await self.note() }
        return tally
    }

    /// Does all that can be done at this moment, one after the other, and says when there will be more to do; nil if only
    /// something new will bring it. For tests with a clock of their own.
    func turn() async -> Timestamp? {
        if !hasStarted { await start() }
        mustPlan = true
        while true {
            let jobs = await prepare()
            if jobs.isEmpty { return nextTurn }
            for job in jobs { await perform(job) }
        }
    }

    private func noteChange() {
        mustPlan = true
        bell.ring()
    }
}

// MARK: - A turn

extension OutboxDispatcher {
    private func start() async {
        hasStarted = true
        await settle { () throws(StoreError) in
            // One process at a time delivers: leases of another are of one that is no more.
            try await self.store.releaseLeases(now: self.now())
            for health in try await self.store.channelHealth() { self.health[health.channel] = health }
        }
    }

    /// Notes what has ended, plans, claims: what is to be sent now.
    private func prepare() async -> [Job] {
        var jobs: [Job] = []
        await settle { () throws(StoreError) in
            try await self.note()
            if self.mustPlan || self.nextLook.map({ $0 <= self.now() }) ?? false { jobs += try await self.plan() }
            jobs += try await self.claim()
            if jobs.isEmpty { try await self.lookAhead() }
        }
        if tally.trouble != nil { nextTurn = now() + Limits.troubleSleep }
        return jobs
    }

    /// Finds when there is something to do if nothing comes. The one-shot waits for a channel's gap only.
    private func lookAhead() async throws(StoreError) {
        let now = now()
        let asleep = Set(channels.keys.filter { health[$0]?.isPaused(at: now) ?? false })
        var times: [Timestamp] = []
        if let due = try await store.nextDue(now: now, paused: asleep.union(unusable)) {
            let gaps = notBefore.values.filter { $0 > now }
            if due > now { if !isOneShot { times.append(due) } } else { times += gaps }
            // Due, and yet not to be had: it waits behind another of its group.
            if due <= now, gaps.isEmpty, !isOneShot { times.append(now + .seconds(1)) }
        }
        if !isOneShot {
            times += asleep.compactMap { health[$0]?.isOff ?? true ? nil : health[$0]?.pausedUntil }
            if let nextLook { times.append(nextLook) }
        }
        nextTurn = times.min().map { max($0, now + .milliseconds(10)) }
    }

    /// A store that fails must not end delivery, nor be asked without a pause.
    private func settle(_ body: () async throws(StoreError) -> Void) async {
        do throws(StoreError) {
            try await body()
            tally.trouble = nil
        } catch {
            tally.trouble = error
            mustPlan = true
        }
    }

    private func plan() async throws(StoreError) -> [Job] {
        mustPlan = false
        let now = now()
        var waiting = try await store.waitingDeliveries(limit: Limits.planning, paused: unusable)
        waiting.removeAll { channels[$0.key.channel] == nil }
        let situation = try await situation(of: waiting, now: now)
        let decision = policy.decide(situation, now: now)
        nextLook = decision.nextLook
        var jobs: [Job] = []
        var cancellations = decision.cancellations
        var batches = decision.batches[...]
        while !batches.isEmpty || !cancellations.isEmpty {
            var plan = OutboxPlan(cancellations: cancellations, now: now)
            cancellations = []
            var leased: [Job] = []
            var busy: Set<String> = []
            for batch in batches.prefix(Limits.composing) {
                let name = batch.key.channel
                let isFree =
                    !busy.contains(name) && slots(of: name, now: now) > 0
                    && !(situation.logs[batch.key]?.isHeldBack ?? false)
                    && onTheirWay + leased.count < Limits.inFlight
                let id = MessageID(high: random(), low: random())
                let composed = try await composer.compose(batch, id: id, isLeased: isFree, now: now)
                plan.messages.append(composed)
                if composed.message.state == .dead { tally.dead += 1 }
                if composed.message.state == .leased, let channel = channels[name] {
                    leased.append(Job(message: composed.message, channel: channel))
                    busy.insert(name)
                }
            }
            batches = batches.dropFirst(Limits.composing)
            try await store.apply(plan)
            for job in leased { take(job, now: now) }
            jobs += leased
        }
        if waiting.count >= Limits.planning { mustPlan = true }
        return jobs
    }

    /// Those that have ended and are not noted yet are among them.
    private var onTheirWay: Int { inFlight.values.reduce(0, +) }

    private func situation(
        of waiting: [WaitingDelivery], now: Timestamp
    ) async throws(StoreError) -> AlertPolicy.Situation {
        var situation = AlertPolicy.Situation(waiting: waiting)
        if settings.repeatInterval != nil {
            let open = try await store.openGroups(madeBefore: now + .milliseconds(1))
            situation.open = Set(open.keys)
            situation.logs = open
        }
        if waiting.isEmpty { return situation }
        let logs = try await store.groupLogs(Set(waiting.map(\.key)), now: now)
        situation.logs.merge(logs) { _, new in new }
        situation.recent = try await store.alertCounts(since: now - settings.floodSpan)
        if let span = settings.inhibition {
            situation.told = try await store.toldTexts(Set(waiting.compactMap(\.textGroup)), since: now - span)
        }
        situation.silences = try await store.silences(activeAt: now)
        return situation
    }

    private func claim() async throws(StoreError) -> [Job] {
        let now = now()
        let free = Limits.inFlight - onTheirWay
        guard free > 0 else { return [] }
        var limits: [String: Int] = [:]
        for name in channels.keys { limits[name] = slots(of: name, now: now) }
        let open = limits.filter { $0.value > 0 }
        guard !open.isEmpty else { return [] }
        let paused = unusable.union(limits.keys).subtracting(open.keys)
        let messages = try await store.claim(
            now: now, lease: MessageComposer.Limits.lease, limit: free, limits: open, paused: paused)
        let ruinous = messages.filter { $0.attempt > Limits.attempts }
        if !ruinous.isEmpty { try await giveUp(ruinous, now: now) }
        let jobs = messages.filter { $0.attempt <= Limits.attempts }.compactMap { message in
            channels[message.channel].map { Job(message: message, channel: $0) }
        }
        for job in jobs { take(job, now: now) }
        return jobs
    }

    /// Messages whose every attempt ends with the end of the program, it seems: they must not end it for ever.
    private func giveUp(_ messages: [Message], now: Timestamp) async throws(StoreError) {
        let answer = Message.Answer(error: "\(Limits.attempts) attempts were made, the last of them broken off")
        try await store.record(messages.map { AttemptResult($0.id, .dead, answer: answer, at: now) }, channels: [])
        tally.dead += messages.count
    }

    /// How many messages may be given to a channel now.
    private func slots(of name: String, now: Timestamp) -> Int {
        guard let channel = channels[name] else { return 0 }
        let descriptor = type(of: channel).descriptor
        if let time = notBefore[name], time > now, time - now <= descriptor.gap { return 0 }
        let health = health[name] ?? ChannelHealth(channel: name)
        if health.isPaused(at: now) { return 0 }
        let most = health.failures >= ChannelHealth.Limits.circuit || descriptor.gap > .zero ? 1 : descriptor.inFlight
        return max(0, most - (inFlight[name] ?? 0))
    }

    private func take(_ job: Job, now: Timestamp) {
        let name = job.message.channel
        inFlight[name, default: 0] += 1
        let gap = type(of: job.channel).descriptor.gap
        if gap > .zero { notBefore[name] = now + gap }
    }

    private func leave(_ name: String) {
        let left = (inFlight[name] ?? 1) - 1
        inFlight[name] = left > 0 ? left : nil
    }
}

// MARK: - Sending

extension OutboxDispatcher {
    private func perform(_ job: Job) async {
        let message = job.message
        let letter = Letter(
            id: message.id, kind: message.kind, group: message.group, body: message.body, attempt: message.attempt,
            now: now())
        let result = await job.channel.send(letter)
        let hasArrived = if case .delivered = result { true } else { false }
        if hasArrived || !Task.isCancelled {
            ended.append(Ended(message: message, result: result, at: now()))
        } else {
            // Broken off by our own end it says nothing of the channel: the next run gives the lease back.
            leave(message.channel)
        }
        bell.ring()
    }

    /// Writes down how attempts ended, all that have ended at once.
    private func note() async throws(StoreError) {
        guard !ended.isEmpty else { return }
        let noted = ended
        var results: [AttemptResult] = []
        var changed = health
        var counted = Tally()
        for end in noted {
            let name = end.message.channel
            var state = changed[name] ?? ChannelHealth(channel: name)
            results.append(judge(end, &state, &counted))
            changed[name] = state
        }
        let names = Set(noted.map(\.message.channel))
        try await store.record(results, channels: names.compactMap { changed[$0] })
        // Others may have ended meanwhile: they stand behind.
        ended.removeFirst(noted.count)
        // Only now: whatever ends us, of each slot at most one message was sent and not noted.
        for name in noted.map(\.message.channel) { leave(name) }
        health = changed
        // What was told may have to be told again one day.
        if counted.delivered > 0, settings.repeatInterval != nil { mustPlan = true }
        tally.delivered += counted.delivered
        tally.failed += counted.failed
        tally.dead += counted.dead
        for (end, result) in zip(noted, results) { await observe(end.message, result) }
    }

    private func judge(_ end: Ended, _ health: inout ChannelHealth, _ tally: inout Tally) -> AttemptResult {
        let retry = channels[end.message.channel].map { type(of: $0).descriptor.retry } ?? .webhook
        let schedule = RetrySchedule(retry)
        let chance = Double(random() >> 11) / Double(1 << 53)
        func later(_ answer: Message.Answer, isRefusal: Bool, least: Duration?) -> AttemptResult {
            let next = schedule.next(
                attempt: end.message.attempt, isRefusal: isRefusal, chance: chance, least: least)
            switch next {
            case .retry(let delay):
                tally.failed += 1
                return AttemptResult(end.message.id, .retry(at: end.at + delay), answer: answer, at: end.at)
            case .dead:
                tally.dead += 1
                return AttemptResult(end.message.id, .dead, answer: answer, at: end.at)
            }
        }
        switch end.result {
        case .delivered(let answer):
            health.noteSuccess(at: end.at)
            tally.delivered += 1
            return AttemptResult(end.message.id, .done, answer: answer, at: end.at)
        case .tryAgain(let answer, let wait):
            health.noteFailure(answer.error ?? "no success", at: end.at, wait: wait)
            return later(answer, isRefusal: false, least: wait)
        case .refused(let answer):
            health.noteFailure(answer.error ?? "refused", at: end.at)
            return later(answer, isRefusal: true, least: nil)
        case .gone(let answer):
            health.noteFailure(answer.error ?? "gone", at: end.at, isGone: true)
            return later(answer, isRefusal: true, least: nil)
        }
    }
}
