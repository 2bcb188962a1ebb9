import Foundation
import Testing
import WireModel

@testable import WireRules

/// Every error and warning of a query and of a topics file: its code, its place and a way out (`topics.md`, section 3).
@Suite struct DiagnosticTests {
    /// A query, what of it the caret underlines, and words of the hint.
    struct Row: Sendable, CustomStringConvertible {
        let code: String
        let query: String
        let place: String
        let hint: String
        let isError: Bool

        init(_ code: String, _ query: String, _ place: String, _ hint: String, isError: Bool = true) {
            self.code = code
            self.query = query
            self.place = place
            self.hint = hint
            self.isError = isError
        }

        var description: String { "\(code): \(query.prefix(40))" }
    }

    static let rows: [Row] = [
        Row("bad-date", "published:2026-13-45", "2026-13-45", "published:2026-01-31"),
        Row("bad-date", "published:2026-02-01/2026-01-01", "2026-02-01/2026-01-01", "published:2026-01-01/2026-02-01"),
        Row("bad-date", "published:3d", "3d", "published:>-3d"),
        Row("bad-fuzzy", "barr~x", "~", "write barr~1"), Row("bad-fuzzy", "\"barr\"~3", "\"barr\"~3", "write barr~1"),
        Row("bad-fuzzy", "{barr}~1", "{barr}~1", "write barr~1"), Row("bad-fuzzy", "barr~3", "~3", "write barr~1"),
        Row("bad-fuzzy", "(barr OR stone)~1", "~1", "barr~1"),
        Row("bad-regex", "/barr(/", "barr(", "syntax is RE2's"), Row("bad-stem", "~ barr", "~", "~resign"),
        Row("bad-stem", "~resign*", "~resign*", "~resign"), Row("bad-weight", "barr^x", "^", "^3"),
        Row("count-operand", "ATLEAST2(a1 AND b1)", "(a1 AND b1)", "group of these with OR"),
        Row("count-range", "ATLEAST0(barr)", "ATLEAST0", "the word alone"),
        Row("empty-query", "  ", "  ", "what to look for"),
        Row("field-in-field", "title:(body:barr)", "(body:barr)", "title:x AND body:y"),
        Row("fuzzy-too-short", "ab~1", "ab~1", "(ab OR"),
        Row("implicit-and", "barr flynn", "flynn", "write AND", isError: false),
        Row("lower-case-operator", "barr and flynn", "and", "write AND", isError: false),
        Row("missing-operand", "barr AND", "AND", "\"AND\""), Row("missing-operand", "OR barr", "OR", "a OR b"),
        Row("missing-operand", "title:", "title:", "title:barr"),
        Row("missing-operand", "site:", "site:", "site:example.org"),
        Row("mixed-and-or", "barr OR flynn AND resign*", "barr OR flynn AND resign*", "barr OR (flynn AND resign*)"),
        Row("near-operand", "(a1 AND b1) NEAR/5 c1", "(a1 AND b1)", "NEAR/5"),
        Row("near-range", "barr NEAR/500 flynn", "NEAR/500", "NEAR/30"),
        Row("near-range", "\"barr flynn\"~500", "~500", "~30"),
        Row("near-without-number", "barr NEAR flynn", "NEAR", "NEAR/5"),
        Row("near-without-number", "barr NEAR/ flynn", "NEAR/", "NEAR/5"),
        Row("negative-only", "NOT barr", "NOT barr", "something NOT barr"),
        Row("no-word", "barr AND \"…\"", "\"…\"", "a letter or a digit"),
        Row("no-word", "{}", "{}", "a letter or a digit"),
        Row("not-a-host", "site:a/b", "a/b", "site:a, or url:a/b"),
        Row("query-too-long", String(repeating: "barr OR ", count: 2_100) + "barr", "", "topics"),
        Row("regex-matches-nothing", "/x*/", "/x*/", "+ instead of *", isError: false),
        Row(
            "regex-too-long", "/" + String(repeating: "x", count: 1_001) + "/", String(repeating: "x", count: 1_001),
            "OR"),
        Row("single-quote", "'barr flynn'", "'barr", "\"…\"", isError: false),
        Row("too-deep", String(repeating: "(", count: 40) + "barr" + String(repeating: ")", count: 40), "(", "topic:"),
        Row("topic-cycle", "topic:t", "topic:t", "write the words"),
        Row("unclosed-brace", "{barr", "{", "put a }"), Row("unclosed-comment", "barr <<< x", "<<<", ">>>"),
        Row("unclosed-parenthesis", "(barr", "(", "put the )"), Row("unclosed-quote", "\"barr", "\"", "second \""),
        Row("unclosed-regex", "/barr", "/", "put a /"),
        Row("unknown-country", "country:xx", "xx", "ISO 3166"),
        Row("unknown-field", "titel:barr", "titel:", "title:barr"),
        Row("unknown-language", "language:english", "english", "language:en"),
        Row("unknown-operator", "barr && flynn", "&&", "AND"), Row("unknown-operator", "barr || flynn", "||", "OR"),
        Row("unknown-operator", "!barr", "!", "NOT barr"), Row("unknown-topic", "topic:nothing", "topic:nothing", "id"),
        Row("unknown-value", "has:nothing", "nothing", "enclosure"), Row("unopened-brace", "barr}", "}", "{US}"),
        Row("unopened-parenthesis", "barr)", ")", "put the ("),
        Row("wide-near", "barr NEAR/90 flynn", "NEAR/90", "NEAR/30", isError: false),
        Row("wide-near", "\"barr flynn\"~90", "~90", "~30", isError: false),
        Row("wildcard-place", "東*京", "東*京", "京"), Row("wildcard-too-short", "barr OR re*", "re*", "(a OR b)"),
        Row("ordinary-word", "barr NEAR5 flynn", "NEAR5", "NEAR/5", isError: false),
    ]

