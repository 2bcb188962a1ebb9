import Testing
import WireFetch
import WireModel
import WireTesting

@Suite("Address guard")
struct AddressGuardTests {
    @Test(
        "T01 Denied addresses",
        arguments: [
            "0.0.0.0", "0.255.255.255", "10.1.2.3", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.255.254",
            "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.88.99.1", "192.168.1.1",
            "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.1.1", "240.0.0.1",
            "255.255.255.255", "::", "::1", "fc00::1", "fdff::1", "fe80::1", "febf::1", "fec0::1", "ff02::1", "100::1",
            "2001:db8::1", "2001::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1",
            "64:ff9b:1::1", "::ffff:0:7f00:1", "2002:7f00:1::1", "2002:a00:1::",
        ])
    func denied(text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(AddressGuard().denial(of: address, port: 80) != nil)
    }

    @Test(
        "Allowed addresses",
        arguments: [
            "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.1",
            "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.0.3.0", "198.17.255.255", "198.20.0.0", "223.255.255.255",
            "2606:4700::1111", "2001:200::1", "2001:db7::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1",
            "2a00::1",
        ])
    func allowed(text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(AddressGuard().denial(of: address, port: 443) == nil)
    }

    @Test(
        "Ports, also inside allowed networks",
        arguments: [
            (80, true), (443, true), (1024, true), (8080, true), (65_535, true), (0, false), (22, false), (25, false),
            (81, false), (1023, false), (2375, false), (3306, false), (5432, false), (6379, false), (9200, false),
            (11_211, false), (27_017, false),
        ])
    func ports(port: Int, isAllowed: Bool) throws {
        let network = try #require(CIDR("127.0.0.0/8"))
        let address = try #require(IPAddress("127.0.0.2"))
        #expect((AddressGuard(allowing: [network]).denial(of: address, port: port) == nil) == isAllowed)
    }

    @Test("An exception opens its network and nothing beside it; own listening addresses stay closed")
    func exceptions() throws {
        let two = try #require(IPAddress("127.0.0.2"))
        let one = try #require(IPAddress("127.0.0.1"))
        let mapped = try #require(IPAddress("::ffff:127.0.0.2"))
        let any = try #require(IPAddress("0.0.0.0"))
        let narrow = AddressGuard(allowing: [try #require(CIDR("127.0.0.2/32"))])
        #expect(narrow.denial(of: two, port: 8080) == nil)
        #expect(narrow.denial(of: mapped, port: 8080) == nil)
        #expect(narrow.denial(of: one, port: 8080) != nil)
        let wide = [try #require(CIDR("127.0.0.0/8"))]
        let own = AddressGuard(allowing: wide, listening: [.init(address: one, port: 8420)])
        #expect(own.denial(of: one, port: 8420) != nil)
        #expect(own.denial(of: one, port: 8421) == nil)
        #expect(own.denial(of: two, port: 8420) == nil)
        let everywhere = AddressGuard(allowing: wide, listening: [.init(address: any, port: 8420)])
        #expect(everywhere.denial(of: two, port: 8420) != nil)
        #expect(everywhere.denial(of: try #require(IPAddress("1.1.1.1")), port: 8420) == nil)
    }

    @Test(
        "Networks are read strictly",
        arguments: ["", "/", "1.2.3", "1.2.3.4/33", "1.2.3.4/", "1.2.3.4/-1", "::/129", "a/8"])
    func badNetworks(text: String) { #expect(CIDR(text) == nil) }

    @Test("T01 No spelling of a denied address reaches it, and the error says so")
    func spellings() async throws {
        let listener = try FixtureServer(address: "127.0.0.1")
        let port = listener.port
        let urls = [
            "127.1", "2130706433", "0x7f.1", "0177.0.0.1", "127.0.0.1", "127.0.0.1.", "localhost", "localhost.",
            "good@127.0.0.1", "x.localhost", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::]", "0", "0.0.0.0", "[::1]",
        ].map { "http://\($0):\(port)/f" }
        for url in urls {
            let outcome = await Fixture.fetcher().fetch(Fixture.feed(url), state: FeedState(), now: { Fixture.start })
            #expect(outcome.word == "failed:address_denied", "\(url)")
            #expect(outcome.failure?.isRetryable == false)
        }
        #expect(listener.connections == 0)
    }

    @Test("T02 A redirect to a denied address ends there", arguments: [301, 302, 307, 308])
    func redirectToDenied(status: Int) async throws {
        let listener = try FixtureServer(address: "127.0.0.1")
        let server = try FixtureServer()
        server.answer("/f", .text(status, [("Location", listener.url("/secret"))], ""))
        let outcome = await Fixture.fetcher().fetch(
            Fixture.feed(server.url("/f")), state: FeedState(), now: { Fixture.start })
        #expect(outcome.word == "failed:address_denied")
        #expect(listener.connections == 0)
    }

    @Test(
        "T04 Other schemes are refused",
        arguments: [
            "file:///etc/passwd", "ftp://127.64.0.9/f", "gopher://h/1", "dict://h/d", "smb://h/s",
            "data:text/xml,<rss/>",
            "javascript:alert(1)", "FILE:///etc/passwd", "ldap://h/", "view-source:http://h/",
        ])
    func schemes(url: String) async throws {
        let direct = await Fixture.fetcher().fetch(Fixture.feed(url), state: FeedState(), now: { Fixture.start })
        #expect(direct.word == "failed:scheme_denied")
        let server = try FixtureServer()
        server.answer("/f", .text(302, [("Location", url)], ""))
        let redirected = await Fixture.fetcher().fetch(
            Fixture.feed(server.url("/f")), state: FeedState(), now: { Fixture.start })
        #expect(redirected.word == "failed:scheme_denied")
        #expect(server.requests.count == 1)
    }

    @Test(
        "T13 Control characters in addresses and headers are refused",
        arguments: [
            "http://127.64.0.9/a\r\nX: y", "http://127.64.0.9/a\nb", "http://127.64.0.9/\u{0}", "http://a\u{7F}/",
        ])
    func injection(url: String) async {
        let outcome = await Fixture.fetcher().fetch(Fixture.feed(url), state: FeedState(), now: { Fixture.start })
        #expect(outcome.word == "failed:bad_url")
    }

    @Test("T13 Headers and stored validators cannot smuggle lines")
    func headerInjection() async throws {
        let server = try FixtureServer()
        server.answer("/f", .text(200, [], "<rss/>"))
        for value in ["a\r\nX: y", "a\nb", "a\u{0}b", ""] {
            #expect(throws: FetchError.self) { try HTTPHeader("ETag", value) }
            #expect(throws: FetchError.self) { try HTTPHeader("Na\(value)me", "v\(value)\r") }
            var state = FeedState()
            state.validators = Validators(etag: Fixture.bytes("x\(value)\n"), url: server.url("/f"))
            let outcome = await Fixture.fetcher().fetch(
                Fixture.feed(server.url("/f")), state: state, now: { Fixture.start })
            #expect(outcome.word == "failed:bad_header")
            let settings = FeedSettings(header: "X-A: b\(value)\r\nX-C: d")
            let second = await Fixture.fetcher().fetch(
                Fixture.feed(server.url("/f"), settings), state: FeedState(), now: { Fixture.start })
            #expect(second.word == "failed:bad_header")
        }
        #expect(server.requests.isEmpty)
    }
}
