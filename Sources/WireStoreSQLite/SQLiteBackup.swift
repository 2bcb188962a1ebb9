import Foundation
import GRDB
public import WireStore

extension SQLiteStore {
    public func backup(to target: String) async throws(StoreError) -> Int {
        let path = path
        let copying: DatabaseQueue
        do {
            // A connection of its own, outside any transaction: the copy is of one moment, and holds up no writer.
            var configuration = Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(Limits.busyTimeout)
            copying = try DatabaseQueue(path: path, configuration: configuration)
        } catch {
            throw StoreError(error, path: path)
        }
        let result: Result<Int, StoreError> = await withCheckedContinuation { continuation in
            copying.asyncWriteWithoutTransaction { db in
                continuation.resume(returning: SQLiteStore.result(path) { try SQLiteBackup.copy(of: db, to: target) })
            }
        }
        return try result.get()
    }
}

/// A copy of the database in one file: as of one moment, without free pages, read again before it counts.
enum SQLiteBackup {
    /// Writes the copy beside `target` first: a file of that name is replaced by a whole one or not at all.
    /// - Returns: its bytes.
    static func copy(of db: Database, to target: String) throws -> Int {
        let part = target + ".part"
        unlink(part)
        // For its owner only, which the copying alone would not see to.
        let made = open(part, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard made >= 0 else { throw StoreError(errno: errno, path: part) }
        defer { close(made) }
        do {
            try into(part, db)
            try verify(part)
            guard fsync(made) == 0 else { throw StoreError(errno: errno, path: part) }
            guard rename(part, target) == 0 else { throw StoreError(errno: errno, path: target) }
            try syncFolder(of: target)
        } catch {
            unlink(part)
            throw error
        }
        var facts = stat()
        return stat(target, &facts) == 0 ? Int(facts.st_size) : 0
    }

    /// Where the copy stands that is made before the schema changes.
    static func beforeMigration(of path: String, from version: Int) -> String { "\(path).schema-\(version)" }

    private static func into(_ part: String, _ db: Database) throws {
        do {
            try db.execute(sql: "VACUUM INTO ?", arguments: [part])
        } catch let error as DatabaseError {
            // What goes wrong in writing is the copy's fault, unless the database says so of itself.
            throw error.resultCode == .SQLITE_CORRUPT ? error as any Error : StoreError(error, path: part)
        }
    }

    private static func verify(_ part: String) throws {
        do {
            var configuration = Configuration()
            configuration.readonly = true
            let copy = try DatabaseQueue(path: part, configuration: configuration)
            defer { try? copy.close() }
            let word = try copy.read { try String.fetchOne($0, sql: "PRAGMA quick_check(1)") }
            guard word == "ok" else { throw StoreError.corrupt(path: part, reason: word ?? "no answer") }
        } catch {
            throw StoreError(error, path: part)
        }
    }

    private static func syncFolder(of path: String) throws {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw StoreError(errno: errno, path: folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw StoreError(errno: errno, path: folder) }
    }
}
