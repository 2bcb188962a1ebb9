import Foundation
import Glibc
import Testing
import WireModel

@testable import WireAlerts

/// The command channel with real programs.
@Suite(.timeLimit(.minutes(2)))
final class CommandTests: Sendable {
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("command-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    private func channel(_ command: [String], timeout: Double? = nil) throws -> CommandChannel {
        var values: [String: JSONValue] = ["command": .array(command.map(JSONValue.string))]
        if let timeout { values["timeout"] = .number(timeout) }
        return try CommandChannel(ChannelSettings(name: "desk", values: values), WebhookTests.outside())
    }

    private func script(_ text: String) throws -> String {
        let file = folder.appendingPathComponent("script")
        try Data("#!/bin/sh\n\(text)\n".utf8).write(to: file)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
        return file.path
    }

    private func letter(_ channel: CommandChannel, _ message: AlertMessage = MailSamples.typical) throws -> Letter {
        Letter(
            id: message.id, kind: message.kind, group: message.group, body: try channel.render(message), attempt: 1,
            now: MailSamples.now)
    }

    private func run(_ text: String, arguments: [String] = [], timeout: Double? = nil) async throws -> DeliveryResult {
        let channel = try channel([try script(text)] + arguments, timeout: timeout)
        return await channel.send(try letter(channel))
    }

