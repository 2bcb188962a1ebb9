import Testing
import WireModel
import WireTesting

/// `feeds check` against a real server: each stage tells what it did, and nothing is stored.
@Suite("A look at one feed")
struct FeedCheckTests {
    private func check(_ place: String, on server: FixtureServer, format: String) throws -> ProgramRun {
        try ProgramRun(
            ["feeds", "check", server.url(place), "--allow-network", server.host + "/32", "--format", format],
            with: [
                "wirewatch.yaml": "data: data\nfetch: {manual_gap: 0s}\n",
                "topics.yaml": "topics:\n  - name: Harbour\n    query: ferry\n",
            ])
    }

    private func feed(hub: String) -> FixtureServer.Answer {
        .text(
            200, [("Content-Type", "application/atom+xml"), ("Link", "<\(hub)>; rel=\"hub\""), ("ETag", "\"a\"")],
            """
            <feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><id>urn:f</id><link rel="self" href="https://f.example/f"/>
            <entry><id>urn:1</id><title>The ferry is late</title></entry><entry><id>urn:2</id><title>Calm sea</title></entry></feed>
            """)
    }

    @Test("The stages tell what they did, which topic it touches, the hub and the next check; nothing is stored")
    func stages() throws {
        let server = try FixtureServer()
        server.answer("/f", feed(hub: server.url("/hub")))
        let told = try check("/f", on: server, format: "json")
        #expect(told.code == 0)
        let stages = try JSONReader.read(Array(told.output.utf8)).array ?? []
        let names = stages.compactMap { $0["stage"]?.string }
        #expect(names.starts(with: ["fetch", "decode", "parse"]) && names.last == "store", "\(names)")
        #expect(stages.last?["hub"]?.string == server.url("/hub") && stages.last?["next_check"]?.string != nil)
        #expect(stages.first { $0["stage"]?.string == "parse" }?["entries"]?.integer == 2)
        #expect(told.output.contains("flagged: Harbour"))
        #expect(server.requests.count == 1 && server.requests.first?.header("If-None-Match") == nil)
        #expect(!told.files.contains { $0.hasSuffix(".db") })
        let text = try check("/f", on: server, format: "text")
        #expect(text.code == 0 && text.output.contains("its hub \(server.url("/hub")) can send what is new"))
    }

    @Test("A server's refusal is told with its stage, and the code is 1")
    func refusal() throws {
        let server = try FixtureServer()
        server.answer("/f", .text(503, [("Retry-After", "120")], "busy"))
        let told = try check("/f", on: server, format: "json")
        #expect(told.code == 1 && told.output.contains("503"), "\(told.output)")
        server.answer("/page", .text(200, [("Content-Type", "text/html")], "<html><body>x</body></html>"))
        let page = try check("/page", on: server, format: "text")
        #expect(page.code == 1 && page.output.contains("web page"), "\(page.output)")
    }
}
