public import WireModel
import WireText
import Yams

/// An error or warning of a topics file or of a query in it.
public typealias TopicProblem = QueryProblem

/// The topics file, `topics.yaml` (topics.md section 1): its shape is checked here, its queries by `TopicSet`.
public struct TopicsFile: Sendable {
    /// Topics of the right shape, disabled ones too, in order of the file.
    public let topics: [Topic]
    /// What is wrong with the file's shape; a topic named here with an error is not among `topics`.
    public let problems: [TopicProblem]

    /// Reads a topics file.
    ///
    /// - Parameter name: the file's name, for messages.
    /// - Throws: a problem with the code `not-yaml` if the text is no YAML at all, `bad-shape` if it is not a map.
    public static func read(_ text: String, name: String) throws(TopicProblem) -> TopicsFile {
        var reader = TopicsFileReader(text: text, file: name)
        guard let root = try reader.compose() else {
            return TopicsFile(topics: [], problems: [])
        }
        try reader.readRoot(root)
        return TopicsFile(topics: reader.topics, problems: reader.problems)
    }

    /// Reads the bytes of a topics file, which must be UTF-8.
    public static func read(_ bytes: [UInt8], name: String) throws(TopicProblem) -> TopicsFile {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw TopicProblem(
                .error, "not-utf8", file: name, line: 1, column: 1, lineText: nil, "the file is not UTF-8 text",
                hint: "save it as UTF-8")
        }
        return try read(text, name: name)
    }

    /// A topic's id: its name case-folded, letters and digits kept, everything else one `-`, none at the ends.
    public static func id(ofName name: String) -> String {
        var id = String.UnicodeScalarView()
        for scalar in FoldedText.folded(name).unicodeScalars {
            if Characters.isWordCharacter(scalar), scalar.value < 0x2000 || !scalar.properties.isEmojiPresentation {
                id.append(scalar)
            } else if let last = id.last, last != "-" {
                id.append("-")
            }
        }
        if id.last == "-" { id.removeLast() }
        return String(id)
    }
}

/// Walks the YAML tree of a topics file.
struct TopicsFileReader {
    private let text: String
    private let file: String
    let lines: [Substring]
    private(set) var topics: [Topic] = []
    private(set) var problems: [TopicProblem] = []
    /// Every topic with a name, also those of a wrong shape.
    private var named: [(id: String, name: String, place: SourcePlace)] = []

    private enum Limits {
        /// Topics of one file.
        static let topics = 200_000
    }

    static let topicKeys = ["name", "query", "severity", "notify", "feeds", "max_age", "enabled", "tests"]

    init(text: String, file: String) {
        self.text = text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text
        self.file = file
        lines = self.text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
            Substring($0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0)
        }
    }

    /// The tree; nil for an empty file.
    func compose() throws(TopicProblem) -> Node? {
        do {
            // What a plain word means is asked where it is read; a guess for each takes a fifth of the time.
            return try Yams.compose(yaml: text, .basic)
        } catch let error as YamlError {
            throw yamlProblem(error)
        } catch {
            throw problem("not-yaml", 1, 1, "the file is not YAML: \(error)", hint: Self.yamlHint)
        }
    }

    mutating func readRoot(_ root: Node) throws(TopicProblem) {
        guard let mapping = mapping(root) else {
            if let scalar = root.scalar, scalar.string.isEmpty || scalar.string == "~" || scalar.string == "null" {
                return
            }
            let hint = "begin it with  topics:  and write each topic below as  - name: …"
            throw problem("bad-shape", at: root, "a topics file is a map with the key topics", hint: hint)
        }
        for (key, value) in mapping {
            let name = key.scalar?.string ?? ""
            guard name == "topics" else {
                add(unknownKey(key, among: ["topics"], of: "a topics file"))
                continue
            }
            if isAlias(value) {
                add(aliasProblem(value))
                continue
            }
            if value.scalar.map({ $0.string.isEmpty || $0.string == "~" || $0.string == "null" }) == true { continue }
            guard let list = value.sequence else {
                add(
                    problem(
                        "bad-shape", at: value, "topics is a list",
                        hint: "write each topic as  - name: …  with its  query: >  below"))
                continue
            }
            for node in list.prefix(Limits.topics) { readTopic(node) }
        }
        dropDuplicates()
    }
}

// MARK: - One topic

