import Foundation
import Testing
import WireModel
import WireTesting

@testable import WireAlerts

/// The journal's channel against a real datagram socket, read as the journal reads it.
@Suite(.timeLimit(.minutes(2)))
struct JournaldTests {
    private func channel(_ path: String, _ more: [String: JSONValue] = [:]) throws(ChannelError) -> JournaldChannel {
        let values: [String: JSONValue] = ["socket": .string(path)]
        return try JournaldChannel(
            ChannelSettings(name: "desk", values: values.merging(more) { $1 }), WebhookTests.outside())
    }

    private func letter(_ channel: JournaldChannel, _ message: AlertMessage) throws -> Letter {
        Letter(
            id: message.id, kind: message.kind, group: message.group, body: try channel.render(message), attempt: 1,
            now: MailSamples.now)
    }

    private func told(_ message: AlertMessage, _ more: [String: JSONValue] = [:]) async throws -> [[String: String]] {
        let journal = try JournalReader()
        let channel = try channel(journal.path, more)
        let letter = try letter(channel, message)
        let reader = Task.detached {
            var all: [[String: String]] = []
            while !Task.isCancelled {
                all += journal.all()
                try? await Task.sleep(for: .milliseconds(2))
            }
            return all + journal.all()
        }
        #expect(await channel.send(letter) == .delivered(Message.Answer()))
        reader.cancel()
        return await reader.value
    }

