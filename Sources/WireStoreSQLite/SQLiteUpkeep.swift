import Foundation
import GRDB
public import WireStore

extension SQLiteStore {
    public func statistics() async throws(StoreError) -> StoreStatistics {
        let path = path
        return try await read { db in
            var statistics = StoreStatistics()
            statistics.feeds = try count("feed", on: db)
            statistics.listedFeeds = try count("feed WHERE position IS NOT NULL", on: db)
            statistics.articles = try count("article WHERE kept_from <= revision", on: db)
            statistics.forgotten = try count("article INDEXED BY article_forgotten WHERE kept_from > revision", on: db)
            statistics.revisions = try count("revision", on: db)
            statistics.matches = try count("match", on: db)
            statistics.unindexed = try count("unindexed", on: db)
            statistics.oldest = try db.first("SELECT seen FROM article WHERE kept_from <= revision ORDER BY id LIMIT 1")
            { $0.time(0) }
            statistics.newest = try db.first(
                "SELECT seen FROM article WHERE kept_from <= revision ORDER BY id DESC LIMIT 1"
            ) { $0.time(0) }
            (statistics.bytes, statistics.freeBytes) = try sizes(of: db, path)
            statistics.schemaVersion = try SQLiteMigrations.version(of: db)
            statistics.path = path
            return statistics
        }
    }

    public func size() async throws(StoreError) -> (bytes: Int, free: Int) {
        let path = path
        return try await read { db in try sizes(of: db, path) }
    }

    public func check() async throws(StoreError) -> [String] {
        var faults = try await read { db in
            var faults: [String] = []
            let rows = try db.rows("PRAGMA integrity_check(100)")
            while let row = try rows.next() {
                if let text = row.text(0), text != "ok" { faults.append("damaged: " + text) }
            }
            return try faults + danglingReferences(on: db) + contradictions(on: db)
        }
        if case .pool = connection, faults.isEmpty {
            do {
                // The index's own check is written like an insertion, and changes nothing.
                try await write { db in
                    try db.execute(sql: "INSERT INTO article_index (article_index) VALUES ('integrity-check')")
                }
            } catch .corrupt(_, let reason) {
                faults.append("the full-text index is damaged: " + reason)
            }
        }
        return faults
    }
}

private func count(_ table: String, on db: Database) throws -> Int {
    Int(try db.number("SELECT count(*) FROM \(table)") ?? 0)
}

private func sizes(of db: Database, _ path: String) throws -> (bytes: Int, free: Int) {
    let page = Int(try db.number("PRAGMA page_size") ?? 0)
    let pages = Int(try db.number("PRAGMA page_count") ?? 0)
    return (pages * page + fileSize(path + "-wal"), Int(try db.number("PRAGMA freelist_count") ?? 0) * page)
}

private func fileSize(_ path: String) -> Int {
    var facts = stat()
    return stat(path, &facts) == 0 ? Int(facts.st_size) : 0
}

private func danglingReferences(on db: Database) throws -> [String] {
    var faults: [String] = []
    let rows = try db.rows("SELECT \"table\", rowid, parent FROM pragma_foreign_key_check LIMIT 100")
    while let row = try rows.next() {
        faults.append("row \(row.int64(1) ?? 0) of \(row.text(0) ?? "") refers to no \(row.text(2) ?? "")")
    }
    return faults
}

/// What the tables must say of each other beyond foreign keys: how many rows break each rule.
private func contradictions(on db: Database) throws -> [String] {
    let rules = [
        (
            "articles are neither in the full-text index nor waiting for it",
            """
            article WHERE kept_from <= revision AND id NOT IN (SELECT id FROM article_index_docsize)
                AND id NOT IN (SELECT article FROM unindexed)
            """
        ),
        (
            "entries of the full-text index belong to no article",
            "article_index_docsize WHERE id NOT IN (SELECT id FROM article WHERE kept_from <= revision)"
        ),
        (
            "articles wait for the full-text index and do not exist",
            "unindexed WHERE article NOT IN (SELECT id FROM article)"
        ),
        (
            "articles have no text",
            "article WHERE kept_from <= revision AND id NOT IN (SELECT article FROM article_text)"
        ),
        (
            "articles lack an earlier revision",
            """
            article WHERE max(revision - kept_from, 0)
                <> (SELECT count(*) FROM revision WHERE revision.article = article.id)
            """
        ),
        (
            "matches are of a revision that does not exist",
            "match JOIN article ON article.id = match.article WHERE match.revision NOT BETWEEN 1 AND article.revision"
        ),
    ]
    return try rules.compactMap { fault, rows in
        let found = try count(rows, on: db)
        return found == 0 ? nil : "\(found) \(fault)"
    }
}
