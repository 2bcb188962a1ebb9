import GRDB
import Synchronization
import WireStore

/// Work on its way to the disk. While one commit waits for the disk the next ones gather here and share theirs.
struct WriteQueue {
    struct Entry: Sendable {
        /// Bounds what one commit holds; see `SQLiteStore.Limits.writesPerCommit`.
        let weight: Int
        /// Works inside the transaction and returns what tells the caller once it is on the disk. What it throws ends
        /// the whole transaction.
        let run: @Sendable (Database) throws -> @Sendable () -> Void
        /// Tells the caller that the transaction failed.
        let fail: @Sendable (StoreError) -> Void
    }

    var entries: [Entry] = []
    /// Whether a drain runs or is about to.
    var isDraining = false
}

extension SQLiteStore {
    /// Runs `body` whole or not at all, in a transaction that it may share with others.
    func commit<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        let pool = try writer()
        let path = path
        let result: Result<Value, StoreError> = await withCheckedContinuation { continuation in
            enqueue(
                WriteQueue.Entry(weight: 1) { db in
                    let result = try SQLiteStore.savepoint(db, path, body)
                    return { continuation.resume(returning: result) }
                } fail: {
                    continuation.resume(returning: .failure($0))
                }, for: pool)
        }
        return try result.get()
    }

    func enqueue(_ entry: WriteQueue.Entry, for pool: DatabasePool) {
        let mustStart = waiting.withLock { queue in
            queue.entries.append(entry)
            defer { queue.isDraining = true }
            return !queue.isDraining
        }
        if mustStart { pool.asyncWriteWithoutTransaction { db in self.drain(db) } }
    }

    /// Undoes `body` if it contradicts what is stored, and nothing else of the transaction.
    ///
    /// - Throws: What ends the whole transaction.
    static func savepoint<Value>(
        _ db: Database, _ path: String, _ body: (Database) throws -> Value
    ) throws -> Result<Value, StoreError> {
        try db.run("SAVEPOINT part")
        do {
            let value = try body(db)
            try db.run("RELEASE part")
            return .success(value)
        } catch let error where db.isInsideTransaction && isContradiction(error) {
            try db.run("ROLLBACK TO part")
            try db.run("RELEASE part")
            return .failure(StoreError(error, path: path))
        }
    }

    private static func isContradiction(_ error: any Error) -> Bool {
        if case StoreError.rejected = error { return true }
        return (error as? DatabaseError)?.resultCode == .SQLITE_CONSTRAINT
    }

    /// Stores what has gathered, commit by commit, until nothing is left.
    private func drain(_ db: Database) {
        while let entries = nextEntries() {
            do {
                let answers = try SQLiteStore.transaction(db) { db in try entries.map { try $0.run(db) } }
                for answer in answers { answer() }
            } catch {
                let failure = StoreError(error, path: path)
                for entry in entries { entry.fail(failure) }
            }
        }
    }

    private func nextEntries() -> [WriteQueue.Entry]? {
        waiting.withLock { queue in
            var count = 0
            var weight = 0
            while count < queue.entries.count, count == 0 || weight < Limits.writesPerCommit {
                weight += queue.entries[count].weight
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
}
