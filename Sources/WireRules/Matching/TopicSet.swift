public import WireModel

/// All compiled topics. Immutable: a change makes a new set, which shares all that stayed with the old one.
public struct TopicSet: Sendable {
    /// Errors and warnings of all queries, in order of the topics.
    public let problems: [QueryProblem]
    /// A large part, and one for the topics that changed since.
    let parts: [TopicPart]
    /// Topics of each part that were replaced or removed.
    private let off: [Set<Int>]
    /// Topics that are not in force because of an error.
    private let bad: [Topic]
    /// For `topic:`: the ids of the topics that refer to an id.
    private let dependents: [String: Set<String>]
    private let nextOrder: Int
    /// Texts besides the article's own that some query looks in.
    let fields: Set<TextField>

    private enum Limits {
        /// Changes after which a set should be merged.
        static let changes = 1_000
    }

    /// Compiles the topics. A bad one is left out and told of in `problems`; the others run.
    /// - Parameter frequencies: what was observed of an earlier set, to choose keys by.
    public init(_ topics: [Topic], frequencies: TermFrequencies? = nil) {
        let resolver = TopicResolver(topics)
        var problems = resolver.problems
        let part = TopicPart(resolver, frequencies: frequencies, problems: &problems)
        // A topic that is switched off and that nobody refers to may be wrong.
        let idle = Set(topics.filter { !$0.isEnabled && resolver.dependents[$0.id] == nil }.map(\.id))
        if !idle.isEmpty { problems.removeAll { idle.contains($0.topic ?? "") } }
        self.init(
            problems: problems, parts: [part], off: [[]], bad: part.leftOut(of: topics),
            dependents: resolver.dependents, nextOrder: topics.count)
    }

    private init(
        problems: [QueryProblem], parts: [TopicPart], off: [Set<Int>], bad: [Topic],
        dependents: [String: Set<String>], nextOrder: Int
    ) {
        self.problems = problems
        self.parts = parts
        self.off = off
        self.bad = bad
        self.dependents = dependents
        self.nextOrder = nextOrder
        fields = parts.reduce(into: []) { $0.formUnion($1.program.fields) }
    }

    /// Topics in force, as given; bad ones and disabled ones are not among them.
    public var topics: [Topic] {
        let found = parts.indices.flatMap { part in
            parts[part].compiled.indices.lazy.filter { isInForce($0, part) }.map { parts[part].compiled[$0] }
        }
        return (parts.count > 1 ? found.sorted { $0.order < $1.order } : found).map(\.topic)
    }

    public var count: Int { parts.indices.reduce(0) { $0 + count(inPart: $1) } }

    /// Topics that no word can name, so that every article must be held against them.
    public var broadCount: Int {
        parts.indices.reduce(0) { sum, part in sum + parts[part].broad.count { isInForce(Int($0), part) } }
    }

    /// Whether some query asks what an edit changed, so that the text before it must be known.
    public var looksAtEdits: Bool { parts.contains { $0.program.editedKey != nil || $0.program.looksAtChanges } }

    func isInForce(_ topic: Int, _ part: Int) -> Bool {
        parts[part].compiled[topic].isInForce && isCurrent(topic, part)
    }

    /// Whether a topic was neither replaced nor removed since its part was compiled.
    func isCurrent(_ topic: Int, _ part: Int) -> Bool { off[part].isEmpty || !off[part].contains(topic) }

    func order(of topic: Int, in part: Int) -> Int { parts[part].compiled[topic].order }

    /// Whether a topic is in force.
    public func contains(_ id: String) -> Bool { place(of: id) != nil }

    /// Where a topic in force stands.
    func place(of id: String) -> (part: Int, topic: Int)? {
        for part in parts.indices.reversed() {
            if let topic = parts[part].position(of: id), isInForce(topic, part) { return (part, topic) }
        }
        return nil
    }

    private func count(inPart part: Int) -> Int {
        parts[part].compiled.count { $0.isInForce } - off[part].count { parts[part].compiled[$0].isInForce }
    }
}

// MARK: - Changes

