import Glibc
import Testing
import WireModel

@testable import WireParse

@Suite(.serialized) struct LimitsTests {
    private static func codes(_ feed: ParsedFeed) -> Set<Problem.Code> { Set(feed.problems.map(\.code)) }

    @Test func depthIsLimited() throws {
        let deep = String(repeating: "<a>", count: 100_000)
        let feed = try parse("<rss><channel><item><guid>1</guid></item><item><guid>2</guid><x>\(deep)")
        #expect(feed.entries.map(\.id?.text) == ["1", "2"])
        #expect(LimitsTests.codes(feed).contains(.limitDepth) && feed.isBroken)
    }

    @Test func aDeepTextDoesNotLoseTheEntriesAfterIt() throws {
        let deep = String(repeating: "<b>", count: 150) + "x" + String(repeating: "</b>", count: 150)
        let feed = try parse(
            "<rss><channel><item><guid>1</guid><description>\(deep)</description></item><item><guid>2</guid></item></channel></rss>"
        )
        #expect(feed.entries.map(\.id?.text) == ["1", "2"] && LimitsTests.codes(feed) == [.limitDepth])
    }

    @Test func closedDepthDoesNotLoseTheEntriesAfterIt() throws {
        let deep = String(repeating: "<b>", count: 50_000) + "x" + String(repeating: "</b>", count: 50_000)
        let feed = try parse(
            "<rss><channel><item><guid>1</guid><description>\(deep)</description></item><item><guid>2</guid></item></channel></rss>"
        )
        #expect(feed.entries.first?.id?.text == "1" && LimitsTests.codes(feed).contains(.limitDepth))
    }

    @Test func entriesAreLimited() throws {
        var limits = ParseLimits()
        limits.entries = 3
        let items = String(repeating: "<item><guid>x</guid></item>", count: 10)
        let feed = try parse("<rss><channel>\(items)</channel></rss>", limits: limits)
        #expect(feed.entries.count == 3 && LimitsTests.codes(feed) == [.limitSize] && feed.isBroken)
        let json = try parse(
            "{\"version\":\"https://jsonfeed.org/version/1\",\"items\":[{},{},{},{},{}]}", limits: limits)
        #expect(json.entries.count == 3 && LimitsTests.codes(json) == [.limitSize])
    }

    @Test func fieldsAreCutAtACharacter() throws {
        var limits = ParseLimits()
        limits.fieldBytes = 10
        let feed = try parse(
            "<rss><channel><item><title>ééééééééé</title><guid>1</guid></item><item><guid>2</guid></item></channel></rss>",
            limits: limits)
        #expect(feed.entries.map(\.id?.text) == ["1", "2"] && feed.entries.first?.title?.text == "ééééé")
        #expect(LimitsTests.codes(feed) == [.limitSize])
    }

    @Test func attributesAreLimited() throws {
        let many = (0..<20_000).map { " a\($0)='x'" }.joined()
        let feed = try parse("<rss><channel><item\(many)><guid>1</guid></item></channel></rss>")
        #expect(feed.entries.map(\.id?.text) == ["1"] && LimitsTests.codes(feed).contains(.limitSize))
    }

    @Test(arguments: [
        // Each level tenfold.
        "<!DOCTYPE r [<!ENTITY a 'aaaaaaaaaa'>"
            + (1..<10).map { "<!ENTITY a\($0) '&a\($0 == 1 ? "" : "\($0 - 1)");&a\($0 == 1 ? "" : "\($0 - 1)");'>" }
            .joined()
            + "]>|&a9;",
        // In a circle.
        "<!DOCTYPE r [<!ENTITY a '&b;'><!ENTITY b '&a;'>]>|&a;",
        // Too long for what a document declares for itself.
        "<!DOCTYPE r [<!ENTITY a '" + String(repeating: "x", count: 50_000) + "'>]>|"
            + String(repeating: "&a;", count: 50_000),
        // By parameter entities.
        "<!DOCTYPE r [<!ENTITY % p '<!ENTITY a \"x\">'> %p; <!ENTITY b '&a;&a;'>]>|&b;",
    ])
    func entityBombsGiveNothing(text: String) throws {
        let parts = text.split(separator: "|")
        let before = LimitsTests.residentBytes
        let feed = try parse(
            "\(parts[0])<rss><channel><title>T \(parts[1])</title><item><guid>1</guid><link url='\(parts[1].prefix(3))'/></item></channel></rss>"
        )
        #expect(feed.entries.map(\.id?.text) == ["1"] && feed.head.title?.text == "T")
        #expect(LimitsTests.codes(feed).contains(.limitEntities))
        #expect(LimitsTests.residentBytes - before < 50 << 20)
    }

