import Testing
import WireFetch
import WireModel
import WireTesting

/// Against a real SMTP server that is scripted for every fault (delivery.md D10, the client's part).
@Suite(.timeLimit(.minutes(2)))
struct MailClientTests {
    private let client = CurlMailClient()
    private let certificates: TestCertificates

    init() throws { certificates = try TestCertificates.shared.get() }

    private func server(
        tls: String = "starttls", answers: [String: [JSONValue]] = [:], auth: Bool = false, unicode: Bool = false
    ) async throws -> RelayServer {
        var script: [String: JSONValue] = [
            "tls": .string(tls), "certificate": .string(certificates.server), "unicode": .bool(unicode),
            "answers": .object(answers.mapValues(JSONValue.array)),
        ]
        if auth { script["auth"] = ["wirewatch", "pass:word"] }
        return try await RelayServer(.object(script))
    }

    private func relay(
        _ server: RelayServer, security: MailRelay.Security = .startTLS, password: String? = nil,
        host: String = "localhost", isTrusted: Bool = true
    ) throws -> MailRelay {
        try MailRelay(
            host: host, port: server.port, security: security,
            login: password.map { MailRelay.Login(user: "wirewatch", password: $0) }, greeting: "client.example",
            certificateFile: isTrusted ? certificates.authority : nil)
    }

    private func mail(to recipient: String = "desk@example.org", body: String = "Hello.\r\n") throws -> Mail {
        let content = "From: news@example.org\r\nTo: \(recipient)\r\nSubject: A mail\r\n\r\n" + body
        return Mail(
            from: try MailAddress("news@example.org"), to: try MailAddress(recipient), content: Array(content.utf8))
    }

    private func failure(_ mail: Mail, by relay: MailRelay) async throws -> MailError {
        do {
            let reply = try await client.send(mail, by: relay)
            throw Surprise.delivered(reply)
        } catch let error as MailError {
            return error
        }
    }

    private enum Surprise: Error { case delivered(MailReply) }

    @Test(arguments: [("starttls", MailRelay.Security.startTLS), ("smtps", .tls), ("none", .none)])
    func deliversMail(tls: String, security: MailRelay.Security) async throws {
        let server = try await server(tls: tls)
        let reply = try await client.send(try mail(), by: relay(server, security: security))
        #expect(reply == MailReply(code: 250, text: "2.0.0 taken"))
        let mail = try #require(server.mails.first)
        #expect(mail.sender == "news@example.org")
        #expect(mail.recipients == ["desk@example.org"])
        #expect(mail.parts.first?.text.contains("Hello.") == true)
        #expect(server.commands.first { $0.verb == "MAIL" }?.isSecure == (security != .none))
        #expect(server.commands.first?.line == "client.example")
    }

    @Test func doublesDots() async throws {
        let server = try await server(tls: "none")
        let body = ".\r\n..\r\n.hidden\r\nend.\r\n.\r\n"
        _ = try await client.send(try mail(body: body), by: relay(server, security: .none))
        #expect(server.mails.first?.parts.first?.text.replacing("\n", with: "\r\n") == body)
    }

    @Test func sendsFiftyMailsOnOneConnection() async throws {
        let server = try await server()
        let relay = try relay(server)
        for _ in 0..<51 { _ = try await client.send(try mail(), by: relay) }
        let connections = server.mails.map { $0.json["connection"]?.integer }
        #expect(connections == Array(repeating: 1, count: 50) + [2])
        #expect(server.verbs.filter { $0 == "QUIT" } == ["QUIT"])
        #expect(server.verbs.filter { $0 == "STARTTLS" }.count == 2)
    }

    @Test func logsInOnlyOverTLS() async throws {
        let server = try await server(auth: true)
        _ = try await client.send(try mail(), by: relay(server, password: "pass:word"))
        #expect(server.mails.first?.json["user"]?.string == "wirewatch")
        #expect(server.commands.filter { $0.verb == "AUTH" }.map(\.isSecure) == [true])
    }

