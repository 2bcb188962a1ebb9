public import WireModel

/// What is to be expected of a feed: posts a day on weekdays and at the weekend, and how they spread over the day.
public struct DayShape: Sendable {
    /// Posts a day, averaged over the week.
    public let rate: Double
    public let weekdayRate: Double
    public let weekendRate: Double
    /// Share of a day's posts by quarter of an hour; sums to 1.
    public let shares: [Double]

    private enum Prior {
        /// A feed that was not watched yet posts like the mean feed, with the weight of so many posts.
        static let posts = 0.35
        /// Posts spread flat over the day, so that a few do not make a pattern.
        static let flat = 3.0
        /// Days of the mean week that stand beside the watched weekdays and weekends.
        static let days = 1.0
    }

    /// How far a post stands for its neighbourhood; which of the kernels suits a feed is what its days tell.
    private struct Kernel {
        let reach: Int
        let parts: [Double]

        /// - Parameter sigma: the width in bins.
        init(sigma: Double, reach: Int) {
            self.reach = reach
            let raw = (-reach...reach).map { DayShape.bell(Double($0) / sigma) }
            let sum = raw.reduce(0, +)
            parts = raw.map { $0 / sum }
        }

        static let all = [
            Kernel(sigma: 0.2, reach: 0), Kernel(sigma: 0.5, reach: 1), Kernel(sigma: 1.2, reach: 3),
            Kernel(sigma: 4, reach: 9),
        ]
    }

    /// - Parameter meanRate: posts a day of the mean feed.
    public init(_ rhythm: FeedRhythm, meanRate: Double) {
        let posts = Double(rhythm.weekday.posts + rhythm.weekend.posts)
        let days = Double(rhythm.weekday.days + rhythm.weekend.days)
        rate = DayShape.rate(rhythm, meanRate: meanRate)
        weekdayRate = DayShape.level(rhythm.weekday, rate)
        weekendRate = DayShape.level(rhythm.weekend, rate)
        guard posts > 0, days > 0, !rhythm.posts.isEmpty else {
            shares = DayShape.flat
            return
        }
        let bins = FeedRhythm.Limits.bins
        shares = DayShape.habit(rhythm.posts[..<bins].map(Double.init), rhythm.posts[bins...].map(Double.init))
    }

    /// Posts by bin, spread by a kernel, with flat posts added; relative to flat.
    private static func density(_ posts: [Double], _ kernel: Kernel) -> [Double] {
        let bins = posts.count
        var density = [Double](repeating: Prior.flat / 2 / Double(bins), count: bins)
        for (bin, count) in posts.enumerated() where count > 0 {
            for (offset, part) in kernel.parts.enumerated() {
                density[(bin + offset - kernel.reach + bins) % bins] += count * part
            }
        }
        let scale = Double(bins) / (posts.reduce(0, +) + Prior.flat / 2)
        for bin in density.indices { density[bin] = density[bin] * scale - 1 }
        return density
    }

    /// The shape that even and odd days share, drawn towards flat as far as they differ.
    ///
    /// For the kernel of each width: how well the density of one half foretells the posts of the other (B), against how
    /// much pattern both together show (A). Least squares give the pattern the weight B/A, and choose the kernel with the
    /// largest B²/A.
    private static func habit(_ even: [Double], _ odd: [Double]) -> [Double] {
        let (evenPosts, oddPosts) = (even.reduce(0, +), odd.reduce(0, +))
        guard evenPosts > 0, oddPosts > 0 else { return flat }
        var (score, shares) = (0.0, flat)
        for kernel in Kernel.all {
            let (left, right) = (density(even, kernel), density(odd, kernel))
            var (foretold, shown) = (0.0, 0.0)
            for bin in left.indices {
                foretold += (left[bin] * odd[bin] / oddPosts + right[bin] * even[bin] / evenPosts) / 2
                let both = (left[bin] * evenPosts + right[bin] * oddPosts) / (evenPosts + oddPosts)
                shown += both * both
            }
            shown /= Double(left.count)
            // What chance alone foretells about every third time.
            foretold -= (shown / (evenPosts + oddPosts)).squareRoot()
            guard foretold > 0, shown > 0, foretold * foretold / shown > score else { continue }
            score = foretold * foretold / shown
            let trust = min(foretold / shown, 1)
            for bin in left.indices {
                let both = (left[bin] * evenPosts + right[bin] * oddPosts) / (evenPosts + oddPosts)
                shares[bin] = max(0, 1 + trust * both) / Double(left.count)
            }
        }
        return shares
    }

    static let flat = [Double](
        repeating: 1 / Double(FeedRhythm.Limits.bins), count: FeedRhythm.Limits.bins)

    /// Posts a day, drawn towards the mean feed's as long as little was seen.
    public static func rate(_ rhythm: FeedRhythm, meanRate: Double) -> Double {
        let posts = Double(rhythm.weekday.posts + rhythm.weekend.posts)
        let days = Double(rhythm.weekday.days + rhythm.weekend.days)
        return (posts + Prior.posts) / (days + Prior.posts / max(meanRate, 0.01))
    }

    static func level(_ tally: FeedRhythm.Tally, _ rate: Double) -> Double {
        (Double(tally.posts) + rate * Prior.days) / (Double(tally.days) + Prior.days)
    }

    /// The most posts a day that any quarter of an hour expects.
    var peakRate: Double { max(weekdayRate, weekendRate) * (shares.max() ?? 0) * Double(shares.count) }

    /// e^(−x²/2) for small x.
    private static func bell(_ x: Double) -> Double {
        let square = x * x / 2
        var (part, squarings) = (square, 0)
        while part > 0.5 { (part, squarings) = (part / 2, squarings + 1) }
        var (term, sum) = (1.0, 1.0)
        for n in 1...12 {
            term *= -part / Double(n)
            sum += term
        }
        for _ in 0..<squarings { sum *= sum }
        return sum
    }
}
