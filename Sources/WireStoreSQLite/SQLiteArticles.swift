import GRDB
public import WireModel
public import WireStore

extension SQLiteStore {
    public func known(_ keys: [EntryKey], in feed: FeedID) async throws(StoreError) -> KnownArticles {
        if keys.isEmpty { return KnownArticles() }
        return try await read { db in
            guard try db.number("SELECT 1 FROM article WHERE feed = ? LIMIT 1", [.of(feed)]) != nil else {
                return KnownArticles()
            }
            var wanted: Set<Digest> = []
            var links: Set<Digest> = []
            for key in keys {
                if let id = key.id { wanted.insert(id) }
                if let link = key.link {
                    wanted.insert(link)
                    links.insert(link)
                }
                if let enclosure = key.enclosure { wanted.insert(enclosure) }
                wanted.insert(key.content)
            }
            var found: [ArticleID: KnownArticle] = [:]
            try KnownArticles.collect(Array(wanted), byKey: true, in: feed, on: db, into: &found)
            try KnownArticles.collect(Array(links), byKey: false, in: feed, on: db, into: &found)
            return KnownArticles(found.values.sorted { $0.id < $1.id })
        }
    }

    public func articles(_ query: ArticleQuery) async throws(StoreError) -> ArticlePage {
        try await read { db in
            let size = query.limit > 0 ? min(query.limit, ArticleQuery.Limits.page) : ArticleQuery.Limits.page
            // One more tells whether there is a next page.
            var places = try ArticleSelection(query).places(limit: size + 1, on: db)
            let hasMore = places.count > size
            if hasMore { places.removeLast() }
            var facts: [FeedID: FeedFacts] = [:]
            var articles: [StoredArticle] = []
            articles.reserveCapacity(places.count)
            for place in places {
                if let article = try ArticleTable.stored(place.id, facts: &facts, on: db) { articles.append(article) }
            }
            return ArticlePage(articles: articles, next: hasMore ? places.last : nil)
        }
    }

    public func article(_ id: ArticleID) async throws(StoreError) -> ArticleHistory? {
        try await read { db in
            var facts: [FeedID: FeedFacts] = [:]
            guard let current = try ArticleTable.stored(id, facts: &facts, on: db) else { return nil }
            return ArticleHistory(current: current, earlier: try ArticleTable.earlier(id, on: db))
        }
    }
}

extension KnownArticles {
    /// Statements for so many digests; the rest of the last one stays NULL, which equals nothing.
    private static let batches = [8, 32, 128]
    private static let byKeySQL = batches.map { sql("key", $0) }
    private static let byLinkSQL = batches.map { sql("link", $0) }

    fileprivate static func collect(
        _ digests: [Digest], byKey: Bool, in feed: FeedID, on db: Database, into found: inout [ArticleID: KnownArticle]
    ) throws {
        var start = 0
        while start < digests.count {
            let left = digests.count - start
            let choice = batches.firstIndex { $0 >= left } ?? batches.count - 1
            let end = start + min(left, batches[choice])
            var values: [ColumnValue] = [.of(feed)]
            values.reserveCapacity(end - start + 1)
            for digest in digests[start..<end] { values.append(.of(digest)) }
            let rows = try db.rows((byKey ? byKeySQL : byLinkSQL)[choice], values)
            while let row = try rows.next() {
                if let article = known(row) { found[article.id] = article }
            }
            start = end
        }
    }

    private static func sql(_ column: String, _ count: Int) -> String {
        """
        SELECT id, key, link, fingerprint, text_digest, revision, seen FROM article
        WHERE feed = ? AND \(column) IN (\(Array(repeating: "?", count: count).joined(separator: ",")))
        """
    }

    private static func known(_ row: Row) -> KnownArticle? {
        guard let key = row.digest(1), let fingerprint = row.digest(3), let text = row.digest(4),
            let revision = row.int(5), let seen = row.time(6)
        else { return nil }
        return KnownArticle(
            id: row.id(0), key: key, link: row.digest(2), fingerprint: fingerprint, textDigest: text,
            revision: revision, seen: seen)
    }
}

extension ArticleTable {
    /// An article with its feed and matches; nil if there is none of that id.
    static func stored(
        _ id: ArticleID, facts: inout [FeedID: FeedFacts], on db: Database
    ) throws -> StoredArticle? {
        let sql = """
            SELECT feed, time, seen, revision, \(itemColumns)
            FROM article JOIN article_text ON article_text.article = article.id WHERE article.id = ?
            """
        let found = try db.first(sql, [.of(id)]) { row in
            let article = Article(
                id: id, feed: row.id(0), item: item(row, from: 4), seen: row.time(2) ?? Timestamp(milliseconds: 0),
                revision: row.int(3) ?? 1)
            return (article: article, time: row.time(1) ?? article.seen)
        }
        guard let (article, time) = found else { return nil }
        if facts[article.feed] == nil { facts[article.feed] = try FeedTable.facts(of: article.feed, on: db) }
        return StoredArticle(
            article: article, feed: facts[article.feed] ?? FeedFacts(), matches: try MatchTable.of(id, on: db),
            time: time)
    }

