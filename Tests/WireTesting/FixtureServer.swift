import Glibc
import Synchronization

/// A real HTTP server on a loopback address of its own, which does exactly what its script says, however wrong, and
/// remembers every request with its time.
///
/// Each server has an address of its own within 127.0.0.0/8, so that several stand for several hosts. A thread per
/// connection: simple, and enough for some thousand requests.
public final class FixtureServer: Sendable {
    /// A request as it came.
    public struct Request: Sendable {
        /// Since the server was made.
        public let time: Duration
        public let method: String
        public let target: String
        /// In the order and letter case of the wire.
        public let headers: [(name: String, value: String)]
        public let body: [UInt8]
        /// Which connection it came by, counted from 0.
        public let connection: Int

        public func header(_ name: String) -> String? {
            headers.first { $0.name.lowercased() == name.lowercased() }?.value
        }
    }

    /// One act of an answer.
    public enum Step: Sendable {
        case send([UInt8])
        case wait(Duration)
        /// The same bytes until the peer goes away, with a pause after each.
        case flood([UInt8], every: Duration)
        /// Closes with a reset instead of an orderly end.
        case reset
    }

    /// What the server does upon one request.
    public struct Answer: Sendable {
        public var steps: [Step]
        /// Whether the connection ends after it.
        public var closes: Bool

        public init(steps: [Step], closes: Bool = true) {
            self.steps = steps
            self.closes = closes
        }

        /// A proper answer with a `Content-Length`, unless the headers say otherwise.
        public init(
            _ status: Int = 200, _ headers: [(String, String)] = [], body: [UInt8] = [], after delay: Duration = .zero,
            closes: Bool = true
        ) {
            var head = "HTTP/1.1 \(status) Scripted\r\n"
            let names = headers.map { $0.0.lowercased() }
            for (name, value) in headers { head += "\(name): \(value)\r\n" }
            let hasBody = status >= 200 && status != 204 && status != 304
            if hasBody, !names.contains("content-length"), !names.contains("transfer-encoding") {
                head += "Content-Length: \(body.count)\r\n"
            }
            if closes { head += "Connection: close\r\n" }
            head += "\r\n"
            steps = delay > .zero ? [.wait(delay)] : []
            steps.append(.send(Array(head.utf8) + body))
            self.closes = closes
        }

        public static func text(_ status: Int = 200, _ headers: [(String, String)] = [], _ body: String) -> Answer {
            Answer(status, headers, body: Array(body.utf8))
        }

        /// The bytes as they are, then the end of the connection.
        public static func raw(_ text: String, _ bytes: [UInt8] = []) -> Answer {
            Answer(steps: [.send(Array(text.utf8) + bytes)])
        }
    }

    public enum Problem: Error {
        case noSocket(Int32)
    }

    private struct State {
        var script: [String: [Answer]] = [:]
        var rule: (@Sendable (Request) -> Answer?)?
        var requests: [Request] = []
        var connections = 0
        var open = 0
        var mostOpen = 0
        var isClosed = false
    }

    /// The address it listens on, `127.x.y.z`.
    public let host: String
    public let port: Int
    private let listener: Int32
    private let state = Mutex(State())
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant

    private static let lastAddress = Atomic<UInt32>(0)

    /// A loopback address that no other server of this process has.
    public static func freshAddress() -> String {
        let number = lastAddress.wrappingAdd(1, ordering: .relaxed).newValue
        return "127.\(77 + number >> 16 & 63).\(number >> 8 & 255).\(number & 255)"
    }

