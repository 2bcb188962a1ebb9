import Testing
import WireModel
import WireTesting

@testable import WireRules

/// A query, a text, and whether they match.
struct Row: Sendable, CustomStringConvertible {
    let query: String
    let text: String
    let title: String?
    let expected: Bool

    init(_ query: String, _ text: String, _ expected: Bool = true, title: String? = nil) {
        self.query = query
        self.text = text
        self.title = title
        self.expected = expected
    }

    var description: String { "\(query) — \(title ?? ""): \(text)" }
}

@Suite struct LanguageTests {
    static let words: [Row] = [
        Row("straße", "STRASSE"), Row("istanbul", "İSTANBUL"), Row("cooperate", "co\u{AD}operate"),
        Row("naïve", "nai\u{308}ve"), Row("e-mail", "email"), Row("\"e mail\"", "e\u{2011}mail"),
        Row("apple", "ＡＰＰＬＥ"), Row("{Apple}", "ＡＰＰＬＥ", false), Row("京都", "東京都庁"), Row("大阪", "東京都庁", false),
        Row("삼성", "삼성전자가"), Row("क", "कि", false), Row("wahl", "Bundestagswahl", false),
        Row("*wahl*", "Bundestagswahl"), Row("resign*", "resign"), Row("organi?ation", "organization"),
        Row("organi?ation", "organiation", false), Row("\"attorney gen*\"", "The Attorney General"),
        Row("U.S.", "the U.S. said"), Row("U.S.", "the US said", false), Row("us", "the US said"),
        Row("AT&T", "at t", false), Row("C++", "C++ code"), Row(".NET", "for .NET now"), Row(".NET", "the net", false),
        Row("node.js", "uses node.js"), Row("{US}", "tell us", false), Row("{Apple}", "Apple's chips"),
        Row("{Barr}", "a Barr-led office"), Row("{Attorney General}", "the attorney general", false),
        Row("barr~1", "bar"), Row("barr~1", "brr"), Row("barr~1", "bra", false), Row("barr~1", "abrr"),
        Row("barr", "Barr’s aides"), Row("acme", "Acme™"), Row("resign", "told to resign.The"),
    ]

    static let near: [Row] = [
        Row("a1 NEAR/0 b1", "a1 b1"), Row("a1 NEAR/0 b1", "b1 a1"), Row("a1 NEAR/1 b1", "a1 x b1"),
        Row("a1 NEAR/1 b1", "a1 x y b1", false), Row("a1 ONEAR/3 b1", "b1 a1", false), Row("a1 w/1 b1", "b1 x a1"),
        Row("a1 pre/1 b1", "a1 x b1"), Row("a1 NEAR/1f b1", "b1 x a1", false), Row("a1 NEAR/5 a1", "a1 x", false),
        Row("a1 NEAR/5 a1", "a1 x a1"), Row("a1 NEAR/1 b1 NEAR/1 c1", "a1 x b1 x c1"),
        Row("a1 NEAR/1 b1 NEAR/1 c1", "a1 x b1 x x c1", false), Row("\"a1 b1\"~2", "b1 x x a1"),
        Row("\"a1 b1\" NEAR/1 c1", "a1 b1 x c1"), Row("(a1 OR d1) NEAR/0 c1", "d1 c1"),
        Row("a1 NEAR/100 b1", "a1\nb1", false), Row("\"a1 b1\"", "a1\nb1", false),
        Row("a1 NEAR/100 b1", "b1", false, title: "a1"), Row("a1 AND b1", "a1\nb1"),
    ]

    static let fields: [Row] = [
        Row("title:barr", "barr", false), Row("title:barr", "", title: "Barr"),
        Row("body:barr", "x", false, title: "barr"),
        Row("title:(a1 AND NOT b1)", "b1", title: "a1"), Row("ATLEAST2(a1)", "a1\na1"),
        Row("ATLEAST3(a1 OR b1)", "a1 b1", false),
        Row("lead:barr", String(repeating: "w ", count: 49) + "barr"),
        Row("lead:barr", String(repeating: "w ", count: 50) + "barr", false),
    ]

    @Test(arguments: words + near + fields) func `The language's tables hold`(_ row: Row) throws {
        _ = try Query(row.query)
        #expect(foundMatches(row.query, plainArticle(row.text, title: row.title)).isEmpty != row.expected)
    }

