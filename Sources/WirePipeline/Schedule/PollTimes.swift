/// The best times of day for a number of polls: those after which the least delay was collected.
///
/// A post waits from its time to the next poll. The sum of all waits over a day is least where each poll stands just after
/// what it is for; dynamic programming finds that exactly on the grid of quarters of an hour. The cost of a gap is a Monge
/// function of its ends, so the best predecessor never goes back as the end goes on: halving finds a layer in n log n.
public struct PollTimes: Sendable {
    /// Quarters of an hour.
    public let bins: Int
    private var sums: [Double]
    private var moments: [Double]
    private var best: [Double]
    private var next: [Double]
    private var choice: [UInt8]

    private enum Limits {
        /// More polls a day are set by density: a grid of 15 minutes is too coarse for them.
        static let exact = 24
    }

    public init(bins: Int = 96) {
        self.bins = bins
        sums = [Double](repeating: 0, count: bins + 1)
        moments = sums
        best = sums
        next = sums
        choice = [UInt8](repeating: 0, count: (bins + 1) * (Limits.exact + 1))
    }

    /// Minutes of the day, ascending.
    /// - Parameters:
    ///   - shares: of a day's posts, by bin.
    ///   - least: the least gap in bins; gives way if the polls do not fit.
    ///   - most: the largest gap in bins; gives way if the polls do not reach.
    public mutating func times(_ count: Int, _ shares: [Double], least: Int = 1, most: Int = 96) -> [Int] {
        guard count > 0, shares.count == bins else { return [] }
        let minutes = 1_440 / bins
        let anchor = single(shares)
        if count == 1 { return [anchor * minutes] }
        if count > Limits.exact { return dense(count, shares) }
        let least = max(1, min(least, bins / count))
        let most = max(most, (bins + count - 1) / count)
        load(shares, from: anchor)
        best[0] = 0
        for end in 1...bins { best[end] = cost(0, end, least, most) }
        // Fewer polls with room to choose may beat many that the least gap holds in place.
        var (lowest, last, layers) = closing(least, most, after: (.infinity, 0, 0), layer: 1)
        if count > 2 {
            for layer in 2..<count {
                solve(layer, 1, bins, 0, bins - 1, least, most)
                (lowest, last, layers) = closing(least, most, after: (lowest, last, layers), layer: layer)
            }
        }
        guard lowest.isFinite else { return even(count, anchor) }
        var found = [anchor]
        while layers >= 1, last > 0 {
            found.append((anchor + last) % bins)
            last = Int(choice[layers * (bins + 1) + last])
            layers -= 1
        }
        return found.sorted().map { $0 * minutes }
    }

    /// The best last poll of a day with one poll more than `layer`, if it is better than what was found before.
    private func closing(
        _ least: Int, _ most: Int, after found: (lowest: Double, last: Int, layers: Int), layer: Int
    ) -> (Double, Int, Int) {
        var found = found
        for start in 1..<bins {
            let value = best[start] + cost(start, bins, least, most)
            if value < found.lowest { found = (value, start, layer) }
        }
        return found
    }

    private mutating func load(_ shares: [Double], from anchor: Int) {
        for bin in 0..<bins {
            let share = shares[(anchor + bin) % bins]
            sums[bin + 1] = sums[bin] + share
            moments[bin + 1] = moments[bin] + share * (Double(bin) + 0.5)
        }
    }

    /// Delay collected between two polls, in shares of a day's posts times bins.
    private func cost(_ start: Int, _ end: Int, _ least: Int, _ most: Int) -> Double {
        let gap = end - start
        guard gap >= least, gap <= most else { return .infinity }
        return Double(end) * (sums[end] - sums[start]) - (moments[end] - moments[start])
    }

    /// One layer: for each end the best last poll but one.
    private mutating func solve(
        _ layer: Int, _ low: Int, _ high: Int, _ from: Int, _ to: Int, _ least: Int, _ most: Int
    ) {
        for end in 0...bins { next[end] = .infinity }
        halve(layer, low, high, from, to, least, most)
        swap(&best, &next)
    }

    private mutating func halve(
        _ layer: Int, _ low: Int, _ high: Int, _ from: Int, _ to: Int, _ least: Int, _ most: Int
    ) {
        guard low <= high else { return }
        let end = (low + high) / 2
        var lowest = Double.infinity
        var at = from
        for start in stride(from: max(from, end - most), through: min(to, end - least), by: 1) {
            let value = best[start] + cost(start, end, least, most)
            if value < lowest { (lowest, at) = (value, start) }
        }
        next[end] = lowest
        choice[layer * (bins + 1) + end] = UInt8(at)
        // Where no predecessor is allowed, nothing is known of the neighbours' either.
        let isOpen = lowest.isFinite
        halve(layer, low, end - 1, from, isOpen ? at : to, least, most)
        halve(layer, end + 1, high, isOpen ? at : from, to, least, most)
    }

    /// The best time of a single poll: just after the burst.
    private func single(_ shares: [Double]) -> Int {
        // Moving the poll on by a bin makes the posts of that bin new and all others a bin older.
        var wait = 0.0
        for (bin, share) in shares.enumerated() { wait += share * (Double(bins - bin) - 0.5) }
        var (lowest, at) = (wait, 0)
        let total = shares.reduce(0, +)
        for bin in 1..<bins {
            wait += total - shares[bin - 1] * Double(bins)
            if wait < lowest - 1e-12 { (lowest, at) = (wait, bin) }
        }
        return at
    }

    /// Many polls: density as the root of the rate.
    private func dense(_ count: Int, _ shares: [Double]) -> [Int] {
        let roots = shares.map { $0.squareRoot() }
        let step = roots.reduce(0, +) / Double(count)
        var minutes: [Int] = []
        var passed = 0.0
        let width = 1_440 / bins
        for (bin, root) in roots.enumerated() {
            for minute in 0..<width {
                passed += root / Double(width)
                if passed >= step {
                    passed -= step
                    minutes.append(bin * width + minute)
                }
            }
        }
        return minutes
    }

    private func even(_ count: Int, _ anchor: Int) -> [Int] {
        (0..<count).map { (anchor + $0 * bins / count) % bins * (1_440 / bins) }.sorted()
    }
}
