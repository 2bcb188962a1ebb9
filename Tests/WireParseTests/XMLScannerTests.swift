import Foundation
import Testing
import WireModel
import WireTesting

@testable import WireParse

/// The scanner is held against libxml2: whatever it reads, it must read the same, down to lines and columns.
@Suite struct XMLScannerTests {
    static let documents = RepairEqualityTests.documents

    /// What a pass gave, as JSON; nil if it gave up or met an error of syntax.
    private static func read(_ bytes: [UInt8], byScanner: Bool) -> JSONValue? {
        let decoded = TextDecoding.decode(FetchedDocument(bytes: bytes), limits: ParseLimits())
        let builder = XMLFeedBuilder()
        let outcome =
            byScanner
            ? XMLScanner.read(decoded.bytes, from: decoded.start, limits: decoded.limits, into: builder)
            : XMLReader.read(
                .bytes(decoded.bytes, from: decoded.start), isStrict: true, limits: decoded.limits, into: builder)
        guard let outcome, outcome.syntaxError == nil else { return nil }
        let parts = builder.finish()
        var feed = ParsedFeed(format: parts.format, version: parts.version, head: parts.head, entries: parts.entries)
        feed.problems = outcome.problems
        guard var members = DocumentJSON.document(of: feed, now: GoldenCaseTests.now).object else { return nil }
        members["raw"] = .string("\(parts.head) \(parts.entries)")
        return .object(members)
    }

    private static func hold(_ bytes: [UInt8], _ name: String) -> Bool {
        guard let scanned = read(bytes, byScanner: true) else { return false }
        let reference = read(bytes, byScanner: false)
        #expect(scanned == reference, "\(name): \(XMLScannerTests.difference(scanned, reference))")
        return true
    }

    private static func difference(_ left: JSONValue, _ right: JSONValue?) -> String {
        guard let right else { return "libxml2 refuses it" }
        let (a, b) = (Array("\(left)"), Array("\(right)"))
        let place = zip(a, b).enumerated().first { $1.0 != $1.1 }?.offset ?? min(a.count, b.count)
        let start = max(0, place - 60)
        return "\(String(a[start...].prefix(160))) against \(String(b[start...].prefix(160)))"
    }

    @Test(arguments: documents)
    func aDocumentAndItsChangesReadTheSame(file: URL) throws {
        let bytes = [UInt8](try Data(contentsOf: file))
        _ = XMLScannerTests.hold(bytes, file.lastPathComponent)
        var random = FixedNumbers(seed: UInt64(bytes.count))
        for round in 0..<40 {
            let changed = MutationTests.change(bytes, &random)
            _ = XMLScannerTests.hold(changed, "\(file.lastPathComponent), change \(round)")
        }
    }

    /// The comparison says something only if the scanner reads what is usual.
    @Test func itReadsMostDocuments() throws {
        let good = try XMLScannerTests.documents.filter {
            XMLScannerTests.read([UInt8](try Data(contentsOf: $0)), byScanner: false) != nil
        }
        let scanned = try good.filter {
            XMLScannerTests.read([UInt8](try Data(contentsOf: $0)), byScanner: true) != nil
        }
        #expect(good.count > 200 && scanned.count * 10 >= good.count * 8, "\(scanned.count) of \(good.count)")
    }

    /// Long enough to be left in its document.
    private static let long = String(repeating: "Hafen – 港口 – ميناء. ", count: 5)
    private static let blanks = String(repeating: "&#32;&#10;", count: 20)