    @Test func `Metadata is looked at in its own field`() throws {
        var item = plainArticle("Nothing.")
        item.authors = [Person(name: "John Roe"), Person(name: "Jane Doe")]
        item.categories = [Category(term: "politics")]
        item.url = "https://news.Example.org/sport/1"
        item.language = "en-GB"
        item.published = Timestamp(seconds: 86_400 * 10)
        let feed = FeedFacts(title: "Daily Post", folder: "politics/us", country: "GB")
        let now = Timestamp(seconds: 86_400 * 11)
        for query in [
            "author:\"jane doe\"", "#politics", "tag:politics", "site:example.org", "url:SPORT", "language:en",
            "country:gb",
            "feed:folder/politics", "feed:\"daily post\"", "source:post", "has:author", "has:date", "published:>-2d",
            "published:1970-01-11", "seen:<1970-01-03",
        ] {
            #expect(!foundMatches(query, item, feed: feed, seen: Timestamp(seconds: 0), now: now).isEmpty, "\(query)")
        }
        for query in [
            "author:post", "site:ample.org", "language:de", "has:image", "published:<-2d", "jane", "seen:>-2d",
        ] {
            #expect(foundMatches(query, item, feed: feed, seen: Timestamp(seconds: 0), now: now).isEmpty, "\(query)")
        }
        let spans = foundMatches("author:\"jane doe\"", item, feed: feed, now: now).flatMap(\.clauses).flatMap(\.spans)
        #expect(spans.first?.field == "authors[1]")
    }

    @Test(arguments: [
        ("", "empty-query"), ("barr OR flynn AND resign*", "mixed-and-or"), ("(a", "unclosed-parenthesis"),
        ("a)", "unopened-parenthesis"), ("NOT a", "negative-only"), ("a OR (NOT b)", "negative-only"),
        ("re*", "wildcard-too-short"),
        ("東*庁", "wildcard-place"), ("東?都", "wildcard-place"),
        ("bar~1", "fuzzy-too-short"), ("ATLEAST3(a AND b)", "count-operand"), ("a NEAR/5 title:b", "near-operand"),
        ("language:xx", "unknown-language"), ("country:uk", "unknown-country"), ("published:soon", "bad-date"),
        ("a AND", "missing-operand"), ("ATLEAST1(x)", "count-range"), ("title:author:x", "field-in-field"),
    ]) func `An error has its code, a place in the query and a way out`(_ query: String, _ code: String) throws {
        let errors = try #require(throws: QueryErrors.self) { _ = try Query(query) }
        let problem = try #require(errors.problems.first)
        #expect(problem.code == code)
        let offset = try #require(problem.offset)
        #expect(offset >= 0 && offset + (problem.length ?? 0) <= query.utf8.count)
        #expect(problem.hint != nil)
    }

    @Test func `The mark stands under what is meant`() throws {
        let errors = try #require(throws: QueryErrors.self) { _ = try Query("barr AND country:uk") }
        #expect(errors.text.contains("query:1:18: error[unknown-country]"))
        #expect(errors.text.contains("\n   barr AND country:uk\n                    ~~\n   write country:gb"))
        let mixed = try #require(throws: QueryErrors.self) { _ = try Query("barr OR flynn AND resign*") }
        #expect(mixed.text.contains("(barr OR flynn) AND resign*   or   barr OR (flynn AND resign*)"))
    }

    @Test func `No text makes the parser fail otherwise than with a place`() {
        let parts = [
            "(", ")", "\"", "{", "}", "*", "?", "~", "~1", "^", "^3", "<<<", ">>>", ":", "title:", "-", " ", " AND ",
            " OR ",
            " NOT ", " NEAR/5 ", " NEAR/", "ATLEAST2", "barr", "ü", "東京", "\u{0}", "\u{301}", "😀", "/", "#",
            "published:>",
            "language:", "cs(", "topic:", "99999999999999999999", "\n", ".", "'", "“",
        ]
        var numbers = FixedNumbers(seed: 7)
        for _ in 0..<5_000 {
            let text = (0..<Int.random(in: 1...12, using: &numbers)).compactMap { _ in
                parts.randomElement(using: &numbers)
            }
            .joined()
            do {
                let query = try Query(text)
                #expect(query.hash.hasPrefix("sha256:"))
                _ = foundMatches(text, plainArticle("barr 東京 ü"))
            } catch {
                #expect(
                    error.problems.allSatisfy { ($0.offset ?? 0) + ($0.length ?? 0) <= text.utf8.count && $0.line >= 1 }
                )
            }
        }
        let deep = String(repeating: "(", count: 8_000)
        #expect(throws: QueryErrors.self) { _ = try Query(deep) }
        #expect(throws: QueryErrors.self) { _ = try Query(String(repeating: "word ", count: 4_000)) }
    }
}
