import Foundation
import Testing
import WireFetch
import WireModel
import WireTesting

/// What a feed's own settings do to its requests, and TLS.
@Suite("Manners of a feed")
struct FeedMannersTests {
    private func settings(_ secrets: [String: String] = [:]) -> FetchSettings {
        var settings = FetchSettings()
        settings.secret = { name in secrets[name].map { .success($0) } ?? .failure(SecretFault("there is no \(name)")) }
        return settings
    }

    private func fetch(
        _ url: String, _ secrets: [String: String] = [:], client: CurlClient? = nil,
        _ change: (inout FeedSettings) -> Void
    ) async -> FetchOutcome {
        var own = FeedSettings()
        change(&own)
        return await Fixture.fetcher(client: client, settings: settings(secrets)).fetch(
            Fixture.feed(url, own), state: FeedState(), now: { Fixture.start })
    }

    @Test("Credentials come from secrets: basic, bearer, digest")
    func credentials() async throws {
        let server = try FixtureServer()
        server.answer("/f", .text(200, [], "<rss/>"))
        #expect(await fetch(server.url("/f"), ["env:A": "me:pä:ss"]) { $0.auth = "basic env:A" }.word == "modified")
        #expect(server.requests.last?.header("Authorization") == "Basic \(Data("me:pä:ss".utf8).base64EncodedString())")
        #expect(await fetch(server.url("/f"), ["file:/t": "tok"]) { $0.auth = "Bearer file:/t" }.word == "modified")
        #expect(server.requests.last?.header("Authorization") == "Bearer tok")
        server.answer { request in
            guard let answer = request.header("Authorization"), request.target == "/d" else {
                return request.target == "/d"
                    ? .text(401, [("WWW-Authenticate", "Digest realm=\"r\", nonce=\"n1\", qop=\"auth\"")], "") : nil
            }
            return answer.hasPrefix("Digest username=\"me\"") && answer.contains("nonce=\"n1\"")
                && answer.contains("response=\"") ? .text(200, [], "<rss/>") : .text(403, [], "")
        }
        let digest = await fetch(server.url("/d"), ["env:A": "me:pass"]) { $0.auth = "digest env:A" }
        #expect(digest.word == "modified", "\(digest.failure?.message ?? "")")
        #expect(server.requests(for: "/d").map { $0.header("Authorization") == nil } == [true, false])
        #expect(!server.requests(for: "/d").contains { $0.header("Authorization")?.contains("pass") == true })
    }

    @Test("T12 No credentials of any kind follow a redirect to another host")
    func credentialsStay() async throws {
        let first = try FixtureServer()
        let second = try FixtureServer()
        first.answer("/f", .text(302, [("Location", second.url("/f"))], ""))
        second.answer("/f", .text(401, [("WWW-Authenticate", "Digest realm=\"r\", nonce=\"n\"")], ""))
        for scheme in ["basic", "bearer", "digest"] {
            _ = await fetch(first.url("/f"), ["env:A": "me:pass"]) { $0.auth = "\(scheme) env:A" }
        }
        #expect(second.requests.count == 3)
        #expect(second.requests.allSatisfy { $0.header("Authorization") == nil })
    }

    @Test("Settings that cannot be used are told, and nothing is sent")
    func badSettings() async throws {
        let server = try FixtureServer()
        let table: [((inout FeedSettings) -> Void, String)] = [
            ({ $0.auth = "me:pass" }, "auth"), ({ $0.auth = "basic env:MISSING" }, "there is no env:MISSING"),
            ({ $0.auth = "basic env:TOKEN" }, "user:password"), ({ $0.auth = "bearer env:EVIL" }, "control character"),
            ({ $0.proxy = "ftp://x" }, "proxy"), ({ $0.proxy = "proxy.example" }, "proxy"),
            ({ $0.httpVersion = "3" }, "http_version"), ({ $0.clientCertificate = "a,b,c" }, "client_cert"),
        ]
        for (change, words) in table {
            let outcome = await fetch(server.url("/f"), ["env:TOKEN": "abc", "env:EVIL": "a\r\nX: y"], change)
            #expect(outcome.word == "failed:bad_setting")
            #expect(outcome.failure?.message.contains(words) == true, "\(outcome.failure?.message ?? "")")
            #expect(outcome.failure?.message.contains("X: y") == false)
        }
        #expect(server.requests.isEmpty)
    }

