public import WireModel
import WireText

/// What is known of an article besides its words.
struct ArticleFacts {
    let item: Item
    let feed: FeedFacts
    let clock: Clock
}

/// Matches articles against a set of topics. Keeps its working memory from article to article: one for each task.
public struct Matcher: Sendable {
    let set: TopicSet
    private var finder: TermFinder
    /// The last article that each topic was a candidate of.
    private var asked: [UInt32]
    private var serial: UInt32 = 0
    private var near = NearSolver()
    /// Answers of topics that others refer to, for the current article.
    private var answers: [Int: Bool] = [:]

    public init(_ set: TopicSet) {
        self.set = set
        finder = TermFinder(keys: set.program.keyRules.count)
        asked = Array(repeating: 0, count: set.compiled.count)
    }

    /// The topics that an article meets, in the set's order, each with its reasons.
    ///
    /// - Parameters:
    ///   - feed: what the article's feed says of itself.
    ///   - seen: when the article was first seen, for `seen:`.
    ///   - now: for relative times.
    public mutating func match(_ item: Item, feed: FeedFacts = FeedFacts(), seen: Timestamp? = nil, now: Timestamp)
        -> [Match]
    {
        let article = ArticleFacts(item: item, feed: feed, clock: Clock(seen: seen, now: now))
        let met = topics(meeting: article)
        return met.map { explanation(of: $0, article) }
    }

    private mutating func read(_ article: ArticleFacts) {
        finder.read(article.item, article.feed, set)
        if !answers.isEmpty { answers.removeAll(keepingCapacity: true) }
    }

    /// The indices of the topics that an article meets, in order.
    mutating func topics(meeting article: ArticleFacts) -> [Int] {
        read(article)
        serial &+= 1
        if serial == 0 {
            for index in asked.indices { asked[index] = 0 }
            serial = 1
        }
        var met: [Int] = []
        for topic in set.broad where holds(Int(set.roots[Int(topic)]), article) { met.append(Int(topic)) }
        for key in finder.present {
            for place in Int(set.postingStarts[Int(key)])..<Int(set.postingStarts[Int(key) + 1]) {
                let posting = set.postings[place]
                if asked[Int(posting.topic)] == serial { continue }
                if posting.second >= 0, !finder.has(posting.second) { continue }
                asked[Int(posting.topic)] = serial
                if holds(Int(set.roots[Int(posting.topic)]), article) { met.append(Int(posting.topic)) }
            }
        }
        return met.sorted()
    }

    /// Whether one topic holds, whatever the index says.
    mutating func holds(topic: Int, _ article: ArticleFacts) -> Bool {
        read(article)
        return holds(Int(set.roots[topic]), article)
    }
}

// MARK: - Evaluation

extension Matcher {
    mutating func holds(_ index: Int, _ article: ArticleFacts) -> Bool {
        guard index >= 0 else { return false }
        let node = set.program.nodes[index]
        let range = Int(node.first)..<Int(node.first + node.count)
        switch node.operation {
        case .all:
            for link in range where !holds(Int(set.program.links[link]), article) { return false }
            return true
        case .any:
            for link in range where holds(Int(set.program.links[link]), article) { return true }
            return false
        case .not:
            return !holds(Int(set.program.links[range.lowerBound]), article)
        case .term:
            return finder.contains(Int(node.first), finder.words.scope(node.field), set.program, article)
        case .near:
            return near.holds(operands(node, article), reaches(node))
        case .atLeast:
            let places = operand(Int(node.first), node.field, article)
            return NearSolver.count(places) >= Int(node.value)
        case .facet:
            return set.program.facets[Int(node.first)].holds(for: article.item, from: article.feed, at: article.clock)
        case .topic:
            let topic = Int(node.first)
            guard set.compiled.indices.contains(topic) else { return false }
            if let answer = answers[topic] { return answer }
            let answer = holds(Int(set.roots[topic]), article)
            answers[topic] = answer
            return answer
        }
    }

    /// A joined form is not counted beside its parts.
    private func withoutJoined(_ places: [Occurrence]) -> [Occurrence] {
        guard places.count > 1 else { return places }
        let tokens = words.buffer.tokens
        return places.indices.filter { index in
            let whole = places[index]
            guard whole.first == whole.last, tokens[Int(whole.first)].kind.contains(.joined) else { return true }
            // Shorter places with the same start stand before it, its later parts behind it.
            if index > 0, places[index - 1].start == whole.start { return false }
            return index + 1 == places.count || places[index + 1].start >= whole.end
        }
        .map { places[$0] }
    }

    private func reaches(_ node: Program.Node) -> ArraySlice<Reach> {
        set.program.reaches[Int(node.value)..<(Int(node.value) + Int(node.count) - 1)]
    }

    private mutating func operands(_ node: Program.Node, _ article: ArticleFacts) -> [[Occurrence]] {
        var lists: [[Occurrence]] = []
        for index in Int(node.first)..<Int(node.first + node.count) {
            let places = operand(index, node.field, article)
            if places.isEmpty { return [] }
            lists.append(places)
        }
        return lists
    }

    /// The places of an operand's terms, in order, each once.
    private mutating func operand(_ index: Int, _ field: TextField?, _ article: ArticleFacts) -> [Occurrence] {
        var found: [Occurrence] = []
        for link in set.program.operands[index] {
            finder.occurrences(
                Int(set.program.links[link]), finder.words.scope(field), set.program, article, into: &found)
        }
        return Matcher.ordered(found)
    }

    private static func ordered(_ found: [Occurrence]) -> [Occurrence] {
        guard found.count > 1 else { return found }
        let sorted = found.sorted { ($0.start, $0.end, $0.first) < ($1.start, $1.end, $1.first) }
        var unique: [Occurrence] = []
        unique.reserveCapacity(sorted.count)
        for place in sorted where unique.last?.start != place.start || unique.last?.end != place.end {
            unique.append(place)
        }
        return unique
    }
}

// MARK: - Places, for explanations

extension Matcher {
    var words: ArticleWords { finder.words }

    mutating func hasTerm(_ term: Int, _ field: TextField?, _ article: ArticleFacts) -> Bool {
        finder.contains(term, finder.words.scope(field), set.program, article)
    }

    /// How many places ATLEAST found.
    mutating func occurrenceCount(_ node: Program.Node, _ article: ArticleFacts) -> Int {
        NearSolver.count(operand(Int(node.first), node.field, article))
    }

    /// The places that make a leaf hold; empty if it does not hold or has none.
    mutating func places(_ node: Program.Node, _ article: ArticleFacts) -> [Occurrence] {
        switch node.operation {
        case .term:
            var found: [Occurrence] = []
            finder.occurrences(Int(node.first), finder.words.scope(node.field), set.program, article, into: &found)
            return withoutJoined(Matcher.ordered(found))
        case .near:
            return Matcher.ordered(near.places(operands(node, article), reaches(node)))
        case .atLeast:
            let found = operand(Int(node.first), node.field, article)
            return NearSolver.count(found) >= Int(node.value) ? found : []
        default:
            return []
        }
    }
}
