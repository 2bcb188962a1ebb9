public import WireAlerts
import WireFetch
public import WireModel

/// A channel as the settings file declares it. Secrets in it are references still, or, against advice, plain.
public struct ChannelDeclaration: Hashable, Sendable {
    /// A name and where it was written.
    public struct Mention: Hashable, Sendable {
        public let name: String
        public let place: SourcePlace
    }

    public let name: String
    public let kind: String
    public let place: SourcePlace
    public internal(set) var isDefault = false
    /// Topics' ids or names; nil for all.
    public internal(set) var topics: [Mention]?
    public internal(set) var severity = Severity.low
    /// `folder/…`, feeds' titles or addresses; nil for all.
    public internal(set) var feeds: [String]?
    /// The settings of its kind, checked; durations in seconds. Members of `templates` as `templates.title`.
    var values: [String: JSONValue] = [:]
    var places: [String: SourcePlace] = [:]

    init(name: String, kind: String, place: SourcePlace) {
        self.name = name
        self.kind = kind
        self.place = place
    }
}

extension Settings {
    /// Who hears of what.
    /// - Parameter topics: all topics of the topics file; channels may name them by id or by name.
    public func routing(for topics: [Topic]) -> AlertRouting {
        let routes = channels.map { channel in
            AlertRouting.Route(
                channel: channel.name, isDefault: channel.isDefault,
                topics: channel.topics.map { mentions in
                    mentions.flatMap { mention in
                        topics.filter { $0.id == mention.name || $0.name == mention.name }.map(\.id)
                    }
                },
                severity: channel.severity, feeds: channel.feeds)
        }
        return AlertRouting(routes: routes, groupBy: groupBy)
    }

    /// What is wrong with the names by which topics and channels know each other: a topic that names a channel which
    /// does not exist is an error, a channel that names a topic which does not exist is warned of.
    public func routingProblems(for topics: [Topic]) -> [SettingsProblem] {
        let names = channels.map(\.name)
        var problems: [SettingsProblem] = []
        for topic in topics {
            for name in topic.notify ?? [] where !names.contains(name) {
                let known =
                    names.isEmpty ? "the settings have no channels" : "channels: \(names.joined(separator: ", "))"
                problems.append(
                    SettingsProblem(
                        place: topic.place,
                        message: "topic \"\(topic.name)\" notifies \"\(name)\", which is no channel",
                        hint: NearestName.find(name, among: names).map { "did you mean \"\($0)\"?" } ?? known))
            }
        }
        for channel in channels {
            for mention in channel.topics ?? []
            where !topics.contains(where: { $0.id == mention.name || $0.name == mention.name }) {
                let nearest = NearestName.find(mention.name, among: topics.flatMap { [$0.id, $0.name] })
                problems.append(
                    SettingsProblem(
                        place: mention.place,
                        message:
                            "channel \"\(channel.name)\" names the topic \"\(mention.name)\", which does not exist",
                        hint: nearest.map { "did you mean \"\($0)\"?" }, isError: false))
            }
        }
        return problems
    }
}

extension Assembly {
    /// What is wrong with the channels beyond the form of their settings: secrets that cannot be read, values that a kind
    /// refuses, topics that do not exist. Sends nothing.
    public func channelProblems() -> [SettingsProblem] {
        guard !settings.channels.isEmpty else { return [] }
        let names = (try? loadTopics()).map { settings.routingProblems(for: $0.all).filter { !$0.isError } } ?? []
        return ChannelBook(settings, outside: outside()).problems + names
    }

    /// What channels may touch.
    public func outside() -> Outside {
        // Channels go where the operator's settings say, and follow no redirect.
        let client = CurlClient(
            options: CurlClient.Options(addressGuard: .operatorEndpoints, proxy: settings.fetch.proxy))
        return Outside(http: client, version: Version.text)
    }
}
