import Glibc
import Testing
import WireFetch
import WireModel
import WireTesting

@Suite("Transfers")
struct TransferTests {
    @Test("A plain answer comes whole, with its headers")
    func plain() async throws {
        let server = try FixtureServer()
        server.answer("/feed", .text(200, [("ETag", "\"a\""), ("Content-Type", "text/xml")], "<rss/>"))
        let response = try await Fixture.client().send(HTTPRequest(try WebAddress(server.url("/feed"))))
        #expect(response.status == 200)
        #expect(response.body == Fixture.bytes("<rss/>"))
        #expect(response.head.text("etag") == "\"a\"")
        #expect(response.head.text("content-type") == "text/xml")
    }

    @Test("P08 Content codings", arguments: ["gzip", "x-gzip", "deflate", "br", "identity"])
    func codings(name: String) async throws {
        let file = ["gzip": "gz", "x-gzip": "gz", "identity": "txt"][name] ?? name
        let server = try FixtureServer()
        server.answer("/f", Answer(200, [("Content-Encoding", name)], body: try Fixtures.bytes("http/feed.\(file)")))
        let outcome = await fetch(server)
        guard case .modified(let document, _) = outcome else {
            Issue.record("\(outcome.word)")
            return
        }
        #expect(document.bytes == (try Fixtures.bytes("http/feed.txt")))
    }

    @Test("P08 A compressed file whose header says nothing of it is read")
    func unnamedCoding() async throws {
        let server = try FixtureServer()
        let packed = try Fixtures.bytes("http/feed.gz")
        server.answer("/f", Answer(200, [("Content-Type", "application/gzip")], body: packed))
        guard case .modified(let document, _) = await fetch(server) else {
            Issue.record("not read")
            return
        }
        #expect(document.bytes == (try Fixtures.bytes("http/feed.txt")))
        server.answer("/f", Answer(200, [], body: Array(packed.dropLast(9))))
        #expect(await fetch(server).word == "failed:partial")
    }

    @Test("P08 An unknown coding, a lying one, and too many are errors")
    func badCodings() async throws {
        let server = try FixtureServer()
        let body = try Fixtures.bytes("http/feed.txt")
        for name in ["rot13", "gzip", "br", "gzip, gzip, gzip", "gzip, rot13"] {
            server.answer("/f", Answer(200, [("Content-Encoding", name)], body: body))
            let outcome = await fetch(server)
            #expect(outcome.word == "failed:bad_encoding", "\(name): \(outcome.failure?.message ?? "")")
        }
    }

    @Test("T09 Bombs are cut early and cost little memory")
    func bombs() async throws {
        let server = try FixtureServer()
        let bombs = [("gzip", "bomb.gz"), ("gzip, gzip", "bomb.gz.gz"), ("br", "bomb.br")]
        let client = Fixture.client()
        for (coding, file) in bombs {
            server.answer("/f", Answer(200, [("Content-Encoding", coding)], body: try Fixtures.bytes("http/\(file)")))
            let address = try WebAddress(server.url("/f"))
            // Other tests run beside this one: the smallest growth of some tries is the bomb's own.
            var growth = Int.max
            for _ in 0..<5 {
                let before = residentBytes()
                let error = await #expect(throws: FetchError.self) { try await client.send(HTTPRequest(address)) }
                #expect(error?.code == "too_large", "\(file)")
                growth = min(growth, residentBytes() - before)
            }
            #expect(growth < 20_000_000, "\(file)")
        }
    }

    @Test("T08 A large body is cut, with Content-Length, chunked, and without either")
    func largeBodies() async throws {
        let server = try FixtureServer()
        let settings = FetchSettings(maxBodyBytes: 100_000)
        let block = [UInt8](repeating: 0x20, count: 100_001)
        let chunk = Fixture.bytes("186A1\r\n") + block + Fixture.bytes("\r\n0\r\n\r\n")
        let answers = [
            Answer(200, [], body: block), Answer(200, [("Transfer-Encoding", "chunked")], body: chunk),
            .raw("HTTP/1.0 200 OK\r\n\r\n", block),
        ]
        for answer in answers {
            server.answer("/f", answer)
            #expect(await fetch(server, settings).word == "failed:too_large")
        }
        server.answer("/f", Answer(200, [], body: Array(block.dropLast())))
        #expect(await fetch(server, settings).word == "modified")
    }

