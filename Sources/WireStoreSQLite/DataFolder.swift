import Foundation
import Synchronization
import WireStore

/// The folder of the database and the right to write there, which one process has at a time.
final class DataFolder: Sendable {
    enum Limits {
        /// How long a second process waits for the first.
        static let lockWait = Duration.seconds(5)
        static let lockPause = Duration.milliseconds(50)
    }

    static let databaseName = "wirewatch.db"
    static let lockName = "wirewatch.lock"

    let path: String
    /// The descriptor that holds the lock.
    private let lock: Mutex<CInt?>

    var databasePath: String { path + "/" + DataFolder.databaseName }

    /// The folder as it is, for reading.
    init(reading path: String) {
        self.path = path
        lock = Mutex(nil)
    }

    /// Makes the folder and its parents if need be, and takes the lock.
    init(writing path: String, wait: Duration) async throws(StoreError) {
        try DataFolder.make(path)
        let lockPath = path + "/" + DataFolder.lockName
        let descriptor = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw StoreError(errno: errno, path: lockPath) }
        self.path = path
        // From here on `deinit` closes it.
        lock = Mutex(descriptor)
        let deadline = ContinuousClock.now + wait
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else { throw StoreError(errno: errno, path: lockPath) }
            guard ContinuousClock.now < deadline else { throw .locked(path: path) }
            do { try await Task.sleep(for: Limits.lockPause) } catch { throw .locked(path: path) }
        }
    }

    deinit { release() }

    /// Lets the next process write.
    func release() {
        lock.withLock { descriptor in
            // The kernel gives the lock up with the last descriptor, also when the process is killed.
            if let descriptor { close(descriptor) }
            descriptor = nil
        }
    }

    /// Whether a process holds the folder for writing.
    static func isInUse(_ path: String) -> Bool {
        let descriptor = open(path + "/" + lockName, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
    }

    /// Refuses what cannot be a database of ours without opening it as one. A missing file is made, for its owner only.
    func prepareDatabase() throws(StoreError) {
        let path = databasePath
        let made = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if made >= 0 {
            close(made)
        } else if errno != EEXIST {
            throw StoreError(errno: errno, path: path)
        }
        try inspectDatabase()
    }

    /// Reads the header only; an empty file is a database yet to be made.
    func inspectDatabase() throws(StoreError) {
        let path = databasePath
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw errno == ENOENT || errno == ENOTDIR ? .missing(path: path) : StoreError(errno: errno, path: path)
        }
        defer { close(descriptor) }
        var header = [UInt8](repeating: 0, count: 100)
        let count = read(descriptor, &header, header.count)
        guard count >= 0 else { throw StoreError(errno: errno, path: path) }
        if count == 0 { return }
        guard count == 100, header.starts(with: Array("SQLite format 3\0".utf8)) else {
            throw .notDatabase(path: path)
        }
        let application = header[68..<72].reduce(Int64(0)) { $0 << 8 | Int64($1) }
        guard application == 0 || application == SQLiteMigrations.applicationID else { throw .foreign(path: path) }
    }

    private static func make(_ path: String) throws(StoreError) {
        var facts = stat()
        if stat(path, &facts) == 0 {
            guard facts.st_mode & S_IFMT == S_IFDIR else { throw .denied(path: path, reason: "not a folder") }
            return
        }
        guard errno == ENOENT else { throw StoreError(errno: errno, path: path) }
        let parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
        if parent != path { try make(parent) }
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw StoreError(errno: errno, path: path) }
    }
}
