import Foundation
import GRDB
import WireModel

// Values to and from columns, without traps: a damaged file may hold anything anywhere.

extension DatabaseValue {
    static func of(_ value: Int64?) -> DatabaseValue { value?.databaseValue ?? .null }
    static func of(_ value: Int?) -> DatabaseValue { value?.databaseValue ?? .null }
    static func of(_ value: Bool) -> DatabaseValue { value ? 1.databaseValue : 0.databaseValue }
    static func of(_ value: String?) -> DatabaseValue { value?.databaseValue ?? .null }
    static func of(_ value: Timestamp?) -> DatabaseValue { value?.milliseconds.databaseValue ?? .null }
    static func of(_ value: [UInt8]?) -> DatabaseValue { value.map { Data($0).databaseValue } ?? .null }
    static func of(_ value: Digest?) -> DatabaseValue { of(value?.bytes) }
    static func of<Subject>(_ value: ID<Subject>) -> DatabaseValue { value.rawValue.databaseValue }
}

extension Row {
    func int64(_ column: Int) -> Int64? {
        if case .int64(let value) = (self[column] as DatabaseValue).storage { return value }
        return nil
    }

    func int(_ column: Int) -> Int? { int64(column).map { Int(truncatingIfNeeded: $0) } }

    func bool(_ column: Int) -> Bool { int64(column) == 1 }

    func text(_ column: Int) -> String? {
        if case .string(let value) = (self[column] as DatabaseValue).storage { return value }
        return nil
    }

    func bytes(_ column: Int) -> [UInt8]? {
        if case .blob(let value) = (self[column] as DatabaseValue).storage { return [UInt8](value) }
        return nil
    }

    func time(_ column: Int) -> Timestamp? { int64(column).map(Timestamp.init(milliseconds:)) }

    func id<Subject>(_ column: Int) -> ID<Subject> { ID(rawValue: int64(column) ?? 0) }

    func digest(_ column: Int) -> Digest? {
        guard case .blob(let value) = (self[column] as DatabaseValue).storage, value.count == 16 else { return nil }
        return Digest(packed: value)
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
    func run(_ sql: String, _ values: [DatabaseValue]) throws {
        try cachedStatement(sql: sql).execute(arguments: StatementArguments(values))
    }

    /// The rows of a statement that is prepared once.
    func rows(_ sql: String, _ values: [DatabaseValue] = []) throws -> RowCursor {
        try Row.fetchCursor(cachedStatement(sql: sql), arguments: StatementArguments(values))
    }

    /// What `read` makes of the first row. The row is gone when it returns.
    func first<Value>(
        _ sql: String, _ values: [DatabaseValue] = [], _ read: (Row) throws -> Value?
    ) throws -> Value? {
        let rows = try rows(sql, values)
        // A cursor that ends takes its row with it.
        return try withExtendedLifetime(rows) { try rows.next().flatMap(read) }
    }

    /// The whole number in the first column of the first row.
    func number(_ sql: String, _ values: [DatabaseValue] = []) throws -> Int64? {
        try first(sql, values) { $0.int64(0) }
    }
}
