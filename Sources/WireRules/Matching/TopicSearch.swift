import WireModel
import WireText

/// Finds the topics of one part that an article meets. Keeps its working memory from article to article.
struct TopicSearch: Sendable {
    let part: TopicPart
    var finder: TermFinder
    /// Topics that the current article was held against.
    private var asked: BitField
    private var askedTopics: [Int] = []
    private var near = NearSolver()
    /// Answers of topics that others refer to, for the current article.
    private var answers: [Int: Bool] = [:]
    /// The words of the article before its edit, read when a query asks for them.
    private var earlier: TermFinder?
    private var isEarlierRead = false
    /// What was done for the article that was read last.
    private(set) var work = MatchWork()

    init(_ part: TopicPart) {
        self.part = part
        finder = TermFinder(part.index)
        asked = BitField(part.compiled.count)
    }

    /// Makes the article whose words `finder.words` holds the current one.
    mutating func read(_ article: ArticleFacts) {
        finder.read(article)
        if !answers.isEmpty { answers.removeAll(keepingCapacity: true) }
        isEarlierRead = false
    }

    /// The indices of the topics in force that the current article meets, in order.
    mutating func topics(meeting article: ArticleFacts) -> [Int] {
        for topic in askedTopics { asked.removeWord(of: topic) }
        askedTopics.removeAll(keepingCapacity: true)
        work = MatchWork()
        var met: [Int] = []
        for topic in part.broad where holds(Int(part.roots[Int(topic)]), article) { met.append(Int(topic)) }
        work.evaluated += part.broad.count
        for key in finder.present {
            for place in Int(part.postingStarts[Int(key)])..<Int(part.postingStarts[Int(key) + 1]) {
                let posting = part.postings[place]
                let topic = Int(posting.topic)
                if asked.contains(topic) { continue }
                work.candidates += 1
                if posting.second >= 0, !finder.has(posting.second) { continue }
                if posting.isWhole {
                    guard finder.isInText(key), posting.second < 0 || finder.isInText(posting.second) else { continue }
                    met.append(topic)
                } else {
                    work.evaluated += 1
                    if holds(Int(part.roots[topic]), article) { met.append(topic) }
                }
                asked.insert(topic)
                askedTopics.append(topic)
            }
        }
        work.matched = met.count
        return met.sorted()
    }
}

/// How much was done to match an article.
public struct MatchWork: Sendable, Hashable {
    /// Topics that one of the article's words pointed at.
    public var candidates = 0
    /// Those whose second word was there too, and the broad ones: their queries were evaluated.
    public var evaluated = 0
    public var matched = 0
    /// Articles that all this was for.
    public var articles = 0

    public static func += (left: inout MatchWork, right: MatchWork) {
        left.candidates += right.candidates
        left.evaluated += right.evaluated
        left.matched += right.matched
        left.articles += right.articles
    }
}

// MARK: - Evaluation

extension TopicSearch {
    mutating func holds(_ index: Int, _ article: ArticleFacts) -> Bool {
        guard index >= 0 else { return false }
        let node = part.program.nodes[index]
        let range = Int(node.first)..<Int(node.first + node.count)
        switch node.operation {
        case .all:
            for link in range where !holds(Int(part.program.links[link]), article) { return false }
            return true
        case .any:
            for link in range where holds(Int(part.program.links[link]), article) { return true }
            return false
        case .not:
            return !holds(Int(part.program.links[range.lowerBound]), article)
        case .term:
            return finder.contains(Int(node.first), finder.words.scope(node.field), part.program, article)
        case .near:
            return near.holds(operands(node, article), reaches(node))
        case .atLeast:
            let places = operand(Int(node.first), node.field, article)
            return NearSolver.count(places) >= Int(node.value)
        case .regex:
            return mayHold(regex: range.lowerBound) && finder.words.meets(expression(node), node.field, article)
        case .added, .removed:
            return holds(edit: node, article)
        case .facet:
            return part.program.facets[range.lowerBound].holds(for: article)
        case .topic:
            return holds(topic: range.lowerBound, article)
        }
    }

    private mutating func holds(topic: Int, _ article: ArticleFacts) -> Bool {
        guard part.roots.indices.contains(topic) else { return false }
        if let answer = answers[topic] { return answer }
        let answer = holds(Int(part.roots[topic]), article)
        answers[topic] = answer
        return answer
    }

    /// Whether the one text has it and the other has not.
    private mutating func holds(edit node: Program.Node, _ article: ArticleFacts) -> Bool {
        guard let previous = article.previous else { return false }
        let child = Int(part.program.links[Int(node.first)])
        let isNow = holds(child, article)
        guard isNow == (node.operation == .added) else { return false }
        let old = ArticleFacts(item: previous, feed: article.feed, clock: article.clock)
        var other = earlier ?? TermFinder(part.index)
        swap(&finder, &other)
        if !isEarlierRead {
            finder.words.read(previous, article.feed, fields: part.program.fields)
            finder.read(old)
            isEarlierRead = true
        }
        let wasBefore = holds(child, old)
        swap(&finder, &other)
        earlier = other
        return isNow != wasBefore
    }

    /// Whether one of the expression's literals is there, if it has any.
    private func mayHold(regex: Int) -> Bool {
        let literals = part.program.literals[regex]
        return literals.isEmpty || part.program.literalKeys[literals].contains { finder.has($0) }
    }

    private func expression(_ node: Program.Node) -> RegularExpression { part.program.expressions[Int(node.first)] }

    private func reaches(_ node: Program.Node) -> ArraySlice<Reach> {
        part.program.reaches[Int(node.value)..<(Int(node.value) + Int(node.count) - 1)]
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
    mutating func operand(_ index: Int, _ field: TextField?, _ article: ArticleFacts) -> [Occurrence] {
        var found: [Occurrence] = []
        for link in part.program.operands[index] {
            finder.occurrences(
                Int(part.program.links[link]), finder.words.scope(field), part.program, article, into: &found)
        }
        return TopicSearch.ordered(found)
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

extension TopicSearch {
    var words: ArticleWords { finder.words }

    mutating func hasTerm(_ term: Int, _ field: TextField?, _ article: ArticleFacts) -> Bool {
        finder.contains(term, finder.words.scope(field), part.program, article)
    }

    /// How many places ATLEAST found.
    mutating func occurrenceCount(_ node: Program.Node, _ article: ArticleFacts) -> Int {
        NearSolver.count(operand(Int(node.first), node.field, article))
    }

    /// The places of the words that make a leaf hold; empty if it does not hold or has none.
    mutating func places(_ node: Program.Node, _ article: ArticleFacts) -> [Occurrence] {
        switch node.operation {
        case .term:
            var found: [Occurrence] = []
            finder.occurrences(Int(node.first), finder.words.scope(node.field), part.program, article, into: &found)
            return withoutJoined(TopicSearch.ordered(found))
        case .near:
            return TopicSearch.ordered(near.places(operands(node, article), reaches(node)))
        case .atLeast:
            let found = operand(Int(node.first), node.field, article)
            return NearSolver.count(found) >= Int(node.value) ? found : []
        default:
            return []
        }
    }

    /// The places of a regular expression.
    func texts(_ node: Program.Node, _ article: ArticleFacts) -> [TextPlace] {
        finder.words.places(of: expression(node), node.field, article)
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
}
