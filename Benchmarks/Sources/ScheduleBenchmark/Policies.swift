import Foundation
import WireModel
import WirePipeline

/// Ways to share polls among feeds that the plan is compared with. All know the same of the past: posts a day of the last
/// two weeks, drawn towards the mean.
enum Policy: String, CaseIterable {
    case same = "same interval for all"
    case proportional = "in proportion to the post rate"
    case freshnessPeriodic = "freshness, periodic"
    case freshnessRandom = "freshness, random"
    case harmonic = "harmonic staleness"
    case root = "√ allocation, even spacing"

    /// Polls a day for a price μ of a poll.
    private func polls(rate: Double, price: Double) -> Double {
        switch self {
        case .same: 1 / price
        case .proportional: rate / price
        case .freshnessPeriodic: Policy.periodic(rate, price)
        case .freshnessRandom: max(0, (rate / price).squareRoot() - rate)
        case .harmonic: (-rate + (rate * rate + 4 * rate / price).squareRoot()) / 2
        case .root: (rate / price).squareRoot()
        }
    }

    /// (f/λ)(1 − e^(−λ/f)) grows by μ with one more poll: 1 − (1 + r)e^(−r) = μλ for r = λ/f.
    private static func periodic(_ rate: Double, _ price: Double) -> Double {
        let wanted = price * rate
        guard wanted < 1 else { return 0 }
        var (low, high) = (1e-6, 60.0)
        for _ in 0..<50 {
            let r = (low + high) / 2
            if 1 - (1 + r) * exp(-r) < wanted { low = r } else { high = r }
        }
        return rate / low
    }

    /// Polls a day of each feed, the mean being `budget`.
    func allocate(_ rates: [Double], budget: Double, least: Double, most: Double) -> [Double] {
        var (low, high) = (-40.0, 40.0)
        func allocation(_ exponent: Double) -> [Double] {
            rates.map { min(max(polls(rate: $0, price: exp(exponent)), least), most) }
        }
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if allocation(middle).reduce(0, +) > budget * Double(rates.count) { low = middle } else { high = middle }
        }
        return allocation(high)
    }
}

/// Evenly spaced polls from a phase of the feed's own.
func even(_ polls: Double, phase: Double) -> [Double] {
    guard polls > 0 else { return [] }
    let gap = 1 / polls
    var times: [Double] = []
    var time = Double(Trace.learned) + gap * phase
    while time < Double(Trace.days) {
        times.append(time)
        time += gap
    }
    return times
}

/// Polls whose density follows the root of the rate over the week.
func overTime(_ rhythm: FeedRhythm, _ budget: PollBudget, phase: Double) -> [Double] {
    let shape = DayShape(rhythm, meanRate: budget.meanRate)
    let (shortest, longest) = (1 / budget.bounds.most, 1 / budget.bounds.least)
    var times: [Double] = []
    var (passed, last) = (phase, Double(Trace.learned) - phase * shortest)
    let bin = 1.0 / 288
    for step in 0..<((Trace.days - Trace.learned) * 288) {
        let time = Double(Trace.learned) + Double(step) * bin
        let rate = (Trace.learned + step / 288) % 7 >= 5 ? shape.weekendRate : shape.weekdayRate
        passed += budget.scale * (rate * shape.shares[step % 288 / 3] * 96).squareRoot() * bin
        if (passed >= 1 && time - last >= shortest) || time - last >= longest {
            times.append(time)
            passed = 0
            last = time
        }
    }
    return times
}

/// The past of each feed as its checks leave it, day by day.
func learn(_ feed: Trace.Feed, until day: Int, into rhythm: inout FeedRhythm, from first: Int) {
    for past in first..<day {
        let end = stamp(Double(past + 1))
        if past == 0, first == 0 { rhythm.advance(to: stamp(0)) }
        rhythm.advance(to: end)
        let posts = feed.posts.filter { $0 >= Double(past) && $0 < Double(past + 1) }
        rhythm.count(posts.map(stamp), documentSize: Trace.window, at: end)
    }
}

/// A time of the trace; its first day is Monday, 2026-01-05.
func stamp(_ days: Double) -> Timestamp {
    Timestamp(year: 2026, month: 1, day: 5) + .milliseconds(Int64(days * 86_400_000))
}
