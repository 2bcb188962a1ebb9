import Foundation
import Glibc

/// A socket where the journal would be, read as the journal reads it.
public final class JournalReader: Sendable {
    public let path = "/tmp/journal-\(UUID().uuidString)"
    private let socket: Int32

    public init() throws {
        socket = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard bound == 0 else { throw CocoaError(.fileWriteUnknown) }
    }

    deinit {
        close(socket)
        unlink(path)
    }

    /// The fields of the next entry, and whether it came in a file; nil if there is none.
    public func next() -> (fields: [String: String], isFile: Bool)? {
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        var control = [UInt8](repeating: 0, count: 64)
        let (count, file): (Int, Int32?) = bytes.withUnsafeMutableBytes { bytes in
            control.withUnsafeMutableBytes { control in
                var part = iovec(iov_base: bytes.baseAddress, iov_len: bytes.count)
                return withUnsafeMutablePointer(to: &part) { part in
                    var message = msghdr()
                    message.msg_iov = part
                    message.msg_iovlen = 1
                    message.msg_control = control.baseAddress
                    message.msg_controllen = control.count
                    let count = recvmsg(socket, &message, Int32(MSG_DONTWAIT))
                    // A header of 16 bytes, then the descriptor.
                    let file = message.msg_controllen >= 20 ? control.load(fromByteOffset: 16, as: Int32.self) : nil
                    return (count, file)
                }
            }
        }
        guard count >= 0 else { return nil }
        guard let file else { return (Self.fields(of: Array(bytes[..<count])), false) }
        defer { close(file) }
        // F_GET_SEALS: the journal takes only what nobody can change.
        guard count == 0, fcntl(file, 1034) == 15 else { return (["BREACH": "a file that may change"], true) }
        let handle = FileHandle(fileDescriptor: file)
        try? handle.seek(toOffset: 0)
        return (Self.fields(of: Array(handle.readDataToEndOfFile())), true)
    }

    public func all() -> [[String: String]] {
        var all: [[String: String]] = []
        while let entry = next() { all.append(entry.fields) }
        return all
    }

    /// By the journal's native protocol; a breach of it gives a field called so.
    private static func fields(of bytes: [UInt8]) -> [String: String] {
        var fields: [String: String] = [:]
        var rest = bytes[...]
        while !rest.isEmpty {
            guard let end = rest.firstIndex(of: 10) else { return ["BREACH": "no line end"] }
            let line = rest[..<end]
            rest = rest[(end + 1)...]
            if let equals = line.firstIndex(of: UInt8(ascii: "=")) {
                fields[String(decoding: line[..<equals], as: UTF8.self)] =
                    String(decoding: line[(equals + 1)...], as: UTF8.self)
            } else {
                let length = rest.prefix(8).enumerated().reduce(0) { $0 + Int($1.element) << ($1.offset * 8) }
                let value = rest.dropFirst(8).prefix(length)
                fields[String(decoding: line, as: UTF8.self)] = String(decoding: value, as: UTF8.self)
                rest = rest.dropFirst(8 + length)
                guard rest.first == 10 else { return ["BREACH": "no line end after a value"] }
                rest = rest.dropFirst()
            }
        }
        return fields
    }
}
