import WireModel
import Yams

/// A topic's own tests: articles as a person writes them.
extension TopicsFileReader {
    private static let testKeys = [
        "text", "title", "summary", "url", "author", "authors", "category", "categories", "tag", "tags", "language",
        "country", "source", "feed", "published", "updated", "match",
    ]
    private static let feedKeys = ["title", "url", "folder", "language", "country"]

    mutating func readTests(_ node: Node, topic: String) -> [TopicTest] {
        guard let list = node.sequence else {
            add(badTest(node, "tests is a list", hint: "write  - text: …  and  match: true"), topic: topic)
            return []
        }
        return list.compactMap { readTest($0, topic: topic) }
    }

    private mutating func readTest(_ node: Node, topic: String) -> TopicTest? {
        guard !isAlias(node), let mapping = mapping(node) else {
            add(
                badTest(node, "a test is a map with text and match", hint: "write  - text: …  and  match: true"),
                topic: topic)
            return nil
        }
        var item = Item(id: "test")
        var feed = FeedFacts()
        var expectation: Bool?
        let errors = problems.count
        for (key, value) in mapping {
            let name = key.scalar?.string ?? ""
            if isAlias(value) {
                add(badTest(value, "anchors and aliases (& and *) are not read in a topics file"), topic: topic)
            } else if name == "match" {
                expectation = readExpectation(value, topic: topic)
            } else if name == "feed" {
                readFeed(value, &feed, topic: topic)
            } else if Self.testKeys.contains(name) {
                readMember(name, value, &item, &feed, topic: topic)
            } else {
                let near = NearestName.find(name, among: Self.testKeys)
                add(
                    badTest(
                        key, "a test has no key \(name)",
                        hint: near.map { "did you mean \($0)?" }
                            ?? "the keys are \(Self.testKeys.joined(separator: ", "))"),
                    topic: topic)
            }
        }
        guard problems.count == errors else { return nil }
        guard let expectation else {
            add(
                badTest(
                    node, "this test does not say whether the topic must match",
                    hint: "write  match: true  or  match: false"), topic: topic)
            return nil
        }
        return TopicTest(item: item, feed: feed, expectsMatch: expectation, place: place(of: node))
    }

    private mutating func readMember(
        _ name: String, _ value: Node, _ item: inout Item, _ feed: inout FeedFacts, topic: String
    ) {
        switch name {
        case "author", "authors":
            item.authors += texts(value, name, topic: topic).map { Person(name: $0) }
            return
        case "category", "categories", "tag", "tags":
            item.categories += texts(value, name, topic: topic).map { Category(term: $0) }
            return
        default: break
        }
        guard let text = value.scalar?.string else {
            return add(badTest(value, "\(name) is a text"), topic: topic)
        }
        switch name {
        case "text": item.contentText = text
        case "title": item.title = text
        case "summary": item.summary = text
        case "url": item.url = text
        case "language": item.language = text
        case "country": feed.country = text
        case "source":
            var source = Source()
            source.title = text
            item.source = source
        default:
            guard let time = Timestamp(rfc3339: text) ?? Timestamp(rfc3339: text + "T00:00:00Z") else {
                return add(
                    badTest(value, "\(name): \(text) is not a time", hint: "write 2026-01-31 or 2026-01-31T09:30:00Z"),
                    topic: topic)
            }
            if name == "published" { item.published = time } else { item.updated = time }
        }
    }

    private mutating func texts(_ value: Node, _ name: String, topic: String) -> [String] {
        if let text = value.scalar?.string { return [text] }
        guard let list = value.sequence else {
            add(badTest(value, "\(name) is a text or a list of texts"), topic: topic)
            return []
        }
        return list.compactMap(\.scalar?.string)
    }

    private mutating func readFeed(_ value: Node, _ feed: inout FeedFacts, topic: String) {
        if let text = value.scalar?.string {
            if text.hasPrefix("folder/") { feed.folder = String(text.dropFirst(7)) } else { feed.title = text }
            return
        }
        guard let mapping = mapping(value) else {
            return add(
                badTest(value, "feed is a title or a map of \(Self.feedKeys.joined(separator: ", "))"), topic: topic)
        }
        for (key, value) in mapping {
            let text = value.scalar?.string
            switch key.scalar?.string ?? "" {
            case "title": feed.title = text
            case "url": feed.url = text
            case "folder": feed.folder = text
            case "language": feed.language = text
            case "country": feed.country = text
            default: add(badTest(key, "feed has the keys \(Self.feedKeys.joined(separator: ", "))"), topic: topic)
            }
        }
    }

    private mutating func readExpectation(_ value: Node, topic: String) -> Bool? {
        switch value.scalar?.string.lowercased() ?? "" {
        case "true", "yes": return true
        case "false", "no": return false
        default:
            add(badTest(value, "match is true or false", hint: "write  match: true"), topic: topic)
            return nil
        }
    }

    /// A topic with a wrong test is told of, and runs.
    private func badTest(
        _ node: Node, _ message: String,
        hint: String = "a test is written  - text: Barr resigned  and below it  match: true"
    ) -> TopicProblem {
        problem("bad-test", at: node, message, hint: hint)
    }
}
