import Foundation
import Testing
import WireDaemon
import WireModel
import WireStore
import WireStoreSQLite
import WireTesting

/// What a person does with alerts, beside a process that holds the database as the service does.
struct AlertBookTests {
    private let folder = NSTemporaryDirectory() + "wirewatch-alerts-\(UUID().uuidString)"

    private func book(
        channels: String = "channels:\n  desk: {kind: webhook, url: 'https://127.0.0.1:9/', default: true}\n"
    )
        throws -> AlertBook
    {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try channels.write(toFile: folder + "/wirewatch.yaml", atomically: true, encoding: .utf8)
        try "topics:\n  - name: Floods\n    query: flood*\n".write(
            toFile: folder + "/topics.yaml", atomically: true, encoding: .utf8)
        let locations = Locations(
            choices: .init(config: folder + "/wirewatch.yaml", data: folder + "/data"), environment: [:],
            current: folder)
        let loaded = SettingsLoader.load(locations)
        #expect(loaded.problems.map(\.text) == [])
        return AlertBook(Assembly(settings: loaded.settings, locations: locations))
    }

    private func withService(
        _ body: (AlertBook, StoreSamples, [NewAlert]) async throws -> Void
    ) async throws {
        let book = try book()
        let store = try await SQLiteStore(folder: folder + "/data")
        let samples = StoreSamples(store)
        let alerts = try await samples.raise(["a", "b"], in: try await samples.feed())
        try await body(book, samples, alerts)
        try await store.close()
        try FileManager.default.removeItem(atPath: folder)
    }

    private func usage(_ part: String, _ body: () async throws -> Void) async {
        do {
            try await body()
            Issue.record("nothing was wrong with it")
        } catch let error as AlertError {
            #expect(error.isUsage)
            #expect(error.description.contains(part))
        } catch {
            Issue.record("\(error)")
        }
    }

    @Test func listsAndShows() async throws {
        try await withService { book, samples, alerts in
            try await samples.send(samples.message(1, count: 2))
            let listed = try await book.list(AlertQuery(), since: nil)
            #expect(listed.map(\.alert.id) == alerts.map(\.alert.id).reversed())
            #expect(
                listed.first?.json["deliveries"]?.array?.first?["message"]?.string == "\(StoreSamples.messageID(1))")
            guard case .message(let message) = try await book.entry("\(StoreSamples.messageID(1))"),
                case .alert(let record) = try await book.entry(alerts[0].alert.id.description)
            else {
                Issue.record("an id was taken for something else")
                return
            }
            #expect(message.json(withBody: true)["body"]?.string == "body 1")
            #expect(record.alert.id == alerts[0].alert.id)
            await usage("neither an alert's number") { _ = try await book.entry("x") }
            await usage("did you mean \"Floods\"?") {
                var query = AlertQuery()
                query.topic = "flodos"
                _ = try await book.list(query, since: nil)
            }
            await usage("--since") { _ = try await book.list(AlertQuery(), since: "soon") }
        }
    }

    @Test func resendsBesideTheService() async throws {
        try await withService { book, samples, alerts in
            try await samples.send(samples.message(1, at: samples.now, leasedUntil: samples.now + .seconds(120)))
            let id = StoreSamples.messageID(1)
            #expect(try await book.resend("\(id)").busy == [id])
            try await samples.end(1, .dead, at: samples.now)
            #expect(try await book.resend(alerts[0].alert.id.description).sent == [id])
            #expect(try await samples.store.message(id)?.state == .pending)
        }
    }

    @Test func acknowledgesAllOrNone() async throws {
        try await withService { book, samples, alerts in
            let ids = alerts.map(\.alert.id.description)
            await #expect(throws: AlertError.self) { try await book.acknowledge(ids + ["77"]) }
            let first = try await book.acknowledge([ids[0]])
            let second = try await book.acknowledge(ids)
            #expect(first == [alerts[0].alert.id])
            #expect(second == [alerts[1].alert.id])
        }
    }

    @Test func mutesAndUnmutes() async throws {
        try await withService { book, samples, _ in
            let matchers = Silence.Matchers(topic: "Floods", channel: "desk", severity: .high)
            let silence = try await book.mute(matchers, lasting: .seconds(3_600), comment: "exercise")
            #expect(silence.matchers.topic == "floods")
            #expect(try await samples.store.silences(activeAt: silence.starts) == [silence])
            #expect(try await book.silences(onlyActive: true) == [silence])
            try await book.unmute(silence.id.description)
            #expect(try await book.silences(onlyActive: true) == [])
            #expect(try await book.silences(onlyActive: false).map(\.id) == [silence.id])
            await usage("there is no silence") { try await book.unmute(silence.id.description) }
            await usage("nothing to mute") { _ = try await book.mute(.init(), lasting: .seconds(9), comment: "") }
            await usage("no channel \"dsk\"; did you mean \"desk\"?") {
                _ = try await book.mute(.init(channel: "dsk"), lasting: .seconds(9), comment: "")
            }
            await usage("no feed") { _ = try await book.mute(.init(feed: "zz"), lasting: .seconds(9), comment: "") }
            _ = try await book.mute(.init(feed: "https://news.example/feed.xml"), lasting: .seconds(9), comment: "")
        }
    }

    @Test func saysThatThereIsNoDatabaseYet() async throws {
        let book = try book()
        do {
            _ = try await book.list(AlertQuery(), since: nil)
            Issue.record("there is nothing to list")
        } catch .store(.missing) {}
        try FileManager.default.removeItem(atPath: folder)
    }
}
