import Foundation
import Testing
import WireModel
import WireStore
import WireStoreSQLite
import WireTesting

@testable import WireDaemon

@Suite("The doctor")
struct DoctorTests {
    private final class Place {
        let folder = NSTemporaryDirectory() + "wirewatch-doctor-\(UUID().uuidString)"

        init() throws {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try write("feeds.opml", "<opml version='2.0'><body><outline xmlUrl='feed.xml'/></body></opml>")
            try write("topics.yaml", "topics:\n  - name: Floods\n    query: flood*\n")
            try write("wirewatch.yaml", "data: data\n")
        }

        deinit { try? FileManager.default.removeItem(atPath: folder) }

        func write(_ name: String, _ text: String) throws {
            try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
        }

        var locations: Locations {
            Locations(
                choices: .init(config: folder + "/wirewatch.yaml"), environment: ["HOME": folder], current: folder)
        }

        func store() async throws -> SQLiteStore { try await SQLiteStore(folder: folder + "/data") }

        func findings() async -> [String: [Doctor.Finding]] {
            Dictionary(grouping: await Doctor(locations).examine(), by: \.subject)
        }
    }

    @Test("Before the first fetch it says what will make the database")
    func fresh() async throws {
        let found = try await Place().findings()
        #expect(found["settings"]?.first?.grade == .good)
        #expect(found["topics file"]?.first?.text.contains("1 of 1 topics in force") == true)
        #expect(found["feeds file"]?.first?.text.contains("1 feed") == true)
        #expect(found["data folder"]?.first?.grade == .warning)
        #expect(found["database"]?.first?.advice == "wirewatch fetch")
        // Feeds of this disk need no names.
        #expect(found["names"] == nil)
    }

    @Test("Files that are wrong are named with their cause")
    func files() async throws {
        let place = try Place()
        try place.write(
            "wirewatch.yaml",
            "data: data\nfech: {}\nchannels: {desk: {kind: webhook, url: 'https://a.example', secret: 'env:NOWHERE', default: true}}\n"
        )
        try place.write("topics.yaml", "topics:\n  - name: Floods\n    query: flood* AND\n  - name: B\n    query: b\n")
        try FileManager.default.removeItem(atPath: place.folder + "/feeds.opml")
        let found = await place.findings()
        #expect(found["settings"]?.first?.grade == .error)
        #expect(found["settings"]?.first?.text.contains("2 errors, the first: unknown setting \"fech\"") == true)
        #expect(found["topics file"]?.first?.text.contains("1 of 2 topics in force, 1 error") == true)
        #expect(found["feeds file"]?.first?.grade == .error)
        #expect(found["feeds file"]?.first?.text.contains("no such file") == true)
    }

    @Test("Feeds that fail, deliveries that wait, and nobody who watches")
    func conditions() async throws {
        let place = try Place()
        var store: SQLiteStore? = try await place.store()
        let now = Clock.now()
        let declared = try await store?.declared([StoreSamples.declaration("news")], now: now)
        let feed = try #require(declared?.first?.feed.id)
        var state = FeedState()
        state.failures = 6
        state.lastFailure = Failure(stage: .fetch, code: "dns", message: "no such host", isRetryable: true)
        state.lastChecked = now - .seconds(3 * 86_400)
        let check = FeedCheck(feed: feed, started: now, outcome: .failed, failure: state.lastFailure)
        _ = try await store?.apply(CycleWrite(check: check, state: state))
        let running = await place.findings()
        #expect(running["service"]?.first?.grade == .good)
        try await store?.close()
        store = nil
        let found = await place.findings()
        #expect(found["database"]?.first?.grade == .good && found["disk"] != nil && found["clock"] != nil)
        #expect(found["service"]?.first?.grade == .error)
        #expect(found["feeds"]?.map(\.grade) == [.warning])
        #expect(found["feeds"]?.first?.text.contains("6 times in a row: no such host") == true)
        #expect(found["deliveries"]?.first?.text == "nothing waits")
        #expect(found["channels"]?.first?.text == "none")
    }
}
