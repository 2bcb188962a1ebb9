import Foundation
import Testing
import WireModel

@testable import WireParse

/// `docs/parse-output.md` and `docs/parsing.md` say what the code does.
@Suite struct ContractPageTests {
    private static let docs = GoldenFeedTests.folder.deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("docs")

    private static func page(_ name: String) throws -> String {
        try String(contentsOf: docs.appendingPathComponent(name), encoding: .utf8)
    }

    /// The names in the first column of the table below a heading.
    private static func names(below heading: String, in page: String) throws -> [String] {
        let start = try #require(page.range(of: "\n\(heading)\n"))
        let rest = page[start.upperBound...]
        let section = rest.range(of: "\n## ").map { rest[..<$0.lowerBound] } ?? rest
        return section.split(separator: "\n").filter { $0.hasPrefix("| `") }.flatMap { row -> [String] in
            let cell = row.dropFirst().prefix { $0 != "|" }
            return cell.split(separator: ",").map { $0.trimmingCharacters(in: CharacterSet(charactersIn: " `")) }
        }
    }

    @Test func everyCodeHasItsSeverity() throws {
        let page = try ContractPageTests.page("parse-output.md")
        var told: [String: String] = [:]
        for row in page.split(separator: "\n") where row.hasPrefix("| `") {
            let cells = row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count == 2, Problem.Severity(rawValue: cells[1]) != nil else { continue }
            for match in cells[0].matches(of: /`([a-z_]+)`/) { told[String(match.1)] = cells[1] }
        }
        var known: [String: String] = [:]
        for code in Problem.Code.allCases { known[code.rawValue] = code.severity.rawValue }
        #expect(told == known)
    }

    /// No case gives a key that the page does not name, and every key that it names is given by some case.
    @Test func everyKeyIsNamedAndShown() throws {
        let page = try ContractPageTests.page("parse-output.md")
        let feedKeys = Set(try ContractPageTests.names(below: "## The document", in: page))
        let itemKeys = Set(try ContractPageTests.names(below: "## An item", in: page))
        var feedSeen: Set<String> = []
        var itemSeen: Set<String> = []
        for file in MutationTests.documents {
            let found = GoldenCaseTests.read(
                FetchedDocument(bytes: Array(try Data(contentsOf: file)), url: "https://c.example/f"))
            feedSeen.formUnion(found.object?.keys.map { $0 } ?? [])
            for item in found["items"]?.array ?? [] { itemSeen.formUnion(item.object?.keys.map { $0 } ?? []) }
        }
        #expect(feedSeen == feedKeys)
        #expect(itemSeen == itemKeys)
    }

    /// The lists of elements, attributes and limits on the page are those of the code.
    @Test func limitsAndAllowedNames() throws {
        let page = try ContractPageTests.page("parsing.md")
        let limits = ParseLimits()
        let told: [(limit: Int, number: Int, text: String)] = [
            (limits.entries, 50_000, "50,000"), (limits.fieldBytes, 2_000_000, "2 MB"),
            (limits.attributes, 1_000, "1,000"),
            (limits.depth, 100, "| 100; deeper"), (limits.entityBytes, 1_000_000, "1 MB in all"),
        ]
        for row in told {
            #expect(row.limit == row.number)
            #expect(page.contains(row.text))
        }
        let line = try #require(page.range(of: "- Elements: ")).upperBound
        let list = page[line...].prefix { $0 != "." }.split { $0 == " " || $0 == "\n" }.map(String.init)
        let elements = list.flatMap { $0 == "to" ? ["h2", "h3", "h4", "h5"] : [$0] }
        for name in elements {
            let element = HTMLElement.find(Array(name.utf8), 0..<name.utf8.count)
            #expect(element.traits.contains(.allowed), "\(name)")
            let html = element.traits.contains(.tablePart) ? "<table><\(name)>x" : "<\(name) src=https://a.example/>x"
            #expect(Sanitizer().clean(html).contains("<\(name)"), "\(name)")
        }
        #expect(elements.count == 63)
    }
}
