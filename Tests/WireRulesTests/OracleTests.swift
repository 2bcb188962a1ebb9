import Testing
import WireModel
import WireTesting

@testable import WireRules

/// A query as a tree that is evaluated by looking at every word.
indirect enum PlainQuery {
    case word(String), prefix(String), phrase([String])
    case near([String], Int, ordered: Bool), atLeast(Int, [String])
    case title(PlainQuery)
    case all(PlainQuery, PlainQuery), any(PlainQuery, PlainQuery), without(PlainQuery, PlainQuery)

    static let vocabulary = ["alpha", "alpine", "beta", "better", "gamma", "delta", "omega", "sigma"]

    static func random(_ depth: Int, _ numbers: inout FixedNumbers) -> PlainQuery {
        func word() -> String { vocabulary.randomElement(using: &numbers) ?? "alpha" }
        switch Int.random(in: 0..<(depth > 0 ? 12 : 7), using: &numbers) {
        case 0, 1: return .word(word())
        case 2: return .prefix(String(word().prefix(3)))
        case 3: return .phrase([word(), word()])
        case 4:
            let words = (0..<Int.random(in: 2...3, using: &numbers)).map { _ in word() }
            return .near(words, Int.random(in: 0...3, using: &numbers), ordered: Bool.random(using: &numbers))
        case 5: return .atLeast(Int.random(in: 2...3, using: &numbers), [word(), word()])
        case 6: return .title(.phrase([word()]))
        case 7, 8: return .all(random(depth - 1, &numbers), random(depth - 1, &numbers))
        case 9, 10: return .any(random(depth - 1, &numbers), random(depth - 1, &numbers))
        default: return .without(random(depth - 1, &numbers), random(depth - 1, &numbers))
        }
    }

    var text: String {
        switch self {
        case .word(let word): word
        case .prefix(let word): word + "*"
        case .phrase(let words): "\"\(words.joined(separator: " "))\""
        case .near(let words, let reach, let isOrdered):
            "(\(words.joined(separator: isOrdered ? " ONEAR/\(reach) " : " NEAR/\(reach) ")))"
        case .atLeast(let number, let words): "ATLEAST\(number)(\(words.joined(separator: " OR ")))"
        case .title(let inner): "title:\(inner.text)"
        case .all(let left, let right): "(\(left.text) AND \(right.text))"
        case .any(let left, let right): "(\(left.text) OR \(right.text))"
        case .without(let left, let right): "(\(left.text) NOT \(right.text))"
        }
    }

    /// The first block is the title.
    func holds(_ blocks: [[String]]) -> Bool {
        switch self {
        case .word(let word): blocks.contains { $0.contains(word) }
        case .prefix(let word): blocks.contains { $0.contains { $0.hasPrefix(word) } }
        case .phrase(let words):
            blocks.contains { block in block.indices.contains { block[$0...].starts(with: words) } }
        case .near(let words, let reach, let isOrdered):
            blocks.contains { PlainQuery.isChain(words[...], [], $0, reach, isOrdered) }
        case .atLeast(let number, let words): blocks.joined().count { words.contains($0) } >= number
        case .title(let inner): inner.holds([blocks[0]])
        case .all(let left, let right): left.holds(blocks) && right.holds(blocks)
        case .any(let left, let right): left.holds(blocks) || right.holds(blocks)
        case .without(let left, let right): left.holds(blocks) && !right.holds(blocks)
        }
    }

    private static func isChain(
        _ words: ArraySlice<String>, _ chosen: [Int], _ block: [String], _ reach: Int, _ isOrdered: Bool
    ) -> Bool {
        guard let word = words.first else { return true }
        return block.indices.contains { place in
            guard block[place] == word, !chosen.contains(place) else { return false }
            if let last = chosen.last, abs(place - last) - 1 > reach || isOrdered && place < last { return false }
            return isChain(words.dropFirst(), chosen + [place], block, reach, isOrdered)
        }
    }
}

@Suite struct OracleTests {
    @Test func `The index finds what looking at every word finds`() {
        var numbers = FixedNumbers(seed: 2_026)
        let queries = (0..<500).map { _ in PlainQuery.random(3, &numbers) }
        let set = TopicSet(queries.enumerated().map { Topic(id: "t\($0)", name: "t\($0)", query: $1.text) })
        #expect(set.problems.filter(\.isError).map(\.text) == [])
        #expect(set.count == 500)
        #expect(set.broadCount == 0)
        var matcher = Matcher(set)
        var held = 0
        for _ in 0..<20 {
            let blocks = (0..<3).map { _ in
                (0..<Int.random(in: 1...7, using: &numbers)).map { _ in
                    Int.random(in: 0..<3, using: &numbers) == 0
                        ? "filler" : PlainQuery.vocabulary.randomElement(using: &numbers) ?? ""
                }
            }
            let lines = blocks.map { $0.joined(separator: " ") }
            let item = plainArticle(lines[1] + "\n" + lines[2], title: lines[0])
            let found = matcher.match(item, now: Timestamp(seconds: 0)).map(\.topic)
            let wanted = queries.enumerated().filter { $1.holds(blocks) }.map { "t\($0.offset)" }
            held += wanted.count
            #expect(found == wanted, "\(lines)")
        }
        #expect(held > 500 && held < 9_500)
    }
}
