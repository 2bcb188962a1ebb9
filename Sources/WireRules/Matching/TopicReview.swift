import WireModel

/// What each topic costs, and which flag nothing that another does not flag too.
public struct TopicReview: Sendable {
    /// How often a topic's query must be evaluated.
    public enum Cost: String, Sendable, CaseIterable {
        /// For at most one article in a hundred.
        case low
        /// For at most one in five.
        case middle
        /// For more, or for every article: no rare word can be named that all matches have.
        case high

        init(share: Double) { self = share <= 0.01 ? .low : share <= 0.2 ? .middle : .high }
    }

    /// Every article that `topic` flags, `other` flags too.
    public struct Overlap: Hashable, Sendable {
        public let topic: String
        public let other: String
        /// And the other way round.
        public let isMutual: Bool
    }

    public struct TopicCost: Hashable, Sendable {
        public let topic: String
        /// The share of articles that it must be looked at for, from 0 to 1, guessed by the length of its words.
        public let share: Double
        public var cost: Cost { Cost(share: share) }
    }

    /// Topics in force, in order.
    public private(set) var costs: [TopicCost] = []
    public private(set) var overlaps: [Overlap] = []

    private enum Limits {
        /// Topics that every article is held against and that are compared with every other.
        static let broad = 500
        /// Topics that one is compared with.
        static let compared = 2_000
    }

    /// Looks over the topics of a set; takes about as long as matching an article for each.
    public init(_ set: TopicSet) {
        // A set that was changed is compiled as one.
        let set = set.parts.count > 1 ? set.merged() : set
        let part = set.parts[0]
        for (index, compiled) in part.compiled.enumerated() where compiled.isInForce {
            costs.append(TopicCost(topic: compiled.topic.id, share: Double(part.costs[index])))
        }
        findOverlaps(part)
    }

    private mutating func findOverlaps(_ part: TopicPart) {
        var search = TopicSearch(part)
        var implication = Implication(part)
        let broad = part.broad.count <= Limits.broad ? part.broad.map { Int($0) } : []
        for topic in part.compiled.indices where part.compiled[topic].isInForce {
            // What has all words of the query is a candidate wherever the query is.
            let others = search.candidates(of: words(of: topic, part)).prefix(Limits.compared) + broad
            for other in others where other != topic {
                guard isWithin(part.compiled[topic].topic.feeds, part.compiled[other].topic.feeds),
                    implication.holds(from: topic, to: other)
                else { continue }
                let isMutual =
                    isWithin(part.compiled[other].topic.feeds, part.compiled[topic].topic.feeds)
                    && implication.holds(from: other, to: topic)
                if isMutual, other < topic { continue }
                overlaps.append(
                    Overlap(
                        topic: part.compiled[topic].topic.id, other: part.compiled[other].topic.id, isMutual: isMutual))
            }
        }
    }

    private func isWithin(_ feeds: [String], _ others: [String]) -> Bool {
        others.isEmpty || !feeds.isEmpty && Set(feeds).isSubset(of: others)
    }

    /// An article of all the words that a query asks for.
    private func words(of topic: Int, _ part: TopicPart) -> Item {
        var words: [String] = []
        var open = [part.roots[topic]]
        var seen: Set<Int32> = []
        while let place = open.popLast() {
            guard place >= 0, seen.insert(place).inserted else { continue }
            let node = part.program.nodes[Int(place)]
            let range = Int(node.first)..<Int(node.first + node.count)
            switch node.operation {
            case .all, .any, .added: open += part.program.links[range]
            case .term: words += part.words(ofTerm: Int(node.first))
            case .near, .atLeast:
                for operand in range {
                    for term in part.program.links[part.program.operands[operand]] {
                        words += part.words(ofTerm: Int(term))
                    }
                }
            case .topic: if part.roots.indices.contains(Int(node.first)) { open.append(part.roots[Int(node.first)]) }
            case .not, .removed, .regex, .facet: break
            }
        }
        var item = Item(id: "")
        item.contentText = words.joined(separator: "\n")
        return item
    }
}

extension TopicPart {
    /// The words of a term, of patterns what stands before the first wildcard and what stands between.
    fileprivate func words(ofTerm term: Int) -> [String] {
        program.tokens[program.terms[term].tokens].map { token in
            switch program.keyRules[Int(token.key)] {
            case .form(let form), .stem(let form), .fuzzy(let form, _), .literal(let form):
                String(decoding: form, as: UTF8.self)
            case .pattern(let pattern):
                String(decoding: pattern.filter { $0 < Pattern.star }, as: UTF8.self)
            case .edited: ""
            }
        }
    }
}

extension TopicSearch {
    /// The topics that may hold for an article of these words, whichever fields they look in.
    fileprivate mutating func candidates(of item: Item) -> [Int] {
        let article = ArticleFacts(item: item, feed: FeedFacts(), clock: Clock(seen: nil, now: Timestamp(seconds: 0)))
        finder.words.read(item, article.feed, fields: [])
        read(article)
        var found: Set<Int> = []
        for key in finder.present {
            for place in Int(part.postingStarts[Int(key)])..<Int(part.postingStarts[Int(key) + 1]) {
                let posting = part.postings[place]
                if posting.second < 0 || finder.has(posting.second) { found.insert(Int(posting.topic)) }
            }
        }
        return found.sorted()
    }
}
