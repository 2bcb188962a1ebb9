import Foundation
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
    private let workers: [MatchWorker]
    private var remarks: [String] = []
    private var hasUnreadable = false
    private var articles = 0
    private var matching = Duration.zero
    private let compiling: Duration

    /// - Parameters:
    ///   - query: matched instead of the topics file, as a topic named `query`.
    ///   - cores: articles matched at the same time; nil for as many as the machine has.
    public init(
        _ assembly: Assembly, query: String?, cores: Int? = nil
    ) throws(SettingsProblem) {
        let clock = ContinuousClock()
        let start = clock.now
        if let query {
            topics = try LoadedTopics(query: query) { () throws(SettingsProblem) in try assembly.loadTopics().all }
        } else {
            topics = try assembly.loadTopics()
        }
        let set = topics.set
        let byID = Dictionary(set.topics.map { ($0.id, $0) }) { first, _ in first }
        workers = (0..<max(1, cores ?? ProcessInfo.processInfo.activeProcessorCount)).map { _ in MatchWorker(set, byID)
        }
        compiling = clock.now - start
        problems = topics.problems.map(\.text)
    }

    /// Whether a topic is bad or a document could not be read.
    public var hasFailed: Bool { topics.hasErrors || hasUnreadable }

    /// Matches the articles of a document, on all cores, and calls `visit` for what `render` made of each, in order.
    public mutating func run<Output: Sendable>(
        _ bytes: [UInt8], path: String, render: @escaping @Sendable (Result) -> Output?, visit: (Output) -> Void
    ) async {
        let pieces = DocumentArticles.pieces(of: bytes, path: path)
        let now = Clock.now()
        for start in stride(from: 0, to: pieces.count, by: workers.count) {
            let wave = zip(workers, pieces[start..<min(start + workers.count, pieces.count)])
            let shares = await withTaskGroup(of: (Int, MatchWorker.Share<Output>).self) { group in
                for (place, (worker, piece)) in wave.enumerated() {
                    group.addTask { (place, await worker.match(piece, path: path, now: now, render: render)) }
                }
                return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
            }
            for share in shares.sorted(by: { $0.key < $1.key }).map(\.value) {
                for output in share.outputs { visit(output) }
                remarks += share.remarks
                hasUnreadable = hasUnreadable || !share.remarks.isEmpty
                articles += share.articles
                matching += share.matching
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
            topics            \(topics.set.count)
            articles          \(articles)
            cores             \(workers.count)
            compile seconds   \(Double(compiling.wholeMilliseconds) / 1000)
            match seconds     \(seconds), of all cores together
            articles/second   \(rate) a core
            peak memory       \(ProcessFacts.peakBytes / 1024) KiB
            """
    }
}

/// Matches on one core, with a working memory of its own.
private actor MatchWorker {
    /// What became of one piece.
    struct Share<Output: Sendable>: Sendable {
        var outputs: [Output] = []
        var remarks: [String] = []
        var articles = 0
        var matching = Duration.zero
    }

    private var matcher: Matcher
    private let byID: [String: Topic]

    init(_ set: TopicSet, _ byID: [String: Topic]) {
        matcher = Matcher(set)
        self.byID = byID
    }

    func match<Output: Sendable>(
        _ piece: DocumentArticles.Piece, path: String, now: Timestamp,
        render: @Sendable (MatchRun.Result) -> Output?
    ) -> Share<Output> {
        var share = Share<Output>()
        DocumentArticles.read(piece, path: path) { article in
            switch article {
            case .success(let article):
                let start = ContinuousClock.now
                let matches = matcher.match(
                    article.item, feed: article.feed, previous: article.previous, seen: article.seen ?? now, now: now)
                share.matching += ContinuousClock.now - start
                share.articles += 1
                let result = MatchRun.Result(
                    file: path, item: article.item, feed: article.feed, seen: article.seen ?? now,
                    matches: matches.compactMap { match in byID[match.topic].map { ($0, match) } })
                if let output = render(result) { share.outputs.append(output) }
            case .failure(let problem):
                share.remarks.append(problem.text)
            }
        }
        return share
    }
}
