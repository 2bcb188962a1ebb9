public import WireModel

/// Why the store cannot do what it was asked. `path` is the file or folder at fault.
public enum StoreError: Error, Hashable, Sendable {
    /// There is no database yet, and the store was opened for reading.
    case missing(path: String)
    /// The file is not a database.
    case notDatabase(path: String)
    /// The file is a database of another program.
    case foreign(path: String)
    /// A later version of the program wrote it.
    case newer(path: String, version: Int, supported: Int)
    /// An earlier version of the program wrote it, and it was opened for reading only.
    case older(path: String, version: Int, needed: Int)
    /// Its content contradicts itself.
    case corrupt(path: String, reason: String)
    /// The file or its file system allows no writing.
    case readOnly(path: String)
    /// The disk is full.
    case full(path: String)
    /// The system refuses access.
    case denied(path: String, reason: String)
    /// Another process writes to this data folder.
    case locked(path: String)
    /// The database was locked for longer than the store waits.
    case busy(path: String)
    /// The store was closed.
    case closed(path: String)
    /// A write contradicts what is stored, as a match of an article that does not exist.
    case rejected(path: String, reason: String)
    /// Anything else: SQLite's or the system's code and words.
    case failed(path: String, code: Int, reason: String)
}

extension StoreError: CustomStringConvertible {
    /// The error in the form that is shown and counted.
    public var failure: Failure {
        Failure(stage: .store, code: code, message: message, isRetryable: isRetryable)
    }

    public var description: String { message }

    private var code: String {
        switch self {
        case .missing: "no_database"
        case .notDatabase: "not_a_database"
        case .foreign: "foreign_database"
        case .newer: "newer_database"
        case .older: "older_database"
        case .corrupt: "corrupt_database"
        case .readOnly: "read_only"
        case .full: "disk_full"
        case .denied: "access_denied"
        case .locked: "data_folder_in_use"
        case .busy: "database_busy"
        case .closed: "store_closed"
        case .rejected: "write_rejected"
        case .failed: "storage_failed"
        }
    }

    private var isRetryable: Bool {
        switch self {
        case .full, .locked, .busy, .failed: true
        default: false
        }
    }

    private var message: String {
        switch self {
        case .missing(let path): "\(path): there is no database yet; `wirewatch fetch` makes it"
        case .notDatabase(let path):
            "\(path): not a database; nothing was changed; move the file away or name another data folder with --data"
        case .foreign(let path):
            "\(path): a database of another program; nothing was changed; name another data folder with --data"
        case .newer(let path, let version, let supported):
            "\(path): written by a newer version of wirewatch (schema \(version), this one knows up to \(supported)); "
                + "nothing was changed; use the newer program"
        case .older(let path, let version, let needed):
            "\(path): written by an earlier version of wirewatch (schema \(version), this one needs \(needed)); "
                + "`wirewatch fetch` brings it up to date"
        case .corrupt(let path, let reason):
            "\(path): the database is damaged (\(reason)); restore a backup, or move it away and fetch anew"
        case .readOnly(let path): "\(path): cannot be written; check its permissions and whether the disk is read-only"
        case .full(let path): "\(path): the disk is full; what was stored before is safe; make room and try again"
        case .denied(let path, let reason):
            "\(path): access refused (\(reason)); check owner and permissions, or name another data folder with --data"
        case .locked(let path):
            "\(path): another wirewatch writes to this data folder; wait for it, or name another one with --data"
        case .busy(let path): "\(path): the database was busy for too long; try again"
        case .closed(let path): "\(path): the database was closed already"
        case .rejected(let path, let reason): "\(path): the write contradicts what is stored (\(reason)); it was undone"
        case .failed(let path, let code, let reason):
            "\(path): \(reason) (code \(code)); try again, then check the disk"
        }
    }
}
