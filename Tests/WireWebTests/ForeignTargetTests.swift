import Foundation
import Testing

@testable import WireWeb

/// The listener asks nobody on behalf of who asks it, and sends nobody elsewhere.
@Suite("Foreign targets") struct ForeignTargetTests {
    /// A server that nobody may reach through ours.
    private struct Canary {
        let descriptor: Int32
        let port: Int

        init() throws {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = ListenerTests.loopback(port: 0)
            var size = socklen_t(MemoryLayout<sockaddr_in>.size)
            let isBound = withUnsafeMutablePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
                }
            }
            try #require(isBound && listen(descriptor, 16) == 0)
            self.descriptor = descriptor
            port = Int(in_port_t(bigEndian: address.sin_port))
        }

        /// Whether somebody connected.
        var wasAsked: Bool {
            var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            return poll(&waiting, 1, 200) > 0
        }
    }

    private func head(_ line: String, host: String = "localhost", body: String = "") async throws -> String {
        let text =
            "\(line) HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        let answer = try await ListenerTests.exchange(
            text, at: .address("127.0.0.1", port: 0), ListenerTests.handler())
        return String(answer[..<(answer.firstRange(of: "\r\n\r\n")?.lowerBound ?? answer.endIndex)])
    }

    @Test(
        "T06 There is no proxy: a foreign address in a request is never asked",
        arguments: [
            "GET http://CANARY/feed", "CONNECT CANARY", "GET /proxy?url=http://CANARY/a.png",
            "GET /image/http%3A%2F%2FCANARY%2Fa.png", "GET /healthz?url=http://CANARY/", "GET /u/http://CANARY/",
            "POST /websub/http://CANARY/", "GET /websub/x?hub.mode=subscribe&hub.challenge=y&hub.topic=http://CANARY/",
        ])
    func isNoProxy(line: String) async throws {
        let canary = try Canary()
        defer { close(canary.descriptor) }
        let place = "127.0.0.1:\(canary.port)"
        let answer = try await head(line.replacing("CANARY", with: place), host: place)
        #expect(answer.hasPrefix("HTTP/1.1 "))
        #expect(!canary.wasAsked)
        #expect(!answer.contains(place), "an answer does not name the target")
    }

    @Test(
        "T14 No request is sent elsewhere, and none writes headers",
        arguments: [
            "GET //evil.example/", "GET /\\evil.example", "GET /healthz?next=//evil.example",
            "GET /?url=//evil.example",
            "GET /u/token?next=https://evil.example/", "POST /u/token?next=//evil.example", "GET /%2F%2Fevil.example",
            "GET /u/a%0d%0aLocation:%20https://evil.example", "GET /websub/a%0d%0aSet-Cookie:%20evil=1",
            "GET /healthz%0aX-Evil:%201", "GET http://evil.example/healthz",
        ])
    func redirectsNobody(line: String) async throws {
        let answer = try await head(
            line, host: "evil.example", body: line.hasPrefix("POST") ? "next=//evil.example" : "")
        let lines = answer.split(separator: "\r\n").map { $0.lowercased() }
        #expect(lines.first?.hasPrefix("http/1.1 ") == true && lines.first?.hasPrefix("http/1.1 3") == false)
        #expect(
            !lines.dropFirst().contains { $0.contains("evil") || $0.hasPrefix("location:") || $0.hasPrefix("refresh:") }
        )
    }
}
