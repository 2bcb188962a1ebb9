import Foundation

/// Random numbers that are the same on every run (SplitMix64).
struct Chance {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// 0 to 1, neither of them.
    mutating func unit() -> Double { (Double(next() >> 11) + 0.5) / Double(UInt64(1) << 53) }
    mutating func normal() -> Double { (-2 * log(unit())).squareRoot() * cos(2 * .pi * unit()) }
    mutating func exponential(_ mean: Double) -> Double { -mean * log(unit()) }

    mutating func poisson(_ mean: Double) -> Int {
        var (count, left) = (0, mean)
        while true {
            left -= exponential(1)
            if left < 0 { return count }
            count += 1
        }
    }

    /// An angle from −π to π around 0, by rejection.
    mutating func vonMises(_ kappa: Double) -> Double {
        while true {
            let angle = (unit() * 2 - 1) * .pi
            if unit() < exp(kappa * (cos(angle) - 1)) { return angle }
        }
    }
}

/// The standard trace: what 4,000 feeds of four kinds post in 28 days. Times are days since the start, a Monday in UTC.
struct Trace {
    static let days = 28
    static let learned = 14
    /// Items that a document shows.
    static let window = 20

    let feeds: [Feed]

    struct Feed {
        let kind: Kind
        let posts: [Double]
    }

    enum Kind: String, CaseIterable { case office, flat, clock, bursts }

    init(feeds count: Int = 4_000, seed: UInt64 = 7) {
        var chance = Chance(seed)
        feeds = (0..<count).map { _ in Trace.feed(&chance) }
    }

    var items: Int { feeds.reduce(0) { $0 + $1.posts.count } }

    private static func feed(_ chance: inout Chance) -> Feed {
        let mean = min(max(0.7 * exp(1.8 * chance.normal()), 0.02), 300)
        let pick = chance.unit()
        let kind: Kind = pick < 0.45 ? .office : pick < 0.65 ? .flat : pick < 0.85 ? .clock : .bursts
        let weekend = kind == .flat ? 1 : 0.15 + 0.65 * chance.unit()
        let weekday = mean * 7 / (5 + 2 * weekend)
        let zone = Trace.zone(&chance)
        let centre = 13 + 2 * chance.normal()
        let hours = (0..<(1 + Int(chance.unit() * 3))).map { _ in 5 + 17 * chance.unit() }
        var posts: [Double] = []
        for day in 0..<days {
            // Weekends are the feed's own, by its zone; a day of the trace is a day there.
            let rate = day % 7 >= 5 ? weekday * weekend : weekday
            var times: [Double] = []
            switch kind {
            case .office:
                for _ in 0..<chance.poisson(rate) { times.append(centre + chance.vonMises(1.6) * 12 / .pi - zone) }
            case .flat: for _ in 0..<chance.poisson(rate) { times.append(24 * chance.unit()) }
            case .clock:
                for _ in 0..<chance.poisson(rate) {
                    times.append(hours[Int(chance.unit() * Double(hours.count))] + 0.1 * chance.normal() - zone)
                }
            case .bursts:
                for _ in 0..<chance.poisson(rate / 4) {
                    var time = 24 * chance.unit()
                    for _ in 0..<(1 + chance.poisson(3)) {
                        times.append(time)
                        time += chance.exponential(20.0 / 60)
                    }
                }
            }
            posts += times.map { Double(day) + $0 / 24 }
        }
        return Feed(kind: kind, posts: posts.filter { $0 >= 0 && $0 < Double(days) }.sorted())
    }

    private static func zone(_ chance: inout Chance) -> Double {
        let zones = [(-8, 0.12), (-5, 0.2), (0, 0.15), (1, 0.2), (2, 0.1), (5.5, 0.08), (8, 0.1), (9, 0.05)]
        var pick = chance.unit()
        for (zone, weight) in zones {
            pick -= weight
            if pick < 0 { return zone }
        }
        return 0
    }
}

/// What a way to poll came to.
struct Score {
    private(set) var delays: [Double] = []
    private(set) var requests = 0
    private(set) var lost = 0
    private var feeds = 0

    /// Replays one feed: `polls` in days, ascending, all within the measured days. The day before was polled at its end.
    mutating func add(_ feed: Trace.Feed, polls: [Double]) {
        feeds += 1
        requests += polls.count
        let start = Double(Trace.learned)
        var next = feed.posts.firstIndex { $0 >= start } ?? feed.posts.count
        for poll in polls {
            var end = next
            while end < feed.posts.count, feed.posts[end] <= poll { end += 1 }
            let shown = max(next, end - Trace.window)
            lost += shown - next
            for post in feed.posts[shown..<end] { delays.append(poll - post) }
            next = end
        }
    }

    mutating func sort() { delays.sort() }

    var perFeedAndDay: Double { Double(requests) / Double(feeds) / Double(Trace.days - Trace.learned) }
    var mean: Double { delays.reduce(0, +) / Double(max(1, delays.count)) * 1_440 }
    func quantile(_ part: Double) -> Double {
        delays.isEmpty ? 0 : delays[min(delays.count - 1, Int(part * Double(delays.count)))] * 1_440
    }
    var lostShare: Double { Double(lost) / Double(max(1, lost + delays.count)) }
    var perItem: Double { Double(requests) / Double(max(1, delays.count)) }
}