extension TopicSet {
    /// Changes since the large part was compiled.
    public var changeCount: Int { parts.dropFirst().reduce(off[0].count) { $0 + $1.compiled.count } }

    /// Whether `merged()` is worth its time.
    public var needsMerge: Bool { changeCount >= Limits.changes }

    /// All topics compiled anew as one part.
    public func merged(frequencies: TermFrequencies? = nil) -> TopicSet {
        var known = parts.indices.flatMap { part in
            parts[part].compiled.indices.lazy.filter { !off[part].contains($0) }.map { parts[part].compiled[$0] }
        }
        known.sort { $0.order < $1.order }
        var seen: Set<String> = []
        let topics = known.map(\.topic).filter { seen.insert($0.id).inserted }
        return TopicSet(topics + bad.filter { !seen.contains($0.id) }, frequencies: frequencies)
    }

    /// The same topics, found by other keys.
    public func rechosen(by frequencies: TermFrequencies) -> TopicSet {
        TopicSet(
            problems: problems, parts: parts.map { $0.rechosen(by: frequencies) }, off: off, bad: bad,
            dependents: dependents, nextOrder: nextOrder)
    }

    /// The set with topics added or replaced (by id) and others removed. Takes time for what changed, not for the set; topics
    /// that refer to a changed one change with it.
    public func changed(adding added: [Topic] = [], removing removed: [String] = []) -> TopicSet {
        let change = Dictionary(added.map { ($0.id, $0) }) { _, last in last }
        let gone = Set(removed).subtracting(change.keys)
        let affected = affected(by: Set(change.keys).union(gone)).subtracting(gone)
        let renewed = affected.compactMap { id in change[id] ?? topic(id) }
        let resolver = TopicResolver(
            context(of: renewed, change, without: gone), order: { order(of: $0, change) },
            isWanted: affected.contains)
        var messages = resolver.problems.filter { affected.contains($0.topic ?? "") }

        var side = parts.count > 1 ? parts[1] : TopicPart()
        var off = parts.count > 1 ? off : [off[0], []]
        for id in affected.union(gone) {
            for (part, owner) in parts.enumerated() {
                if let topic = owner.position(of: id) { off[part].insert(topic) }
            }
        }
        side.append(resolver, problems: &messages)
        var references = dependents.mapValues { $0.subtracting(affected).subtracting(gone) }.filter { !$1.isEmpty }
        references.merge(resolver.dependents) { $0.union($1) }
        return TopicSet(
            problems: problems.filter { !affected.contains($0.topic ?? "") && !gone.contains($0.topic ?? "") }
                + messages,
            parts: [parts[0], side], off: off,
            bad: bad.filter { !affected.contains($0.id) && !gone.contains($0.id) }
                + renewed.filter { resolver.places[$0.id] == nil },
            dependents: references, nextOrder: nextOrder + change.count)
    }

    /// The ids and all that refer to them, directly or not.
    private func affected(by ids: Set<String>) -> Set<String> {
        var found = ids
        var open = Array(ids)
        while let id = open.popLast() {
            for other in dependents[id] ?? [] where found.insert(other).inserted { open.append(other) }
        }
        return found
    }

    /// A topic of the set, whether in force or not.
    private func topic(_ id: String) -> Topic? {
        for part in parts.indices.reversed() {
            if let topic = parts[part].position(of: id), !off[part].contains(topic) {
                return parts[part].compiled[topic].topic
            }
        }
        return bad.first { $0.id == id }
    }

    /// Topics and all that they refer to.
    private func context(of topics: [Topic], _ change: [String: Topic], without gone: Set<String>) -> [Topic] {
        var found = topics
        var known = Set(topics.map(\.id)).union(gone)
        var next = 0
        while next < found.count {
            for id in TopicResolver.references(of: found[next]) where known.insert(id).inserted {
                if let topic = change[id] ?? topic(id) { found.append(topic) }
            }
            next += 1
        }
        return found
    }

    private func order(of id: String, _ change: [String: Topic]) -> Int {
        for part in parts {
            if let topic = part.position(of: id) { return part.compiled[topic].order }
        }
        return nextOrder + (change.keys.sorted().firstIndex(of: id) ?? 0)
    }
}
