import Testing
import WireModel
import WireTesting

/// What a fetch prints of more than it holds in memory meanwhile.
@Suite("The output of a fetch")
struct FetchOutputTests {
    private static let count = 150

    /// Items of 4 kB; one of them is urgent.
    private func feed(_ name: String, urgent: Int) -> String {
        let filler = String(repeating: "The water rises. ", count: 240)
        let items = (0..<FetchOutputTests.count).map { number in
            let title = number == urgent ? "A flood and an earthquake" : "A flood"
            return "<item><guid>\(name)\(number)</guid><title>\(title) \(name)\(number)</title>"
                + "<description>\(filler)</description></item>"
        }
        return "<rss version=\"2.0\"><channel><title>\(name)</title>\(items.joined())</channel></rss>"
    }

    private func fetch(_ format: String) throws -> ProgramRun {
        try ProgramRun(
            ["fetch", "--format", format],
            with: [
                "wirewatch.yaml": "data: data\n",
                "feeds.opml": """
                <opml version="2.0"><body><outline type="rss" text="A" xmlUrl="a.xml"/><outline type="rss" text="B" xmlUrl="b.xml"/></body></opml>
                """,
                "topics.yaml": """
                topics:
                  - {name: Floods, query: flood, severity: low}
                  - {name: Earthquakes, query: earthquake, severity: urgent}
                """,
                "a.xml": feed("a", urgent: 77), "b.xml": feed("b", urgent: 3),
            ])
    }

    @Test("The gravest come first, then the order of the list and of each document; nothing is left behind")
    func json() throws {
        let told = try fetch("json")
        #expect(told.code == 0)
        let value = try JSONReader.read(Array(told.output.utf8))
        let flagged = try #require(value["flagged"]?.array)
        let order = ["a77", "b3"] + ["a", "b"].flatMap { name in (0..<FetchOutputTests.count).map { "\(name)\($0)" } }
        let titles = flagged.compactMap { $0["article"]?["title"]?.string?.split(separator: " ").last.map(String.init) }
        #expect(titles == order)
        #expect(flagged.map { $0["severity"] }.prefix(3) == ["urgent", "urgent", "low"])
        #expect(value["summary"]?["flagged"]?.integer == Int64(order.count))
        #expect(told.files.allSatisfy { !$0.contains("spool") })
    }

    @Test("An article stands once, where its gravest flag does")
    func text() throws {
        let told = try fetch("text")
        #expect(told.code == 0)
        let lines = told.output.split(separator: "\n")
        let names = lines.compactMap { line -> String? in
            guard line.contains("A «flood»"), let last = line.split(separator: " ").last else { return nil }
            return String(last)
        }
        let rest = ["a", "b"].flatMap { name in (0..<FetchOutputTests.count).map { "\(name)\($0)" } }
        #expect(names == ["a77", "b3"] + rest.filter { !["a77", "b3"].contains($0) })
        #expect(lines.last?.contains("302 flagged") == true)
    }
}