    private static let read: [(String, String)] = [
        ("declaration", "<?xml version='1.0' encoding = \"UTF-8\" standalone='yes' ?>\r\n<rss>…</rss>"),
        ("instruction first", "<?xml-stylesheet href='x'?><rss>…</rss>"),
        ("miscellany", "<!-- a - b -><--><?style type=\"x\"?>\n<rss>…</rss>\n<!----><?end?>\n"),
        (
            "references",
            "<rss><channel><title>&lt;a&gt; &amp;amp; &#38;#65; &#x1F600; &quot;&apos; &#146;&#xe9;</title></channel></rss>"
        ),
        (
            "attributes",
            "<rss><item><enclosure url = 'a\tb\r\nc&#10;d&#146;\"&amp;&lt;' type=\"é'\" length\n=\n\"1\"/></item></rss>"
        ),
        (
            "line ends",
            "<rss><channel>\r<title>a\r\nb\rc\n\rd</title>\r\n<description><![CDATA[a\r\nb\rc]]></description></channel></rss>"
        ),
        ("sections", "<rss><channel><title><![CDATA[a ]] ]> <b> & ]]]]><![CDATA[>]]></title></channel></rss>"),
        (
            "markup",
            "<feed xmlns='http://www.w3.org/2005/Atom'><entry><content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><p class='a &amp; b'>x &amp;<br/><!-- c --></p></div></content></entry></feed>"
        ),
        (
            "namespaces",
            "<a:rss xmlns:a='u'><x xmlns='y'><a:title xmlns:a='http://purl.org/dc/elements/1.1/'>t</a:title></x><a:title>s</a:title><item xmlns=''><title>u</title></item></a:rss>"
        ),
        ("undeclared", "<rss><channel><dc:creator>x</dc:creator><q:w e:r='t'>z</q:w></channel></rss>"),
        (
            "base and language",
            "<feed xmlns='http://www.w3.org/2005/Atom' xml:base='http://a.example/' xml:lang='de'><entry xml:base='b/' ><link href='c'/></entry><entry xml:lang='fr'><title xml:lang='it'>t</title></entry></feed>"
        ),
        (
            "columns",
            "<rss><channel><title>日本語</title><link>https://é.example/</link>\n<item  a='é'\n b=''><pubDate>no</pubDate></item></channel></rss>"
        ),
        ("long and whole", "<rss><channel><item><description>\(long)</description></item></channel></rss>"),
        ("long section", "<rss><item><description>\n <![CDATA[ \(long) ]]>\t</description></item></rss>"),
        (
            "long with references",
            "<rss><item><description>\(long)&lt;b&gt;&#146;&#x1F600; \(long)</description></item></rss>"
        ),
        (
            "long, blanks by reference at its end",
            "<rss><item><description>\(long)&#32;&#10; </description></item></rss>"
        ),
        ("long, blanks by reference first", "<rss><item><description> &#32;\(long)&#38;</description></item></rss>"),
        ("blanks by reference alone", "<rss><item><description>\(blanks)</description></item></rss>"),
        (
            "long with line ends",
            "<rss><item><description>\(long)\r\n\(long)\r\(long)&amp;\r\n</description></item></rss>"
        ),
        (
            "long section with line ends",
            "<rss><item><description><![CDATA[\(long)\r\n&lt;\r\(long)\r]]></description></item></rss>"
        ),
        (
            "long in two pieces",
            "<rss><item><description><![CDATA[\(long)]]> and <![CDATA[\(long)]]></description></item></rss>"
        ),
        (
            "long in many pieces",
            "<rss><item><description>\(String(repeating: "<![CDATA[\(long)]]>&amp;", count: 12))</description></item></rss>"
        ),
        ("long with a comment inside", "<rss><item><description>\(long)<!-- c -->\(long)</description></item></rss>"),
        (
            "long with bare markup",
            "<rss><item><description>\(long) &amp; <b>\(long)</b> <i/></description></item></rss>"
        ),
        (
            "long title, long element of another vocabulary",
            "<rss xmlns:dc='http://purl.org/dc/elements/1.1/'><item><title>\(long)</title><dc:rights>\(long)&lt;</dc:rights></item></rss>"
        ),
        ("depth", String(repeating: "<a>", count: 99) + String(repeating: "</a>", count: 99)),
    ]

    @Test(arguments: read.indices)
    func aWellFormedDocumentIsRead(index: Int) {
        let (name, text) = XMLScannerTests.read[index]
        #expect(XMLScannerTests.hold(Array(text.utf8), name), "\(name) was given up")
    }

