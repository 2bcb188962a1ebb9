import WireModel
import WireText

/// Compiled topics with the index over them. A set has a large part, and for its latest changes a small one that grows.
struct TopicPart: Sendable {
    /// A topic, apart from where its query's tree begins: matching must not go through all this.
    struct Compiled: Sendable {
        let topic: Topic
        /// Whether the topic itself is looked for, or only stands here because others refer to it.
        let isInForce: Bool
        /// Its place among all topics.
        let order: Int
    }

    struct Posting: Sendable {
        let topic: Int32
        /// A key that the topic also needs, or -1.
        let second: Int32
        /// Whether the query holds if both stand in title or body, so that it need not be asked.
        let isWhole: Bool
    }

    private(set) var compiled: [Compiled] = []
    /// Where each topic's tree begins in the program; -1 if it has none.
    private(set) var roots: [Int32] = []
    private(set) var program = Program()
    private(set) var index = TermIndex()
    /// By key: `postings[postingStarts[key]..<postingStarts[key + 1]]`.
    private(set) var postings: [Posting] = []
    private(set) var postingStarts: [Int32] = [0]
    /// Topics that no word can name: every article must be held against them.
    private(set) var broad: [Int32] = []
    /// Estimated share of articles that each topic must be held against; 1 for broad ones.
    private(set) var costs: [Float] = []
    /// The estimated share of articles that meet each key.
    private var keyCosts: [Double] = []
    private var byID: [String: Int] = [:]
    /// Which topic needs which keys, in order of the topics; empty in a part that does not grow.
    private var needs: [(key: Int32, posting: Posting)] = []

    init() {}

    /// Compiles all topics at once; the part cannot grow.
    /// - Returns: problems of topics that the compiler refuses, which are left out.
    init(_ topics: TopicResolver, frequencies: TermFrequencies?, problems: inout [QueryProblem]) {
        append(topics, frequencies: frequencies, problems: &problems)
        needs = []
        program.seal()
    }

    /// Compiles more topics. Cheap for few: everything else stays as it is.
    mutating func append(
        _ topics: TopicResolver, frequencies: TermFrequencies? = nil, problems: inout [QueryProblem]
    ) {
        let first = compiled.count
        if first == 0 {
            byID = topics.places
        } else {
            for (id, place) in topics.places { byID[id] = first + place }
        }
        var compiler = QueryCompiler(program, topics: byID)
        program = Program()
        if first == 0 {
            compiled.reserveCapacity(topics.good.count)
            roots.reserveCapacity(topics.good.count)
        }
        for parsed in topics.good {
            var root: Int32 = -1
            do throws(QueryProblem) {
                root = try compiler.compile(parsed.expression, of: parsed.topic.query)
            } catch {
                problems.append(error.located(in: parsed.topic))
            }
            roots.append(root)
            compiled.append(
                Compiled(
                    topic: parsed.topic, isInForce: parsed.isInForce && root >= 0, order: parsed.order))
        }
        program = compiler.program
        index.append(program.keyRules[index.ruleCount...])
        for rule in program.keyRules[keyCosts.count...] {
            keyCosts.append(frequencies?.share(of: rule) ?? CoverFinder.guess(rule))
        }
        choose(from: first)
    }

    /// The part with keys chosen by what was observed.
    func rechosen(by frequencies: TermFrequencies) -> TopicPart {
        var part = self
        part.keyCosts = program.keyRules.map { frequencies.share(of: $0) ?? CoverFinder.guess($0) }
        part.needs = []
        part.broad = []
        part.costs = []
        part.choose(from: 0)
        return part
    }

    /// The topic of this part with an id; the latest if it was replaced.
    func position(of id: String) -> Int? { byID[id] }

    /// Those of the topics, which are all that this part was made of, that have an error.
    func leftOut(of topics: [Topic]) -> [Topic] {
        if topics.count == roots.count, roots.allSatisfy({ $0 >= 0 }) { return [] }
        return topics.filter { topic in byID[topic.id].map { roots[$0] < 0 } ?? true }
    }

    /// Chooses the keys of the topics from `first` on and sorts all postings by key.
    private mutating func choose(from first: Int) {
        var finder = CoverFinder(program: program, costs: keyCosts, roots: roots)
        for index in first..<compiled.count {
            guard compiled[index].isInForce else {
                costs.append(0)
                continue
            }
            let topic = Int32(truncatingIfNeeded: index)
            let requirement = finder.requirement(of: roots[index])
            guard let rarest = requirement.first else {
                broad.append(topic)
                costs.append(1)
                continue
            }
            costs.append(Float(min(1, rarest.cost)))
            let other = requirement.second.flatMap { finder.keys[$0.keys] == finder.keys[rarest.keys] ? nil : $0 }
            let second = other.flatMap { $0.keys.count == 1 ? finder.keys[$0.keys.lowerBound] : nil } ?? -1
            let isWhole = requirement.isWhole && (other == nil || second >= 0)
            for key in finder.keys[rarest.keys] {
                needs.append((key, Posting(topic: topic, second: second, isWhole: isWhole)))
            }
        }
        sortPostings()
    }

    /// By key, each key's in order of the topics.
    private mutating func sortPostings() {
        postingStarts = Array(repeating: 0, count: program.keyRules.count + 1)
        for need in needs { postingStarts[Int(need.key) + 1] += 1 }
        for key in 0..<program.keyRules.count { postingStarts[key + 1] += postingStarts[key] }
        var next = postingStarts
        postings = Array(repeating: Posting(topic: 0, second: -1, isWhole: false), count: needs.count)
        for need in needs {
            postings[Int(next[Int(need.key)])] = need.posting
            next[Int(need.key)] += 1
        }
    }
}
