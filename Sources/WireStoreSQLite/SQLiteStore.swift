import Dispatch
import Foundation
import GRDB
import Synchronization
public import WireModel
public import WireStore

/// The store in one SQLite file, `wirewatch.db`, in the data folder.
public final class SQLiteStore: Store {
    /// What a process may do with the data folder.
    public enum Access: Sendable {
        /// Everything. One process at a time; a second one waits, then is refused.
        case writing
        /// Reading, also beside a process that writes.
        case reading
        /// Reading, and short writes of a person's doing beside a process that writes: to mute, resend, acknowledge.
        case editing
    }

    public enum Limits {
        /// How long a statement waits for another process's.
        static let busyTimeout: TimeInterval = 5
        /// Connections for reading at once.
        static let readers = 4
        /// Bytes of a page: the text of most articles fits, and is not strung over pages of its own.
        static let page = 16_384
        /// Page cache of the connection that writes, KiB.
        static let cache = 6_144
        /// And of each of those that read: they fill theirs in the course of days, and find the pages in the system's.
        static let readerCache = 2_048
        /// Writes in one commit: bounds what a crash can undo and how long readers' memory grows.
        static let writesPerCommit = 64
        /// Pages that the journal gathers before they are put back into the database file, 32 MiB: a page that changes often is
        /// put back once.
        static let journalPages = 2_048
        /// The same of a file that is new, 192 MiB: a first round of a thousand feeds does not wait for it.
        static let firstJournalPages = 12_288
    }

    public let ids: IDSource
    /// Of the database file.
    public let path: String

    let folder: DataFolder
    let connection: Connection
    /// Writes that wait for the next commit.
    let waiting = Mutex(WriteQueue())
    /// Who wants to know that there may be something to send.
    let listeners = Mutex(OutboxListeners())
    /// The latest time at which messages were claimed.
    let lastClaim = Mutex<Timestamp?>(nil)
    private let isClosed = Mutex(false)

    /// The connections of a mode.
    enum Connection: Sendable {
        case pool(DatabasePool)
        case queue(DatabaseQueue)

        var reader: any DatabaseReader {
            switch self {
            case .pool(let pool): pool
            case .queue(let queue): queue
            }
        }
    }

    /// Opens the store in the folder `path`. For writing, the folder and the database are made if need be, the database
    /// brought up to date (a copy as it was stays beside it, `wirewatch.db.schema-N`), and the folder locked, for which it waits up to `wait`. For editing, all of that must be done.
    ///
    /// - Throws: Never touches a file that is not ours: `notDatabase`, `foreign`, `newer`, `corrupt`; `locked`; `missing`
    ///   (not for writing); `full`, `readOnly`, `denied`.
    public init(
        folder path: String, access: Access = .writing, wait: Duration = .seconds(5)
    ) async throws(StoreError) {
        switch access {
        case .writing: folder = try await DataFolder(writing: path, wait: wait)
        case .reading, .editing: folder = DataFolder(reading: path)
        }
        let databasePath = folder.databasePath
        self.path = databasePath
        switch access {
        case .writing: try folder.prepareDatabase()
        case .reading, .editing: try folder.inspectDatabase()
        }
        let connected: (connection: Connection, highestID: Int64)
        do throws(StoreError) {
            connected = try SQLiteStore.connected(databasePath, access: access)
        } catch {
            // Only who holds the folder may bring it up to date: that is done first.
            guard case .older = error else { throw error }
            try await SQLiteStore.update(folder: path, wait: wait, else: error)
            connected = try SQLiteStore.connected(databasePath, access: access)
        }
        connection = connected.connection
        ids = IDSource(after: connected.highestID)
    }

    /// Whether a process has the folder open for writing.
    public static func isInUse(folder path: String) -> Bool { DataFolder.isInUse(path) }

    /// - Throws: `older` if this process may not write there.
    private static func update(folder path: String, wait: Duration, else older: StoreError) async throws(StoreError) {
        do throws(StoreError) {
            try await SQLiteStore(folder: path, access: .writing, wait: wait).close()
        } catch {
            switch error {
            case .readOnly, .denied: throw older
            default: throw error
            }
        }
    }

    private static func connected(
        _ path: String, access: Access
    ) throws(StoreError) -> (connection: Connection, highestID: Int64) {
        do { return try connect(path, access: access) } catch { throw StoreError(error, path: path) }
    }

