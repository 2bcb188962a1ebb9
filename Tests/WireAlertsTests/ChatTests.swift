import Foundation
import Testing
import WireFetch
import WireModel
import WireTesting

@testable import WireAlerts

/// The channels of chat and push services against local servers that hold them to the services' documented limits
/// (delivery.md section 5).
struct ChatTests {
    /// How a service is set up at a test's server, what it calls its path, and what a request may not exceed.
    struct Service: Sendable, CustomTestStringConvertible {
        let kind: String
        let path: String
        var method = "POST"
        let settings: @Sendable (_ base: String) -> [String: JSONValue]
        /// What is over the service's limits in a body.
        let excess: @Sendable (JSONValue) -> [String]

        var testDescription: String { kind }

        func channel(_ server: FixtureServer, _ more: [String: JSONValue] = [:]) throws -> any Channel {
            let type = try #require(Channels.kind(kind))
            let base = String(server.url("/").dropLast())
            return try type.init(
                ChannelSettings(name: "desk", values: settings(base).merging(more) { $1 }), WebhookTests.outside())
        }
    }

    private static func over(_ name: String, _ text: String?, _ limit: Int, by count: (String) -> Int) -> [String] {
        let found = count(text ?? "")
        return found > limit ? ["\(name): \(found) of \(limit)"] : []
    }

    private static let scalars: @Sendable (String) -> Int = { $0.unicodeScalars.count }
    private static let units: @Sendable (String) -> Int = { $0.utf16.count }
    private static let bytes: @Sendable (String) -> Int = { $0.utf8.count }

    static let services: [Service] = [
        Service(
            kind: "slack", path: "/services/T0/B0/s3cr3tpath",
            settings: { ["url": .string($0 + "/services/T0/B0/s3cr3tpath")] }
        ) {
            let blocks = $0["blocks"]?.array ?? []
            return blocks.flatMap { block in
                over(
                    "block", block["text"]?["text"]?.string, block["type"]?.string == "header" ? 150 : 3_000,
                    by: scalars)
            } + (blocks.count > 50 ? ["blocks"] : [])
        },
        Service(kind: "mattermost", path: "/hooks/s3cr3tpath", settings: { ["url": .string($0 + "/hooks/s3cr3tpath")] })
        {
            over("text", $0["text"]?.string, 16_383, by: scalars)
        },
        Service(
            kind: "discord", path: "/api/webhooks/1/s3cr3tpath?wait=true",
            settings: { ["url": .string($0 + "/api/webhooks/1/s3cr3tpath")] }
        ) {
            let embeds = $0["embeds"]?.array ?? []
            let all = embeds.reduce(0) {
                $0 + units($1["title"]?.string ?? "") + units($1["description"]?.string ?? "")
            }
            return over("content", $0["content"]?.string, 2_000, by: units)
                + embeds.flatMap { over("description", $0["description"]?.string, 4_096, by: units) }
                + (embeds.count > 10 ? ["embeds"] : []) + (all > 6_000 ? ["all embeds: \(all)"] : [])
        },
        Service(
            kind: "ntfy", path: "/", settings: { ["url": .string($0), "topic": "s3cr3tpath", "token": "tk_s3cr3t"] }
        ) {
            over("message", $0["message"]?.string, 4_096, by: bytes)
                + over("title", $0["title"]?.string, 1_024, by: bytes)
        },
        Service(kind: "gotify", path: "/message", settings: { ["url": .string($0), "token": "s3cr3tpath"] }) { _ in []
        },
        Service(
            kind: "telegram", path: "/bot42:s3cr3tpath/sendMessage",
            settings: { ["url": .string($0), "token": "42:s3cr3tpath", "chat": "-100200"] }
        ) { over("text", $0["text"]?.string, 4_096, by: units) },
        Service(
            kind: "matrix",
            path: "/_matrix/client/v3/rooms/%21room%3Aexample.org/send/m.room.message/msg_01ARZ3NDEKTSV4RRFFQ69G5FAV",
            method: "PUT",
            settings: { ["url": .string($0), "room": "!room:example.org", "token": "s3cr3tpath"] }
        ) { over("event", $0.text, 65_536 - 1_000, by: bytes) },
    ]

    private func letter(_ body: [UInt8], _ message: AlertMessage = MailSamples.typical) -> Letter {
        Letter(id: message.id, kind: message.kind, group: message.group, body: body, attempt: 1, now: MailSamples.now)
    }

    private func value(_ bytes: [UInt8]) throws -> JSONValue { try JSONReader.read(bytes) }

