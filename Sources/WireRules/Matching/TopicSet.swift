public import WireModel

/// All compiled topics. Immutable: a change makes a new set.
public struct TopicSet: Sendable {
    /// Topics in force, as given; bad ones and disabled ones are not among them.
    public let topics: [Topic]
    /// Errors and warnings of all queries, in order of the topics.
    public let problems: [QueryProblem]

    public var count: Int { topics.count }

    /// Topics that no word can name, so that every article must be held against them.
    public var broadCount: Int { broad.count }

    let program: Program
    let index: TermIndex
    /// By topic; disabled ones that others refer to stand behind those in force.
    let compiled: [CompiledTopic]
    /// Their root nodes.
    let roots: [Int32]
    let references: [Reference]
    /// Postings by key: `postings[starts[key]..<starts[key + 1]]`.
    let postings: [Posting]
    let postingStarts: [Int32]
    let broad: [Int32]

    struct CompiledTopic: Sendable {
        let topic: Topic
        let root: Int32
        let reference: Reference
    }

    /// What a match says of its topic.
    struct Reference: Sendable {
        let id: String
        let hash: String
        let query: [UInt8]
    }

    struct Posting: Sendable {
        let topic: Int32
        /// A key that the topic also needs, or -1.
        let second: Int32
    }

    /// Compiles the topics. A bad one is left out and told of in `problems`; the others run.
    public init(_ topics: [Topic]) {
        let resolver = TopicResolver(topics)
        var problems = resolver.problems
        var compiler = QueryCompiler()
        let order = resolver.good.filter(\.topic.isEnabled) + resolver.good.filter { !$0.topic.isEnabled }
        compiler.topics = Dictionary(
            order.enumerated().map { ($1.topic.id, $0) }, uniquingKeysWith: { first, _ in first })
        var compiled: [CompiledTopic] = []
        var roots: [Int32] = []
        for parsed in order {
            var root: Int32 = -1
            do throws(QueryProblem) {
                root = try compiler.compile(parsed.expression, of: parsed.topic.query)
            } catch {
                problems.append(error.located(in: parsed.topic))
            }
            roots.append(root)
            compiled.append(
                CompiledTopic(
                    topic: parsed.topic, root: root,
                    reference: Reference(
                        id: parsed.topic.id, hash: Query.hash(of: parsed.topic.query),
                        query: Array(parsed.topic.query.utf8))))
        }
        program = compiler.seal()
        index = TermIndex(program.keyRules)
        self.problems = problems
        self.compiled = compiled
        self.roots = roots
        references = compiled.map(\.reference)
        self.topics = zip(compiled, roots).filter { $0.topic.isEnabled && $1 >= 0 }.map(\.0.topic)
        (postings, postingStarts, broad) = Self.postings(program, compiled, roots)
    }

    private static func postings(
        _ program: Program, _ compiled: [CompiledTopic], _ roots: [Int32]
    ) -> ([Posting], [Int32], [Int32]) {
        var finder = CoverFinder(program: program, roots: roots)
        var byKey: [[Posting]] = Array(repeating: [], count: program.keyRules.count)
        var broad: [Int32] = []
        for (index, topic) in compiled.enumerated() where topic.topic.isEnabled && topic.root >= 0 {
            let covers = finder.covers(of: topic.root)
            guard let cheapest = covers.first else {
                broad.append(Int32(truncatingIfNeeded: index))
                continue
            }
            let second = covers.dropFirst().first { $0.keys.count == 1 && $0.keys != cheapest.keys }?.keys.first ?? -1
            for key in cheapest.keys {
                byKey[Int(key)].append(Posting(topic: Int32(truncatingIfNeeded: index), second: second))
            }
        }
        var starts: [Int32] = []
        var all: [Posting] = []
        for list in byKey {
            starts.append(Int32(truncatingIfNeeded: all.count))
            all += list
        }
        starts.append(Int32(truncatingIfNeeded: all.count))
        return (all, starts, broad)
    }
}