    private func content(of name: String) -> String {
        (try? String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)) ?? ""
    }

    // MARK: What it gets

    @Test func `the message comes as JSON on standard input`() async throws {
        let result = try await run("cat > '\(folder.path)/got'")
        #expect(result == .delivered(Message.Answer(status: 0)))
        let got = try JSONReader.read(Array(content(of: "got").utf8))
        #expect(got["id"] == "msg_01ARZ3NDEKTSV4RRFFQ69G5FAV" && got["type"] == "alert.created")
        #expect(got["data"]?["count"]?.integer == 27 && got["data"]?["alerts"]?.array?.count == 4)
        #expect(got["title"]?.string?.hasPrefix("URGENT Floods: 27 articles") == true)
        #expect(got["text"]?.string?.contains("«River» bursts its banks") == true)
    }

    @Test func `the arguments are fixed and the environment holds PATH alone`() async throws {
        let result = try await run(
            #"printf '%s\n' "$@" > '\#(folder.path)/arguments'; /usr/bin/env > '\#(folder.path)/environment'; pwd"#,
            arguments: ["--to", "two words", "$(touch /tmp/never)", "'; true", "*"])
        #expect(result == .delivered(Message.Answer(status: 0, text: "/")))
        #expect(content(of: "arguments") == "--to\ntwo words\n$(touch /tmp/never)\n'; true\n*\n")
        // PWD, SHLVL and _ are the shell's own.
        let names = content(of: "environment").split(separator: "\n").map { String($0.prefix { $0 != "=" }) }
        #expect(Set(names).subtracting(["PWD", "SHLVL", "_", "OLDPWD"]) == ["PATH"])
    }

    @Test func `no descriptor of ours is inherited`() async throws {
        let open = try #require(FileHandle(forReadingAtPath: "/etc/passwd"))
        defer { try? open.close() }
        let result = try await run("ls /proc/self/fd | tr '\\n' ' '")
        // 3 is the listing's own.
        #expect(result == .delivered(Message.Answer(status: 0, text: "0 1 2 3")))
    }

    @Test func `D09 hostile titles stay inside the JSON`() async throws {
        let hostile = [
            "a\r\nb\u{0}c\u{2028}d", "\u{1B}[31mred\u{7}", String(repeating: "long ", count: 200_000),
            "\u{202E}drowkcab", "👩‍👩‍👧‍👦 \"; rm -rf / #", "{\"id\": \"msg_other\"}",
        ]
        let message = MailSamples.message(hostile.enumerated().map { MailSamples.item($1, number: Int64($0)) })
        let channel = try channel(["/usr/bin/tee", folder.appendingPathComponent("got").path])
        let letter = try letter(channel, message)
        #expect(letter.body.count < 100_000 && letter.body.count { $0 == UInt8(ascii: "\n") } == 1)
        #expect(!letter.body.contains { $0 < 0x20 && $0 != UInt8(ascii: "\n") })
        guard case .delivered = await channel.send(letter) else {
            Issue.record("not delivered")
            return
        }
        let got = try JSONReader.read(Array(content(of: "got").utf8))
        #expect(got["id"] == "msg_01ARZ3NDEKTSV4RRFFQ69G5FAV")
        let titles = got["data"]?["alerts"]?.array?.compactMap { $0["article"]?["title"]?.string }
        #expect(titles?.first == hostile[0] && titles?.count == 6)
        let text = got["text"]?.string ?? ""
        #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" || $0.value == 0x202E })
    }

    // MARK: How it ends

    @Test(arguments: [
        (0, "delivered"), (75, "again"), (1, "refused"), (2, "refused"), (126, "refused"), (255, "refused"),
    ])
    func `each exit code has its meaning`(code: Int, verdict: String) async throws {
        let result = try await run("echo out; echo 'went wrong' >&2; exit \(code)")
        let error = code == 0 ? nil : "exit code \(code)"
        let answer = Message.Answer(status: code, text: "went wrong", error: error)
        switch verdict {
        case "delivered": #expect(result == .delivered(answer))
        case "again": #expect(result == .tryAgain(answer))
        default: #expect(result == .refused(answer))
        }
    }

    @Test func `a command that is killed is refused`() async throws {
        let result = try await run("kill -9 $$")
        #expect(result == .refused(Message.Answer(error: "it was ended by signal 9")))
    }

    @Test func `a command that does not read its input ends as any other`() async throws {
        #expect(try await run("exec <&-; exit 0") == .delivered(Message.Answer(status: 0)))
    }

    @Test func `the end of a long complaint is kept, harmless`() async throws {
        let result = try await run(
            #"i=0; while [ $i -lt 3000 ]; do echo "é line $i" >&2; i=$((i+1)); done; printf '\033[31mlast\n' >&2; exit 1"#
        )
        guard case .refused(let answer) = result else {
            Issue.record("\(result)")
            return
        }
        #expect(answer.text.hasSuffix("line 2999 [31mlast") && answer.text.utf8.count <= Message.Answer.textLimit)
        #expect(!answer.text.contains("\u{FFFD}") && answer.text.utf8.allSatisfy { $0 >= 0x20 })
    }

    @Test func `a command that runs too long is ended with all that it started`() async throws {
        let start = ContinuousClock.now
        let result = try await run(
            """
            trap '' TERM
            (trap '' TERM; sleep 97.25) &
            echo $! > '\(folder.path)/child'
            echo waiting >&2
            sleep 97.25
            """, timeout: 1)
        #expect(
            result == .tryAgain(Message.Answer(text: "waiting", error: "it ran longer than 1s and was ended")))
        #expect(ContinuousClock.now - start < .seconds(30))
        let child = content(of: "child").trimmingCharacters(in: .whitespacesAndNewlines)
        #expect(!child.isEmpty && !isRunning(child), "the child of the command is gone too")
    }

    @Test func `a command that closes its outputs and stays is ended too`() async throws {
        let result = try await run("exec >&- 2>&-; sleep 77.5", timeout: 1)
        #expect(result == .tryAgain(Message.Answer(error: "it ran longer than 1s and was ended")))
    }

    @Test func `what a command leaves behind holds nothing up`() async throws {
        let start = ContinuousClock.now
        let result = try await run("setsid sleep 40 & echo $! > '\(folder.path)/left'; echo done >&2", timeout: 60)
        #expect(result == .delivered(Message.Answer(status: 0, text: "done")))
        #expect(ContinuousClock.now - start < .seconds(30))
        if let left = Int32(content(of: "left").trimmingCharacters(in: .whitespacesAndNewlines)) { kill(left, SIGKILL) }
    }

    @Test func `a command that writes without end is ended`() async throws {
        let result = try await run("yes", timeout: 30)
        guard case .refused(let answer) = result else {
            Issue.record("\(result)")
            return
        }
        #expect(answer.error == "it wrote more than 1048576 bytes and was ended")
    }

    @Test func `a command that has vanished is tried again`() async throws {
        let file = try script("exit 0")
        let channel = try channel([file])
        try FileManager.default.removeItem(atPath: file)
        guard case .tryAgain(let answer, nil) = await channel.send(try letter(channel)) else {
            Issue.record("it may come back")
            return
        }
        #expect(answer.error?.hasPrefix("it cannot be run: ") == true)
    }

    @Test func `its end is known whenever it comes`() async throws {
        let channel = try channel([try script("echo end >&2; exit 3")])
        let letter = try letter(channel)
        for _ in 0..<50 {
            let result = await channel.send(letter)
            #expect(result == .refused(Message.Answer(status: 3, text: "end", error: "exit code 3")))
        }
    }

    @Test func `breaking it off ends the command`() async throws {
        let channel = try channel([try script("echo $$ > '\(folder.path)/pid'; sleep 77.75")])
        let letter = try letter(channel)
        let task = Task { await channel.send(letter) }
        while content(of: "pid").isEmpty { try await Task.sleep(for: .milliseconds(20)) }
        task.cancel()
        guard case .tryAgain = await task.value else {
            Issue.record("it is to be made again")
            return
        }
        #expect(!isRunning(content(of: "pid").trimmingCharacters(in: .whitespacesAndNewlines)))
    }

    /// A zombie is gone: it waits for whoever adopted it.
    private func isRunning(_ pid: String) -> Bool {
        guard let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return false }
        return !status.contains(") Z ")
    }

    // MARK: Settings

    @Test(arguments: [
        (["ring.sh"], "there is no program “ring.sh”"), (["./ring.sh"], "write it from / on"),
        (["/no/such/file"], "is no file that this user may run"), (["/etc"], "is no file that this user may run"),
        (["/usr/bin/logger -t wire"], "[/usr/bin/logger, -t, wire]"), ([], "names no program"),
        (["/bin/sh", "a\u{0}b"], "holds a NUL"),
    ])
    func `wrong commands are told with the way out`(command: [String], reason: String) throws {
        do throws(ChannelError) {
            _ = try CommandChannel(
                ChannelSettings(name: "desk", values: ["command": .array(command.map(JSONValue.string))]),
                WebhookTests.outside())
            Issue.record("accepted")
        } catch {
            #expect(error.description.hasPrefix("command: ") && error.description.contains(reason))
        }
    }

    @Test(arguments: [0, 0.5, 101]) func `a time limit is one within the lease`(seconds: Double) {
        #expect(throws: ChannelError.badSetting(name: "timeout", reason: "it is not 1s to 100s")) {
            try channel(["/bin/true"], timeout: seconds)
        }
    }

    @Test func `a name is found where programs are`() async throws {
        let channel = try channel(["true"])
        #expect(await channel.send(try letter(channel)) == .delivered(Message.Answer(status: 0)))
    }
}
