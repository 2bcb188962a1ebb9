import GRDB
public import WireModel
public import WireStore

extension SQLiteStore {
    public func post(_ notices: [NewNotice]) async throws(StoreError) {
        try await commit { db in
            for notice in notices { try NoticeTable.insert(notice, on: db) }
        }
        tellOutbox()
    }

    public func waitingDeliveries(
        limit: Int, paused: Set<String>
    ) async throws(StoreError) -> [WaitingDelivery] {
        try await read { db in
            var facts: [FeedID: FeedFacts] = [:]
            var deliveries: [WaitingDelivery] = []
            for key in try WaitingGroups.keys(paused: paused, on: db) {
                try WaitingGroups.read(key, limit: limit, into: &deliveries, facts: &facts, on: db)
            }
            deliveries.sort { $0.id < $1.id }
            return deliveries
        }
    }

    public func groupLogs(
        _ keys: Set<GroupKey>, now: Timestamp
    ) async throws(StoreError) -> [GroupKey: GroupLog] {
        try await read { db in
            var logs: [GroupKey: GroupLog] = [:]
            for key in keys {
                guard let last = try MessageTable.last(of: key, on: db) else { continue }
                let done = try db.first(
                    """
                    SELECT done FROM message WHERE channel = ? AND group_key = ? AND state = 'done'
                    ORDER BY number DESC LIMIT 1
                    """, [.of(key.channel), .of(key.group)]
                ) { $0.time(0) }
                logs[key] = GroupLog(
                    lastMade: last.made, lastDone: done, open: try open(last.told, on: db),
                    isHeldBack: try OpenMessages.head(of: key, at: now, on: db) != nil)
            }
            return logs
        }
    }

    public func openGroups(madeBefore time: Timestamp) async throws(StoreError) -> [GroupKey: GroupLog] {
        try await read { db in
            var logs: [GroupKey: GroupLog] = [:]
            for key in try ToldGroups.keys(on: db) {
                guard let last = try ToldGroups.last(of: key, madeBefore: time, on: db) else { continue }
                let open = try open(last.told, on: db)
                if !open.isEmpty { logs[key] = GroupLog(lastMade: last.made, lastDone: last.done, open: open) }
            }
            return logs
        }
    }

    public func alertCounts(since time: Timestamp) async throws(StoreError) -> [String: Int] {
        try await read { db in
            var counts: [String: Int] = [:]
            // No alert's id is earlier than its time: see `IDSource`.
            let rows = try db.rows(
                """
                SELECT topic, count(*) FROM alert NOT INDEXED
                WHERE id >= ? AND created >= ? AND muting IS NULL GROUP BY topic
                """, [.of(AlertID.first(at: time)), .of(time)])
            while let row = try rows.next() { counts[row.text(0) ?? ""] = row.int(1) }
            return counts
        }
    }

    public func toldTexts(_ groups: Set<Digest>, since time: Timestamp) async throws(StoreError) -> Set<ToldText> {
        try await read { db in
            var told: Set<ToldText> = []
            for group in groups {
                let rows = try db.rows(
                    """
                    SELECT DISTINCT alert.topic, delivery.channel
                    FROM alert JOIN delivery ON delivery.alert = alert.id
                    WHERE alert.text_group = ?
                        AND (delivery.state = 'leased' OR delivery.state = 'done' AND delivery.done >= ?)
                    """, [.of(group), .of(time)])
                while let row = try rows.next() {
                    told.insert(
                        ToldText(topic: row.text(0) ?? "", textGroup: group, channel: row.text(1) ?? ""))
                }
            }
            return told
        }
    }

    public func apply(_ plan: OutboxPlan) async throws(StoreError) {
        let path = path
        try await commit { db in
            for (message, deliveries) in plan.messages {
                try MessageTable.insert(message, deliveries, on: db, path: path)
            }
            for cancellation in plan.cancellations {
                guard try DeliveryTable.cancel(cancellation, now: plan.now, on: db) else {
                    throw StoreError.rejected(
                        path: path, reason: "delivery \(cancellation.delivery) does not wait any more")
                }
            }
        }
        if plan.messages.contains(where: { $0.message.state == .pending }) { tellOutbox() }
    }

