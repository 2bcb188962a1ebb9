import Testing
import WireModel

@testable import WireRules

@Suite struct ExplanationTests {
    @Test func `Every span lies on its words`() throws {
        let query = "\"justice department\" NEAR/20 barr AND (resign* OR müller)"
        let text =
            "Über Müller: nothing.\nMore than 2,000 Justice Department officials asked Barr’s office to resign. He stayed."
        let match = try #require(foundMatches(query, plainArticle(text, title: "Résumé")).first)
        let bytes = Array(text.utf8)
        let spans = match.clauses.flatMap(\.spans)
        #expect(spans.map(\.text).sorted() == ["Barr’s", "Justice Department", "Müller", "resign"])
        for span in spans {
            #expect(span.field == "content")
            #expect(String(decoding: bytes[span.offset..<(span.offset + span.length)], as: UTF8.self) == span.text)
        }
        #expect(match.clauses.first?.clause == "\"justice department\" NEAR/20 barr")
        #expect(match.queryHash == (try Query(query)).hash)
        #expect(match.score > 0)
    }

    @Test func `The sentence is the one of the weightiest occurrence`() throws {
        let match = try #require(
            foundMatches("alpha OR beta^5", plainArticle("Alpha came. Then beta spoke. All left.")).first)
        #expect(match.sentence == "Then beta spoke.")
    }

    @Test func `An explanation says what held and what is missing`() throws {
        let set = TopicSet([Topic(id: "t", name: "t", query: "alpha AND beta NOT gamma")])
        let now = Timestamp(seconds: 0)
        let missed = try #require(set.explain("t", item: plainArticle("alpha gamma"), now: now))
        #expect(missed.match == nil)
        #expect(missed.clauses.map(\.clause) == ["alpha", "beta", "gamma"])
        #expect(missed.clauses.map(\.isFulfilled) == [true, false, false])
        #expect(missed.clauses.map { $0.reason == nil } == [true, false, false])
        #expect(missed.json["matched"] == .bool(false))
        #expect(missed.text.hasPrefix("t: no match"))
        let met = try #require(set.explain("t", item: plainArticle("alpha beta"), now: now))
        #expect(met.match != nil && met.clauses.allSatisfy(\.isFulfilled))
        #expect(set.explain("u", item: plainArticle("alpha"), now: now) == nil)
    }
}