    @Test("A proxy carries the feed's requests; none goes around the program's")
    func proxies() async throws {
        let proxy = try FixtureServer()
        let server = try FixtureServer()
        server.answer("/f", .text(200, [], "<rss>direct</rss>"))
        proxy.answer(server.url("/f"), .text(200, [], "<rss>by proxy</rss>"))
        #expect(await fetch(server.url("/f")) { $0.proxy = proxy.url("") }.facts.bytes == 19)
        #expect(proxy.requests.map(\.target) == [server.url("/f")] && server.requests.isEmpty)
        let client = CurlClient(options: .init(addressGuard: Fixture.loopback, proxy: proxy.url("")))
        #expect(await fetch(server.url("/f"), client: client) { _ in }.facts.bytes == 19)
        #expect(await fetch(server.url("/f"), client: client) { $0.proxy = "none" }.facts.bytes == 17)
        // The guard holds for addresses that are written out, with a proxy too.
        #expect(await fetch("http://127.0.0.1/f", client: client) { _ in }.word == "failed:address_denied")
        let nobody = try FixtureServer()
        nobody.stop()
        try await Task.sleep(for: .milliseconds(50))
        #expect(await fetch(server.url("/f")) { $0.proxy = nobody.url("") }.word == "failed:refused")
    }

    @Test("User agent, header, cookie and version are the feed's own")
    func headers() async throws {
        let server = try FixtureServer()
        server.answer("/f", .text(200, [], "<rss/>"))
        _ = await fetch(server.url("/f")) {
            $0.userAgent = "Special/2"
            $0.header = "Cookie: a=b"
            $0.httpVersion = "1.1"
        }
        #expect(server.requests.last?.header("User-Agent") == "Special/2")
        #expect(server.requests.last?.header("Cookie") == "a=b")
    }

    @Test("T11 Certificates and protocols that are not good are refused; HTTP/2 and client certificates work")
    func tls() async throws {
        let server = try await TLSServer()
        do { try await check(server) } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }

    private func check(_ server: TLSServer) async throws {
        func client() -> CurlClient {
            CurlClient(options: .init(addressGuard: Fixture.loopback, certificateFile: server.authority))
        }
        func word(_ port: TLSServer.Port, _ change: (inout FeedSettings) -> Void = { _ in }) async -> String {
            await fetch(server.url(port), client: client(), change).word
        }
        #expect(await word(.good) == "modified")
        for port in [TLSServer.Port.expired, .wrongName, .selfSigned, .oldProtocol] {
            #expect(await word(port) == "failed:tls", "\(port)")
        }
        let stranger = CurlClient(options: .init(addressGuard: Fixture.loopback))
        #expect(await fetch(server.url(.good), client: stranger) { _ in }.word == "failed:tls")
        #expect(await word(.clientCertificate) == "failed:http_status")
        #expect(await word(.clientCertificate) { $0.clientCertificate = "\(server.folder)/both.pem" } == "modified")
        #expect(
            await word(.clientCertificate) {
                $0.clientCertificate = "\(server.folder)/client.pem,\(server.folder)/key.pem"
            } == "modified")
        #expect(await word(.good) { $0.clientCertificate = "/nowhere.pem" } == "failed:bad_setting")
        for (version, port, spoken) in [
            (nil, TLSServer.Port.good, "HTTP/2.0"), ("2", .good, "HTTP/2.0"), ("1.1", .good, "HTTP/1.1"),
            ("1.0", .good, "HTTP/1.0"), ("2", .oneOnly, "HTTP/1.1"),
        ] {
            var request = HTTPRequest(try WebAddress(server.url(port)))
            request.route.version = version.flatMap { HTTPVersion(rawValue: $0) }
            let response = try await client().send(request)
            #expect(response.head.text("x-version") == spoken, "\(version ?? "none")")
        }
        // Plain HTTP on a TLS port, and TLS on a plain one.
        #expect(await word(.plain) == "failed:tls")
        let downside = server.url(.good).replacingOccurrences(of: "https:", with: "http:")
        #expect(await fetch(downside, client: client()) { _ in }.word == "failed:http_status")
    }
}
