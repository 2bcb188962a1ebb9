import Foundation
import Testing

@testable import WireWeb

@Suite struct ListenerTests {
    static func handler(ready: String? = nil) -> WebHandler {
        WebHandler(WebActions(health: { nil }, readiness: { ready }, metrics: { "wirewatch_feeds{state=\"ok\"} 3\n" }))
    }

    /// Serves, sends `text` over a connection of its own, and gives everything that comes back.
    static func exchange(_ text: String, at place: Listener.Place, _ handler: WebHandler) async throws -> String {
        let listener = try await Listener(at: place, handler: handler)
        let port = try #require(listener.port)
        return try await withThrowingTaskGroup(of: String?.self) { group in
            group.addTask {
                try await listener.serve()
                return nil
            }
            group.addTask { try await send(text, port: port) }
            let answer = try await group.next() ?? nil
            group.cancelAll()
            return try #require(answer)
        }
    }

    /// On a thread of its own: a read that waits would keep the listener's tasks from running.
    static func send(_ text: String, port: Int) async throws -> String {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result { try converse(text, port: port) }) }
        }
    }

    static func converse(_ text: String, port: Int) throws -> String {
        let descriptor = try connected(port: port)
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        try #require(write(descriptor, bytes, bytes.count) == bytes.count)
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count <= 0 { break }
            answer += buffer[..<count]
        }
        return String(decoding: answer, as: UTF8.self)
    }

    static func connected(port: Int) throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = loopback(port: port)
        var patience = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(result == 0)
        return descriptor
    }

    static func loopback(port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }

    @Test(arguments: [
        ("GET /healthz", "200", "ok\n"), ("GET /readyz", "503", "the database is busy\n"),
        ("GET /metrics?x=1", "200", "wirewatch_feeds{state=\"ok\"} 3\n"), ("GET /", "404", "there is no such page\n"),
        ("GET /healthz/", "404", "there is no such page\n"),
        ("POST /metrics", "405", "only GET and HEAD are answered here\n"),
    ])
    func answers(request: String, status: String, body: String) async throws {
        let text = "\(request) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        let answer = try await ListenerTests.exchange(
            text, at: .address("127.0.0.1", port: 0), ListenerTests.handler(ready: "the database is busy"))
        #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
        #expect(answer.hasSuffix("\r\n\r\n\(body)"))
    }

    @Test func headHasNoBody() async throws {
        let answer = try await ListenerTests.exchange(
            "HEAD /healthz HTTP/1.1\r\nHost: localhost:1\r\nConnection: close\r\n\r\n",
            at: .address("127.0.0.1", port: 0),
            ListenerTests.handler())
        #expect(answer.hasPrefix("HTTP/1.1 200 "))
        #expect(answer.hasSuffix("\r\n\r\n"))
    }

    @Test func whatIsNotHTTPIsRefused() async throws {
        let answer = try await ListenerTests.exchange(
            "\u{1}\u{2} nonsense\r\n\r\n", at: .address("127.0.0.1", port: 0), ListenerTests.handler())
        #expect(!answer.contains(" 200 "))
    }

    @Test func aTakenPortIsTold() async throws {
        let first = try await Listener(at: .address("127.0.0.1", port: 0), handler: ListenerTests.handler())
        let port = try #require(first.port)
        await #expect(throws: (any Error).self) {
            try await Listener(at: .address("127.0.0.1", port: port), handler: ListenerTests.handler())
        }
        let serving = Task { try await first.serve() }
        serving.cancel()
        _ = await serving.result
    }

    /// As systemd hands it over: bound and listening.
    @Test func takesASocketThatListens() async throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = ListenerTests.loopback(port: 0)
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(bound == 0 && listen(descriptor, 16) == 0)
        let answer = try await ListenerTests.exchange(
            "GET /healthz HTTP/1.1\r\nHost: localhost:1\r\nConnection: close\r\n\r\n", at: .descriptor(descriptor),
            ListenerTests.handler())
        #expect(answer.hasPrefix("HTTP/1.1 200 "))
    }
}
