import WireModel

@testable import WireRules

/// An article of a title and a text whose lines are blocks.
func plainArticle(_ text: String, title: String? = nil) -> Item {
    var item = Item(id: "x")
    item.title = title
    item.contentText = text.isEmpty ? nil : text
    return item
}

/// The matches of one query.
func foundMatches(
    _ query: String, _ item: Item, feed: FeedFacts = FeedFacts(), seen: Timestamp? = nil,
    now: Timestamp = Timestamp(seconds: 0)
) -> [Match] {
    var matcher = Matcher(TopicSet([Topic(id: "t", name: "t", query: query)]))
    return matcher.match(item, feed: feed, seen: seen, now: now)
}

/// A fixed sequence of numbers (SplitMix64).
struct FixedNumbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
