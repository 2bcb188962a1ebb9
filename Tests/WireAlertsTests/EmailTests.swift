import Foundation
import Synchronization
import Testing
import WireFetch
import WireModel
import WireTesting

@testable import WireAlerts

/// The e-mail channel against a real SMTP server, its mails read by Python's email package (delivery.md section 4).
@Suite(.timeLimit(.minutes(2)))
struct EmailTests {
    private let certificates: TestCertificates
    private var outside = Outside(http: CurlClient(), version: "0")

    init() throws { certificates = try TestCertificates.shared.get() }

    private func server(answers: [String: [JSONValue]] = [:]) async throws -> RelayServer {
        try await RelayServer([
            "tls": "starttls", "certificate": .string(certificates.server), "unicode": .bool(true),
            "answers": .object(answers.mapValues(JSONValue.array)), "auth": ["wirewatch", "secret"],
        ])
    }

    private func channel(
        _ server: RelayServer?, _ more: [String: JSONValue] = [:], outside: Outside? = nil
    ) throws -> EmailChannel {
        let values: [String: JSONValue] = [
            "host": "localhost", "port": .integer(Int64(server?.port ?? 25)), "user": "wirewatch", "password": "secret",
            "from": "Wirewatch <wirewatch@example.org>", "to": ["The desk <desk@example.org>"],
            "ca_file": .string(certificates.authority),
        ]
        return try EmailChannel(
            ChannelSettings(name: "desk", values: values.merging(more) { $1 }), outside ?? self.outside)
    }

    private func letter(_ channel: EmailChannel, _ message: AlertMessage, attempt: Int = 1) -> Letter {
        Letter(
            id: message.id, kind: message.kind, group: message.group, body: channel.render(message), attempt: attempt,
            now: MailSamples.now)
    }

    private func delivered(_ message: AlertMessage, _ more: [String: JSONValue] = [:]) async throws -> RelayServer.Mail
    {
        let server = try await server()
        let channel = try channel(server, more)
        let result = await channel.send(letter(channel, message))
        #expect(result == .delivered(Message.Answer(status: 250, text: "2.0.0 taken")))
        return try #require(server.mails.first)
    }

    // MARK: Form

