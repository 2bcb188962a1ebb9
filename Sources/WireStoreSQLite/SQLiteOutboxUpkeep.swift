import GRDB
public import WireModel
public import WireStore

extension SQLiteStore {
    private enum Batch {
        /// Rows that one transaction of the cleaning removes: others write in between.
        static let removed = 1_000
    }

    public func resend(_ id: MessageID, now: Timestamp) async throws(StoreError) -> Bool {
        let isFound = try await commit { db in
            let number = try db.first(
                """
                UPDATE message SET state = 'pending', attempt = 0, not_before = ?2, done = NULL
                WHERE id = ?1 AND state <> 'leased' RETURNING number
                """, [.of(id.rawValue), .of(now)]
            ) { $0.int64(0) }
            guard let number else { return false }
            try db.run(
                """
                UPDATE delivery SET state = 'leased', cancellation = NULL, silence = NULL, done = NULL WHERE message = ?
                """, [.of(number)])
            return true
        }
        if isFound { tellOutbox() }
        return isFound
    }

    public func acknowledge(_ alerts: [AlertID], now: Timestamp) async throws(StoreError) -> [AlertID] {
        try await commit { db in
            try alerts.filter { alert in
                try db.run(
                    "UPDATE alert SET acknowledged = ? WHERE id = ? AND acknowledged IS NULL", [.of(now), .of(alert)])
                guard db.changesCount > 0 else { return false }
                try db.run(
                    """
                    UPDATE delivery SET state = 'cancelled', cancellation = ?2, done = ?3
                    WHERE alert = ?1 AND state = 'pending'
                    """, [.of(alert), .of(Delivery.Cancellation.acknowledged.rawValue), .of(now)])
                return true
            }
        }
    }

    public func dropChannels(except known: Set<String>, now: Timestamp) async throws(StoreError) -> Int {
        try await commit { db in
            let names = Set(
                try WaitingGroups.channels(on: db) + OpenMessages.channels(on: db)
                    + db.texts("SELECT channel FROM channel_health"))
            return try names.subtracting(known).reduce(0) { try $0 + drop($1, now: now, on: db) }
        }
    }

    public func pruneOutbox(doneBefore: Timestamp, deadBefore: Timestamp) async throws(StoreError) -> Int {
        var removed = 0
        var count = 0
        repeat {
            count = try await commit { db in
                try removeEnded(doneBefore: doneBefore, deadBefore: deadBefore, limit: Batch.removed, on: db)
            }
            removed += count
        } while count > 0
        return removed
    }

    // MARK: opting out

    public func optOuts() async throws(StoreError) -> [OptOut] {
        try await read { db in
            var optOuts: [OptOut] = []
            let rows = try db.rows("SELECT channel, recipient, since FROM opt_out ORDER BY channel, recipient")
            while let row = try rows.next() {
                optOuts.append(OptOut(channel: row.text(0) ?? "", recipient: row.text(1) ?? "", since: row.instant(2)))
            }
            return optOuts
        }
    }

    public func optOut(_ recipient: String, of channel: String, now: Timestamp) async throws(StoreError) {
        try await commit { db in
            try db.run(
                "INSERT OR IGNORE INTO opt_out (channel, recipient, since) VALUES (?, ?, ?)",
                [.of(channel), .of(recipient), .of(now)])
        }
    }

    public func optIn(_ recipient: String, to channel: String) async throws(StoreError) -> Bool {
        try await commit { db in
            try db.run(
                "DELETE FROM opt_out WHERE channel = ? AND recipient = ?", [.of(channel), .of(recipient)])
            return db.changesCount > 0
        }
    }

    // MARK: silences

    public func silences(activeAt now: Timestamp?) async throws(StoreError) -> [Silence] {
        try await read { db in
            var silences: [Silence] = []
            let rows = try db.rows("SELECT \(silenceColumns) FROM silence ORDER BY id")
            while let row = try rows.next() {
                let silence = Silence(row)
                if now.map(silence.isActive) ?? true { silences.append(silence) }
            }
            return silences
        }
    }

    public func add(_ silence: Silence) async throws(StoreError) {
        try await commit { db in
            try db.run(
                "INSERT INTO silence (\(silenceColumns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", silence.values)
        }
    }

    public func expire(_ silence: SilenceID, now: Timestamp) async throws(StoreError) -> Bool {
        try await commit { db in
            // One that had not begun never does.
            try db.run(
                "UPDATE silence SET ends = ?2, starts = min(starts, ?2) WHERE id = ?1 AND ends > ?2",
                [.of(silence), .of(now)])
            return db.changesCount > 0
        }
    }

    // MARK: conditions

    public func conditions() async throws(StoreError) -> [Condition] {
        try await read { db in
            var conditions: [Condition] = []
            let rows = try db.rows(
                "SELECT kind, subject, since, last_told FROM condition ORDER BY since, kind, subject")
            while let row = try rows.next() {
                guard let kind = row.text(0).flatMap(Notice.Kind.init(rawValue:)) else { continue }
                conditions.append(
                    Condition(
                        kind: kind, subject: row.text(1) ?? "", since: row.instant(2), lastTold: row.instant(3)))
            }
            return conditions
        }
    }

