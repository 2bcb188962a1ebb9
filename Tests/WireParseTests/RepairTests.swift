import Testing
import WireModel

@testable import WireParse

@Suite struct RepairTests {
    /// A feed of ten entries and the ways to damage it.
    private static func intact(_ count: Int = 10) -> String {
        var text = "<?xml version=\"1.0\"?>\n<rss version=\"2.0\"><channel><title>Tide</title>\n"
        for number in 0..<count {
            text += """
                <item><title>Tide \(number) rises</title><link>https://tide.example/\(number)?a=1&amp;b=2</link>
                <guid isPermaLink="false">t\(number)</guid><description>&lt;p&gt;High &amp;amp; low&lt;/p&gt;</description>
                <category domain="d">sea</category><pubDate>Fri, 01 Mar 2024 08:00:00 GMT</pubDate></item>

                """
        }
        return text + "</channel></rss>\n"
    }

    private static let damages: [(name: String, damage: @Sendable (String) -> String, code: Problem.Code)] = [
        ("bare ampersands", { replace($0, "a=1&amp;b", "a=1&b") }, .xmlNotWellFormed),
        ("control characters", { replace($0, "sea", "s\u{1}e\u{8}a\u{0}") }, .xmlNotWellFormed),
        ("blank lines first", { "\n  \n" + $0 }, .xmlNotWellFormed),
        ("junk first", { "<br />\n<b>Warning</b>: deprecated in line 3<br />\n" + $0 }, .xmlNotWellFormed),
        ("junk last", { $0 + "<!-- made --> done in 3 ms <script>x()</script>" }, .xmlNotWellFormed),
        ("second declaration", { "<?xml version='1.0'?>" + $0 }, .xmlNotWellFormed),
        ("attribute without quotes", { replace($0, "domain=\"d\"", "domain=d") }, .xmlNotWellFormed),
        ("attribute twice", { replace($0, "domain=\"d\"", "domain=\"d\" domain=\"e\"") }, .xmlNotWellFormed),
        ("wrong letter case of an end tag", { replace($0, "</category>", "</Category>") }, .xmlNotWellFormed),
        ("stray end tags", { replace($0, "</guid>", "</guid></b>") }, .xmlNotWellFormed),
        ("a category not closed", { replace($0, "</category>", "") }, .xmlNotWellFormed),
        (
            "a description not closed", { replace($0, "low&lt;/p&gt;</description>", "low&lt;/p&gt;") },
            .xmlNotWellFormed
        ),
        ("noncharacters", { replace($0, "sea", "s\u{FFFE}ea\u{FFFF}") }, .xmlNotWellFormed),
        ("comments not closed", { replace($0, "<category", "<!-- x ><category") }, .xmlNotWellFormed),
        (
            "end of the root too early", { replace($0, "Tide</title>", "Tide</title></channel></rss>") },
            .xmlNotWellFormed
        ),
        ("end of the root missing", { replace($0, "</channel></rss>", "") }, .xmlTruncated),
    ]

    private static func replace(_ text: String, _ old: String, _ new: String) -> String {
        text.split(separator: old, omittingEmptySubsequences: false).joined(separator: new)
    }

    private static func essence(_ feed: ParsedFeed) -> [[String?]] {
        feed.entries.map {
            [
                $0.title?.text, $0.id?.text, $0.links.first?.url, $0.summary?.text, $0.dates.first?.text,
                $0.categories.first?.text, $0.categories.first?.scheme,
            ]
        }
    }

    @Test(arguments: damages.indices)
    func aDamagedFeedGivesTheItemsOfItsIntactTwin(index: Int) throws {
        let (name, damage, code) = RepairTests.damages[index]
        let intact = try parse(RepairTests.intact())
        let damaged = try parse(damage(RepairTests.intact()))
        #expect(intact.problems == [] && intact.entries.count == 10)
        #expect(RepairTests.essence(damaged) == RepairTests.essence(intact), "\(name)")
        #expect(damaged.problems.contains { $0.code == code }, "\(name): \(damaged.problems)")
    }

