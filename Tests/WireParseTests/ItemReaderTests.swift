import Foundation
import Testing
import WireModel
import WireParse

/// Items go to JSON and back without loss.
@Suite struct ItemReaderTests {
    static let items: [Item] = GoldenFeedTests.documents.flatMap { name -> [Item] in
        let file = GoldenFeedTests.folder.appendingPathComponent(name)
        guard let data = try? Data(contentsOf: file),
            let feed = try? FeedParser().parse(FetchedDocument(bytes: Array(data), url: GoldenFeedTests.address))
        else { return [] }
        var problems: [Problem] = []
        return feed.entries.map { Normalizer(url: nil).item($0, of: feed, problems: &problems) }
    }

    @Test func thereAreItems() { #expect(ItemReaderTests.items.count > 30) }

    @Test(arguments: items)
    func readsItsOwnJSON(_ item: Item) throws {
        var wanted = item
        wanted.summaryBreaks = []
        let text = item.json.text
        #expect(try Item(json: JSONReader.read(Array(text.utf8))) == wanted)
    }

    @Test(arguments: items)
    func detailsAndColumnsMakeTheItem(_ item: Item) throws {
        var copy = Item(id: item.id, idGenerated: item.idGenerated)
        copy.url = item.url
        copy.title = item.title
        copy.titleHTML = item.titleHTML
        copy.summary = item.summary
        copy.summaryHTML = item.summaryHTML
        copy.summaryBreaks = item.summaryBreaks
        copy.contentHTML = item.contentHTML
        copy.contentText = item.contentText
        copy.published = item.published
        copy.updated = item.updated
        copy.language = item.language
        copy.readDetails(try JSONReader.read(Array((item.detailsText ?? "{}").utf8)))
        #expect(copy == item)
    }

    /// The line is written member by member, not from a value: its keys must come in order, and none may be missing.
    @Test(arguments: items)
    func writesDetailsAsTheWholeItemIsWritten(_ item: Item) throws {
        let line = item.detailsText ?? "{}"
        let value = try JSONReader.read(Array(line.utf8))
        #expect(value.text == line)
        let apart: Set = [
            "id", "id_generated", "url", "title", "title_html", "summary", "summary_html", "content_html",
            "content_text", "published", "updated", "language",
        ]
        let wanted = item.jsonMembers.filter { !apart.contains($0.key) && $0.value != .array([]) }
        #expect(Set(value.object?.keys ?? [:].keys) == Set(wanted.keys))
    }

    @Test func isTolerant() throws {
        let text = """
            {"title": 5, "summary": null, "authors": ["Ann", {"name": "Bo"}, 7], "categories": ["x", {}], "links": {"url": 1},
             "published": "soon", "content_text": "Text", "url": "https://example.org/", "unknown": [1], "comments_count": -3}
            """
        let item = try #require(Item(json: try JSONReader.read(Array(text.utf8))))
        #expect(item.title == nil && item.summary == nil && item.published == nil && item.commentsCount == nil)
        #expect(item.authors == [Person(name: "Ann"), Person(name: "Bo")])
        #expect(item.categories == [Category(term: "x")])
        #expect(item.contentText == "Text")
        #expect(item.id == "https://example.org/" && item.idGenerated)
        #expect(Item(json: .array([])) == nil)
        #expect(try #require(Item(json: ["title": "T"])).id.hasPrefix("sha256:"))
        #expect(Item(json: ["id": .integer(7)])?.id == "7")
    }

    @Test func digestTellsTextsApart() {
        var item = Item(id: "1")
        item.title = "Title"
        var digests: Set<Digest> = [item.textDigest]
        let edits: [(inout Item) -> Void] = [
            { $0.title = "Other" }, { $0.summary = "S" }, { $0.contentText = "C" }, { $0.url = "https://example.org/" },
            { $0.authors = [Person(name: "Ann")] }, { $0.categories = [Category(term: "Ann")] },
            { $0.enclosures = [Enclosure(url: "Ann")] },
        ]
        for edit in edits {
            var copy = item
            edit(&copy)
            #expect(digests.insert(copy.textDigest).inserted)
        }
        var copy = item
        copy.id = "2"
        copy.updated = Timestamp(milliseconds: 1)
        copy.commentsCount = 4
        #expect(copy.textDigest == item.textDigest)
    }
}
