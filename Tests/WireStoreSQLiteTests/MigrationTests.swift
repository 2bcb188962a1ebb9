import GRDB
import Testing
import WireModel
import WireStore
import WireTesting

@testable import WireStoreSQLite

struct MigrationTests {
    private static let later =
        SQLiteMigrations.steps + [
            "ALTER TABLE article ADD COLUMN extra INTEGER; UPDATE article SET extra = 7",
            "CREATE TABLE another (x INTEGER) STRICT; INSERT INTO another SELECT extra FROM article",
        ]

    /// A database of the first schema with an article.
    private func oldDatabase(in folder: TemporaryFolder) async throws -> ArticleID {
        let store = try await SQLiteStore(folder: folder.data)
        let samples = StoreSamples(store)
        let feed = try await samples.feed()
        let new = samples.article("one", in: feed)
        _ = try await store.apply(samples.write(feed, new: [new]))
        try await store.close()
        return new.article.id
    }

    private func open(_ folder: TemporaryFolder, _ body: (Database) throws -> Void) throws {
        let queue = try DatabaseQueue(path: folder.database)
        try queue.writeWithoutTransaction(body)
        try queue.close()
    }

    @Test func t63_leadsFromEachSchemaToTheNext() async throws {
        let folder = try TemporaryFolder()
        let id = try await oldDatabase(in: folder)
        try open(folder) { db in
            try SQLiteMigrations.run(on: db, steps: Self.later)
            #expect(try SQLiteMigrations.version(of: db) == Self.later.count)
            #expect(try Int.fetchOne(db, sql: "SELECT x FROM another") == 7)
            #expect(try Int64.fetchOne(db, sql: "SELECT id FROM article") == id.rawValue)
            // Once more changes nothing.
            try SQLiteMigrations.run(on: db, steps: Self.later)
        }
        // And this program leaves it alone.
        await #expect(throws: StoreError.self) { try await SQLiteStore(folder: folder.data) }
    }

    @Test func t63_undoesAStepThatFailsAndGoesOnFromThere() async throws {
        let folder = try TemporaryFolder()
        let id = try await oldDatabase(in: folder)
        let broken = Array(Self.later.dropLast()) + ["CREATE TABLE another (x); SELECT * FROM nothing"]
        try open(folder) { db in
            #expect(throws: DatabaseError.self) { try SQLiteMigrations.run(on: db, steps: broken) }
            #expect(!db.isInsideTransaction)
        }
        try open(folder) { db in
            #expect(try SQLiteMigrations.version(of: db) == Self.later.count - 1)
            #expect(try !db.tableExists("another"))
            #expect(try Int64.fetchOne(db, sql: "SELECT id FROM article WHERE extra = 7") == id.rawValue)
            try SQLiteMigrations.run(on: db, steps: Self.later)
            #expect(try Int.fetchOne(db, sql: "SELECT x FROM another") == 7)
        }
    }
}
