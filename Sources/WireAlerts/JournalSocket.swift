import CMemfd
import Glibc

/// The journal took nothing.
public struct JournalFault: Error, CustomStringConvertible {
    public let description: String
}

/// Writes entries with fields to the system's journal by its native protocol.
public struct JournalSocket: Sendable {
    public static let systemPath = "/run/systemd/journal/socket"

    enum Limits {
        /// Bytes of a path that fits a socket's address, its end included.
        static let path = 108
        /// Between two tries to write to a journal that is full.
        static let pause = Duration.milliseconds(20)
    }

    private let path: String

    /// - Parameter path: nil comes of one that is not whole or not short enough.
    public init?(path: String = JournalSocket.systemPath) {
        guard path.hasPrefix("/"), path.utf8.count < Limits.path, !path.utf8.contains(0) else { return nil }
        self.path = path
    }

    /// Writes the entries one after the other.
    /// - Parameters:
    ///   - entries: fields by name: upper case, digits and `_`.
    ///   - patience: how long it waits for a journal that is full, for each entry.
    public func write(_ entries: [[String: String]], patience: Duration) async throws(JournalFault) {
        let journal = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard journal >= 0 else { throw fault(errno) }
        defer { close(journal) }
        guard connect(journal) == 0 else { throw fault(errno) }
        for entry in entries {
            let error = await JournalSocket.send(JournalSocket.datagram(entry), by: journal, patience: patience)
            if error != 0 { throw fault(error) }
        }
    }

    private func fault(_ error: Int32) -> JournalFault {
        JournalFault(description: "the journal at \(path) takes nothing: \(String(cString: strerror(error)))")
    }

    /// `KEY=value`, or the value's length before it if it has several lines.
    static func datagram(_ fields: [String: String]) -> [UInt8] {
        var out: [UInt8] = []
        for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
            let bytes = Array(value.utf8)
            if bytes.contains(UInt8(ascii: "\n")) {
                out += Array("\(name)\n".utf8)
                let length = UInt64(bytes.count)
                out += (0..<8).map { UInt8(truncatingIfNeeded: length >> ($0 * 8)) }
            } else {
                out += Array("\(name)=".utf8)
            }
            out += bytes + [UInt8(ascii: "\n")]
        }
        return out
    }

    private func connect(_ journal: Int32) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        // SAFETY: the address is a local value, written on this thread only; the path was found to be shorter than its place,
        // which is zero and so ends it.
        withUnsafeMutableBytes(of: &address.sun_path) { place in
            place.copyBytes(from: path.utf8.prefix(place.count - 1))
        }
        // SAFETY: a sockaddr_un is a sockaddr by its length; the pointer lives for the call.
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(journal, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    /// As a datagram, or in a file that is handed over if it is too large for one.
    /// - Returns: an error's number; 0 for none.
    private static func send(_ bytes: [UInt8], by journal: Int32, patience: Duration) async -> Int32 {
        let start = ContinuousClock.now
        var isLarge = false
        while true {
            let count =
                isLarge ? sendFile(of: bytes, by: journal) : Glibc.send(journal, bytes, bytes.count, flags)
            if count >= 0 { return 0 }
            let error = errno
            switch error {
            case EMSGSIZE where !isLarge, ENOBUFS where !isLarge: isLarge = true
            case EINTR: continue
            case EAGAIN, ENOBUFS:
                guard ContinuousClock.now - start < patience, !Task.isCancelled else { return error }
                try? await Task.sleep(for: Limits.pause)
            default: return error
            }
        }
    }

    private static let flags = Int32(MSG_NOSIGNAL | MSG_DONTWAIT)

    private static func sendFile(of bytes: [UInt8], by journal: Int32) -> Int {
        let file = ww_memory_file("journal-entry")
        guard file >= 0 else { return -1 }
        defer {
            // What failed before is what counts.
            let error = errno
            close(file)
            errno = error
        }
        var left = bytes[...]
        while !left.isEmpty {
            let count = Glibc.write(file, Array(left), left.count)
            guard count > 0 else { return -1 }
            left = left.dropFirst(count)
        }
        // The journal reads it in place, and so wants to know that it stays as it is.
        guard ww_seal_memory_file(file) == 0 else { return -1 }
        return Int(ww_send_file(journal, file))
    }
}
