import Synchronization
public import WireModel

/// Lets one request after the other through to each host: turns in order of arrival, a gap between them, an hourly share,
/// and rest when the host asked for it. Hosts of one registrable domain are one host to it (`HostRules.group`).
///
/// An idle host costs a few numbers in a table; whoever waits for its turn waits in its own task. State under a lock
/// instead of an actor, because a cancelled wait must leave the queue at once, and a free host must cost no hop.
public final class HostGate: Sendable {
    /// The answer to a request for a turn.
    public enum Answer: Sendable {
        /// Go; end with `leave`. `waited` is the time spent in the queue.
        case turn(Turn, waited: Duration)
        /// The host asked for rest that lasts this long.
        case resting(Duration)
        /// The hourly share is used up for this long.
        case shareUsed(limit: Int, Duration)
        case cancelled
    }

    /// The right to send one request to a host.
    public struct Turn: Sendable {
        let group: String
    }

    /// What an earlier run left behind for a host.
    public struct Memory: Sendable {
        /// The address of a feed.
        public let url: String
        /// How long ago the host was asked for it; nil if not within the hour.
        public let asked: Duration?
        /// How long its host still wants rest; nil if it does not.
        public let rest: Duration?

        public init(url: String, asked: Duration?, rest: Duration?) {
            self.url = url
            self.asked = asked
            self.rest = rest
        }
    }

    private struct Host {
        var gap: Duration
        let hourly: Int
        let inFlight: Int
        let hasOwnGap: Bool
        var running = 0
        /// No start before this.
        var readyAt: Duration = .zero
        var restUntil: Duration = .zero
        /// Starts within the last hour, oldest first.
        var starts: [Duration] = []
        var queue: [Waiter] = []
    }

    private struct Waiter {
        let id: UInt64
        let continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        let rules: HostRules
        /// By group.
        var hosts: [String: Host] = [:]
        var feeds: [String: Int] = [:]
        /// The groups of the names met so far.
        var groups: [String: String] = [:]
        var lastID: UInt64 = 0
        /// Waits cancelled before they reached their queue.
        var cancelled: Set<UInt64> = []
    }

    private let state: Mutex<State>
    /// Time since the gate was made; steady, whatever the wall clock does.
    private let elapsed: @Sendable () -> Duration
    private let pause: @Sendable (Duration) async throws -> Void

    private enum Limits {
        static let hour: Duration = .seconds(3_600)
    }

    public init(rules: HostRules = HostRules(), clock: some Clock<Duration> = ContinuousClock()) {
        state = Mutex(State(rules: rules))
        let start = clock.now
        elapsed = { start.duration(to: clock.now) }
        pause = { try await clock.sleep(for: $0) }
    }

    /// Says which feeds there are, so that crowded hosts get their longer gap. Replaces what was said before.
    public func expect(_ feeds: some Sequence<Feed>) {
        state.withLock { state in
            var counts: [String: Int] = [:]
            for feed in feeds {
                guard case .remote(let url) = feed.source, let host = HostGroups.host(of: url) else { continue }
                counts[HostGate.group(of: host, &state), default: 0] += 1
            }
            state.feeds = counts
            for (name, host) in state.hosts where !host.hasOwnGap {
                state.hosts[name]?.gap = HostGate.gap(feeds: counts[name] ?? 0)
            }
        }
    }

    /// The host asked for rest: nobody gets a turn for that long, though a longer rest stays.
    public func rest(_ host: String, for span: Duration) {
        let until = elapsed() + span
        state.withLock { state in
            let group = HostGate.group(of: host, &state)
            HostGate.withHost(group, &state) { $0.restUntil = max($0.restUntil, until) }
        }
    }

    /// Takes up what earlier runs left: the rests that hosts asked for, and the requests that still count in their gap
    /// and their hour.
    public func recall(_ memories: some Sequence<Memory>) {
        let now = elapsed()
        state.withLock { state in
            var touched: Set<String> = []
            for memory in memories where memory.asked != nil || memory.rest != nil {
                guard let host = HostGroups.host(of: memory.url) else { continue }
                let group = HostGate.group(of: host, &state)
                HostGate.withHost(group, &state) { host in
                    if let rest = memory.rest { host.restUntil = max(host.restUntil, now + rest) }
                    guard let asked = memory.asked, asked < Limits.hour else { return }
                    host.starts.append(now - asked)
                    host.readyAt = max(host.readyAt, now - asked + host.gap)
                    touched.insert(group)
                }
            }
            for group in touched { state.hosts[group]?.starts.sort() }
        }
    }

    /// The group of an address's host; nil if the address cannot be read.
    public func group(of url: String) -> String? {
        guard let host = HostGroups.host(of: url) else { return nil }
        return state.withLock { HostGate.group(of: host, &$0) }
    }

    /// Waits for a turn. A turn must be given back with `leave`, whatever becomes of the request.
    public func enter(_ host: String) async -> Answer {
        let asked = elapsed()
        let (group, admission) = state.withLock { state in
            let group = HostGate.group(of: host, &state)
            return (group, HostGate.admit(group, &state, now: asked))
        }
        switch admission {
        case .go: return .turn(Turn(group: group), waited: .zero)
        case .refuse(let answer): return answer
        case .wait: break
        case .queue: guard await queue(group) else { return .cancelled }
        }
        return await begin(group, asked: asked)
    }

