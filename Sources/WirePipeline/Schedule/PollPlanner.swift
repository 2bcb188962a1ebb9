public import WireModel

/// When a feed is worth asking: the times of a day, and the next of them. Pure: knows no clock and no chance but what the
/// feed's id and the day give.
public struct PollPlanner: Sendable {
    public let budget: PollBudget
    private var times = PollTimes()

    private enum Limits {
        /// Of a document's entries, so many may be new between two polls before one is feared lost.
        static let window = 0.5
        /// Of the gap to the poll before, and at most; spreads polls that many readers would otherwise make at the same
        /// minute. Only later: a minute before the burst is worth nothing.
        static let jitter = 0.05
        static let longestJitter = 600_000.0
        /// In milliseconds: a planned time this near is as good as now.
        static let near: Int64 = 1_800_000
        /// A feed that lost articles is asked twice as often until a week has passed.
        static let gapWeight = 4.0
        static let gapMemory: Duration = .seconds(7 * 86_400)
        /// Feeds that are overdue when the program starts are asked within this time.
        static let restart: Duration = .seconds(900)
    }

    public init(_ budget: PollBudget) { self.budget = budget }

    /// How much a feed's delay counts.
    public static func weight(_ settings: FeedSettings, _ rhythm: FeedRhythm, at now: Timestamp) -> Double {
        var weight = settings.tier == .urgent ? PollBudget.Defaults.urgentWeight : 1
        if let gap = rhythm.gap, now - gap.to < Limits.gapMemory { weight *= Limits.gapWeight }
        return weight
    }

    /// The polls of a day, in minutes.
    /// - Parameters:
    ///   - guarded: whether polls are added where a document would otherwise roll past us.
    ///   - chance: 0 to 1; settles a fraction of a poll.
    public mutating func minutes(
        of day: Int64, _ rhythm: FeedRhythm, weight: Double = 1, guarded: Bool = true, chance: Double
    ) -> [Int] {
        let shape = DayShape(rhythm, meanRate: budget.meanRate)
        let rate = FeedRhythm.isWeekend(day: day) ? shape.weekendRate : shape.weekdayRate
        var polls = budget.polls(rate: rate, weight: weight)
        let bins = Double(times.bins)
        let least = max(1, Int((budget.bounds.gap.wholeMilliseconds + 899_999) / 900_000))
        var most = times.bins
        if guarded, let window = rhythm.window {
            let allowed = Limits.window * Double(max(1, window))
            most = max(least, PollPlanner.longestGap(shape.shares, rate: rate, allowed: allowed))
            polls = min(max(polls, bins / Double(most)), budget.bounds.most)
        }
        let whole = polls.rounded(.down)
        let count = Int(whole) + (chance < polls - whole ? 1 : 0)
        return times.times(count, shape.shares, least: least, most: most)
    }

    /// The most steps between two polls in which, wherever they lie in the day, no more than `allowed` posts are expected.
    /// - Parameter rate: posts a day.
    private static func longestGap(_ shares: [Double], rate: Double, allowed: Double) -> Int {
        if rate <= allowed { return shares.count }
        var longest = shares.count
        var sum = 0.0
        var end = 0
        for start in shares.indices {
            while end - start < shares.count, sum + shares[end % shares.count] * rate <= allowed {
                sum += shares[end % shares.count] * rate
                end += 1
            }
            longest = min(longest, end - start)
            if end > start { sum -= shares[start] * rate } else { end = start + 1 }
        }
        return max(1, longest)
    }

    /// Whether articles may roll past us because the server does not let us ask often enough.
    public func mayMiss(_ rhythm: FeedRhythm, allowed gap: Duration) -> Bool {
        guard let window = rhythm.window else { return false }
        let shape = DayShape(rhythm, meanRate: budget.meanRate)
        let days = Double(gap.wholeMilliseconds) / 86_400_000
        return shape.peakRate * days > Double(window)
    }

    /// The next poll of a feed, never before `notBefore`. Keeps the plan it goes by in `rhythm`, and makes one at most
    /// twice a day.
    public mutating func next(
        of feed: FeedID, _ settings: FeedSettings, _ rhythm: inout FeedRhythm, after now: Timestamp,
        notBefore: Timestamp
    ) -> Timestamp {
        // The user's own interval is the plan.
        if settings.interval != nil { return notBefore }
        let today = FeedRhythm.day(of: now)
        if let planned = rhythm.plan, planned.day >= today, planned.day <= today + 1,
            let next = PollPlanner.next(in: planned, of: feed, after: now)
        {
            return max(next, notBefore)
        }
        rhythm.advance(to: now)
        let weight = PollPlanner.weight(settings, rhythm, at: now)
        for day in [today, today + 1] {
            let chance = PollPlanner.chance(feed, day, 0)
            let plan = FeedRhythm.Plan(
                day: Int(day), minutes: minutes(of: day, rhythm, weight: weight, chance: chance))
            rhythm.plan = plan
            if let next = PollPlanner.next(in: plan, of: feed, after: now) { return max(next, notBefore) }
        }
        return max(notBefore, now + .seconds(86_400))
    }

    /// The first time of a plan that is not as good as now.
    private static func next(in plan: FeedRhythm.Plan, of feed: FeedID, after now: Timestamp) -> Timestamp? {
        let start = Int64(plan.day) * 86_400_000
        for (index, minute) in plan.minutes.enumerated() {
            let time = start + Int64(minute) * 60_000
            let before = index > 0 ? plan.minutes[index - 1] : (plan.minutes.last ?? minute) - 1_440
            let gap = Int64(minute - before) * 60_000
            guard time > now.milliseconds + min(gap / 2, Limits.near) else { continue }
            let jitter =
                chance(feed, Int64(plan.day), index + 1) * min(Limits.jitter * Double(gap), Limits.longestJitter)
            return Timestamp(milliseconds: time + Int64(jitter))
        }
        return nil
    }

    /// When an overdue feed is asked after a start at `now`: spread by its id, so that not everything is asked at once.
    public static func start(of feed: FeedID, due: Timestamp, at now: Timestamp) -> Timestamp {
        guard due < now else { return due }
        return now + .milliseconds(Int64(chance(feed, 0, 0) * Double(Limits.restart.wholeMilliseconds)))
    }

    /// 0 to 1, the same for the same feed, day and number.
    static func chance(_ feed: FeedID, _ day: Int64, _ number: Int) -> Double {
        var mixed = UInt64(bitPattern: feed.rawValue) &* 0x9E37_79B9_7F4A_7C15
        mixed ^= UInt64(bitPattern: day) &* 0xBF58_476D_1CE4_E5B9
        mixed ^= UInt64(truncatingIfNeeded: number) &* 0x94D0_49BB_1331_11EB
        mixed ^= mixed >> 29
        mixed = mixed &* 0xBF58_476D_1CE4_E5B9
        mixed ^= mixed >> 32
        return Double(mixed >> 11) / Double(UInt64(1) << 53)
    }
}
