import GRDB
import Synchronization
public import WireModel
public import WireStore

/// Who wants to know that there may be something to send.
struct OutboxListeners {
    private var continuations: [Int: AsyncStream<Void>.Continuation] = [:]
    private var count = 0
    private var isClosed = false

    /// Nil once the store is closed.
    mutating func add(_ continuation: AsyncStream<Void>.Continuation) -> Int? {
        if isClosed { return nil }
        count += 1
        continuations[count] = continuation
        return count
    }

    mutating func remove(_ number: Int) { continuations[number] = nil }

    func tell() {
        for continuation in continuations.values { continuation.yield() }
    }

    /// Lets nobody listen any more; the caller ends these. A listener that ends wants the lock: it must not be held then.
    mutating func close() -> [AsyncStream<Void>.Continuation] {
        isClosed = true
        defer { continuations = [:] }
        return Array(continuations.values)
    }
}

extension SQLiteStore {
    public func outboxChanges() -> AsyncStream<Void> {
        // One word that was not heard yet is as good as many.
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        guard let number = listeners.withLock({ $0.add(continuation) }) else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in self?.listeners.withLock { $0.remove(number) } }
        return stream
    }

    func tellOutbox() { listeners.withLock { $0 }.tell() }

    public func alerts(_ query: AlertQuery) async throws(StoreError) -> [AlertRecord] {
        try await read { db in
            let selection = AlertSelection(query)
            var alerts: [Alert] = []
            let rows = try db.rows(selection.sql, selection.values)
            while let row = try rows.next() { alerts.append(AlertTable.alert(row)) }
            var facts: [FeedID: FeedFacts] = [:]
            return try alerts.compactMap { alert in
                guard let flagged = try AlertTable.flagged(alert, facts: &facts, on: db) else { return nil }
                let deliveries = try DeliveryTable.of(alert.id, on: db)
                let messages = try Set(deliveries.compactMap(\.message)).sorted().compactMap {
                    try MessageTable.message($0, on: db)
                }
                return AlertRecord(alert: alert, flagged: flagged, deliveries: deliveries, messages: messages)
            }
        }
    }

    public func messages(
        channel: String?, state: DeliveryState?, limit: Int
    ) async throws(StoreError) -> [Message] {
        try await read { db in
            var messages: [Message] = []
            let rows = try db.rows(
                MessageTable.selection
                    + " WHERE channel = ifnull(?1, channel) AND state = ifnull(?2, state) ORDER BY number DESC LIMIT ?3",
                [.of(channel), .of(state?.rawValue), .of(limit > 0 ? limit : -1)])
            while let row = try rows.next() {
                if let message = MessageTable.message(row) { messages.append(message) }
            }
            return messages
        }
    }

    public func message(_ id: MessageID) async throws(StoreError) -> Message? {
        try await read { db in try MessageTable.message(id, on: db) }
    }

    public func outboxQueue() async throws(StoreError) -> OutboxQueue {
        try await read { db in
            let parts = try [
                "SELECT count(*), min(created) FROM delivery WHERE state = 'pending'",
                """
                SELECT count(*), min(delivery.created) FROM message JOIN delivery ON delivery.message = message.number
                WHERE message.state IN ('pending', 'leased')
                """,
            ].map { try db.first($0) { (count: $0.int64(0) ?? 0, oldest: $0.time(1)) } }
            return OutboxQueue(
                deliveries: Int(parts.reduce(0) { $0 + ($1?.count ?? 0) }),
                oldest: parts.compactMap { $0?.oldest }.min())
        }
    }

    public func outboxCounts() async throws(StoreError) -> [OutboxCount] {
        try await read { db in
            var counts: [OutboxCount] = []
            let rows = try db.rows(
                """
                SELECT channel, state, count(*), min(created) FROM delivery
                GROUP BY channel, state ORDER BY channel, state
                """)
            while let row = try rows.next() {
                counts.append(
                    OutboxCount(
                        channel: row.text(0) ?? "", state: row.state(1), deliveries: row.int(2) ?? 0,
                        oldest: row.instant(3)))
            }
            return counts
        }
    }
}

/// A query for alerts as SQL.
private struct AlertSelection {
    private var conditions: [String] = []
    private(set) var values: [ColumnValue] = []

    init(_ query: AlertQuery) {
        if let id = query.id { add("alert.id = ?", .of(id)) }
        if let topic = query.topic { add("alert.topic = ?", .of(topic)) }
        if let since = query.since {
            add("alert.id >= ?", .of(AlertID.first(at: since)))
            add("alert.created >= ?", .of(since))
        }
        var delivery: [String] = []
        if let channel = query.channel {
            delivery.append("delivery.channel = ?")
            values.append(.of(channel))
        }
        if let state = query.state {
            delivery.append("delivery.state = ?")
            values.append(.of(state.rawValue))
        }
        if !delivery.isEmpty {
            let all = delivery.joined(separator: " AND ")
            conditions.append("EXISTS (SELECT 1 FROM delivery WHERE delivery.alert = alert.id AND \(all))")
        }
        values.append(.of(query.limit > 0 ? query.limit : -1))
    }

    private mutating func add(_ condition: String, _ value: ColumnValue) {
        conditions.append(condition)
        values.append(value)
    }

    var sql: String {
        """
        SELECT \(AlertTable.columns) FROM \(AlertTable.source)
        \(conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND "))
        ORDER BY alert.id DESC LIMIT ?
        """
    }
}
