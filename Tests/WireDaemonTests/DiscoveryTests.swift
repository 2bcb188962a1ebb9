import Testing
import WireTesting

/// `feeds discover` against a real server: what a page names, what a site has at usual places, and what goes wrong.
@Suite("Discovery of feeds")
struct DiscoveryTests {
    private let feed =
        "<rss version=\"2.0\"><channel><title>Harbour</title><item><guid>a</guid></item></channel></rss>"

    private func discover(_ place: String, on server: FixtureServer) throws -> ProgramRun {
        try ProgramRun(
            ["feeds", "discover", server.url(place), "--allow-network", server.host + "/32", "--format", "jsonl"],
            with: ["wirewatch.yaml": "data: data\nfetch: {manual_gap: 0s}\n"])
    }

    @Test("A page's links are resolved against the address that it was redirected to; nothing else is asked")
    func pageLinks() throws {
        let server = try FixtureServer()
        server.answer("/", .text(301, [("Location", "/news/")], ""))
        server.answer(
            "/news/",
            .text(
                200, [("Content-Type", "text/html; charset=utf-8")],
                "<!doctype html><html><head><link rel='alternate' type='application/rss+xml' title='Häfen' href='feed.xml'></head><body></body></html>"
            ))
        let found = try discover("/", on: server)
        #expect(found.code == 0)
        #expect(found.output.contains("\"url\":\"\(server.url("/news/feed.xml"))\"") && found.output.contains("Häfen"))
        #expect(found.output.contains("\"source\":\"link\""))
        #expect(server.requests.map(\.target) == ["/", "/news/"])
    }

    @Test("A site that names no feed is asked at usual places until one of them is a feed")
    func usualPlaces() throws {
        let server = try FixtureServer()
        server.answer("/", .text(200, [("Content-Type", "text/html")], "<html><body>Nothing here</body></html>"))
        server.answer("/rss.xml", .text(200, [("Content-Type", "application/rss+xml")], feed))
        let found = try discover("/", on: server)
        #expect(found.code == 0, "\(found.output)")
        #expect(found.output.contains("\"url\":\"\(server.url("/rss.xml"))\"") && found.output.contains("Harbour"))
        #expect(found.output.contains("\"source\":\"guess\""))
        #expect(server.requests.last?.target == "/rss.xml" && server.requests.count > 1)
    }

    @Test("A feed is itself what is found; a site without any ends with code 1")
    func itselfAndNothing() throws {
        let server = try FixtureServer()
        server.answer("/f", .text(200, [("Content-Type", "application/rss+xml")], feed))
        server.answer("/", .text(200, [("Content-Type", "text/html")], "<html><body>Nothing here</body></html>"))
        let itself = try discover("/f", on: server)
        #expect(itself.code == 0 && itself.output.contains("\"source\":\"feed\"") && server.requests.count == 1)
        let nothing = try discover("/", on: server)
        #expect(nothing.code == 1 && nothing.output.contains("no feed"), "\(nothing.output)")
        let absent = try discover("/absent", on: server)
        #expect(absent.code == 1 && absent.output.contains("404"), "\(absent.output)")
    }
}
