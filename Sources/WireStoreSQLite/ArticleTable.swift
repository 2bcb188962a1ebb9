import GRDB
import WireModel
import WireStore

/// The tables `article`, `article_text` and `revision`.
enum ArticleTable {
    /// The columns of an item, in the order of `itemValues`; the same in `article_text` and `revision`.
    static let itemColumns = """
        guid, guid_generated, url, language, published, updated, title, title_html, summary, summary_breaks, content_text, \
        details, summary_html, content_html
        """

    /// Stores new articles.
    struct Insertion {
        private let db: Database
        private let article: RepeatedStatement
        private let text: RepeatedStatement
        private let unindexed: RepeatedStatement

        init(on db: Database) throws {
            self.db = db
            article = try RepeatedStatement(
                """
                INSERT INTO article (id, feed, time, seen, revision, key, link, fingerprint, text_digest)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
                """, on: db)
            text = try RepeatedStatement(
                """
                INSERT INTO article_text (article, revised, \(itemColumns))
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """, on: db)
            unindexed = try RepeatedStatement("INSERT OR IGNORE INTO unindexed (article) VALUES (?)", on: db)
        }

        /// Whether it was stored: not if the feed has an article of that key, or the store one of that id.
        func insert(_ new: NewArticle, into feed: FeedID) throws -> Bool {
            let article = new.article
            let identity = new.identity
            try self.article.run(
                .of(article.id), .of(feed), .of(article.listTime), .of(article.seen), .of(article.revision),
                .of(identity.key), .of(identity.link), .of(identity.fingerprint), .of(new.textDigest))
            guard db.changesCount > 0 else { return false }
            try text.run(itemValues(article.item, after: [.of(article.id), .of(article.seen)]))
            try unindexed.run(.of(article.id))
            return true
        }
    }

    /// Whether it was stored: only if the stored revision is the one before it.
    static func revise(_ revised: RevisedArticle, in feed: FeedID, on db: Database) throws -> Bool {
        let article = revised.article
        let id = ColumnValue.of(article.id)
        let stored = try db.number("SELECT revision FROM article WHERE id = ? AND feed = ?", [id, .of(feed)])
        guard let stored, stored == Int64(article.revision) - 1 else { return false }
        try db.run(
            """
            INSERT INTO revision (article, revision, revised, text_digest, \(itemColumns))
            SELECT article.id, revision, revised, text_digest, \(itemColumns)
            FROM article JOIN article_text ON article_text.article = article.id WHERE article.id = ?
            """, [id])
        // The index holds the words of the old text until its turn comes.
        try db.run("INSERT OR IGNORE INTO unindexed (article, revision) VALUES (?, ?)", [id, .of(stored)])
        try db.run(
            "UPDATE article SET revision = ?, text_digest = ? WHERE id = ?",
            [.of(article.revision), .of(revised.textDigest), id])
        try db.run(
            """
            REPLACE INTO article_text (article, revised, \(itemColumns))
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """, itemValues(article.item, after: [id, .of(revised.revisedAt)]))
        return try touch(TouchedArticle(article.id, identity: revised.identity), in: feed, on: db)
    }

    /// Whether there is such an article in the feed.
    static func touch(_ touched: TouchedArticle, in feed: FeedID, on db: Database) throws -> Bool {
        let identity = touched.identity
        let values: [ColumnValue] = [
            .of(touched.id), .of(feed), .of(identity.link), .of(identity.fingerprint), .of(identity.key),
        ]
        try db.run(
            "UPDATE OR IGNORE article SET link = ?3, fingerprint = ?4, key = ?5 WHERE id = ?1 AND feed = ?2", values)
        if db.changesCount > 0 { return true }
        // Another article of the feed has that key, or there is no such article.
        try db.run(
            "UPDATE article SET link = ?3, fingerprint = ?4 WHERE id = ?1 AND feed = ?2", Array(values.dropLast()))
        return db.changesCount > 0
    }

    static func holds(_ id: ArticleID, on db: Database) throws -> Bool {
        try db.number("SELECT 1 FROM article WHERE id = ?", [.of(id)]) != nil
    }

    private static func itemValues(_ item: Item, after first: [ColumnValue]) -> [ColumnValue] {
        let breaks = item.summaryBreaks
        return first + [
            .of(item.id), .of(item.idGenerated), .of(item.url), .of(item.language), .of(item.published),
            .of(item.updated), .of(item.title), .of(item.titleHTML), .of(item.summary),
            .of(breaks.isEmpty ? nil : breaks.map(String.init).joined(separator: " ")), .of(item.contentText),
            .of(item.detailsText), .of(item.summaryHTML), .of(item.contentHTML),
        ]
    }

    /// The item whose columns begin at `first`.
    static func item(_ row: Row, from first: Int) -> Item {
        var item = Item(id: row.text(first) ?? "", idGenerated: row.bool(first + 1))
        item.url = row.text(first + 2)
        item.language = row.text(first + 3)
        item.published = row.time(first + 4)
        item.updated = row.time(first + 5)
        item.title = row.text(first + 6)
        item.titleHTML = row.text(first + 7)
        item.summary = row.text(first + 8)
        item.summaryBreaks = row.text(first + 9)?.split(separator: " ").compactMap { Int($0) } ?? []
        item.contentText = row.text(first + 10)
        item.summaryHTML = row.text(first + 12)
        item.contentHTML = row.text(first + 13)
        if let details = row.json(first + 11) { item.readDetails(details) }
        return item
    }
}

extension ArticleTable {
    /// What `forms(of:from:by:)` reads.
    static let indexedColumns = "title, summary, content_text, details"

    /// The index's forms of an article as it is now; nil if there is none of that id.
    static func forms(of id: ArticleID, by words: inout IndexForms, on db: Database) throws -> [UInt8]? {
        try db.first("SELECT \(indexedColumns) FROM article_text WHERE article = ?", [.of(id)]) {
            forms(of: $0, from: 0, by: &words)
        }
    }

    /// The forms of an earlier revision.
    static func forms(
        of id: ArticleID, revision: Int64, by words: inout IndexForms, on db: Database
    ) throws -> [UInt8]? {
        try db.first(
            "SELECT \(indexedColumns) FROM revision WHERE article = ? AND revision = ?", [.of(id), .of(revision)]
        ) { forms(of: $0, from: 0, by: &words) }
    }

    /// The forms of the text whose `indexedColumns` begin at `first`.
    static func forms(of row: Row, from first: Int, by words: inout IndexForms) -> [UInt8] {
        var texts: [String] = []
        for column in first..<first + 3 { if let text = row.text(column) { texts.append(text) } }
        return words.text(of: texts, details: row.members(first + 3, of: IndexForms.members))
    }
}

extension Article {
    /// What lists sort by: the article's own time, though never later than we saw it.
    var listTime: Timestamp { min(item.published ?? item.updated ?? seen, seen) }
}
