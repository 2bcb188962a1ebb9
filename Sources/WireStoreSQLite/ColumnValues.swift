import Foundation
import GRDB
import WireModel

// Values to and from columns, without traps: a damaged file may hold anything anywhere.

/// A value on its way into a statement.
enum ColumnValue: Equatable {
    case null
    case integer(Int64)
    case text(String)
    /// A text by its UTF-8.
    case utf8([UInt8])
    case blob([UInt8])
    case digest(Digest)

    static func of(_ value: Int64?) -> ColumnValue { value.map(ColumnValue.integer) ?? .null }
    static func of(_ value: Int?) -> ColumnValue { value.map { .integer(Int64($0)) } ?? .null }
    static func of(_ value: Bool) -> ColumnValue { .integer(value ? 1 : 0) }
    static func of(_ value: String?) -> ColumnValue { value.map(ColumnValue.text) ?? .null }
    static func of(_ value: Timestamp?) -> ColumnValue { value.map { .integer($0.milliseconds) } ?? .null }
    static func of(_ value: [UInt8]?) -> ColumnValue { value.map(ColumnValue.blob) ?? .null }
    static func of(_ value: Digest?) -> ColumnValue { value.map(ColumnValue.digest) ?? .null }
    static func of<Subject>(_ value: ID<Subject>) -> ColumnValue { .integer(value.rawValue) }
}

extension Row {
    // These decode as SQLite converts: a value of another type becomes 0, a text or bytes, never a trap.
    func int64(_ column: Int) -> Int64? { self[column] }

    func int(_ column: Int) -> Int? { int64(column).map { Int(truncatingIfNeeded: $0) } }

    func bool(_ column: Int) -> Bool { int64(column) == 1 }

    func text(_ column: Int) -> String? { self[column] }

    func bytes(_ column: Int) -> [UInt8]? { (self[column] as Data?).map { [UInt8]($0) } }

    func time(_ column: Int) -> Timestamp? { int64(column).map(Timestamp.init(milliseconds:)) }

    func id<Subject>(_ column: Int) -> ID<Subject> { ID(rawValue: int64(column) ?? 0) }

    func digest(_ column: Int) -> Digest? {
        guard let data: Data = self[column], data.count == 16 else { return nil }
        return Digest(packed: data)
    }

    /// Some members of a JSON object.
    func members(_ column: Int, of names: [String]) -> [String: JSONValue] {
        text(column).map { JSONReader.members(names, of: Array($0.utf8)) } ?? [:]
    }

    func json(_ column: Int) -> JSONValue? { text(column).flatMap { JSONReader.readLeniently(Array($0.utf8)).value } }
}

/// Goes through the columns of a row from left to right.
struct ColumnReader {
    private let row: Row
    private var column = 0

    init(_ row: Row) { self.row = row }

    private mutating func next() -> Int {
        defer { column += 1 }
        return column
    }

    mutating func int() -> Int? { row.int(next()) }
    mutating func bool() -> Bool { row.bool(next()) }
    mutating func text() -> String? { row.text(next()) }
    mutating func bytes() -> [UInt8]? { row.bytes(next()) }
    mutating func time() -> Timestamp? { row.time(next()) }
    mutating func digest() -> Digest? { row.digest(next()) }
    mutating func json() -> JSONValue? { row.json(next()) }

    /// One after the other.
    mutating func digests() -> [Digest] {
        let bytes = bytes() ?? []
        return stride(from: 0, to: bytes.count, by: 16).compactMap { start in
            Digest(bytes: bytes[start..<min(start + 16, bytes.count)])
        }
    }

    mutating func id<Subject>() -> ID<Subject> { row.id(next()) }
}

extension Digest {
    /// Of 16 bytes, in a loop that the compiler sees whole.
    init(packed data: Data) {
        var high: UInt64 = 0
        var low: UInt64 = 0
        for byte in data {
            high = high << 8 | low >> 56
            low = low << 8 | UInt64(byte)
        }
        self.init(high: high, low: low)
    }
}

extension Database {
    /// Runs a statement that is prepared once.
    func run(_ sql: String, _ values: [ColumnValue] = []) throws { try prepared(sql, values).execute() }

    /// The rows of a statement that is prepared once. They end with the cursor.
    func rows(_ sql: String, _ values: [ColumnValue] = []) throws -> RowCursor {
        try Row.fetchCursor(prepared(sql, values))
    }

    private func prepared(_ sql: String, _ values: [ColumnValue]) throws -> Statement {
        let statement = try cachedStatement(sql: sql)
        // Clears what was bound before. Binding each value itself costs a third of going through `StatementArguments`.
        statement.setUncheckedArguments(StatementArguments())
        for (index, value) in values.enumerated() {
            let code = value.bind(to: statement, at: CInt(truncatingIfNeeded: index + 1))
            guard code == 0 else { throw DatabaseError(resultCode: ResultCode(rawValue: code), sql: sql) }
        }
        return statement
    }

    /// What `read` makes of the first row. The row is gone when it returns.
    func first<Value>(
        _ sql: String, _ values: [ColumnValue] = [], _ read: (Row) throws -> Value?
    ) throws -> Value? {
        let rows = try rows(sql, values)
        // A cursor that ends takes its row with it.
        return try withExtendedLifetime(rows) { try rows.next().flatMap(read) }
    }

    /// The whole number in the first column of the first row.
    func number(_ sql: String, _ values: [ColumnValue] = []) throws -> Int64? {
        try first(sql, values) { $0.int64(0) }
    }

    /// The texts in the first column.
    func texts(_ sql: String, _ values: [ColumnValue] = []) throws -> [String] {
        var texts: [String] = []
        let rows = try rows(sql, values)
        while let row = try rows.next() { texts.append(row.text(0) ?? "") }
        return texts
    }

    /// The whole numbers in the first column.
    func numbers(_ sql: String, _ values: [ColumnValue] = []) throws -> [Int64] {
        var numbers: [Int64] = []
        let rows = try rows(sql, values)
        while let row = try rows.next() { numbers.append(row.int64(0) ?? 0) }
        return numbers
    }
}
