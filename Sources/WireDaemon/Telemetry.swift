import Synchronization
import WireModel
import WireStore

/// What the service has done since it began, counted as it happens.
final class Telemetry: Sendable {
    struct Counts: Sendable {
        var feeds: [String: Int] = [:]
        var checks: [FeedCheck.Outcome: Int] = [:]
        var stages: [Stage: Histogram] = [:]
        var articles = 0
        var revisions = 0
        var matches = 0
        var alerts: [Severity: Int] = [:]
        /// Attempts, by channel, then by how they ended.
        var deliveries: [String: [String: Int]] = [:]
        /// From an article's publication to its match.
        var delay = Histogram(bounds: Histogram.delays)
        var lastSuccess: Timestamp?
    }

    let started: Timestamp
    private let state = Mutex(Counts())

    init(started: Timestamp) { self.started = started }

    var counts: Counts { state.withLock { $0 } }

    func note(_ report: FeedReport, at now: Timestamp) {
        state.withLock { counts in
            counts.checks[report.check.outcome, default: 0] += 1
            for (stage, span) in report.spans {
                counts.stages[stage, default: Histogram(bounds: Histogram.spans)].note(span.seconds)
            }
            counts.articles += report.new
            counts.revisions += report.revised
            counts.matches += report.flagged.count
            for (severity, count) in report.alerts { counts.alerts[severity, default: 0] += count }
            for flagged in report.flagged {
                // A feed's first document is full of old articles: they say nothing of how fast it is watched.
                guard let published = flagged.article.item.published, published > started, published <= now else {
                    continue
                }
                counts.delay.note((now - published).seconds)
            }
            if report.wasAsked, !report.hasFailed { counts.lastSuccess = now }
        }
    }

    /// - Parameter records: all listed feeds.
    func note(_ counts: FeedCounts) {
        state.withLock {
            $0.feeds = ["ok": counts.ok, "failing": counts.failing, "gone": counts.gone, "new": counts.new]
        }
    }

    func note(_ next: AttemptResult.Next, of channel: String) {
        let word =
            switch next {
            case .done: "done"
            case .retry: "failed"
            case .dead: "dead"
            }
        state.withLock { $0.deliveries[channel, default: [:]][word, default: 0] += 1 }
    }
}

/// How often something took how long.
struct Histogram: Sendable {
    /// Upper ends in seconds, rising; what is above the last is counted too.
    let bounds: [Double]
    /// One more than there are bounds; not added up.
    private(set) var counts: [Int]
    private(set) var sum = 0.0

    static let spans = [0.0001, 0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10, 60]
    static let delays: [Double] = [10, 60, 300, 900, 1_800, 3_600, 7_200, 21_600, 86_400]

    init(bounds: [Double]) {
        self.bounds = bounds
        counts = Array(repeating: 0, count: bounds.count + 1)
    }

    mutating func note(_ seconds: Double) {
        counts[bounds.firstIndex { seconds <= $0 } ?? bounds.count] += 1
        sum += seconds
    }
}

extension Duration {
    var seconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) / 1e18
    }
}
