import GRDB
import WireModel
import WireStore

/// The table `alert`.
enum AlertTable {
    /// The columns of an alert with its article's feed, in the order of `alert`; from `alert JOIN article`.
    static let columns = """
        alert.id, alert.match, alert.article, alert.revision, alert.topic, alert.topic_name, article.feed,
        alert.severity, alert.text_group, alert.created, alert.muting, alert.acknowledged
        """

    static let source = "alert JOIN article ON article.id = alert.article"

    /// Whether it was stored: not if there is one of its key or match.
    static func insert(_ alert: Alert, on db: Database) throws -> Bool {
        try db.run(
            """
            INSERT INTO alert (id, key, match, article, revision, topic, topic_name, severity, text_group, created, muting,
                acknowledged) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT DO NOTHING
            """,
            [
                .of(alert.id), .of(alert.key), .of(alert.match), .of(alert.article), .of(alert.revision),
                .of(alert.topic), .of(alert.topicName), .of(alert.severity.rawValue), .of(alert.textGroup),
                .of(alert.created), .of(alert.muting?.rawValue), .of(alert.acknowledged),
            ])
        return db.changesCount > 0
    }

    static func alert(_ row: Row) -> Alert {
        Alert(
            id: row.id(0), match: row.id(1), article: row.id(2), revision: row.int(3) ?? 1, topic: row.text(4) ?? "",
            topicName: row.text(5) ?? "", feed: row.id(6), severity: row.severity(7), textGroup: row.digest(8),
            created: row.instant(9), muting: row.text(10).flatMap(Alert.Muting.init(rawValue:)),
            acknowledged: row.time(11))
    }

    /// What an alert tells: the article as it was when it matched. Nil if the article is gone.
    static func flagged(
        _ alert: Alert, facts: inout [FeedID: FeedFacts], on db: Database
    ) throws -> FlaggedArticle? {
        let columns = ArticleTable.itemColumns
        let article: ColumnValue = .of(alert.article)
        guard let seen = try db.first("SELECT seen FROM article WHERE id = ?", [article], { $0.time(0) }),
            let match = try db.first(
                "SELECT explanation FROM match WHERE id = ?", [.of(alert.match)],
                { $0.json(0).flatMap(Match.init(json:)) }),
            let item = try db.first(
                "SELECT \(columns) FROM revision WHERE article = ? AND revision = ?", [article, .of(alert.revision)],
                { ArticleTable.item($0, from: 0) })
                ?? db.first(
                    "SELECT \(columns) FROM article_text WHERE article = ?", [article],
                    { ArticleTable.item($0, from: 0) })
        else { return nil }
        return FlaggedArticle(
            id: alert.match, topic: alert.topic, topicName: alert.topicName, severity: alert.severity,
            article: Article(id: alert.article, feed: alert.feed, item: item, seen: seen, revision: alert.revision),
            feed: try FeedTable.facts(of: alert.feed, known: &facts, on: db), match: match)
    }
}

/// The tables `notice` and `condition`.
enum NoticeTable {
    static let columns = "id, kind, subject, is_cleared, severity, title, text, created"

    /// Stores a notice with its deliveries and what it says of a condition; nothing if there is one of its id.
    static func insert(_ new: NewNotice, on db: Database) throws {
        let notice = new.notice
        try db.run(
            "INSERT INTO notice (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            [
                .of(notice.id), .of(notice.kind.rawValue), .of(notice.subject), .of(notice.isCleared),
                .of(notice.severity.rawValue), .of(notice.title), .of(notice.text), .of(notice.created),
            ])
        guard db.changesCount > 0 else { return }
        for delivery in new.deliveries { try DeliveryTable.insert(delivery, on: db) }
        let condition: [ColumnValue] = [.of(notice.kind.rawValue), .of(notice.subject)]
        if notice.isCleared {
            try db.run("DELETE FROM condition WHERE kind = ? AND subject = ?", condition)
        } else if notice.kind.isCondition {
            try db.run(
                """
                INSERT INTO condition (kind, subject, since, last_told) VALUES (?1, ?2, ?3, ?3)
                ON CONFLICT DO UPDATE SET last_told = excluded.last_told
                """, condition + [.of(notice.created)])
        }
    }

    /// Nil if it is of a kind that this program does not know.
    static func notice(_ row: Row) -> Notice? {
        guard let kind = row.text(1).flatMap(Notice.Kind.init(rawValue:)) else { return nil }
        return Notice(
            id: row.id(0), kind: kind, subject: row.text(2) ?? "", isCleared: row.bool(3), severity: row.severity(4),
            title: row.text(5) ?? "", text: row.text(6) ?? "", created: row.instant(7))
    }
}

