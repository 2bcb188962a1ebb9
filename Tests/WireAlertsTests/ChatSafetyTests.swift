import Foundation
import Testing
import WireFetch
import WireModel
import WireTesting

@testable import WireAlerts

/// What a stranger puts into a title or an address, and what a service puts into its answer, harms nobody.
struct ChatSafetyTests {
    private typealias Service = ChatTests.Service

    private func sent(
        _ service: ChatTests.Service, _ items: [AlertMessage.Item], _ more: [String: JSONValue] = [:]
    ) throws -> JSONValue {
        let server = try FixtureServer()
        defer { server.stop() }
        return try JSONReader.read(
            try service.channel(server, more).render(MailSamples.message(items, link: "https://w.example/t")))
    }

    /// All texts that people see, and those that a service reads for mentions.
    private func texts(_ value: JSONValue) -> [String] { ChatTests.texts(value) }

    @Test(arguments: ChatTests.services)
    func `D09 D12 an article's address ends no link before its time`(_ service: ChatTests.Service) throws {
        let address = #"https://a.example/><!channel><@U1>|x(y)[z]`{}^\"#
        let value = try sent(service, [MailSamples.item("Evil", url: address)])
        let all = texts(value).filter { $0.contains("a.example") }
        #expect(!all.isEmpty)
        for text in all where !["ntfy", "gotify"].contains(service.kind) && text != value["body"]?.string {
            #expect(!text.contains("<!channel>") && !text.contains("<@U1>"))
            #expect(text.contains("%3E%3C!channel%3E%3C@U1%3E%7Cx"))
            if ["mattermost", "discord"].contains(service.kind) {
                #expect(text.contains("](https://a.example/%3E%3C!channel%3E%3C@U1%3E%7Cx%28y%29[z]%60%7B%7D%5E%5C)"))
            }
        }
    }

    /// Telegram and Matrix make a mention of each name with an `@` themselves, Discord and Mattermost of some.
    @Test(arguments: ["telegram", "matrix", "mattermost", "discord"])
    func `D12 a name with an @ is no mention`(kind: String) throws {
        let service = try #require(ChatTests.services.first { $0.kind == kind })
        let title = "@durov and (@room) /start@wirebot, @all @here @everyone"
        for templates in [[:], ["templates.text": "{{#items}}{{title}} {{reason}}{{/items}}"]] as [[String: JSONValue]]
        {
            let value = try sent(
                service, [MailSamples.item(title, sentence: title + " too", topicName: "@channel")], templates)
            for text in texts(value) {
                #expect(text.firstMatch(of: #/@[A-Za-z]/#) == nil, "\(text)")
            }
        }
    }

    @Test func `D12 the room is not called by an address either`() throws {
        let service = try #require(ChatTests.services.first { $0.kind == "matrix" })
        let value = try sent(service, [MailSamples.item("A", url: "https://a.example/@room")])
        #expect(value["body"]?.string?.contains("https://a.example/%40room") == true)
        #expect(value["body"]?.string?.contains("@room") == false)
        #expect(value["m.mentions"] == [:])
    }

    /// The first characters of a channel's own text may be anything, an address in it stays one.
    @Test(arguments: [
        ("slack", "<https://news.example/a_b-c?x=1&amp;y=*2*>", "&lt;i&gt;"),
        ("mattermost", "<https://news.example/a_b-c?x=1&y=*2*>", "\\<i\\>"),
        ("discord", "<https://news.example/a_b-c?x=1&y=*2*>", "\\<i\\>"),
        ("ntfy", "https://news.example/a_b-c?x=1&y=*2*", "<i>"),
        ("gotify", "https://news.example/a_b-c?x=1&y=*2*", "<i>"),
        ("telegram", "https://news.example/a_b-c?x=1&amp;y=*2*", "&lt;i&gt;"),
        ("matrix", "https://news.example/a_b-c?x=1&amp;y=*2*", "&lt;i&gt;"),
    ])
    func `an address in a channel's own words can be followed`(kind: String, address: String, sign: String) throws {
        let service = try #require(ChatTests.services.first { $0.kind == kind })
        let item = MailSamples.item("<i>", url: "https://news.example/a_b-c?x=1&y=*2*")
        let value = try sent(
            service, [item], ["templates.text": "{{#items}}{{title}}\nsee ({{link}}), {{link}}.\n{{/items}}"])
        #expect(texts(value).contains { $0.contains("\(address)") && $0.contains(sign) })
        #expect(texts(value).contains { $0.replacing("\\", with: "").contains("see (\(address)), \(address).") })
    }

