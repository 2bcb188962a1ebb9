import Foundation
import GRDB
import WireStore

extension StoreError {
    /// What an error of GRDB or of our own code inside it means for the database at `path`.
    init(_ error: any Error, path: String) {
        switch error {
        case let error as StoreError: self = error
        case let error as DatabaseError: self.init(error, path: path)
        default: self = .failed(path: path, code: 0, reason: String(describing: error))
        }
    }

    private init(_ error: DatabaseError, path: String) {
        let reason = error.message ?? "SQLite error"
        switch error.resultCode {
        case .SQLITE_FULL: self = .full(path: path)
        case .SQLITE_READONLY: self = .readOnly(path: path)
        case .SQLITE_CORRUPT: self = .corrupt(path: path, reason: reason)
        case .SQLITE_NOTADB: self = .notDatabase(path: path)
        case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH: self = .denied(path: path, reason: reason)
        case .SQLITE_BUSY, .SQLITE_LOCKED: self = .busy(path: path)
        case .SQLITE_CONSTRAINT, .SQLITE_MISMATCH, .SQLITE_TOOBIG: self = .rejected(path: path, reason: reason)
        case .SQLITE_IOERR where StoreError.isFull(path):
            // Growing the shared memory file on a full disk is an I/O error to SQLite.
            self = .full(path: path)
        default:
            self = .failed(path: path, code: Int(error.extendedResultCode.rawValue), reason: reason)
        }
    }

    /// What a failed call of the system means.
    init(errno code: Int32, path: String) {
        switch code {
        case ENOSPC, EDQUOT: self = .full(path: path)
        case EROFS: self = .readOnly(path: path)
        default: self = .denied(path: path, reason: String(cString: strerror(code)))
        }
    }

    private static func isFull(_ path: String) -> Bool {
        var facts = statvfs()
        return statvfs(path, &facts) == 0 && facts.f_bavail == 0
    }
}
