import WireFetch
import WireModel
import WireStore

/// Something the service has to say, as a line for people and as fields for the journal.
public struct ServiceEntry: Sendable {
    /// What happened. Each kind has a `MESSAGE_ID` for good (`journalctl MESSAGE_ID=…`), listed in `docs/operations.md`.
    public enum Event: String, CaseIterable, Sendable {
        case serviceReady = "service.ready"
        case serviceListening = "service.listening"
        case serviceReloaded = "service.reloaded"
        case serviceNotReloaded = "service.not_reloaded"
        case serviceProblem = "service.problem"
        case feedChanged = "feed.changed"
        case feedFailed = "feed.failed"
        case feedMissed = "feed.missed"
        case articleFlagged = "article.flagged"
        case articlesPruned = "articles.pruned"
        case deliveryDone = "delivery.done"
        case deliveryFailed = "delivery.failed"
        case deliveryDead = "delivery.dead"
        case recipientUnsubscribed = "recipient.unsubscribed"

        public var messageID: String {
            switch self {
            case .serviceReady: "6928d531248b435bb8158b34ba3e8e80"
            case .serviceListening: "a6042a0102044a1f963b6b981348e42a"
            case .serviceReloaded: "ffe26f71052f4aa2a426af90cc6e96cc"
            case .serviceNotReloaded: "551fc9b303dc4ef384c23a48185ac60e"
            case .serviceProblem: "f65775db7ca943a98fcfe20066fe36ac"
            case .feedChanged: "f8f5a37bb25a4ca5825de5a6de7064f9"
            case .feedFailed: "988c2c9c5e2145bbbc36fda1be71200e"
            case .feedMissed: "2371e60ba85a4fa0bf48381cc22a13f2"
            case .articleFlagged: "abe6228d3af04bdc993a06dfd395632f"
            case .articlesPruned: "1b93fba2142442e8951d4bce5961167f"
            case .deliveryDone: "22cf3e385bee4a81afde67e12ebb3bb1"
            case .deliveryFailed: "99b46902a7a047a8be8602d0f4cec866"
            case .deliveryDead: "e55890aa634b4a579609166159925867"
            case .recipientUnsubscribed: "45d3c139b62d472b8dc7a9a59ce87e20"
            }
        }
    }

    /// Syslog's, those that are used.
    public enum Priority: Int, Comparable, Sendable {
        case error = 3
        case warning, notice, info, debug

        /// The graver one is less, as syslog counts.
        public static func < (left: Priority, right: Priority) -> Bool { left.rawValue < right.rawValue }
    }

    public let event: Event
    public let priority: Priority
    /// Stands before the text of what went wrong, and is coloured; empty otherwise.
    public let lead: String
    /// One line; that of files that are wrong has one for each fault.
    public let text: String
    /// `WW_…`; what is nil is left out.
    public let facts: [String: String?]

    init(_ event: Event, _ priority: Priority, lead: String = "", _ text: String, _ facts: [String: String?] = [:]) {
        self.event = event
        self.priority = priority
        self.lead = lead
        self.text = text
        self.facts = facts
    }

    /// All fields of the journal's entry.
    var fields: [String: String] {
        var fields = facts.compactMapValues { $0?.harmless }
        fields["MESSAGE"] = lead + text
        fields["MESSAGE_ID"] = event.messageID
        fields["PRIORITY"] = "\(priority.rawValue)"
        fields["SYSLOG_IDENTIFIER"] = "wirewatch"
        fields["WW_EVENT"] = event.rawValue
        return fields
    }
}

