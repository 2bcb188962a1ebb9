public import Foundation

/// Where the settings, the lists and the data are, by the order that the manual gives.
public struct Locations: Hashable, Sendable {
    /// What the command line said.
    public struct Choices: Hashable, Sendable {
        public var config: String?
        public var feeds: String?
        public var topics: String?
        public var data: String?

        public init(config: String? = nil, feeds: String? = nil, topics: String? = nil, data: String? = nil) {
            self.config = config
            self.feeds = feeds
            self.topics = topics
            self.data = data
        }
    }

    /// A file and whether somebody named it: a named file must exist, one found by custom need not.
    public struct File: Hashable, Sendable {
        public let path: String
        public let isNamed: Bool
    }

    private let choices: Choices
    private let environment: [String: String]
    private let current: String

    public init(
        choices: Choices, environment: [String: String] = ProcessInfo.processInfo.environment,
        current: String = FileManager.default.currentDirectoryPath
    ) {
        self.choices = choices
        self.environment = environment
        self.current = current
    }

    /// `--config`, `$WIREWATCH_CONFIG`, `./wirewatch.yaml`, `$XDG_CONFIG_HOME/wirewatch/`, `/etc/wirewatch/`; nil for none.
    public var config: File? {
        if let named = choices.config ?? nonEmpty("WIREWATCH_CONFIG") {
            return File(path: absolute(named, in: current), isNamed: true)
        }
        let folder = nonEmpty("XDG_CONFIG_HOME") ?? nonEmpty("HOME").map { $0 + "/.config" }
        let customary = [
            current + "/wirewatch.yaml", folder.map { $0 + "/wirewatch/wirewatch.yaml" },
            "/etc/wirewatch/wirewatch.yaml",
        ]
        return customary.compactMap { $0 }.first(where: exists).map { File(path: $0, isNamed: false) }
    }

    /// `--feeds`, the settings' `feeds`, beside the settings, `./feeds.opml`.
    public func feeds(_ settings: Settings) -> File {
        list(choices.feeds, settings.feeds, customary: "feeds.opml")
    }

    /// `--topics`, the settings' `topics`, beside the settings, `./topics.yaml`.
    public func topics(_ settings: Settings) -> File {
        list(choices.topics, settings.topics, customary: "topics.yaml")
    }

    /// `--data`, the settings' `data`, `$STATE_DIRECTORY`, `$XDG_STATE_HOME/wirewatch`, `~/.local/state/wirewatch`.
    public func data(_ settings: Settings) -> String {
        if let chosen = choices.data { return absolute(chosen, in: current) }
        if let set = settings.data { return absolute(set, in: configFolder ?? current) }
        // systemd may list several folders, separated by colons; the first is ours.
        if let state = nonEmpty("STATE_DIRECTORY")?.split(separator: ":").first { return String(state) }
        if let state = nonEmpty("XDG_STATE_HOME") { return absolute(state, in: current) + "/wirewatch" }
        return (nonEmpty("HOME") ?? current) + "/.local/state/wirewatch"
    }

    private func list(_ chosen: String?, _ set: String?, customary name: String) -> File {
        if let chosen { return File(path: absolute(chosen, in: current), isNamed: true) }
        if let set { return File(path: absolute(set, in: configFolder ?? current), isNamed: true) }
        if let beside = configFolder.map({ $0 + "/" + name }), exists(beside) {
            return File(path: beside, isNamed: false)
        }
        return File(path: current + "/" + name, isNamed: false)
    }

    private var configFolder: String? {
        config.map { URL(fileURLWithPath: $0.path).deletingLastPathComponent().path }
    }

    private func absolute(_ path: String, in folder: String) -> String {
        let path = path.hasPrefix("~/") ? (nonEmpty("HOME") ?? "~") + path.dropFirst(1) : path
        return path.hasPrefix("/") ? path : folder + "/" + path
    }

    private func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    private func nonEmpty(_ name: String) -> String? {
        environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}