    @Test func manyShortEntitiesAreLimited() throws {
        let word = String(repeating: "y", count: 900)
        let feed = try parse(
            "<!DOCTYPE r [<!ENTITY a '\(word)'>]><rss><channel><title>\(String(repeating: "&a;", count: 100_000))</title></channel></rss>"
        )
        #expect((feed.head.title?.text.utf8.count ?? 0) <= 1_000_000 && LimitsTests.codes(feed) == [.limitEntities])
    }

    @Test func plainEntitiesOfTheDocumentAreRead() throws {
        let feed = try parse(
            "<!DOCTYPE r [<!ENTITY firm 'Quay Ltd'>]><rss><channel><title>&firm; news</title><link href='&firm;'/></channel></rss>"
        )
        #expect(feed.head.title?.text == "Quay Ltd news" && feed.problems == [])
        #expect(feed.head.links.first?.url == "Quay Ltd")
    }

    @Test(arguments: [
        "<!DOCTYPE r [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>",
        "<!DOCTYPE r [<!ENTITY a PUBLIC 'x' 'http://127.0.0.1:9/'>]>",
    ])
    func externalEntitiesAreNotRead(declaration: String) throws {
        let feed = try parse(
            "\(declaration)<rss><channel><title>T&a;</title><item><guid>1</guid></item></channel></rss>")
        #expect(feed.head.title?.text == "T" && feed.entries.count == 1)
        #expect(LimitsTests.codes(feed) == [.entityExternalIgnored])
    }

    @Test(arguments: [
        "<!DOCTYPE rss SYSTEM 'file:///etc/passwd'>", "<!DOCTYPE rss PUBLIC '-//X//Y' 'http://127.0.0.1:9/rss.dtd'>",
        "<!DOCTYPE r [<!ENTITY % p SYSTEM 'file:///etc/passwd'> %p;]>", "<?xml-stylesheet href='file:///etc/passwd'?>",
    ])
    func nothingOutsideIsRead(declaration: String) throws {
        let feed = try parse("\(declaration)<rss><channel><title>T</title><item><guid>1</guid></item></channel></rss>")
        #expect(feed.head.title?.text == "T" && feed.entries.count == 1)
    }

    @Test func longDocumentsAreReadToTheirEnd() throws {
        let text = String(repeating: "word ", count: 2_000)
        let items = (0..<1_500).map { "<item><guid>\($0)</guid><description>\(text)</description></item>" }.joined()
        var limits = ParseLimits()
        // Debug builds are many times slower.
        limits.processorTime = .seconds(120)
        let feed = try parse("<rss><channel>\(items)</channel></rss>", limits: limits)
        #expect(feed.entries.count == 1_500 && feed.problems == [])
    }

    @Test func aHugeSectionIsCutAndTheRestIsRead() throws {
        let huge = String(repeating: "x", count: 12_000_000)
        var limits = ParseLimits()
        // Debug builds are many times slower.
        limits.processorTime = .seconds(120)
        let feed = try parse(
            "<rss><channel><item><guid>1</guid><description><![CDATA[\(huge)]]></description></item><item><guid>2</guid></item></channel></rss>",
            limits: limits)
        #expect(feed.entries.map(\.id?.text) == ["1", "2"] && LimitsTests.codes(feed).contains(.limitSize))
        #expect(feed.entries.first?.summary?.text.utf8.count == 2_000_000)
        let attribute = try parse(
            "<rss><channel><item><guid>1</guid><enclosure url='\(huge)'/></item><item><guid>2</guid></item></channel></rss>",
            limits: limits)
        #expect(attribute.entries.map(\.id?.text) == ["1", "2"])
    }

    @Test(arguments: [
        "<![CDATA[", "<!--", "<?", "<a b='", "<a b=", "&", "&#", "<", "</", "<!DOCTYPE a [", "<!ENTITY", "]]>",
        "<a a a a ",
        "<item>", "</item>", "\u{0}", "&amp;", "&#0;", "'", "\"", "<a><![CDATA[</a>", "<x:y z:w=''>",
    ])
    func repeatedFragmentsTakeNoLongTime(fragment: String) throws {
        let text = "<rss><channel><item><guid>1</guid><description>" + String(repeating: fragment, count: 20_000)
        var before = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before)
        let feed = try parse(text)
        var after = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after)
        #expect(feed.entries.first?.id?.text == "1")
        // Debug builds are many times slower; what grows with the square takes minutes.
        #expect(after.tv_sec - before.tv_sec < 10)
    }

    /// Memory of this process that is held now.
    private static var residentBytes: Int {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_maxrss * 1024
    }
}
