import WireAlerts
import WireFetch
import WireModel
import Yams

/// Reads `wirewatch.yaml` and finds everything that is wrong with it at once.
struct SettingsFile {
    var settings = Settings()
    var problems: [SettingsProblem] = []
    let name: String
    let kinds: [any Channel.Type]

    private static let known = [
        "feeds", "topics", "data", "fetch", "hosts", "alerts", "channels", "retention", "web",
    ]
    /// Keys of parts that this version does not have: known, but without effect.
    private static let later: Set<String> = ["store", "log"]

    /// - Parameters:
    ///   - name: the file's path, as problems show it; relative paths of secrets are relative to its folder.
    ///   - kinds: the kinds of channels that there are.
    init(text: String, name: String, kinds: [any Channel.Type] = Channels.all) {
        self.name = name
        self.kinds = kinds
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
            case "alerts": readAlerts(node)
            case "channels": readChannels(node)
            case "retention": readRetention(node)
            case "web": readWeb(node)
            case let name where SettingsFile.later.contains(name): hasNoEffect(key.node, name)
            case let name: unknown(key.node, name, among: SettingsFile.known)
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
