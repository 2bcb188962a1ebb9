import WireAlerts
import WireFetch
import WireModel
import WireStore
import WireWeb
import Yams

/// Reads `alerts`, `retention` and `web`.
extension SettingsFile {
    mutating func readAlerts(_ node: Node) {
        guard let members = members(of: node, called: "alerts") else { return }
        for (key, value) in members {
            let name = key.string
            switch name {
            case "group_by": readGroupFields(value)
            case "group_wait": set(\.alerts.groupWait, duration(value, called: name, atLeast: .zero))
            case "group_interval": set(\.alerts.groupInterval, duration(value, called: name, atLeast: .seconds(1)))
            case "repeat_interval":
                set(\.alerts.repeatInterval, durationOrOff(value, called: name, atLeast: .seconds(60)))
            case "inhibit": set(\.alerts.inhibition, durationOrOff(value, called: name, atLeast: .seconds(1)))
            case "quiet_hours": readQuietHours(value)
            case "flood": readFlood(value)
            default:
                unknown(
                    key.node, name,
                    among: [
                        "group_by", "group_wait", "group_interval", "repeat_interval", "quiet_hours", "inhibit",
                        "flood",
                    ])
            }
        }
    }

    private mutating func readGroupFields(_ node: Node) {
        guard let names = list(node, called: "group_by") else { return }
        let known = AlertRouting.GroupField.allCases.map(\.rawValue)
        var fields: [AlertRouting.GroupField] = []
        for (name, node) in names {
            guard let field = AlertRouting.GroupField(rawValue: name) else {
                let nearest = NearestName.find(name, among: known)
                fail(
                    node, "alerts cannot be grouped by \"\(name)\"",
                    nearest.map { "did you mean \"\($0)\"?" } ?? "known here: \(known.joined(separator: ", "))")
                continue
            }
            if !fields.contains(field) { fields.append(field) }
        }
        guard !names.isEmpty else { return fail(node, "\"group_by\" is empty", "write  group_by: [topic]") }
        settings.groupBy = fields
    }

    private mutating func readFlood(_ node: Node) {
        guard let members = members(of: node, called: "flood") else { return }
        for (key, value) in members {
            switch key.string {
            case "count": set(\.alerts.floodCount, integer(value, called: "count", in: 1...1_000_000))
            case "within": set(\.alerts.floodSpan, duration(value, called: "within", atLeast: .seconds(1)))
            case let name: unknown(key.node, name, among: ["count", "within"])
            }
        }
    }

    private mutating func readQuietHours(_ node: Node) {
        guard case .sequence(let sequence) = node else {
            settings.alerts.quietHours = quietHours(node).map { [$0] } ?? []
            return
        }
        settings.alerts.quietHours = []
        for element in sequence {
            if let hours = quietHours(element) { settings.alerts.quietHours.append(hours) }
        }
    }

    private mutating func quietHours(_ node: Node) -> AlertSettings.QuietHours? {
        guard let members = members(of: node, called: "quiet_hours"), !members.isEmpty else { return nil }
        var days: Set<Int>? = Set(0...6)
        var (from, to): (Int?, Int?)
        var zone: ClockZone? = .utc
        let before = problems.count
        for (key, value) in members {
            switch key.string {
            case "days": days = self.days(value)
            case "from": from = timeOfDay(value, called: "from")
            case "to": to = timeOfDay(value, called: "to")
            case "zone": zone = self.zone(value)
            case let name: unknown(key.node, name, among: ["days", "from", "to", "zone"])
            }
        }
        guard problems.count == before else { return nil }
        guard let from, let to, let days, let zone else {
            fail(
                node, "\"quiet_hours\" needs from and to",
                "write  {from: \"22:00\", to: \"07:00\", zone: Europe/London}")
            return nil
        }
        return AlertSettings.QuietHours(days: days, from: from, to: to, zone: zone)
    }

    /// A channel's `digest`.
    mutating func digest(_ node: Node) -> AlertSettings.Digest? {
        guard let members = members(of: node, called: "digest") else { return nil }
        var days: Set<Int>? = Set(0...6)
        var at: Int?
        var zone: ClockZone? = .utc
        let before = problems.count
        for (key, value) in members {
            switch key.string {
            case "days": days = self.days(value)
            case "at": at = timeOfDay(value, called: "at")
            case "zone": zone = self.zone(value)
            case let name: unknown(key.node, name, among: ["at", "days", "zone"])
            }
        }
        guard problems.count == before else { return nil }
        guard let at, let days, let zone else {
            fail(node, "\"digest\" needs a time", "write  digest: {at: \"08:00\", zone: Europe/Berlin}")
            return nil
        }
        return AlertSettings.Digest(days: days, at: at, zone: zone)
    }

    private mutating func days(_ node: Node) -> Set<Int>? {
        guard let names = list(node, called: "days") else { return nil }
        var all: Set<Int> = []
        for (name, node) in names {
            guard let days = WeekText.days(name) else {
                fail(node, "\"\(name)\" is no day of the week", "write mon, tue … sun, or a range: mon-fri")
                return nil
            }
            all.formUnion(days)
        }
        guard !all.isEmpty else {
            fail(node, "\"days\" is empty", "leave it out for all days")
            return nil
        }
        return all
    }

