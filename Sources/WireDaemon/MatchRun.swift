public import WireModel
import WireParse
import WirePipeline
import WireRules

/// Matches documents from files: plain text, HTML, a feed, or JSON Lines of articles. Needs no database.
public struct MatchRun {
    /// One article and what matched it.
    public struct Result: Sendable {
        public let file: String
        public let item: Item
        public let feed: FeedFacts
        public let seen: Timestamp
        /// In the order of the topics file.
        public let matches: [(topic: Topic, match: Match)]

        public var json: JSONValue {
            var object = JSONObjectBuilder()
            object.set("id", item.id)
            object.set("title", item.title)
            object.set("file", file)
            object.list("matches", matches.map(\.match.json))
            return object.value
        }
    }

    /// What was wrong with the topics, in words.
    public let problems: [String]
    private let topics: LoadedTopics
    private let byID: [String: Topic]
    private var matcher: Matcher
    private var remarks: [String] = []
    private var hasUnreadable = false
    private var articles = 0
    private var matching = Duration.zero
    private let compiling: Duration

    /// - Parameter query: matched instead of the topics file, as a topic named `query`.
    public init(_ assembly: Assembly, query: String?) throws(SettingsProblem) {
        let clock = ContinuousClock()
        let start = clock.now
        if let query {
            topics = try LoadedTopics(query: query) { () throws(SettingsProblem) in try assembly.loadTopics().all }
        } else {
            topics = try assembly.loadTopics()
        }
        matcher = Matcher(topics.set)
        compiling = clock.now - start
        byID = Dictionary(topics.set.topics.map { ($0.id, $0) }) { first, _ in first }
        problems = topics.problems.map(\.text)
    }

    /// Whether a topic is bad or a document could not be read.
    public var hasFailed: Bool { topics.hasErrors || hasUnreadable }

    /// Calls `visit` for every article of a document, in order.
    public mutating func run(_ bytes: [UInt8], path: String, visit: (Result) -> Void) {
        let now = Clock.now()
        DocumentArticles.read(bytes, path: path) { article in
            switch article {
            case .success(let article):
                let start = ContinuousClock().now
                let matches = matcher.match(
                    article.item, feed: article.feed, previous: article.previous, seen: article.seen ?? now, now: now)
                matching += ContinuousClock().now - start
                articles += 1
                visit(
                    Result(
                        file: path, item: article.item, feed: article.feed, seen: article.seen ?? now,
                        matches: matches.compactMap { match in byID[match.topic].map { ($0, match) } }))
            case .failure(let problem):
                hasUnreadable = true
                remarks.append(problem.text)
            }
        }
    }

    /// What could not be read since the last call, in words.
    public mutating func takeRemarks() -> [String] {
        defer { remarks = [] }
        return remarks
    }

    /// Counts and times, a line each.
    public var statistics: String {
        let seconds = Double(matching.wholeMilliseconds) / 1000
        let rate = seconds > 0 ? String(Int(Double(articles) / seconds)) : "-"
        return """
            topics            \(topics.set.topics.count)
            articles          \(articles)
            compile seconds   \(Double(compiling.wholeMilliseconds) / 1000)
            match seconds     \(seconds)
            articles/second   \(rate)
            peak memory       \(ProcessFacts.peakBytes / 1024) KiB
            """
    }
}
