import Foundation
import WireAlerts
import WireFetch
import WireModel
import Yams

/// Reads `channels`: what all channels have in common, and the settings of each kind by its descriptor.
extension SettingsFile {
    private static let common = ["kind", "default", "topics", "severity", "feeds", "digest", "templates"]

    mutating func readChannels(_ node: Node) {
        guard let members = members(of: node, called: "channels") else { return }
        for (key, value) in members { readChannel(key.string, key.node, value) }
        if !settings.channels.isEmpty, !settings.channels.contains(where: \.isDefault) {
            warn(
                node, "no channel is a default one: nobody hears of topics without notify",
                "write  default: true  in one of them")
        }
    }

    private mutating func readChannel(_ name: String, _ keyNode: Node, _ node: Node) {
        guard SettingsFile.isChannelName(name) else {
            return fail(
                keyNode, "\"\(name)\" cannot be a channel's name", "use letters, digits, - and _, at most 64 of them")
        }
        guard let members = members(of: node, called: "channels: \(name)") else { return }
        let names = kinds.map { $0.descriptor.kind }.sorted()
        guard let kindNode = members.first(where: { $0.0.string == "kind" })?.1 else {
            return fail(
                keyNode, "channel \"\(name)\" has no kind", "write  kind:  and one of \(names.joined(separator: ", "))")
        }
        guard let kind = text(kindNode, called: "kind") else { return }
        guard let descriptor = kinds.first(where: { $0.descriptor.kind == kind })?.descriptor else {
            let nearest = NearestName.find(kind, among: names)
            return fail(
                kindNode, "\"\(kind)\" is no kind of channel",
                nearest.map { "did you mean \"\($0)\"?" } ?? "known here: \(names.joined(separator: ", "))")
        }
        var channel = ChannelDeclaration(name: name, kind: kind, place: place(keyNode.mark))
        for (key, value) in members where key.string != "kind" {
            if SettingsFile.common.contains(key.string) {
                readCommon(key.string, value, into: &channel)
            } else if let setting = descriptor.settings.first(where: { $0.name == key.string }) {
                channel.places[setting.name] = place(value.mark)
                channel.values[setting.name] = self.value(value, of: setting, channel: name)
            } else {
                unknown(key.node, key.string, among: descriptor.settings.map(\.name) + SettingsFile.common)
            }
        }
        for setting in descriptor.settings where setting.isRequired && channel.places[setting.name] == nil {
            fail(keyNode, "channel \"\(name)\" (\(kind)) needs \"\(setting.name)\"", "\(setting.name): \(setting.help)")
        }
        settings.channels.append(channel)
    }

    private mutating func readCommon(_ key: String, _ node: Node, into channel: inout ChannelDeclaration) {
        switch key {
        case "default": channel.isDefault = flag(node, called: key) ?? false
        case "topics":
            channel.topics = list(node, called: key)?.map { name, node in
                ChannelDeclaration.Mention(name: name, place: place(node.mark))
            }
        case "severity":
            guard let name = text(node, called: key) else { return }
            let known = Severity.allCases.map(\.rawValue)
            if let severity = Severity(rawValue: name) {
                channel.severity = severity
            } else {
                let nearest = NearestName.find(name, among: known)
                fail(
                    node, "\"\(name)\" is no severity",
                    nearest.map { "did you mean \"\($0)\"?" } ?? "known here: \(known.joined(separator: ", "))")
            }
        case "feeds": channel.feeds = list(node, called: key)?.map(\.text)
        case "digest":
            if let digest = digest(node) { settings.alerts.digests[channel.name] = digest }
        case "templates": readTemplates(node, into: &channel)
        default: return
        }
    }

    private mutating func readTemplates(_ node: Node, into channel: inout ChannelDeclaration) {
        guard let members = members(of: node, called: "templates") else { return }
        for (key, value) in members {
            guard ["title", "text"].contains(key.string) else {
                unknown(key.node, key.string, among: ["title", "text"])
                continue
            }
            guard let template = text(value, called: key.string) else { continue }
            channel.values["templates.\(key.string)"] = .string(template)
            channel.places["templates.\(key.string)"] = place(value.mark)
        }
    }

    // MARK: values by their form

    private mutating func value(
        _ node: Node, of setting: ChannelDescriptor.Setting, channel: String
    ) -> JSONValue? {
        let name = setting.name
        switch setting.form {
        case .text: return line(node, called: name).map(JSONValue.string)
        case .number: return integer(node, called: name, in: 0...1_000_000_000).map { .integer(Int64($0)) }
        case .flag: return flag(node, called: name).map(JSONValue.bool)
        case .list: return list(node, called: name).map { .array($0.map { .string($0.text) }) }
        case .duration:
            return duration(node, called: name, atLeast: .zero).map { .number(Double($0.wholeMilliseconds) / 1_000) }
        case .address:
            guard let text = line(node, called: name) else { return nil }
            do {
                _ = try WebAddress(text)
                return .string(text)
            } catch {
                fail(node, "\"\(name)\" is no address: \(error.reason)", "\(name): \(setting.help)")
                return nil
            }
        case .secret: return secret(node, called: name, channel: channel)
        }
    }

    /// A text that is not empty and stays on its line.
    private mutating func line(_ node: Node, called name: String) -> String? {
        guard let text = text(node, called: name) else { return nil }
        guard !text.isEmpty else {
            fail(node, "\"\(name)\" is empty", nil)
            return nil
        }
        guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            fail(node, "\"\(name)\" holds a line break or another control character", nil)
            return nil
        }
        return text
    }

    private mutating func secret(_ node: Node, called name: String, channel: String) -> JSONValue? {
        guard let text = line(node, called: name) else { return nil }
        guard let reference = SecretReference(text, relativeTo: folder) else {
            warn(
                node, "\"\(name)\" of channel \"\(channel)\" stands in plain in this file",
                "put it into a file that only this program can read:  \(name): file:/etc/wirewatch/\(channel).secret")
            return .string(text)
        }
        return .string(reference.text)
    }

    private var folder: String { URL(fileURLWithPath: name).deletingLastPathComponent().path }

    private static func isChannelName(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count)
            && name.unicodeScalars.allSatisfy {
                $0.isASCII ? $0.properties.isAlphabetic || ("0"..."9").contains($0) || $0 == "-" || $0 == "_" : false
            }
    }
}
