import GRDB
import WireModel
public import WireStore

extension SQLiteStore {
    public func apply(_ writes: [CycleWrite]) async -> [Result<CycleReceipt, StoreError>] {
        if writes.isEmpty { return [] }
        let pool: DatabasePool
        do { pool = try writer() } catch { return writes.map { _ in .failure(error) } }
        let path = path
        return await withCheckedContinuation { continuation in
            enqueue(
                WriteQueue.Entry(weight: writes.count) { db in
                    let results = try writes.map { write in
                        try SQLiteStore.savepoint(db, path) { db in try CycleTables.save(write, on: db) }
                    }
                    return {
                        if zip(writes, results).contains(where: { self.mustBeSent($0, $1) }) { self.tellOutbox() }
                        continuation.resume(returning: results)
                    }
                } fail: { failure in
                    continuation.resume(returning: writes.map { _ in .failure(failure) })
                }, for: pool)
        }
    }

    private func mustBeSent(_ write: CycleWrite, _ result: Result<CycleReceipt, StoreError>) -> Bool {
        guard case .success(let receipt) = result else { return false }
        return !receipt.alerts.isEmpty || write.notices.contains { !$0.deliveries.isEmpty }
    }
}

/// The rows that one write adds and changes.
enum CycleTables {
    static func save(_ write: CycleWrite, on db: Database) throws -> CycleReceipt {
        var receipt = CycleReceipt()
        if write.isPush {
            try FeedTable.save(write.state.rhythm, of: write.feed, on: db)
        } else {
            try FeedTable.save(write.state, write.check, on: db)
        }
        if !write.new.isEmpty {
            let insertion = try ArticleTable.Insertion(on: db)
            for new in write.new where try insertion.insert(new, into: write.feed) {
                receipt.new.append(new.article.id)
            }
        }
        for revised in write.revised where try ArticleTable.revise(revised, in: write.feed, on: db) {
            receipt.revised.append(revised.article.id)
        }
        for touched in write.touched where try ArticleTable.touch(touched, in: write.feed, on: db) {
            receipt.touched.append(touched.id)
        }
        try saveNotices(of: write, receipt, on: db)
        if write.matches.isEmpty { return receipt }
        // A new article that was not stored is another's double: its matches are the other's affair.
        let unstored = Set(write.new.map(\.article.id)).subtracting(receipt.new)
        for match in write.matches {
            if unstored.contains(match.article), try !ArticleTable.holds(match.article, on: db) { continue }
            if try MatchTable.insert(match, on: db) { receipt.flagged.append(match.id) }
        }
        try saveAlerts(of: write, &receipt, on: db)
        return receipt
    }

    private static func saveAlerts(of write: CycleWrite, _ receipt: inout CycleReceipt, on db: Database) throws {
        if write.alerts.isEmpty { return }
        let flagged = Set(receipt.flagged)
        for new in write.alerts where flagged.contains(new.alert.match) {
            guard try AlertTable.insert(new.alert, on: db) else { continue }
            for delivery in new.deliveries { try DeliveryTable.insert(delivery, on: db) }
            if !new.deliveries.isEmpty { receipt.alerts.append(new.alert.id) }
        }
    }

    private static func saveNotices(of write: CycleWrite, _ receipt: CycleReceipt, on db: Database) throws {
        // New articles none of which was stored: another check read this document and told of it.
        if !write.new.isEmpty, receipt.new.isEmpty { return }
        for notice in write.notices { try NoticeTable.insert(notice, on: db) }
    }
}

/// The table `match`.
enum MatchTable {
    /// Whether it was stored: not if the article has a match of that topic.
    static func insert(_ new: NewMatch, on db: Database) throws -> Bool {
        try db.run(
            """
            INSERT INTO match (id, article, topic, revision, severity, explanation) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT DO NOTHING
            """,
            [
                .of(new.id), .of(new.article), .of(new.match.topic), .of(new.revision), .of(new.severity.rawValue),
                .of(new.match.json.text),
            ])
        return db.changesCount > 0
    }

    /// The matches of an article, in the order in which they were stored.
    static func of(_ article: ArticleID, on db: Database) throws -> [StoredMatch] {
        var matches: [StoredMatch] = []
        let rows = try db.rows(
            "SELECT id, revision, severity, explanation FROM match WHERE article = ? ORDER BY id", [.of(article)])
        while let row = try rows.next() {
            guard let match = row.json(3).flatMap(Match.init(json:)) else { continue }
            matches.append(
                StoredMatch(
                    id: row.id(0), revision: row.int(1) ?? 1,
                    severity: row.text(2).flatMap(Severity.init(rawValue:)) ?? .normal, match: match))
        }
        return matches
    }
}
