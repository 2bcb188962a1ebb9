import GRDB
import GRDBSQLite
import WireModel

/// A statement that is run for row after row: what it costs to find it, and to clear its parameters, is paid once.
struct RepeatedStatement {
    private let statement: Statement

    /// - Parameter sql: has as many parameters as `run` is given values.
    init(_ sql: String, on db: Database) throws {
        statement = try db.cachedStatement(sql: sql)
        statement.setUncheckedArguments(StatementArguments())
    }

    /// Runs it with a value for each parameter.
    func run(_ values: ColumnValue...) throws { try run(values) }

    func run(_ values: [ColumnValue]) throws {
        sqlite3_reset(statement.sqliteStatement)
        // Cleared also after an error: the texts are lent to the statement only as long as this call runs.
        defer { sqlite3_clear_bindings(statement.sqliteStatement) }
        try run(values[...])
    }

    /// Binds the values, then runs it while all of them are borrowed: long texts are not copied.
    private func run(_ values: ArraySlice<ColumnValue>) throws {
        var values = values
        while let value = values.first {
            let index = CInt(truncatingIfNeeded: values.startIndex + 1)
            values.removeFirst()
            if case .text(var text) = value, text.utf8.count > ColumnValue.shortText {
                return try text.withUTF8 { utf8 in
                    try check(ColumnValue.lend(utf8, to: statement, at: index))
                    try run(values)
                }
            }
            try check(value.bind(to: statement, at: index))
        }
        try statement.execute()
    }

    private func check(_ code: CInt) throws {
        if code != SQLITE_OK { throw DatabaseError(resultCode: ResultCode(rawValue: code), sql: statement.sql) }
    }
}

extension ColumnValue {
    /// Binds the value to a parameter of a statement whose parameters were cleared. SQLite's result code.
    ///
    /// Texts are bound with their length: a NUL does not end them.
    func bind(to statement: Statement, at index: CInt) -> CInt {
        let statement = statement.sqliteStatement
        switch self {
        case .null: return SQLITE_OK
        case .integer(let value): return sqlite3_bind_int64(statement, index, value)
        case .text(var text):
            return text.withUTF8 { ColumnValue.bind($0, to: statement, index) }
        case .utf8(let text):
            return text.withUnsafeBufferPointer { ColumnValue.bind($0, to: statement, index) }
        case .blob(let bytes):
            return bytes.withUnsafeBytes { ColumnValue.bind($0, to: statement, index) }
        case .digest(let digest):
            return withUnsafeBytes(of: (digest.high.bigEndian, digest.low.bigEndian)) {
                ColumnValue.bind($0, to: statement, index)
            }
        }
    }

    /// Bytes up to which copying a text costs less than lending it.
    fileprivate static let shortText = 256

    /// Binds a text that stays where it is until the statement has run and its parameters are cleared.
    fileprivate static func lend(
        _ utf8: UnsafeBufferPointer<UInt8>, to statement: Statement, at index: CInt
    ) -> CInt {
        // SAFETY: the caller runs the statement and clears its parameters while it borrows the text.
        utf8.withMemoryRebound(to: CChar.self) { bytes in
            sqlite3_bind_text64(
                statement.sqliteStatement, index, bytes.baseAddress, UInt64(bytes.count), nil, UInt8(SQLITE_UTF8))
        }
    }

    private static func bind(_ text: UnsafeBufferPointer<UInt8>, to statement: SQLiteStatement, _ index: CInt) -> CInt {
        // SQLite takes a null pointer for NULL, and an empty text may have one.
        if text.isEmpty { return sqlite3_bind_text(statement, index, "", 0, copied) }
        // SAFETY: SQLite copies the bytes within the call.
        return text.withMemoryRebound(to: CChar.self) { bytes in
            sqlite3_bind_text64(
                statement, index, bytes.baseAddress, UInt64(bytes.count), copied, UInt8(SQLITE_UTF8))
        }
    }

    private static func bind(_ bytes: UnsafeRawBufferPointer, to statement: SQLiteStatement, _ index: CInt) -> CInt {
        if bytes.isEmpty { return sqlite3_bind_zeroblob(statement, index, 0) }
        // SAFETY: SQLite copies the bytes within the call.
        return sqlite3_bind_blob64(statement, index, bytes.baseAddress, UInt64(bytes.count), copied)
    }

    /// SQLITE_TRANSIENT: SQLite makes a copy.
    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
}
