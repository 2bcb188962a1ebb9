import WireAlerts
public import WireModel
import WireRules
public import WireStore
import WireStories

/// What a topic would have flagged of the stored articles; and what a changed topic would have gained and lost.
public struct Backtest: Sendable {
    public enum Limits {
        /// Articles that are shown of each kind, newest first.
        public static let samples = 5
    }

    public struct Sample: Sendable {
        public let stored: StoredArticle
        public let match: Match
    }

    /// Articles of one kind: how many, and the newest.
    public struct Share: Sendable {
        public private(set) var count = 0
        public private(set) var samples: [Sample] = []

        mutating func add(_ stored: StoredArticle, _ match: Match) {
            count += 1
            if samples.count < Limits.samples { samples.append(Sample(stored: stored, match: match)) }
        }
    }

    public struct Day: Hashable, Sendable {
        /// Its beginning in UTC.
        public let start: Timestamp
        public fileprivate(set) var hits = 0
    }

    /// As the topics file has it.
    public let topic: Topic
    /// The same topic of another file.
    public let changed: Topic?
    /// Every day from the first to the one that runs, those without a hit too.
    public private(set) var days: [Day]
    public private(set) var hits = Share()
    /// Messages that one channel would have had of the hits, grouped as the settings say.
    public private(set) var messages = 0
    public private(set) var gained = Share()
    public private(set) var lost = Share()
    public private(set) var kept = 0

    private let since: Timestamp
    private let until: Timestamp
    private let routing: AlertRouting
    private let alerts: AlertPace
    private var told: [(time: Timestamp, group: String)] = []
    private var plain: TopicTrial
    private var other: TopicTrial?

    /// How long a group waits for more.
    private struct AlertPace: Sendable {
        let wait: Duration
        let interval: Duration
    }

    private static let day: Int64 = 86_400_000

    /// - Parameters:
    ///   - topic: an id or a name.
    ///   - since: a span back from now or a date in UTC, as in `30d` or `2026-01-31`.
    ///   - against: the path of another topics file, in which the same topic says something else.
    public init(
        _ topic: String, since: String, against: String?, _ assembly: Assembly
    ) throws(SettingsProblem) {
        let now = Clock.now()
        guard let start = ArticleSelection.instant(since, now: now), start <= now else {
            throw SettingsProblem(
                message: "--since: \"\(since)\" is neither a span nor a past date", hint: "write 30d, 12h or 2026-01-31"
            )
        }
        let first = try Backtest.find(topic, in: try assembly.loadTopics(), file: nil)
        self.topic = first.topic
        plain = first
        if let against {
            let second = try Backtest.find(first.topic.id, in: try assembly.loadTopics(at: against), file: against)
            changed = second.topic
            other = second
        } else {
            changed = nil
        }
        self.since = start
        until = now
        routing = AlertRouting(groupBy: assembly.settings.groupBy)
        alerts = AlertPace(wait: assembly.settings.alerts.groupWait, interval: assembly.settings.alerts.groupInterval)
        let firstDay = start.milliseconds - Backtest.remainder(start)
        days = stride(from: firstDay, through: now.milliseconds, by: Int64.Stride(Backtest.day)).map {
            Day(start: Timestamp(milliseconds: $0))
        }
    }

    private static func remainder(_ time: Timestamp) -> Int64 {
        let rest = time.milliseconds % day
        return rest < 0 ? rest + day : rest
    }

    private static func find(
        _ name: String, in topics: LoadedTopics, file: String?
    ) throws(SettingsProblem) -> TopicTrial {
        let place = file.map { "in \($0)" } ?? "in the topics file"
        guard let topic = topics.all.first(where: { $0.id == name || $0.name == name }) else {
            let near = NearestName.find(name, among: topics.all.flatMap { [$0.id, $0.name] })
            throw SettingsProblem(
                message: "no topic \"\(name)\" \(place)" + (near.map { "; did you mean \($0)?" } ?? ""))
        }
        return try TopicTrial(topic, among: topics.all)
    }

    /// Days from the first to now, in parts.
    public var span: Double { max(1.0 / 24, Double(until.milliseconds - since.milliseconds) / Double(Backtest.day)) }

    /// Holds every stored article of the time against the topic.
    public mutating func run(_ assembly: Assembly) async throws(ArchiveError) {
        do {
            let store = try await assembly.openStore(forWriting: false)
            var query = ArticleQuery(limit: 0)
            query.since = since
            query.candidates = candidates
            let asksForEdits = plain.looksAtEdits || other?.looksAtEdits == true
            for try await page in store.pages(query) {
                for stored in page where stored.time <= until {
                    var previous: Item?
                    if asksForEdits, stored.article.revision > 1 {
                        previous = try await store.article(stored.article.id)?.earlier.last?.item
                    }
                    note(stored, previous)
                }
            }
        } catch {
            throw .store(error)
        }
        countMessages()
    }

    private var candidates: TermExpression? {
        guard let other else { return plain.candidates }
        guard let left = plain.candidates, let right = other.candidates else { return nil }
        return .any([left, right])
    }

    private mutating func note(_ stored: StoredArticle, _ previous: Item?) {
        let before = plain.match(stored, previous)
        let after = other?.match(stored, previous)
        if let before {
            hits.add(stored, before)
            let index = (stored.time.milliseconds - days[0].start.milliseconds) / Backtest.day
            if days.indices.contains(Int(index)) { days[Int(index)].hits += 1 }
            let group = routing.group(
                topic: topic.id, textGroup: TextGroup.of(stored.article.item),
                alert: AlertID(rawValue: stored.article.id.rawValue), feed: stored.feed)
            told.append((stored.time, group))
        }
        guard other != nil else { return }
        switch (before, after) {
        case (nil, let after?): gained.add(stored, after)
        case (let before?, nil): lost.add(stored, before)
        case (.some, .some): kept += 1
        case (nil, nil): break
        }
    }

    /// A group's first message waits for more, its next ones for the interval; what comes meanwhile goes with them.
    private mutating func countMessages() {
        let wait = topic.severity == .urgent ? .zero : alerts.wait
        var due: [String: Timestamp] = [:]
        for (time, group) in told.sorted(by: { $0.time < $1.time }) {
            if let made = due[group], time <= made { continue }
            messages += 1
            due[group] = max(time + wait, due[group].map { $0 + alerts.interval } ?? time)
        }
        told = []
    }
}

/// One topic, held against articles whether it is switched on or not.
private struct TopicTrial: Sendable {
    let topic: Topic
    let candidates: TermExpression?
    let looksAtEdits: Bool
    private var matcher: Matcher

    init(_ topic: Topic, among all: [Topic]) throws(SettingsProblem) {
        var own = topic
        own.isEnabled = true
        let others = all.filter { $0.id != own.id }.map { other in
            var other = other
            other.isEnabled = false
            return other
        }
        let set = TopicSet([own] + others)
        let errors = set.problems.filter { $0.isError && $0.topic == own.id }
        guard errors.isEmpty else { throw SettingsProblem(message: errors.map(\.text).joined(separator: "\n")) }
        self.topic = topic
        candidates = (try? Query(topic.query))?.candidates
        looksAtEdits = set.looksAtEdits
        matcher = Matcher(set)
    }

    /// As it would have been when the article was first seen.
    mutating func match(_ stored: StoredArticle, _ previous: Item?) -> Match? {
        guard topic.watches(stored.feed) else { return nil }
        let article = stored.article
        return matcher.match(
            article.item, feed: stored.feed, previous: previous, seen: article.seen, now: article.seen
        ).first
    }
}
