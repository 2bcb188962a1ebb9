import Glibc
import WireModel

/// Tells the service manager how the service is (sd_notify of systemd: a datagram to `$NOTIFY_SOCKET`). Without one it does
/// nothing.
struct ServiceSocket: Sendable {
    private let path: [UInt8]

    init(environment: [String: String]) {
        let text = environment["NOTIFY_SOCKET"] ?? ""
        path = text.hasPrefix("/") || text.hasPrefix("@") ? Array(text.utf8) : []
    }

    /// Half of the time after which the manager takes the service for dead; nil if it does not watch it.
    static func watchdogInterval(environment: [String: String]) -> Duration? {
        guard let text = environment["WATCHDOG_USEC"], let span = Int64(text), span > 0 else { return nil }
        if let owner = environment["WATCHDOG_PID"], owner != "\(getpid())" { return nil }
        return .microseconds(span / 2)
    }

    func ready(_ status: String) { send(["READY=1", "STATUS=\(status)"]) }
    func status(_ status: String) { send(["STATUS=\(status)"]) }
    func alive() { send(["WATCHDOG=1"]) }
    func stopping() { send(["STOPPING=1", "STATUS=stopping"]) }

    func reloading() {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        send(["RELOADING=1", "MONOTONIC_USEC=\(time.tv_sec * 1_000_000 + time.tv_nsec / 1_000)"])
    }

    private func send(_ lines: [String]) {
        var address = sockaddr_un()
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard !path.isEmpty, path.count < room else { return }
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { target in
            target.copyBytes(from: path)
            // An abstract socket's name begins with NUL.
            if target[0] == UInt8(ascii: "@") { target[0] = 0 }
        }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let length = socklen_t(MemoryLayout<sockaddr_un>.size - room + path.count)
        let text = Array(lines.joined(separator: "\n").utf8)
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                // SAFETY: the address holds `length` bytes, and both are read within the call.
                _ = sendto(descriptor, text, text.count, Int32(MSG_NOSIGNAL), generic, length)
            }
        }
    }
}
