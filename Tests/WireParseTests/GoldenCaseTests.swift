import Foundation
import Testing
import WireModel
import WireParse

/// `Tests/Fixtures/cases/THEME/NAME`: a document made for one thing, and beside it, in `NAME.expected.json`, what that
/// thing is (`shows`) and what `parse --format json` must say about it.
///
/// Only the members that are written there are compared; `null` is a member that must be absent. Lists are compared whole,
/// the list of problems in every case. `url` and `content_type` are what the document came with.
@Suite struct GoldenCaseTests {
    static let now = Timestamp(year: 2026, month: 1, day: 1)
    static let folder = GoldenFeedTests.folder.deletingLastPathComponent().appendingPathComponent("cases")

    static let documents: [String] = {
        let all = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
        return all.filter { $0.contains(".") && !$0.hasSuffix(".expected.json") }.sorted()
    }()

    @Test func thereAreHundreds() { #expect(GoldenCaseTests.documents.count >= 400) }

    @Test(arguments: documents)
    func saysWhatIsExpected(_ name: String) throws {
        let file = GoldenCaseTests.folder.appendingPathComponent(name)
        let expected = try GoldenCaseTests.expectation(of: file)
        let document = FetchedDocument(
            bytes: Array(try Data(contentsOf: file)), url: expected["url"]?.string,
            contentType: expected["content_type"]?.string)
        let found = GoldenCaseTests.read(document)
        // What goes out is JSON and UTF-8, and reads back as itself.
        #expect(try JSONReader.read(Array(found.text.utf8)) == found)
        let shows = try #require(expected["shows"]?.string)
        for difference in GoldenCaseTests.differences(found, try #require(expected["document"]), at: "") {
            Issue.record("\(name) (\(shows)): \(difference)")
        }
    }

    static func expectation(of file: URL) throws -> JSONValue {
        let goal = file.deletingPathExtension().appendingPathExtension("expected.json")
        return try JSONReader.read(Array(try Data(contentsOf: goal)))
    }

    static func read(_ document: FetchedDocument) -> JSONValue {
        do throws(ParseError) {
            let feed = try FeedParser().parse(document)
            let whole = DocumentJSON.document(of: feed, url: document.url, now: now)
            var parts: [UInt8] = []
            DocumentJSON.write(feed, url: document.url, now: now) { parts += $0 }
            #expect(parts == Array(whole.text.utf8))
            return whole
        } catch {
            return DocumentJSON.document(of: error)
        }
    }

    private static func differences(_ found: JSONValue?, _ expected: JSONValue, at path: String) -> [String] {
        if expected == .null { return found == nil ? [] : ["\(path) should be absent and is \(found?.text ?? "")"] }
        guard let found else { return ["\(path) should be \(expected.text) and is absent"] }
        if let members = expected.object, found.object != nil {
            return members.sorted { $0.key < $1.key }.flatMap {
                differences(found[$0.key], $0.value, at: "\(path).\($0.key)")
            }
        }
        if let left = found.array, let right = expected.array, left.count == right.count {
            return right.indices.flatMap {
                left[$0] == right[$0] ? [] : differences(left[$0], right[$0], at: "\(path)[\($0)]")
            }
        }
        return found == expected ? [] : ["\(path) should be \(expected.text) and is \(found.text)"]
    }
}
