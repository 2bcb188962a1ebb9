import Foundation
import Testing
import WireModel

@testable import WireParse

/// Fixtures of feeds, found from the place of this file.
enum FeedFixture {
    static let folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures/feeds")

    static func bytes(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: folder.appendingPathComponent(path)))
    }

    /// All of them, by path within the folder.
    static var paths: [String] {
        let found = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
        return found.filter {
            ["xml", "rdf", "json"].contains(($0 as NSString).pathExtension) && !$0.contains(".expected.")
        }
        .sorted()
    }

    static func parse(_ path: String) throws -> ParsedFeed {
        try FeedParser().parse(FetchedDocument(bytes: bytes(path)))
    }
}

func parse(_ text: String, contentType: String? = nil, limits: ParseLimits = ParseLimits()) throws -> ParsedFeed {
    try FeedParser(limits: limits).parse(FetchedDocument(bytes: Array(text.utf8), contentType: contentType))
}

@Suite struct FeedParserTests {
    @Test func readsEveryElementOfRSS() throws {
        let feed = try FeedFixture.parse("rss/everything.xml")
        #expect(feed.format == .rss && feed.version == "2.0" && feed.encoding == "utf-8")
        #expect(feed.problems == [] && !feed.isBroken)
        let head = feed.head
        #expect(head.title?.text == "Harbour Wire")
        #expect(head.description?.text == "News from the <b>quay</b>" && head.description?.kind == .guess)
        #expect(
            head.links.map(\.url) == [
                "https://harbour.example/", "https://harbour.example/feed.xml", "https://hub.example/",
            ])
        #expect(head.links.map(\.rel) == [nil, "self", "hub"])
        #expect(head.language?.text == "en-gb" && head.rights?.text == "Harbour Wire 2024")
        #expect(head.persons.map(\.role) == [.editor, .webMaster])
        #expect(head.persons.first?.text == "desk@harbour.example (Ada Desk)")
        #expect(head.dates.map(\.role) == [.published, .updated])
        #expect(
            head.categories.first?.scheme == "https://harbour.example/tags" && head.categories.first?.text == "ships")
        #expect(head.generator?.name == "Quill 4.2" && head.docs != nil && head.ttl?.text == "60")
        #expect(head.cloud.map(\.name) == ["domain", "port", "path", "registerProcedure", "protocol"])
        #expect(head.image?.url == "https://harbour.example/logo.png" && head.image?.width == "144")
        #expect(head.rating?.text == "general")
        #expect(head.textInput.map(\.name) == ["title", "description", "name", "link"])
        #expect(head.skipHours.map(\.text) == ["0", "23"] && head.skipDays.map(\.text) == ["Saturday", "Sunday"])
        #expect(head.elements.first?.children.map(\.text) == ["Ada Desk", "ada@harbour.example"])
    }

    @Test func readsEveryElementOfAnItem() throws {
        let feed = try FeedFixture.parse("rss/everything.xml")
        try #require(feed.entries.count == 2)
        let entry = feed.entries[0]
        #expect(entry.base == ["https://harbour.example/news/"] && entry.xmlLanguage == "en")
        #expect(entry.title?.text == "Crane &amp; tide" && entry.links.first?.url == "crane")
        #expect(
            entry.id == RawID("crane-1", .guid, isPermalink: false, base: entry.base, at: entry.id?.place ?? .unknown))
        #expect(entry.content?.text == "<p>The crane came <i>late</i> &amp; left.</p>" && entry.content?.kind == .html)
        #expect(entry.summary?.text == "The crane came <i>late</i>.")
        #expect(entry.persons.first?.text == "bo@harbour.example (Bo Quay)")
        #expect(entry.categories.map(\.text) == ["cranes", "tides"])
        #expect(entry.comments?.text == "https://harbour.example/crane#comments")
        #expect(entry.enclosures.first?.length == "24986239")
        #expect(entry.dates.map(\.text) == ["Fri, 01 Mar 2024 08:00:00 GMT"])
        #expect(entry.sources.first?.title?.text == "Port Bulletin" && entry.sources.first?.links.first?.rel == "self")
        #expect(entry.elements.map(\.vocabulary) == [.dc, .slash, .media, .feedburner])
        #expect(entry.elements[2].children.first?["url"] == "https://harbour.example/crane.jpg")
        #expect(entry.elements[2].children.first?.children.first?.text == "Crane")
        #expect(entry.place.line == 30 && feed.entries[1].id?.isPermalink == true)
    }

    @Test func readsWhatStandsBesideTheChannelOfRDF() throws {
        let feed = try FeedFixture.parse("rdf/outside-channel.rdf")
        #expect(feed.format == .rss && feed.version == "1.0" && feed.problems == [])
        #expect(feed.head.id?.text == "https://lake.example/feed" && feed.head.title?.text == "Lake Notes")
        #expect(feed.head.image?.title == "Lake" && feed.head.textInput.count == 4)
        #expect(feed.entries.map(\.id?.text) == ["https://lake.example/1", "https://lake.example/2"])
        #expect(feed.entries.map(\.id?.kind) == [.rdfAbout, .rdfAbout])
        #expect(feed.entries[0].elements.first?.text == "2024-03-01T08:00:00Z")
    }

    @Test func readsEveryElementOfAtom() throws {
        let feed = try FeedFixture.parse("atom/everything.xml")
        #expect(feed.format == .atom && feed.version == "1.0" && feed.problems == [])
        let head = feed.head
        #expect(head.title?.text == "Hill <News>" && head.title?.kind == .plain)
        #expect(head.description?.text == "Above <i>all</i>" && head.description?.kind == .html)
        #expect(head.base == ["https://hill.example/a/"] && head.xmlLanguage == "en")
        #expect(head.links.last?.language == "en" && head.links.last?.length == "12")
        #expect(head.persons.first?.email == "di@hill.example" && head.persons.last?.role == .contributor)
        #expect(head.generator?.version == "1.2" && head.logo?.text == "logo.png" && head.icon?.text == "icon.png")
        try #require(feed.entries.count == 3)
        let entry = feed.entries[0]
        #expect(entry.base == ["https://hill.example/a/", "b/"] && entry.xmlLanguage == "de")
        #expect(entry.title?.text == "A <em>steep</em> one" && entry.title?.kind == .xhtml)
        #expect(entry.summary?.text == "1 < 2" && entry.summary?.kind == .plain)
        #expect(
            entry.content?.text == "<p title=\"a &quot;b&quot;\">One &lt; two &amp; <a href=\"d\">three</a><br></p>")
        #expect(
            entry.links.map(\.rel) == ["alternate", "enclosure"] && entry.dates.map(\.role) == [.published, .updated])
        #expect(entry.sources.first?.id?.text == "urn:other" && entry.sources.first?.persons.first?.name == "Flo")
        #expect(entry.persons == [] && entry.id?.text == "urn:hill:1")
        #expect(entry.elements.first?["ref"] == "urn:hill:0")
        #expect(feed.entries[1].contentURL?.text == "sound.mp3" && feed.entries[1].content == nil)
        #expect(feed.entries[1].title?.text == "Sound &amp; light" && feed.entries[1].title?.kind == .html)
        #expect(feed.entries[2].content?.text == "hill data")
    }

    @Test func readsTheModesOfAtom03() throws {
        let feed = try FeedFixture.parse("atom/version-0.3.xml")
        #expect(feed.version == "0.3" && feed.problems == [])
        #expect(feed.head.description?.text == "Still grinding" && feed.head.rights?.text == "Mill 2004")
        #expect(feed.head.info?.text == "Old format")
        #expect(feed.entries.map(\.content?.text) == ["<p>Fine &amp; white</p>", "<p>Coarse</p>", "<p>Dark</p>"])
        #expect(feed.entries.map(\.content?.kind) == [.html, .html, .xhtml])
        #expect(feed.entries[0].dates.map(\.role) == [.issued, .created, .modified])
    }

    @Test func readsEveryMemberOfJSONFeed() throws {
        let feed = try FeedFixture.parse("json/everything.json")
        #expect(feed.format == .json && feed.version == "1.1" && feed.problems == [])
        #expect(feed.head.links.map(\.rel) == ["alternate", "self", "next"] && feed.head.isExpired == true)
        #expect(feed.head.hubs == [RawHub(type: "WebSub", url: "https://hub.example/")])
        #expect(feed.head.members["_field"] == ["soil": "clay"])
        try #require(feed.entries.count == 2)
        let entry = feed.entries[0]
        #expect(entry.id?.text == "17" && entry.title?.text == "Barley <3" && entry.title?.kind == .plain)
        #expect(entry.content?.kind == .html && entry.plainContent?.text == "Up" && entry.summary?.text == "It is up")
        #expect(entry.links.map(\.rel) == ["alternate", "related"] && entry.persons.first?.name == "Hal")
        #expect(entry.categories.map(\.term) == ["barley", "spring"] && entry.language?.text == "de")
        #expect(entry.enclosures.first?.duration == "1.5" && entry.enclosures.first?.length == "5")
        #expect(entry.members == ["_rain": .integer(3)])
    }

    @Test func keepsWhatStandsBeforeAFaultInJSON() throws {
        let text =
            #"{"version": "https://jsonfeed.org/version/1", "title": "T", "items": [{"id": "1"}, {"id": "2", "ti"#
        let feed = try parse(text)
        #expect(feed.version == "1.0" && feed.entries.map(\.id?.text) == ["1", "2"] && feed.isBroken)
        #expect(feed.problems.map(\.code) == [.jsonInvalid])
    }

    @Test func readsRSSWrittenAsJSON() throws {
        let feed = try FeedFixture.parse("json/rss-as-json.json")
        #expect(feed.format == .rss && feed.version == "2.0" && feed.head.title?.text == "Bridge")
        let entry = try #require(feed.entries.first)
        #expect(entry.id?.text == "b1" && entry.id?.isPermalink == false)
        #expect(entry.categories.map(\.text) == ["a", "b"] && entry.categories.last?.scheme == "d")
        #expect(entry.enclosures.first?.length == "3")
    }

    @Test(arguments: [
        ("xmlns:q='http://purl.org/dc/elements/1.1/'", "q"), ("xmlns:q=' HTTP://PURL.ORG/dc/elements/1.1 '", "q"),
        ("xmlns:DC='https://purl.org/dc/elements/1.1//'", "DC"),
    ])
    func knowsVocabulariesByTheirNamespace(declaration: String, prefix: String) throws {
        let feed = try parse(
            "<rss \(declaration)><channel><item><\(prefix):creator>Jo</\(prefix):creator></item></channel></rss>")
        #expect(feed.entries.first?.elements.map(\.vocabulary) == [.dc])
        #expect(feed.problems == [])
    }

    @Test(arguments: [
        ("<a:feed xmlns:a='http://www.w3.org/2005/Atom'><a:entry><a:id>x</a:id></a:entry></a:feed>", "1.0"),
        ("<feed><entry><id>x</id></entry></feed>", nil),
        ("<feed xmlns='http://example.com/unknown'><entry><id>x</id></entry></feed>", nil),
        ("<feed version='0.3' xmlns='http://purl.org/atom/ns#'><entry><id>x</id></entry></feed>", "0.3"),
        (
            "<html xmlns='http://www.w3.org/1999/xhtml'><body><feed xmlns='http://www.w3.org/2005/Atom'><entry><id>x</id></entry></feed></body></html>",
            "1.0"
        ),
        ("<entry xmlns='http://www.w3.org/2005/Atom'><id>x</id></entry>", "1.0"),
    ])
    func knowsAtomByItsRoot(text: String, version: String?) throws {
        let feed = try parse(text)
        #expect(feed.format == .atom && feed.version == version && feed.entries.map(\.id?.text) == ["x"])
    }

    @Test(arguments: [
        ("<rss version='0.91'>", "0.91"), ("<rss version='2.0.1'>", "2.0"), ("<rss>", nil),
        ("<RSS version='2.0'>", "2.0"),
        ("<rss xmlns='http://backend.userland.com/rss2' version='2.0'>", "2.0"),
        ("<rss xmlns='http://example.org/mine' version='0.92'>", "0.92"),
    ])
    func knowsRSSByItsRoot(root: String, version: String?) throws {
        let name = root.dropFirst().prefix(3)
        let feed = try parse("\(root)<channel><item><guid>x</guid></item></channel></\(name)>")
        #expect(feed.format == .rss && feed.version == version && feed.entries.map(\.id?.text) == ["x"])
    }

    @Test(arguments: [
        ("", true), (" \n\t", true), ("<html><body>Not found</body></html>", false), ("<opml version='2.0'/>", false),
        ("no feed at all", false), ("{\"a\": 1}", false), ("[1, 2]", false), ("\u{0}\u{1}\u{2}", false), ("<", false),
        ("<!DOCTYPE html><p>feed", false),
    ])
    func refusesWhatIsNoFeed(text: String, isEmpty: Bool) throws {
        let error = #expect(throws: ParseError.self) { try parse(text) }
        #expect(error?.problems.last?.code == (isEmpty ? .emptyInput : .notAFeed))
        #expect(error?.problems.last?.severity == .error)
    }

    @Test func theFirstValueThatIsNotEmptyCounts() throws {
        let feed = try parse(
            """
            <rss><channel><title/><title> One </title><title>Two</title><item><link/><guid/><guid>a</guid><guid>b</guid>
            <description></description><description>x</description><pubDate/><pubDate>1</pubDate><pubDate>2</pubDate>
            </item></channel></rss>
            """)
        #expect(feed.head.title?.text == "One" && feed.entries.first?.id?.text == "a")
        #expect(feed.entries.first?.summary?.text == "x" && feed.entries.first?.dates.map(\.text) == ["1", "2"])
        #expect(feed.entries.first?.links == [])
    }

    @Test func contentOfBetterRankCounts() throws {
        let feed = try parse(
            """
            <rss xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:h="http://www.w3.org/1999/xhtml"><channel>
            <item><content:encoded>enc</content:encoded><h:body>body</h:body><body>plain</body></item>
            <item><fullitem>full</fullitem><h:body><h:p>x &amp; y</h:p></h:body></item></channel></rss>
            """)
        #expect(feed.entries.map(\.content?.text) == ["enc", "<p>x &amp; y</p>"])
    }

    @Test func controlReferencesMeanWindows1252() throws {
        let feed = try parse("<rss><channel><title>it&#146;s &#x93;so&#148; \u{A9}</title></channel></rss>")
        #expect(feed.head.title?.text == "it’s “so” ©" && feed.problems == [])
    }
}

extension FeedParserTests {
    @Test(arguments: [
        ("<rss version='3.7'><channel/></rss>", nil), ("<feed version='0.2' xmlns='http://purl.org/atom/ns#'/>", "0.3"),
        ("{\"version\": \"https://jsonfeed.org/version/7\", \"items\": []}", nil),
    ])
    func remarksAnUnknownVersion(text: String, version: String?) throws {
        let feed = try parse(text)
        #expect(feed.version == version && feed.problems.map(\.code) == [.formatVersionUnknown])
    }

    @Test(arguments: [
        ("text/html; charset=utf-8", true), ("text/plain", true), ("application/rss+xml", false), ("text/xml", false),
        ("", false),
    ])
    func remarksAStrangeType(type: String, isStrange: Bool) throws {
        let feed = try parse("<rss><channel/></rss>", contentType: type)
        #expect(feed.problems.map(\.code) == (isStrange ? [.contentTypeIgnored] : []))
    }
}
