import GRDB
public import WireModel
public import WireStore

extension SQLiteStore {
    private enum Batch {
        /// Articles that one transaction removes: others write in between.
        static let articles = 250
        static let identities = 2_000
        /// Pages of 16 KiB that one transaction gives back.
        static let freePages: Int64 = 256
        /// One page of so many may be free.
        static let freePart: Int64 = 10
    }

    public func prune(_ retention: Retention, now: Timestamp) async throws(StoreError) -> Retention.Pruned {
        var pruned = Retention.Pruned()
        for record in try await feeds() {
            let limits = retention.limits(forFolder: record.feed.folder)
            if limits.age == nil, limits.perFeed == nil { continue }
            let surplus = Surplus(of: record.feed.id, limits, keepsFlagged: retention.keepsFlagged, now: now)
            // Most feeds have none: that is no write.
            guard try await read({ db in try !surplus.articles(limit: 1, on: db).isEmpty }) else { continue }
            var removed = 0
            repeat {
                if Task.isCancelled { return pruned }
                removed = try await write { db in try surplus.remove(limit: Batch.articles, on: db) }
                pruned.articles += removed
            } while removed == Batch.articles
        }
        var removed = 0
        repeat {
            if Task.isCancelled { return pruned }
            removed = try await write { db in
                try db.run(
                    """
                    DELETE FROM article WHERE id IN (
                        SELECT id FROM article INDEXED BY article_forgotten
                        WHERE kept_from > revision AND seen < ? LIMIT ?)
                    """, [.of(now - retention.memory), .of(Batch.identities)])
                return db.changesCount
            }
            pruned.identities += removed
        } while removed == Batch.identities
        // The first round is long over: from now on the journal stays small.
        try await write { db in try db.execute(sql: "PRAGMA wal_autocheckpoint = \(Limits.journalPages)") }
        try await shrink()
        return pruned
    }

    /// Gives free pages back to the file system if they are many, step by step; the next articles need the others. Not in a
    /// database that was made before this could be done.
    private func shrink() async throws(StoreError) {
        while !Task.isCancelled {
            let isDone = try await write { db in
                guard try db.number("PRAGMA auto_vacuum") == 2 else { return true }
                let free = try db.number("PRAGMA freelist_count") ?? 0
                let kept = try (db.number("PRAGMA page_count") ?? 0) / Batch.freePart
                guard free > kept + Batch.freePages else { return true }
                try db.execute(sql: "PRAGMA incremental_vacuum(\(Batch.freePages))")
                return false
            }
            if isDone { return }
        }
    }
}

/// The articles of a feed that need not be kept.
private struct Surplus: Sendable {
    private let feed: FeedID
    private let seenBefore: Timestamp
    private let perFeed: Int
    private let keepsFlagged: Bool

    init(of feed: FeedID, _ limits: Retention.Limits, keepsFlagged: Bool, now: Timestamp) {
        self.feed = feed
        seenBefore = limits.age.map { now - $0 } ?? Timestamp(milliseconds: .min)
        perFeed = limits.perFeed ?? Int.max
        self.keepsFlagged = keepsFlagged
    }

    /// What waits to be told stays, whatever is said of flagged articles.
    private var exception: String {
        let flagged = "SELECT 1 FROM match WHERE match.article = article.id"
        if keepsFlagged { return flagged }
        return """
            SELECT 1 FROM match JOIN alert ON alert.match = match.id JOIN delivery ON delivery.alert = alert.id
            WHERE match.article = article.id AND delivery.state IN ('pending', 'leased')
            """
    }

    func articles(limit: Int, on db: Database) throws -> [ArticleID] {
        var articles: [ArticleID] = []
        let rows = try db.rows(
            """
            SELECT id FROM article WHERE feed = ?1 AND kept_from <= revision
                AND (seen < ?2 OR id IN (
                    SELECT id FROM article WHERE feed = ?1 AND kept_from <= revision
                    ORDER BY time DESC, id DESC LIMIT -1 OFFSET ?3))
                AND NOT EXISTS (\(exception))
            LIMIT ?4
            """, [.of(feed), .of(seenBefore), .of(perFeed), .of(limit)])
        while let row = try rows.next() { articles.append(row.id(0)) }
        return articles
    }

    /// Removes the texts, and keeps the identity.
    func remove(limit: Int, on db: Database) throws -> Int {
        let articles = try articles(limit: limit, on: db)
        try SearchIndex.remove(articles, on: db)
        for id in articles {
            try db.run("DELETE FROM match WHERE article = ?", [.of(id)])
            try db.run("DELETE FROM revision WHERE article = ?", [.of(id)])
            try db.run("DELETE FROM article_text WHERE article = ?", [.of(id)])
            try db.run("UPDATE article SET kept_from = revision + 1 WHERE id = ?", [.of(id)])
        }
        return articles.count
    }
}
