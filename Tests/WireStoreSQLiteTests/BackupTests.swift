import Foundation
import GRDB
import Testing
import WireModel
import WireStore
import WireTesting

@testable import WireStoreSQLite

@Suite("Backups")
struct BackupTests {
    private func ids(_ store: SQLiteStore) async throws -> [Int64] {
        try await store.read { db in try Int64.fetchAll(db, sql: "SELECT id FROM article ORDER BY id") }
    }

    @Test("T66 A copy made while another writes is of one moment, sound, and opens as the database")
    func whileWriting() async throws {
        let folder = try TemporaryFolder()
        let store = try await SQLiteStore(folder: folder.data)
        let samples = StoreSamples(store)
        let feed = try await samples.feed()
        // Each write has two articles: a copy with an odd number of them would be of no moment.
        let writer = Task {
            var count = 0
            while !Task.isCancelled {
                let pair = (0..<2).map { samples.article("\(count)-\($0)", in: feed) }
                _ = try await store.apply(samples.write(feed, new: pair))
                count += 1
            }
            return count
        }
        let reader = try await SQLiteStore(folder: folder.data, access: .reading)
        var counts: [Int] = []
        for number in 0..<10 {
            let place = try TemporaryFolder()
            try FileManager.default.createDirectory(atPath: place.data, withIntermediateDirectories: true)
            #expect(try await (number.isMultiple(of: 2) ? store : reader).backup(to: place.database) > 0)
            var facts = stat()
            #expect(stat(place.database, &facts) == 0 && facts.st_mode & 0o777 == 0o600)
            let copy = try await SQLiteStore(folder: place.data)
            #expect(try await copy.check().isEmpty)
            counts.append(try await ids(copy).count)
            try await copy.close()
        }
        writer.cancel()
        let written = try await writer.value
        #expect(counts.allSatisfy { $0.isMultiple(of: 2) } && counts == counts.sorted() && written > 0)
        #expect(try await ids(store).count == written * 2)
        try await reader.close()
        try await store.close()
    }

    @Test("A copy replaces a file whole or not at all")
    func whole() async throws {
        let folder = try TemporaryFolder()
        let store = try await SQLiteStore(folder: folder.data)
        let target = folder.data + "/copy.db"
        try Data("old".utf8).write(to: URL(fileURLWithPath: target))
        _ = try await store.backup(to: target)
        #expect(try Data(contentsOf: URL(fileURLWithPath: target)).starts(with: Data("SQLite format 3\0".utf8)))
        await #expect(throws: StoreError.self) { try await store.backup(to: folder.data + "/missing/copy.db") }
        // A folder cannot be replaced by a file, and nothing is left lying about.
        try FileManager.default.createDirectory(atPath: folder.data + "/taken", withIntermediateDirectories: false)
        await #expect(throws: StoreError.self) { try await store.backup(to: folder.data + "/taken") }
        #expect(!FileManager.default.fileExists(atPath: folder.data + "/taken.part"))
        try await store.close()
    }

    @Test("T63 Before the schema changes, the database is copied as it was")
    func beforeMigration() async throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.data, withIntermediateDirectories: true)
        let queue = try DatabaseQueue(path: folder.database)
        try await queue.writeWithoutTransaction { db in
            try SQLiteMigrations.run(on: db, steps: Array(SQLiteMigrations.steps.prefix(2)))
            try db.execute(
                sql: "INSERT INTO feed (address, is_local, source, folder) VALUES ('a', 0, 'https://a.example/', '')")
        }
        try queue.close()
        let store = try await SQLiteStore(folder: folder.data)
        #expect(try await store.feeds().count == 1)
        try await store.close()
        let copy = try DatabaseQueue(path: SQLiteBackup.beforeMigration(of: folder.database, from: 2))
        #expect(try await copy.read { try SQLiteMigrations.version(of: $0) } == 2)
        #expect(try await copy.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM feed") } == 1)
        try copy.close()
        // Opened again, nothing changes and nothing is copied.
        try await SQLiteStore(folder: folder.data).close()
        let copies = try FileManager.default.contentsOfDirectory(atPath: folder.data).filter { $0.contains("schema-") }
        #expect(copies == ["wirewatch.db.schema-2"])
    }
}