    @Test func d10AuthWithoutTLS() async throws {
        let server = try await server(tls: "none", auth: true)
        let error = try await failure(try mail(), by: relay(server, password: "pass:word"))
        #expect(error == .noSTARTTLS)
        #expect(!server.verbs.contains("AUTH") && !server.verbs.contains("MAIL"))
        #expect(throws: MailError.self) { try relay(server, security: .none, password: "pass:word") }
    }

    @Test func d10DroppedSTARTTLS() async throws {
        let stripped = try await server(tls: "none")
        #expect(try await failure(try mail(), by: relay(stripped)) == .noSTARTTLS)
        #expect(!stripped.verbs.contains("MAIL"))

        let refusing = try await server(answers: ["STARTTLS": ["454 TLS not available"]])
        let error = try await failure(try mail(), by: relay(refusing))
        #expect(error == .replied(MailReply(code: 454, text: "TLS not available"), .startTLS))
        #expect(!refusing.verbs.contains("MAIL"))
    }

    @Test func trustsNoStranger() async throws {
        let server = try await server()
        guard case .tls = try await failure(try mail(), by: relay(server, isTrusted: false)) else {
            Issue.record("a certificate of an unknown authority was taken")
            return
        }
        let other = try MailRelay(
            host: "127.0.0.2", port: server.port, greeting: "client.example", certificateFile: certificates.authority)
        guard case .refused = try await failure(try mail(), by: other) else {
            Issue.record("nobody listens there")
            return
        }
        #expect(!server.verbs.contains("MAIL"))
    }

    @Test(arguments: [
        ("EHLO", "421 go away", MailStage.greeting, 421), ("MAIL", "451 try later", .sender, 451),
        ("MAIL", "553 not you", .sender, 553), ("RCPT", "450 busy", .recipient, 450),
        ("RCPT", "550 no such user", .recipient, 550), ("DATA", "452 no room", .data, 452),
        ("CONTENT", "451 greylisted", .content, 451), ("CONTENT", "554 5.7.1 spam", .content, 554),
        ("CONTENT", "421 closing", .content, 421),
    ])
    func d10Replies(verb: String, answer: String, stage: MailStage, code: Int) async throws {
        // A greeting that fails is tried once more as HELO.
        let server = try await server(answers: [
            verb: [.string(answer)], "HELO": verb == "EHLO" ? [.string(answer)] : [],
        ])
        let relay = try relay(server)
        guard case .replied(let reply, let where_) = try await failure(try mail(), by: relay) else {
            Issue.record("no reply")
            return
        }
        #expect(reply.code == code)
        #expect(where_ == stage)
        #expect(reply.text == String(answer.dropFirst(4)))
        // The next mail finds the relay in a good mood.
        #expect(try await client.send(try mail(), by: relay).code == 250)
    }

    @Test func d10DropAfterData() async throws {
        let server = try await server(answers: ["CONTENT": ["drop"]])
        let relay = try relay(server)
        guard case .lostAnswer = try await failure(try mail(), by: relay) else {
            Issue.record("a lost answer was taken for something else")
            return
        }
        #expect(server.mails.count == 1)
        #expect(try await client.send(try mail(), by: relay).code == 250)
    }

    @Test func d10DropBeforeData() async throws {
        let server = try await server(answers: ["RCPT": ["drop"]])
        guard case .broken(.recipient, _) = try await failure(try mail(), by: relay(server)) else {
            Issue.record("a broken connection was taken for something else")
            return
        }
    }

    @Test func comesBackWhenAnIdleConnectionWasClosed() async throws {
        let server = try await server(answers: ["MAIL": [.null, "drop", "421 too long idle"]])
        let relay = try relay(server)
        _ = try await client.send(try mail(), by: relay)
        // On a connection that had served before, nothing of the mail was out: it goes again at once. A 421 is an answer.
        guard case .replied(let reply, .sender) = try await failure(try mail(), by: relay) else {
            Issue.record("no reply")
            return
        }
        #expect(reply.code == 421)
        _ = try await client.send(try mail(), by: relay)
        #expect(server.commands.filter { $0.verb == "MAIL" }.map(\.connection) == [1, 1, 2, 3])
    }

