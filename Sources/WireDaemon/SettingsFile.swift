import WireFetch
import WireModel
import Yams

/// Reads `wirewatch.yaml` and finds everything that is wrong with it at once.
struct SettingsFile {
    private(set) var settings = Settings()
    private(set) var problems: [SettingsProblem] = []
    private let name: String

    /// Keys of settings.md that belong to parts this version does not have: known, but without effect.
    private static let later: Set<String> = ["store", "alerts", "channels", "retention", "web", "log"]

    /// - Parameter name: the file's name in problems.
    init(text: String, name: String) {
        self.name = name
        do {
            guard let root = try Yams.compose(yaml: text) else { return }
            readRoot(root)
        } catch let error as YamlError {
            problems.append(SettingsFile.problem(of: error, in: name))
        } catch {
            problems.append(SettingsProblem(place: place(nil), message: "not YAML: \(error)"))
        }
    }

    private mutating func readRoot(_ root: Node) {
        guard let members = members(of: root, called: "the settings") else { return }
        for (key, node) in members {
            switch key.string {
            case "feeds": settings.feeds = text(node, called: "feeds") ?? settings.feeds
            case "topics": settings.topics = text(node, called: "topics") ?? settings.topics
            case "data": settings.data = text(node, called: "data") ?? settings.data
            case "fetch": readFetch(node)
            case "hosts": readHosts(node)
            case let name where SettingsFile.later.contains(name):
                warn(key.node, "\"\(name)\" has no effect in this version")
            case let name: unknown(key.node, name, among: ["feeds", "topics", "data", "fetch", "hosts"])
            }
        }
    }

    private mutating func readFetch(_ node: Node) {
        guard let members = members(of: node, called: "fetch") else { return }
        for (key, value) in members {
            switch key.string {
            case "timeout": set(\.fetch.timeout, duration(value, called: "timeout", atLeast: .seconds(1)))
            case "connect_timeout":
                set(\.fetch.connectTimeout, duration(value, called: "connect_timeout", atLeast: .seconds(1)))
            case "max_body": set(\.fetch.maxBody, size(value, called: "max_body"))
            case "manual_gap": set(\.fetch.manualGap, duration(value, called: "manual_gap", atLeast: .zero))
            case "concurrency": set(\.fetch.concurrency, integer(value, called: "concurrency", in: 1...10_000))
            case "user_agent_contact": set(\.fetch.userAgentContact, text(value, called: "user_agent_contact"))
            case "allow_networks": readNetworks(value)
            case "proxy":
                guard let proxy = text(value, called: "proxy") else { continue }
                if !proxy.isEmpty, let fault = ProxyAddress.fault(of: proxy) {
                    fail(value, "\"proxy\" cannot be used: \(fault)", "write  proxy: http://proxy.example:3128")
                } else {
                    settings.fetch.proxy = proxy
                }
            case let name:
                unknown(
                    key.node, name,
                    among: [
                        "timeout", "connect_timeout", "max_body", "manual_gap", "concurrency", "user_agent_contact",
                        "allow_networks", "proxy",
                    ])
            }
        }
    }

    private mutating func readNetworks(_ node: Node) {
        guard case .sequence(let sequence) = node else {
            return fail(node, "\"allow_networks\" must be a list of networks", "write  allow_networks: [192.0.2.0/24]")
        }
        for element in sequence {
            guard let network = text(element, called: "allow_networks") else { continue }
            if CIDR(network) == nil {
                fail(element, "\"\(network)\" is not a network", "write an address and a length: 192.0.2.0/24")
            } else {
                settings.fetch.allowNetworks.append(network)
            }
        }
    }

    private mutating func readHosts(_ node: Node) {
        guard let members = members(of: node, called: "hosts") else { return }
        for (key, value) in members {
            var host = settings.hosts[key.string.lowercased()] ?? Settings.Host()
            guard let parts = self.members(of: value, called: "hosts: \(key.string)") else { continue }
            for (part, value) in parts {
                switch part.string {
                case "gap": host.gap = duration(value, called: "gap", atLeast: .zero)
                case "hourly": host.hourly = integer(value, called: "hourly", in: 1...1_000_000) ?? host.hourly
                case "in_flight": host.inFlight = integer(value, called: "in_flight", in: 1...100) ?? host.inFlight
                case let name: unknown(part.node, name, among: ["gap", "hourly", "in_flight"])
                }
            }
            settings.hosts[key.string.lowercased()] = host
        }
    }
}

// MARK: - Values

extension SettingsFile {
    private mutating func set<Value>(_ path: WritableKeyPath<Settings, Value>, _ value: Value?) {
        if let value { settings[keyPath: path] = value }
    }

    private typealias Key = (string: String, node: Node)

    /// The members of a mapping, each key once; nil and a problem if `node` is none.
    private mutating func members(of node: Node, called name: String) -> [(Key, Node)]? {
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

    private mutating func text(_ node: Node, called name: String) -> String? {
        guard case .scalar(let scalar) = node else {
            fail(node, "\"\(name)\" must be a text, not a \(SettingsFile.kind(of: node))", nil)
            return nil
        }
        return scalar.string
    }

    private mutating func duration(_ node: Node, called name: String, atLeast least: Duration) -> Duration? {
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

    private mutating func size(_ node: Node, called name: String) -> Int? {
        guard let text = text(node, called: name) else { return nil }
        guard let value = QuantityText.bytes(text), value > 0 else {
            fail(node, "\"\(name)\" is not a size: \(text)", "write a number and KiB, MiB or GiB: 10MiB")
            return nil
        }
        return value
    }

    private mutating func integer(_ node: Node, called name: String, in range: ClosedRange<Int>) -> Int? {
        guard let text = text(node, called: name) else { return nil }
        guard let value = Int(text), range.contains(value) else {
            fail(
                node, "\"\(name)\" must be a whole number from \(range.lowerBound) to \(range.upperBound), not \(text)",
                nil)
            return nil
        }
        return value
    }

    private mutating func unknown(_ node: Node, _ name: String, among known: [String]) {
        let nearest = NearestName.find(name, among: known)
        fail(
            node, "unknown setting \"\(name)\"",
            nearest.map { "did you mean \"\($0)\"?" } ?? "known here: \(known.joined(separator: ", "))")
    }

    private mutating func fail(_ node: Node, _ message: String, _ hint: String?) {
        problems.append(SettingsProblem(place: place(node.mark), message: message, hint: hint))
    }

    private mutating func warn(_ node: Node, _ message: String) {
        problems.append(SettingsProblem(place: place(node.mark), message: message, isError: false))
    }

    private func place(_ mark: Mark?) -> SourcePlace {
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

    private static func problem(of error: YamlError, in name: String) -> SettingsProblem {
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
