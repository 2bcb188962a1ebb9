import Foundation
import Testing
import WireFetch
import WireModel
import WireTesting

@testable import WireAlerts

struct WebhookTests {
    static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    static func outside() -> Outside {
        Outside(
            http: CurlClient(options: CurlClient.Options(addressGuard: .operatorEndpoints)), version: "1.0")
    }

    private func channel(_ values: [String: JSONValue]) throws -> WebhookChannel {
        try WebhookChannel(ChannelSettings(name: "desk", values: values), Self.outside())
    }

    private func letter(_ body: String = "{}", now: Timestamp = Timestamp(seconds: 1_700_000_000)) -> Letter {
        Letter(
            id: MessageID(high: 1, low: 2), kind: .alert, group: "topic=floods", body: Array(body.utf8), attempt: 1,
            now: now)
    }

    @Test func `D03 the convention's own vector`() throws {
        let key = try #require(Base64.bytes(of: String(Self.secret.dropFirst(6))))
        let signature = WebhookChannel.signatures(
            MessageID(rawValue: "msg_p5jXN8AQM9LWM0D4loKWxJek"), 1_614_265_330, Array(#"{"test": 2432232314}"#.utf8),
            keys: [key])
        #expect(signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    @Test func `D03 two signatures while a secret is changed, verified by another implementation`() async throws {
        let server = try FixtureServer()
        defer { server.stop() }
        server.answer("/hook", .text(200, [], "ok"))
        let old = "whsec_" + Base64.text(of: Array(repeating: 7, count: 32))
        let hook = try channel([
            "url": .string(server.url("/hook")), "secret": .string(Self.secret), "old_secret": .string(old),
        ])
        let result = await hook.send(letter(#"{"type":"alert.created"}"#))
        #expect(result == .delivered(Message.Answer(status: 200, text: "ok")))
        let request = try #require(server.requests.first)
        #expect(request.method == "POST" && request.header("content-type") == "application/json; charset=utf-8")
        #expect(request.header("user-agent") == "Wirewatch/1.0")
        let wrong = "whsec_" + Base64.text(of: Array(repeating: 8, count: 32))
        #expect(try verify(request, secret: Self.secret) == "good")
        #expect(try verify(request, secret: old) == "good")
        #expect(try verify(request, secret: wrong) == "bad")
        #expect(try verify(request, secret: Self.secret, body: "{}") == "bad")
        #expect(try verify(request, secret: Self.secret, timestamp: "1600000000") == "bad")
    }

    /// Asks Python's hmac, as a receiver would.
    private func verify(
        _ request: FixtureServer.Request, secret: String, body: String? = nil, timestamp: String? = nil
    ) throws -> String {
        let script = """
            import base64, hashlib, hmac, sys
            secret, name, time, signatures, body = sys.argv[1:]
            key = base64.b64decode(secret.removeprefix("whsec_"))
            made = base64.b64encode(hmac.new(key, f"{name}.{time}.{body}".encode(), hashlib.sha256).digest()).decode()
            print("good" if any(hmac.compare_digest(s, "v1," + made) for s in signatures.split()) else "bad", end="")
            """
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "python3", "-c", script, secret, request.header("webhook-id") ?? "",
            timestamp ?? request.header("webhook-timestamp") ?? "", request.header("webhook-signature") ?? "",
            body ?? String(decoding: request.body, as: UTF8.self),
        ]
        process.standardOutput = output
        try process.run()
        let said = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: said, as: UTF8.self)
    }

    private enum Verdict { case delivered, again, refused, gone }

    @Test(arguments: [
        (200, "delivered"), (202, "delivered"), (204, "delivered"), (301, "refused"), (302, "refused"),
        (304, "refused"), (400, "refused"), (401, "refused"), (403, "refused"), (404, "refused"), (408, "again"),
        (410, "gone"), (429, "again"), (500, "again"), (502, "again"), (503, "again"), (504, "again"),
    ])
    func `D05 each status has its meaning`(status: Int, verdict: String) async throws {
        let server = try FixtureServer()
        defer { server.stop() }
        server.answer("/hook", .text(status, [("Location", "/elsewhere")], "said"))
        let hook = try channel(["url": .string(server.url("/hook"))])
        let result = await hook.send(letter())
        switch result {
        case .delivered(let answer): #expect(verdict == "delivered" && answer.status == status && answer.error == nil)
        case .tryAgain(let answer, _): #expect(verdict == "again" && answer.status == status && answer.error != nil)
        case .refused(let answer): #expect(verdict == "refused" && answer.status == status && answer.error != nil)
        case .gone(let answer): #expect(verdict == "gone" && answer.status == status)
        }
        #expect(server.requests.count == 1, "a redirect is never followed")
    }

    @Test(arguments: [("120", 120), ("Tue, 14 Nov 2023 22:15:20 GMT", 120), ("soon", 0), ("-5", 0)])
    func `D05 Retry-After is read in both forms`(value: String, seconds: Int) async throws {
        let server = try FixtureServer()
        defer { server.stop() }
        for status in [429, 503] { server.answer("/\(status)", .text(status, [("Retry-After", value)], "")) }
        for status in [429, 503] {
            let hook = try channel(["url": .string(server.url("/\(status)"))])
            guard case .tryAgain(_, let wait) = await hook.send(letter()) else {
                Issue.record("\(status) is worth another try")
                continue
            }
            #expect(seconds == 0 ? wait == nil || wait == .seconds(3_600) : wait == .seconds(seconds))
        }
    }

    @Test func `D05 broken, endless and silent answers are tried again`() async throws {
        let server = try FixtureServer()
        defer { server.stop() }
        server.answer("/reset", .init(steps: [.reset]))
        server.answer("/half", .raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"))
        server.answer("/long", .text(200, [], String(repeating: "x", count: 10_000_000)))
        for path in ["/reset", "/half", "/long"] {
            let hook = try channel(["url": .string(server.url(path))])
            guard case .tryAgain(let answer, nil) = await hook.send(letter()) else {
                Issue.record("\(path) is worth another try")
                continue
            }
            #expect(answer.error?.isEmpty == false && answer.text.utf8.count <= Message.Answer.textLimit)
        }
    }

    @Test func `D09 nothing from outside reaches a header`() async throws {
        let server = try FixtureServer()
        defer { server.stop() }
        let hook = try channel(["url": .string(server.url("/hook"))])
        let odd = Letter(
            id: MessageID(rawValue: "msg_\r\nX-Evil: 1"), kind: .alert, group: "topic=a\r\nb", body: [], attempt: 1,
            now: Timestamp(seconds: 1))
        guard case .tryAgain = await hook.send(odd) else {
            Issue.record("a header with a line break is not sent")
            return
        }
        #expect(server.requests.isEmpty)
    }

    @Test func `T53 the path of an address, which may be a token, is in no answer`() async throws {
        let server = try FixtureServer()
        defer { server.stop() }
        let path = "/services/T0/verysecrettoken"
        server.answer(path, .text(403, [], "no entry for \(path)"))
        let hook = try channel(["url": .string(server.url(path))])
        guard case .refused(let answer) = await hook.send(letter()) else {
            Issue.record("403 is a refusal")
            return
        }
        #expect(!answer.text.contains("verysecrettoken") && !(answer.error ?? "").contains("verysecrettoken"))
    }

    @Test(arguments: [
        ("url", "ftp://example.org/"), ("url", "not an address"), ("url", "http://example.org/hook"),
        ("secret", "abc"), ("secret", "whsec_dG9vIHNob3J0"), ("secret", "whsec_%%%"),
    ])
    func `wrong settings are told without their value`(name: String, value: String) {
        var values: [String: JSONValue] = ["url": "https://example.org/hook"]
        values[name] = .string(value)
        do {
            _ = try channel(values)
            Issue.record("accepted")
        } catch let error as ChannelError {
            guard case .badSetting(let setting, let reason) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(setting == name && !reason.contains(value))
        } catch {
            Issue.record("\(error)")
        }
    }
}
