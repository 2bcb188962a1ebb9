import Foundation
import WireModel
import WirePipeline

/// Replays the standard trace with every way to poll and prints the table of docs/performance.md.
@main
struct ScheduleBenchmark {
    private let trace = Trace()
    private var learned: [FeedRhythm] = []
    private var phases: [Double] = []

    static func main() {
        var benchmark = ScheduleBenchmark()
        benchmark.run()
    }

    private mutating func run() {
        var chance = Chance(11)
        phases = trace.feeds.map { _ in chance.unit() }
        learned = trace.feeds.map { feed in
            var rhythm = FeedRhythm()
            learn(feed, until: Trace.learned, into: &rhythm, from: 0)
            return rhythm
        }
        print("\(trace.feeds.count) feeds, \(trace.items) items in \(Trace.days) days\n")
        print("| policy | limits | requests/feed/day | mean delay, min | median | 95 % | requests/item | items lost |")
        print("| --- | --- | --- | --- | --- | --- | --- | --- |")
        let free = PollBudget.Bounds(least: 0.25, most: 288, gap: .seconds(300))
        let daily = PollBudget.Bounds(least: 1, most: 24, gap: .seconds(300))
        compare(24, free, "free, to 4 d")
        for budget in [8.0, 3.0] {
            compare(budget, daily, "1 to 24 a day")
            planned(budget, .polite, "the same, an hour apart", isGuarded: false)
        }
        print("| | | | | | | | |")
        row("hourly for all", "–", interval { _ in 24 })
        planned(11.5, daily, "1 to 24 a day", isGuarded: false)
        planned(11.5, .polite, "the same, an hour apart", isGuarded: false)
        planned(11.5, PollBudget.Bounds(least: 1, most: 288, gap: .seconds(300)), "free", isGuarded: false)
        let week = interval { feed in
            let posts = feed.posts.count { $0 >= Double(Trace.learned - 7) && $0 < Double(Trace.learned) }
            return min(max(Double(posts) / 7, 1), 288)
        }
        row("7 days ÷ posts of the last week", "5 min to 24 h", week)
        planned(week.perFeedAndDay, daily, "1 to 24 a day", isGuarded: false)
        print("| | | | | | | | |")
        planned(8, .polite, "an hour apart, guarded", isGuarded: true)
        planned(8, .polite, "the same, feeds where it may act", isGuarded: true, onlyGuardable: true)
        speed()
    }

    private func compare(_ budget: Double, _ bounds: PollBudget.Bounds, _ name: String) {
        let mean = PollBudget(polls: budget, for: learned.map { ($0, 1) }, bounds: bounds)
        let rates = learned.map { DayShape.rate($0, meanRate: mean.meanRate) }
        for policy in Policy.allCases {
            let polls = policy.allocate(rates, budget: budget, least: bounds.least, most: bounds.most)
            var score = Score()
            for (index, feed) in trace.feeds.enumerated() {
                score.add(feed, polls: even(polls[index], phase: phases[index]))
            }
            row(policy.rawValue, name, score)
        }
        var score = Score()
        for (index, feed) in trace.feeds.enumerated() {
            score.add(feed, polls: overTime(learned[index], mean, phase: phases[index]))
        }
        row("√ over feeds and time of week", name, score)
        planned(budget, bounds, name, isGuarded: false)
    }

    private func interval(_ polls: (Trace.Feed) -> Double) -> Score {
        var score = Score()
        for (index, feed) in trace.feeds.enumerated() {
            score.add(feed, polls: even(polls(feed), phase: phases[index]))
        }
        return score
    }

    /// The program's own plan, made anew each day from what was seen until then.
    private func planned(
        _ budget: Double, _ bounds: PollBudget.Bounds, _ name: String, isGuarded: Bool, onlyGuardable: Bool = false
    ) {
        var rhythms = learned
        var polls = [[Double]](repeating: [], count: trace.feeds.count)
        for day in Trace.learned..<Trace.days {
            var planner = PollPlanner(PollBudget(polls: budget, for: rhythms.map { ($0, 1) }, bounds: bounds))
            let date = FeedRhythm.day(of: stamp(Double(day)))
            for (index, feed) in trace.feeds.enumerated() {
                var chance = Chance(UInt64(day) << 32 | UInt64(index))
                let minutes = planner.minutes(of: date, rhythms[index], guarded: isGuarded, chance: chance.unit())
                polls[index] += minutes.map { Double(day) + Double($0) / 1_440 }
                learn(feed, until: day + 1, into: &rhythms[index], from: day)
            }
        }
        var score = Score()
        let hour = PollBudget(polls: budget, for: learned.map { ($0, 1) }, bounds: bounds)
        let judge = PollPlanner(hour)
        for (index, feed) in trace.feeds.enumerated() {
            if onlyGuardable, judge.mayMiss(rhythms[index], allowed: bounds.gap) { continue }
            score.add(feed, polls: polls[index])
        }
        row("**√ allocation + best times**", name, score)
    }

    private func row(_ policy: String, _ limits: String, _ score: Score) {
        var score = score
        score.sort()
        let values = [
            format(score.perFeedAndDay, 1), format(score.mean, 1), format(score.quantile(0.5), 1),
            format(score.quantile(0.95), 0), format(score.perItem, 1), format(score.lostShare * 100, 2) + " %",
        ]
        print("| \(policy) | \(limits) | \(values.joined(separator: " | ")) |")
    }

    /// Planning a day: the budget and each feed's times.
    private func speed() {
        for count in [10_000, 1_000_000] where count == 10_000 || CommandLine.arguments.contains("--million") {
            let start = ProcessInfo.processInfo.systemUptime
            let sample = (0..<count).lazy.map { (rhythm: learned[$0 % learned.count], weight: 1.0) }
            var planner = PollPlanner(PollBudget(polls: 8, for: sample))
            var polls = 0
            for index in 0..<count {
                polls +=
                    planner.minutes(of: 20_000, learned[index % learned.count], chance: phases[index % phases.count])
                    .count
            }
            let span = ProcessInfo.processInfo.systemUptime - start
            print("\nA day's plan for \(count) feeds: \(format(span, 2)) s, \(polls) polls")
        }
    }

    private func format(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }
}