    private static let doubtful: [(String, String)] = [
        ("document type", "<!DOCTYPE rss [<!ENTITY a 'b'>]><rss/>"),
        ("entity", "<rss>&nbsp;</rss>"), ("bare ampersand", "<rss>a & b</rss>"),
        ("end of a section in text", "<rss>a ]]> b</rss>"), ("control", "<rss>\u{1}</rss>"),
        ("zero", "<rss>\u{0}</rss>"), ("noncharacter", "<rss>\u{FFFF}</rss>"), ("C1", "<rss>\u{92}</rss>"),
        ("reference to a control", "<rss>&#1;</rss>"), ("to a surrogate", "<rss>&#xD800;</rss>"),
        ("too large", "<rss>&#99999999999999999999;</rss>"), ("without digits", "<rss>&#;</rss>"),
        ("upper X", "<rss>&#X41;</rss>"), ("attribute twice", "<rss a='1' a='2'/>"),
        ("twice by two prefixes", "<rss xmlns:a='u' xmlns:b='u' a:x='1' b:x='2'/>"),
        ("bound twice", "<rss xmlns:a='u' xmlns:a='v'/>"), ("no space", "<rss a='1'b='2'/>"),
        ("no quotes", "<rss a=1/>"), ("no value", "<rss a/>"), ("less in a value", "<rss a='<'/>"),
        ("name", "<1/>"), ("colons", "<a:b:c/>"), ("empty prefix", "<:a/>"), ("crossed", "<a><b></a></b>"),
        ("letter case", "<a></A>"), ("longer", "<a></ab>"), ("shorter", "<ab></a>"), ("not closed", "<a>"),
        ("cut", "<a><b"), ("two roots", "<a/><b/>"), ("text behind", "<a/>x"), ("text before", "x<a/>"),
        ("hyphens", "<a><!-- -- --></a>"), ("hyphen at the end", "<a><!-- a ---></a>"), ("comment", "<a><!-- "),
        ("declaration inside", "<a><?xml version='1.0'?></a>"), ("version", "<?xml version='1.1'?><a/>"),
        ("order", "<?xml encoding='utf-8' version='1.0'?><a/>"), ("section", "<a><![CDATA[ ]]</a>"),
        ("section outside", "<![CDATA[a]]><a/>"), ("empty namespace", "<a xmlns:b=''/>"),
        ("reserved", "<a xmlns:xml='u'/>"), ("too deep", String(repeating: "<a>", count: 101)),
        ("nothing", ""), ("instruction", "<?a?b ?><a/>"), ("slash", "<a/ >"), ("end with attributes", "<a></a b='c'>"),
    ]

    @Test(arguments: doubtful.indices)
    func aDoubtfulDocumentIsGivenUp(index: Int) {
        let (name, text) = XMLScannerTests.doubtful[index]
        let outcome = XMLScanner.read(Array(text.utf8), from: 0, limits: ParseLimits(), into: XMLFeedBuilder())
        #expect(outcome == nil, "\(name)")
    }

    /// A text that is too long for its field is left to libxml2, which cuts it.
    @Test func limitsHold() {
        var limits = ParseLimits()
        limits.fieldBytes = 10
        let text = "<rss><item><title>123456789é123</title></item></rss>"
        #expect(XMLScanner.read(Array(text.utf8), from: 0, limits: limits, into: XMLFeedBuilder()) == nil)
        let document = TextDecoding.decode(FetchedDocument(bytes: Array(text.utf8)), limits: limits)
        let reading = XMLDocument.read(document) { XMLFeedBuilder() }
        #expect(reading.problems.map(\.code) == [.limitSize] && reading.problems.first?.column == 32)
        #expect(reading.consumer.finish().entries.map(\.title?.text) == ["123456789"])

        limits.entries = 2
        let many = "<rss><item/><item/><item/><item/></rss>"
        let counted = XMLFeedBuilder()
        let found = XMLScanner.read(Array(many.utf8), from: 0, limits: limits, into: counted)
        #expect(found?.problems.map(\.code) == [.limitSize] && counted.finish().entries.count == 2)

        limits.processorTime = .zero
        let long = "<rss>" + String(repeating: "<item/>", count: 20_000) + "</rss>"
        let slow = XMLScanner.read(Array(long.utf8), from: 0, limits: limits, into: XMLFeedBuilder())
        #expect(slow?.problems.map(\.code) == [.limitSize])
    }
}
