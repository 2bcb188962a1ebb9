import Foundation
import GRDB
import Testing
import WireModel
import WireStore
import WireTesting

@testable import WireStoreSQLite

struct FullDiskTests {
    @Test func t61_aDatabaseThatMayNotGrowKeepsServing() async throws {
        let folder = try TemporaryFolder()
        let store = try await SQLiteStore(folder: folder.data)
        _ = try await store.write { try Int.fetchOne($0, sql: "PRAGMA max_page_count = 60") }
        try await fillAndRecover(store) { () async throws in
            _ = try await store.write { try Int.fetchOne($0, sql: "PRAGMA max_page_count = 1000000") }
        }
    }

    @Test(.enabled(if: Mount.isAllowed, "only root may mount a small file system"))
    func t61_aFullFileSystemKeepsServing() async throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.data, withIntermediateDirectories: true)
        try Mount.run("mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", folder.data)
        defer { try? Mount.run("umount", "-l", folder.data) }
        let store = try await SQLiteStore(folder: folder.data)
        try await fillAndRecover(store) { () async throws in
            try Mount.run("mount", "-o", "remount,size=64m", folder.data)
        }
        // A new one on a file system that is full from the start.
        let other = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: other.data, withIntermediateDirectories: true)
        try Mount.run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", other.data)
        defer { try? Mount.run("umount", "-l", other.data) }
        await #expect(throws: StoreError.full(path: other.database)) { try await SQLiteStore(folder: other.data) }
    }

    private func fillAndRecover(_ store: SQLiteStore, makeRoom: () async throws -> Void) async throws {
        let samples = StoreSamples(store)
        let feed = try await samples.feed()
        var stored: Set<ArticleID> = []
        var failures = 0
        var lost: CycleWrite?
        for round in 0..<400 where failures < 5 {
            let new = (0..<10).map { number in
                samples.article("\(round)-\(number)", in: feed, text: String(repeating: "w\(number) ", count: 300))
            }
            let write = samples.write(feed, new: new, matches: new.map { samples.match("t", of: $0.article.id) })
            switch await store.apply([write])[0] {
            case .success(let receipt): stored.formUnion(receipt.new)
            case .failure(let error):
                #expect(error == .full(path: store.path))
                failures += 1
                lost = write
            }
            #expect(try await store.statistics().articles == stored.count)
        }
        #expect(failures == 5 && !stored.isEmpty)
        #expect(Set(try await samples.all().map(\.article.id)) == stored)
        var faults: [String]?
        do throws(StoreError) { faults = try await store.check() } catch { #expect(error == .full(path: store.path)) }
        #expect(faults ?? [] == [])
        try await makeRoom()
        let write = try #require(lost)
        #expect(try await store.apply(write).new.count == 10)
        while try await store.index(limit: 50) > 0 {}
        #expect(try await store.check() == [])
        #expect(try await store.statistics().articles == stored.count + 10)
        try await store.close()
    }
}