extension TopicsFileReader {
    private mutating func readTopic(_ node: Node) {
        guard !isAlias(node) else { return add(aliasProblem(node)) }
        guard let mapping = mapping(node) else {
            return add(
                problem(
                    "bad-shape", at: node, "a topic is a map with name and query",
                    hint: "write  - name: …  and below it  query: >"))
        }
        let name = mapping.first { $0.key.scalar?.string == "name" }?.value.scalar?.string ?? ""
        let id = TopicsFile.id(ofName: name)
        let errors = problems.count
        var topic = Topic(id: id, name: name, query: "", place: place(of: node))
        var query: (text: String, anchors: [QueryAnchor])?
        var tests: [TopicTest] = []
        for (key, value) in mapping {
            guard !isAlias(value) else {
                add(aliasProblem(value), topic: id)
                continue
            }
            switch key.scalar?.string ?? "" {
            case "name":
                if value.scalar == nil || id.isEmpty {
                    add(
                        problem(
                            "bad-name", at: value, "a topic's name is a text with a letter or digit",
                            hint: "write  name: Harbour fires"), topic: id)
                }
                topic.place = place(of: value)
            case "query": query = readQuery(value, key: key, topic: id)
            case "severity":
                if let severity = readSeverity(value, topic: id) { topic.severity = severity }
            case "notify": topic.notify = readList(value, "notify", topic: id)
            case "feeds": topic.feeds = readList(value, "feeds", topic: id) ?? []
            case "max_age": readAge(value, &topic)
            case "enabled":
                if let isEnabled = readFlag(value, "enabled", topic: id) { topic.isEnabled = isEnabled }
            case "tests": tests = readTests(value, topic: id)
            default: add(unknownKey(key, among: Self.topicKeys, of: "a topic"), topic: id)
            }
        }
        require(mapping, node, id)
        if !id.isEmpty, let place = topic.place { named.append((id, name, place)) }
        guard let query, !problems[errors...].contains(where: { $0.isError && $0.code != "bad-test" }) else { return }
        topics.append(finished(topic, query, tests))
    }

    private func finished(
        _ topic: Topic, _ query: (text: String, anchors: [QueryAnchor]), _ tests: [TopicTest]
    ) -> Topic {
        var whole = Topic(
            id: topic.id, name: topic.name, query: query.text, severity: topic.severity, notify: topic.notify,
            feeds: topic.feeds, maxAge: topic.maxAge, isEnabled: topic.isEnabled, tests: tests, place: topic.place)
        whole.anchors = query.anchors
        return whole
    }

    private mutating func require(_ mapping: Node.Mapping, _ node: Node, _ id: String) {
        let keys = mapping.map { $0.key.scalar?.string ?? "" }
        if !keys.contains("name") {
            add(problem("missing-key", at: node, "this topic has no name", hint: "write  name: …"), topic: nil)
        }
        if !keys.contains("query") {
            add(
                problem(
                    "missing-key", at: node, "this topic has no query",
                    hint: "write  query: >  and the query on the next line, indented"),
                topic: id)
        }
    }

    /// Two topics with one id are both switched off.
    private mutating func dropDuplicates() {
        let byID = Dictionary(grouping: named, by: \.id)
        for topic in named {
            guard let same = byID[topic.id], same.count > 1 else { continue }
            let place = topic.place
            let other = same.first { $0.place != topic.place }
            let line = other.map { " in line \($0.place.line)" } ?? ""
            add(
                problem(
                    "duplicate-topic", place.line, place.column, marked: topic.name.count,
                    "the topic \(other?.name ?? topic.name)\(line) has the same id, \(topic.id): both are switched off",
                    hint: "give one of them another name"),
                topic: topic.id)
        }
        topics.removeAll { byID[$0.id]?.count ?? 0 > 1 }
    }

    private mutating func readSeverity(_ value: Node, topic: String) -> Severity? {
        let text = value.scalar?.string ?? ""
        if let severity = Severity(rawValue: text) { return severity }
        let names = Severity.allCases.map(\.rawValue)
        let near = NearestName.find(text, among: names)
        add(
            problem(
                "bad-value", at: value, "there is no severity \(text)",
                hint: near.map { "did you mean \($0)?" } ?? "write one of \(names.joined(separator: ", "))"),
            topic: topic)
        return nil
    }

    private mutating func readAge(_ value: Node, _ topic: inout Topic) {
        let text = value.scalar?.string ?? ""
        guard let span = QuantityText.duration(text) else {
            return add(
                problem(
                    "bad-value", at: value, "max_age: \(text) is not a span of time",
                    hint: "write 7d, 12h or 2w, or 0 for no limit"),
                topic: topic.id)
        }
        topic.maxAge = span == .zero ? nil : span
    }

    mutating func readFlag(_ value: Node, _ key: String, topic: String) -> Bool? {
        switch value.scalar?.string.lowercased() ?? "" {
        case "true", "yes", "on": return true
        case "false", "no", "off": return false
        default:
            add(
                problem("bad-value", at: value, "\(key) is true or false", hint: "write \(key): true"),
                topic: topic)
            return nil
        }
    }

    /// A list of texts; a single text counts as a list of one.
    mutating func readList(_ value: Node, _ key: String, topic: String) -> [String]? {
        if let scalar = value.scalar { return scalar.string.isEmpty ? [] : [scalar.string] }
        guard let list = value.sequence else {
            add(problem("bad-value", at: value, "\(key) is a list", hint: "write  \(key): [a, b]"), topic: topic)
            return nil
        }
        var texts: [String] = []
        for node in list {
            if isAlias(node) {
                add(aliasProblem(node), topic: topic)
            } else if let scalar = node.scalar {
                texts.append(scalar.string)
            } else {
                add(
                    problem("bad-value", at: node, "\(key) is a list of texts", hint: "write  \(key): [a, b]"),
                    topic: topic)
            }
        }
        return texts
    }
}

