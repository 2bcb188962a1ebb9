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
        #expect(response.body == Array("<rss/>".utf8))
        #expect(response.head.text("etag") == "\"a\"")
        #expect(response.head.text("content-type") == "text/xml")
    }
}
