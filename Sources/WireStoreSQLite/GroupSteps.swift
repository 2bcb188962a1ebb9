import GRDB
import WireStore

/// Walks the channels and groups of a table that has an index on them: one step in the index for each, however many rows
/// a group has.
struct GroupSteps {
    let table: String
    /// Of an index over `channel, group_key`, which holds the rows that fulfil it.
    let condition: String

    func channels(on db: Database) throws -> [String] {
        var names: [String] = []
        while let name = try next("channel", after: names.last.map { ("channel", [.of($0)]) }, on: db, { $0.text(0) }) {
            names.append(name)
        }
        return names
    }

    func keys(paused: Set<String>, on db: Database) throws -> [GroupKey] {
        var keys: [GroupKey] = []
        var last: GroupKey?
        while let key = try next("channel, group_key", after: last.map { after($0, paused) }, on: db, key) {
            if !paused.contains(key.channel) { keys.append(key) }
            last = key
        }
        return keys
    }

    private func key(_ row: Row) -> GroupKey { GroupKey(channel: row.text(0) ?? "", group: row.text(1) ?? "") }

    /// A paused channel's groups are passed over in one step.
    private func after(_ key: GroupKey, _ paused: Set<String>) -> (columns: String, values: [ColumnValue]) {
        paused.contains(key.channel)
            ? ("channel", [.of(key.channel)]) : ("channel, group_key", [.of(key.channel), .of(key.group)])
    }

    private func next<Value>(
        _ columns: String, after last: (columns: String, values: [ColumnValue])?, on db: Database,
        _ read: (Row) throws -> Value?
    ) throws -> Value? {
        let places = last?.values.map { _ in "?" }.joined(separator: ", ") ?? ""
        let beyond = last.map { " AND (\($0.columns)) > (\(places))" } ?? ""
        return try db.first(
            "SELECT \(columns) FROM \(table) WHERE \(condition)\(beyond) ORDER BY \(columns) LIMIT 1",
            last?.values ?? [], read)
    }
}