    @Test func writesEveryHeader() async throws {
        let mail = try await delivered(MailSamples.typical)
        #expect(mail.header("From") == "Wirewatch <wirewatch@example.org>")
        #expect(mail.header("To") == "The desk <desk@example.org>")
        #expect(mail.header("Date") == "Sun, 01 Mar 2026 12:00:00 +0000")
        #expect(mail.header("Message-ID") == "<msg_01ARZ3NDEKTSV4RRFFQ69G5FAV@example.org>")
        #expect(
            mail.header("Subject")
                == "URGENT Floods: 27 articles, first “River bursts its banks, three villages flooded”")
        #expect(mail.header("List-Id") == "Floods <floods.example.org>")
        #expect(mail.header("Auto-Submitted") == "auto-generated")
        #expect(mail.header("MIME-Version") == "1.0")
        #expect(mail.header("Importance") == "high")
        #expect(mail.header("In-Reply-To") == mail.header("References"))
        #expect(mail.json["mail"]?["type"]?.string == "multipart/alternative")
        #expect(mail.parts.map(\.type) == ["text/plain", "text/html"])
        #expect(mail.defects == [])
        #expect(mail.longestLine <= 998)
        #expect(mail.bareLineEnds == 0)
        #expect(mail.isASCII)
        #expect(Set(mail.headerNames).count == mail.headerNames.count)
    }

    @Test func tellsTheSameInTextAndHTML() async throws {
        let mail = try await delivered(MailSamples.typical)
        let (text, html) = (mail.parts[0].text, mail.parts[1].text)
        #expect(text.contains("«River» bursts its banks, three villages «flooded»"))
        #expect(text.contains("The «river» Ouse rose by two metres overnight"))
        #expect(text.contains("https://news.example/a"))
        #expect(text.contains("Example News · 1 Mar 2026, 11:00 UTC"))
        #expect(text.contains("Why: river NEAR/9 flood* ← River, flooded"))
        #expect(text.contains("and 23 more: https://wirewatch.example/topics/floods"))
        #expect(html.contains(">River</mark> bursts its banks, three villages <mark"))
        #expect(html.contains("Council &lt;b&gt;denies&lt;/b&gt; &quot;<mark"))
        #expect(html.contains("فيضان"))
        for remote in ["<img", "<script", "<link", "url(", "@import", "src=", "javascript:"] {
            #expect(!html.contains(remote))
        }
    }

    /// Titles of all sorts come through as they are, but for what must not be in a header.
    @Test(arguments: [
        ("Plain", "Plain"), ("Grüße – “ja”", "Grüße – “ja”"), ("فيضان النهر", "فيضان النهر"), ("👩‍👩‍👧‍👦 家族", "👩‍👩‍👧‍👦 家族"),
        ("=?utf-8?Q?fake?=", "=?utf-8?Q?fake?="), ("a\r\nBcc: evil@example.org", "a Bcc: evil@example.org"),
        ("a\u{0}b\u{2028}c\u{202E}d", "ab cd"), ("two  blanks ", "two blanks"),
    ])
    func d09KeepsHeadersWhole(title: String, shown: String) async throws {
        let item = MailSamples.item(title, topicName: "T\r\nX-Evil: 1", severity: .normal)
        let mail = try await delivered(MailSamples.message([item]))
        #expect(mail.header("Subject") == "T X-Evil: 1: " + shown)
        #expect(!mail.headerNames.contains("Bcc") && !mail.headerNames.contains("X-Evil"))
        #expect(mail.defects == [])
        #expect(mail.header("List-Id") == "\"T  X-Evil: 1\" <floods.example.org>")
    }

    @Test func d09KeepsLinksHarmless() {
        for url in [
            "javascript:alert(1)", "https://a\r\nb", "https://a/\"><script>", "data:text/html,x", "HTTPS://ok.example/",
        ] {
            let entry = MailEntry(MailSamples.item("A", url: url))
            #expect((entry.link == nil) == !url.hasPrefix("HTTPS"))
        }
    }

    @Test func cutsWhatIsLong() async throws {
        let long = String(repeating: "👩‍👩‍👧‍👦é ", count: 40_000)
        let word = String(repeating: "x", count: 1_000_000)
        let items = [MailSamples.item(long), MailSamples.item(word, sentence: word + "y", number: 2)]
        let mail = try await delivered(MailSamples.message(items))
        #expect((mail.header("Subject") ?? "").count <= 200)
        #expect(mail.longestLine <= 998)
        #expect(mail.parts.map(\.text.utf8.count).allSatisfy { $0 < 20_000 })
        #expect(!mail.parts[0].text.contains("\u{FFFD}"))
    }

    @Test func threadsByGroupAndDay() throws {
        func key(_ group: String, _ hours: Int) -> String {
            MailLetter.threadKey(
                of: MailSamples.message([], group: group, created: MailSamples.now + .seconds(hours * 3_600)))
        }
        #expect(key("topic=a", 0) == key("topic=a", 11))
        #expect(key("topic=a", 0) != key("topic=a", 12))
        #expect(key("topic=a", 0) != key("topic=b", 0))
    }

    @Test func offersToUnsubscribe() async throws {
        let plain = try await delivered(MailSamples.typical)
        #expect(plain.header("List-Unsubscribe") == nil && plain.header("List-Unsubscribe-Post") == nil)

        let server = try await server()
        var outside = outside
        outside.unsubscribeAddress = { channel, recipient in "https://wirewatch.example/u/\(channel)-\(recipient.count)"
        }
        let channel = try channel(server, ["unsubscribe": "off@example.org"], outside: outside)
        _ = await channel.send(letter(channel, MailSamples.typical))
        let mail = try #require(server.mails.first)
        #expect(
            mail.header("List-Unsubscribe")
                == "<https://wirewatch.example/u/desk-16>, <mailto:off@example.org?subject=unsubscribe>")
        #expect(mail.header("List-Unsubscribe-Post") == "List-Unsubscribe=One-Click")
    }

    @Test func writesNotices() async throws {
        let notice = Notice(
            id: NoticeID(rawValue: 1), kind: .feedFailing, subject: "https://a.example/feed",
            title: "Example News fails",
            text: "Nine checks in a row failed since yesterday: 503.\nSee `wirewatch feeds check`.",
            created: MailSamples.now)
        let mail = try await delivered(
            MailSamples.message([], kind: .notice(.feedFailing, isCleared: false), notice: notice, group: "notice=x"))
        #expect(mail.header("Subject") == "Example News fails")
        #expect(mail.parts[0].text.contains("See `wirewatch feeds check`."))
        #expect(mail.header("List-Id") == "Wirewatch desk <desk.example.org>")
    }

    @Test(arguments: [
        (0, false, false, MessageKind.alert, "Floods: A"), (3, false, false, .alert, "Floods: 3 articles, first “A”"),
        (57, true, false, .alert, "Floods: 57 alerts in a short time"), (0, false, true, .alert, "Again: Floods: A"),
        (12, false, false, .digest, "Digest: 12 articles on Floods"),
        (0, false, false, .test, "Test of channel “desk”"),
    ])
    func namesTheOccasion(count: Int, isFlood: Bool, isRepetition: Bool, kind: MessageKind, subject: String) {
        let message = MailSamples.message(
            [MailSamples.item("A", severity: .normal)], kind: kind, count: count, isFlood: isFlood,
            isRepetition: isRepetition)
        #expect(MailText(message: message).subject == subject)
    }

    @Test(arguments: [
        "", "a=b", "line \n", "tab\t\nblank ", "é", String(repeating: "word ", count: 50), ".\n..\n", "ends\n",
    ])
    func writesQuotedPrintable(text: String) throws {
        let lines = MailParts.quotedPrintable(text)
        #expect(lines.utf8.split(separator: UInt8(ascii: "\n")).allSatisfy { $0.count <= 77 })
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = [
            "-c", "import sys,quopri; sys.stdout.buffer.write(quopri.decodestring(sys.argv[1].encode()))", lines,
        ]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let decoded = output.fileHandleForReading.readDataToEndOfFile()
        #expect(
            String(decoding: decoded, as: UTF8.self).replacing("\r\n", with: "\n")
                == (text.hasSuffix("\n") ? text : text + "\n"))
    }

    // MARK: Sending

    @Test(arguments: [
        ("MAIL", "451 later", false), ("RCPT", "550 5.1.1 unknown", true), ("CONTENT", "554 spam", true),
        ("CONTENT", "452 full", false), ("CONTENT", "421 closing", false), ("RCPT", "421 busy", false),
        ("AUTH", "535 wrong", false), ("MAIL", "530 log in first", false), ("STARTTLS", "454 not now", false),
        ("CONTENT", "drop", false), ("DATA", "drop", false),
    ])
    func d10TellsWhatToDoNext(verb: String, answer: String, isRefused: Bool) async throws {
        let server = try await server(answers: [verb: [.string(answer)]])
        let channel = try channel(server)
        let first = letter(channel, MailSamples.typical)
        switch await channel.send(first) {
        case .refused(let answer): #expect(isRefused, "\(answer)")
        case .tryAgain(let answer, _):
            #expect(!isRefused, "\(answer)")
            #expect(answer.error?.contains("secret") == false)
        case let other: Issue.record("\(other)")
        }
        guard !isRefused else { return }
        let again = await channel.send(
            Letter(
                id: first.id, kind: first.kind, group: first.group, body: first.body, attempt: 2, now: MailSamples.now))
        #expect(again == .delivered(Message.Answer(status: 250, text: "2.0.0 taken")))
        let ids = Set(server.mails.map { $0.header("Message-ID") })
        #expect(ids == ["<\(first.id)@example.org>"])
    }

    @Test func d10RefusesToSpeakInPlain() async throws {
        let server = try await RelayServer(["tls": "none", "auth": ["wirewatch", "secret"]])
        let channel = try channel(server)
        guard case .tryAgain(let answer, _) = await channel.send(letter(channel, MailSamples.typical)) else {
            Issue.record("it was sent, or given up")
            return
        }
        #expect(answer.error?.contains("does not offer STARTTLS") == true)
        #expect(!server.verbs.contains("AUTH") && !server.verbs.contains("MAIL"))
    }

    @Test func repeatsNothingToThoseWhoHaveIt() async throws {
        let server = try await server(answers: ["RCPT": [.null, "450 later", "550 nobody"]])
        let channel = try channel(server, ["to": ["a@example.org", "b@example.org", "c@example.org"]])
        let message = letter(channel, MailSamples.typical)
        guard case .tryAgain(let answer, _) = await channel.send(message) else {
            Issue.record("b waits")
            return
        }
        #expect(answer.error?.hasPrefix("1 of 3 recipients have it; b@example.org: ") == true)
        #expect(answer.status == 450)
        let retry = Letter(
            id: message.id, kind: message.kind, group: message.group, body: message.body, attempt: 2, now: message.now)
        guard case .refused(let end) = await channel.send(retry) else {
            Issue.record("c never gets it")
            return
        }
        #expect(
            end.error == "2 of 3 recipients have it; c@example.org: the relay answered 550 to the recipient: nobody")
        #expect(server.mails.map(\.recipients) == [["a@example.org"], ["b@example.org"]])
        #expect(server.mails.map { $0.header("To") } == ["a@example.org", "b@example.org"])

        // A person who sends it again means all.
        _ = await channel.send(message)
        #expect(server.mails.map(\.recipients).suffix(3) == [["a@example.org"], ["b@example.org"], ["c@example.org"]])
    }

    @Test func sendsTheSameBytesAtEveryAttempt() throws {
        let channel = try channel(nil)
        #expect(channel.render(MailSamples.typical) == channel.render(MailSamples.typical))
    }

    // MARK: Settings

    @Test(arguments: [
        ("from", JSONValue.string("nobody"), "from"), ("to", .array(["a@example.org", "b\r\nRCPT TO:<c>"]), "to"),
        ("to", JSONValue.array([]), "to"),
        ("security", "ssl", "security"), ("security", "none", "user"), ("host", "a b", "host"),
        ("port", .integer(0), "port"),
        ("password", .null, "password"), ("hello", "-\r\n", "hello"), ("ca_file", "/nonexistent", "ca_file"),
        ("reply_to", "x@", "reply_to"),
    ])
    func refusesSettings(key: String, value: JSONValue, name: String) throws {
        #expect {
            try channel(nil, [key: value])
        } throws: { error in
            guard case .badSetting(let found, let reason)? = error as? ChannelError else { return false }
            return found == name && !reason.contains("secret")
        }
    }
}
