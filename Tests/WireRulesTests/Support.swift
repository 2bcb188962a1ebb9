import Testing
import WireModel

@testable import WireRules

/// An article in one line.
func sample(_ content: String? = nil, title: String? = nil, summary: String? = nil) -> Item {
    var item = Item(id: "x")
    item.title = title
    item.summary = summary
    item.contentText = content
    return item
}

/// Whether a query matches an article; records an issue if the query is wrong.
func holds(
    _ query: String, _ item: Item, feed: FeedFacts = FeedFacts(), seen: Timestamp? = nil,
    now: Timestamp = Timestamp(seconds: 1_790_000_000), sourceLocation: SourceLocation = #_sourceLocation
) -> Bool {
    match(query, item, feed: feed, seen: seen, now: now, sourceLocation: sourceLocation) != nil
}

func match(
    _ query: String, _ item: Item, feed: FeedFacts = FeedFacts(), seen: Timestamp? = nil,
    now: Timestamp = Timestamp(seconds: 1_790_000_000), sourceLocation: SourceLocation = #_sourceLocation
) -> Match? {
    let set = TopicSet([Topic(id: "t", name: "t", query: query)])
    for problem in set.problems where problem.isError {
        Issue.record("\(problem.text)", sourceLocation: sourceLocation)
    }
    var matcher = Matcher(set)
    return matcher.match(item, feed: feed, seen: seen, now: now).first
}
