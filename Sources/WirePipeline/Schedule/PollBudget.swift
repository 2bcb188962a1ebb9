public import WireModel

/// How many polls a day each feed gets: as the root of its posts, so that the delay of all articles together is least.
public struct PollBudget: Sendable {
    /// How often one feed may be asked.
    public struct Bounds: Hashable, Sendable {
        /// Polls a day.
        public var least: Double
        public var most: Double
        /// Between two polls of one day's plan.
        public var gap: Duration

        /// Once to 24 times a day, an hour apart.
        public static let polite = Bounds(least: 1, most: 24, gap: .seconds(3_600))

        public init(least: Double, most: Double, gap: Duration) {
            self.least = least
            self.most = most
            self.gap = gap
        }
    }

    public enum Defaults {
        /// Polls per feed and day: the delay of hourly polling at half its requests.
        public static let polls = 12.0
        /// A feed of the tier `urgent` gets twice the polls of another one that posts as much.
        public static let urgentWeight = 4.0
    }

    public let bounds: Bounds
    /// Posts a day of the mean feed.
    public let meanRate: Double
    /// Polls a day of a feed with one post a day.
    public let scale: Double

    /// - Parameters:
    ///   - polls: a day, averaged over all feeds.
    ///   - feeds: what is known of each, and its weight.
    public init(
        polls: Double = Defaults.polls, for feeds: some Sequence<(rhythm: FeedRhythm, weight: Double)>,
        bounds: Bounds = .polite
    ) {
        self.bounds = bounds
        let feeds = Array(feeds)
        let posts = feeds.reduce(0.0) { $0 + Double($1.rhythm.weekday.posts + $1.rhythm.weekend.posts) }
        let days = feeds.reduce(0.0) { $0 + Double($1.rhythm.weekday.days + $1.rhythm.weekend.days) }
        let mean = days > 0 ? max(posts / days, 0.01) : 1
        meanRate = mean
        var roots: [(root: Double, share: Double)] = []
        roots.reserveCapacity(feeds.count * 2)
        for (rhythm, weight) in feeds {
            let rate = DayShape.rate(rhythm, meanRate: mean)
            roots.append(((weight * DayShape.level(rhythm.weekday, rate)).squareRoot(), 5.0 / 7))
            roots.append(((weight * DayShape.level(rhythm.weekend, rate)).squareRoot(), 2.0 / 7))
        }
        scale = PollBudget.scale(roots, total: polls * Double(feeds.count), bounds)
    }

    /// Bisection: the polls of all feeds grow with the scale.
    private static func scale(_ roots: [(root: Double, share: Double)], total: Double, _ bounds: Bounds) -> Double {
        guard !roots.isEmpty else { return total }
        var (low, high) = (0.0, 1e6)
        for _ in 0..<48 {
            let middle = (low + high) / 2
            var sum = 0.0
            for (root, share) in roots { sum += share * PollBudget.polls(middle * root, bounds) }
            if sum < total { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    /// Polls on a day with so many posts. Whole ones, unless a day is too much.
    public func polls(rate: Double, weight: Double = 1) -> Double {
        PollBudget.polls(scale * (weight * rate).squareRoot(), bounds)
    }

    /// The next poll after m even ones takes 1/(2m(m + 1)) off the mean delay: as many are given as have a gain above
    /// the price, which is what the root says for fractions.
    private static func polls(_ root: Double, _ bounds: Bounds) -> Double {
        if root < 1, bounds.least < 1 { return max(root, bounds.least) }
        return min(max(((1 + (1 + 4 * root * root).squareRoot()) / 2).rounded(.down), bounds.least), bounds.most)
    }
}