    /// - Parameters:
    ///   - address: an IPv4 loopback address; nil for a fresh one.
    ///   - port: 0 for any free one.
    public init(address: String? = nil, port: UInt16 = 0) throws {
        host = address ?? FixtureServer.freshAddress()
        start = clock.now
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Problem.noSocket(errno) }
        var one: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = port.bigEndian
        inet_pton(AF_INET, host, &name.sin_addr)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 1024) == 0
                    && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard isBound else {
            let problem = Problem.noSocket(errno)
            close(descriptor)
            throw problem
        }
        listener = descriptor
        self.port = Int(UInt16(bigEndian: name.sin_port))
        FixtureServer.thread { [weak self] in
            while true {
                let peer = accept(descriptor, nil, nil)
                if peer < 0, errno == EINTR || errno == ECONNABORTED { continue }
                guard peer >= 0, let server = self else { break }
                server.begin(peer)
            }
            close(descriptor)
        }
    }

    deinit { stop() }

    /// No more connections are taken. Those that are open end with their answer.
    public func stop() {
        let wasOpen = state.withLock { state in
            defer { state.isClosed = true }
            return !state.isClosed
        }
        if wasOpen { shutdown(listener, Int32(SHUT_RDWR)) }
    }

    /// The address of a path on this server.
    public func url(_ path: String) -> String { "http://\(host):\(port)\(path)" }

    /// Answers for a path, in turn; the last one is repeated. A path without any is answered 404.
    public func answer(_ path: String, _ answers: Answer...) { state.withLock { $0.script[path] = answers } }

    /// Answers by rule; nil leaves a request to the paths' answers.
    public func answer(by rule: @escaping @Sendable (Request) -> Answer?) { state.withLock { $0.rule = rule } }

    public var requests: [Request] { state.withLock { $0.requests } }
    public func requests(for path: String) -> [Request] { requests.filter { $0.target == path } }
    /// Connections taken so far, with or without a request.
    public var connections: Int { state.withLock { $0.connections } }
    /// The most connections that were open at once.
    public var mostOpen: Int { state.withLock { $0.mostOpen } }

    // MARK: -

    private func begin(_ peer: Int32) {
        let number = state.withLock { state in
            state.connections += 1
            state.open += 1
            state.mostOpen = max(state.mostOpen, state.open)
            return state.connections - 1
        }
        FixtureServer.thread { [weak self] in
            self?.serve(peer, number)
            close(peer)
            self?.state.withLock { $0.open -= 1 }
        }
    }

    private func serve(_ peer: Int32, _ number: Int) {
        var one: Int32 = 1
        setsockopt(peer, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        var pending: [UInt8] = []
        while let request = read(from: peer, &pending, number) {
            let answer = note(request)
            for step in answer.steps where !perform(step, on: peer) { return }
            if answer.closes { return }
        }
    }

    private func note(_ request: Request) -> Answer {
        let rule = state.withLock { state in
            state.requests.append(request)
            return state.rule
        }
        if let answer = rule?(request) { return answer }
        return state.withLock { state in
            guard let answers = state.script[request.target], let answer = answers.first else {
                return .text(404, [], "no script for \(request.target)")
            }
            if answers.count > 1 { state.script[request.target]?.removeFirst() }
            return answer
        }
    }

    private func perform(_ step: Step, on peer: Int32) -> Bool {
        switch step {
        case .send(let bytes): return send(bytes, to: peer)
        case .wait(let span):
            pause(span)
            return true
        case .flood(let bytes, let span):
            while !state.withLock({ $0.isClosed }), send(bytes, to: peer) { pause(span) }
            return false
        case .reset:
            var linger = linger(l_onoff: 1, l_linger: 0)
            setsockopt(peer, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
            return false
        }
    }

    private func pause(_ span: Duration) {
        let (seconds, attoseconds) = span.components
        var time = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
        nanosleep(&time, nil)
    }

    private func send(_ bytes: [UInt8], to peer: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(peer, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    private func read(from peer: Int32, _ pending: inout [UInt8], _ number: Int) -> Request? {
        let blank: [UInt8] = [13, 10, 13, 10]
        var block = [UInt8](repeating: 0, count: 16_384)
        func more() -> Bool {
            let count = recv(peer, &block, block.count, 0)
            guard count > 0 else { return false }
            pending.append(contentsOf: block[..<count])
            return true
        }
        var end: Int?
        repeat {
            end = pending.indices.dropLast(3).first { pending[$0] == 13 && pending[$0..<($0 + 4)].elementsEqual(blank) }
            if end == nil, !more() { return nil }
        } while end == nil
        let head = String(decoding: pending[..<(end ?? 0)], as: UTF8.self)
        pending.removeFirst((end ?? 0) + 4)
        let lines = head.split(separator: "\r\n", omittingEmptySubsequences: false)
        let first = (lines.first ?? "").split(separator: " ")
        let headers = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            return (name: String(parts[0]), value: parts.count > 1 ? String(parts[1].drop { $0 == " " }) : "")
        }
        let length = headers.first { $0.name.lowercased() == "content-length" }.flatMap { Int($0.value) } ?? 0
        while pending.count < length { if !more() { return nil } }
        let body = Array(pending.prefix(length))
        pending.removeFirst(length)
        return Request(
            time: start.duration(to: clock.now), method: first.first.map(String.init) ?? "",
            target: first.count > 1 ? String(first[1]) : "", headers: headers, body: body, connection: number)
    }

    private static func thread(_ body: @escaping @Sendable () -> Void) {
        let box = Unmanaged.passRetained(Box(body))
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setstacksize(&attributes, 256 * 1024)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        var thread = pthread_t()
        let result = pthread_create(
            &thread, &attributes,
            { box in
                if let box { Unmanaged<Box>.fromOpaque(box).takeRetainedValue().body() }
                return nil
            }, box.toOpaque())
        if result != 0 { box.release() }
        pthread_attr_destroy(&attributes)
    }

    private final class Box: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
}
