import Testing
import WireModel

@testable import WireRules

@Suite struct TopicsFileTests {
    static let file = """
        topics:
          - name: Good One
            query: >
              barr AND
              (resign* OR quit)
            tests:
              - text: Barr resigned.
                match: true
              - text: Barr quit.
                match: false
          - name: Bad
            query: >
              barr OR flynn AND resign*
          - name: Off
            enabled: no
            query: stone
          - name: Brace
            query: {US}
          - name: Typo
            query: stone
            severty: high
          - name: Twice
            query: stone
          - name: twice!
            query: stone
        """

    @Test(arguments: ["\n", "\r\n"])
    func `Each error names its place; the other topics run`(_ lineEnd: String) throws {
        let text = Self.file.split(separator: "\n").joined(separator: lineEnd)
        let file = try TopicsFile.read(text, name: "topics.yaml")
        #expect(file.topics.map(\.id) == ["good-one", "bad", "off"])
        #expect(file.problems.allSatisfy { $0.file == "topics.yaml" && $0.hint != nil })
        let typo = try #require(file.problems.first { $0.code == "unknown-key" })
        #expect(typo.line == 21 && typo.column == 5 && typo.hint == "did you mean severity?")
        #expect(
            file.problems.contains { $0.topic == "brace" && $0.line == 18 && $0.hint?.contains("query: >") == true })
        #expect(file.problems.count { $0.topic == "twice" } == 2)
        let set = TopicSet(file.topics)
        #expect(set.topics.map(\.id) == ["good-one"])
        let bad = try #require(set.problems.first { $0.isError })
        #expect(bad.code == "mixed-and-or" && bad.topic == "bad" && bad.line == 13 && bad.column == 7)
        let failed = set.runTests(now: Timestamp(seconds: 0))
        #expect(failed.map(\.code) == ["test-failed"])
        #expect(failed.first?.isError == true && failed.first?.line == 9)
    }

    @Test(arguments: ["topics: [", "- a\n- b", "just words", "topics:\n\t- name: x"])
    func `What is no topics file throws`(_ text: String) {
        #expect(throws: QueryProblem.self) { _ = try TopicsFile.read(text, name: "t.yaml") }
    }

    @Test func `An empty file has no topics`() throws {
        let file = try TopicsFile.read("topics:\n", name: "t.yaml")
        #expect(file.topics.isEmpty && file.problems.isEmpty)
    }

    @Test func `Anchors are refused`() throws {
        let file = try TopicsFile.read("topics:\n  - name: &n A\n    query: stone\n", name: "t.yaml")
        #expect(file.topics.isEmpty)
        #expect(file.problems.map(\.code).contains("yaml-alias"))
    }

    @Test func `topic: reuses another query, and a cycle is an error`() throws {
        let set = TopicSet([
            Topic(id: "a", name: "a", query: "alpha OR beta"), Topic(id: "b", name: "b", query: "topic:a AND gamma"),
            Topic(id: "c", name: "c", query: "topic:d"), Topic(id: "d", name: "d", query: "topic:c"),
            Topic(id: "e", name: "e", query: "topic:nix"),
        ])
        #expect(set.topics.map(\.id) == ["a", "b"])
        #expect(Set(set.problems.filter(\.isError).compactMap(\.topic)) == ["c", "d", "e"])
        let chain = TopicSet([
            Topic(id: "x", name: "x", query: "topic:y"), Topic(id: "y", name: "y", query: "topic:nix"),
        ])
        #expect(chain.topics.isEmpty)
        #expect(chain.problems.compactMap(\.topic) == ["x", "y"])
        var matcher = Matcher(set)
        #expect(matcher.match(plainArticle("beta gamma"), now: Timestamp(seconds: 0)).map(\.topic) == ["a", "b"])
    }
}
