import GRDB
public import WireModel
public import WireStore

extension SQLiteStore {
    public func declare(_ declarations: [FeedDeclaration], now: Timestamp) async throws(StoreError) {
        // As at nearly every start.
        if try await read({ db in try FeedTable.isInForce(declarations, on: db) }) { return }
        let stored = try await read { db in try FeedTable.listings(db) }
        let plan = DeclarationPlan(declarations, stored: stored, ids: ids, now: now)
        if !plan.isEmpty { try await write { db in try plan.run(on: db) } }
    }

    public func add(_ declarations: [FeedDeclaration], now: Timestamp) async throws(StoreError) -> [FeedRecord] {
        let stored = try await read { db in try FeedTable.entries(db) }
        let plan = DeclarationPlan(adding: declarations, stored: stored, ids: ids, now: now)
        if !plan.isEmpty { try await write { db in try plan.run(on: db) } }
        return plan.records
    }

    public func feeds() async throws(StoreError) -> [FeedRecord] {
        try await read { db in
            let entries = try FeedTable.entries(db)
            return entries.filter(\.record.isListed).sorted { $0.rank < $1.rank }.map(\.record)
                + entries.filter { !$0.record.isListed }.map(\.record)
        }
    }

    public func feeds<Value: Sendable>(
        picking pick: @escaping @Sendable (FeedRecord) -> Value?
    ) async throws(StoreError) -> [Value] {
        try await read { db in try FeedTable.picked(db, pick) }
    }

    public func feed(_ id: FeedID) async throws(StoreError) -> FeedRecord? {
        try await read { db in try FeedTable.record(of: id, on: db) }
    }

    public func outlook(until horizon: Timestamp, at now: Timestamp) async throws(StoreError) -> FeedOutlook {
        try await read { db in try FeedTable.outlook(db, until: horizon, at: now) }
    }

    public func articleCounts() async throws(StoreError) -> [FeedID: Int] {
        try await read { db in
            var counts: [FeedID: Int] = [:]
            let rows = try db.rows("SELECT feed, count(*) FROM article INDEXED BY article_key GROUP BY feed")
            while let row = try rows.next() { counts[row.id(0)] = row.int(1) }
            let forgotten = try db.rows(
                "SELECT feed, count(*) FROM article INDEXED BY article_forgotten WHERE kept_from > revision GROUP BY feed"
            )
            while let row = try forgotten.next() {
                let left = (counts[row.id(0)] ?? 0) - (row.int(1) ?? 0)
                counts[row.id(0)] = left > 0 ? left : nil
            }
            return counts
        }
    }
}

/// What must be written so that a list becomes the list in force.
private struct DeclarationPlan: Sendable {
    /// Of feeds that were added by command.
    private(set) var records: [FeedRecord] = []
    private var added: [FeedTable.Listing] = []
    private var changed: [FeedTable.Listing] = []
    private var unlisted: [FeedID] = []

    var isEmpty: Bool { added.isEmpty && changed.isEmpty && unlisted.isEmpty }

    init(_ declarations: [FeedDeclaration], stored: [FeedTable.Listing], ids: IDSource, now: Timestamp) {
        var byAddress = Dictionary(stored.map { ($0.feed.address, $0) }) { first, _ in first }
        var seen: Set<String> = []
        seen.reserveCapacity(declarations.count)
        for declaration in declarations where seen.insert(declaration.address).inserted {
            let known = byAddress.removeValue(forKey: declaration.address)
            let feed = declaration.feed(id: known?.feed.id ?? ids.next(at: now))
            let listing = FeedTable.Listing(feed: feed, position: seen.count - 1)
            guard let known else {
                added.append(listing)
                continue
            }
            // An empty setting and none are stored alike.
            if known.position != listing.position || known.feed != feed, known.values != listing.values {
                changed.append(listing)
            }
        }
        unlisted = byAddress.values.filter { $0.position != nil && !$0.isAdded }.map(\.feed.id)
    }

    /// Feeds added by command: those that are not polled yet, after all listed ones.
    init(adding declarations: [FeedDeclaration], stored: [FeedTable.Entry], ids: IDSource, now: Timestamp) {
        let byAddress = Dictionary(stored.map { ($0.record.feed.address, $0.record) }) { first, _ in first }
        var seen: Set<String> = []
        for declaration in declarations where seen.insert(declaration.address).inserted {
            let known = byAddress[declaration.address]
            if known?.isListed == true { continue }
            let feed = declaration.feed(id: known?.feed.id ?? ids.next(at: now))
            records.append(FeedRecord(feed: feed, state: known?.state ?? FeedState(), lastCheck: known?.lastCheck))
            let listing = FeedTable.Listing(feed: feed, position: FeedTable.Listing.addedPosition)
            if known == nil { added.append(listing) } else { changed.append(listing) }
        }
    }

    func run(on db: Database) throws {
        for id in unlisted { try db.run("UPDATE feed SET position = NULL WHERE id = ?", [.of(id)]) }
        for listing in changed {
            try db.run(
                """
                UPDATE feed SET address = ?2, is_local = ?3, source = ?4, title = ?5, folder = ?6, settings = ?7, position = ?8
                WHERE id = ?1
                """, listing.values)
        }
        for listing in added {
            try db.run(
                """
                INSERT INTO feed (id, address, is_local, source, title, folder, settings, position)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                """, listing.values)
        }
    }
}
