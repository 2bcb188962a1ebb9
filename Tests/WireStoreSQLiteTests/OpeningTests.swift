import Foundation
import GRDB
import Testing
import WireModel
import WireStore
import WireTesting

@testable import WireStoreSQLite

struct OpeningTests {
    @Test func makesTheFolderWithItsParentsForItsOwnerOnly() async throws {
        let folder = try TemporaryFolder()
        let store = try await SQLiteStore(folder: folder.path + "/a/b/c")
        for (path, mode) in [("/a", 0o700), ("/a/b", 0o700), ("/a/b/c", 0o700), ("/a/b/c/wirewatch.db", 0o600)] {
            let attributes = try FileManager.default.attributesOfItem(atPath: folder.path + path)
            #expect(attributes[.posixPermissions] as? Int == mode, "\(path)")
        }
        try await store.close()
    }

    @Test func writesAsSafelyAsPromised() async throws {
        let folder = try TemporaryFolder()
        let store = try await SQLiteStore(folder: folder.data)
        let pragmas = try await store.write { db in
            try ["synchronous", "foreign_keys", "application_id", "user_version"].map {
                try Int.fetchOne(db, sql: "PRAGMA \($0)")
            } + [String.fetchOne(db, sql: "PRAGMA journal_mode") == "wal" ? 1 : 0]
        }
        #expect(pragmas == [2, 1, Int(SQLiteMigrations.applicationID), SQLiteMigrations.current, 1])
        try await store.close()
    }

    /// What a file is made with stays as it is: the order of these settings matters.
    @Test func makesTheFileAsMeant() async throws {
        let folder = try TemporaryFolder()
        let store = try await SQLiteStore(folder: folder.data)
        let made = try await store.write { db in
            try ["page_size", "auto_vacuum"].map { try Int.fetchOne(db, sql: "PRAGMA \($0)") }
        }
        #expect(made == [SQLiteStore.Limits.page, 2])
        try await store.close()
    }

    @Test func keepsEverythingForTheNextTime() async throws {
        let folder = try TemporaryFolder()
        let first = try await SQLiteStore(folder: folder.data)
        let samples = StoreSamples(first)
        let feed = try await samples.feed()
        let new = samples.article("one", in: feed)
        _ = try await first.apply(samples.write(feed, new: [new], matches: [samples.match("t", of: new.article.id)]))
        let stored = try await samples.all()
        try await first.close()
        let second = try await SQLiteStore(folder: folder.data)
        #expect(try await StoreSamples(second).all() == stored)
        // A clock set back repeats no id.
        let next: MatchID = second.ids.next(at: Timestamp(milliseconds: 1))
        #expect(next.rawValue > stored[0].matches[0].id.rawValue)
        try await second.close()
    }

