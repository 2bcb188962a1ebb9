// CCurl: the release compiler finds `timespec` in its headers first.
import CCurl
import Glibc
import WireModel

/// A document of this machine, named by the operator.
struct LocalDocument {
    let path: String
    let maxBytes: Int

    enum Reading {
        /// Same size, time and place as when the validators were made.
        case unchanged
        case read([UInt8], Validators?)
    }

    private enum Limits {
        /// A file written this short a time ago may change again without its time changing.
        static let settling: Duration = .seconds(2)
        static let block = 1 << 16
    }

    /// Reads the file, or says that it is as it was.
    func read(unless validators: Validators?, now: Timestamp) throws(FetchError) -> Reading {
        var facts = stat()
        // Looked at before it is opened: opening a pipe or a device may already do something.
        guard !path.utf8.contains(0) else { throw .fileMissing }
        guard stat(path, &facts) == 0 else { throw LocalDocument.error(errno) }
        try check(facts)
        if let validators, validators.url == path, validators.etag == mark(of: facts) { return .unchanged }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw LocalDocument.error(errno) }
        defer { close(descriptor) }
        guard fstat(descriptor, &facts) == 0 else { throw LocalDocument.error(errno) }
        try check(facts)
        let bytes = try contents(of: descriptor, expected: Int(facts.st_size))
        guard !bytes.isEmpty else { throw .emptyBody }
        let changed = Timestamp(
            milliseconds: Int64(facts.st_mtim.tv_sec) &* 1000 &+ Int64(facts.st_mtim.tv_nsec) / 1_000_000)
        let hasSettled = changed + Limits.settling < now || changed > now + Limits.settling
        return .read(bytes, hasSettled ? Validators(etag: mark(of: facts), url: path) : nil)
    }

    private func check(_ facts: stat) throws(FetchError) {
        switch facts.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: throw .fileNotRegular(kind: "a directory")
        case S_IFIFO: throw .fileNotRegular(kind: "a pipe")
        case S_IFSOCK: throw .fileNotRegular(kind: "a socket")
        default: throw .fileNotRegular(kind: "a device")
        }
        guard facts.st_size <= maxBytes else { throw .fileTooLarge(limit: maxBytes) }
    }

    private func contents(of descriptor: Int32, expected: Int) throws(FetchError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(expected + 1)
        var block = [UInt8](repeating: 0, count: max(1, min(expected + 1, Limits.block)))
        while true {
            let count = Glibc.read(descriptor, &block, block.count)
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw LocalDocument.error(errno)
            }
            // It may grow while it is read.
            guard bytes.count + count <= maxBytes else { throw .fileTooLarge(limit: maxBytes) }
            bytes.append(contentsOf: block[..<count])
        }
    }

    /// What changes when the file does: size, time to the nanosecond, inode.
    private func mark(of facts: stat) -> [UInt8] {
        Array("\(facts.st_size)-\(facts.st_mtim.tv_sec).\(facts.st_mtim.tv_nsec)-\(facts.st_dev).\(facts.st_ino)".utf8)
    }

    private static func error(_ number: Int32) -> FetchError {
        switch number {
        case ENOENT, ENOTDIR: .fileMissing
        case EACCES, EPERM: .fileDenied
        case EMFILE, ENFILE: .outOfResources(detail: "too many open files")
        case ENAMETOOLONG: .fileUnreadable(detail: "its path is too long")
        case ELOOP: .fileUnreadable(detail: "its links go in a circle")
        default: .fileUnreadable(detail: String(cString: strerror(number)))
        }
    }
}
