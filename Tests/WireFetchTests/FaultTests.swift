import Testing
import WireFetch
import WireModel
import WireTesting

/// What servers do wrong, one answer a row: the outcome must name it, and nothing may hang.
@Suite("Faults of servers")
struct FaultTests {
    private static let document = "<rss version=\"2.0\"><channel><title>t</title></channel></rss>"
    private static let length = document.utf8.count

    @Test("P23 Lengths that are wrong, doubled or no numbers")
    func lengths() async throws {
        let (xml, length) = (FaultTests.document, FaultTests.length)
        try await expect([
            ("too short", head("Content-Length: 20") + xml, "modified"),
            ("too long", head("Content-Length: 2000") + xml, "failed:partial"),
            ("negative", head("Content-Length: -5") + xml, "failed:protocol"),
            ("no number", head("Content-Length: abc") + xml, "failed:protocol"),
            ("signed", head("Content-Length: +\(length)") + xml, "failed:protocol"),
            ("empty", head("Content-Length: ") + xml, "failed:protocol"),
            ("twice the same", head("Content-Length: \(length)", "Content-Length: \(length)") + xml, "modified"),
            ("a list of the same", head("Content-Length: \(length), \(length)") + xml, "modified"),
            ("two different", head("Content-Length: 10", "Content-Length: \(length)") + xml, "failed:protocol"),
            ("beyond 64 bits", head("Content-Length: 99999999999999999999999") + xml, "failed:too_large"),
            ("over the limit", head("Content-Length: 11534336") + xml, "failed:too_large"),
            ("none, HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\n" + xml, "modified"),
            ("junk after it", head("Content-Length: \(length)") + xml + "junk", "modified"),
        ])
    }

    @Test("P23 Chunks that are broken")
    func chunks() async throws {
        let chunked = head("Transfer-Encoding: chunked")
        try await expect([
            ("bad size", chunked + "zz\r\n<a/>\r\n0\r\n\r\n", "failed:partial"),
            ("no line end", chunked + "4\r\n<a/>0\r\n\r\n", "failed:partial"),
            ("huge size", chunked + "FFFFFFFFFFFFFFFFF\r\n<a/>\r\n0\r\n\r\n", "failed:partial"),
            ("negative size", chunked + "-4\r\n<a/>\r\n0\r\n\r\n", "failed:partial"),
            ("no last chunk", chunked + "4\r\n<a/>\r\n", "failed:partial"),
            ("nothing at all", chunked, "failed:partial"),
            ("extension", chunked + "4;x=y\r\n<a/>\r\n0\r\n\r\n", "modified"),
            (
                "a length beside", head("Content-Length: 1", "Transfer-Encoding: chunked") + "4\r\n<a/>\r\n0\r\n\r\n",
                "modified"
            ),
            ("unknown coding", head("Transfer-Encoding: rot13") + "<a/>", "failed:bad_encoding"),
        ])
        // What a trailer says comes too late to be believed.
        let server = try FixtureServer()
        server.answer("/f", .raw(chunked + "4\r\n<a/>\r\n0\r\nETag: \"late\"\r\n\r\n"))
        #expect(await fetch(server).facts.validators == nil)
    }

