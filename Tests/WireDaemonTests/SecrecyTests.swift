import Foundation
import Testing
import WireModel
import WireStore
import WireStoreSQLite
import WireTesting

@testable import WireDaemon

/// T53: what is secret stays where it is, also when the other side repeats it.
struct SecrecyTests {
    @Test func t53KeepsThePasswordOutOfTheDatabase() async throws {
        let certificates = try TestCertificates.shared.get()
        let password = "correct-horse-7"
        let forms = [
            password, Data(password.utf8).base64EncodedString(),
            Data("\u{0}me\u{0}\(password)".utf8).base64EncodedString(),
        ]
        let relay = try await RelayServer([
            "tls": "starttls", "certificate": .string(certificates.server), "auth": ["me", "another"],
            "answers": ["AUTH": [.string("535 5.7.8 no: " + forms.joined(separator: " "))]],
        ])
        let folder = NSTemporaryDirectory() + "wirewatch-secrecy-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try password.write(toFile: folder + "/smtp.secret", atomically: true, encoding: .utf8)
        try """
        channels:
          desk: {kind: email, host: localhost, port: \(relay.port), user: me, password: "file:smtp.secret",
            from: w@example.org, to: [d@example.org], ca_file: \(certificates.authority), default: true}
        """.write(toFile: folder + "/wirewatch.yaml", atomically: true, encoding: .utf8)
        let locations = Locations(
            choices: .init(config: folder + "/wirewatch.yaml", data: folder + "/data"), environment: [:],
            current: folder)
        let loaded = SettingsLoader.load(locations)
        #expect(loaded.problems.map(\.text) == [])
        let assembly = Assembly(settings: loaded.settings, locations: locations)

        let store = try await SQLiteStore(folder: folder + "/data")
        let samples = StoreSamples(store)
        try await samples.raise(["a"], in: try await samples.feed())
        let tally = await DeliveryRun(assembly, store: store, topics: []).run(isOneShot: true)
        #expect(tally.failed == 1)
        let message = try #require(try await store.messages(channel: "desk", state: .pending, limit: 1).first)
        #expect(message.answer?.status == 535)
        let said = try await ChannelDesk(assembly).list().map(\.json.text) + [message.json(withBody: true).text]
        try await store.close()

        let shown = SettingsText.text(of: loaded.settings, locations: locations)
        for file in try FileManager.default.contentsOfDirectory(atPath: folder + "/data") {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: folder + "/data/" + file))
            for form in forms { #expect(bytes.range(of: Data(form.utf8)) == nil, "\(file)") }
        }
        for form in forms { #expect(!(said + [shown]).joined().contains(form)) }
        #expect(shown.contains("file:\(folder)/smtp.secret"))
    }
}
