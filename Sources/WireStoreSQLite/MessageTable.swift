import GRDB
import WireModel
import WireStore

/// The tables `message` and `message_body`.
enum MessageTable {
    private static let columns = """
        id, channel, group_key, kind, state, attempt, not_before, lease_until, alerts, created, done, status, answer, error
        """

    /// With its body, in the order of `message`.
    static let selection = """
        SELECT \(columns), body FROM message JOIN message_body ON message_body.message = message.number
        """

    /// Stores a message with the deliveries that it takes along.
    /// - Throws: `rejected` if one of them waits no longer or is another channel's.
    static func insert(_ message: Message, _ deliveries: [DeliveryID], on db: Database, path: String) throws {
        let repeats = deliveries.isEmpty ? try repeated(by: message, on: db) : nil
        try db.run(
            """
            INSERT INTO message (\(columns), repeats) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .of(message.id.rawValue), .of(message.channel), .of(message.group), .of(message.kind.description),
                .of(message.state.rawValue), .of(message.attempt), .of(message.notBefore),
                .of(message.state == .leased ? message.leaseUntil ?? message.notBefore : nil), .of(message.count),
                .of(message.created), .of(message.done), .of(message.answer?.status), .of(message.answer?.text),
                .of(message.answer?.error), .of(repeats),
            ])
        let number = db.lastInsertedRowID
        try db.run("INSERT INTO message_body (message, body) VALUES (?, ?)", [.of(number), .of(message.body)])
        for delivery in deliveries {
            try db.run(
                """
                UPDATE delivery SET state = ?4, message = ?2, done = ?5
                WHERE id = ?1 AND state = 'pending' AND channel = ?3
                """,
                [
                    .of(delivery), .of(number), .of(message.channel), .of(message.deliveryState.rawValue),
                    .of(message.done),
                ])
            guard db.changesCount == 1 else {
                throw StoreError.rejected(path: path, reason: "delivery \(delivery) does not wait any more")
            }
        }
    }

    /// The number of the message whose alerts a repetition tells once more.
    private static func repeated(by message: Message, on db: Database) throws -> Int64? {
        guard message.kind == .alert || message.kind == .digest else { return nil }
        return try last(of: GroupKey(channel: message.channel, group: message.group), on: db)?.told
    }

    /// A group's last message, when it was made, and the number of the one whose alerts it tells.
    static func last(of key: GroupKey, on db: Database) throws -> (number: Int64, made: Timestamp, told: Int64)? {
        try db.first(
            """
            SELECT number, created, ifnull(repeats, number) FROM message
            WHERE channel = ? AND group_key = ? AND state <> 'cancelled' ORDER BY number DESC LIMIT 1
            """, [.of(key.channel), .of(key.group)]
        ) { ($0.int64(0) ?? 0, $0.instant(1), $0.int64(2) ?? 0) }
    }

    static func message(_ id: MessageID, on db: Database) throws -> Message? {
        try db.first(selection + " WHERE id = ?", [.of(id.rawValue)], message)
    }

    static func message(number: Int64, on db: Database) throws -> Message? {
        try db.first(selection + " WHERE number = ?", [.of(number)], message)
    }

    /// Nil if it is of a kind that this program does not know.
    static func message(_ row: Row) -> Message? {
        guard let kind = row.text(3).flatMap(MessageKind.init) else { return nil }
        let (status, answer, error) = (row.int(11), row.text(12), row.text(13))
        return Message(
            id: MessageID(rawValue: row.text(0) ?? ""), channel: row.text(1) ?? "", group: row.text(2) ?? "",
            kind: kind, state: row.state(4), attempt: row.int(5) ?? 0, notBefore: row.instant(6),
            leaseUntil: row.time(7), body: row.bytes(14) ?? [], count: row.int(8) ?? 0, created: row.instant(9),
            done: row.time(10),
            answer: answer.map { Message.Answer(status: status, text: $0, error: error) })
    }

    /// Ends a message that is not over, or lets it wait for its next attempt; nothing if it is over.
    static func record(_ result: AttemptResult, on db: Database) throws {
        let (state, notBefore): (DeliveryState, Timestamp?) =
            switch result.next {
            case .done: (.done, nil)
            case .dead: (.dead, nil)
            case .retry(let time): (.pending, time)
            }
        let end = notBefore == nil ? result.at : nil
        let answer = result.answer
        let number = try db.first(
            """
            UPDATE message SET state = ?2, not_before = ifnull(?3, not_before), lease_until = NULL, done = ?4,
                status = ?5, answer = ?6, error = ?7
            WHERE id = ?1 AND state IN ('pending', 'leased') RETURNING number
            """,
            [
                .of(result.message.rawValue), .of(state.rawValue), .of(notBefore), .of(end), .of(answer.status),
                .of(answer.text.prefix(bytes: Message.Answer.textLimit)),
                .of(answer.error?.prefix(bytes: Message.Answer.textLimit)),
            ]
        ) { $0.int64(0) }
        guard let number, let end else { return }
        try db.run(
            "UPDATE delivery SET state = ?2, done = ?3 WHERE message = ?1",
            [.of(number), .of(state.rawValue), .of(end)])
    }
}

extension Message {
    /// The state of the deliveries that it took along.
    fileprivate var deliveryState: DeliveryState { state == .pending ? .leased : state }
}

extension String {
    /// The longest beginning of at most so many bytes of UTF-8.
    fileprivate func prefix(bytes limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var end = utf8.index(startIndex, offsetBy: limit)
        while end > startIndex, end.samePosition(in: unicodeScalars) == nil { end = utf8.index(before: end) }
        return String(self[..<end])
    }
}
