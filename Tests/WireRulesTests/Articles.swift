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