    @Test("P23 Broken transfers give no document")
    func broken() async throws {
        let server = try FixtureServer()
        let table: [(Answer, String)] = [
            (.raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<rss>"), "failed:partial"),
            (.raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<rss>\r\n"), "failed:partial"),
            (
                Answer(steps: [.send(Fixture.bytes("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n<")), .reset]),
                "failed:partial"
            ),
            (.raw("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), "failed:empty_body"),
            (.raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), "failed:empty_body"),
            (.raw("HTTP/1.1 200 OK\r\n\r\n"), "failed:empty_body"),
            (Answer(204), "failed:empty_body"), (.text(206, [], "<rss"), "failed:partial"),
            (.raw("nonsense\r\n\r\n"), "failed:protocol"), (.raw(""), "failed:protocol"),
            (.text(500, [], "no"), "failed:http_status"), (.text(404, [], "no"), "failed:http_status"),
            (.raw("HTTP/1.1 500 No\r\nContent-Length: 100\r\n\r\nshort"), "failed:http_status"),
            (.text(403, [("cf-mitigated", "challenge")], "<html>"), "failed:bot_check"),
            (.text(403, [], "<html>"), "failed:http_status"), (.text(410, [], ""), "gone"),
        ]
        for (answer, word) in table {
            server.answer("/f", answer)
            #expect(await fetch(server).word == word, "\(answer)")
        }
    }

    @Test("P25 T10 Drips, endless bodies and endless headers are cut")
    func endless() async throws {
        let server = try FixtureServer()
        let ok = Fixture.bytes("HTTP/1.1 200 OK\r\n")
        let blank = Fixture.bytes("\r\n")
        let table: [(Answer, String)] = [
            (Answer(steps: [.send(ok + blank), .flood([0x20], every: .milliseconds(50))]), "failed:timeout"),
            (
                Answer(steps: [.send(ok + blank), .flood([UInt8](repeating: 0x20, count: 8192), every: .zero)]),
                "failed:too_large"
            ),
            (
                Answer(steps: [
                    .send(ok), .flood(Fixture.bytes(String(repeating: "X-Y: z\r\n", count: 100)), every: .zero),
                ]), "failed:too_large"
            ),
            (
                Answer(steps: [
                    .flood(
                        Fixture.bytes(String(repeating: "HTTP/1.1 103 Early\r\nX: y\r\n\r\n", count: 50)), every: .zero)
                ]),
                "failed:too_large"
            ),
            (Answer(200, [("X-Long", String(repeating: "a", count: 100_000))], body: [0x20]), "failed:too_large"),
            (Answer(200, [], body: [0x20], after: .seconds(3)), "failed:timeout"),
        ]
        for (answer, word) in table {
            server.answer("/f", answer)
            // What is cut by its size has all the time a busy machine takes for it.
            let timeout = Duration.seconds(word == "failed:timeout" ? 1 : 60)
            let outcome = await fetch(server, FetchSettings(timeout: timeout, maxBodyBytes: 200_000))
            #expect(outcome.word == word, "\(outcome.failure?.message ?? "")")
        }
        server.stop()
    }

    @Test("A server that is not there is refused; a name that is none is not found")
    func unreachable() async throws {
        let server = try FixtureServer()
        server.stop()
        try await Task.sleep(for: .milliseconds(50))
        #expect(await fetch(server).word == "failed:refused")
        let nowhere = Fixture.feed("http://does-not-exist.invalid/f")
        #expect(
            await Fixture.fetcher().fetch(nowhere, state: FeedState(), now: { Fixture.start }).word == "failed:dns")
    }

    @Test("T07 The environment's proxies are ignored")
    func proxies() async throws {
        let proxy = try FixtureServer()
        let server = try FixtureServer()
        server.answer("/f", .text(200, [], "<rss/>"))
        for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] { setenv(name, proxy.url(""), 1) }
        defer { for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] { unsetenv(name) } }
        #expect(await fetch(server).word == "modified")
        #expect(proxy.connections == 0)
    }

    @Test("Hundreds of transfers run at once on one thread")
    func hundreds() async throws {
        let server = try FixtureServer()
        server.answer("/f", Answer(200, [], body: [0x20], after: .seconds(4)))
        let client = Fixture.client(concurrency: 400)
        let address = try WebAddress(server.url("/f"))
        let start = ContinuousClock.now
        let statuses = await withTaskGroup(of: Int?.self) { group in
            for _ in 0..<400 { group.addTask { try? await client.send(HTTPRequest(address)).status } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses.allSatisfy { $0 == 200 })
        #expect(server.mostOpen > 300)
        #expect(start.duration(to: .now) < .seconds(120))
        await client.shutdown()
    }

    @Test("A cancelled task cancels its transfer, running or waiting; a client that ends refuses")
    func cancellation() async throws {
        let server = try FixtureServer()
        server.answer("/f", Answer(200, [], body: [0x20], after: .seconds(600)))
        let client = Fixture.client(concurrency: 2)
        let address = try WebAddress(server.url("/f"))
        let tasks = (0..<6).map { _ in
            Task { () -> String in
                do throws(FetchError) { return "\(try await client.send(HTTPRequest(address)).status)" } catch {
                    return error.code
                }
            }
        }
        let start = ContinuousClock.now
        while server.requests.count < 2, start.duration(to: .now) < .seconds(30) {
            try await Task.sleep(for: .milliseconds(5))
        }
        for task in tasks.dropLast() { task.cancel() }
        for task in tasks.dropLast() { #expect(await task.value == "cancelled") }
        let ending = Task { await client.shutdown() }
        #expect(await tasks.last?.value == "cancelled")
        await ending.value
        #expect(start.duration(to: .now) < .seconds(50))
        await #expect(throws: FetchError.shuttingDown) { try await client.send(HTTPRequest(address)) }
    }

    private func fetch(_ server: FixtureServer, _ settings: FetchSettings = FetchSettings()) async -> FetchOutcome {
        await Fixture.fetcher(settings: settings).fetch(
            Fixture.feed(server.url("/f")), state: FeedState(), now: { Fixture.start })
    }

    /// Memory of this process that is not shared with files.
    private func residentBytes() -> Int {
        guard let file = fopen("/proc/self/statm", "r") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        guard fgets(&line, 256, file) != nil else { return 0 }
        let words = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            .split(separator: " ").compactMap { Int($0) }
        return words.count > 2 ? (words[1] - words[2]) * 4096 : 0
    }
}

private typealias Answer = FixtureServer.Answer
