import Testing
import WireModel
import WireTesting

@testable import WireFetch

@Suite("Hubs")
struct WebSubTests {
    private func links(_ header: String) throws -> (String?, String?) {
        let links = WebSub.links(ResponseHead(["Link: " + header]), base: try WebAddress("https://news.example/a/feed"))
        return (links.hub, links.topic)
    }

    @Test("P26 Link headers name hub and topic, however they are written")
    func linkHeaders() throws {
        let table: [(String, String?, String?)] = [
            (
                "<https://hub.example/>; rel=\"hub\", </feed>; rel=self", "https://hub.example/",
                "https://news.example/feed"
            ),
            ("<https://hub.example/a,b>; rel=hub", "https://hub.example/a,b", nil),
            ("<x>;title=\"a, <b>; rel=hub\" ; REL=\"alternate SELF\"", nil, "https://news.example/a/x"),
            ("<https://one.example/>; rel=hub, <https://two.example/>; rel=hub", "https://one.example/", nil),
            ("<javascript:alert(1)>; rel=hub", nil, nil), ("<", nil, nil), ("<>; rel", nil, nil), (";,<a", nil, nil),
        ]
        for (header, hub, topic) in table {
            let found = try links(header)
            #expect(found.0 == hub && found.1 == topic, "\(header)")
        }
    }

    private func lease(_ hub: String) -> PushLease {
        PushLease(
            feed: FeedID(rawValue: 1), token: "t", secret: Array("s&=".utf8), hub: hub,
            topic: "https://news.example/ä?a=1&b=2",
            asked: Timestamp(seconds: 0))
    }

    private func fetcher() -> FeedFetcher {
        let networks = ["127.64.0.0/10"].compactMap { CIDR($0) }
        return FeedFetcher(
            client: CurlClient(options: .init(addressGuard: AddressGuard(allowing: networks))),
            gate: HostGate(rules: HostRules(["*": HostPolicy(gap: .zero)])))
    }

    @Test("P26 The request is a form; a hub's 307 and 308 are followed, three times at most, and nothing else")
    func subscribes() async throws {
        let server = try FixtureServer()
        server.answer("/hub", .text(308, [("Location", "/b")], ""))
        server.answer("/b", .text(307, [("Location", "/c")], ""))
        server.answer("/c", .text(202, [], ""))
        try await fetcher().subscribe(lease(server.url("/hub")), callback: "https://us.example/websub/t")
        let request = try #require(server.requests(for: "/c").first)
        #expect(request.method == "POST" && request.header("Content-Type") == "application/x-www-form-urlencoded")
        #expect(
            String(decoding: request.body, as: UTF8.self)
                == "hub.callback=https%3A%2F%2Fus.example%2Fwebsub%2Ft&hub.mode=subscribe&hub.topic=https%3A%2F%2Fnews.example%2F%C3%A4%3Fa%3D1%26b%3D2&hub.lease_seconds=864000&hub.secret=s%26%3D"
        )
        server.answer("/loop", .text(307, [("Location", "/loop")], ""))
        server.answer("/moved", .text(302, [("Location", "/c")], ""))
        server.answer("/no", .text(403, [], "no"))
        for path in ["/loop", "/moved", "/no", "/missing"] {
            await #expect(throws: Failure.self) {
                try await fetcher().subscribe(lease(server.url(path)), callback: "https://us.example/")
            }
        }
        #expect(server.requests(for: "/loop").count == 4)
        #expect(server.requests(for: "/c").count == 1)
    }

    @Test("T05 A hub inside a private network is not asked, and no secret is told in clear")
    func guarded() async throws {
        await #expect(throws: Failure.self) {
            try await fetcher().subscribe(lease("http://127.0.0.1:9/"), callback: "https://us.example/")
        }
        #expect(WebSub.mayTellSecret(to: "https://hub.example/") && WebSub.mayTellSecret(to: "http://127.0.0.1:80/"))
        for hub in ["http://hub.example/", "http://127.0.0.1.example/", "http://10.0.0.1/", "no address"] {
            #expect(!WebSub.mayTellSecret(to: hub))
        }
    }
}