    @Test(arguments: [
        "http", "https://", "https://.", "httpx", "xhttp://a", "http://a http", "https://a\u{202E}b", "http:)",
        "http://http://", "ahttps://b.example/c)", "", " ", "\n", "https://b.example/.,;",
    ])
    func `prose loses nothing of an odd text`(text: String) {
        #expect(ChatMarkup.plain.prose(text) == text)
        let slack = ChatMarkup.slack.prose(text)
        #expect(slack.replacing("<", with: "").replacing(">", with: "") == text)
    }

    /// One character may be longer than a message: marks upon marks.
    @Test(arguments: ChatTests.services)
    func `D12 a character without end is cut too`(_ service: ChatTests.Service) throws {
        let heap = "e" + String(repeating: "\u{301}", count: 20_000)
        let family = String(repeating: "👩\u{200D}", count: 5_000) + "👩"
        for text in [heap, family, "a " + heap, "\u{200F}" + String(repeating: "ا\u{64B}", count: 9_000)] {
            let notice = Notice(
                id: NoticeID(rawValue: 1), kind: .feedFailing, subject: "x", title: text, text: text + "\n" + text,
                created: MailSamples.now)
            let server = try FixtureServer()
            defer { server.stop() }
            let channel = try service.channel(server, ["templates.title": "{{title}}{{text}}"])
            for message in [
                MailSamples.message([MailSamples.item(text, sentence: text + "b", marking: ["e"])]),
                MailSamples.message([], kind: .notice(.feedFailing, isCleared: false), notice: notice),
            ] {
                let value = try JSONReader.read(try channel.render(message))
                #expect(service.excess(value) == [])
                #expect(!texts(value).contains { $0.contains("\u{FFFD}") })
                #expect(texts(value).allSatisfy { !$0.isEmpty })
            }
        }
    }

    // MARK: Answers

    /// A service may say again all of what it was asked with.
    @Test(arguments: ChatTests.services)
    func `T53 no secret stays in an answer or an error`(_ service: ChatTests.Service) async throws {
        let long = "xoxb-" + String(repeating: "0123456789abcdef", count: 3)
        let server = try FixtureServer()
        defer { server.stop() }
        let settings = service.settings(String(server.url("/").dropLast())).mapValues { value in
            value.string.map { JSONValue.string($0.replacing("s3cr3tpath", with: long)) } ?? value
        }
        let type = try #require(Channels.kind(service.kind))
        let channel = try type.init(ChannelSettings(name: "desk", values: settings), WebhookTests.outside())
        let path = service.path.replacing("s3cr3tpath", with: long)
        let letter = Letter(
            id: MailSamples.typical.id, kind: .alert, group: "topic=floods",
            body: try channel.render(MailSamples.typical), attempt: 1, now: MailSamples.now)
        let json =
            #"{"ok":false,"description":"token \#(long) unknown","topic":"\#(long)","at":"\#(path.replacing("/", with: "\\/"))"}"#
        let padding = String(repeating: "x", count: Message.Answer.textLimit - 20)
        for body in [json, "no \(long)", "\(path)?x", padding + long, padding + path, "tk_s3cr3t", "42:\(long)"] {
            for status in [200, 302, 404, 410, 500] {
                server.answer(path, .text(status, [], body))
                let answer: Message.Answer =
                    switch await channel.send(letter) {
                    case .delivered(let answer), .tryAgain(let answer, _), .refused(let answer), .gone(let answer):
                        answer
                    }
                #expect(answer.status == status)
                #expect(answer.text.utf8.count <= Message.Answer.textLimit)
                for text in [answer.text, answer.error ?? ""] {
                    // Not even the beginning of it, where the answer was cut.
                    #expect(!text.contains("xoxb-0") && (service.kind != "ntfy" || !text.contains("tk_s3cr3t")))
                }
            }
        }
    }

