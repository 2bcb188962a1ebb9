import Testing
import WireModel

@testable import WireParse

@Suite struct KeysTests {
    private func key(_ item: String) throws -> EntryKey {
        let feed = try parse(
            "<rss xmlns:slash='http://purl.org/rss/1.0/modules/slash/'><channel><link>https://k.example/</link><item>\(item)</item></channel></rss>"
        )
        return try #require(feed.keys.first)
    }

    @Test func equalPagesHaveEqualLinks() throws {
        let plain = try key("<guid isPermaLink='false'>1</guid><link>https://k.example/a</link>")
        let tracked = try key("<guid isPermaLink='false'>1</guid><link>http://K.example/a?utm_source=x#top</link>")
        let relative = try key("<guid isPermaLink='false'>1</guid><link>/a</link>")
        #expect(
            plain.link != nil && plain.link == tracked.link && plain.link == relative.link && plain.id == tracked.id)
    }

    @Test func aTextThatIsIdAndLinkIsTwoKeys() throws {
        let key = try key("<guid>https://k.example/a</guid>")
        #expect(key.id != nil && key.link != nil && key.id != key.link && key.enclosure == nil)
    }

    @Test(arguments: [
        ("<pubDate>1</pubDate>", "<pubDate>2</pubDate>", true),
        ("<slash:comments>1</slash:comments>", "<slash:comments>2</slash:comments>", true),
        ("<title>a</title>", "<title>b</title>", false),
        ("<description>a</description>", "<description>b</description>", false),
        ("<author>a</author>", "<author>b</author>", false),
        ("<category>a</category>", "<category>b</category>", false),
        ("<link>https://k.example/a</link>", "<link>https://k.example/b</link>", false),
        ("<enclosure url='a'/>", "<enclosure url='b'/>", false),
        ("<title>ab</title><description>c</description>", "<title>a</title><description>bc</description>", false),
    ])
    func fingerprintsDifferWhereAnEditIs(left: String, right: String, areEqual: Bool) throws {
        let (left, right) = (try key(left), try key(right))
        #expect((left.fingerprint == right.fingerprint) == areEqual)
    }

    @Test func dublinCoreIdentifierIsAnId() throws {
        let feed = try parse("<rss><channel><item><dc:identifier>x1</dc:identifier></item></channel></rss>")
        #expect(feed.keys.first?.id != nil && feed.keys.first?.link == nil)
    }
}
