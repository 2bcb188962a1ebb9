/// How a feed posts, as far as its checks have shown: what the schedule is made of. Old posts fade with a mean life of
/// three weeks, so that a feed that changes its habits is followed within days.
public struct FeedRhythm: Hashable, Sendable {
    /// Faded posts by quarter of an hour of the day in UTC, first those of even days, then those of odd ones: what both
    /// show is habit, what one shows is chance. Empty while there were none.
    public private(set) var posts: [Float] = []
    /// Faded posts and faded days watched, on Monday to Friday and on Saturday and Sunday in UTC.
    public private(set) var weekday = Tally()
    public private(set) var weekend = Tally()
    /// The tallies as they stood at the last post: a silence after it must not fade what it is measured by.
    public private(set) var habit = Habit()
    /// Until when posts are counted; nil before the first document.
    public private(set) var counted: Timestamp?
    /// Entries of the last documents, newest last; at most `Limits.documents`.
    public private(set) var documentSizes: [Int] = []
    /// The newest time that an entry of an earlier document named.
    public var newest: Timestamp?
    /// Mean time from publication until the article was here, over about the last `Limits.delays` that say.
    public private(set) var delay: Duration?
    private var delays = 0
    /// Between two documents without a common entry: articles may be missing that were published in between.
    public var gap: Gap?
    /// The times of day that were planned last.
    public var plan: Plan?

    public struct Tally: Hashable, Sendable {
        public var posts: Float = 0
        public var days: Float = 0
    }

    public struct Habit: Hashable, Sendable {
        public var weekday = Tally()
        public var weekend = Tally()
    }

    public struct Gap: Hashable, Sendable {
        public let from: Timestamp
        public let to: Timestamp

        public init(from: Timestamp, to: Timestamp) {
            self.from = from
            self.to = to
        }
    }

    public struct Plan: Hashable, Sendable {
        /// Days since 1970 in UTC.
        public let day: Int
        /// Minutes of that day, ascending.
        public let minutes: [Int]

        public init(day: Int, minutes: [Int]) {
            self.day = day
            self.minutes = minutes
        }
    }

    public enum Limits {
        public static let bins = 96
        public static let life: Double = 21
        public static let documents = 5
        public static let delays = 50
        /// Days of the past that a first document may tell of.
        public static let firstDays: Double = 14
    }

    public init() {}

    /// The least number of entries that recent documents showed; nil before the first.
    public var window: Int? { documentSizes.min() }

    /// Lets the time until `now` pass without a post.
    public mutating func advance(to now: Timestamp) {
        guard let last = counted else {
            counted = now
            return
        }
        guard now > last else { return }
        let days = FeedRhythm.days(now - last)
        let kept = Float(FeedRhythm.exponential(-days / Limits.life))
        for bin in posts.indices { posts[bin] *= kept }
        weekday = Tally(posts: weekday.posts * kept, days: weekday.days * kept)
        weekend = Tally(posts: weekend.posts * kept, days: weekend.days * kept)
        watch(from: last, to: now)
        counted = now
    }

    /// Counts posts that a document brought, after `advance`. The first document tells of the days before it, too.
    /// - Parameter documentSize: its entries; nil if it was a part only.
    public mutating func count(_ times: [Timestamp], documentSize: Int?, at now: Timestamp) {
        if documentSizes.isEmpty, let oldest = times.min() {
            let first = max(oldest, now - .seconds(Int64(Limits.firstDays * 86_400)))
            watch(from: first, to: now)
        }
        if let documentSize { documentSizes.append(documentSize) }
        if documentSizes.count > Limits.documents { documentSizes.removeFirst() }
        let oldest = now - .seconds(Int64(Limits.firstDays * 86_400))
        for time in times where time >= oldest && time <= now {
            if posts.isEmpty { posts = [Float](repeating: 0, count: Limits.bins * 2) }
            posts[FeedRhythm.bin(of: time)] += 1
            if FeedRhythm.isWeekend(time) { weekend.posts += 1 } else { weekday.posts += 1 }
            habit = Habit(weekday: weekday, weekend: weekend)
        }
        if let latest = times.filter({ $0 <= now }).max() { newest = max(newest ?? latest, latest) }
    }

    /// An article that was published while the feed was watched, and seen so long after.
    public mutating func note(delay span: Duration) {
        guard span >= .zero else { return }
        delays = min(delays + 1, Limits.delays)
        let mean = delay ?? .zero
        delay = mean + (span - mean) / delays
    }

    private mutating func watch(from start: Timestamp, to end: Timestamp) {
        var at = max(start, end - .seconds(60 * 86_400))
        while at < end {
            let next = min(end, Timestamp(milliseconds: (FeedRhythm.day(of: at) + 1) * 86_400_000))
            let share = Float(FeedRhythm.days(next - at))
            if FeedRhythm.isWeekend(at) { weekend.days += share } else { weekday.days += share }
            at = next
        }
    }

    /// Days since 1970 in UTC.
    public static func day(of time: Timestamp) -> Int64 {
        time.milliseconds >= 0 ? time.milliseconds / 86_400_000 : -((-time.milliseconds + 86_399_999) / 86_400_000)
    }

    public static func isWeekend(_ time: Timestamp) -> Bool { isWeekend(day: day(of: time)) }

    /// The first day of 1970 was a Thursday.
    public static func isWeekend(day: Int64) -> Bool {
        let weekday = ((day + 4) % 7 + 7) % 7
        return weekday == 0 || weekday == 6
    }

