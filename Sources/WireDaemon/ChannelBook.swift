public import WireAlerts
import WireFetch
import WireModel

/// The channels of the settings, made: secrets read, values accepted by their kinds.
public struct ChannelBook: Sendable {
    /// By name; those that cannot be made are missing.
    public let channels: [String: any Channel]
    /// Why the others cannot be made, without any secret.
    public let faults: [String: SettingsProblem]
    /// The faults in the order of the settings.
    public let problems: [SettingsProblem]

    public init(_ settings: Settings, outside: Outside) {
        self.init(settings, outside: outside, kinds: Channels.all)
    }

    init(_ settings: Settings, outside: Outside, kinds: [any Channel.Type]) {
        var channels: [String: any Channel] = [:]
        var faults: [String: SettingsProblem] = [:]
        for declaration in settings.channels {
            // The reader knows no channel of another kind.
            guard let kind = kinds.first(where: { $0.descriptor.kind == declaration.kind }) else { continue }
            do {
                channels[declaration.name] = try kind.init(declaration.resolved(kind.descriptor), outside)
            } catch let problem as SettingsProblem {
                faults[declaration.name] = problem
            } catch let error as ChannelError {
                faults[declaration.name] = declaration.problem(of: error)
            } catch {
                faults[declaration.name] = SettingsProblem(place: declaration.place, message: "\(error)")
            }
        }
        self.channels = channels
        self.faults = faults
        problems = settings.channels.compactMap { faults[$0.name] }
    }
}

extension ChannelDeclaration {
    /// The settings with the secrets in them.
    fileprivate func resolved(_ descriptor: ChannelDescriptor) throws(SettingsProblem) -> ChannelSettings {
        var values = values
        for setting in descriptor.settings where setting.form == .secret {
            guard let text = values[setting.name]?.string, let reference = SecretReference(text) else { continue }
            do {
                values[setting.name] = .string(try reference.read())
            } catch {
                throw SettingsProblem(
                    place: places[setting.name] ?? place,
                    message: "\"\(setting.name)\" of channel \"\(name)\" cannot be read: \(error.reason)",
                    hint: "see that \(reference.text) exists and that this user may read it")
            }
        }
        return ChannelSettings(name: name, values: values)
    }

    fileprivate func problem(of error: ChannelError) -> SettingsProblem {
        switch error {
        case .badSetting(let setting, let reason):
            SettingsProblem(
                place: places[setting] ?? place,
                message: "\"\(setting)\" of channel \"\(name)\" cannot be used: \(reason)")
        case .badTemplate(let template, let reason):
            SettingsProblem(
                place: places["templates.\(template)"] ?? places[template] ?? place,
                message: "the template \"\(template)\" of channel \"\(name)\" cannot be used: \(reason)")
        }
    }
}