    @Test("P23 T10 Heads that are cut, reset, endless or odd")
    func heads() async throws {
        let (xml, length) = (FaultTests.document, FaultTests.length)
        let rest = "Content-Length: \(length)\r\n\r\n" + xml
        let ok = "HTTP/1.1 200 OK\r\n"
        let many = (0..<10_000).map { "X-\($0): y\r\n" }.joined()
        try await expect([
            ("cut", ok + "Content-Ty", "failed:protocol"), ("no blank line", ok + "X: y\r\n", "failed:protocol"),
            ("100 first", "HTTP/1.1 100 Continue\r\n\r\n" + ok + rest, "modified"),
            ("100 only", "HTTP/1.1 100 Continue\r\n\r\n", "failed:protocol"),
            ("101", "HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nxx", "failed:protocol"),
            ("102 a hundred times", String(repeating: "HTTP/1.1 102 P\r\n\r\n", count: 100) + ok + rest, "modified"),
            (
                "100 ten thousand times", String(repeating: "HTTP/1.1 100 C\r\n\r\n", count: 10_000) + ok + rest,
                "failed:too_large"
            ),
            ("100 kB line", ok + "X: " + String(repeating: "a", count: 100_000) + "\r\n" + rest, "failed:too_large"),
            ("300 kB line", ok + "X: " + String(repeating: "a", count: 300_000) + "\r\n" + rest, "failed:too_large"),
            ("300 kB status", "HTTP/1.1 200 " + String(repeating: "a", count: 300_000) + rest, "failed:too_large"),
            ("60 kB line", ok + "X: " + String(repeating: "a", count: 60_000) + "\r\n" + rest, "modified"),
            ("10,000 headers", ok + many + rest, "failed:too_large"),
            ("status 999", "HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n", "failed:http_status"),
            ("status 99", "HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n", "failed:protocol"),
            ("status 20", "HTTP/1.1 20 OK\r\n" + rest, "failed:protocol"),
            ("status 2000", "HTTP/1.1 2000 OK\r\n" + rest, "failed:protocol"),
            ("status abc", "HTTP/1.1 abc OK\r\n" + rest, "failed:protocol"),
            ("no reason", "HTTP/1.1 200\r\n" + rest, "modified"),
            ("HTTP/9.9", "HTTP/9.9 200 OK\r\n" + rest, "failed:protocol"),
            ("ICY", "ICY 200 OK\r\n\r\n" + xml, "failed:protocol"),
            ("HTTP/0.9", xml, "failed:protocol"),
            ("LF only", "HTTP/1.1 200 OK\nContent-Length: \(length)\n\n" + xml, "modified"),
            ("NUL", ok + "X: a\u{0}b\r\n" + rest, "failed:protocol"),
            ("no colon", ok + "nonsense\r\n" + rest, "failed:protocol"),
            ("TLS", "\u{15}\u{3}\u{1}\u{0}\u{2}\u{2}(", "failed:protocol"),
            ("204 with a body", "HTTP/1.1 204 No\r\nContent-Length: 4\r\n\r\n<a/>", "failed:empty_body"),
            ("304 to no condition", "HTTP/1.1 304 Not Modified\r\n\r\n", "failed:protocol"),
            ("206", "HTTP/1.1 206 Partial\r\n" + rest, "failed:partial"),
            ("201", "HTTP/1.1 201 Made\r\n" + rest, "failed:http_status"),
            ("226 of another kind", "HTTP/1.1 226 IM Used\r\nIM: vcdiff\r\n" + rest, "failed:bad_encoding"),
        ])
        let server = try FixtureServer()
        for steps in [[Step.reset], [.send(Fixture.bytes(ok + "Content-Ty")), .reset]] {
            server.answer("/f", Answer(steps: steps))
            #expect(await fetch(server).word == "failed:partial")
        }
        server.answer("/f", .raw(ok + "ETag: \"a\r\n\t b\"\r\n" + rest))
        #expect(await fetch(server).facts.validators?.etag == Fixture.bytes("\"a b\""))
        server.answer("/f", .raw("HTTP/1.1 103 Early Hints\r\nETag: \"hint\"\r\n\r\n" + ok + rest))
        #expect(await fetch(server).facts.validators == nil)
    }

    @Test("P08 P23 Compressed bodies that are cut, corrupt, doubled or followed by junk")
    func compressed() async throws {
        let server = try FixtureServer()
        let plain = try Fixtures.bytes("http/feed.txt")
        for (name, file) in [("gzip", "gz"), ("deflate", "deflate"), ("br", "br")] {
            let body = try Fixtures.bytes("http/feed.\(file)")
            for length in [1, 5, body.count / 2, body.count - 20, body.count - 1] {
                server.answer("/f", Answer(200, [("Content-Encoding", name)], body: Array(body.prefix(length))))
                #expect(await fetch(server).word == "failed:partial", "\(name) cut to \(length)")
            }
            var corrupt = body
            corrupt[body.count / 2] ^= 0xFF
            server.answer("/f", Answer(200, [("Content-Encoding", name)], body: corrupt))
            let word = await fetch(server).word
            // What is corrupt may also want more than there is.
            #expect(word == "failed:bad_encoding" || word == "failed:partial", "\(name) corrupt: \(word)")
            server.answer("/f", Answer(200, [("Content-Encoding", name)], body: []))
            #expect(await fetch(server).word == "failed:empty_body", "\(name) empty")
        }
        let gzip = try Fixtures.bytes("http/feed.gz")
        var badSum = gzip
        badSum[gzip.count - 6] ^= 0xFF
        let table: [(String, String, [UInt8], [UInt8]?)] = [
            ("wrong checksum", "gzip", badSum, nil), ("zeros behind", "gzip", gzip + [0, 0, 0], plain),
            ("two members", "gzip", gzip + gzip, plain + plain), ("identity beside", "identity, gzip", gzip, plain),
            ("in capitals", "GZip", gzip, plain), ("nothing named", "", plain, plain), ("zstd", "zstd", gzip, nil),
            ("a charset", "utf-8", plain, nil),
        ]
        for (name, coding, body, wanted) in table {
            server.answer("/f", Answer(200, [("Content-Encoding", coding)], body: body))
            let outcome = await fetch(server)
            if case .modified(let document, _) = outcome {
                #expect(document.bytes == wanted, "\(name)")
            } else {
                #expect(wanted == nil, "\(name): \(outcome.word)")
            }
        }
        // Two lines say the same as one, and a raw deflate stream is read as well.
        server.answer("/f", Answer(200, [("Content-Encoding", "identity"), ("Content-Encoding", "gzip")], body: gzip))
        #expect(await fetch(server).word == "modified")
        let raw = Array(try Fixtures.bytes("http/feed.deflate").dropFirst(2).dropLast(4))
        server.answer("/f", Answer(200, [("Content-Encoding", "deflate")], body: raw))
        #expect(await fetch(server).word == "modified")
    }

