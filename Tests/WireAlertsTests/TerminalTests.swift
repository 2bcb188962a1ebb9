import Foundation
import Glibc
import Testing
import WireModel

@testable import WireAlerts

/// The terminal channel on a real terminal: the master's side of a pair reads what a person would see.
@Suite(.timeLimit(.minutes(2)))
struct TerminalTests {
    /// A pair of terminals, 80 columns wide unless said otherwise.
    private final class Pair: Sendable {
        let master: Int32
        let path: String

        init(columns: UInt16 = 80) throws {
            master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)
            var (lock, number): (Int32, UInt32) = (0, 0)
            // TIOCSPTLCK and TIOCGPTN of ioctl_tty(2): unlocks the other side, tells its number.
            try #require(
                master >= 0 && ioctl(master, 0x4004_5431, &lock) == 0 && ioctl(master, 0x8004_5430, &number) == 0)
            path = "/dev/pts/\(number)"
            var size = winsize(ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
            try #require(ioctl(master, UInt(TIOCSWINSZ), &size) == 0)
        }

        deinit { close(master) }

        /// What has been written so far.
        func read() -> String {
            var all: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = Glibc.read(master, &buffer, buffer.count)
                if count <= 0 { return String(decoding: all, as: UTF8.self).replacing("\r\n", with: "\n") }
                all += buffer[..<count]
            }
        }
    }

    private func channel(_ values: [String: JSONValue]) throws(ChannelError) -> TerminalChannel {
        try TerminalChannel(ChannelSettings(name: "desk", values: values), WebhookTests.outside())
    }

    private func letter(_ channel: TerminalChannel, _ message: AlertMessage) throws -> Letter {
        Letter(
            id: message.id, kind: message.kind, group: message.group, body: try channel.render(message), attempt: 1,
            now: MailSamples.now)
    }

    /// What stands on a terminal after the message.
    private func shown(
        _ message: AlertMessage, _ more: [String: JSONValue] = ["color": "always"], columns: UInt16 = 80
    ) async throws -> String {
        let pair = try Pair(columns: columns)
        let channel = try channel(["path": .string(pair.path)].merging(more) { $1 })
        let letter = try letter(channel, message)
        // A terminal holds four thousand letters or so: somebody reads it while it is written.
        let reader = Task.detached {
            var all = ""
            while !Task.isCancelled {
                all += pair.read()
                try? await Task.sleep(for: .milliseconds(2))
            }
            return all + pair.read()
        }
        #expect(await channel.send(letter) == .delivered(Message.Answer()))
        reader.cancel()
        return await reader.value
    }

    @Test func `a person sees it in colour`() async throws {
        let text = try await shown(MailSamples.message([MailSamples.typical.items[0]]))
        #expect(
            text == """
                \u{1B}[1;4mFloods · 1 article · 1 Mar 2026, 12:00 UTC\u{1B}[0m

                \u{1B}[1;31m● urgent\u{1B}[0m  \u{1B}[1;33mRiver\u{1B}[0m\u{1B}[1m bursts its banks, three villages \u{1B}[0m\u{1B}[1;33mflooded\u{1B}[0m
                  The \u{1B}[1;33mriver\u{1B}[0m Ouse rose by two metres overnight and \u{1B}[1;33mflooded\u{1B}[0m the lower town, the
                  council said.
                  Example News · 1 Mar 2026, 11:00 UTC
                  \u{1B}[4;36mhttps://news.example/a\u{1B}[0m
                  \u{1B}[2mWhy: river NEAR/9 flood* ← River, flooded\u{1B}[0m


                """)
    }

    @Test func `without colour the matched words stand in quotes`() async throws {
        let text = try await shown(MailSamples.typical, ["color": "never"], columns: 59)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines[0] == "Floods · 27 articles · 1 Mar 2026, 12:00 UTC" && lines[1] == "")
        #expect(lines[2] == "● urgent  «River» bursts its banks, three villages" && lines[3] == "  «flooded»")
        #expect(text.contains("● low  Council <b>denies</b> \"«flood»\" warning"))
        #expect(text.hasSuffix("\nand 23 more: https://wirewatch.example/topics/floods\n\n"))
        #expect(lines.allSatisfy { Paragraph.width(of: $0) <= 59 } && !text.contains("\u{2063}"))
    }

    @Test func `colours follow the terminal, a file has none`() async throws {
        #expect(
            try await shown(MailSamples.typical, [:]).contains("\u{1B}[")
                == (getenv("NO_COLOR") == nil && getenv("TERM").map { String(cString: $0) } != "dumb"))
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("terminal-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data("before\n".utf8).write(to: file)
        let channel = try channel(["path": .string(file.path), "bell": .bool(true)])
        #expect(await channel.send(try letter(channel, MailSamples.typical)) == .delivered(Message.Answer()))
        let text = try String(contentsOf: file, encoding: .utf8)
        #expect(text.hasPrefix("before\nFloods · 27 articles") && !text.contains("\u{1B}") && !text.contains("\u{7}"))
    }

    @Test func `the bell rings for urgent alerts if it is wanted`() async throws {
        let calm = MailSamples.message([MailSamples.typical.items[1]])
        #expect(try await shown(MailSamples.typical, ["bell": .bool(true)]).hasPrefix("\u{7}"))
        #expect(try await !shown(MailSamples.typical, ["bell": .bool(false)]).contains("\u{7}"))
        #expect(try await !shown(calm, ["bell": .bool(true)]).contains("\u{7}"))
    }

    @Test func `an article's own quotes stay`() async throws {
        let message = MailSamples.message([
            MailSamples.item("Le maire : « la rivière » déborde «\u{2063}x\u{2063}»", marking: ["rivière"])
        ])
        let text = try await shown(message)
        #expect(
            text.contains(
                "\u{1B}[1mLe maire : « la \u{1B}[0m\u{1B}[1;33mrivière\u{1B}[0m\u{1B}[1m » déborde «x»\u{1B}[0m"))
    }

    @Test func `D09 nothing from outside controls the terminal`() async throws {
        let hostile = [
            "a\r\nb\u{0}c\u{2028}d", "\u{1B}]0;title\u{7}\u{1B}[2J\u{9B}31m\u{90}q", "\u{202E}drowkcab\u{2066}",
            "👩‍👩‍👧‍👦 العربية", String(repeating: "long ", count: 200_000), "\u{8}\u{8}\u{7F}back", "● urgent  http://x",
        ]
        let items = hostile.enumerated().map { number, title in
            MailSamples.item(
                title, sentence: title + ".", topicName: "T\u{1B}[5m", url: "https://x/\u{1B}[2J", number: Int64(number)
            )
        }
        for color in ["always", "never"] as [JSONValue] {
            let text = try await shown(MailSamples.message(items), ["color": color])
            let ours = text.replacing(/\u{1B}\[[0-9;]*m/, with: "")
            let controls = ours.unicodeScalars.filter {
                $0 != "\n" && ($0.value < 0x20 || (0x7F..<0xA0).contains($0.value) || $0.value == 0x202E)
            }
            #expect(controls.isEmpty && text.utf8.count < 20_000)
            #expect(ours.contains("  a bc d") && ours.contains("]0;title[2J31mq") && ours.contains("👩‍👩‍👧‍👦 العربية"))
            #expect(!text.contains("\u{1B}[5m"))
        }
    }

    @Test func `notices, tests and templates`() async throws {
        let notice = Notice(
            id: NoticeID(rawValue: 7), kind: .feedFailing, subject: "https://a.example/feed", severity: .high,
            title: "A feed fails", text: "Since Monday.\nSee to it.", created: MailSamples.now)
        let message = MailSamples.message([], kind: .notice(.feedFailing, isCleared: false), notice: notice)
        #expect(
            try await shown(message, ["color": "never"])
                == "A feed fails · 1 Mar 2026, 12:00 UTC\n\nSince Monday.\n\nSee to it.\n\n")
        #expect(
            try await shown(MailSamples.message([], kind: .test), ["color": "never"])
                .hasPrefix("Test of channel “desk” · 1 Mar 2026, 12:00 UTC\n\nThis is a test."))
        #expect(
            try await shown(
                MailSamples.typical,
                [
                    "color": "never", "templates.title": "T {{count}}",
                    "templates.text": "{{#items}}{{alert}} {{/items}}",
                ])
                == "T 27\n\n1 2 3 4\n\n")
    }

    // MARK: Trouble

    @Test func `a terminal that is stopped holds nothing up`() async throws {
        let pair = try Pair()
        let other = open(pair.path, O_RDWR | O_NOCTTY | O_NONBLOCK)
        defer { close(other) }
        // As by Ctrl-S.
        try #require(tcflow(other, TCOOFF) == 0)
        let channel = try channel(["path": .string(pair.path)])
        let start = ContinuousClock.now
        let result = await channel.send(try letter(channel, MailSamples.typical))
        #expect(
            result
                == .tryAgain(Message.Answer(error: "\(pair.path) cannot be written to: Connection timed out")))
        #expect(ContinuousClock.now - start < .seconds(30))
    }

    @Test func `a terminal that is not there is told`() async throws {
        let channel = try channel(["path": "/dev/pts/no-such"])
        let result = await channel.send(try letter(channel, MailSamples.typical))
        #expect(
            result
                == .tryAgain(
                    Message.Answer(error: "/dev/pts/no-such cannot be written to: No such file or directory")))
    }

    @Test func `a disk that is full is told`() async throws {
        let channel = try channel(["path": "/dev/full"])
        let result = await channel.send(try letter(channel, MailSamples.typical))
        #expect(result == .tryAgain(Message.Answer(error: "/dev/full cannot be written to: No space left on device")))
    }

    @Test(arguments: [("path", "tty"), ("color", "red")])
    func `wrong settings are told`(name: String, value: String) {
        do throws(ChannelError) {
            _ = try channel([name: .string(value)])
            Issue.record("accepted")
        } catch {
            #expect(error.description.hasPrefix("\(name): it is not "))
        }
    }
}
