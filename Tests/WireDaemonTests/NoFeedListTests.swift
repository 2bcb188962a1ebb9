import Foundation
import Testing
import WireModel
import WireTesting

/// Where there is no list of feeds: those of the database stay in force, whether imported or of a list that was lost.
@Suite("No list of feeds")
struct NoFeedListTests {
    private let data = NSTemporaryDirectory() + "wirewatch-nolist-\(UUID().uuidString)"

    private func run(_ arguments: [String], _ list: (name: String, text: String)? = nil) throws -> ProgramRun {
        var files = [
            "wirewatch.yaml": "data: \(data)\nfetch: {manual_gap: 0s}\n",
            "topics.yaml": "topics:\n  - name: Harbour\n    query: ferry\n",
        ]
        if let list { files[list.name] = list.text }
        return try ProgramRun(arguments, with: files)
    }

    private func list(_ server: FixtureServer) -> String {
        "<opml version=\"2.0\"><body><outline type=\"rss\" text=\"Port\" xmlUrl=\"\(server.url("/f"))\"/></body></opml>"
    }

    private func server() throws -> FixtureServer {
        let server = try FixtureServer()
        server.answer(
            "/f",
            .text(
                200, [], "<rss version=\"2.0\"><channel><item><title>The ferry is late</title></item></channel></rss>"))
        return server
    }

    @Test("Imported feeds need none") func imported() throws {
        defer { try? FileManager.default.removeItem(atPath: data) }
        let server = try server()
        let network = ["--allow-network", server.host + "/32"]
        #expect(try run(["feeds", "import", "mine.opml"], ("mine.opml", list(server))).code == 0)
        let fetched = try run(["fetch", "--all"] + network)
        #expect(fetched.code == 0 && fetched.output.contains("1 of 1 feeds checked, 1 new"), "\(fetched.output)")
        #expect(fetched.output.contains("feeds.opml: there is no list of feeds; the database's stay in force (1)"))
        #expect(try run(["feeds", "list"]).output.contains("Port"))
        let check = try run(["feeds", "check", "Port"] + network)
        #expect(check.code == 0 && check.output.contains(server.url("/f")), "\(check.output)")
        let empty = try run(["fetch", "--all"] + network, ("feeds.opml", "<opml version=\"2.0\"><body/></opml>"))
        #expect(empty.code == 0 && empty.output.contains("1 of 1 feeds") && !empty.output.contains("no list"))
    }

    @Test("A list that is lost takes no feed with it; an empty one does") func lost() throws {
        defer { try? FileManager.default.removeItem(atPath: data) }
        let server = try server()
        let fetch = ["fetch", "--all", "--allow-network", server.host + "/32"]
        #expect(try run(fetch, ("feeds.opml", list(server))).output.contains("1 of 1 feeds checked"))
        #expect(try run(fetch).output.contains("1 of 1 feeds checked"))
        #expect(try run(fetch + ["--feeds", "feeds.opml"]).code == 2)
        #expect(try run(fetch, ("feeds.opml", "<opml><body/></opml>")).output.contains("0 of 0 feeds checked"))
    }

    @Test("With no feeds at all it is an error, and nothing is done") func nothing() throws {
        for command in [["fetch"], ["run"], ["feeds", "list"]] {
            let told = try run(command)
            #expect(told.code == 2 && told.output.contains("feeds.opml: cannot be opened"), "\(told.output)")
            #expect(told.output.contains("put a feed reader's OPML list there"))
        }
        let lost = try run(["feeds", "import", "lost.opml"])
        #expect(lost.code == 2 && lost.output.contains("lost.opml: cannot be opened") && !lost.output.contains("put a"))
        let empty = try run(["feeds", "list"], ("feeds.opml", ""))
        #expect(empty.code == 2 && empty.output.contains("not a list of feeds: The document is empty.\n"))
        #expect(!FileManager.default.fileExists(atPath: data))
    }
}
