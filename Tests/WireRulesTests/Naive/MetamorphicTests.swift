import Foundation
import Testing
import WireModel
import WireTesting

@testable import WireRules

/// Changes of a text that must not change what matches (matching.md, section 5).
@Suite struct MetamorphicTests {
    struct Law: Sendable, CustomStringConvertible {
        let description: String
        let change: @Sendable (String, inout FixedNumbers) -> String
        var queries: @Sendable (NaiveQuery) -> Bool = { _ in true }
        var texts: @Sendable (String) -> Bool = { _ in true }
    }

    static let laws: [Law] = [
        Law(description: "decomposed", change: { text, _ in text.decomposedStringWithCanonicalMapping }) { query in
            !query.holdsRegex
        },
        Law(description: "composed", change: { text, _ in text.precomposedStringWithCanonicalMapping }) { query in
            !query.holdsRegex
        },
        Law(description: "soft hyphens and marks of direction", change: scattered) { query in !query.holdsRegex },
        Law(description: "other quotation marks", change: { text, _ in requoted(text) }) { query in !query.holdsRegex },
        Law(
            description: "capitals", change: { text, _ in text.uppercased() }, queries: { !$0.mindsCase },
            texts: { !$0.contains { "ıİ".contains($0) } }),
        Law(
            description: "small letters", change: { text, _ in text.lowercased() }, queries: { !$0.mindsCase },
            texts: { !$0.contains { "ıİ".contains($0) } }),
    ]

    @Test(arguments: laws) func `A change that means nothing changes no match`(_ law: Law) {
        var source = NaiveSource(seed: 99)
        var changes = FixedNumbers(seed: 3)
        let now = Timestamp(seconds: 11 * 86_400)
        var queries: [NaiveQuery] = []
        while queries.count < 300 {
            let query = source.query(0)
            if law.queries(query), (try? Query(query.text)) != nil { queries.append(query) }
        }
        let set = TopicSet(queries.enumerated().map { Topic(id: "t\($0)", name: "t\($0)", query: $1.text) })
        var matcher = Matcher(set)
        var found = 0
        for _ in 0..<150 {
            var (item, feed, _, seen) = source.article()
            item.summaryBreaks = []
            let texts = [item.title, item.contentText, item.summary].compactMap { $0 }
            guard texts.allSatisfy(law.texts) else { continue }
            let before = matcher.match(item, feed: feed, seen: seen, now: now).map(\.topic)
            var changed = item
            changed.title = item.title.map { law.change($0, &changes) }
            changed.contentText = item.contentText.map { law.change($0, &changes) }
            changed.summary = item.summary.map { law.change($0, &changes) }
            let after = matcher.match(changed, feed: feed, seen: seen, now: now).map(\.topic)
            found += before.count
            if before != after {
                let topics = Set(before).symmetricDifference(after).compactMap { Int($0.dropFirst()) }
                Issue.record("\(topics.map { queries[$0].text }.prefix(3)) in \(texts) and \(changed)")
            }
        }
        #expect(found > 200)
    }

    /// Characters without a width between letters.
    @Sendable private static func scattered(_ text: String, _ numbers: inout FixedNumbers) -> String {
        var out = ""
        var last: Character = " "
        for character in text {
            if last.isLetter, character.isLetter, Int.random(in: 0..<4, using: &numbers) == 0 {
                out +=
                    ["\u{AD}", "\u{2060}", "\u{200E}", "\u{200F}", "\u{FEFF}", "\u{200C}"]
                    .randomElement(using: &numbers) ?? ""
            }
            out.append(character)
            last = character
        }
        return out
    }

    private static func requoted(_ text: String) -> String {
        String(
            text.map { character in
                switch character {
                case "'": "\u{2019}"
                case "\u{2019}": "'"
                case "\"": "\u{201D}"
                case "-": "\u{2011}"
                default: character
                }
            })
    }
}

extension NaiveQuery {
    var holdsRegex: Bool {
        switch self {
        case .regex: true
        case .all(let parts), .any(let parts): parts.contains(where: \.holdsRegex)
        case .without(let left, let right): left.holdsRegex || right.holdsRegex
        case .field(_, let inner), .added(let inner), .removed(let inner): inner.holdsRegex
        default: false
        }
    }

    /// Whether some part of it is spelled in a case that counts.
    var mindsCase: Bool { holdsRegex || text.contains("{") }
}