    public func close() async throws(StoreError) {
        if isClosed.withLock({ isClosed in
            defer { isClosed = true }
            return isClosed
        }) {
            return
        }
        defer { folder.release() }
        for listener in listeners.withLock({ $0.close() }) { listener.finish() }
        if case .pool(let pool) = connection {
            // The pool closes its readers last, and they cannot put the journal back into the database file. If another
            // process reads, or the disk is full, the journal stays and is as safe.
            try? await pool.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA busy_timeout = 0")
                try db.checkpoint(.truncate)
            }
        }
        do { try connection.reader.close() } catch { throw StoreError(error, path: path) }
    }

    private static func connect(_ path: String, access: Access) throws -> (Connection, highestID: Int64) {
        var configuration = Configuration()
        configuration.label = "wirewatch"
        configuration.foreignKeysEnabled = true
        configuration.busyMode = .timeout(Limits.busyTimeout)
        configuration.maximumReaderCount = Limits.readers
        configuration.readonly = access == .reading
        // More would be a priority that only root may take, and a complaint about each thread that does not get it.
        configuration.qos = .default
        configuration.prepareDatabase { db in
            // Before anything can write: a foreign file is left as it is.
            try SQLiteMigrations.verify(db, path: path, mayBeEmpty: access == .writing)
            // For good, and only before there is anything: see `shrink`. The second makes the file, so the first comes first.
            if access == .writing, !db.configuration.readonly, try Int.fetchOne(db, sql: "PRAGMA page_count") == 0 {
                try db.execute(sql: "PRAGMA page_size = \(Limits.page); PRAGMA auto_vacuum = INCREMENTAL")
            }
            try db.execute(
                sql: """
                    PRAGMA cache_size = -\(db.configuration.readonly ? Limits.readerCache : Limits.cache);
                    PRAGMA temp_store = MEMORY;
                    PRAGMA secure_delete = OFF;
                    PRAGMA cell_size_check = ON;
                    PRAGMA trusted_schema = OFF
                    """)
        }
        if access == .reading {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            return (.queue(queue), try queue.read(highestID))
        }
        let pool = try DatabasePool(path: path, configuration: configuration)
        let highest = try pool.writeWithoutTransaction { db in
            // The pool chose NORMAL, which may lose the last commits at a power loss.
            let isNew = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0 < Limits.journalPages
            try db.execute(
                sql: """
                    PRAGMA synchronous = FULL;
                    PRAGMA wal_autocheckpoint = \(isNew ? Limits.firstJournalPages : Limits.journalPages);
                    PRAGMA journal_size_limit = 67108864
                    """)
            // Bringing it up to date is for the one that holds the folder.
            if access == .editing { return try highestID(db) }
            let version = try SQLiteMigrations.version(of: db)
            if version > 0, version < SQLiteMigrations.current {
                _ = try SQLiteBackup.copy(of: db, to: SQLiteBackup.beforeMigration(of: path, from: version))
            }
            try SQLiteMigrations.run(on: db)
            try SearchIndex.renewIfFoldingChanged(db)
            return try highestID(db)
        }
        return (.pool(pool), highest)
    }

    private static func highestID(_ db: Database) throws -> Int64 {
        try db.number(
            """
            SELECT max(ifnull((SELECT max(id) FROM feed), 0), ifnull((SELECT max(id) FROM article), 0),
                ifnull((SELECT max(id) FROM match), 0), ifnull((SELECT max(id) FROM alert), 0),
                ifnull((SELECT max(id) FROM delivery), 0), ifnull((SELECT max(id) FROM notice), 0),
                ifnull((SELECT max(id) FROM silence), 0))
            """) ?? 0
    }
}

extension SQLiteStore {
    /// Runs `body` on one unchanging view of the database. Not broken off when the task is cancelled.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        try checkOpen()
        let path = path
        let result: Result<Value, StoreError> = await withCheckedContinuation { continuation in
            connection.reader.asyncRead { database in
                continuation.resume(returning: SQLiteStore.result(path) { try body(database.get()) })
            }
        }
        return try result.get()
    }

    /// Runs `body` in a transaction that is committed if it returns.
    func write<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        let pool = try writer()
        let path = path
        let result: Result<Value, StoreError> = await withCheckedContinuation { continuation in
            pool.asyncWriteWithoutTransaction { db in
                continuation.resume(returning: SQLiteStore.result(path) { try SQLiteStore.transaction(db, body) })
            }
        }
        return try result.get()
    }

    func writer() throws(StoreError) -> DatabasePool {
        try checkOpen()
        guard case .pool(let pool) = connection else { throw .readOnly(path: path) }
        return pool
    }

    static func transaction<Value>(_ db: Database, _ body: (Database) throws -> Value) throws -> Value {
        try db.beginTransaction(.immediate)
        do {
            let value = try body(db)
            try db.commit()
            return value
        } catch {
            // SQLite ends the transaction itself after some errors, such as a full disk.
            if db.isInsideTransaction { try db.rollback() }
            throw error
        }
    }

    static func result<Value>(_ path: String, _ body: () throws -> Value) -> Result<Value, StoreError> {
        do { return .success(try body()) } catch { return .failure(StoreError(error, path: path)) }
    }

    private func checkOpen() throws(StoreError) {
        if isClosed.withLock({ $0 }) { throw .closed(path: path) }
    }
}
