public import WireModel
public import WireStore

/// Alerts, notices and messages for tests of outboxes, each in one line.
extension StoreSamples {
    /// An alert of a match, and its deliveries.
    public func alert(
        _ match: NewMatch, in feed: FeedID, to channels: [String] = ["desk"], group: String? = nil,
        text: Digest? = nil, muting: Alert.Muting? = nil, at time: Timestamp? = nil
    ) -> NewAlert {
        let time = time ?? now
        let topic = match.match.topic
        let alert = Alert(
            id: store.ids.next(at: time), match: match.id, article: match.article, revision: match.revision,
            topic: topic, topicName: topic + " all over", feed: feed, severity: match.severity, textGroup: text,
            created: time, muting: muting)
        let deliveries = muting == nil ? channels : []
        return NewAlert(
            alert,
            deliveries: deliveries.map { delivery(of: .alert(alert.id), to: $0, group ?? "topic=\(topic)", at: time) })
    }

    public func notice(
        _ kind: Notice.Kind = .feedFailing, of subject: String = "https://news.example/feed.xml",
        isCleared: Bool = false, to channels: [String] = ["desk"], at time: Timestamp? = nil
    ) -> NewNotice {
        let time = time ?? now
        let notice = Notice(
            id: store.ids.next(at: time), kind: kind, subject: subject, isCleared: isCleared, severity: .high,
            title: "A title", text: "A text.", created: time)
        let group = AlertRouting.group(of: kind, subject: subject)
        return NewNotice(
            notice, deliveries: channels.map { delivery(of: .notice(notice.id), to: $0, group, at: time) })
    }

    private func delivery(
        of subject: DeliverySubject, to channel: String, _ group: String, at time: Timestamp
    ) -> Delivery {
        Delivery(
            id: store.ids.next(at: time), subject: subject, channel: channel, group: group, created: time)
    }

    /// A message's id, of its number.
    public static func messageID(_ number: UInt64) -> MessageID { MessageID(high: 7, low: number) }

    public func message(
        _ number: UInt64, to channel: String = "desk", group: String = "topic=floods", at time: Timestamp? = nil,
        leasedUntil lease: Timestamp? = nil, count: Int = 1, kind: MessageKind = .alert
    ) -> Message {
        let time = time ?? now
        return Message(
            id: StoreSamples.messageID(number), channel: channel, group: group, kind: kind,
            state: lease == nil ? .pending : .leased, attempt: lease == nil ? 0 : 1, notBefore: time,
            leaseUntil: lease, body: Array("body \(number)".utf8), count: count, created: time)
    }

    /// Stores an article for each name, with an alert of `topic`.
    @discardableResult
    public func raise(
        _ names: [String], in feed: FeedID, topic: String = "floods", to channels: [String] = ["desk"],
        group: String? = nil, text: Digest? = nil, at time: Timestamp? = nil
    ) async throws -> [NewAlert] {
        let articles = names.map { article($0, in: feed) }
        let matches = articles.map { match(topic, of: $0.article.id) }
        let alerts = matches.map { alert($0, in: feed, to: channels, group: group, text: text, at: time) }
        var write = write(feed, new: articles, matches: matches)
        write.alerts = alerts
        _ = try await store.apply(write)
        return alerts
    }

    /// Makes a message of what waits for its channel and group.
    public func send(_ message: Message) async throws {
        let waiting = try await store.waitingDeliveries(limit: 1_000, paused: [])
            .filter { $0.key == GroupKey(channel: message.channel, group: message.group) }
        try await store.apply(OutboxPlan(messages: [(message, waiting.map(\.id))], now: message.created))
    }

    /// Leases what is due in every channel, as many as there are.
    public func claim(
        at time: Timestamp, limit: Int = 100, limits: [String: Int] = [:], paused: Set<String> = []
    ) async throws -> [Message] {
        try await store.claim(now: time, lease: .seconds(120), limit: limit, limits: limits, paused: paused)
    }

    public func end(
        _ number: UInt64, _ next: AttemptResult.Next = .done, at time: Timestamp, answer: Message.Answer? = nil
    ) async throws {
        let result = AttemptResult(
            StoreSamples.messageID(number), next, answer: answer ?? Message.Answer(status: 200, text: "ok"), at: time)
        try await store.record([result], channels: [])
    }

    /// The states of an alert's deliveries by channel.
    public func states(of alert: NewAlert) async throws -> [String: DeliveryState] {
        var query = AlertQuery()
        query.id = alert.alert.id
        let deliveries = try await store.alerts(query).first?.deliveries ?? []
        return Dictionary(deliveries.map { ($0.channel, $0.state) }) { first, _ in first }
    }
}