/// The table `delivery`.
enum DeliveryTable {
    /// A second one of the same alert or notice to the same channel is not stored.
    static func insert(_ delivery: Delivery, on db: Database) throws {
        let (alert, notice): (AlertID?, NoticeID?) =
            switch delivery.subject {
            case .alert(let id): (id, nil)
            case .notice(let id): (nil, id)
            }
        try db.run(
            """
            INSERT INTO delivery (id, alert, notice, channel, group_key, state, created)
            VALUES (?, ?, ?, ?, ?, 'pending', ?) ON CONFLICT DO NOTHING
            """,
            [
                .of(delivery.id), .of(alert?.rawValue), .of(notice?.rawValue), .of(delivery.channel),
                .of(delivery.group), .of(delivery.created),
            ])
    }

    /// The deliveries of an alert, as they were made.
    static func of(_ alert: AlertID, on db: Database) throws -> [Delivery] {
        var deliveries: [Delivery] = []
        let rows = try db.rows(
            """
            SELECT delivery.id, delivery.channel, delivery.group_key, delivery.state, message.id, delivery.cancellation,
                delivery.silence, delivery.created, delivery.done
            FROM delivery LEFT JOIN message ON message.number = delivery.message
            WHERE delivery.alert = ? ORDER BY delivery.id
            """, [.of(alert)])
        while let row = try rows.next() {
            deliveries.append(
                Delivery(
                    id: row.id(0), subject: .alert(alert), channel: row.text(1) ?? "", group: row.text(2) ?? "",
                    state: row.state(3), message: row.text(4).map(MessageID.init(rawValue:)),
                    cancellation: row.text(5).flatMap(Delivery.Cancellation.init(rawValue:)),
                    silence: row.int64(6).map(SilenceID.init(rawValue:)), created: row.instant(7), done: row.time(8)))
        }
        return deliveries
    }

    /// Whether it waited and does no longer.
    static func cancel(_ cancellation: OutboxPlan.Cancellation, now: Timestamp, on db: Database) throws -> Bool {
        try db.run(
            """
            UPDATE delivery SET state = 'cancelled', cancellation = ?2, silence = ?3, done = ?4
            WHERE id = ?1 AND state = 'pending'
            """,
            [
                .of(cancellation.delivery), .of(cancellation.reason.rawValue), .of(cancellation.silence?.rawValue),
                .of(now),
            ])
        return db.changesCount > 0
    }
}

extension Row {
    func severity(_ column: Int) -> Severity { text(column).flatMap(Severity.init(rawValue:)) ?? .normal }

    /// Of a row that this program does not understand nothing is sent.
    func state(_ column: Int) -> DeliveryState { text(column).flatMap(DeliveryState.init(rawValue:)) ?? .cancelled }

    /// A time that is never missing.
    func instant(_ column: Int) -> Timestamp { time(column) ?? Timestamp(milliseconds: 0) }
}

extension FeedTable {
    /// What the articles of a feed say about it, read once for all of them.
    static func facts(of feed: FeedID, known: inout [FeedID: FeedFacts], on db: Database) throws -> FeedFacts {
        if let facts = known[feed] { return facts }
        let facts = try facts(of: feed, on: db) ?? FeedFacts()
        known[feed] = facts
        return facts
    }
}