    /// Ends a turn and lets the next one in.
    public func leave(_ turn: Turn) {
        let now = elapsed()
        let next = state.withLock { state -> Waiter? in
            HostGate.withHost(turn.group, &state) { host in
                if host.inFlight == 1 { host.readyAt = max(host.readyAt, now + host.gap) }
                if host.queue.isEmpty {
                    host.running -= 1
                    return nil
                }
                return host.queue.removeFirst()  // it takes over the place
            }
        }
        next?.continuation.resume(returning: true)
    }

    // MARK: -

    private enum Admission {
        case go
        /// The caller holds a place, and must wait before it begins.
        case wait(Duration)
        case queue
        case refuse(Answer)
    }

    private static func admit(_ group: String, _ state: inout State, now: Duration) -> Admission {
        withHost(group, &state) { host in
            if host.running >= host.inFlight {
                // Who would only be refused at the end of the queue need not stand in it.
                return refusal(&host, now: now).map { .refuse($0) } ?? .queue
            }
            let admission = attempt(&host, now: now)
            if case .refuse = admission { return admission }
            host.running += 1
            return admission
        }
    }

    /// Begins if the host may be asked now.
    private static func attempt(_ host: inout Host, now: Duration) -> Admission {
        if let refusal = refusal(&host, now: now) { return .refuse(refusal) }
        if host.readyAt > now { return .wait(host.readyAt - now) }
        host.starts.append(now)
        host.readyAt = now + host.gap
        return .go
    }

    private static func refusal(_ host: inout Host, now: Duration) -> Answer? {
        if host.restUntil > now { return .resting(host.restUntil - now) }
        let old = host.starts.prefix { $0 + Limits.hour <= now }.count
        if old > 0 { host.starts.removeFirst(old) }
        if host.starts.count >= host.hourly, let oldest = host.starts.first {
            return .shareUsed(limit: host.hourly, oldest + Limits.hour - now)
        }
        return nil
    }

    /// Waits while holding a place, then begins.
    private func begin(_ name: String, asked: Duration) async -> Answer {
        while true {
            let now = elapsed()
            let admission = state.withLock { state in
                HostGate.withHost(name, &state) { HostGate.attempt(&$0, now: now) }
            }
            switch admission {
            case .go, .queue: return .turn(Turn(group: name), waited: now - asked)
            case .refuse(let answer):
                giveBack(name)
                return answer
            case .wait(let span):
                do {
                    try await pause(span)
                } catch {
                    giveBack(name)
                    return .cancelled
                }
            }
        }
    }

    /// Gives an unused place back: no request was made, so no gap follows.
    private func giveBack(_ name: String) {
        let next = state.withLock { state -> Waiter? in
            HostGate.withHost(name, &state) { host in
                if host.queue.isEmpty {
                    host.running -= 1
                    return nil
                }
                return host.queue.removeFirst()
            }
        }
        next?.continuation.resume(returning: true)
    }

    /// Waits in the host's queue for a place; false if cancelled.
    private func queue(_ name: String) async -> Bool {
        let id = state.withLock { state in
            state.lastID &+= 1
            return state.lastID
        }
        defer { state.withLock { _ = $0.cancelled.remove(id) } }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer: Bool? = state.withLock { state in
                    if state.cancelled.contains(id) { return false }
                    return HostGate.withHost(name, &state) { host in
                        if host.running < host.inFlight {
                            host.running += 1
                            return true
                        }
                        host.queue.append(Waiter(id: id, continuation: continuation))
                        return nil
                    }
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let waiter = state.withLock { state -> Waiter? in
                guard let index = state.hosts[name]?.queue.firstIndex(where: { $0.id == id }) else {
                    state.cancelled.insert(id)
                    return nil
                }
                return state.hosts[name]?.queue.remove(at: index)
            }
            waiter?.continuation.resume(returning: false)
        }
    }

    private static func withHost<Result>(
        _ name: String, _ state: inout State, _ body: (inout Host) -> Result
    ) -> Result {
        if state.hosts[name] == nil {
            let policy = state.rules.policy(for: name)
            state.hosts[name] = Host(
                gap: policy.gap ?? gap(feeds: state.feeds[name] ?? 0), hourly: policy.hourly, inFlight: policy.inFlight,
                hasOwnGap: policy.gap != nil)
        }
        return body(&state.hosts[name, default: Host(gap: .zero, hourly: 1, inFlight: 1, hasOwnGap: false)])
    }

    private static func gap(feeds: Int) -> Duration {
        feeds > HostRules.Defaults.crowd ? HostRules.Defaults.crowdedGap : HostRules.Defaults.gap
    }

    private static func group(of host: String, _ state: inout State) -> String {
        if let known = state.groups[host] { return known }
        let group = state.rules.group(of: host)
        state.groups[host] = group
        return group
    }
}
