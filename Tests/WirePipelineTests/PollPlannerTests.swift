import Testing
import WireModel

@testable import WirePipeline

@Suite("Planning polls")
struct PollPlannerTests {
    private let monday = Timestamp(year: 2026, month: 3, day: 2)

    /// A feed that was watched for so many days, with posts at these minutes of each day.
    private func rhythm(_ minutes: [Int], days: Int = 14, window: Int = 20, weekend: Bool = true) -> FeedRhythm {
        var rhythm = FeedRhythm()
        rhythm.advance(to: monday)
        for day in 0..<days {
            let start = monday + .seconds(Int64(day) * 86_400)
            let end = start + .seconds(86_400)
            rhythm.advance(to: end)
            let posts = weekend || day % 7 < 5 ? minutes.map { start + .seconds(Int64($0) * 60) } : []
            rhythm.count(posts, documentSize: window, at: end)
        }
        return rhythm
    }

    /// All ways to set `count` polls on the grid, for few bins.
    private func least(_ shares: [Double], _ count: Int, gap: Int) -> Double {
        let bins = shares.count
        func wait(_ polls: [Int]) -> Double {
            shares.indices.reduce(0) { sum, bin in
                let next = polls.first { $0 > bin } ?? polls[0] + bins
                return sum + shares[bin] * (Double(next - bin) - 0.5)
            }
        }
        var lowest = Double.infinity
        func choose(_ polls: [Int], from: Int) {
            if polls.count == count {
                let gaps = zip(polls, polls.dropFirst() + [polls[0] + bins]).map { $1 - $0 }
                if gaps.allSatisfy({ $0 >= gap }) { lowest = min(lowest, wait(polls)) }
                return
            }
            for next in from..<bins { choose(polls + [next], from: next + 1) }
        }
        choose([], from: 0)
        return lowest
    }

    private func wait(_ shares: [Double], _ polls: [Int]) -> Double {
        shares.indices.reduce(0) { sum, bin in
            let next = polls.first { $0 > bin } ?? polls[0] + shares.count
            return sum + shares[bin] * (Double(next - bin) - 0.5)
        }
    }

    @Test("Times are the best that there are, but for the poll they start from")
    func exact() {
        var seed: UInt64 = 1
        func next() -> Double {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(seed >> 40) / Double(1 << 24)
        }
        var times = PollTimes(bins: 16)
        for _ in 0..<40 {
            let raw = (0..<16).map { _ in next() * next() * next() }
            let shares = raw.map { $0 / raw.reduce(0, +) }
            for count in 1...4 {
                let polls = times.times(count, shares, least: 2, most: 16).map { $0 / 90 }
                #expect(polls.count <= count && polls == polls.sorted())
                let gaps = zip(polls, polls.dropFirst() + [(polls.first ?? 0) + 16]).map { $1 - $0 }
                #expect(gaps.allSatisfy { $0 >= 2 })
                // The anchor costs a little: it is the best time of a single poll.
                let best = (1...count).map { least(shares, $0, gap: 2) }.min() ?? 0
                #expect(wait(shares, polls) <= best * (count == 1 ? 1.000_001 : 1.25))
            }
        }
    }

    @Test("A feed that posts at two fixed times is asked right after them")
    func fixedTimes() {
        let feed = rhythm([8 * 60 + 5, 17 * 60 + 35])
        var planner = PollPlanner(PollBudget(polls: 2, for: [(feed, 1)]))
        let minutes = planner.minutes(of: FeedRhythm.day(of: monday) + 14, feed, guarded: false, chance: 0.5)
        #expect(minutes == [8 * 60 + 15, 17 * 60 + 45])
    }

    @Test("Posts without a habit are met evenly")
    func noHabit() {
        let feed = rhythm([])
        var planner = PollPlanner(PollBudget(polls: 4, for: [(feed, 1)]))
        let minutes = planner.minutes(of: FeedRhythm.day(of: monday) + 14, feed, chance: 0.5)
        #expect(zip(minutes, minutes.dropFirst()).allSatisfy { $1 - $0 == 360 })
    }

    @Test("Polls go as the root of the posts, within an hour and a day")
    func allocation() {
        let feeds = [1, 4, 16, 64].map { rhythm((0..<$0).map { $0 * 20 }) }
        let budget = PollBudget(polls: 8, for: feeds.map { ($0, 1) })
        let polls = feeds.map { budget.polls(rate: DayShape.rate($0, meanRate: budget.meanRate)) }
        #expect(polls == polls.sorted() && polls[0] >= 1 && polls[3] <= 24)
        #expect(abs(polls.reduce(0, +) / 4 - 8) <= 1)
        #expect(abs(polls[2] / polls[0] - 4) <= 1.2)
        let urgent = budget.polls(rate: 1, weight: PollBudget.Defaults.urgentWeight)
        #expect(urgent >= 1.7 * budget.polls(rate: 1))
    }

