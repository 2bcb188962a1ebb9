import Foundation
import Testing
import WireFetch
import WireModel
import WireTesting

@testable import WireAlerts

/// `Tests/Fixtures/channels/KIND.http`: the requests that a service gets, byte for byte, one for each occasion.
///
/// `WIREWATCH_RECORD=1` writes the files anew and fails, so that nobody forgets to read them.
struct ChatGoldenTests {
    private static let folder = URL(fileURLWithPath: Fixtures.folder()).appendingPathComponent("channels")

    /// Those headers that a service reads; the others are of the way.
    private static let headers = ["content-type", "user-agent", "authorization", "x-gotify-key"]

    private static let notice = Notice(
        id: NoticeID(rawValue: 1), kind: .feedFailing, subject: "https://a.example/feed_x.xml",
        title: "Example News fails since yesterday",
        text: "Nine checks in a row failed: HTTP 503.\nSee https://a.example/feed_x.xml, or `wirewatch feeds check`.",
        created: MailSamples.now)

    private static let occasions: [(name: String, message: AlertMessage)] = [
        ("alert", MailSamples.typical),
        (
            "digest of two topics, without a page to see the rest",
            MailSamples.message(
                [
                    MailSamples.item("Bridge *closed* after [flood]", marking: ["flood"], severity: .normal),
                    MailSamples.item(
                        "@channel: strike_called", topic: "strikes", topicName: "Strikes", severity: .low, url: nil,
                        number: 2),
                ], kind: .digest, count: 5, group: "digest")
        ),
        (
            "flood", MailSamples.message([MailSamples.item("A")], count: 57, isFlood: true)
        ),
        ("repetition", MailSamples.message([MailSamples.item("A")], isRepetition: true)),
        (
            "notice",
            MailSamples.message(
                [], kind: .notice(.feedFailing, isCleared: false), notice: notice, group: "notice=feed.failing")
        ),
        ("test", MailSamples.message([], kind: .test, group: "test")),
    ]

    @Test(arguments: ChatTests.services)
    func `each service gets the requests of its file`(_ service: ChatTests.Service) async throws {
        let server = try FixtureServer()
        defer { server.stop() }
        server.answer(service.path, .text(200, [], "ok"))
        let channel = try service.channel(server)
        var found = ""
        for (name, message) in Self.occasions {
            let body = try channel.render(message)
            #expect(try channel.render(message) == body, "the same message, other bytes")
            let result = await channel.send(
                Letter(
                    id: message.id, kind: message.kind, group: message.group, body: body, attempt: 1,
                    now: MailSamples.now))
            #expect(result == .delivered(Message.Answer(status: 200, text: "ok")))
            let request = try #require(server.requests.last)
            found += "# \(name)\n\(request.method) \(request.target)\n"
            for header in Self.headers {
                if let value = request.header(header) { found += "\(header): \(value)\n" }
            }
            found += "\n" + String(decoding: request.body, as: UTF8.self) + "\n\n"
        }
        let file = Self.folder.appendingPathComponent("\(service.kind).http")
        if ProcessInfo.processInfo.environment["WIREWATCH_RECORD"] == "1" {
            try FileManager.default.createDirectory(at: Self.folder, withIntermediateDirectories: true)
            try found.write(to: file, atomically: true, encoding: .utf8)
            Issue.record("recorded \(file.lastPathComponent): read it, then run again")
            return
        }
        #expect(try found == String(contentsOf: file, encoding: .utf8))
    }
}