    @Test(arguments: rows) func `A query's fault has its code, its place and a way out`(_ row: Row) throws {
        let problems = TopicSet([Topic(id: "t", name: "t", query: row.query)]).problems
        let problem = try #require(
            problems.first { $0.code == row.code }, "\(row): \(problems.map { "\($0.code) \($0.message)" })")
        #expect(problem.isError == row.isError && !problem.message.isEmpty)
        #expect(problem.hint.map { row.hint.isEmpty || $0.contains(row.hint) } == true, "\(row): \(problem.hint ?? "")")
        let bytes = Array(row.query.utf8)
        let offset = problem.offset ?? 0
        let marked = bytes[min(offset, bytes.count)..<min(offset + (problem.length ?? 0), bytes.count)]
        #expect(String(decoding: marked, as: UTF8.self) == row.place, "\(row)")
    }

    /// A topics file, and line and column of its fault.
    struct FileRow: Sendable, CustomStringConvertible {
        let code: String
        let text: String
        let line: Int
        let column: Int
        let hint: String

        init(_ code: String, _ text: String, _ line: Int, _ column: Int, _ hint: String) {
            self.code = code
            self.text = text
            self.line = line
            self.column = column
            self.hint = hint
        }

        var description: String { "\(code): \(text.prefix(60))" }
    }

    static let fileRows: [FileRow] = [
        FileRow("not-yaml", "topics: [", 2, 1, "brackets"), FileRow("bad-shape", "- a\n- b", 1, 1, "topics:"),
        FileRow("bad-shape", "topics:\n  a: b", 2, 3, "- name"),
        FileRow("bad-shape", "topics:\n  - just words", 2, 5, "name"),
        FileRow("bad-value", "topics:\n  - name: a\n    query: barr\n    notify: [[x]]", 4, 14, "[a, b]"),
        FileRow("bad-name", "topics:\n  - name: '…'\n    query: barr", 2, 11, ""),
        FileRow("bad-value", "topics:\n  - name: a\n    query: barr\n    severity: very", 4, 15, ""),
        FileRow("bad-value", "topics:\n  - name: a\n    query: barr\n    enabled: perhaps", 4, 14, "enabled: true"),
        FileRow("bad-value", "topics:\n  - name: a\n    query: barr\n    max_age: soon", 4, 14, ""),
        FileRow("missing-key", "topics:\n  - name: a", 2, 5, "query"),
        FileRow("missing-key", "topics:\n  - query: a", 2, 5, "name"),
        FileRow("unknown-key", "topics:\n  - name: a\n    query: barr\n    severty: high", 4, 5, "severity"),
        FileRow(
            "duplicate-topic", "topics:\n  - name: a\n    query: barr\n  - name: A!\n    query: barr", 2, 11,
            "another name"),
        FileRow(
            "bad-test", "topics:\n  - name: a\n    query: barr\n    tests:\n      - text: x\n        match: maybe", 6,
            16,
            "match: true"),
        FileRow(
            "bad-test", "topics:\n  - name: a\n    query: barr\n    tests:\n      - text: [x]\n        match: yes", 5,
            15,
            "match: true"),
        FileRow("yaml-alias", "topics:\n  - &x\n    name: a\n    query: barr\n  - *x", 2, 5, ""),
        FileRow("yaml-query", "topics:\n  - name: a\n    query: {US}", 3, 12, "query: >"),
        FileRow("yaml-query", "topics:\n  - name: a\n    query: !barr", 3, 12, "query: >"),
        FileRow("yaml-quotes", "topics:\n  - name: a\n    query: \"barr flynn\"", 3, 12, "under"),
    ]

    @Test(arguments: fileRows) func `A file's fault has its code, its line and column`(_ row: FileRow) throws {
        var problems: [QueryProblem] = []
        do throws(QueryProblem) {
            problems = try TopicsFile.read(row.text, name: "t.yaml").problems
        } catch {
            problems = [error]
        }
        let problem = try #require(
            problems.first { $0.code == row.code }, "\(row): \(problems.map { "\($0.code) \($0.message)" })")
        #expect(
            problem.file == "t.yaml" && problem.line == row.line && problem.column == row.column, "\(row): \(problem)")
        #expect(problem.hint.map { row.hint.isEmpty || $0.contains(row.hint) } == true, "\(row): \(problem.hint ?? "")")
    }

    @Test func `Limits that need many words or topics`() throws {
        let parts = (0..<3_000).map { _ in "a" }.joined(separator: " OR ")
        #expect(TopicSet([Topic(id: "t", name: "t", query: parts)]).problems.contains { $0.code == "too-many-parts" })
        let chain = (0..<40).map { Topic(id: "t\($0)", name: "t\($0)", query: $0 == 0 ? "barr" : "topic:t\($0 - 1)") }
        let problems = TopicSet(chain).problems
        #expect(problems.contains { $0.code == "topic-chain" && $0.hint != nil })
    }

    /// Codes stand in the sources as texts with a hyphen, where a problem is made. One without a row here would go untested.
    @Test func `Each code has a row`() throws {
        let sources = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Sources/WireRules")
        let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
        var codes: Set<String> = []
        for case let file as URL in files where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            for match in text.matches(of: /problem\(\s*(?:\.error, |\.warning, )?"([a-z]+(?:-[a-z]+)+)"/) {
                codes.insert(String(match.1))
            }
            for match in text.matches(of: /QueryProblem\(\s*\.(?:error|warning), "([a-z]+(?:-[a-z]+)+)"/) {
                codes.insert(String(match.1))
            }
        }
        let tested = Set(Self.rows.map(\.code) + Self.fileRows.map(\.code))
        let elsewhere: Set = ["too-many-parts", "topic-chain", "test-failed"]
        #expect(codes.count > 40)
        #expect(codes.subtracting(tested).subtracting(elsewhere) == [])
    }
}
