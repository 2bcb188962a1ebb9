public import Testing
import WireModel
import WireStore

/// Every promise of `Store`, one function each; any implementation must keep them.
public struct StorePromise: Sendable, CustomTestStringConvertible {
    public let name: String
    public let keep: @Sendable (_ samples: StoreSamples) async throws -> Void

    public var testDescription: String { name }

    init(_ name: String, _ keep: @escaping @Sendable (_ samples: StoreSamples) async throws -> Void) {
        self.name = name
        self.keep = keep
    }

    public static let all = feedPromises + leasePromises + cyclePromises + queryPromises + outboxPromises
}

private let cyclePromises = [
    StorePromise("stores nothing a second time") { samples in
        let feed = try await samples.feed()
        let new = samples.article("one", in: feed)
        let write = samples.write(feed, new: [new], matches: [samples.match("topic", of: new.article.id)])
        let first = try await samples.store.apply(write)
        #expect(first.new == [new.article.id] && first.flagged.count == 1)
        #expect(try await samples.store.apply(write) == CycleReceipt())
        // The same document read by another process: other ids, the same keys.
        let twin = samples.article("one", in: feed)
        let again = samples.write(feed, new: [twin], matches: [samples.match("topic", of: twin.article.id)])
        #expect(try await samples.store.apply(again) == CycleReceipt())
        let stored = try await samples.all()
        #expect(stored.map(\.article) == [new.article])
        #expect(stored.first?.matches.map(\.match) == write.matches.map(\.match))
    },
    StorePromise("flags an article once for each topic, also after an edit") { samples in
        let feed = try await samples.feed()
        let new = samples.article("one", in: feed)
        let id = new.article.id
        _ = try await samples.store.apply(samples.write(feed, new: [new], matches: [samples.match("a", of: id)]))
        let edit = samples.edit(new, text: "Now with b.")
        let matches = [samples.match("a", of: id, revision: 2), samples.match("b", of: id, revision: 2)]
        let receipt = try await samples.store.apply(samples.write(feed, revised: [edit], matches: matches))
        #expect(receipt.revised == [id] && receipt.flagged == [matches[1].id])
        let stored = try #require(try await samples.store.article(id))
        #expect(stored.current.matches.map(\.match.topic) == ["a", "b"])
        #expect(stored.current.matches.map(\.revision) == [1, 2])
        #expect(stored.current.matches.map(\.severity) == [.high, .high])
    },
    StorePromise("keeps every revision") { samples in
        let feed = try await samples.feed()
        let new = samples.article("one", in: feed, text: "First.")
        _ = try await samples.store.apply(samples.write(feed, new: [new]))
        let second = samples.edit(new, text: "Second.")
        let third = samples.edit(new, text: "Third.", revision: 3)
        #expect(try await samples.store.apply(samples.write(feed, revised: [third])).revised.isEmpty)
        #expect(try await samples.store.apply(samples.write(feed, revised: [second, third])).revised.count == 2)
        #expect(try await samples.store.apply(samples.write(feed, revised: [second])) == CycleReceipt())
        let history = try #require(try await samples.store.article(new.article.id))
        #expect(history.current.article == third.article)
        #expect(history.earlier.map(\.item) == [new.article.item, second.article.item])
        #expect(history.earlier.map(\.number) == [1, 2])
        #expect(history.earlier.map(\.seen) == [samples.now, second.revisedAt])
        #expect(try await samples.store.article(ArticleID(rawValue: 1)) == nil)
        let known = try await samples.store.known([StoreSamples.key("one")], in: feed)
        #expect(known.byKey.values.first?.revision == 3)
        #expect(known.byKey.values.first?.textDigest == third.textDigest)
    },
    StorePromise("touches articles: fingerprint, link and key, never onto another's key") { samples in
        let feed = try await samples.feed()
        let (one, two) = (samples.article("one", in: feed), samples.article("two", in: feed))
        _ = try await samples.store.apply(samples.write(feed, new: [one, two]))
        var moved = StoreSamples.identity("three", text: "raw")
        moved.link = one.identity.link
        let receipt = try await samples.store.apply(
            samples.write(feed, touched: [TouchedArticle(one.article.id, identity: moved)]))
        #expect(receipt.touched == [one.article.id])
        let known = try await samples.store.known([StoreSamples.key("three")], in: feed)
        #expect(known.byKey[moved.key]?.fingerprint == moved.fingerprint)
        var onto = two.identity
        onto.fingerprint = Digest(of: "newer")
        let second = try await samples.store.apply(
            samples.write(
                feed,
                touched: [
                    TouchedArticle(one.article.id, identity: onto),
                    TouchedArticle(ArticleID(rawValue: 5), identity: onto),
                ]))
        #expect(second.touched == [one.article.id])
        let after = try await samples.store.known([StoreSamples.key("three"), StoreSamples.key("two")], in: feed)
        #expect(after.byKey[moved.key]?.fingerprint == onto.fingerprint)
        #expect(after.byKey[two.identity.key]?.id == two.article.id)
        #expect(try await samples.store.article(one.article.id)?.earlier.isEmpty == true)
    },
    StorePromise("knows articles by key and by link, within their feed") { samples in
        let feeds = try await samples.feeds(["a", "b"])
        let articles = (0..<300).map { samples.article("n\($0)", in: feeds[0]) }
        var twin = samples.article("twin", in: feeds[0])
        twin = NewArticle(
            twin.article,
            identity: ArticleIdentity(
                key: twin.identity.key, link: articles[7].identity.link, fingerprint: twin.identity.fingerprint),
            textDigest: twin.textDigest)
        _ = try await samples.store.apply(samples.write(feeds[0], new: articles + [twin]))
        _ = try await samples.store.apply(samples.write(feeds[1], new: [samples.article("n1", in: feeds[1])]))
        for count in [0, 1, 8, 9, 33, 129, 300] {
            let keys = (0..<count).map { StoreSamples.key("n\($0)") }
            let known = try await samples.store.known(keys, in: feeds[0])
            #expect(known.byKey.count == count + (count > 7 ? 1 : 0))
            for article in articles.prefix(count) {
                #expect(known.byKey[article.identity.key]?.id == article.article.id)
            }
        }
        let byLink = try await samples.store.known([StoreSamples.key("n7", id: false)], in: feeds[0])
        let link = try #require(articles[7].identity.link)
        #expect(byLink.byLink[link]?.map(\.id) == [articles[7].article.id, twin.article.id])
        let known = try #require(byLink.byKey[articles[7].identity.key])
        #expect(known.fingerprint == articles[7].identity.fingerprint && known.seen == samples.now)
        #expect(known.textDigest == articles[7].textDigest && known.revision == 1)
        #expect(try await samples.store.known([StoreSamples.key("n1")], in: feeds[1]).byKey.count == 1)
        #expect(try await samples.store.known([StoreSamples.key("other")], in: feeds[0]).byKey.isEmpty)
        #expect(try await samples.store.articleCounts() == [feeds[0]: 301, feeds[1]: 1])
    },
    StorePromise("undoes a failing write and leaves the others of its batch") { samples in
        let feed = try await samples.feed()
        let (one, two, three) = (
            samples.article("one", in: feed), samples.article("two", in: feed), samples.article("three", in: feed)
        )
        let nobody = FeedID(rawValue: 77)
        let stray = samples.match("topic", of: ArticleID(rawValue: 99))
        let results = await samples.store.apply([
            samples.write(feed, new: [one]), samples.write(nobody, new: [samples.article("x", in: nobody)]),
            samples.write(feed, new: [two], matches: [stray]), samples.write(feed, new: [three]),
        ])
        #expect(results.map { (try? $0.get())?.new.count } == [1, nil, nil, 1])
        for index in [1, 2] {
            if case .failure(.rejected) = results[index] { continue }
            Issue.record("not rejected: \(results[index])")
        }
        #expect(Set(try await samples.all().map(\.article.id)) == [one.article.id, three.article.id])
        #expect(try await samples.store.apply(samples.write(feed, new: [two])).new == [two.article.id])
    },
    StorePromise("answers many callers at once, each with its own receipt") { samples in
        let feeds = try await samples.feeds((0..<40).map { "f\($0)" })
        try await withThrowingTaskGroup(of: Void.self) { group in
            for feed in feeds {
                group.addTask {
                    for round in 0..<5 {
                        let new = (0..<3).map { samples.article("\(feed)-\(round)-\($0)", in: feed) }
                        let receipt = try await samples.store.apply(samples.write(feed, new: new))
                        #expect(receipt.new == new.map(\.article.id))
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await samples.all().count == 40 * 5 * 3)
        #expect(try await samples.store.statistics().articles == 600)
    },
    StorePromise("stores although the task was cancelled") { samples in
        let feed = try await samples.feed()
        let new = samples.article("one", in: feed)
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return try await samples.store.apply(samples.write(feed, new: [new]))
        }
        task.cancel()
        #expect(try await task.value.new == [new.article.id])
        #expect(try await samples.all().count == 1)
    },
    StorePromise("gives every field of an article back") { samples in
        let feed = try await samples.feed()
        let new = samples.article("one", in: feed)
        let article = new.article.with { $0 = everyItem(samples.now) }
        _ = try await samples.store.apply(
            samples.write(feed, new: [NewArticle(article, identity: new.identity, textDigest: new.textDigest)]))
        let stored = try #require(try await samples.store.article(article.id)).current.article
        #expect(stored == article)
        let fields = zip(Mirror(reflecting: article.item).children, Mirror(reflecting: Item(id: "")).children)
        for (field, empty) in fields {
            #expect("\(field.value)" != "\(empty.value)", "\(field.label ?? "") is not put to the test")
        }
    },
]

private let queryPromises = [
    StorePromise("lists newest first by the article's own time, never later than seen") { samples in
        let feed = try await samples.feed()
        let articles = [3, 0, 2, -5, 1].map { samples.article("d\($0)", in: feed, daysAgo: $0) }
        _ = try await samples.store.apply(samples.write(feed, new: articles))
        let names = try await samples.all().compactMap(\.article.item.title)
        // Five days ahead counts as now, and was stored after the other one of now.
        #expect(names == ["d-5", "d0", "d1", "d2", "d3"].map { "Title of \($0)" })
    },
    StorePromise("pages stay in place while articles come and change") { samples in
        let feed = try await samples.feed()
        let articles = (0..<25).map { samples.article("n\($0)", in: feed, daysAgo: $0 / 3) }
        _ = try await samples.store.apply(samples.write(feed, new: articles))
        let expected = try await samples.all().map(\.article.id)
        var query = ArticleQuery(limit: 4)
        var found: [ArticleID] = []
        repeat {
            let page = try await samples.store.articles(query)
            #expect(page.articles.count == 4 || page.next == nil)
            found += page.articles.map(\.article.id)
            query.after = page.next.flatMap { ArticleCursor($0.description) }
            #expect(query.after == page.next)
            let late = samples.article("late\(found.count)", in: feed)
            var edit = samples.edit(articles[found.count - 1], text: "edited")
            let article = edit.article.with { $0.published = samples.now - .seconds(100 * 86_400) }
            edit = RevisedArticle(
                article, identity: edit.identity, textDigest: edit.textDigest, revisedAt: edit.revisedAt)
            _ = try await samples.store.apply(samples.write(feed, new: [late], revised: [edit]))
        } while query.after != nil
        #expect(found == expected)
        query = ArticleQuery(limit: 7)
        #expect(try await samples.all(query).count == 7)
    },
    StorePromise("filters by feed, folder, topic and time, alone and together") { samples in
        let store = samples.store
        let feeds = try await store.declared(
            [
                StoreSamples.declaration("a", title: "A", folder: "news"),
                StoreSamples.declaration("b", folder: "news/local"),
                StoreSamples.declaration("c", folder: "newspapers"),
            ], now: samples.now
        ).map(\.feed.id)
        for feed in feeds {
            let new = (0..<4).map { samples.article("\(feed)-\($0)", in: feed, daysAgo: $0) }
            let matches = [
                samples.match("x", of: new[1].article.id), samples.match("y", of: new[1].article.id),
                samples.match("y", of: new[2].article.id),
            ]
            _ = try await store.apply(samples.write(feed, new: new, matches: matches))
        }
        func number(_ change: (inout ArticleQuery) -> Void) async throws -> Int {
            var query = ArticleQuery(limit: 0)
            change(&query)
            let found = try await samples.all(query)
            return found.count
        }
        #expect(try await number { _ in } == 12)
        #expect(try await number { $0.feeds = [feeds[0], feeds[2]] } == 8)
        #expect(try await number { $0.feeds = [] } == 0)
        #expect(try await number { $0.folder = "news" } == 8)
        #expect(try await number { $0.folder = "news/local" } == 4)
        #expect(try await number { $0.folder = "n%" } == 0)
        #expect(try await number { $0.topic = "x" } == 3)
        #expect(try await number { $0.topic = "y" } == 6)
        #expect(try await number { $0.onlyFlagged = true } == 6)
        #expect(try await number { $0.since = samples.now - .seconds(86_400) } == 6)
        #expect(try await number { $0.until = samples.now - .seconds(86_400) } == 6)
        #expect(
            try await number {
                $0.folder = "news"
                $0.topic = "y"
                $0.since = samples.now - .seconds(86_400)
            } == 2)
        var query = ArticleQuery(limit: 1)
        query.topic = "x"
        query.feeds = [feeds[0]]
        let found = try #require(try await store.articles(query).articles.first)
        #expect(found.matches.map(\.match.topic) == ["x", "y"])
        #expect(found.feed == FeedFacts(url: "https://a.example/feed.xml", title: "A", folder: "news"))
    },
    StorePromise("finds words before and after indexing alike, and after edits") { samples in
        let feed = try await samples.feed()
        let texts = ["red fox", "red hen", "blue hen", "foxes and hens", "Bär red-hot U.S. policy"]
        let articles = texts.enumerated().map { samples.article("n\($0)", in: feed, text: $1, daysAgo: $0) }
        _ = try await samples.store.apply(samples.write(feed, new: articles))
        func found(_ words: TermExpression) async throws -> [Int] {
            var query = ArticleQuery(limit: 0)
            query.candidates = words
            return try await samples.all(query).compactMap { article in
                articles.firstIndex { $0.article.id == article.article.id }
            }
        }
        func look() async throws -> [[Int]] {
            [
                try await found(.term("red")), try await found(.prefix("fox")),
                try await found(.all([.term("red"), .any([.term("fox"), .term("hen")])])),
                try await found(.any([.term("fox"), .term("blue")])), try await found(.term("absent")),
                try await found(.any([])), try await found(.all([])),
            ]
        }
        let expected = [[0, 1, 4], [0, 3], [0, 1], [0, 2], [], [], [0, 1, 2, 3, 4]]
        #expect(try await look() == expected)
        #expect(try await samples.store.statistics().unindexed == 5)
        #expect(try await samples.store.index(limit: 3) == 3)
        #expect(try await look() == expected)
        #expect(try await samples.store.index(limit: 100) == 2)
        #expect(try await samples.store.index(limit: 100) == 0)
        #expect(try await look() == expected)
        let edit = samples.edit(articles[0], text: "green fox")
        _ = try await samples.store.apply(samples.write(feed, revised: [edit]))
        let edited = [[1, 4], [0, 3], [1], [0, 2], [], [], [0, 1, 2, 3, 4]]
        #expect(try await look() == edited)
        #expect(try await samples.store.index(limit: 100) == 1)
        #expect(try await look() == edited)
        #expect(try await samples.store.check() == [])
    },
    StorePromise("counts what it holds, and finds it sound") { samples in
        #expect(try await samples.store.check() == [])
        let feed = try await samples.feed()
        _ = try await samples.feeds(["other"])
        let new = samples.article("one", in: feed)
        _ = try await samples.store.apply(
            samples.write(feed, new: [new], matches: [samples.match("t", of: new.article.id)]))
        _ = try await samples.store.apply(samples.write(feed, revised: [samples.edit(new, text: "other")]))
        let statistics = try await samples.store.statistics()
        #expect(statistics.feeds == 2 && statistics.listedFeeds == 1 && statistics.articles == 1)
        #expect(statistics.revisions == 1 && statistics.matches == 1 && statistics.unindexed == 1)
        #expect(statistics.oldest == samples.now && statistics.newest == samples.now && statistics.bytes > 0)
        #expect(try await samples.store.check() == [])
    },
    StorePromise("refuses all work once closed") { samples in
        let feed = try await samples.feed()
        try await samples.store.close()
        try await samples.store.close()
        await #expect(throws: StoreError.self) { try await samples.store.feeds() }
        await #expect(throws: StoreError.self) { try await samples.store.apply(samples.write(feed)) }
        await #expect(throws: StoreError.self) { try await samples.store.index(limit: 1) }
    },
]
