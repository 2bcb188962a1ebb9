import Foundation
import Testing
import WireModel
import WireParse

/// `Tests/Fixtures/feeds/{rss,rdf,atom,json}`: each document with what `parse --format json` must say about it.
///
/// `WIREWATCH_RECORD=1` writes the expected files anew and fails, so that nobody forgets to read them.
@Suite struct GoldenFeedTests {
    static let address = "https://feeds.example.org/dir/feed.xml"
    static let now = Timestamp(year: 2026, month: 1, day: 1)

    static let folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures/feeds")

    static let documents: [String] = ["rss", "rdf", "atom", "json"].flatMap { format in
        let names = try? FileManager.default.contentsOfDirectory(atPath: folder.appendingPathComponent(format).path)
        return (names ?? []).filter { !$0.hasSuffix(".expected.json") }.sorted().map { "\(format)/\($0)" }
    }

    @Test func thereAreDocuments() { #expect(GoldenFeedTests.documents.count >= 12) }

    @Test(arguments: documents)
    func saysWhatIsExpected(_ name: String) throws {
        let file = GoldenFeedTests.folder.appendingPathComponent(name)
        let feed = try FeedParser().parse(
            FetchedDocument(bytes: Array(try Data(contentsOf: file)), url: GoldenFeedTests.address))
        let found = DocumentJSON.document(of: feed, now: GoldenFeedTests.now)
        let goal = file.deletingPathExtension().appendingPathExtension("expected.json")
        if ProcessInfo.processInfo.environment["WIREWATCH_RECORD"] == "1" {
            try GoldenFeedTests.indented(found).write(to: goal, atomically: true, encoding: .utf8)
            Issue.record("recorded \(goal.lastPathComponent): read it, then run again")
            return
        }
        let expected = try JSONReader.read(Array(try Data(contentsOf: goal)))
        GoldenFeedTests.compare(found, expected, at: "")
    }

    /// Tells each place that differs.
    private static func compare(_ found: JSONValue, _ expected: JSONValue, at path: String) {
        if let left = found.object, let right = expected.object {
            for key in Set(left.keys).union(right.keys).sorted() {
                compare(left[key] ?? .null, right[key] ?? .null, at: "\(path).\(key)")
            }
        } else if let left = found.array, let right = expected.array, left.count == right.count {
            for (index, pair) in zip(left, right).enumerated() { compare(pair.0, pair.1, at: "\(path)[\(index)]") }
        } else {
            #expect(found == expected, "\(path)")
        }
    }

    /// One member a line, so that changes can be read.
    private static func indented(_ value: JSONValue, _ depth: Int = 0) -> String {
        let inner = String(repeating: "  ", count: depth + 1)
        let outer = String(repeating: "  ", count: depth)
        let end = depth == 0 ? "\n" : ""
        if let members = value.object, !members.isEmpty {
            let lines = members.keys.sorted().map { key in
                inner + JSONValue.string(key).text + ": " + indented(members[key] ?? .null, depth + 1)
            }
            return "{\n" + lines.joined(separator: ",\n") + "\n" + outer + "}" + end
        }
        if let elements = value.array, !elements.isEmpty {
            return "[\n" + elements.map { inner + indented($0, depth + 1) }.joined(separator: ",\n") + "\n" + outer
                + "]" + end
        }
        return value.text + end
    }
}
