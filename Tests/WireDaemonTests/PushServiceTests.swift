import Foundation
import Testing
import WireFetch
import WireModel
import WireTesting

/// WebSub from end to end: the real program, and a hub of the tests' own.
@Suite("Push by a hub", .timeLimit(.minutes(5)))
struct PushServiceTests {
    private let folder = NSTemporaryDirectory() + "wirewatch-push-\(UUID().uuidString)"
    private let client = CurlClient(options: CurlClient.Options(addressGuard: .operatorEndpoints))
    private let server: FixtureServer

    init() throws {
        server = try FixtureServer()
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try write("topics.yaml", "topics:\n  - {name: Floods, query: flood*}\n")
        try write(
            "feeds.opml",
            "<opml version=\"2.0\"><body><outline type=\"rss\" text=\"Here\" xmlUrl=\"\(server.url("/feed"))\"/></body></opml>"
        )
        try write(
            "wirewatch.yaml",
            "data: data\nweb: {listen: '127.0.0.1:0', public_url: 'https://news.example.org'}\nfetch: {allow_networks: [127.0.0.0/8]}\n"
        )
        server.answer("/feed", .text(200, [("Link", "<\(server.url("/hub"))>; rel=\"hub\"")], atom(["first"])))
        server.answer("/hub", .text(307, [("Location", "/hub2")], ""))
        server.answer("/hub2", .text(202, [], ""))
    }

    private func write(_ name: String, _ text: String) throws {
        try text.write(toFile: folder + "/" + name, atomically: true, encoding: .utf8)
    }

    private func atom(_ titles: [String]) -> String {
        let entries = titles.map { "<entry><id>urn:\($0)</id><title>\($0)</title></entry>" }.joined()
        return
            "<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>T</title><id>urn:f</id><link rel=\"self\" href=\"\(server.url("/self"))\"/>\(entries)</feed>"
    }

    /// The fields of the subscription that the hub was asked for.
    private func asked() async throws -> [String: String] {
        for _ in 0..<1_500 {
            if let request = server.requests(for: "/hub2").last {
                let pairs = String(decoding: request.body, as: UTF8.self).split(separator: "&").map {
                    $0.split(separator: "=").map { String($0).removingPercentEncoding ?? "" }
                }
                return Dictionary(pairs.map { ($0[0], $0[1]) }) { first, _ in first }
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw ServiceProcess.Problem.neverEnded
    }

    private func ask(
        _ place: String, _ path: String, method: String = "GET", body: String? = nil, signature: String? = nil
    ) async throws -> (status: Int, text: String) {
        var headers = [try HTTPHeader("Host", "news.example.org")]
        if let signature { headers.append(try HTTPHeader("X-Hub-Signature", signature)) }
        let response = try await client.send(
            HTTPRequest(
                try WebAddress("http://\(place)\(path)"), method: method, headers: headers,
                body: body.map { Array($0.utf8) }))
        return (response.status, String(decoding: response.body, as: UTF8.self))
    }

    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test("P26 Subscribed, verified, pushed: signed news counts at once, forged news never, the replayed only once")
    func pushes() async throws {
        let service = try ServiceProcess(["run"], in: folder)
        let place = try await service.says("listening: ")
        try await service.says("Here: 1 new, 0 revised")
        let form = try await asked()
        #expect(server.requests(for: "/hub").count == 1 && server.requests(for: "/hub").first?.method == "POST")
        #expect(form["hub.mode"] == "subscribe" && form["hub.topic"] == server.url("/self"))
        #expect(form["hub.lease_seconds"] == "864000")
        let secret = try #require(form["hub.secret"])
        #expect((32..<200).contains(secret.utf8.count))
        let callback = try #require(form["hub.callback"])
        #expect(callback.hasPrefix("https://news.example.org/websub/"))
        let path = String(callback.dropFirst("https://news.example.org".count))
        let topic = form["hub.topic"]?.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""

        // Not verified yet: nothing is taken.
        let news = atom(["a flood in the valley"])
        let signature = "sha256=" + hex(Signature.hmacSHA256(Array(news.utf8), key: Array(secret.utf8)))
        #expect(try await ask(place, path, method: "POST", body: news, signature: signature).status == 404)

        // Questions about what nobody asked for.
        let question = "?hub.mode=subscribe&hub.challenge=x%3Cb%3E+y&hub.lease_seconds=3600&hub.topic="
        #expect(try await ask(place, path + question + "http%3A%2F%2Felsewhere.example%2F").status == 404)
        #expect(try await ask(place, "/websub/0123456789abcdef0123456789abcdef" + question + topic).status == 404)
        #expect(try await ask(place, path + "?hub.mode=unsubscribe&hub.challenge=x&hub.topic=" + topic).status == 404)
        let answer = try await ask(place, path + question + topic)
        #expect(answer.status == 200 && answer.text == "x<b> y")

        // News, the same again, and forged news.
        #expect(try await ask(place, path, method: "POST", body: news, signature: signature).status == 202)
        try await service.says("Here: 1 new, 0 revised")
        for _ in 0..<1_000 where !service.said.contains("in the valley") {
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(service.said.contains("in the valley"))
        #expect(try await ask(place, path, method: "POST", body: news, signature: signature).status == 202)
        let forged = atom(["a forged flood"])
        for wrong in [nil, signature, "sha256=", "sha1=" + signature.dropFirst(7), "sha256=zz"] {
            #expect(try await ask(place, path, method: "POST", body: forged, signature: wrong).status == 202)
        }
        try await service.says("what was sent as news of ")
        for method in [Signature.Method.sha384, .sha512] {
            let more = atom(["flood \(method.rawValue)"])
            let mark = "\(method.rawValue)=" + hex(Signature.hmac(method, Array(more.utf8), key: Array(secret.utf8)))
            #expect(try await ask(place, path, method: "POST", body: more, signature: mark).status == 202)
        }
        #expect(try await ask(place, "/websub/unknown", method: "POST", body: news).status == 410)
        #expect(try await ask(place, path, method: "PUT", body: news).status == 405)
        var metrics = ""
        for _ in 0..<500 {
            metrics = try await ask(place, "/metrics").text
            if metrics.contains("wirewatch_articles_total 4") { break }
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(metrics.contains("wirewatch_articles_total 4\n"))
        #expect(!service.said.contains("forged"))
        // It was polled once: the hub says the rest.
        #expect(server.requests(for: "/feed").count == 1)
        #expect(try await service.end() == 0)
        try FileManager.default.removeItem(atPath: folder)
    }
}