    private static func bin(of time: Timestamp) -> Int {
        let into = time.milliseconds - day(of: time) * 86_400_000
        let half = day(of: time) & 1 == 0 ? 0 : Limits.bins
        return half + min(max(Int(into / 900_000), 0), Limits.bins - 1)
    }

    private static func days(_ span: Duration) -> Double { Double(span.wholeMilliseconds) / 86_400_000 }

    /// eˣ for x ≤ 0, by halving until the series is short: the ground has no libm of its own.
    private static func exponential(_ x: Double) -> Double {
        if x < -700 { return 0 }
        var (part, squarings) = (x, 0)
        while part < -0.5 { (part, squarings) = (part / 2, squarings + 1) }
        var (term, sum) = (1.0, 1.0)
        for n in 1...12 {
            term *= part / Double(n)
            sum += term
        }
        for _ in 0..<squarings { sum *= sum }
        return sum
    }
}

// MARK: - As it is stored

extension FeedRhythm {
    /// 2 knows the habit.
    private static let version: UInt8 = 2
    /// Posts are kept in steps of 1/64.
    private static let step: Float = 64

    /// A compact form; nil while nothing is known.
    public var bytes: [UInt8]? {
        guard self != FeedRhythm() else { return nil }
        var out = ByteWriter([FeedRhythm.version])
        // Most feeds post in a few quarters of an hour only.
        let steps = posts.enumerated().map { (UInt8($0), UInt16(min(max($1 * FeedRhythm.step, 0), 65_535))) }
        let used = steps.filter { $0.1 > 0 }
        out.put(UInt8(used.count))
        for (bin, value) in used {
            out.put(bin)
            out.put(value)
        }
        out.put(weekday)
        out.put(weekend)
        out.put(counted)
        out.put(newest)
        out.put(UInt8(documentSizes.count))
        for size in documentSizes { out.put(UInt16(clamping: size)) }
        out.put(delay.map { Timestamp(milliseconds: $0.wholeMilliseconds) })
        out.put(UInt8(clamping: delays))
        out.put(gap?.from)
        out.put(gap?.to)
        out.put(UInt32(clamping: plan?.day ?? 0))
        out.put(UInt16(clamping: plan?.minutes.count ?? 0))
        for minute in plan?.minutes ?? [] { out.put(UInt16(clamping: minute)) }
        out.put(habit.weekday)
        out.put(habit.weekend)
        return out.bytes
    }

    /// nil for what is not of this form.
    public init?(bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        guard let version = reader.byte(), 1...FeedRhythm.version ~= version, let used = reader.byte() else {
            return nil
        }
        if used > 0 { posts = [Float](repeating: 0, count: Limits.bins * 2) }
        for _ in 0..<used {
            guard let bin = reader.byte(), Int(bin) < posts.count, let value = reader.word() else { return nil }
            posts[Int(bin)] = Float(value) / FeedRhythm.step
        }
        guard let weekday = reader.tally(), let weekend = reader.tally() else { return nil }
        (self.weekday, self.weekend) = (weekday, weekend)
        guard let counted = reader.time(), let newest = reader.time(), let sizes = reader.byte() else { return nil }
        (self.counted, self.newest) = (counted.value, newest.value)
        for _ in 0..<min(Int(sizes), Limits.documents) {
            guard let size = reader.word() else { return nil }
            documentSizes.append(Int(size))
        }
        guard let delay = reader.time(), let delays = reader.byte(), let from = reader.time(), let to = reader.time(),
            let day = reader.long(), let count = reader.word()
        else { return nil }
        self.delay = delay.value.map { .milliseconds($0.milliseconds) }
        self.delays = Int(delays)
        if let from = from.value, let to = to.value { gap = Gap(from: from, to: to) }
        var minutes: [Int] = []
        for _ in 0..<count {
            guard let minute = reader.word() else { return nil }
            minutes.append(Int(minute))
        }
        if day > 0 { plan = Plan(day: Int(day), minutes: minutes) }
        habit = Habit(weekday: weekday, weekend: weekend)
        if version == 1 { return }
        guard let weekday = reader.tally(), let weekend = reader.tally() else { return nil }
        habit = Habit(weekday: weekday, weekend: weekend)
    }
}

private struct ByteWriter {
    private(set) var bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func put(_ value: some FixedWidthInteger) {
        for shift in stride(from: 0, to: value.bitWidth, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }

    mutating func put(_ tally: FeedRhythm.Tally) {
        put(tally.posts.bitPattern)
        put(tally.days.bitPattern)
    }

    /// No time at all is the least number.
    mutating func put(_ time: Timestamp?) { put(time?.milliseconds ?? Int64.min) }
}

private struct ByteReader {
    private let bytes: [UInt8]
    private var at = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    private mutating func number(_ count: Int) -> UInt64? {
        guard at + count <= bytes.count else { return nil }
        defer { at += count }
        return bytes[at..<(at + count)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    mutating func byte() -> UInt8? { number(1).map { UInt8($0) } }
    mutating func word() -> UInt16? { number(2).map { UInt16($0) } }
    mutating func long() -> UInt32? { number(4).map { UInt32($0) } }
    mutating func float() -> Float? {
        long().map { Float(bitPattern: $0) }.flatMap { $0.isFinite && $0 >= 0 ? $0 : nil }
    }
    mutating func tally() -> FeedRhythm.Tally? {
        guard let posts = float(), let days = float() else { return nil }
        return FeedRhythm.Tally(posts: posts, days: days)
    }
    mutating func time() -> (value: Timestamp?, Void)? {
        number(8).map { bits in
            let value = Int64(bitPattern: bits)
            return (value == Int64.min ? nil : Timestamp(milliseconds: value), ())
        }
    }
}