    @Test func `each alert is an entry with fields`() async throws {
        let entries = try await told(MailSamples.typical)
        #expect(entries.count == 5)
        #expect(
            entries.first == [
                "MESSAGE":
                    "Floods: River bursts its banks, three villages flooded (Example News · 1 Mar 2026, 11:00 UTC) https://news.example/a",
                "MESSAGE_ID": JournaldChannel.messageIDs["alert.created"] ?? "", "PRIORITY": "2",
                "SYSLOG_IDENTIFIER": "wirewatch", "WW_ALERT_ID": "1", "WW_ARTICLE_ID": "1", "WW_CHANNEL": "desk",
                "WW_DELIVERY_ID": "msg_01ARZ3NDEKTSV4RRFFQ69G5FAV",
                "WW_EXCERPT":
                    "The «river» Ouse rose by two metres overnight and «flooded» the lower town, the council said.",
                "WW_FEED": "Example News", "WW_FEED_ID": "1", "WW_FEED_URL": "https://news.example/feed",
                "WW_LINK": "https://news.example/a", "WW_REASON": "river NEAR/9 flood* ← River, flooded",
                "WW_SEVERITY": "urgent", "WW_TIME": "2026-03-01T11:00:00Z",
                "WW_TITLE": "River bursts its banks, three villages flooded", "WW_TOPIC": "Floods",
                "WW_TOPIC_ID": "floods", "WW_TYPE": "alert.created",
            ])
        #expect(entries.prefix(4).map { $0["PRIORITY"] } == ["2", "4", "5", "6"])
        #expect(entries.last?["WW_COUNT"] == "27" && entries.last?["WW_HIDDEN"] == "23")
        #expect(entries.last?["MESSAGE_ID"] == JournaldChannel.messageIDs["alert.summary"])
    }

    @Test func `a notice has a text of several lines`() async throws {
        let notice = Notice(
            id: NoticeID(rawValue: 7), kind: .feedFailing, subject: "https://a.example/feed", severity: .high,
            title: "A feed fails", text: "Since Monday.\nSee to it.", created: MailSamples.now)
        let message = MailSamples.message([], kind: .notice(.feedFailing, isCleared: false), notice: notice)
        let entry = try #require(try await told(message, ["identifier": "wires"]).first)
        #expect(entry["WW_TEXT"] == "Since Monday.\nSee to it." && entry["SYSLOG_IDENTIFIER"] == "wires")
        #expect(entry["MESSAGE"] == "A feed fails" && entry["WW_CLEARED"] == "0" && entry["PRIORITY"] == "4")
        #expect(entry["MESSAGE_ID"] == JournaldChannel.messageIDs["feed.failing"])
        let test = try await told(MailSamples.message([], kind: .test))
        #expect(test.map { $0["MESSAGE_ID"] } == [JournaldChannel.messageIDs["endpoint.test"]])
    }

    @Test func `what is too large for a datagram comes in a sealed file`() async throws {
        let journal = try JournalReader()
        let long = String(repeating: "A line of the notice.\n", count: 30_000)
        let notice = Notice(
            id: NoticeID(rawValue: 7), kind: .feedGone, subject: "x", title: "Gone", text: long,
            created: MailSamples.now)
        let channel = try channel(journal.path)
        let message = MailSamples.message([], kind: .notice(.feedGone, isCleared: false), notice: notice)
        #expect(await channel.send(try letter(channel, message)) == .delivered(Message.Answer()))
        let entry = try #require(journal.next())
        #expect(entry.isFile && entry.fields["WW_TEXT"] == String(long.dropLast()))
        #expect(entry.fields["MESSAGE"] == "Gone" && journal.next() == nil)
    }

    @Test func `D09 nothing from outside makes a field`() async throws {
        let hostile = [
            "a\nPRIORITY=0\nb\r\u{0}c\u{2028}d", "\u{1B}[31mred\u{7}", String(repeating: "long ", count: 200_000),
            "\u{202E}drowkcab", "👩‍👩‍👧‍👦 العربية = x", "=",
        ]
        let items = hostile.enumerated().map {
            MailSamples.item($1, sentence: $1, topicName: "T\nPRIORITY=0", number: Int64($0))
        }
        let entries = try await told(MailSamples.message(items))
        #expect(entries.count == 6 && entries.allSatisfy { $0["PRIORITY"] == "4" && $0["BREACH"] == nil })
        #expect(entries.first?["WW_TITLE"] == "a PRIORITY=0 b c d" && entries[4]["WW_TITLE"] == "👩‍👩‍👧‍👦 العربية = x")
        for entry in entries {
            #expect(Set(entry.keys) == Set(entries[0].keys))
            #expect(entry.values.allSatisfy { $0.utf8.allSatisfy { $0 >= 0x20 } && $0.utf8.count < 2_000 })
        }
    }

    // MARK: Trouble

    @Test func `a journal that is not there is tried again`() async throws {
        let channel = try channel("/tmp/no-such-journal")
        let result = await channel.send(try letter(channel, MailSamples.typical))
        #expect(
            result
                == .tryAgain(
                    Message.Answer(
                        error: "the journal at /tmp/no-such-journal takes nothing: No such file or directory")))
    }

    @Test func `a journal that reads nothing holds nothing up`() async throws {
        let journal = try JournalReader()
        let channel = try channel(journal.path)
        let message = MailSamples.message((0..<20).map { MailSamples.item("Title \($0)", number: $0) })
        let start = ContinuousClock.now
        // Its queue takes some datagrams only (net.unix.max_dgram_qlen), or as many as the memory of the sender's socket.
        var result = DeliveryResult.delivered(Message.Answer())
        for _ in 0..<200 where result == .delivered(Message.Answer()) {
            result = await channel.send(try letter(channel, message))
        }
        #expect(
            result
                == .tryAgain(
                    Message.Answer(
                        error: "the journal at \(journal.path) takes nothing: Resource temporarily unavailable")))
        #expect(ContinuousClock.now - start < .seconds(40))
    }

    @Test func `the manual lists every kind of event`() throws {
        let root = URL(fileURLWithPath: #filePath).appendingPathComponent("../../..").standardized
        let manual = try String(contentsOf: root.appendingPathComponent("docs/alerts.md"), encoding: .utf8)
        for (event, id) in JournaldChannel.messageIDs {
            #expect(manual.contains("| `\(id)` | `\(event)` |"))
            #expect(id.wholeMatch(of: /[0-9a-f]{32}/) != nil)
        }
        #expect(Set(JournaldChannel.messageIDs.values).count == JournaldChannel.messageIDs.count)
        for kind in Notice.Kind.allCases { #expect(JournaldChannel.messageIDs[kind.rawValue] != nil, "\(kind)") }
    }

    @Test(arguments: ["journal", "/" + String(repeating: "x", count: 107)])
    func `wrong settings are told`(path: String) {
        do throws(ChannelError) {
            _ = try channel(path)
            Issue.record("accepted")
        } catch {
            #expect(error.description.hasPrefix("socket: it is not a whole path"))
        }
    }
}