    @Test(arguments: [
        ("slack", 404, "no_service", "HTTP 404: no_service"),
        ("slack", 410, "channel_is_archived", "HTTP 410: channel_is_archived"),
        ("slack", 500, "<html><title>Bad</title></html>", "HTTP 500"), ("slack", 400, "", "HTTP 400"),
        (
            "mattermost", 400, #"{"id":"x","message":"Unable to parse incoming data","status_code":400}"#,
            "HTTP 400: Unable to parse incoming data"
        ),
        ("discord", 404, #"{"message":"Unknown Webhook","code":10015}"#, "HTTP 404: Unknown Webhook"),
        ("ntfy", 403, #"{"code":40301,"http":403,"error":"forbidden"}"#, "HTTP 403: forbidden"),
        (
            "gotify", 401, #"{"error":"Unauthorized","errorCode":401,"errorDescription":"a valid token is needed"}"#,
            "HTTP 401: a valid token is needed"
        ),
        (
            "telegram", 400, #"{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}"#,
            "HTTP 400: Bad Request: chat not found"
        ),
        (
            "matrix", 403, #"{"errcode":"M_FORBIDDEN","error":"You\u202e are\r\nnot\u0000 in the room"}"#,
            "HTTP 403: You are not in the room"
        ),
        ("matrix", 502, #"{"error":5}"#, "HTTP 502"), ("matrix", 500, "[1,", "HTTP 500: [1,"),
    ])
    func `the service's own words say why`(kind: String, status: Int, body: String, error: String) async throws {
        let service = try #require(ChatTests.services.first { $0.kind == kind })
        let server = try FixtureServer()
        defer { server.stop() }
        server.answer(service.path, .text(status, [], body))
        let channel = try service.channel(server)
        let result = await channel.send(
            Letter(
                id: MailSamples.typical.id, kind: .alert, group: "topic=floods",
                body: try channel.render(MailSamples.typical), attempt: 1, now: MailSamples.now))
        switch (result, status) {
        case (.gone(let answer), 410), (.refused(let answer), 400...404), (.tryAgain(let answer, nil), 500...):
            #expect(answer.error == error)
        default: Issue.record("\(result)")
        }
    }

    @Test func `invalid bytes of an answer do not make it longer than is kept`() async throws {
        let service = try #require(ChatTests.services.first)
        let server = try FixtureServer()
        defer { server.stop() }
        server.answer(service.path, FixtureServer.Answer(200, body: Array(repeating: 0xFF, count: 5_000)))
        let channel = try service.channel(server)
        let result = await channel.send(
            Letter(
                id: MailSamples.typical.id, kind: .alert, group: "topic=floods", body: [], attempt: 1,
                now: MailSamples.now))
        guard case .delivered(let answer) = result else {
            Issue.record("\(result)")
            return
        }
        #expect(answer.text.utf8.count <= Message.Answer.textLimit && answer.error == nil)
    }

    @Test(arguments: ["gotify", "matrix", "ntfy"])
    func `a token that no header can hold is told at once`(kind: String) throws {
        let service = try #require(ChatTests.services.first { $0.kind == kind })
        let server = try FixtureServer()
        defer { server.stop() }
        for token in ["tk\r\nX-Evil: 1", "tk\u{0}"] {
            #expect {
                try service.channel(server, ["token": .string(token)])
            } throws: { error in
                guard case .badSetting("token", let reason)? = error as? ChannelError else { return false }
                return !reason.contains("tk")
            }
        }
    }

    @Test func `Matrix is found below the path of its address`() async throws {
        let server = try FixtureServer()
        defer { server.stop() }
        let path = "/hs/_matrix/client/v3/rooms/%21r%3Ah.example/send/m.room.message/\(MailSamples.typical.id)"
        server.answer(path, .text(200, [], #"{"event_id":"$1"}"#))
        for url in [server.url("/hs"), server.url("/hs/")] {
            let channel = try MatrixChannel(
                ChannelSettings(name: "desk", values: ["url": .string(url), "room": "!r:h.example", "token": "abcd"]),
                WebhookTests.outside())
            let result = await channel.send(
                Letter(
                    id: MailSamples.typical.id, kind: .alert, group: "topic=floods",
                    body: try channel.render(MailSamples.typical), attempt: 1, now: MailSamples.now))
            #expect(result == .delivered(Message.Answer(status: 200, text: #"{"event_id":"$1"}"#)))
        }
    }
}