    @Test func everyCutKeepsWhatStandsBeforeIt() throws {
        let text = Array(RepairTests.intact(4).utf8)
        let whole = try parse(RepairTests.intact(4))
        for cut in stride(from: 60, to: text.count - 20, by: 3) {
            let bytes = Array(text[..<cut])
            let feed = try FeedParser().parse(FetchedDocument(bytes: bytes))
            let ended = RepairTests.count("</item>", in: bytes)
            #expect(feed.entries.count >= ended)
            #expect(Array(RepairTests.essence(feed).prefix(ended)) == Array(RepairTests.essence(whole).prefix(ended)))
            #expect(feed.isBroken && feed.problems.contains { $0.code == .xmlTruncated }, "cut at \(cut)")
        }
    }

    private static func count(_ word: String, in bytes: [UInt8]) -> Int {
        String(decoding: bytes, as: UTF8.self).split(separator: word, omittingEmptySubsequences: false).count - 1
    }

    @Test func aTextThatIsCutIsKept() throws {
        let feed = try parse("<rss><channel><title>T</title><item><title>One</title><description>Half a sen")
        #expect(feed.entries.first?.summary?.text == "Half a sen" && feed.isBroken)
        let section = try parse("<rss><channel><item><description><![CDATA[<p>Half a")
        #expect(section.entries.first?.summary?.text == "<p>Half a")
    }

    @Test func bareHTMLBecomesMarkup() throws {
        let feed = try FeedFixture.parse("malformed/unescaped-html.xml")
        #expect(feed.head.title?.text == "Raw & ready")
        #expect(feed.head.links.first?.url == "https://raw.example/?a=1&b=2")
        #expect(feed.entries.map(\.title?.text) == ["5 < 6 & 7 > 6", "Never closed", "Next", "Open section"])
        #expect(feed.entries.map(\.id?.text) == ["r1", nil, "r3", "r4"])
        #expect(feed.entries.first?.id?.isPermalink == false)
        let summary = try #require(feed.entries.first?.summary)
        #expect(summary.kind == .html)
        #expect(
            summary.text == "One <b>bold<br>line</b> \u{A0}and <img src=\"pic.png\" alt=\"a &lt; b\"> more")
    }

    @Test func usualPrefixesAreTakenAsMeant() throws {
        let feed = try FeedFixture.parse("malformed/prefixes-undeclared.xml")
        let entry = try #require(feed.entries.first)
        #expect(entry.content?.text == "<p>Hi</p>")
        #expect(entry.elements.map(\.vocabulary) == [.dc, .other])
        #expect(feed.problems.map(\.code) == [.xmlPrefixUndeclared, .xmlPrefixUndeclared, .xmlPrefixUndeclared])
        #expect(!feed.isBroken)
    }

    @Test func entitiesOfHTMLAreReadWithAWarning() throws {
        let feed = try parse(
            "<rss><channel><title>Caf&eacute; &ndash; &nbsp;&hearts;</title><link>https://x.example/&eacute;?a=1&amp;b</link>"
                + "<item><enclosure url='a&eacute;b'/></item></channel></rss>")
        #expect(feed.head.title?.text == "Café – \u{A0}♥" && feed.head.links.first?.url == "https://x.example/é?a=1&b")
        #expect(feed.entries.first?.enclosures.first?.url == "aéb")
        #expect(Set(feed.problems.map(\.code)) == [.entityUndefined] && feed.problems.count == 4 && !feed.isBroken)
    }

    @Test func anUnknownEntityIsText() throws {
        let feed = try parse("<rss><channel><title>A &unknown; b &amp; c &eacute;</title></channel></rss>")
        #expect(feed.head.title?.text == "A &unknown; b & c é")
    }

    @Test func problemsTellTheirLine() throws {
        let feed = try parse("<rss>\n<channel>\n<title>a</title>\n<link>x?a&b</link>\n</channel></rss>")
        let problem = try #require(feed.problems.first)
        #expect(problem.line == 4 && problem.column == 10)
        #expect(!feed.isBroken)
    }
}
