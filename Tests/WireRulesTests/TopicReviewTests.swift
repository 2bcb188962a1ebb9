import Testing
import WireModel
import WireTesting

@testable import WireRules

@Suite struct TopicReviewTests {
    /// The overlaps of topics named a, b, c …
    private func overlaps(_ queries: String...) -> [String] {
        let names = "abcdefgh".map(String.init)
        let set = TopicSet(zip(names, queries).map { Topic(id: $0, name: $0, query: $1) })
        #expect(set.problems.filter(\.isError).map(\.text) == [])
        return TopicReview(set).overlaps.map { "\($0.topic)\($0.isMutual ? "=" : "<")\($0.other)" }
    }

    @Test(arguments: [
        ("harbour AND fire", "harbour"), ("\"harbour fire\"", "fire"), ("\"old harbour fire\"", "\"harbour fire\""),
        ("harbour NEAR/3 fire", "harbour NEAR/5 fire"), ("harbour ONEAR/3 fire", "harbour NEAR/3 fire"),
        ("harbour NEAR/3 fire", "fire AND harbour"), ("title:harbour", "harbour"), ("title:harbour", "lead:harbour"),
        ("harbour", "harbour OR port"), ("resigned", "resign*"), ("resigna*", "resign*"), ("resign", "~resign"),
        ("ATLEAST3(harbour)", "ATLEAST2(harbour OR port)"), ("ATLEAST2(harbour)", "harbour"), ("{US}", "us"),
        ("harbour NOT (fire OR flood)", "harbour NOT fire"), ("harbour NOT fire", "harbour"),
        ("harbour site:example.org", "site:example.org"), ("harbor~1", "harbor~2"),
        ("/bu[a-z]+l/ AND harbour", "/bu[a-z]+l/"),
        ("(harbour AND fire) OR (port AND fire)", "fire AND (port OR harbour)"), ("added:harbour", "harbour"),
    ])
    func `A topic that another contains is told`(narrow: String, wide: String) {
        #expect(overlaps(narrow, wide) == ["a<b"])
        #expect(overlaps(wide, narrow) == ["b<a"])
    }

    @Test(arguments: [
        ("harbour", "port"), ("harbour fire", "\"harbour fire\"~1"), ("us", "{US}"),
        ("harbour NEAR/5 fire", "harbour NEAR/3 fire"),
        ("harbour", "title:harbour"), ("harbour NOT fire", "harbour NOT (fire OR flood)"),
        ("author:harbour", "harbour"),
        ("added:(harbour AND fire)", "added:harbour"), ("ATLEAST3(harbour OR port)", "ATLEAST2(harbour)"),
        ("resign*", "resigned"), ("site:example.org", "site:example.com"), ("harbour", "harbour site:example.org"),
    ])
    func `What only looks alike is not`(left: String, right: String) { #expect(!overlaps(left, right).contains("a<b")) }

    @Test func `The same in other words is told once, also through topic:`() {
        #expect(overlaps("harbour AND fire", "(fire AND Harbour)", "port") == ["a=b"])
        #expect(overlaps("harbour AND fire", "topic:a NOT flood", "topic:b OR port") == ["b<a", "b<c"])
    }

    @Test func `A topic of some feeds does not contain one of all`() {
        var narrow = Topic(id: "a", name: "a", query: "harbour AND fire")
        var wide = Topic(id: "b", name: "b", query: "harbour")
        wide.feeds = ["folder/news"]
        #expect(TopicReview(TopicSet([narrow, wide])).overlaps == [])
        narrow.feeds = ["folder/news"]
        #expect(TopicReview(TopicSet([narrow, wide])).overlaps.count == 1)
    }

    @Test func `Costs follow the rarest word; what no word names is held against every article`() {
        let queries = ["parliamentarian AND the", "the", "site:example.org", "bar OR kelp"]
        let review = TopicReview(
            TopicSet(queries.enumerated().map { Topic(id: "t\($0)", name: "t\($0)", query: $1) }))
        #expect(review.costs.map(\.cost) == [.low, .high, .high, .middle])
        #expect(review.costs[2].share == 1)
    }

    @Test func `No overlap is told that an article disproves`() {
        var numbers = FixedNumbers(seed: 7)
        let queries = (0..<400).map { _ in PlainQuery.random(2, &numbers) }
        let set = TopicSet(queries.enumerated().map { Topic(id: "\($0)", name: "\($0)", query: $1.text) })
        let overlaps = TopicReview(set).overlaps.map { (Int($0.topic) ?? 0, Int($0.other) ?? 0, $0.isMutual) }
        #expect(overlaps.count > 500)
        var held = 0
        for _ in 0..<400 {
            let blocks = (0..<2).map { _ in
                (0..<Int.random(in: 1...6, using: &numbers)).map { _ in
                    PlainQuery.vocabulary.randomElement(using: &numbers) ?? ""
                }
            }
            let holds = queries.map { $0.holds(blocks) }
            for (narrow, wide, isMutual) in overlaps {
                if holds[narrow] { held += 1 }
                #expect(!holds[narrow] || holds[wide], "\(queries[narrow].text) → \(queries[wide].text): \(blocks)")
                if isMutual { #expect(holds[narrow] == holds[wide]) }
            }
        }
        #expect(held > 1_000)
    }
}