    public func watchedSince(
        _ topics: [String], now: Timestamp
    ) async throws(StoreError) -> [String: Timestamp] {
        let known = try await read { db in
            var known: [String: Timestamp] = [:]
            let rows = try db.rows("SELECT topic, since FROM watched_topic")
            while let row = try rows.next() { known[row.text(0) ?? ""] = row.instant(1) }
            return known
        }
        let new = Set(topics).subtracting(known.keys)
        let over = Set(known.keys).subtracting(topics)
        if !new.isEmpty || !over.isEmpty {
            try await commit { db in
                for topic in over { try db.run("DELETE FROM watched_topic WHERE topic = ?", [.of(topic)]) }
                for topic in new {
                    try db.run(
                        "INSERT OR IGNORE INTO watched_topic (topic, since) VALUES (?, ?)", [.of(topic), .of(now)])
                }
            }
        }
        return Dictionary(uniqueKeysWithValues: Set(topics).map { ($0, known[$0] ?? now) })
    }

    public func lastMatches() async throws(StoreError) -> [String: Timestamp] {
        try await read { db in
            var times: [String: Timestamp] = [:]
            var topic = try db.first("SELECT min(topic) FROM match") { $0.text(0) }
            while let name = topic {
                // The youngest article that the topic flagged: the last entry of each topic in the index.
                times[name] = try db.first(
                    """
                    SELECT seen FROM article WHERE id = (SELECT max(article) FROM match WHERE topic = ?)
                    """, [.of(name)]
                ) { $0.time(0) }
                topic = try db.first("SELECT min(topic) FROM match WHERE topic > ?", [.of(name)]) { $0.text(0) }
            }
            return times
        }
    }
}

private func drop(_ channel: String, now: Timestamp, on db: Database) throws -> Int {
    let name: ColumnValue = .of(channel)
    let numbers = try db.numbers(
        "SELECT number FROM message WHERE state IN ('pending', 'leased') AND channel = ?", [name])
    let cancelled: [ColumnValue] = [.of(Delivery.Cancellation.channelRemoved.rawValue), .of(now)]
    var count = 0
    for number in numbers {
        try db.run(
            "UPDATE message SET state = 'cancelled', lease_until = NULL, done = ? WHERE number = ?",
            [.of(now), .of(number)])
        try db.run(
            "UPDATE delivery SET state = 'cancelled', cancellation = ?, done = ? WHERE message = ?",
            cancelled + [.of(number)])
        count += db.changesCount
    }
    try db.run(
        """
        UPDATE delivery SET state = 'cancelled', cancellation = ?, done = ?
        WHERE state = 'pending' AND channel = ?
        """, cancelled + [name])
    count += db.changesCount
    try db.run("DELETE FROM channel_health WHERE channel = ?", [name])
    return count
}

/// Removes at most `limit` messages, else as many notices.
private func removeEnded(doneBefore: Timestamp, deadBefore: Timestamp, limit: Int, on db: Database) throws -> Int {
    try db.run(
        """
        DELETE FROM message WHERE number IN (
            SELECT number FROM message
            WHERE (state IN ('done', 'cancelled') AND done < ? OR state = 'dead' AND done < ?)
                AND number NOT IN (SELECT repeats FROM message WHERE repeats IS NOT NULL)
            LIMIT ?)
        """, [.of(doneBefore), .of(deadBefore), .of(limit)])
    let messages = db.changesCount
    if messages > 0 { return messages }
    try db.run(
        """
        DELETE FROM notice WHERE id IN (
            SELECT id FROM notice WHERE created < ? AND NOT EXISTS (
                SELECT 1 FROM delivery WHERE delivery.notice = notice.id
                    AND (delivery.state IN ('pending', 'leased') OR delivery.message IS NOT NULL))
            ORDER BY id LIMIT ?)
        """, [.of(doneBefore), .of(limit)])
    return db.changesCount
}

private let silenceColumns = "id, topic, feed, channel, severity, starts, ends, author, comment, created"

extension Silence {
    fileprivate var values: [ColumnValue] {
        [
            .of(id), .of(matchers.topic), .of(matchers.feed), .of(matchers.channel), .of(matchers.severity?.rawValue),
            .of(starts), .of(ends), .of(author), .of(comment), .of(created),
        ]
    }

    fileprivate init(_ row: Row) {
        self.init(
            id: row.id(0),
            matchers: Matchers(
                topic: row.text(1), feed: row.text(2), channel: row.text(3),
                severity: row.text(4).flatMap(Severity.init(rawValue:))), starts: row.instant(5),
            ends: row.instant(6), author: row.text(7) ?? "", comment: row.text(8) ?? "", created: row.instant(9))
    }
}
