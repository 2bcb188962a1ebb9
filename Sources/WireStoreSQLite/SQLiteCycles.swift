import GRDB
import Synchronization
import WireModel
public import WireStore

/// Writes on their way to the disk. While one commit waits for the disk the next ones gather here and share theirs.
struct WriteQueue {
    struct Entry: Sendable {
        let writes: [CycleWrite]
        let answer: @Sendable ([Result<CycleReceipt, StoreError>]) -> Void
    }

    var entries: [Entry] = []
    /// Whether a drain runs or is about to.
    var isDraining = false
}

extension SQLiteStore {
    public func apply(_ writes: [CycleWrite]) async -> [Result<CycleReceipt, StoreError>] {
        if writes.isEmpty { return [] }
        let pool: DatabasePool
        do { pool = try writer() } catch { return writes.map { _ in .failure(error) } }
        return await withCheckedContinuation { continuation in
            let entry = WriteQueue.Entry(writes: writes) { continuation.resume(returning: $0) }
            let mustStart = waiting.withLock { queue in
                queue.entries.append(entry)
                defer { queue.isDraining = true }
                return !queue.isDraining
            }
            if mustStart { pool.asyncWriteWithoutTransaction { db in self.drain(db) } }
        }
    }

    /// Stores what has gathered, commit by commit, until nothing is left.
    private func drain(_ db: Database) {
        while let entries = nextEntries() {
            let results = commit(entries.flatMap(\.writes), on: db)
            var start = 0
            for entry in entries {
                entry.answer(Array(results[start..<start + entry.writes.count]))
                start += entry.writes.count
            }
        }
    }

    private func nextEntries() -> [WriteQueue.Entry]? {
        waiting.withLock { queue in
            var count = 0
            var writes = 0
            while count < queue.entries.count, count == 0 || writes < Limits.writesPerCommit {
                writes += queue.entries[count].writes.count
                count += 1
            }
            guard count > 0 else {
                queue.isDraining = false
                return nil
            }
            defer { queue.entries.removeFirst(count) }
            return Array(queue.entries[..<count])
        }
    }

    /// One transaction with a savepoint for each write. If the transaction itself fails, all of them fail with it.
    private func commit(_ writes: [CycleWrite], on db: Database) -> [Result<CycleReceipt, StoreError>] {
        var results: [Result<CycleReceipt, StoreError>] = []
        results.reserveCapacity(writes.count)
        do {
            try SQLiteStore.transaction(db) { db in
                for write in writes { results.append(try store(write, on: db)) }
            }
            return results
        } catch {
            let failure = StoreError(error, path: path)
            return writes.map { _ in .failure(failure) }
        }
    }

    /// - Throws: What ends the whole transaction.
    private func store(_ write: CycleWrite, on db: Database) throws -> Result<CycleReceipt, StoreError> {
        try db.run("SAVEPOINT cycle", [])
        do {
            let receipt = try CycleTables.save(write, on: db)
            try db.run("RELEASE cycle", [])
            return .success(receipt)
        } catch let error as DatabaseError where db.isInsideTransaction && error.resultCode == .SQLITE_CONSTRAINT {
            try db.run("ROLLBACK TO cycle", [])
            try db.run("RELEASE cycle", [])
            return .failure(StoreError(error, path: path))
        }
    }
}

/// The rows that one write adds and changes.
enum CycleTables {
    static func save(_ write: CycleWrite, on db: Database) throws -> CycleReceipt {
        var receipt = CycleReceipt()
        try FeedTable.save(write.state, write.check, on: db)
        for new in write.new where try ArticleTable.insert(new, into: write.feed, on: db) {
            receipt.new.append(new.article.id)
        }
        for revised in write.revised where try ArticleTable.revise(revised, in: write.feed, on: db) {
            receipt.revised.append(revised.article.id)
        }
        for touched in write.touched where try ArticleTable.touch(touched, in: write.feed, on: db) {
            receipt.touched.append(touched.id)
        }
        if write.matches.isEmpty { return receipt }
        // A new article that was not stored is another's double: its matches are the other's affair.
        let unstored = Set(write.new.map(\.article.id)).subtracting(receipt.new)
        for match in write.matches {
            if unstored.contains(match.article), try !ArticleTable.holds(match.article, on: db) { continue }
            if try MatchTable.insert(match, on: db) { receipt.flagged.append(match.id) }
        }
        return receipt
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
