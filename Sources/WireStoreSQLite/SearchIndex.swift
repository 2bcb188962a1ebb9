import GRDB
import WireModel
public import WireStore

extension SQLiteStore {
    public func index(limit: Int) async throws(StoreError) -> Int {
        guard limit > 0 else { return 0 }
        return try await write { db in try SearchIndex.advance(limit: limit, on: db) }
    }
}

/// The full-text index: for each article the folded forms of its words, without the text itself.
///
/// Written later than the articles and in large batches, because that is what makes it cheap. The table `unindexed` says
/// what is missing, so a crash loses nothing.
enum SearchIndex {
    private enum Limits {
        /// Bytes of terms that are gathered in memory before a part of the index is written.
        static let hashBytes = 32 << 20
        /// Page cache meanwhile, KiB: parts are written from their first page to the last.
        static let cache = 4_096
    }

    /// Brings at most `limit` articles up to date and returns how many.
    static func advance(limit: Int, on db: Database) throws -> Int {
        if try db.number("SELECT 1 FROM unindexed LIMIT 1") == nil { return 0 }
        try db.execute(sql: "PRAGMA cache_size = -\(Limits.cache)")
        defer { try? db.execute(sql: "PRAGMA cache_size = -\(SQLiteStore.Limits.cache)") }
        try db.run("INSERT INTO article_index (article_index, rank) VALUES ('hashsize', ?)", [.of(Limits.hashBytes)])
        let insertion = try RepeatedStatement("INSERT INTO article_index (rowid, forms) VALUES (?, ?)", on: db)
        let waiting = try db.rows(
            """
            SELECT unindexed.article, unindexed.revision, article_text.article, \(ArticleTable.indexedColumns)
            FROM unindexed LEFT JOIN article_text USING (article) ORDER BY unindexed.article LIMIT ?
            """, [.of(limit)])
        var words = IndexForms()
        var count = 0
        var last: ArticleID?
        while let row = try waiting.next() {
            let id: ArticleID = row.id(0)
            if let indexed = row.int64(1),
                let forms = try ArticleTable.forms(of: id, revision: indexed, by: &words, on: db)
            {
                try delete(forms, of: id, on: db)
            }
            if row.int64(2) != nil {
                try insertion.run(.of(id), .utf8(ArticleTable.forms(of: row, from: 3, by: &words)))
            }
            count += 1
            last = id
        }
        if let last { try db.run("DELETE FROM unindexed WHERE article <= ?", [.of(last)]) }
        return count
    }

    /// - Parameter forms: what was inserted for the article.
    private static func delete(_ forms: [UInt8], of id: ArticleID, on db: Database) throws {
        try db.run(
            "INSERT INTO article_index (article_index, rowid, forms) VALUES ('delete', ?, ?)",
            [.of(id), .utf8(forms)])
    }

    /// Takes articles out of the index, whose texts are about to go.
    static func remove(_ articles: [ArticleID], on db: Database) throws {
        var words = IndexForms()
        for id in articles {
            // What the index holds is the text as it is, that of an earlier revision, or nothing.
            let waiting = try db.first("SELECT revision FROM unindexed WHERE article = ?", [.of(id)]) {
                (indexed: $0.int64(0), Void())
            }
            var forms: [UInt8]?
            if waiting == nil { forms = try ArticleTable.forms(of: id, by: &words, on: db) }
            if let revision = waiting?.indexed {
                forms = try ArticleTable.forms(of: id, revision: revision, by: &words, on: db)
            }
            if let forms { try delete(forms, of: id, on: db) }
            try db.run("DELETE FROM unindexed WHERE article = ?", [.of(id)])
        }
    }

    /// Starts the index anew if this program breaks texts into other words than the one that wrote it.
    static func renewIfFoldingChanged(_ db: Database) throws {
        let stored = try String.fetchOne(db, sql: "SELECT value FROM property WHERE name = 'folding'")
        let folding = IndexForms.version
        if stored == folding { return }
        try SQLiteStore.transaction(db) { db in
            if stored != nil {
                try db.execute(
                    sql: """
                        INSERT INTO article_index (article_index) VALUES ('delete-all');
                        DELETE FROM unindexed;
                        INSERT INTO unindexed (article) SELECT id FROM article WHERE kept_from <= revision
                        """)
            }
            try db.run("REPLACE INTO property (name, value) VALUES ('folding', ?)", [.of(folding)])
        }
    }

    /// Whether an article that the index does not hold has the words, which are in its spelling.
    static func unindexed(_ id: ArticleID, meets expression: TermExpression, on db: Database) throws -> Bool {
        var words = IndexForms()
        guard let forms = try ArticleTable.forms(of: id, by: &words, on: db) else { return false }
        return IndexForms.meet(expression, in: forms)
    }

    /// An expression in the index's spelling in FTS5's language; nil if it holds for every article. Terms are data there: quoted,
    /// and without the bytes that end a word.
    static func expression(for terms: TermExpression) -> String? {
        switch terms {
        case .term(let word): return quote(word)
        case .prefix(let beginning): return quote(beginning) + "*"
        case .all(let parts): return joined(parts.compactMap(expression), by: " AND ")
        case .any(let parts):
            // One part that holds for every article makes the whole do so; without parts it holds for none.
            let branches = parts.compactMap(expression)
            if branches.count < parts.count { return nil }
            return branches.isEmpty ? #""""# : joined(branches, by: " OR ")
        }
    }

    private static func joined(_ parts: [String], by word: String) -> String? {
        if parts.count < 2 { return parts.first }
        return "(" + parts.joined(separator: word) + ")"
    }

    private static func quote(_ word: String) -> String { "\"" + word.replacing("\"", with: "\"\"") + "\"" }
}