    @Test("P25 A chain of slow redirects has the time of one transfer")
    func slowChain() async throws {
        let server = try FixtureServer()
        for hop in 0..<5 {
            server.answer("/\(hop)", Answer(302, [("Location", "/\(hop + 1)")], after: .milliseconds(600)))
        }
        server.answer("/5", .text(200, [], "<rss/>"))
        let outcome = await Fixture.fetcher(settings: FetchSettings(timeout: .seconds(1))).fetch(
            Fixture.feed(server.url("/0")), state: FeedState(), now: { Fixture.start })
        #expect(outcome.word == "failed:timeout")
        #expect(outcome.failure?.message.contains("within 1 s") == true)
        // Each hop is within the limit; all of them are not.
        #expect(server.requests.count < 5)
    }

    @Test("P13 Retry-After in every form, with every status")
    func retryAfter() async throws {
        let server = try FixtureServer()
        let now = Fixture.start
        let table: [(Int, String, Duration?)] = [
            (429, "120", .seconds(120)), (503, "120", .seconds(120)), (500, "120", .seconds(120)),
            (404, "120", .seconds(120)), (301, "120", .seconds(120)), (200, "120", .seconds(120)),
            (429, "Thu, 01 Jan 2026 01:00:00 GMT", .seconds(3_600)),
            (503, "Thursday, 01-Jan-26 01:00:00 GMT", .seconds(3_600)),
            (503, "Thu Jan  1 01:00:00 2026", .seconds(3_600)), (429, "Mon, 01 Dec 2025 01:00:00 GMT", .seconds(3_600)),
            (503, "Mon, 01 Dec 2025 01:00:00 GMT", nil), (429, "1000000000", .seconds(7 * 86_400)),
            (503, "99999999999999999999999", .seconds(7 * 86_400)), (429, "soon", .seconds(3_600)), (503, "soon", nil),
            (429, "-5", .seconds(3_600)), (429, "1.5", .seconds(3_600)), (503, "0", nil), (429, "0", .seconds(3_600)),
        ]
        for (status, value, span) in table {
            server.answer("/f", .text(status, [("Retry-After", value), ("Location", "/f2")], "<rss/>"))
            let outcome = await fetch(server)
            #expect(outcome.facts.retryAfter == span.map { now + $0 }, "\(status) \(value)")
            let isThrottled = [429, 503, 301].contains(status)
            #expect(outcome.word.hasPrefix("throttled") == isThrottled, "\(status) \(value): \(outcome.word)")
        }
        // Without a time: an hour, doubled to a day.
        server.answer("/f", .text(429, [], ""))
        for (failures, hours) in [(0, 1), (1, 2), (2, 4), (4, 16), (5, 24), (60, 24)] {
            var state = FeedState()
            state.failures = failures
            #expect(await fetch(server, state).facts.retryAfter == now + .seconds(hours * 3_600))
        }
    }

    private func head(_ lines: String...) -> String {
        "HTTP/1.1 200 OK\r\n" + lines.map { $0 + "\r\n" }.joined() + "\r\n"
    }

    private func expect(_ table: [(name: String, answer: String, word: String)]) async throws {
        let server = try FixtureServer()
        for (name, answer, word) in table {
            server.answer("/f", .raw(answer))
            let start = ContinuousClock.now
            let outcome = await fetch(server)
            #expect(outcome.word == word, "\(name): \(outcome.failure?.message ?? "")")
            // Well before the sixty seconds that a transfer may take: nothing of it was waited for.
            #expect(start.duration(to: .now) < .seconds(40), "\(name)")
            if let failure = outcome.failure { #expect(failure.message.hasPrefix(server.url("/f") + ": "), "\(name)") }
        }
    }

    private func fetch(_ server: FixtureServer, _ state: FeedState = FeedState()) async -> FetchOutcome {
        await Fixture.fetcher().fetch(Fixture.feed(server.url("/f")), state: state, now: { Fixture.start })
    }
}

private typealias Answer = FixtureServer.Answer
private typealias Step = FixtureServer.Step