    public func contents(of subjects: [DeliverySubject]) async throws(StoreError) -> [DeliveryContent] {
        try await read { db in
            var facts: [FeedID: FeedFacts] = [:]
            return try subjects.compactMap { subject in
                switch subject {
                case .alert(let id):
                    guard
                        let alert = try db.first(
                            "SELECT \(AlertTable.columns) FROM \(AlertTable.source) WHERE alert.id = ?", [.of(id)],
                            AlertTable.alert), let flagged = try AlertTable.flagged(alert, facts: &facts, on: db)
                    else { return nil }
                    return .alert(alert, flagged)
                case .notice(let id):
                    let notice = try db.first(
                        "SELECT \(NoticeTable.columns) FROM notice WHERE id = ?", [.of(id)], NoticeTable.notice)
                    return notice.map(DeliveryContent.notice)
                }
            }
        }
    }
}

/// The alerts of a message that nobody acknowledged.
private func open(_ message: Int64, on db: Database) throws -> [AlertID] {
    var alerts: [AlertID] = []
    let rows = try db.rows(
        """
        SELECT alert.id FROM delivery JOIN alert ON alert.id = delivery.alert
        WHERE delivery.message = ? AND alert.acknowledged IS NULL ORDER BY alert.id
        """, [.of(message)])
    while let row = try rows.next() { alerts.append(row.id(0)) }
    return alerts
}

/// Deliveries that wait for a message, by channel and group.
enum WaitingGroups {
    private static let steps = GroupSteps(table: "delivery", condition: "state = 'pending'")

    static func channels(on db: Database) throws -> [String] { try steps.channels(on: db) }

    static func keys(paused: Set<String>, on db: Database) throws -> [GroupKey] {
        try steps.keys(paused: paused, on: db)
    }

    static func read(
        _ key: GroupKey, limit: Int, into found: inout [WaitingDelivery], facts: inout [FeedID: FeedFacts],
        on db: Database
    ) throws {
        let rows = try db.rows(
            """
            SELECT delivery.id, delivery.alert, delivery.notice, delivery.created,
                ifnull(alert.severity, notice.severity), alert.topic, alert.text_group, article.feed,
                alert.acknowledged, notice.kind
            FROM delivery LEFT JOIN alert ON alert.id = delivery.alert LEFT JOIN article ON article.id = alert.article
                LEFT JOIN notice ON notice.id = delivery.notice
            WHERE delivery.state = 'pending' AND delivery.channel = ? AND delivery.group_key = ?
            ORDER BY delivery.id LIMIT ?
            """, [.of(key.channel), .of(key.group), .of(max(limit, 0))])
        while let row = try rows.next() {
            let feed = row.int64(7).map(FeedID.init(rawValue:))
            let isNotice = row.int64(1) == nil
            let facts = try feed.map { try FeedTable.facts(of: $0, known: &facts, on: db) }
            found.append(
                WaitingDelivery(
                    id: row.id(0), subject: isNotice ? .notice(row.id(2)) : .alert(row.id(1)), key: key,
                    created: row.instant(3), severity: row.severity(4), topic: row.text(5), textGroup: row.digest(6),
                    feed: facts, isAcknowledged: row.time(8) != nil,
                    noticeKind: row.text(9).flatMap(Notice.Kind.init(rawValue:))))
        }
    }
}

/// Messages that were made, by channel and group.
private enum ToldGroups {
    static func keys(on db: Database) throws -> [GroupKey] {
        try GroupSteps(table: "message", condition: "state <> 'cancelled'").keys(paused: [], on: db)
    }

    /// The group's last message if it is done and was made before `time`; `told` is the number of the one whose alerts it
    /// tells.
    static func last(
        of key: GroupKey, madeBefore time: Timestamp, on db: Database
    ) throws -> (made: Timestamp, done: Timestamp?, told: Int64)? {
        guard let last = try MessageTable.last(of: key, on: db), last.made < time else { return nil }
        return try db.first(
            "SELECT done FROM message WHERE number = ? AND state = 'done'", [.of(last.number)]
        ) { (last.made, $0.time(0), last.told) }
    }
}

extension AlertID {
    /// No alert made at `time` or later has an earlier id.
    static func first(at time: Timestamp) -> AlertID {
        AlertID(rawValue: time.milliseconds.multipliedReportingOverflow(by: 4_096).partialValue)
    }
}