// MARK: - Problems and places

extension TopicsFileReader {
    mutating func add(_ problem: TopicProblem, topic: String? = nil) {
        var problem = problem
        if let topic, !topic.isEmpty { problem.topic = topic }
        problems.append(problem)
    }

    func problem(
        _ code: String, _ line: Int, _ column: Int, marked: Int = 1, severity: TopicProblem.Severity = .error,
        _ message: String, hint: String? = nil
    ) -> TopicProblem {
        TopicProblem(
            severity, code, file: file, line: line, column: column,
            lineText: lines.indices.contains(line - 1) ? String(lines[line - 1]) : nil, marked: marked, message,
            hint: hint)
    }

    func problem(
        _ code: String, at node: Node, severity: TopicProblem.Severity = .error, _ message: String, hint: String? = nil
    ) -> TopicProblem {
        let mark = node.mark
        let isPlain = node.scalar.map { $0.style == .plain || $0.style == .any } ?? false
        return problem(
            code, mark?.line ?? 1, mark?.column ?? 1, marked: isPlain ? max(1, node.scalar?.string.count ?? 1) : 1,
            severity: severity, message, hint: hint)
    }

    func unknownKey(_ key: Node, among names: [String], of what: String) -> TopicProblem {
        let name = key.scalar?.string ?? "?"
        let near = NearestName.find(name, among: names)
        return problem(
            "unknown-key", at: key, "\(what) has no key \(name)",
            hint: near.map { "did you mean \($0)?" } ?? "the keys are \(names.joined(separator: ", "))")
    }

    func place(of node: Node) -> SourcePlace? {
        node.mark.map { SourcePlace(file: file, line: $0.line, column: $0.column) }
    }

    func mapping(_ node: Node) -> Node.Mapping? {
        if case .mapping(let mapping) = node { return mapping }
        return nil
    }

    /// The character that a node begins with in the file.
    func firstCharacter(_ node: Node) -> Character? {
        guard let mark = node.mark, lines.indices.contains(mark.line - 1) else { return nil }
        return lines[mark.line - 1].dropFirst(max(0, mark.column - 1)).first
    }

    /// Whether a node is an alias or has an anchor; an alias is composed as a copy that begins where its anchor stands.
    func isAlias(_ node: Node) -> Bool {
        if case .alias = node { return true }
        if node.anchor != nil { return true }
        let first = firstCharacter(node)
        return first == "&" || first == "*"
    }

    func aliasProblem(_ node: Node) -> TopicProblem {
        problem(
            "yaml-alias", at: node, "anchors and aliases (& and *) are not read in a topics file",
            hint: "write the value itself; a query that begins with one of these stands under  query: >")
    }

    private func yamlProblem(_ error: YamlError) -> TopicProblem {
        let message: String
        var mark: Mark?
        switch error {
        case .scanner(let context, let problem, let place, _), .parser(let context, let problem, let place, _),
            .composer(let context, let problem, let place, _):
            message = [context?.text, problem].compactMap(\.self).joined(separator: ", ")
            mark = place
        case .duplicatedKeysInMapping(let duplicates, let context):
            message = "the key \(duplicates.joined(separator: ", ")) stands twice in one map"
            mark = context.mark
        case .reader(let problem, _, _, _): message = problem
        default: message = "\(error)"
        }
        let line = mark?.line ?? 1
        return problem(
            "not-yaml", line, mark?.column ?? 1, "the file is not YAML: \(message)",
            hint: blockHint(near: line) ?? Self.yamlHint)
    }

    private static let yamlHint =
        "look for open brackets and quotation marks, tabs and indentation here and in the line above"

    /// Shows the block form if a query stands on one line near an error.
    private func blockHint(near line: Int) -> String? {
        for index in [line - 1, line - 2, line - 3] where lines.indices.contains(index) {
            if let hint = blockHint(ofLine: index) { return hint }
        }
        return nil
    }

    /// The block form of a query that stands behind its key.
    func blockHint(ofLine index: Int) -> String? {
        let trimmed = lines[index].drop { $0 == " " || $0 == "-" }
        guard trimmed.hasPrefix("query:") else { return nil }
        let value = trimmed.dropFirst(6).drop { $0 == " " }
        guard let first = value.first, first != ">" else { return nil }
        let indent = String(lines[index].prefix { $0 == " " || $0 == "-" }.map { _ in " " })
        return
            "YAML takes a leading \(first) for its own; write the query under a block, where nothing needs quoting:\n"
            + "   \(indent)query: >\n   \(indent)  \(value)"
    }
}
