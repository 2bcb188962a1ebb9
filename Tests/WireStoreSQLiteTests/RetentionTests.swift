import GRDB
import Testing
import WireModel
import WireStore
import WireTesting

@testable import WireStoreSQLite

@Suite("Retention")
struct RetentionTests {
    private let day = Duration.seconds(86_400)

    private func retention(_ change: (inout Retention) -> Void) -> Retention {
        var retention = Retention()
        retention.limits = Retention.Limits(age: nil, perFeed: nil)
        change(&retention)
        return retention
    }

    private func ids(_ store: SQLiteStore) async throws -> [ArticleID] {
        try await StoreSamples(store).all().map(\.article.id)
    }

    @Test("By age, by number, by folder: the texts go, the flagged stay, and the database is sound")
    func limits() async throws {
        let folder = try TemporaryFolder()
        let store = try await SQLiteStore(folder: folder.data)
        let samples = StoreSamples(store)
        let feeds = try await store.declared(
            [StoreSamples.declaration("a"), StoreSamples.declaration("b", folder: "sport/local")], now: samples.now
        ).map(\.feed.id)
        // Oldest first; the one of number 0 is flagged.
        var articles: [[NewArticle]] = [[], []]
        for (place, feed) in feeds.enumerated() {
            articles[place] = (0..<10).map { samples.article("\(place)-\($0)", in: feed, daysAgo: 9 - $0) }
            let match = samples.match("t", of: articles[place][0].article.id)
            _ = try await store.apply(samples.write(feed, new: articles[place], matches: [match]))
        }
        _ = try await store.index(limit: 100)
        let all = Retention()
        #expect(try await store.prune(all, now: samples.now + day * 364) == Retention.Pruned())

        let byNumber = retention { $0.folders["sport"] = Retention.Limits(age: nil, perFeed: 4) }
        #expect(try await store.prune(byNumber, now: samples.now).articles == 5)
        let kept = try await ids(store)
        #expect(Set(kept) == Set((articles[0] + [articles[1][0]] + articles[1][6...]).map(\.article.id)))
        #expect(try await store.check().isEmpty)
        #expect(try await store.articleCounts() == [feeds[0]: 10, feeds[1]: 5])
        let statistics = try await store.statistics()
        #expect(statistics.articles == 15 && statistics.forgotten == 5 && statistics.matches == 2)
        #expect(try await store.article(articles[1][3].article.id) == nil)
        // Nothing more to do.
        #expect(try await store.prune(byNumber, now: samples.now) == Retention.Pruned())

        let byAge = retention {
            $0.limits.age = day * 30
            $0.keepsFlagged = false
        }
        #expect(try await store.prune(byAge, now: samples.now + day * 31).articles == 15)
        #expect(try await ids(store).isEmpty)
        #expect(try await store.statistics().matches == 0)
        #expect(try await store.check().isEmpty)
        try await store.close()
    }

    @Test("A removed article is no news when its entry is still there, and comes back when that is edited")
    func memory() async throws {
        let folder = try TemporaryFolder()
        let store = try await SQLiteStore(folder: folder.data)
        let samples = StoreSamples(store)
        let feed = try await samples.feed()
        let article = samples.article("one", in: feed)
        _ = try await store.apply(samples.write(feed, new: [article]))
        _ = try await store.apply(samples.write(feed, revised: [samples.edit(article, text: "Second text.")]))
        let old = retention { $0.limits.age = day * 30 }
        #expect(try await store.prune(old, now: samples.now + day * 31).articles == 1)
        let known = try await store.known([StoreSamples.key("one")], in: feed)
        #expect(known.byKey.values.map(\.id) == [article.article.id] && known.byKey.values.map(\.revision) == [2])

        let again = samples.write(feed, revised: [samples.edit(article, text: "Third text.", revision: 3)])
        #expect(try await store.apply(again).revised == [article.article.id])
        let history = try #require(try await store.article(article.article.id))
        #expect(history.current.article.item.contentText == "Third text." && history.earlier.isEmpty)
        while try await store.index(limit: 10) > 0 {}
        #expect(try await store.check().isEmpty)

        #expect(try await store.prune(old, now: samples.now + day * 31).articles == 1)
        #expect(try await store.prune(old, now: samples.now + day * 729).identities == 0)
        #expect(try await store.prune(old, now: samples.now + day * 731).identities == 1)
        #expect(try await store.known([StoreSamples.key("one")], in: feed).byKey.isEmpty)
        try await store.close()
    }

    @Test("What waits to be told stays, whatever is said of flagged articles")
    func waiting() async throws {
        let folder = try TemporaryFolder()
        let store = try await SQLiteStore(folder: folder.data)
        let samples = StoreSamples(store)
        let alert = try #require(try await samples.raise(["one"], in: try await samples.feed()).first)
        let old = retention {
            $0.limits.age = day
            $0.keepsFlagged = false
        }
        #expect(try await store.prune(old, now: samples.now + day * 9).articles == 0)
        _ = try await store.acknowledge([alert.alert.id], now: samples.now)
        #expect(try await store.prune(old, now: samples.now + day * 9).articles == 1)
        #expect(try await store.check().isEmpty)
        try await store.close()
    }

    @Test("The file becomes smaller by what is removed, and the next articles find room in it")
    func shrinking() async throws {
        let folder = try TemporaryFolder()
        var store = try await SQLiteStore(folder: folder.data)
        let samples = StoreSamples(store)
        let feed = try await samples.feed()
        // No two alike, as texts are kept once.
        func texts(_ name: String) -> [NewArticle] {
            (0..<300).map { number in
                let text = (0..<6_000).map { "\(name)\(number)x\($0)" }.joined(separator: " ")
                return samples.article("\(name)-\(number)", in: feed, text: text)
            }
        }
        _ = try await store.apply(samples.write(feed, new: texts("old")))
        let full = try await store.size().bytes
        let old = retention { $0.limits.age = day * 30 }
        #expect(try await store.prune(old, now: samples.now + day * 31).articles == 300)
        try await store.close()
        store = try await SQLiteStore(folder: folder.data)
        let size = try await store.size()
        #expect(size.bytes < full / 3, "\(full) before, \(size) after")
        #expect(size.free > 0 && size.free <= size.bytes / 10 + 257 * 16_384)
        #expect(try await store.check().isEmpty)
        try await store.close()
    }

    @Test("The innermost folder counts")
    func folders() {
        let retention = retention {
            $0.folders["a"] = Retention.Limits(age: day, perFeed: nil)
            $0.folders["a/b"] = Retention.Limits(age: day * 2, perFeed: nil)
        }
        for (folder, age) in [("", nil), ("ab", nil), ("a", day), ("a/c/d", day), ("a/b", day * 2), ("a/b/c", day * 2)]
        {
            #expect(retention.limits(forFolder: folder).age == age, "\(folder)")
        }
    }
}
