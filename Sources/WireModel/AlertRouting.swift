/// Who hears of what: the channels of the settings and how their alerts are grouped.
public struct AlertRouting: Hashable, Sendable {
    /// What makes alerts share a message.
    public enum GroupField: String, Sendable, CaseIterable {
        case topic, story, feed, folder
    }

    /// One channel's part of the settings that says which alerts it takes.
    public struct Route: Hashable, Sendable {
        public let channel: String
        /// Takes the alerts of topics that name no channel, and the program's own notices.
        public var isDefault: Bool
        /// Topics' ids; nil for all.
        public var topics: [String]?
        /// This severity and those above it.
        public var severity: Severity
        /// `folder/…`, a feed's title or address; nil for all.
        public var feeds: [String]?

        public init(
            channel: String, isDefault: Bool = false, topics: [String]? = nil, severity: Severity = .low,
            feeds: [String]? = nil
        ) {
            self.channel = channel
            self.isDefault = isDefault
            self.topics = topics
            self.severity = severity
            self.feeds = feeds
        }
    }

    /// In the order of the settings.
    public var routes: [Route]
    public var groupBy: [GroupField]

    public init(routes: [Route] = [], groupBy: [GroupField] = [.topic]) {
        self.routes = routes
        self.groupBy = groupBy
    }

    /// The channels that take an alert of the topic about an article of the feed.
    public func channels(for topic: Topic, feed: FeedFacts) -> [String] {
        routes.filter { route in
            guard topic.notify?.contains(route.channel) ?? route.isDefault else { return false }
            return topic.severity >= route.severity && route.topics?.contains(topic.id) ?? true
                && route.feeds?.contains(where: feed.isCalled) ?? true
        }
        .map(\.channel)
    }

    /// The channels that take the program's own notices: the default ones, else all.
    public var noticeChannels: [String] {
        let defaults = routes.filter(\.isDefault)
        return (defaults.isEmpty ? routes : defaults).map(\.channel)
    }

    /// The group of an alert: `topic=floods,feed=https://…`, a part for each field.
    public func group(topic: String, textGroup: Digest?, alert: AlertID, feed: FeedFacts) -> String {
        groupBy.map { field in
            switch field {
            case .topic: "topic=\(topic)"
            case .story: "story=\(textGroup.map { "\($0.high)-\($0.low)" } ?? alert.description)"
            case .feed: "feed=\(feed.url ?? "")"
            case .folder: "folder=\(feed.folder ?? "")"
            }
        }
        .joined(separator: ",")
    }

    /// The group of a notice: what is said of one subject stays together, and all new feeds: a new list has hundreds.
    public static func group(of kind: Notice.Kind, subject: String) -> String {
        kind == .feedFirst ? "notice=\(kind.rawValue)" : "notice=\(kind.rawValue),subject=\(subject)"
    }
}

extension FeedFacts {
    /// Whether a setting means this feed: by its title, its address, or a folder that holds it (`folder/…`).
    public func isCalled(_ name: String) -> Bool {
        if name == title || name == url { return true }
        guard let folder, !folder.isEmpty else { return false }
        let path = name.hasPrefix("folder/") ? String(name.dropFirst(7)) : name
        return folder == path || folder.hasPrefix(path + "/")
    }
}
