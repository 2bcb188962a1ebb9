public import WireModel
import WireText

/// Matches articles against a set of topics. Keeps its working memory from article to article: one for each task.
public struct Matcher: Sendable {
    let set: TopicSet
    private var searches: [TopicSearch]
    private var words = ArticleWords()
    /// Everything done so far.
    public private(set) var work = MatchWork()

    public init(_ set: TopicSet) {
        self.set = set
        searches = set.parts.map { TopicSearch($0) }
    }

    /// The topics that an article meets, in the set's order, each with its reasons.
    ///
    /// - Parameters:
    ///   - feed: what the article's feed says of itself.
    ///   - previous: the article before its last edit, for `change:`, `added:` and `removed:`; nil if it was not edited.
    ///   - seen: when the article was first seen, for `seen:`.
    ///   - now: for relative times.
    public mutating func match(
        _ item: Item, feed: FeedFacts = FeedFacts(), previous: Item? = nil, seen: Timestamp? = nil, now: Timestamp
    ) -> [Match] {
        let article = ArticleFacts(
            item: item, feed: feed, clock: Clock(seen: seen, now: now), previous: previous)
        var found: [(order: Int, match: Match)] = []
        let set = set
        visit(article) { search, part, topic in
            found.append((set.order(of: topic, in: part), search.explanation(of: topic, article)))
        }
        if searches.count > 1 { found.sort { $0.order < $1.order } }
        return found.map(\.match)
    }

    /// How many topics an article meets, without the reasons.
    public mutating func count(
        _ item: Item, feed: FeedFacts = FeedFacts(), seen: Timestamp? = nil, now: Timestamp
    ) -> Int {
        var count = 0
        visit(ArticleFacts(item: item, feed: feed, clock: Clock(seen: seen, now: now))) { _, _, _ in count += 1 }
        return count
    }

    /// What the keys of the set were worth so far, for `TopicSet.rechosen(by:)`.
    public var frequencies: TermFrequencies {
        var frequencies = TermFrequencies()
        for search in searches { frequencies.add(search.part.program.keyRules, search.finder.seen) }
        frequencies.add(articles: work.articles)
        return frequencies
    }

    /// Splits the article once and calls `body` for every topic of every part that it meets.
    private mutating func visit(_ article: ArticleFacts, _ body: (inout TopicSearch, Int, Int) -> Void) {
        words.read(article.item, article.feed, fields: set.fields)
        for part in searches.indices {
            // The words go from part to part.
            swap(&words, &searches[part].finder.words)
            searches[part].read(article)
            for topic in searches[part].topics(meeting: article) where set.isCurrent(topic, part) {
                body(&searches[part], part, topic)
            }
            work += searches[part].work
            swap(&words, &searches[part].finder.words)
        }
        work.articles += 1
    }
}

// MARK: - One topic

extension Matcher {
    /// Runs `body` with a topic and the words of an article; nil if the topic is not in force.
    mutating func ask<Answer>(
        _ id: String, _ article: ArticleFacts, _ body: (inout TopicSearch, _ topic: Int) -> Answer
    ) -> Answer? {
        guard let (part, topic) = set.place(of: id) else { return nil }
        words.read(article.item, article.feed, fields: set.fields)
        swap(&words, &searches[part].finder.words)
        defer { swap(&words, &searches[part].finder.words) }
        searches[part].read(article)
        return body(&searches[part], topic)
    }
}
