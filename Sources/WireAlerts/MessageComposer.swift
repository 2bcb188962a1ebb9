import WireModel
import WireStore

/// Makes messages of what the policy has put together: reads what they tell, has the channel render it, freezes it.
struct MessageComposer: Sendable {
    let store: any OutboxStore
    let channels: [String: any Channel]
    let settings: AlertSettings

    enum Limits {
        /// A message is sent at once by the one that made it; a lease keeps others away for so long.
        static let lease = Duration.seconds(120)
    }

    /// The message, with the deliveries it takes along. A message that cannot be rendered is dead, and says why.
    /// - Parameter isLeased: whether its maker sends it at once.
    func compose(
        _ batch: AlertPolicy.Batch, id: MessageID, isLeased: Bool, now: Timestamp
    ) async throws(StoreError) -> (message: Message, deliveries: [DeliveryID]) {
        let content = try await content(of: batch, id: id, now: now)
        var message = Message(
            id: id, channel: batch.key.channel, group: batch.key.group, kind: content.kind, notBefore: now,
            body: [], count: content.count, created: now)
        do {
            guard let channel = channels[batch.key.channel] else {
                throw ChannelError.badSetting(name: batch.key.channel, reason: "the channel cannot be used")
            }
            message = Message(
                id: id, channel: message.channel, group: message.group, kind: content.kind,
                state: isLeased ? .leased : .pending, attempt: isLeased ? 1 : 0, notBefore: now,
                leaseUntil: isLeased ? now + Limits.lease : nil, body: try channel.render(content),
                count: content.count, created: now)
        } catch {
            message.state = .dead
            message.done = now
            message.answer = Message.Answer(error: "\(error)")
        }
        return (message, batch.deliveries.map(\.id))
    }

    private func content(
        of batch: AlertPolicy.Batch, id: MessageID, now: Timestamp
    ) async throws(StoreError) -> AlertMessage {
        let notices = batch.deliveries.filter { $0.topic == nil }
        if let last = notices.last, case .notice(let notice)? = try await store.contents(of: [last.subject]).first {
            return AlertMessage(
                id: id, kind: .notice(notice.kind, isCleared: notice.isCleared), created: now,
                channel: batch.key.channel, group: batch.key.group, notice: notice, link: settings.publicURL)
        }
        let told = MessageComposer.told(by: batch)
        let items = try await store.contents(of: told).compactMap { content in
            if case .alert(let alert, let flagged) = content { return AlertMessage.Item(alert, flagged) }
            return nil
        }
        let count = batch.deliveries.isEmpty ? batch.repeated.count : batch.deliveries.count - notices.count
        return AlertMessage(
            id: id, kind: batch.isDigest ? .digest : .alert, created: now, channel: batch.key.channel,
            group: batch.key.group, items: items, count: count, isFlood: batch.isFlood,
            isRepetition: batch.deliveries.isEmpty, link: link(to: items))
    }

    /// Those that are told one by one: gravest first, then newest first. Of a flood only these are held and sorted.
    private static func told(by batch: AlertPolicy.Batch) -> [DeliverySubject] {
        let most = AlertMessage.Limits.items
        if batch.deliveries.isEmpty { return batch.repeated.prefix(most).map(DeliverySubject.alert) }
        var told: [WaitingDelivery] = []
        for delivery in batch.deliveries where delivery.topic != nil {
            if told.count == most, let last = told.last, !precedes(delivery, last) { continue }
            told.insert(delivery, at: told.firstIndex { precedes(delivery, $0) } ?? told.endIndex)
            if told.count > most { told.removeLast() }
        }
        return told.map(\.subject)
    }

    private static func precedes(_ left: WaitingDelivery, _ right: WaitingDelivery) -> Bool {
        (right.severity, right.created, right.id) < (left.severity, left.created, left.id)
    }

    /// Where the alerts of the message can be seen together.
    private func link(to items: [AlertMessage.Item]) -> String? {
        guard let url = settings.publicURL else { return nil }
        let topics = Set(items.map(\.alert.topic))
        return topics.count == 1 ? topics.first.map { "\(url)/topics/\($0)" } : "\(url)/alerts"
    }
}
