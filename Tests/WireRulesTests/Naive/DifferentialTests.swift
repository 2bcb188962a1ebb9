import Foundation
import Testing
import WireModel

@testable import WireRules

/// Pairs of random queries and articles: the index must answer as looking at everything does (matching.md, section 5).
@Suite struct DifferentialTests {
    /// What both said, and how often something was found.
    struct Tally {
        var pairs = 0
        var found = 0
        var differences: [String] = []
    }

    /// `make prove` asks for more, from another seed.
    private static let rounds = number("WIREWATCH_PROVE_ROUNDS") ?? 10
    private static let seed = number("WIREWATCH_PROVE_SEED") ?? 20_260

    private static func number(_ name: String) -> Int? {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) }
    }

    @Test func `The index answers as a naive reader does`() {
        var tally = Tally()
        for round in 0..<Self.rounds { Self.run(seed: Self.seed + round, topics: 200, articles: 50, &tally) }
        #expect(tally.pairs == Self.rounds * 10_000)
        #expect(tally.found > tally.pairs / 50 && tally.found < tally.pairs * 9 / 10)
        for difference in tally.differences.prefix(20) { Issue.record("\(difference)") }
        #expect(tally.differences.count == 0)
    }

    static func run(seed: Int, topics: Int, articles: Int, _ tally: inout Tally) {
        var source = NaiveSource(seed: UInt64(seed))
        var queries: [NaiveQuery] = []
        for number in 0..<topics {
            // What the language refuses is drawn again.
            var query = source.query(number)
            while (try? Query(query.text)) == nil { query = source.query(number) }
            queries.append(query)
        }
        let set = TopicSet(queries.enumerated().map { Topic(id: "t\($0)", name: "t\($0)", query: $1.text) })
        for problem in set.problems where problem.isError { tally.differences.append(problem.text) }
        var matcher = Matcher(set)
        let now = Timestamp(seconds: 11 * 86_400)
        let searches = NaiveSearches()
        for _ in 0..<articles {
            let (item, feed, previous, seen) = source.article()
            let matches = matcher.match(item, feed: feed, previous: previous, seen: seen, now: now)
            let found = Set(matches.map(\.topic))
            let evaluator = NaiveEvaluator(
                NaiveArticle(item, feed, previous: previous, seen: seen, now: now), queries, searches)
            for (number, query) in queries.enumerated() {
                tally.pairs += 1
                let isFound = found.contains("t\(number)")
                if isFound { tally.found += 1 }
                if isFound != evaluator.holds(query) {
                    tally.differences.append(
                        Counterexample(query, item, feed, previous, seen, now, queries).smallest(isFound))
                }
            }
        }
    }
}

/// A query and an article about which the index and the naive reader differ, made as small as it can be.
struct Counterexample {
    private let query: NaiveQuery
    private let item: Item
    private let feed: FeedFacts
    private let previous: Item?
    private let seen: Timestamp?
    private let now: Timestamp
    private let topics: [NaiveQuery]

    init(
        _ query: NaiveQuery, _ item: Item, _ feed: FeedFacts, _ previous: Item?, _ seen: Timestamp?, _ now: Timestamp,
        _ topics: [NaiveQuery]
    ) {
        self.query = query
        self.item = item
        self.feed = feed
        self.previous = previous
        self.seen = seen
        self.now = now
        self.topics = topics
    }

    func smallest(_ isFound: Bool) -> String {
        var query = query
        var item = item
        var isSmaller = true
        while isSmaller {
            isSmaller = false
            for part in query.parts where differs(part, item) {
                query = part
                isSmaller = true
                break
            }
            for fewer in NaiveText.fewer(item) where differs(query, fewer) {
                item = fewer
                isSmaller = true
                break
            }
        }
        let verdict = isFound ? "only the index finds" : "the index does not find"
        let texts = [("title", item.title), ("summary", item.summary), ("content", item.contentText)]
            .compactMap { name, text in text.map { "\(name) \($0.debugDescription)" } }
        return "\(verdict) \(query.text) in \(texts.joined(separator: ", ")) [\(item.language ?? feed.language ?? "–")]"
            + (previous.map { ", before: \($0.title ?? "–") / \($0.contentText?.debugDescription ?? "–")" } ?? "")
    }

    private func differs(_ query: NaiveQuery, _ item: Item) -> Bool {
        guard (try? Query(query.text)) != nil else { return false }
        let asked = topics + [query]
        let set = TopicSet(asked.enumerated().map { Topic(id: "t\($0)", name: "t\($0)", query: $1.text) })
        var matcher = Matcher(set)
        let found = matcher.match(item, feed: feed, previous: previous, seen: seen, now: now)
        let article = NaiveArticle(item, feed, previous: previous, seen: seen, now: now)
        let isFound = found.contains { $0.topic == "t\(topics.count)" }
        return isFound != NaiveEvaluator(article, asked).holds(query)
    }
}

enum NaiveText {
    /// The article without one of its words or texts.
    static func fewer(_ item: Item) -> [Item] {
        var found: [Item] = []
        for path in [\Item.summary, \Item.title, \Item.contentText] {
            guard let text = item[keyPath: path] else { continue }
            var without = item
            without[keyPath: path] = nil
            without.summaryBreaks = path == \Item.summary ? [] : item.summaryBreaks
            found.append(without)
            guard path != \Item.summary || item.summaryBreaks.isEmpty else { continue }
            let words = text.components(" ")
            for index in words.indices where words.count > 1 {
                var fewer = words
                fewer.remove(at: index)
                without[keyPath: path] = fewer.joined(separator: " ")
                found.append(without)
            }
        }
        return found
    }
}