    @Test func leavesAnIdleRelayPolitely() async throws {
        let server = try await server()
        let relay = try relay(server)
        _ = try await client.send(try mail(), by: relay)
        #expect(!server.verbs.contains("QUIT"))
        let start = ContinuousClock.now
        while !server.verbs.contains("QUIT"), ContinuousClock.now - start < .seconds(60) {
            try await Task.sleep(for: .milliseconds(100))
        }
        #expect(server.verbs.last == "QUIT")
        _ = try await client.send(try mail(), by: relay)
        #expect(server.mails.map { $0.json["connection"]?.integer } == [1, 2])
    }

    @Test func waitsForNoFarewell() async throws {
        let server = try await server(answers: ["QUIT": ["hang"]])
        var client: CurlMailClient? = CurlMailClient()
        _ = try await client?.send(try mail(), by: relay(server))
        let start = ContinuousClock.now
        client = nil
        #expect(ContinuousClock.now - start < .seconds(30))
        #expect(server.verbs.last == "QUIT")
    }

    @Test func tellsNoPassword() async throws {
        let server = try await server(
            answers: ["AUTH": ["535 wrong: pass:word AHdpcmV3YXRjaABwYXNzOndvcmQ= d2Q="]], auth: true)
        let error = try await failure(try mail(), by: relay(server, password: "pass:word"))
        guard case .replied(let reply, .login) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(reply.code == 535)
        #expect(!"\(error)".contains("pass:word") && !"\(error)".contains("AHdpcmV3YXRjaABwYXNzOndvcmQ="))
    }

    @Test func refusesWrongPassword() async throws {
        let server = try await server(auth: true)
        guard case .replied(let reply, .login) = try await failure(try mail(), by: relay(server, password: "nope"))
        else {
            Issue.record("a wrong password was taken")
            return
        }
        #expect(reply.code == 535)
        #expect(!server.verbs.contains("MAIL"))
    }

    @Test(arguments: [true, false])
    func asksForUnicodeOnlyIfOffered(isOffered: Bool) async throws {
        let server = try await server(unicode: isOffered)
        let mail = try mail(to: "jürgen@bücher.example")
        if isOffered {
            _ = try await client.send(mail, by: relay(server))
            #expect(server.mails.first?.recipients == ["jürgen@xn--bcher-kva.example"])
            #expect(server.commands.first { $0.verb == "MAIL" }?.line.contains("SMTPUTF8") == true)
        } else {
            #expect(try await failure(mail, by: relay(server)) == .noSMTPUTF8)
            #expect(!server.verbs.contains("MAIL"))
        }
    }

    @Test func endsWhenItsTaskIsCancelled() async throws {
        let server = try await server(answers: ["MAIL": ["hang"]])
        let relay = try relay(server)
        let mail = try mail()
        let client = client
        let task = Task { try await client.send(mail, by: relay) }
        while !server.verbs.contains("MAIL") { try await Task.sleep(for: .milliseconds(20)) }
        task.cancel()
        let start = ContinuousClock.now
        let result = await task.result
        #expect(throws: MailError.cancelled) { try result.get() }
        #expect(ContinuousClock.now - start < .seconds(30))
    }

    @Test(arguments: [
        ("a@b", "a", "b"), ("Desk <desk@Example.ORG>", "desk", "example.org"),
        ("\"A, B\" <a.b+c@x.example>", "a.b+c", "x.example"), ("é@bücher.example", "é", "xn--bcher-kva.example"),
    ])
    func readsAddresses(text: String, local: String, domain: String) throws {
        let address = try MailAddress(text)
        #expect(address.local == local && address.domain == domain)
    }

    @Test(arguments: [
        "", "desk", "@example.org", "desk@", "a b@example.org", "a@b c", "a@b\r\nBcc: c@d", "a\u{0}@b", "<a@b", "a>@b",
        "a@b>", "a..b@c", "a@-b.example", "a@b..c", "x\u{2028}y <a@b>", "a@b@c d", "a@[127.0.0.1]", "a@%41.example",
    ])
    func refusesAddresses(text: String) { #expect(throws: MailAddressFault.self) { try MailAddress(text) } }
}