    private mutating func timeOfDay(_ node: Node, called name: String) -> Int? {
        guard let text = text(node, called: name) else { return nil }
        guard let minute = WeekText.minute(text) else {
            fail(node, "\"\(name)\" is no time of the day: \(text)", "write hours and minutes: \"22:00\"")
            return nil
        }
        return minute
    }

    private mutating func zone(_ node: Node) -> ClockZone? {
        guard let name = text(node, called: "zone") else { return nil }
        guard let zone = ClockZone(name) else {
            let nearest = ClockZone.nearest(to: name)
            fail(
                node, "\"\(name)\" is no time zone",
                nearest.map { "did you mean \"\($0)\"?" } ?? "write a name of the IANA database: Europe/London, UTC")
            return nil
        }
        return zone
    }

    mutating func readRetention(_ node: Node) {
        guard let members = members(of: node, called: "retention") else { return }
        defer {
            // After the limits of all, wherever these stand.
            for (key, value) in members where key.string == "folders" { readFolders(value) }
        }
        for (key, value) in members {
            switch key.string {
            case "messages":
                guard let parts = self.members(of: value, called: "messages") else { continue }
                for (part, value) in parts {
                    switch part.string {
                    case "done": set(\.alerts.keepDone, duration(value, called: "done", atLeast: .seconds(3_600)))
                    case "dead": set(\.alerts.keepDead, duration(value, called: "dead", atLeast: .seconds(3_600)))
                    case let name: unknown(part.node, name, among: ["done", "dead"])
                    }
                }
            case "keep_flagged": set(\.retention.keepsFlagged, flag(value, called: "keep_flagged"))
            case "folders": break
            case let name:
                var limits = settings.retention.limits
                guard readLimit(name, value, into: &limits) else {
                    unknown(key.node, name, among: ["age", "per_feed", "keep_flagged", "folders", "messages"])
                    continue
                }
                settings.retention.limits = limits
            }
        }
    }

    private mutating func readFolders(_ node: Node) {
        guard let folders = members(of: node, called: "folders") else { return }
        for (folder, value) in folders {
            guard let parts = members(of: value, called: folder.string) else { continue }
            // What a folder does not say is as everywhere.
            var limits = settings.retention.limits
            for (part, value) in parts where !readLimit(part.string, value, into: &limits) {
                unknown(part.node, part.string, among: ["age", "per_feed"])
            }
            let path = folder.string.hasPrefix("folder/") ? String(folder.string.dropFirst(7)) : folder.string
            settings.retention.folders[path] = limits
        }
    }

    /// False if it is no limit's name.
    private mutating func readLimit(_ name: String, _ value: Node, into limits: inout Retention.Limits) -> Bool {
        switch name {
        case "age":
            if let age = durationOrOff(value, called: name, atLeast: .seconds(86_400)) { limits.age = age }
        case "per_feed":
            if case .scalar(let scalar) = value, ["off", "false", "no"].contains(scalar.string.lowercased()) {
                limits.perFeed = nil
            } else if let count = integer(value, called: name, in: 1...1_000_000_000) {
                limits.perFeed = count
            }
        default: return false
        }
        return true
    }

    mutating func readWeb(_ node: Node) {
        guard let members = members(of: node, called: "web") else { return }
        for (key, value) in members {
            switch key.string {
            case "public_url":
                guard var address = text(value, called: "public_url"), !address.isEmpty else { continue }
                while address.hasSuffix("/") { address.removeLast() }
                do {
                    _ = try WebAddress(address)
                    settings.alerts.publicURL = address
                } catch {
                    fail(
                        value, "\"public_url\" cannot be used: \(error.reason)",
                        "write  public_url: https://news.example.org")
                }
            case "listen": readListen(value)
            case "hosts": set(\.web.hosts, list(value, called: "hosts")?.map { $0.text.lowercased() })
            case let name: unknown(key.node, name, among: ["public_url", "listen", "hosts"])
            }
        }
    }
}

extension SettingsFile {
    fileprivate mutating func readListen(_ node: Node) {
        guard let text = text(node, called: "listen") else { return }
        if ["off", "false", "no", ""].contains(text.lowercased()) {
            settings.web.listen = nil
            return
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        var host = parts.dropLast().joined(separator: ":")
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        if host == "localhost" { host = "127.0.0.1" }
        guard let port = parts.last.flatMap({ Int($0) }), (0...65_535).contains(port), Listener.isAddress(host) else {
            return fail(
                node, "\"listen\" must be an address and a port, not \(text)",
                "write  listen: 127.0.0.1:8420  or  listen: \"[::1]:8420\"; \"off\" for no listener")
        }
        settings.web.listen = Settings.ListenAddress(host: host, port: port)
    }
}

extension FetchError {
    /// Why an address cannot be used.
    var reason: String {
        switch self {
        case .badURL(let reason): reason
        case .schemeDenied(let scheme): "“\(scheme)” is neither http nor https"
        default: code
        }
    }
}