    @Test("A document that would roll past us is asked more often; if that is not allowed, it is known")
    func windowGuard() {
        let feed = rhythm((0..<96).map { $0 * 15 }, window: 10)
        var planner = PollPlanner(PollBudget(polls: 2, for: [(feed, 1)]))
        let day = FeedRhythm.day(of: monday) + 14
        #expect(planner.minutes(of: day, feed, guarded: false, chance: 0.5).count == 2)
        let guarded = planner.minutes(of: day, feed, chance: 0.5)
        #expect(guarded.count >= 18)
        #expect(!planner.mayMiss(feed, allowed: .seconds(3_600)))
        #expect(planner.mayMiss(feed, allowed: .seconds(6 * 3_600)))
    }

    @Test("The next check is planned, not before it is allowed, and the plan is kept for the day")
    func next() throws {
        var feed = rhythm([8 * 60 + 5, 17 * 60 + 35])
        var planner = PollPlanner(PollBudget(polls: 3, for: [(feed, 1)]))
        let now = monday + .seconds(14 * 86_400 + 6 * 3_600)
        let id = FeedID(rawValue: 77)
        let next = planner.next(of: id, FeedSettings(), &feed, after: now, notBefore: now + .seconds(3_600))
        let plan = try #require(feed.plan)
        #expect(plan.day == Int(FeedRhythm.day(of: now)))
        // A poll soon behind each of the two posts of the day.
        for post in [8 * 60 + 5, 17 * 60 + 35] {
            #expect(plan.minutes.contains { (post...post + 40).contains($0) }, "\(plan.minutes)")
        }
        let minute = try #require(plan.minutes.first { $0 > 7 * 60 })
        let wanted = monday + .seconds(Int64(14 * 86_400 + minute * 60))
        #expect(next >= wanted && next <= wanted + .seconds(600), "\(next) by \(plan.minutes)")
        let kept = feed
        #expect(planner.next(of: id, FeedSettings(), &feed, after: now, notBefore: now) == next)
        #expect(feed == kept)
        let late = now + .seconds(10 * 3_600)
        #expect(planner.next(of: id, FeedSettings(), &feed, after: now, notBefore: late) == late)
        let own = FeedSettings(interval: .seconds(900))
        #expect(planner.next(of: id, own, &feed, after: now, notBefore: now + .seconds(900)) == now + .seconds(900))
        // In the evening the plan is tomorrow's.
        let evening = monday + .seconds(14 * 86_400 + 23 * 3_600)
        let morning = planner.next(of: id, FeedSettings(), &feed, after: evening, notBefore: evening)
        #expect(FeedRhythm.day(of: morning) == FeedRhythm.day(of: evening) + 1)
    }

    @Test("P16 A thousand overdue feeds are spread over a quarter of an hour, each once")
    func restart() {
        let now = monday
        let starts = (0..<1_000).map {
            PollPlanner.start(of: FeedID(rawValue: Int64($0) << 12), due: now - .seconds(9_999), at: now)
        }
        #expect(starts.allSatisfy { $0 >= now && $0 < now + .seconds(900) })
        for minute in 0..<15 {
            let from = now + .seconds(Int64(minute) * 60)
            #expect((40...95).contains(starts.count { $0 >= from && $0 < from + .seconds(60) }))
        }
        let later = now + .seconds(50)
        #expect(PollPlanner.start(of: FeedID(rawValue: 1), due: later, at: now) == later)
    }

    @Test("What is learned of a feed survives its stored form and fades")
    func memory() {
        var feed = rhythm([480, 1_000], weekend: false)
        feed.note(delay: .seconds(60))
        feed.note(delay: .seconds(120))
        #expect(feed.delay == .seconds(90))
        let stored = feed.bytes.flatMap { FeedRhythm(bytes: $0) }
        #expect(stored?.weekday == feed.weekday && stored?.weekend == feed.weekend && stored?.newest == feed.newest)
        #expect(stored?.delay == .seconds(90))
        #expect(zip(stored?.posts ?? [], feed.posts).allSatisfy { abs($0 - $1) <= 1.0 / 64 })
        let shape = DayShape(feed, meanRate: 2)
        #expect(shape.weekdayRate > 1.5 && shape.weekendRate < 0.8)
        feed.advance(to: monday + .seconds(100 * 86_400))
        #expect(DayShape.rate(feed, meanRate: 2) < 0.2)
        for length in 0..<(feed.bytes?.count ?? 0) {
            #expect(FeedRhythm(bytes: Array((feed.bytes ?? []).prefix(length))) == nil)
        }
        // What was stored before habits were known is read as it stands.
        let old = [1] + (feed.bytes ?? []).dropFirst().dropLast(16)
        #expect(FeedRhythm(bytes: old)?.habit.weekday == feed.weekday)
    }
}