    /// All texts anywhere in a value.
    static func texts(_ value: JSONValue) -> [String] {
        switch value {
        case .string(let text): [text]
        case .array(let values): values.flatMap(texts)
        case .object(let members): members.values.flatMap(texts)
        default: []
        }
    }

    @Test(arguments: services)
    func `D12 each service gets what it expects, where it expects it`(_ service: Service) async throws {
        let server = try FixtureServer()
        defer { server.stop() }
        server.answer(service.path, .text(200, [], "ok"))
        let channel = try service.channel(server)
        let body = try channel.render(MailSamples.typical)
        guard case .delivered = await channel.send(letter(body)) else {
            Issue.record("it was not delivered")
            return
        }
        let request = try #require(server.requests.first)
        #expect(request.method == service.method && request.body == body)
        let sent = try value(body)
        #expect(service.excess(sent) == [])
        let all = Self.texts(sent).joined(separator: "\n")
        // Subject, matched words, feed, reason, and how much is not told here.
        for word in ["Floods", "villages", "Example News", "Why:", "more", "https://news.example/a"] {
            #expect(all.contains(word), "\(word) is missing")
        }
    }

    /// Long, hostile and foreign texts: nothing over a limit, no mention, no half character.
    @Test(arguments: services)
    func `D12 D09 nothing is too long, nobody is mentioned`(_ service: Service) async throws {
        let server = try FixtureServer()
        defer { server.stop() }
        let channel = try service.channel(server)
        let family = "👩‍👩‍👧‍👦"
        let titles = [
            String(repeating: "<&>\"*_`~|[](@ ", count: 80_000), String(repeating: family, count: 3_000),
            "@everyone <!channel> <@U12345> @here @all @room <@&99> [x](javascript:alert(1)) </b><script>",
            "A\r\nBcc: x\u{0}\u{2028}B\u{202E}C", String(repeating: "فيضان ", count: 2_000),
        ]
        for title in titles {
            for count in title.utf8.count > 100_000 ? [1] : [1, 20, 500] {
                let items = (0..<min(count, 20)).map {
                    MailSamples.item(
                        title, sentence: title, marking: ["@everyone", "<!channel>"],
                        topicName: "A @all <!channel> topic",
                        number: Int64($0 + 1))
                }
                let body = try channel.render(MailSamples.message(items, count: count))
                let sent = try value(body)
                #expect(service.excess(sent) == [])
                for text in Self.texts(sent) {
                    // In plain text these are signs like others.
                    if ["slack", "mattermost", "discord", "telegram"].contains(service.kind) {
                        #expect(!text.contains("<!channel>") && !text.contains("<@U12345>"))
                    }
                    if service.kind == "telegram" { #expect(!text.contains("<script>")) }
                    #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" || $0 == "\u{202E}" })
                    #expect(!text.contains("\u{FFFD}"))
                }
                if service.kind == "discord" { #expect(sent["allowed_mentions"] == ["parse": []]) }
                if service.kind == "mattermost" {
                    #expect(!Self.texts(sent).contains { $0.contains("@all") || $0.contains("@here") })
                }
                if service.kind == "matrix" {
                    #expect(sent["m.mentions"] == [:])
                    #expect(sent["formatted_body"]?.string?.contains("<script>") == false)
                }
            }
        }
        let notice = Notice(
            id: NoticeID(rawValue: 1), kind: .feedFailing, subject: "x", title: titles[0], text: titles[1],
            created: MailSamples.now)
        let body = try channel.render(
            MailSamples.message([], kind: .notice(.feedFailing, isCleared: false), notice: notice))
        #expect(try service.excess(value(body)) == [])
    }

    @Test(arguments: services)
    func `D05 each answer has its meaning`(_ service: Service) async throws {
        let server = try FixtureServer()
        defer { server.stop() }
        let channel = try service.channel(server)
        let letter = letter(try channel.render(MailSamples.typical))
        func outcome(_ answer: FixtureServer.Answer) async -> DeliveryResult {
            server.answer(service.path, answer)
            return await channel.send(letter)
        }
        for status in [400, 401, 403, 404] {
            guard case .refused(let answer) = await outcome(.text(status, [], "no s3cr3tpath")) else {
                Issue.record("\(status) is no refusal")
                continue
            }
            #expect(answer.status == status)
        }
        guard case .refused = await outcome(.text(302, [("location", server.url("/elsewhere"))], "")) else {
            Issue.record("a redirect was followed")
            return
        }
        for status in [429, 500, 502, 503] {
            guard case .tryAgain(_, let wait) = await outcome(.text(status, [("retry-after", "17")], "")) else {
                Issue.record("\(status) is not tried again")
                continue
            }
            #expect(wait == .seconds(17))
        }
        server.stop()
        guard case .tryAgain(let answer, nil) = await channel.send(letter) else {
            Issue.record("a server that is down is not tried again")
            return
        }
        for secret in ["s3cr3tpath", "tk_s3cr3t"] { #expect(answer.error?.contains(secret) != true) }
    }

    @Test(arguments: [
        ("discord", #"{"message":"slow down","retry_after":1.25,"global":false}"#, 1_250),
        ("telegram", #"{"ok":false,"error_code":429,"parameters":{"retry_after":35}}"#, 35_000),
        ("matrix", #"{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":2000}"#, 2_000),
    ])
    func `D05 slows down as the service asks in its own words`(kind: String, answer: String, wait: Int) async throws {
        let service = try #require(Self.services.first { $0.kind == kind })
        let server = try FixtureServer()
        defer { server.stop() }
        server.answer(service.path, .text(429, [("content-type", "application/json")], answer))
        let channel = try service.channel(server)
        guard case .tryAgain(_, let after) = await channel.send(letter(try channel.render(MailSamples.typical))) else {
            Issue.record("it is not tried again")
            return
        }
        #expect(after == .milliseconds(Int64(wait)))
        server.answer(service.path, .text(429, [], #"{"retry_after":1e308,"retry_after_ms":-5,"parameters":[]}"#))
        guard case .tryAgain(_, nil) = await channel.send(letter(try channel.render(MailSamples.typical))) else {
            Issue.record("nonsense was taken for a time")
            return
        }
    }

    @Test(arguments: services)
    func `a channel's own words take the place of the built-in ones`(_ service: Service) throws {
        let server = try FixtureServer()
        defer { server.stop() }
        let channel = try service.channel(
            server,
            [
                "templates.title": "Wire <b>{{count}}</b>",
                "templates.text": "{{#items}}{{alert}}: {{title}} @all <!channel>\n{{/items}}",
            ])
        let all = Self.texts(try value(try channel.render(MailSamples.typical)))
        #expect(all.contains { $0.contains("27") } && all.contains { $0.contains("3: ") && $0.contains("فيضان") })
        #expect(!all.contains { $0.contains("Why:") || $0.contains("23 more") })
        if ["slack", "mattermost", "discord", "telegram"].contains(service.kind) {
            #expect(!all.contains { $0.contains("<!channel>") })
        }
        let long = try service.channel(server, ["templates.text": "{{#items}}{{text}}<&>@*{{text}}{{/items}}"])
        let sent = try value(try long.render(MailSamples.typical))
        #expect(service.excess(sent) == [] && Self.texts(sent).contains { $0.utf16.count > 900 })
        let empty = try value(
            try service.channel(server, ["templates.text": "{{#flood}}x{{/flood}}"]).render(MailSamples.typical))
        #expect(Self.texts(empty).contains { $0.contains("Why:") })
        #expect(Self.texts(empty).contains { $0.contains("gave nothing") })
        #expect(throws: ChannelError.self) { try service.channel(server, ["templates.text": "{{titel}}"]) }
    }

    @Test(arguments: [
        ("slack", ["url": "http://hooks.slack.example/x"] as [String: JSONValue], "url"),
        ("discord", ["url": "nonsense"], "url"), ("ntfy", ["topic": "a/b"], "topic"), ("ntfy", ["topic": ""], "topic"),
        ("telegram", ["token": "x/y:z", "chat": "1"], "token"), ("telegram", ["token": "abc", "chat": "1"], "token"),
        ("matrix", ["url": "https://m.example", "room": "#name:m.example", "token": "t"], "room"),
        ("gotify", ["url": "http://push.example", "token": "t"], "url"),
    ])
    func `wrong settings are told before anything is sent`(
        kind: String, values: [String: JSONValue], setting: String
    ) throws {
        let type = try #require(Channels.kind(kind))
        let settings = ChannelSettings(name: "desk", values: values)
        let error = #expect(throws: ChannelError.self) { _ = try type.init(settings, WebhookTests.outside()) }
        guard case .badSetting(let name, _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(name == setting)
    }

    @Test func `every file of a channel is listed, under a name of its own`() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../Sources/WireAlerts/Channels")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        let kinds = Channels.all.map { $0.descriptor.kind }
        #expect(files.count == kinds.count && Set(kinds).count == kinds.count)
        for type in Channels.all { #expect(files.contains("\(type).swift"), "\(type)") }
    }
}
