import CMalloc
import Foundation
import WireModel
import WireRules
import WireText

/// Matches the articles of `Benchmarks/rules.py` with its topics and prints what that took, as `name=number` words.
///
///     MatchBenchmark ARTICLES TOPICS [words|count|explain] [ROUNDS]
///
/// `words` only splits the articles; `count` finds the topics as the floor does; `explain` also gives every match its reasons.
@main
enum MatchBenchmark {
    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count > 2 else {
            return print("usage: MatchBenchmark ARTICLES TOPICS [words|count|explain] [ROUNDS]")
        }
        let mode = arguments.count > 3 ? arguments[3] : "count"
        let rounds = arguments.count > 4 ? Int(arguments[4]) ?? 1 : 1
        let articles = try lines(arguments[1]).map(article)
        if mode == "words" { return split(articles, rounds) }
        let topics = try lines(arguments[2]).enumerated().map { Topic(id: "t\($0)", name: "t\($0)", query: String($1)) }
        let before = liveBytes()
        var start = cpu()
        var set = TopicSet(topics)
        var compiling = cpu() - start
        let bytes = liveBytes() - before
        let now = Timestamp(seconds: 1_800_000_000)
        var matcher = Matcher(set)
        for article in articles.prefix(1_000) { _ = matcher.count(article, now: now) }
        start = cpu()
        set = set.rechosen(by: matcher.frequencies)
        compiling += cpu() - start
        matcher = Matcher(set)
        start = cpu()
        var matches = 0
        for _ in 0..<rounds {
            for article in articles {
                matches += mode == "explain" ? matcher.match(article, now: now).count : matcher.count(article, now: now)
            }
        }
        let spent = cpu() - start
        let work = matcher.work
        print(
            "cpu=\(spent) compile=\(compiling) articles=\(articles.count * rounds) matches=\(matches)",
            "candidates=\(work.candidates) evaluated=\(work.evaluated) refused=\(topics.count - set.count)",
            "bytes=\(max(0, bytes)) broad=\(set.broadCount) change=\(changeSeconds(set))")
    }

    /// Wall seconds to add a topic and to remove it again, the slowest of a hundred.
    private static func changeSeconds(_ set: TopicSet) -> Double {
        var slowest = 0.0
        var changed = set
        let clock = ContinuousClock()
        for number in 0..<100 {
            let topic = Topic(id: "new\(number)", name: "new", query: "kastor\(number) AND (barr OR \"pollux trend\")")
            let adding = clock.measure { changed = changed.changed(adding: [topic]) }
            let removing = clock.measure { _ = changed.changed(removing: ["t\(number)"]) }
            slowest = max(slowest, adding / .seconds(1), removing / .seconds(1))
        }
        return slowest
    }

    private static func split(_ articles: [Item], _ rounds: Int) {
        let tokenizer = Tokenizer()
        var buffer = TokenBuffer()
        var words = 0
        let start = cpu()
        for _ in 0..<rounds {
            for article in articles {
                buffer.removeAll()
                tokenizer.append(article.title ?? "", to: &buffer)
                tokenizer.appendLines(article.contentText ?? "", to: &buffer)
                words += Int(buffer.wordCount)
            }
        }
        print("cpu=\(cpu() - start) articles=\(articles.count * rounds) words=\(words)")
    }

    private static func article(_ line: Substring) -> Item {
        let parts = line.split(separator: "\t", maxSplits: 1)
        var item = Item(id: "x")
        item.title = String(parts.first ?? "")
        item.contentText = parts.last.map { String($0).replacingOccurrences(of: "\u{1}", with: "\n") }
        return item
    }

    private static func lines(_ path: String) throws -> [Substring] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    }

    private static func cpu() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Memory in use, without what the allocator keeps for later.
    private static func liveBytes() -> Int {
        let facts = mallinfo2()
        return Int(facts.uordblks + facts.hblkhd)
    }
}
