public import WireModel

/// When a feed may be asked again: the hard rules of politeness, as one pure function.
///
/// The earliest time is the latest of: the feed's floor, the server's freshness and Retry-After, the document's own
/// wishes (`ttl`, `sy:`), and the backoff after failures; then moved out of the document's skipped hours and days.
public struct PollingInterval: Sendable {
    public enum Limits {
        /// Least time between two checks of a feed whose document asks for nothing else.
        public static let floor = Duration.seconds(3_600)
        /// No feed is asked more often, whoever wishes it.
        public static let leastFloor = Duration.seconds(300)
        /// Freshness, ttl and update periods count up to this: year-long values exist by mistake.
        public static let longestWish = Duration.seconds(86_400)
        /// Retry-After is honoured up to this.
        public static let longestRetryAfter = Duration.seconds(7 * 86_400)
        /// A server that never sends a validator and a body that did not change on so many checks: daily is enough.
        public static let barrenChecks = 24
        public static let barrenFloor = Duration.seconds(86_400)
        public static let firstBackoff = Duration.seconds(1_800)
        public static let longestBackoff = Duration.seconds(86_400)
        /// A feed that is not found: daily for this long, then weekly.
        public static let daysUntilWeekly = 14
    }

    /// What a server and a document wish, as far as they said.
    public struct Wishes: Hashable, Sendable {
        /// Instant until which the answer is fresh (max-age less age, or Expires).
        public var freshUntil: Timestamp?
        public var retryAfter: Timestamp?
        public var document: DocumentWishes

        public init(freshUntil: Timestamp? = nil, retryAfter: Timestamp? = nil, document: DocumentWishes = .init()) {
            self.freshUntil = freshUntil
            self.retryAfter = retryAfter
            self.document = document
        }
    }

    /// What a time was set by; the word is for programs.
    public enum Reason: String, Hashable, Sendable {
        /// Our own least time between two checks of a feed, or the user's `interval`.
        case floor, interval
        case freshness, timeToLive = "ttl", updatePeriod = "update_period"
        /// The server knows no validators and nothing ever changes.
        case barren
        case retryAfter = "retry_after", backoff, skippedTimes = "skipped_times"
        /// Later than any rule demands: the plan expects more of that time.
        case schedule
        /// A hub sends what is new: one poll a day is a safety net.
        case push
    }

    /// When a feed may be asked again, by which rule, and the part of it that even a manual refresh may not pass.
    public struct Verdict: Hashable, Sendable {
        public let notBefore: Timestamp
        public let reason: Reason
        public let retryAfter: Timestamp?
    }

    private let settings: FeedSettings

    public init(settings: FeedSettings = FeedSettings()) { self.settings = settings }

    /// After a check that worked.
    /// - Parameter barren: checks in a row that brought neither a validator nor a change.
    public func afterSuccess(at now: Timestamp, wishes: Wishes, barren: Int = 0) -> Verdict {
        var latest = least(at: now, wishes: wishes)
        if barren >= Limits.barrenChecks, settings.interval == nil {
            latest.raise(to: now + Limits.barrenFloor, .barren)
        }
        return verdict(latest, at: now, wishes: wishes)
    }

    /// After the `failures`-th failure in a row.
    /// - Parameters:
    ///   - jitter: −1 to 1; spreads the backoff by a fifth.
    ///   - notFoundSince: since when the server has been saying 404, if it does.
    ///   - least: a backoff that the answer itself demands, such as 6 h for a bot check.
    public func afterFailure(
        at now: Timestamp, failures: Int, wishes: Wishes, jitter: Double, notFoundSince: Timestamp? = nil,
        least: Duration = .zero
    ) -> Verdict {
        var latest = self.least(at: now, wishes: wishes)
        let doubled = Limits.firstBackoff * (1 << min(max(failures - 1, 0), 6))
        let normal = max(doubled, latest.time - now)
        var backoff = min(max(normal, least), Limits.longestBackoff)
        if let since = notFoundSince {
            let isOld = now - since > .seconds(Limits.daysUntilWeekly * 86_400)
            if isOld { backoff = .seconds(7 * 86_400) }
        }
        let spread = Double(backoff.wholeMilliseconds) * (1 + 0.2 * min(max(jitter, -1), 1))
        latest.raise(to: now + .milliseconds(Int64(spread)), .backoff)
        return verdict(latest, at: now, wishes: wishes)
    }

    /// The latest of several demands, and whose it is.
    private struct Latest {
        var time: Timestamp
        var reason: Reason

        mutating func raise(to other: Timestamp, _ reason: Reason) {
            if other > time { (time, self.reason) = (other, reason) }
        }
    }

    /// What holds after every check: the floor, the server's freshness, the document's wishes.
    private func least(at now: Timestamp, wishes: Wishes) -> Latest {
        var latest = Latest(
            time: now + floor(at: now, wishes: wishes), reason: settings.interval == nil ? .floor : .interval)
        if let fresh = wishes.freshUntil { latest.raise(to: min(fresh, now + Limits.longestWish), .freshness) }
        if let ttl = wishes.document.timeToLive { latest.raise(to: now + min(ttl, Limits.longestWish), .timeToLive) }
        if let period = wishes.document.updatePeriod {
            latest.raise(to: now + min(period, Limits.longestWish), .updatePeriod)
        }
        return latest
    }

    private func verdict(_ latest: Latest, at now: Timestamp, wishes: Wishes) -> Verdict {
        var latest = latest
        let retry = retryAfter(wishes, at: now)
        if let retry { latest.raise(to: retry, .retryAfter) }
        latest.raise(to: leaveSkipped(latest.time, wishes), .skippedTimes)
        return Verdict(notBefore: latest.time, reason: latest.reason, retryAfter: retry)
    }

    /// The floor: 60 min, less only where the feed or the user asks for it, never under 5 min.
    private func floor(at now: Timestamp, wishes: Wishes) -> Duration {
        if let interval = settings.interval { return max(interval, Limits.leastFloor) }
        let asked = [wishes.document.timeToLive, wishes.freshUntil.map { $0 - now }].compactMap { $0 }.filter {
            $0 > .zero
        }
        guard let least = asked.min(), least < Limits.floor else { return Limits.floor }
        return max(least, Limits.leastFloor)
    }

    private func retryAfter(_ wishes: Wishes, at now: Timestamp) -> Timestamp? {
        wishes.retryAfter.flatMap { $0 > now ? min($0, now + Limits.longestRetryAfter) : nil }
    }

    /// The first instant at or after `instant` outside the skipped hours and days. Hours that would leave none of the day
    /// mean nothing, nor days that would leave none of the week.
    public func leaveSkipped(_ instant: Timestamp, _ wishes: Wishes) -> Timestamp {
        var hours = wishes.document.skippedHours.filter { (0..<24).contains($0) }
        var days = wishes.document.skippedDays.filter { (0..<7).contains($0) }
        if hours.count == 24 { hours = [] }
        if days.count == 7 { days = [] }
        guard !(hours.isEmpty && days.isEmpty) else { return instant }
        var candidate = instant
        for _ in 0..<(8 * 24) {
            let (date, time) = candidate.civil
            if !hours.contains(time.hour), !days.contains(date.weekday) { return candidate }
            let intoHour = Int64(time.minute * 60_000 + time.second * 1_000 + time.millisecond)
            candidate = Timestamp(milliseconds: candidate.milliseconds - intoHour + 3_600_000)
        }
        return instant
    }
}
