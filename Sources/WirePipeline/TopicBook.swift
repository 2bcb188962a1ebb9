import Synchronization
public import WireModel
public import WireRules

/// The topics in force, and matchers for as many tasks as match at once.
public final class TopicBook: Sendable {
    private struct State {
        var topics: TopicSet
        var byID: [String: Topic]
        var idle: [Matcher]
        /// Counts replacements, so that a matcher of replaced topics is not kept.
        var edition: Int
    }

    private let state: Mutex<State>

    public init(_ topics: TopicSet) {
        state = Mutex(State(topics: topics, byID: TopicBook.index(topics), idle: [], edition: 0))
    }

    /// Replaces all topics at once; matches that run end with the old ones.
    public func replace(with topics: TopicSet) {
        state.withLock {
            $0 = State(topics: topics, byID: TopicBook.index(topics), idle: [], edition: $0.edition + 1)
        }
    }

    /// Whether some topic asks what an edit changed.
    public var looksAtEdits: Bool { state.withLock { $0.topics.looksAtEdits } }

    /// The matches of articles of one feed with the topics that watch it, each with its topic.
    public func match(
        _ items: some Sequence<(item: Item, previous: Item?, seen: Timestamp)>, of feed: FeedFacts, now: Timestamp
    ) -> [[(topic: Topic, match: Match)]] {
        var (matcher, topics, edition) = state.withLock { state in
            (state.idle.popLast() ?? Matcher(state.topics), state.byID, state.edition)
        }
        let matches = items.map { item, previous, seen in
            matcher.match(item, feed: feed, previous: previous, seen: seen, now: now).compactMap { match in
                topics[match.topic].flatMap { $0.watches(feed) ? ($0, match) : nil }
            }
        }
        state.withLock { if $0.edition == edition { $0.idle.append(matcher) } }
        return matches
    }

    /// Chooses the words by which topics are found anew, by how often the articles so far had them. Changes no answer.
    public func settle() {
        let (topics, frequencies, edition) = state.withLock { state in
            (state.topics, state.idle.map(\.frequencies), state.edition)
        }
        let seen = frequencies.reduce(into: TermFrequencies()) { $0.add($1) }
        guard seen.isTelling else { return }
        let settled = topics.rechosen(by: seen)
        state.withLock { state in
            guard state.edition == edition else { return }
            state.topics = settled
            state.idle = []
            state.edition += 1
        }
    }

    private static func index(_ topics: TopicSet) -> [String: Topic] {
        Dictionary(topics.topics.map { ($0.id, $0) }) { first, _ in first }
    }
}
