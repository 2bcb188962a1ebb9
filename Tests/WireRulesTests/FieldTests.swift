import Testing
import WireModel

@testable import WireRules

@Suite struct FieldTests {
    static let item: Item = {
        var item = Item(id: "x")
        item.title = "Barr resigns"
        item.contentText = Array(repeating: "word", count: 49).joined(separator: " ") + " fifty fiftyone"
        item.url = "https://user@News.Example.org:8443/Politics/2026?q=1"
        item.authors = [Person(name: "Jane Doe"), Person(name: "John Smith")]
        item.categories = [Category(term: "us-politics", label: "US Politics"), Category(term: "law")]
        var source = Source()
        source.title = "The Daily Courier"
        item.source = source
        item.language = "en-GB"
        item.published = Timestamp(year: 2026, month: 1, day: 31, hour: 23)
        item.enclosures = [Enclosure(url: "https://example.org/a.mp3")]
        return item
    }()
    static let feed = FeedFacts(
        url: "https://feeds.example.net/all.xml", title: "Morning Wire", folder: "politics/courts", language: "de",
        country: "GB")

    @Test(arguments: [
        ("title:barr", true), ("title:fifty", false), ("body:fifty", true), ("body:barr", false), ("TITLE:Barr", true),
        ("lead:fifty", true), ("lead:fiftyone", false), ("lead:barr", true), ("lead:\"fifty fiftyone\"", false),
        ("lead:(word NEAR/2 fifty)", true), ("title:(barr OR flynn)", true), ("title:(barr AND flynn)", false),
        ("title:(barr NOT flynn)", true), ("title:\"barr resigns\"", true), ("title:{Barr}", true),
        ("title:{BARR}", false),
        ("title:(barr NEAR/0 resigns)", true), ("title:ATLEAST2(barr OR resigns)", true), ("title:resign*", true),
        ("author:doe", true), ("author:\"jane doe\"", true), ("author:\"doe john\"", false), ("author:barr", false),
        ("author:(jane AND smith)", true), ("author:(jane NEAR/9 smith)", false), ("jane", false),
        ("category:law", true), ("tag:law", true), ("#law", true), ("category:\"us politics\"", true),
        ("#politics", true),
        ("#sport", false), ("source:courier", true), ("source:wire", true), ("source:feeds", false),
        ("feed:morning", true), ("feed:\"morning wire\"", true), ("feed:courts", true), ("feed:folder/politics", true),
        ("feed:folder/politics/courts", true), ("feed:folder/pol", false), ("feed:feeds.example.net", true),
        ("feed:\"folder/politics\"", true), ("feed:https://feeds.example.net/all.xml", true), ("feed:evening", false),
        ("site:example.org", true), ("site:news.example.org", true), ("site:EXAMPLE.org", true),
        ("domain:org", true), ("site:ample.org", false), ("site:example.com", false), ("site:user", false),
        ("url:politics/2026", true), ("inurl:POLITICS", true), ("url:sport", false), ("url:\"q=1\"", true),
        ("language:en", true), ("lang:EN", true), ("language:de", false), ("country:gb", true), ("country:us", false),
        ("has:enclosure", true), ("has:image", false), ("has:author", true), ("has:date", true),
        ("published:2026-01-31", true), ("published:2026-01-30", false), ("published:2026-01-01/2026-01-31", true),
        ("published:2026-01-01/2026-01-30", false), ("published:>2026-01-30", true), ("published:>2026-02-01", false),
        ("published:<2026-02-01", true), ("published:>-2d", true), ("published:>-1h", false), ("published:<-1h", true),
        ("published:>-1w", true), ("seen:>-1h", true), ("seen:<-1h", false), ("seen:2026-02-01", true),
        ("NOT site:example.com AND barr", true), ("barr -language:en", false),
    ])
    func `A field meets the article`(query: String, expected: Bool) {
        let now = Timestamp(year: 2026, month: 2, day: 1, hour: 12)
        #expect(holds(query, Self.item, feed: Self.feed, seen: now, now: now) == expected, "\(query)")
    }

    @Test func `What is unknown is false`() {
        let bare = sample("Barr")
        for query in [
            "language:en", "country:gb", "site:example.org", "url:a", "published:>-9w", "seen:>-9w", "has:date",
        ] {
            #expect(!holds(query, bare), "\(query)")
            #expect(holds("barr NOT \(query)", bare), "\(query)")
        }
        #expect(holds("language:de", bare, feed: FeedFacts(language: "de-AT")))
        #expect(holds("language:en", bare, feed: FeedFacts(language: "eng")))
    }

    @Test func `International hosts are one`() {
        var item = sample("x")
        item.url = "https://xn--bcher-kva.example/1"
        #expect(holds("site:bücher.example", item))
        item.url = "https://www.bücher.example/1"
        #expect(holds("site:xn--bcher-kva.example", item))
    }
}