extension ServiceRun.News {
    /// What there is to say of it; nothing of a check that brought nothing.
    public var entries: [ServiceEntry] {
        switch self {
        case .ready(let feeds, let topics, let channels):
            [ServiceEntry(.serviceReady, .info, "ready: \(feeds) feeds, \(topics) topics, \(channels) channels")]
        case .listening(let place): [ServiceEntry(.serviceListening, .info, "listening: \(place)")]
        case .reloaded(let feeds, let topics, let channels):
            [
                ServiceEntry(
                    .serviceReloaded, .notice, "reloaded: \(feeds) feeds, \(topics) topics, \(channels) channels")
            ]
        case .notReloaded(let reason):
            [
                ServiceEntry(
                    .serviceNotReloaded, .error, lead: "not reloaded", ", everything stays as it was:\n\(reason)")
            ]
        case .problem(let text): [ServiceEntry(.serviceProblem, .error, text.harmless)]
        case .pruned(let pruned):
            [ServiceEntry(.articlesPruned, .info, "removed: \(pruned.articles) articles that are no longer kept")]
        case .unsubscribed(let recipient, let channel):
            [
                ServiceEntry(
                    .recipientUnsubscribed, .notice, "unsubscribed: \(recipient.harmless) from \(channel.harmless)",
                    ["WW_CHANNEL": channel])
            ]
        case .checked(let report): report.entries
        case .attempted(let message, let result): [result.entry(of: message)]
        }
    }
}

extension FeedReport {
    fileprivate var entries: [ServiceEntry] {
        // Nearly every check: nothing new.
        if check.failure == nil, gap == nil, new + revised == 0, flagged.isEmpty { return [] }
        var entries: [ServiceEntry] = []
        // A password in the list's address belongs into no log.
        let address = (try? WebAddress(feed.address).text) ?? feed.address
        let name = (title ?? address).harmless
        let facts: [String: String?] = ["WW_FEED_ID": feed.id.description, "WW_FEED_URL": address]
        if let failure = check.failure {
            let more: [String: String?] = [
                "WW_OUTCOME": check.outcome.rawValue, "WW_STAGE": failure.stage.rawValue, "WW_CODE": failure.code,
                "WW_STATUS": check.status.map(String.init),
            ]
            entries.append(
                ServiceEntry(
                    .feedFailed, .warning, lead: check.outcome.rawValue, " \(name): \(failure.message.harmless)",
                    facts.merging(more) { $1 }))
        }
        if let gap {
            entries.append(
                ServiceEntry(
                    .feedMissed, .warning, lead: "gap",
                    " \(name): may have missed items between \(gap.from) and \(gap.to)",
                    facts))
        }
        if new + revised > 0 {
            let more: [String: String?] = ["WW_NEW": "\(new)", "WW_REVISED": "\(revised)"]
            entries.append(
                ServiceEntry(
                    .feedChanged, .info, "\(name): \(new) new, \(revised) revised", facts.merging(more) { $1 }))
        }
        return entries + flagged.map { $0.entry(feed: facts) }
    }
}

extension FlaggedArticle {
    fileprivate func entry(feed: [String: String?]) -> ServiceEntry {
        let item = article.item
        let title = item.title ?? item.summary ?? item.url ?? item.id
        let text = "\(topicName): \(title)" + (item.url.map { " \($0)" } ?? "")
        let more: [String: String?] = [
            "WW_TOPIC_ID": topic, "WW_ARTICLE_ID": article.id.description, "WW_MATCH_ID": id.description,
            "WW_SEVERITY": severity.rawValue,
        ]
        return ServiceEntry(.articleFlagged, .notice, text.harmless, feed.merging(more) { $1 })
    }
}

extension AttemptResult {
    fileprivate func entry(of message: Message) -> ServiceEntry {
        let channel = message.channel.harmless
        let facts: [String: String?] = [
            "WW_DELIVERY_ID": message.id.description, "WW_CHANNEL": channel, "WW_STAGE": Stage.deliver.rawValue,
            "WW_ATTEMPT": "\(message.attempt)", "WW_STATUS": answer.status.map(String.init),
        ]
        let reason = (answer.error ?? "no success").harmless
        return switch next {
        case .done:
            ServiceEntry(.deliveryDone, .debug, "delivered: \(message.id) by \(channel)", facts)
        case .retry(let time):
            ServiceEntry(
                .deliveryFailed, .warning, lead: "not delivered", " by \(channel): \(reason); tried again at \(time)",
                facts)
        case .dead:
            ServiceEntry(
                .deliveryDead, .error, lead: "given up",
                " \(message.id) by \(channel): \(reason); wirewatch alerts list shows it", facts)
        }
    }
}
