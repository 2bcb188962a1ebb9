import Foundation
import Testing
import WireFetch
import WireModel
import WireStore
import WireStoreSQLite
import WireTesting

/// The service as its manager and its users meet it: the real program, over real sockets.
@Suite(.timeLimit(.minutes(5)))
struct ServiceTests {
    private let folder = NSTemporaryDirectory() + "wirewatch-service-\(UUID().uuidString)"
    private let client = CurlClient(options: CurlClient.Options(addressGuard: .operatorEndpoints))

    init() throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try write("topics.yaml", "topics:\n  - {name: Floods, query: flood*}\n")
        try write(
            "feeds.opml",
            "<opml version=\"2.0\" xmlns:wirewatch=\"urn:wirewatch:opml\"><body><outline type=\"rss\" text=\"Here\" xmlUrl=\"feed.xml\" wirewatch:interval=\"1s\"/></body></opml>"
        )
        try write("feed.xml", feed(["A quiet day"]))
        try settings("")
    }

    private func write(_ name: String, _ text: String) throws {
        try text.write(toFile: folder + "/" + name, atomically: true, encoding: .utf8)
    }

    private func settings(_ more: String) throws {
        try write("wirewatch.yaml", "data: data\nweb: {listen: '127.0.0.1:0'}\n" + more)
    }

    private func feed(_ titles: [String]) -> String {
        let items = titles.map { "<item><guid>\($0)</guid><title>\($0)</title></item>" }.joined()
        return "<rss version=\"2.0\"><channel><title>Here</title>\(items)</channel></rss>"
    }

    private func withService(
        _ launcher: [String] = [], isManaged: Bool = false, _ body: (ServiceProcess) async throws -> Void
    ) async throws {
        let service = try ServiceProcess(["run"], in: folder, launcher: launcher, isManaged: isManaged)
        do {
            try await body(service)
        } catch {
            _ = try? await service.end(with: SIGKILL)
            throw error
        }
        #expect(try await service.end() == 0)
        try FileManager.default.removeItem(atPath: folder)
    }

    private func ask(
        _ place: String, _ path: String, method: String = "GET", body: String? = nil, host: String? = nil
    ) async throws -> (status: Int, text: String, head: ResponseHead) {
        let headers = try host.map { [try HTTPHeader("Host", $0)] } ?? []
        let request = HTTPRequest(
            try WebAddress("http://\(place)\(path)"), method: method, headers: headers,
            body: body.map { Array($0.utf8) })
        let response = try await client.send(request)
        return (response.status, String(decoding: response.body, as: UTF8.self), response.head)
    }

    private func value(_ line: String, in metrics: String) -> Double? {
        metrics.split(separator: "\n").first { $0.hasPrefix(line + " ") }
            .flatMap { Double($0.dropFirst(line.count + 1)) }
    }

    @Test func tellsOfItself() async throws {
        try await withService { service in
            let place = try await service.says("listening: ")
            try await service.says("Here: 1 new, 0 revised")
            #expect(try await ask(place, "/healthz").text == "ok\n")
            #expect(try await ask(place, "/readyz").text == "ok\n")
            let metrics = try await ask(place, "/metrics").text
            #expect(value("wirewatch_feeds{state=\"ok\"}", in: metrics) != nil)
            #expect(value("wirewatch_checks_total{outcome=\"modified\"}", in: metrics) == 1)
            #expect(value("wirewatch_articles_total", in: metrics) == 1)
            // On a busy machine a second check may have come meanwhile.
            let stored = value("wirewatch_stage_seconds_count{stage=\"store\"}", in: metrics)
            #expect(stored ?? 0 >= 1)
            #expect(value("wirewatch_stage_seconds_bucket{stage=\"store\",le=\"+Inf\"}", in: metrics) == stored)
            #expect(value("wirewatch_delivery_queue", in: metrics) == 0)
            #expect(value("process_resident_memory_bytes", in: metrics) ?? 0 > 1e6)
            #expect(value("wirewatch_database_bytes", in: metrics) ?? 0 > 1e4)
            // Every line is a sample, or says what the next ones are.
            for line in metrics.split(separator: "\n") where !line.hasPrefix("# ") {
                #expect(
                    line.firstMatch(of: /^[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? -?[0-9.e+-]+$/) != nil,
                    "\(line)")
            }
            #expect(try await ask(place, "/metrics", host: "stranger.example").status == 421)
        }
    }

    @Test func tellsTheManagerHowItFares() async throws {
        try await withService(isManaged: true) { service in
            try await service.tells("READY=1")
            try await service.tells("WATCHDOG=1", times: 2)
            try await service.tells("STATUS=1 feeds, 0 failing")
            service.signal(SIGHUP)
            try await service.tells("RELOADING=1")
            try await service.tells("MONOTONIC_USEC=")
            try await service.tells("READY=1", times: 2)
        }
    }

    @Test func watchdogStarvesWhenTheServiceHangs() async throws {
        try await withService(isManaged: true) { service in
            try await service.tells("WATCHDOG=1", times: 1)
            service.signal(SIGSTOP)
            let count = service.told.count { $0.contains("WATCHDOG=1") }
            try await Task.sleep(for: .seconds(3))
            #expect(service.told.count { $0.contains("WATCHDOG=1") } <= count + 1)
            service.signal(SIGCONT)
            try await service.tells("WATCHDOG=1", times: count + 2)
        }
    }

    @Test func wrongFilesLeaveEverythingAsItWas() async throws {
        try await withService { service in
            let place = try await service.says("listening: ")
            try settings("fetch: {timeout: soon}\n")
            service.signal(SIGHUP)
            try await service.says("not reloaded")
            #expect(service.said.contains("wirewatch.yaml:3:"))
            #expect(try await ask(place, "/healthz").text == "ok\n")
            try settings("")
            service.signal(SIGHUP)
            try await service.says("reloaded: 1 feeds")
        }
    }

    @Test func goesOnWithoutAPortThatIsTaken() async throws {
        let holder = try FixtureServer()
        try write("wirewatch.yaml", "data: data\nweb: {listen: '\(holder.host):\(holder.port)'}\n")
        try await withService { service in
            try await service.says("error: cannot listen at \(holder.host):\(holder.port)")
            try await service.says("Here: 1 new, 0 revised")
        }
    }

    /// systemd-socket-activate does what systemd does for a socket unit.
    @Test func takesTheSocketOfASocketUnit() async throws {
        let port = try freePort()
        let launcher = ["/usr/bin/systemd-socket-activate", "-l", "127.0.0.1:\(port)"]
        try await withService(launcher) { service in
            // The first connection starts the program, and is answered by it.
            var answer = try? await ask("127.0.0.1:\(port)", "/healthz")
            for _ in 0..<1_000 where answer == nil {
                try await Task.sleep(for: .milliseconds(50))
                answer = try? await ask("127.0.0.1:\(port)", "/healthz")
            }
            #expect(answer?.text == "ok\n")
            try await service.says("listening: the handed-over socket")
            service.signal(SIGHUP)
            try await service.says("reloaded: ")
            #expect(try await ask("127.0.0.1:\(port)", "/healthz").text == "ok\n")
        }
    }

    private func freePort() throws -> Int {
        let server = try FixtureServer()
        return server.port
    }

    @Test func d11TakesARecipientOffWithOneClick() async throws {
        let certificates = try TestCertificates.shared.get()
        let relay = try await RelayServer(["tls": "starttls", "certificate": .string(certificates.server)])
        try write(
            "wirewatch.yaml",
            """
            data: data
            web: {listen: '127.0.0.1:0', public_url: 'https://news.example.org/'}
            alerts: {group_wait: 0s, group_interval: 1s, inhibit: "off"}
            channels:
              desk: {kind: email, host: localhost, port: \(relay.port), from: w@example.org,
                to: [a@example.org, "Bea <b@example.org>"], ca_file: \(certificates.authority), default: true}
            """)
        try await withService { service in
            let place = try await service.says("listening: ")
            try await service.says("Here: 1 new, 0 revised")
            let first = try await mails(2, of: relay, after: 0, feed(["A quiet day", "Floods rise"]))
            #expect(Set(first.flatMap(\.recipients)) == ["a@example.org", "b@example.org"])
            let mail = try #require(first.first { $0.recipients == ["b@example.org"] })
            #expect(mail.header("List-Unsubscribe-Post") == "List-Unsubscribe=One-Click")
            let link = try #require(
                mail.header("List-Unsubscribe")?.firstMatch(of: /<https:\/\/news.example.org([^>]*)>/)?.1)
            let path = String(link)
            // A GET, which scanners send too, shows a page and changes nothing.
            let page = try await ask(place, path)
            #expect(page.status == 200 && page.text.contains("Bea") == false && page.text.contains("b@example.org"))
            #expect(page.head.text("content-security-policy")?.contains("default-src 'none'") == true)
            #expect(try await ask(place, path, method: "PUT").status == 405)
            #expect(try await ask(place, path, method: "POST", body: "something=else").status == 400)
            let second = try await mails(2, of: relay, after: 2, feed(["A quiet day", "Floods fall"]))
            #expect(Set(second.flatMap(\.recipients)) == ["a@example.org", "b@example.org"])
            // Wrong tokens.
            for wrong in ["/u/", "/u/0", path + "0", String(path.dropLast()), path.uppercased()] {
                #expect(try await ask(place, wrong).status == 404, "\(wrong)")
                #expect(try await ask(place, wrong, method: "POST", body: "List-Unsubscribe=One-Click").status == 404)
            }
            // The button, twice: no cookie is asked for, none is set.
            for _ in 0..<2 {
                let answer = try await ask(place, path, method: "POST", body: "List-Unsubscribe=One-Click")
                #expect(answer.status == 200 && answer.head.text("set-cookie") == nil)
            }
            try await service.says("unsubscribed: b@example.org from desk")
            let third = try await mails(1, of: relay, after: 4, feed(["A quiet day", "Floods again"]))
            #expect(third.flatMap(\.recipients) == ["a@example.org"])
        }
    }

    /// Publishes a document and waits for what the relay gets of it: so many mails, or more.
    private func mails(
        _ wanted: Int, of relay: RelayServer, after count: Int, _ document: String
    ) async throws -> [RelayServer.Mail] {
        try write("feed.xml", document)
        for _ in 0..<3_000 where relay.mails.count < count + wanted { try await Task.sleep(for: .milliseconds(20)) }
        // Another would come within the same turn.
        try await Task.sleep(for: .milliseconds(1_500))
        return Array(relay.mails.dropFirst(count))
    }
}
