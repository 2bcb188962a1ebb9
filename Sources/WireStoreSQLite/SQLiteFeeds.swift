import GRDB
public import WireModel
public import WireStore

extension SQLiteStore {
    public func declare(_ declarations: [FeedDeclaration], now: Timestamp) async throws(StoreError) {
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

/// The tables `feed` and `feed_state`.
enum FeedTable {
    /// A row of `feed`.
    struct Listing: Sendable {
        let feed: Feed
        /// In the operator's list, from 0; `addedPosition` for feeds that a command added; nil for those not polled.
        let position: Int?

        static let addedPosition = -1

        var isAdded: Bool { position == Listing.addedPosition }

        var values: [ColumnValue] {
            let (isLocal, source) =
                switch feed.source {
                case .remote(let url): (false, url)
                case .local(let path): (true, path)
                }
            return [
                .of(feed.id), .of(feed.address), .of(isLocal), .of(source), .of(feed.title), .of(feed.folder),
                .of(feed.settings.json?.text), .of(position),
            ]
        }

        fileprivate init(feed: Feed, position: Int?) {
            self.feed = feed
            self.position = position
        }

        fileprivate init(_ columns: inout ColumnReader) {
            let id: FeedID = columns.id()
            let address = columns.text() ?? ""
            let isLocal = columns.bool()
            let source = columns.text() ?? ""
            feed = Feed(
                id: id, address: address, source: isLocal ? .local(path: source) : .remote(url: source),
                title: columns.text(), folder: columns.text() ?? "", settings: FeedSettings(json: columns.json()))
            position = columns.int()
        }
    }

    struct Entry: Sendable {
        let record: FeedRecord
        /// What `feeds` sorts by: the list's order, then the added ones as they came.
        let rank: (Int, FeedID)
    }

    private static let feedColumns = "feed.id, address, is_local, source, title, folder, settings, position"

    /// The columns of `feed_state` after the feed, in the order in which `values` and `init` go through them.
    private static let stateColumns = """
        next_check, not_before, retry_after, last_checked, last_success, failures, is_gone, validators_url, etag,
        last_modified, body_digest, moved_to, redirect_target, redirect_since, redirect_count, document_title, site_url,
        language, last_failure, not_found_since, last_manual_check, unchanged_checks, wishes, ambiguous_ids,
        rhythm, archives, hub, hub_topic, check_started, check_outcome, check_status, check_bytes, check_failure
        """

    private static let selection = """
        SELECT \(feedColumns), \(stateColumns), (SELECT max(until) FROM lease WHERE lease.feed = feed.id)
        FROM feed LEFT JOIN feed_state ON feed_state.feed = feed.id
        """

    private static let replacement: String = {
        let marks = stateColumns.split(separator: ",").map { _ in "?" }.joined(separator: ", ")
        return "REPLACE INTO feed_state (feed, \(stateColumns)) VALUES (?, \(marks))"
    }()

    /// All feeds, without what is remembered of them.
    static func listings(_ db: Database) throws -> [Listing] {
        var listings: [Listing] = []
        let rows = try db.rows("SELECT \(feedColumns) FROM feed")
        while let row = try rows.next() {
            var columns = ColumnReader(row)
            listings.append(Listing(&columns))
        }
        return listings
    }

    /// All feeds by id.
    static func entries(_ db: Database) throws -> [Entry] {
        var entries: [Entry] = []
        let rows = try db.rows(selection + " ORDER BY feed.id")
        while let row = try rows.next() { entries.append(entry(row)) }
        return entries
    }

    /// What the articles of a feed say about it.
    static func facts(of feed: FeedID, on db: Database) throws -> FeedFacts? {
        try db.first(selection + " WHERE feed.id = ?", [.of(feed)]) { entry($0).record.facts }
    }

    /// Puts a feed's state and its last check in the place of the stored ones.
    static func save(_ state: FeedState, _ check: FeedCheck, on db: Database) throws {
        try db.run(replacement, [.of(check.feed)] + state.values + check.values)
    }

    private static func entry(_ row: Row) -> Entry {
        var columns = ColumnReader(row)
        let listing = Listing(&columns)
        let (feed, position) = (listing.feed, listing.position)
        let state = FeedState(&columns)
        let check = FeedCheck(&columns, of: feed.id)
        let record = FeedRecord(
            feed: feed, state: state, lastCheck: check, isListed: position != nil, pushedUntil: columns.time())
        return Entry(record: record, rank: (listing.isAdded ? Int.max : position ?? Int.max, feed.id))
    }
}

extension FeedDeclaration {
    fileprivate func feed(id: FeedID) -> Feed {
        Feed(id: id, address: address, source: source, title: title, folder: folder, settings: settings)
    }
}

extension FeedState {
    fileprivate var values: [ColumnValue] {
        let ambiguous: [UInt8]? = ambiguousIDs.isEmpty ? nil : ambiguousIDs.flatMap(\.bytes)
        let archived: [UInt8]? = archives.isEmpty ? nil : archives.flatMap(\.bytes)
        return [
            .of(nextCheck), .of(notBefore), .of(retryAfter), .of(lastChecked), .of(lastSuccess), .of(failures),
            .of(isGone), .of(validators?.url), .of(validators?.etag), .of(validators?.lastModified), .of(bodyDigest),
            .of(movedTo), .of(redirect?.target), .of(redirect?.since), .of(redirect?.count), .of(documentTitle),
            .of(siteURL), .of(language), .of(lastFailure?.json.text), .of(notFoundSince), .of(lastManualCheck),
            .of(unchangedWithoutValidator), .of(wishes.json?.text), .of(ambiguous), .of(rhythm.bytes),
            .of(archived), .of(push?.hub), .of(push?.topic),
        ]
    }

    fileprivate init(_ columns: inout ColumnReader) {
        self.init()
        nextCheck = columns.time()
        notBefore = columns.time()
        retryAfter = columns.time()
        lastChecked = columns.time()
        lastSuccess = columns.time()
        failures = columns.int() ?? 0
        isGone = columns.bool()
        let (url, etag, lastModified) = (columns.text(), columns.bytes(), columns.bytes())
        validators = url.map { Validators(etag: etag, lastModified: lastModified, url: $0) }
        bodyDigest = columns.digest()
        movedTo = columns.text()
        let (target, since, count) = (columns.text(), columns.time(), columns.int())
        if let target, let since { redirect = (target, since, count ?? 0) }
        documentTitle = columns.text()
        siteURL = columns.text()
        language = columns.text()
        lastFailure = columns.json().flatMap(Failure.init(json:))
        notFoundSince = columns.time()
        lastManualCheck = columns.time()
        unchangedWithoutValidator = columns.int() ?? 0
        if let wishes = columns.json() { self.wishes = DocumentWishes(json: wishes) }
        ambiguousIDs = Set(columns.digests())
        rhythm = columns.bytes().flatMap { FeedRhythm(bytes: $0) } ?? FeedRhythm()
        archives = columns.digests()
        let (hub, topic) = (columns.text(), columns.text())
        if let hub, let topic { push = PushSource(hub: hub, topic: topic) }
    }
}

extension FeedCheck {
    fileprivate var values: [ColumnValue] {
        [.of(started), .of(outcome.rawValue), .of(status), .of(bytes), .of(failure?.json.text)]
    }

    /// nil if there was none.
    fileprivate init?(_ columns: inout ColumnReader, of feed: FeedID) {
        let (started, outcome) = (columns.time(), columns.text().flatMap(Outcome.init(rawValue:)))
        let (status, bytes, failure) = (columns.int(), columns.int(), columns.json().flatMap(Failure.init(json:)))
        guard let started, let outcome else { return nil }
        self.init(
            feed: feed, started: started, outcome: outcome, status: status, bytes: bytes ?? 0, failure: failure)
    }
}

extension DocumentWishes {
    /// nil if there are none.
    fileprivate var json: JSONValue? {
        guard self != DocumentWishes() else { return nil }
        var object = JSONObjectBuilder()
        object.set("ttl_ms", timeToLive.map { Int($0.wholeMilliseconds) })
        object.set("period_ms", updatePeriod.map { Int($0.wholeMilliseconds) })
        object.list("skip_hours", skippedHours.sorted().map { .integer(Int64($0)) })
        object.list("skip_days", skippedDays.sorted().map { .integer(Int64($0)) })
        return object.value
    }

    fileprivate init(json: JSONValue) {
        self.init()
        timeToLive = json["ttl_ms"]?.integer.map { .milliseconds($0) }
        updatePeriod = json["period_ms"]?.integer.map { .milliseconds($0) }
        skippedHours = Set((json["skip_hours"]?.array ?? []).compactMap { $0.integer.map { Int($0) } })
        skippedDays = Set((json["skip_days"]?.array ?? []).compactMap { $0.integer.map { Int($0) } })
    }
}

extension Failure {
    fileprivate init?(json: JSONValue) {
        guard let stage = json["stage"]?.string.flatMap(Stage.init(rawValue:)), let code = json["code"]?.string,
            let message = json["message"]?.string, let isRetryable = json["retryable"]?.bool
        else { return nil }
        self.init(stage: stage, code: code, message: message, isRetryable: isRetryable)
    }
}

extension FeedSettings {
    /// nil if all are the program's own.
    fileprivate var json: JSONValue? {
        guard self != FeedSettings() else { return nil }
        var object = JSONObjectBuilder()
        object.set("interval_ms", interval.map { Int($0.wholeMilliseconds) })
        object.set("user_agent", userAgent)
        object.set("header", header)
        object.set("language", language)
        object.set("country", country)
        object.set("auth", auth)
        object.set("proxy", proxy)
        object.set("client_cert", clientCertificate)
        object.set("http_version", httpVersion)
        object.set("tier", tier == .normal ? nil : tier.rawValue)
        object.list("foreign", foreign.map(\.json))
        return object.value
    }

    fileprivate init(json: JSONValue?) {
        guard let json else {
            self.init()
            return
        }
        self.init(
            interval: json["interval_ms"]?.integer.map { .milliseconds($0) }, userAgent: json["user_agent"]?.string,
            header: json["header"]?.string, language: json["language"]?.string, country: json["country"]?.string)
        auth = json["auth"]?.string
        proxy = json["proxy"]?.string
        clientCertificate = json["client_cert"]?.string
        httpVersion = json["http_version"]?.string
        tier = json["tier"]?.string.flatMap(FeedTier.init(rawValue:)) ?? .normal
        foreign = json["foreign"]?.array?.compactMap(ForeignAttribute.init(json:)) ?? []
    }
}

extension ForeignAttribute {
    fileprivate var json: JSONValue {
        var object = JSONObjectBuilder()
        object.set("name", name)
        object.set("value", value)
        object.set("prefix", prefix)
        object.set("namespace", namespace)
        return object.value
    }

    fileprivate init?(json: JSONValue) {
        guard let name = json["name"]?.string, let value = json["value"]?.string else { return nil }
        self.init(name, value, prefix: json["prefix"]?.string, namespace: json["namespace"]?.string)
    }
}
