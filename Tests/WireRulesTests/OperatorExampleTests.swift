import Testing
import WireModel

@testable import WireRules

@Suite struct ExampleTests {
    @Test func `Every example of a manual holds`() throws {
        for (keyword, manual) in QueryOperators.manuals {
            for example in manual.examples {
                var item = Item(id: "x")
                item.title = example.title.isEmpty ? nil : example.title
                item.contentText = example.text.isEmpty ? nil : example.text
                let set = TopicSet([Topic(id: "t", name: "t", query: example.query)])
                #expect(set.problems.filter(\.isError).isEmpty, "\(set.problems.map(\.text))")
                var matcher = Matcher(set)
                let matches = matcher.match(item, now: Timestamp(seconds: 0))
                #expect(matches.isEmpty != example.matches, "\(keyword): \(example)")
            }
        }
    }
}
