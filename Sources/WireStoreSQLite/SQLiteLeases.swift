import GRDB
public import WireModel
public import WireStore

extension SQLiteStore {
    public func leases() async throws(StoreError) -> [PushLease] {
        try await read { db in
            var leases: [PushLease] = []
            let rows = try db.rows("SELECT \(LeaseTable.columns) FROM lease ORDER BY feed, asked")
            while let row = try rows.next() { leases.append(LeaseTable.lease(row)) }
            return leases
        }
    }

    public func pushSources() async throws(StoreError) -> [FeedID: PushSource] {
        try await read { db in
            var sources: [FeedID: PushSource] = [:]
            let rows = try db.rows(
                """
                SELECT feed, hub, hub_topic FROM feed_state JOIN feed ON feed.id = feed
                WHERE hub IS NOT NULL AND hub_topic IS NOT NULL AND NOT is_gone AND position IS NOT NULL
                """)
            while let row = try rows.next() {
                sources[row.id(0)] = PushSource(hub: row.text(1) ?? "", topic: row.text(2) ?? "")
            }
            return sources
        }
    }

    public func lease(token: String) async throws(StoreError) -> PushLease? {
        try await read { db in
            try db.first(
                """
                SELECT \(LeaseTable.columns) FROM lease
                WHERE token = ?1 AND EXISTS (SELECT 1 FROM feed WHERE feed.id = lease.feed AND position IS NOT NULL)
                """, [.of(token)]
            ) { LeaseTable.lease($0) }
        }
    }

    public func keep(_ lease: PushLease) async throws(StoreError) {
        try await write { db in
            let others = lease.until == nil ? "AND until IS NULL" : ""
            try db.run(
                "DELETE FROM lease WHERE feed = ?1 AND token <> ?2 \(others)", [.of(lease.feed), .of(lease.token)])
            try db.run(
                "REPLACE INTO lease (\(LeaseTable.columns)) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                [
                    .of(lease.feed), .of(lease.token), .of(lease.secret), .of(lease.hub), .of(lease.topic),
                    .of(lease.asked), .of(lease.until), .of(lease.failures),
                ])
        }
    }

    public func dropLeases(of feed: FeedID) async throws(StoreError) {
        try await write { db in try db.run("DELETE FROM lease WHERE feed = ?1", [.of(feed)]) }
    }

    public func pollSoon(_ feed: FeedID, now: Timestamp) async throws(StoreError) {
        try await write { db in
            try db.run(
                "UPDATE feed_state SET next_check = max(?2, coalesce(not_before, 0)) WHERE feed = ?1 AND next_check > ?2",
                [.of(feed), .of(now)])
        }
    }
}

private enum LeaseTable {
    static let columns = "feed, token, secret, hub, topic, asked, until, failures"

    static func lease(_ row: Row) -> PushLease {
        var columns = ColumnReader(row)
        return PushLease(
            feed: columns.id(), token: columns.text() ?? "", secret: columns.bytes(), hub: columns.text() ?? "",
            topic: columns.text() ?? "", asked: columns.time() ?? Timestamp(seconds: 0), until: columns.time(),
            failures: columns.int() ?? 0)
    }
}
