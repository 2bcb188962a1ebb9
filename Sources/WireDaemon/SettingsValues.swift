import WireModel
import Yams

/// How values are read, and how what is wrong with them is told.
extension SettingsFile {
    mutating func set<Value>(_ path: WritableKeyPath<Settings, Value>, _ value: Value?) {
        if let value { settings[keyPath: path] = value }
    }

    typealias Key = (string: String, node: Node)

    /// The members of a mapping, each key once; nil and a problem if `node` is none.
    mutating func members(of node: Node, called name: String) -> [(Key, Node)]? {
        if case .scalar(let scalar) = node, scalar.string.isEmpty || scalar.string == "null" { return [] }
        guard case .mapping(let mapping) = node else {
            fail(node, "\(name) must be a map of keys and values", "write  key: value  on lines of their own")
            return nil
        }
        var members: [(Key, Node)] = []
        for (key, value) in mapping {
            guard case .scalar(let scalar) = key else {
                fail(key, "a key must be a word", nil)
                continue
            }
            members.append(((scalar.string, key), value))
        }
        return members
    }

    mutating func text(_ node: Node, called name: String) -> String? {
        guard case .scalar(let scalar) = node else {
            fail(node, "\"\(name)\" must be a text, not a \(SettingsFile.kind(of: node))", nil)
            return nil
        }
        return scalar.string
    }

    mutating func duration(_ node: Node, called name: String, atLeast least: Duration) -> Duration? {
        guard let text = text(node, called: name) else { return nil }
        guard let value = QuantityText.duration(text) else {
            fail(node, "\"\(name)\" is not a time span: \(text)", "write a number and s, m, h, d or w: 60s, 5m, 1h")
            return nil
        }
        guard value >= least else {
            fail(node, "\"\(name)\" is too short: \(text)", "write \(QuantityText.text(of: least)) or more")
            return nil
        }
        return value
    }

    mutating func size(_ node: Node, called name: String) -> Int? {
        guard let text = text(node, called: name) else { return nil }
        guard let value = QuantityText.bytes(text), value > 0 else {
            fail(node, "\"\(name)\" is not a size: \(text)", "write a number and KiB, MiB or GiB: 10MiB")
            return nil
        }
        return value
    }

    mutating func integer(_ node: Node, called name: String, in range: ClosedRange<Int>) -> Int? {
        guard let text = text(node, called: name) else { return nil }
        guard let value = Int(text), range.contains(value) else {
            fail(
                node, "\"\(name)\" must be a whole number from \(range.lowerBound) to \(range.upperBound), not \(text)",
                nil)
            return nil
        }
        return value
    }

    mutating func flag(_ node: Node, called name: String) -> Bool? {
        guard let text = text(node, called: name) else { return nil }
        switch text.lowercased() {
        case "true", "yes", "on": return true
        case "false", "no", "off": return false
        default:
            fail(node, "\"\(name)\" must be true or false, not \(text)", nil)
            return nil
        }
    }

    /// The texts of a list, each with its node; a single text is a list of one.
    mutating func list(_ node: Node, called name: String) -> [(text: String, node: Node)]? {
        guard case .sequence(let sequence) = node else { return text(node, called: name).map { [($0, node)] } }
        var elements: [(String, Node)] = []
        for element in sequence {
            guard let text = text(element, called: name) else { return nil }
            elements.append((text, element))
        }
        return elements
    }

    /// A time span, or nil within for `off`.
    mutating func durationOrOff(_ node: Node, called name: String, atLeast least: Duration) -> Duration?? {
        if case .scalar(let scalar) = node, ["off", "false", "no"].contains(scalar.string.lowercased()) {
            return .some(nil)
        }
        return duration(node, called: name, atLeast: least).map { .some($0) }
    }

    mutating func hasNoEffect(_ node: Node, _ name: String) {
        warn(node, "\"\(name)\" has no effect in this version")
    }

    mutating func unknown(_ node: Node, _ name: String, among known: [String]) {
        let nearest = NearestName.find(name, among: known)
        fail(
            node, "unknown setting \"\(name)\"",
            nearest.map { "did you mean \"\($0)\"?" } ?? "known here: \(known.joined(separator: ", "))")
    }

    mutating func fail(_ node: Node, _ message: String, _ hint: String?) {
        problems.append(SettingsProblem(place: place(node.mark), message: message, hint: hint))
    }

    mutating func warn(_ node: Node, _ message: String, _ hint: String? = nil) {
        problems.append(SettingsProblem(place: place(node.mark), message: message, hint: hint, isError: false))
    }

    func place(_ mark: Mark?) -> SourcePlace {
        SourcePlace(file: name, line: mark?.line ?? 1, column: mark?.column ?? 1)
    }

    private static func kind(of node: Node) -> String {
        switch node {
        case .scalar: "text"
        case .mapping: "map"
        case .sequence: "list"
        case .alias: "alias"
        }
    }

    static func problem(of error: YamlError, in name: String) -> SettingsProblem {
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let around = context.map { " (\($0.text))" } ?? ""
            return SettingsProblem(
                place: SourcePlace(file: name, line: mark.line, column: mark.column),
                message: "not YAML: \(problem)\(around)", hint: "a text with : # { [ or quotes in it goes in quotes")
        case .duplicatedKeysInMapping(let duplicates, let context):
            let names = duplicates.map { "\($0)" }.joined(separator: ", ")
            return SettingsProblem(
                place: SourcePlace(file: name, line: context.mark.line, column: context.mark.column),
                message: "given twice: \(names)", hint: "keep one of them")
        default:
            return SettingsProblem(place: SourcePlace(file: name, line: 1, column: 1), message: "not YAML: \(error)")
        }
    }
}
