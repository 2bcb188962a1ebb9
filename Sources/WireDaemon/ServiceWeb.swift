import Glibc
import Synchronization
import WireAlerts
import WireFetch
import WireModel
import WireStore
import WireWeb

/// The listener of one plan of the service. A port that is taken is told once and tried again: alerts go on meanwhile.
final class ServiceWeb: Sendable {
    private let settings: Settings.Web
    private let handler: WebHandler
    private let current = Mutex<Listener?>(nil)

    init(_ settings: Settings, actions: WebActions) {
        self.settings = settings.web
        var hosts = Set(settings.web.hosts)
        if let address = settings.alerts.publicURL, let host = try? WebAddress(address).host { hosts.insert(host) }
        handler = WebHandler(actions, hosts: hosts)
    }

    /// Answers until the task is cancelled. Returns at once if nothing is to be listened at.
    func run(tell: @Sendable (ServiceRun.News) async -> Void) async {
        var hasTold = false
        while !Task.isCancelled, let place {
            do {
                let listener = try await Listener(at: place, handler: handler)
                hasTold = false
                current.withLock { $0 = listener }
                await tell(
                    .listening(InheritedSocket.descriptor == nil ? "\(name(of: listener))" : "the handed-over socket"))
                defer { current.withLock { $0 = nil } }
                try await listener.serve()
            } catch is CancellationError {
                return
            } catch {
                if !hasTold, !Task.isCancelled {
                    let place = settings.listen.map(\.description) ?? "the handed-over socket"
                    await tell(.problem("error: cannot listen at \(place): \(error); the service goes on without"))
                }
                hasTold = true
            }
            try? await Task.sleep(for: ServiceRun.Limits.trouble)
        }
    }

    /// Returns once the listener has taken up a piece of work, or if there is none.
    func pass() async {
        let listener = current.withLock { $0 }
        try? await listener?.pass()
    }

    /// Whether somebody could reach us now.
    var isListening: Bool { current.withLock { $0 != nil } }

    private var place: Listener.Place? {
        if let descriptor = InheritedSocket.descriptor {
            // The listener closes what it is given; the next one, after SIGHUP, needs it again.
            return .descriptor(fcntl(descriptor, F_DUPFD_CLOEXEC, 3))
        }
        return settings.listen.map { .address($0.host, port: $0.port) }
    }

    private func name(of listener: Listener) -> String {
        guard let listen = settings.listen else { return "" }
        return Settings.ListenAddress(host: listen.host, port: listener.port ?? listen.port).description
    }
}

/// A socket that the service manager opened for us (sd_listen_fds of systemd).
enum InheritedSocket {
    private static let first: Int32 = 3

    /// Nil if there is none. Programs that we start do not get it.
    static let descriptor: Int32? = find()

    private static func find() -> Int32? {
        guard let owner = getenv("LISTEN_PID"), String(cString: owner) == "\(getpid())",
            let count = getenv("LISTEN_FDS").flatMap({ Int32(String(cString: $0)) }), count > 0
        else { return nil }
        var isListening: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(first, SOL_SOCKET, SO_ACCEPTCONN, &isListening, &length) == 0, isListening == 1 else {
            return nil
        }
        _ = fcntl(first, F_SETFD, FD_CLOEXEC)
        return first
    }
}
