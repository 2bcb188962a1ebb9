import Glibc
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import Synchronization

/// Takes requests at one address, HTTP/1.1 only.
public struct Listener: Sendable {
    public enum Place: Hashable, Sendable {
        /// A literal address: no name is looked up.
        case address(String, port: Int)
        /// A socket that listens already; the listener closes it.
        case descriptor(Int32)
    }

    enum Limits {
        static let idle = TimeAmount.seconds(30)
        /// Connections at once; more are closed unheard.
        static let connections = 128
        /// Bytes of all header fields.
        static let head = 16 << 10
    }

    private typealias Child = HTTP1Channel.Value

    private let server: NIOAsyncChannel<Child, Never>
    private let channel: HTTP1Channel
    private let logger = Logger(label: "wirewatch.web") { _ in SwiftLogNoOpLogHandler() }

    /// Binds; takes requests once `serve` runs.
    /// - Throws: the system's error, if the address is taken or not this machine's.
    public init(at place: Place, handler: WebHandler) async throws {
        let logger = logger
        let http = HTTP1Channel(
            responder: { request, writer, _ in
                let answer = await handler.answer(await Listener.read(request, handler))
                let response = Listener.response(answer, isHead: request.method == .head)
                try await writer.write(response: response.head, body: response.body)
            },
            configuration: .init(
                idleTimeout: Limits.idle,
                httpDecoderConfiguration: .init(maxHeaderFieldSize: Limits.head, maxHeaderListSize: Limits.head)))
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
        switch place {
        case .address(let host, let port):
            let address = try SocketAddress(ipAddress: host, port: port)
            server = try await bootstrap.bind(to: address) { http.setup(channel: $0, logger: logger) }
        case .descriptor(let descriptor):
            server = try await bootstrap.bind(descriptor) { http.setup(channel: $0, logger: logger) }
        }
        channel = http
    }

    /// The port in use; nil for sockets without one.
    public var port: Int? { server.channel.localAddress?.port }

    /// Answers until the task is cancelled.
    /// - Throws: the system's error, if no connection can be taken any more.
    public func serve() async throws {
        let open = OpenCount()
        try await withThrowingDiscardingTaskGroup { group in
            try await server.executeThenClose { inbound in
                for try await child in inbound {
                    guard open.enter() else {
                        child.channel.close(promise: nil)
                        continue
                    }
                    group.addTask {
                        await channel.handle(value: child, logger: logger)
                        open.leave()
                    }
                }
            }
            group.cancelAll()
        }
    }

    /// Whether an address can be listened at.
    public static func isAddress(_ host: String) -> Bool { (try? SocketAddress(ipAddress: host, port: 1)) != nil }

    /// Returns when the listener's loop has taken up a piece of work; a loop that hangs never does.
    public func pass() async throws { try await server.channel.eventLoop.submit {}.get() }

    private static func read(_ request: Request, _ handler: WebHandler) async -> WebRequest {
        let path = request.head.path ?? ""
        var bytes: [UInt8]? = []
        if request.method == .post {
            bytes = try? await Array(buffer: request.body.collect(upTo: handler.bodyLimit(path)))
        }
        return WebRequest(
            method: request.method.rawValue, path: path, host: request.head.authority ?? "", bytes: bytes,
            contentType: request.headers[.contentType],
            signature: HTTPField.Name("X-Hub-Signature").flatMap { request.headers[$0] })
    }

    /// Now, as RFC 9110 section 5.6.7 writes it.
    private static var dateText: String {
        var (now, parts) = (time(nil), tm())
        gmtime_r(&now, &parts)
        var text = [CChar](repeating: 0, count: 64)
        let count = strftime(&text, text.count, "%a, %d %b %Y %H:%M:%S GMT", &parts)
        return String(decoding: text[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private static func response(_ answer: WebAnswer, isHead: Bool) -> Response {
        var headers = HTTPFields()
        headers[.contentType] = answer.contentType
        headers[.cacheControl] = "no-store"
        headers[.xContentTypeOptions] = "nosniff"
        headers[.contentSecurityPolicy] =
            "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
        headers[.date] = dateText
        headers[.allow] = answer.allow
        let response = Response(
            status: .init(code: answer.status), headers: headers,
            body: .init(byteBuffer: ByteBuffer(string: answer.body)))
        return isHead ? response.createHeadResponse() : response
    }
}

/// How many connections are open.
private final class OpenCount: Sendable {
    private let count = Mutex(0)

    /// False if there are too many.
    func enter() -> Bool {
        count.withLock { count in
            guard count < Listener.Limits.connections else { return false }
            count += 1
            return true
        }
    }

    func leave() { count.withLock { $0 -= 1 } }
}
