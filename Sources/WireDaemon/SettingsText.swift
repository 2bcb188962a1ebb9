import WireAlerts
import WireModel
import WireStore

/// The settings in force as a settings file. What it tells of secrets is where they are, never what they are.
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
            "  proxy: \(quoted(withoutPassword(fetch.proxy)))",
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
        lines += alertLines(settings) + channelLines(settings)
        lines += [
            "retention:",
            "  " + limits(settings.retention.limits).joined(separator: "\n  "),
            "  keep_flagged: \(settings.retention.keepsFlagged)",
            "  folders: {\(folders(settings.retention))}",
            "  messages: {done: \(QuantityText.text(of: settings.alerts.keepDone)), "
                + "dead: \(QuantityText.text(of: settings.alerts.keepDead))}",
            "web:", "  listen: \(quoted(settings.web.listen?.description ?? "off"))",
            "  public_url: \(quoted(settings.alerts.publicURL ?? ""))",
            "  hosts: \(list(settings.web.hosts))",
        ]
        return lines.joined(separator: "\n") + "\n"
    }

    private static func limits(_ limits: Retention.Limits) -> [String] {
        [
            "age: \(limits.age.map(QuantityText.text(of:)) ?? "\"off\"")",
            "per_feed: \(limits.perFeed.map(String.init) ?? "\"off\"")",
        ]
    }

    private static func folders(_ retention: Retention) -> String {
        retention.folders.sorted { $0.key < $1.key }.map { folder, limits in
            "\(quoted(folder)): {\(self.limits(limits).joined(separator: ", "))}"
        }
        .joined(separator: ", ")
    }

    private static func alertLines(_ settings: Settings) -> [String] {
        let alerts = settings.alerts
        let quiet = alerts.quietHours.map { hours in
            "{days: [\(WeekText.text(of: hours.days).joined(separator: ", "))], "
                + "from: \(quoted(WeekText.text(ofMinute: hours.from))), "
                + "to: \(quoted(WeekText.text(ofMinute: hours.to))), zone: \(quoted(hours.zone.name))}"
        }
        return [
            "alerts:",
            "  group_by: [\(settings.groupBy.map(\.rawValue).joined(separator: ", "))]",
            "  group_wait: \(QuantityText.text(of: alerts.groupWait))",
            "  group_interval: \(QuantityText.text(of: alerts.groupInterval))",
            "  repeat_interval: \(alerts.repeatInterval.map(QuantityText.text(of:)) ?? "\"off\"")",
            "  inhibit: \(alerts.inhibition.map(QuantityText.text(of:)) ?? "\"off\"")",
            "  flood: {count: \(alerts.floodCount), within: \(QuantityText.text(of: alerts.floodSpan))}",
            "  quiet_hours: [\(quiet.joined(separator: ", "))]",
        ]
    }

    private static func channelLines(_ settings: Settings) -> [String] {
        guard !settings.channels.isEmpty else { return ["channels: {}"] }
        return ["channels:"]
            + settings.channels.flatMap { channel -> [String] in
                let descriptor = Channels.kind(channel.kind)?.descriptor
                var lines = ["  \(channel.name):", "    kind: \(channel.kind)", "    default: \(channel.isDefault)"]
                if let topics = channel.topics { lines.append("    topics: \(list(topics.map(\.name)))") }
                lines.append("    severity: \(channel.severity.rawValue)")
                if let feeds = channel.feeds { lines.append("    feeds: \(list(feeds))") }
                if let digest = settings.alerts.digests[channel.name] {
                    lines.append(
                        "    digest: {at: \(quoted(WeekText.text(ofMinute: digest.at))), "
                            + "days: [\(WeekText.text(of: digest.days).joined(separator: ", "))], "
                            + "zone: \(quoted(digest.zone.name))}")
                }
                for setting in descriptor?.settings ?? [] {
                    guard let value = channel.values[setting.name] else { continue }
                    lines.append("    \(setting.name): \(text(of: value, setting.form))")
                }
                let templates = ["title", "text"].compactMap { name in
                    channel.values["templates.\(name)"]?.string.map { "\(name): \(quoted($0))" }
                }
                if !templates.isEmpty { lines.append("    templates: {\(templates.joined(separator: ", "))}") }
                return lines
            }
    }

    private static func text(of value: JSONValue, _ form: ChannelDescriptor.Setting.Form) -> String {
        switch form {
        case .secret: SecretReference(value.string ?? "").map { quoted($0.text) } ?? "\"(hidden)\""
        case .address: quoted(withoutPassword(value.string ?? ""))
        case .list: list(value.array?.compactMap(\.string) ?? [])
        case .duration:
            value.double.map { QuantityText.text(of: .milliseconds(Int64($0 * 1_000))) } ?? "0s"
        case .text, .number, .flag: value.text
        }
    }

    private static func list(_ texts: [String]) -> String { "[\(texts.map(quoted).joined(separator: ", "))]" }

    /// An address whose `user:password@` and query, which may hold a token, are hidden.
    private static func withoutPassword(_ address: String) -> String {
        guard let scheme = address.firstRange(of: "://") else { return address }
        var rest = address[scheme.upperBound...]
        let authority = rest.prefix { !"/?#".contains($0) }
        if let at = authority.lastIndex(of: "@") { rest = "(hidden)" + rest[at...] }
        if let query = rest.firstIndex(of: "?") { rest = rest[...query] + "(hidden)" }
        return address[..<scheme.upperBound] + String(rest)
    }

    /// A YAML scalar in double quotes.
    private static func quoted(_ text: String) -> String {
        var bytes: [UInt8] = []
        JSONValue.writeString(text, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
