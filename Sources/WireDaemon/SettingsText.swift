import WireModel

/// The settings in force as a settings file.
public enum SettingsText {
    public static func text(of settings: Settings, locations: Locations) -> String {
        let fetch = settings.fetch
        var lines = [
            "feeds: \(quoted(locations.feeds(settings).path))",
            "topics: \(quoted(locations.topics(settings).path))",
            "data: \(quoted(locations.data(settings)))",
            "fetch:",
            "  timeout: \(QuantityText.text(of: fetch.timeout))",
            "  connect_timeout: \(QuantityText.text(of: fetch.connectTimeout))",
            "  max_body: \(QuantityText.text(ofBytes: fetch.maxBody))",
            "  manual_gap: \(QuantityText.text(of: fetch.manualGap))",
            "  concurrency: \(fetch.concurrency)",
            "  user_agent_contact: \(quoted(fetch.userAgentContact))",
            "  proxy: \(quoted(fetch.proxy))",
            "  allow_networks: [\(fetch.allowNetworks.map(quoted).joined(separator: ", "))]",
            "hosts:",
        ]
        for (name, host) in settings.hosts.sorted(by: { $0.key < $1.key }) {
            let parts = [
                host.gap.map { "gap: \(QuantityText.text(of: $0))" }, host.hourly.map { "hourly: \($0)" },
                host.inFlight.map { "in_flight: \($0)" },
            ]
            lines.append("  \(quoted(name)): {\(parts.compactMap { $0 }.joined(separator: ", "))}")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A YAML scalar in double quotes.
    private static func quoted(_ text: String) -> String {
        var bytes: [UInt8] = []
        JSONValue.writeString(text, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