    @Test func aSecondWriterWaitsAndIsRefused() async throws {
        let folder = try TemporaryFolder()
        let first = try await SQLiteStore(folder: folder.data)
        let start = ContinuousClock.now
        await #expect(throws: StoreError.locked(path: folder.data)) {
            try await SQLiteStore(folder: folder.data, wait: .milliseconds(300))
        }
        #expect(ContinuousClock.now - start >= .milliseconds(300))
        async let second = SQLiteStore(folder: folder.data)
        try await Task.sleep(for: .milliseconds(100))
        try await first.close()
        try await second.close()
    }

    @Test func readersWorkBesideAWriter() async throws {
        let folder = try TemporaryFolder()
        await #expect(throws: StoreError.missing(path: folder.database)) {
            try await SQLiteStore(folder: folder.data, access: .reading)
        }
        #expect(!FileManager.default.fileExists(atPath: folder.data))
        let writer = try await SQLiteStore(folder: folder.data)
        let samples = StoreSamples(writer)
        let feed = try await samples.feed()
        let reader = try await SQLiteStore(folder: folder.data, access: .reading)
        _ = try await writer.apply(samples.write(feed, new: [samples.article("one", in: feed)]))
        var query = ArticleQuery(limit: 0)
        query.candidates = .term("one")
        #expect(try await StoreSamples(reader).all(query).count == 1)
        #expect(try await reader.check() == [])
        await #expect(throws: StoreError.readOnly(path: folder.database)) {
            try await reader.apply(samples.write(feed))
        }
        try await reader.close()
        try await writer.close()
        // And after it, without its journal.
        let late = try await SQLiteStore(folder: folder.data, access: .reading)
        #expect(try await StoreSamples(late).all(query).count == 1)
        try await late.close()
    }

    @Test(arguments: [
        ("a text", Array(repeating: UInt8(ascii: "x"), count: 5_000)), ("a short text", Array("hello".utf8)),
        ("a cut header", Array("SQLite format 3\0".utf8)),
    ])
    func t62_refusesWhatIsNoDatabase(_ what: String, _ bytes: [UInt8]) async throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.data, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(fileURLWithPath: folder.database))
        for access in [SQLiteStore.Access.writing, .reading] {
            await #expect(throws: StoreError.notDatabase(path: folder.database), "\(what)") {
                try await SQLiteStore(folder: folder.data, access: access)
            }
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.database)) == Data(bytes))
    }

    @Test(arguments: ["PRAGMA application_id = 7", "PRAGMA user_version = 3", "PRAGMA journal_mode = WAL"])
    func t62_refusesAnotherProgramsDatabase(_ mark: String) async throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.data, withIntermediateDirectories: true)
        try run("\(mark); CREATE TABLE other (x); INSERT INTO other VALUES (1)", in: folder.database)
        let before = try Data(contentsOf: URL(fileURLWithPath: folder.database))
        for access in [SQLiteStore.Access.writing, .reading] {
            await #expect(throws: StoreError.foreign(path: folder.database)) {
                try await SQLiteStore(folder: folder.data, access: access)
            }
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.database)) == before)
    }

    @Test func t62_refusesANewerVersion() async throws {
        let folder = try TemporaryFolder()
        try await SQLiteStore(folder: folder.data).close()
        try run("PRAGMA user_version = 4711", in: folder.database)
        let before = try Data(contentsOf: URL(fileURLWithPath: folder.database))
        for access in [SQLiteStore.Access.writing, .reading] {
            let error = await #expect(throws: StoreError.self) {
                try await SQLiteStore(folder: folder.data, access: access)
            }
            #expect(error == .newer(path: folder.database, version: 4711, supported: SQLiteMigrations.current))
            #expect(error?.failure.message.contains("newer") == true)
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.database)) == before)
    }

    @Test func t62_refusesADamagedDatabaseOrReportsIt() async throws {
        let folder = try TemporaryFolder()
        let store = try await SQLiteStore(folder: folder.data)
        let samples = StoreSamples(store)
        let feed = try await samples.feed()
        let new = (0..<400).map {
            samples.article("n\($0)", in: feed, text: String(repeating: "word\($0) ", count: 100))
        }
        _ = try await store.apply(samples.write(feed, new: new))
        _ = try await store.index(limit: 1_000)
        try await store.close()
        let whole = try Data(contentsOf: URL(fileURLWithPath: folder.database))
        let page = 16_384
        var found = 0
        for number in 0..<whole.count / page {
            var damaged = whole
            // Spares the header, so that the file passes for ours.
            let start = number * page + (number == 0 ? 100 : 0)
            for index in start..<start + 600 { damaged[index] = UInt8(truncatingIfNeeded: index &* 31) }
            // A folder for each: the journal of another would heal the damage.
            let folder = try TemporaryFolder()
            try FileManager.default.createDirectory(atPath: folder.data, withIntermediateDirectories: true)
            try damaged.write(to: URL(fileURLWithPath: folder.database))
            do throws(StoreError) {
                let store = try await SQLiteStore(folder: folder.data)
                let faults = try await store.check()
                #expect(!faults.isEmpty, "page \(number)")
                try await store.close()
            } catch {
                guard case .corrupt = error else {
                    Issue.record("page \(number): \(error)")
                    continue
                }
            }
            found += 1
        }
        #expect(found == whole.count / page && found > 10)
    }

    @Test func t63_repeatsACreationThatBrokeOff() async throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.data, withIntermediateDirectories: true)
        try Data().write(to: URL(fileURLWithPath: folder.database))
        await #expect(throws: StoreError.missing(path: folder.database)) {
            try await SQLiteStore(folder: folder.data, access: .reading)
        }
        try await SQLiteStore(folder: folder.data).close()
        // WAL mode is written to the header before the first step of the schema is.
        try FileManager.default.removeItem(atPath: folder.database)
        try run("PRAGMA journal_mode = WAL", in: folder.database)
        let store = try await SQLiteStore(folder: folder.data)
        #expect(try await store.feeds() == [])
        try await store.close()
    }

    @Test func namesThePlaceAndTheWayOutOfEveryError() {
        let path = "/data/x"
        let errors: [StoreError] = [
            .missing(path: path), .notDatabase(path: path), .foreign(path: path),
            .newer(path: path, version: 2, supported: 1), .corrupt(path: path, reason: "r"), .readOnly(path: path),
            .full(path: path), .denied(path: path, reason: "r"), .locked(path: path), .busy(path: path),
            .closed(path: path), .rejected(path: path, reason: "r"), .failed(path: path, code: 1, reason: "r"),
        ]
        #expect(Set(errors.map(\.failure.code)).count == errors.count)
        for error in errors {
            #expect(error.failure.stage == .store && error.failure.message.hasPrefix("/data/x: "))
        }
    }

    @Test func refusesWhereItMayNot() async throws {
        let folder = try TemporaryFolder()
        try Data().write(to: URL(fileURLWithPath: folder.path + "/file"))
        for path in ["/file", "/file/data"] {
            let error = await #expect(throws: StoreError.self) { try await SQLiteStore(folder: folder.path + path) }
            guard case .denied = error else {
                Issue.record("\(path): \(String(describing: error))")
                continue
            }
        }
        guard getuid() != 0 else { return }
        try FileManager.default.createDirectory(atPath: folder.data, withIntermediateDirectories: true)
        try FileManager.default.setAttributes([.posixPermissions: 0o500], ofItemAtPath: folder.data)
        await #expect(throws: StoreError.self) { try await SQLiteStore(folder: folder.data) }
    }

    private func run(_ sql: String, in path: String) throws {
        let queue = try DatabaseQueue(path: path)
        try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
        try queue.close()
    }
}
