import GRDB
import Synchronization
public import WireModel
public import WireStore

extension SQLiteStore {
    public func claim(
        now: Timestamp, lease: Duration, limit: Int, limits: [String: Int], paused: Set<String>
    ) async throws(StoreError) -> [Message] {
        let last = lastClaim.withLock { $0 }
        let messages = try await commit { db in
            if let last { try OpenMessages.follow(clockSetBackBy: last - now, on: db) }
            let claimed = try OpenMessages.due(at: now, limit: limit, limits: limits, paused: paused, on: db)
            return try claimed.compactMap { number in
                try db.run(
                    "UPDATE message SET state = 'leased', attempt = attempt + 1, lease_until = ? WHERE number = ?",
                    [.of(now + lease), .of(number)])
                return try MessageTable.message(number: number, on: db)
            }
        }
        lastClaim.withLock { $0 = now }
        return messages
    }

    public func releaseLeases(now: Timestamp) async throws(StoreError) {
        try await commit { db in
            // The last moment that is sure to have been before this one, whatever the clock says.
            let last = try db.first(
                "SELECT max(created) FROM message WHERE state IN ('pending', 'leased')"
            ) { $0.time(0) }
            if let last { try OpenMessages.follow(clockSetBackBy: last - now, on: db) }
            try db.run(
                """
                UPDATE message SET state = 'pending', not_before = min(not_before, ?), lease_until = NULL
                WHERE state = 'leased'
                """, [.of(now)])
        }
        tellOutbox()
    }

    public func record(_ results: [AttemptResult], channels: [ChannelHealth]) async throws(StoreError) {
        try await commit { db in
            for result in results { try MessageTable.record(result, on: db) }
            for channel in channels { try ChannelTable.save(channel, on: db) }
        }
    }

    public func nextDue(now: Timestamp, paused: Set<String>) async throws(StoreError) -> Timestamp? {
        try await read { db in
            try OpenMessages.channels(on: db).filter { !paused.contains($0) }
                .compactMap { try OpenMessages.nextDue(in: $0, now: now, on: db) }.min()
        }
    }

    public func channelHealth() async throws(StoreError) -> [ChannelHealth] {
        try await read { db in try ChannelTable.all(on: db) }
    }
}

/// Messages that are not over.
enum OpenMessages {
    private static let due = "ifnull(lease_until, not_before)"

    private struct Candidate {
        let number: Int64
        let due: Timestamp
    }

    /// What a clock that was slewed or read a little late may go back.
    private static let tolerance = Duration.seconds(2)

    /// Those with open messages.
    static func channels(on db: Database) throws -> [String] {
        try GroupSteps(table: "message", condition: "state IN ('pending', 'leased')").channels(on: db)
    }

    /// The messages to lease, as `OutboxStore.claim` says.
    static func due(
        at now: Timestamp, limit: Int, limits: [String: Int], paused: Set<String>, on db: Database
    ) throws -> [Int64] {
        var candidates: [Candidate] = []
        for channel in try channels(on: db) where !paused.contains(channel) {
            let most = min(limits[channel] ?? 1, limit)
            if most > 0 { candidates += try due(in: channel, at: now, limit: most, on: db) }
        }
        return candidates.sorted { ($0.due, $0.number) < ($1.due, $1.number) }.prefix(max(limit, 0)).map(\.number)
    }

    private static func due(
        in channel: String, at now: Timestamp, limit: Int, on db: Database
    ) throws -> [Candidate] {
        var candidates: [Candidate] = []
        var lines = Lines(channel: channel, now: now)
        var served: Set<String> = []
        let rows = try db.rows(
            """
            SELECT number, group_key, \(due) FROM message
            WHERE state IN ('pending', 'leased') AND channel = ? AND \(due) <= ? ORDER BY \(due), number
            """, [.of(channel), .of(now)])
        while candidates.count < limit, let row = try rows.next() {
            let (number, group) = (row.int64(0) ?? 0, row.text(1) ?? "")
            if served.contains(group) { continue }
            if let head = try lines.head(of: group, on: db), head.number < number { continue }
            served.insert(group)
            candidates.append(Candidate(number: number, due: row.instant(2)))
        }
        return candidates
    }

    /// When a message of the channel can be leased next.
    static func nextDue(in channel: String, now: Timestamp, on db: Database) throws -> Timestamp? {
        var next: Timestamp?
        var lines = Lines(channel: channel, now: now)
        let rows = try db.rows(
            """
            SELECT number, group_key, \(due) FROM message
            WHERE state IN ('pending', 'leased') AND channel = ? ORDER BY \(due), number
            """, [.of(channel)])
        while let row = try rows.next() {
            let due = row.instant(2)
            // Later ones cannot be sooner.
            if let next, next <= due { break }
            if let head = try lines.head(of: row.text(1) ?? "", on: db), head.number < row.int64(0) ?? 0 {
                let passes = max(due, head.created + Message.headOfLine)
                next = min(next ?? passes, passes)
            } else {
                next = min(next ?? due, due)
            }
        }
        return next
    }

    /// Moves what waits along with the clock, so that nothing waits for hours that have been already.
    static func follow(clockSetBackBy span: Duration, on db: Database) throws {
        guard span > tolerance else { return }
        try db.run(
            """
            UPDATE message SET not_before = not_before - ?1, lease_until = lease_until - ?1
            WHERE state IN ('pending', 'leased')
            """, [.of(span.wholeMilliseconds)])
    }

    /// The oldest open message of the group that may still hold others back. One from the future holds none.
    static func head(
        of key: GroupKey, at now: Timestamp, on db: Database
    ) throws -> (number: Int64, created: Timestamp)? {
        try db.first(
            """
            SELECT number, created FROM message
            WHERE state IN ('pending', 'leased') AND channel = ? AND group_key = ? AND created > ? AND created <= ?
            ORDER BY number LIMIT 1
            """, [.of(key.channel), .of(key.group), .of(now - Message.headOfLine), .of(now)]
        ) { (number: $0.int64(0) ?? 0, created: $0.instant(1)) }
    }

    /// Who stands first in the groups of a channel, looked up once for each.
    private struct Lines {
        let channel: String
        let now: Timestamp
        private var heads: [String: (number: Int64, created: Timestamp)?] = [:]

        init(channel: String, now: Timestamp) {
            self.channel = channel
            self.now = now
        }

        mutating func head(of group: String, on db: Database) throws -> (number: Int64, created: Timestamp)? {
            if let known = heads[group] { return known }
            let head = try OpenMessages.head(of: GroupKey(channel: channel, group: group), at: now, on: db)
            heads[group] = .some(head)
            return head
        }
    }
}

/// The table `channel_health`.
private enum ChannelTable {
    private static let columns = "channel, failures, failing_since, paused_until, is_off, last_done, last_error"

    static func save(_ health: ChannelHealth, on db: Database) throws {
        try db.run(
            "REPLACE INTO channel_health (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                .of(health.channel), .of(health.failures), .of(health.failingSince), .of(health.pausedUntil),
                .of(health.isOff), .of(health.lastDone), .of(health.lastError),
            ])
    }

    static func all(on db: Database) throws -> [ChannelHealth] {
        var channels: [ChannelHealth] = []
        let rows = try db.rows("SELECT \(columns) FROM channel_health ORDER BY channel")
        while let row = try rows.next() {
            channels.append(
                ChannelHealth(
                    channel: row.text(0) ?? "", failures: row.int(1) ?? 0, failingSince: row.time(2),
                    pausedUntil: row.time(3), isOff: row.bool(4), lastDone: row.time(5), lastError: row.text(6)))
        }
        return channels
    }
}