    static func earlier(_ id: ArticleID, on db: Database) throws -> [ArticleHistory.Revision] {
        var revisions: [ArticleHistory.Revision] = []
        let rows = try db.rows(
            "SELECT revision, revised, \(itemColumns) FROM revision WHERE article = ? ORDER BY revision", [.of(id)])
        while let row = try rows.next() {
            revisions.append(
                ArticleHistory.Revision(
                    number: row.int(0) ?? 0, item: item(row, from: 2), seen: row.time(1) ?? Timestamp(milliseconds: 0)))
        }
        return revisions
    }
}

/// A query as SQL.
struct ArticleSelection {
    private let query: ArticleQuery
    private var conditions: [String] = []
    private var values: [ColumnValue] = []

    private enum Limits {
        /// Up to so many hits of the full-text index are fetched and sorted; more are met on the way down the list.
        static let sortedHits: Int64 = 5_000
    }

    init(_ query: ArticleQuery) {
        self.query = query
        add("article.kept_from <= article.revision", [])
        if let feeds = query.feeds {
            let marks = Array(repeating: "?", count: feeds.count).joined(separator: ",")
            add("article.feed IN (\(marks))", feeds.map { .of($0) })
        }
        if let folder = query.folder {
            add(
                "article.feed IN (SELECT id FROM feed WHERE folder = ? OR substr(folder, 1, length(?) + 1) = ? || '/')",
                Array(repeating: .of(folder), count: 3))
        }
        if let topic = query.topic { add("article.id IN (SELECT article FROM match WHERE topic = ?)", [.of(topic)]) }
        if query.onlyFlagged { add("EXISTS (SELECT 1 FROM match WHERE match.article = article.id)", []) }
        if let since = query.since { add("article.time >= ?", [.of(since)]) }
        if let until = query.until { add("article.time < ?", [.of(until)]) }
        if let after = query.after { add("(article.time, article.id) < (?, ?)", [.of(after.time), .of(after.id)]) }
    }

    private mutating func add(_ condition: String, _ values: [ColumnValue]) {
        conditions.append(condition)
        self.values += values
    }

    /// The first `limit` articles, newest first.
    func places(limit: Int, on db: Database) throws -> [ArticleCursor] {
        guard let candidates = query.candidates.map(IndexForms.spelled) else {
            return try places(from: "article", limit: limit, on: db)
        }
        let waiting = try unindexedPlaces(meeting: candidates, limit: limit, on: db)
        guard let expression = SearchIndex.expression(for: candidates) else {
            // The words say nothing: every article may do.
            return try places(from: "article", limit: limit, on: db)
        }
        let indexed = try indexedPlaces(matching: expression, limit: limit, on: db)
        if waiting.isEmpty { return indexed }
        return Array((indexed + waiting).sorted { ($1.time, $1.id) < ($0.time, $0.id) }.prefix(limit))
    }

    private func indexedPlaces(matching expression: String, limit: Int, on db: Database) throws -> [ArticleCursor] {
        let settled = "NOT EXISTS (SELECT 1 FROM unindexed WHERE unindexed.article = article.id)"
        let hits =
            try db.number(
                "SELECT count(*) FROM (SELECT 1 FROM article_index WHERE article_index MATCH ? LIMIT ?)",
                [.of(expression), .of(Limits.sortedHits + 1)]) ?? 0
        if hits == 0 { return [] }
        if hits <= Limits.sortedHits {
            return try places(
                from: "article_index CROSS JOIN article ON article.id = article_index.rowid",
                also: "article_index MATCH ? AND " + settled, [.of(expression)], limit: limit, on: db)
        }
        return try places(
            from: "article",
            also: "+article.id IN (SELECT rowid FROM article_index WHERE article_index MATCH ?) AND " + settled,
            [.of(expression)], limit: limit, on: db)
    }

    /// What the index does not hold yet is read and broken into words here.
    private func unindexedPlaces(
        meeting candidates: TermExpression, limit: Int, on db: Database
    ) throws -> [ArticleCursor] {
        if try db.number("SELECT 1 FROM unindexed LIMIT 1") == nil { return [] }
        let rows = try db.rows(
            sql(from: "unindexed CROSS JOIN article ON article.id = unindexed.article", also: "", limit: nil), values)
        var places: [ArticleCursor] = []
        while places.count < limit, let row = try rows.next() {
            let place = ArticleCursor(time: row.time(0) ?? Timestamp(milliseconds: 0), id: row.id(1))
            if try SearchIndex.unindexed(place.id, meets: candidates, on: db) { places.append(place) }
        }
        return places
    }

    private func places(
        from tables: String, also condition: String = "", _ values: [ColumnValue] = [], limit: Int, on db: Database
    ) throws -> [ArticleCursor] {
        var places: [ArticleCursor] = []
        let rows = try db.rows(
            sql(from: tables, also: condition, limit: limit), values + self.values + [.of(limit)])
        while let row = try rows.next() {
            places.append(ArticleCursor(time: row.time(0) ?? Timestamp(milliseconds: 0), id: row.id(1)))
        }
        return places
    }

    private func sql(from tables: String, also condition: String, limit: Int?) -> String {
        let all = (condition.isEmpty ? [] : [condition]) + conditions
        return """
            SELECT article.time, article.id FROM \(tables)
            \(all.isEmpty ? "" : "WHERE " + all.joined(separator: " AND "))
            ORDER BY article.time DESC, article.id DESC \(limit == nil ? "" : "LIMIT ?")
            """
    }
}
