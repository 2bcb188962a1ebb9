import GRDB
import WireModel
import WireStore

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

        init(feed: Feed, position: Int?) {
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

    /// Whether a list is what is stored, one by one. Nothing is looked up for it.
    static func isInForce(_ declarations: [FeedDeclaration], on db: Database) throws -> Bool {
        var count = 0
        let rows = try db.rows("SELECT \(feedColumns) FROM feed WHERE position >= 0")
        while let row = try rows.next() {
            var columns = ColumnReader(row)
            let listing = Listing(&columns)
            guard let position = listing.position, declarations.indices.contains(position),
                declarations[position].feed(id: listing.feed.id) == listing.feed
            else { return false }
            count += 1
        }
        return count == declarations.count
    }

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

    /// What `pick` makes of each feed that is polled.
    static func picked<Value>(_ db: Database, _ pick: (FeedRecord) -> Value?) throws -> [Value] {
        var values: [Value] = []
        let rows = try db.rows(selection + " WHERE position IS NOT NULL ORDER BY feed.id")
        while let row = try rows.next() {
            if let value = pick(entry(row).record) { values.append(value) }
        }
        return values
    }

    static func record(of feed: FeedID, on db: Database) throws -> FeedRecord? {
        try db.first(selection + " WHERE feed.id = ?", [.of(feed)]) { entry($0).record }
    }

    /// Of feeds that may be due only the columns that say so are read, of those that may be, everything.
    static func outlook(_ db: Database, until horizon: Timestamp, at now: Timestamp) throws -> FeedOutlook {
        // Files have no time of their own; neither has what was checked in a future that is over, nor what is new.
        let mayBeDue = """
            (is_local OR (NOT ifnull(is_gone, 0) AND (ifnull(next_check, 0) <= ?1 OR last_checked > ?2)))
            """
        let values: [ColumnValue] = [.of(horizon), .of(now)]
        let from = "FROM feed LEFT JOIN feed_state ON feed_state.feed = feed.id WHERE position IS NOT NULL"
        var counts = FeedCounts()
        var (next, candidates): (Timestamp?, Int) = (nil, 0)
        let rows = try db.rows(
            """
            SELECT count(*), total(is_gone), total(NOT is_gone AND failures > 0),
                total(NOT ifnull(is_gone, 0) AND ifnull(failures, 0) = 0 AND last_success IS NULL),
                min(CASE WHEN is_gone OR \(mayBeDue) THEN NULL ELSE max(next_check, ifnull(retry_after, 0)) END),
                total(\(mayBeDue))
            \(from)
            """, values)
        if let row = try rows.next() {
            var columns = ColumnReader(row)
            counts.listed = columns.int() ?? 0
            counts.gone = columns.int() ?? 0
            counts.failing = columns.int() ?? 0
            counts.new = columns.int() ?? 0
            next = columns.time()
            candidates = columns.int() ?? 0
        }
        guard candidates > 0 else { return FeedOutlook(candidates: [], counts: counts, next: next) }
        var entries: [Entry] = []
        entries.reserveCapacity(candidates)
        let found = try db.rows(selection + " WHERE position IS NOT NULL AND \(mayBeDue)", values)
        while let row = try found.next() { entries.append(entry(row)) }
        entries.sort { $0.rank < $1.rank }
        return FeedOutlook(candidates: entries.map(\.record), counts: counts, next: next)
    }

    /// What the articles of a feed say about it.
    static func facts(of feed: FeedID, on db: Database) throws -> FeedFacts? {
        try db.first(selection + " WHERE feed.id = ?", [.of(feed)]) { entry($0).record.facts }
    }

    /// Puts a feed's state and its last check in the place of the stored ones.
    static func save(_ state: FeedState, _ check: FeedCheck, on db: Database) throws {
        try db.run(replacement, [.of(check.feed)] + state.values + check.values)
    }

    /// Puts a feed's rhythm in the place of the stored one, if it has a state at all.
    static func save(_ rhythm: FeedRhythm, of feed: FeedID, on db: Database) throws {
        try db.run("UPDATE feed_state SET rhythm = ? WHERE feed = ?", [.of(rhythm.bytes), .of(feed)])
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
