/// How many articles had what the topics' keys ask for, as a matcher observed it. Decides about speed only.
public struct TermFrequencies: Sendable {
    /// Articles looked at.
    public private(set) var articles = 0
    private var counts: [KeyRule: Int] = [:]

    private enum Limits {
        /// With fewer articles a guess from the word's length is better.
        static let articles = 200
    }

    public init() {}

    /// Whether enough articles were seen to choose by.
    public var isTelling: Bool { articles >= Limits.articles }

    mutating func add(_ rules: [KeyRule], _ seen: [UInt32]) {
        for (rule, count) in zip(rules, seen) where count > 0 { counts[rule, default: 0] += Int(count) }
    }

    /// Adds what another matcher observed.
    public mutating func add(_ other: TermFrequencies) {
        articles += other.articles
        counts.merge(other.counts, uniquingKeysWith: +)
    }

    mutating func add(articles count: Int) { articles += count }

    /// The share of articles, a millionth for what was never seen; nil while too few articles were seen.
    func share(of rule: KeyRule) -> Double? {
        guard isTelling else { return nil }
        return counts[rule].map { Double($0) / Double(articles) } ?? 1e-6
    }
}
