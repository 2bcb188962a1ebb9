import Foundation
import Glibc
import Testing
import WireAlerts
import WireModel
import WireStore
import WireTesting

@testable import WireDaemon

/// What the service writes into the system's journal, read from a real socket.
@Suite(.timeLimit(.minutes(2)))
struct ServiceJournalTests {
    private let now = Timestamp(milliseconds: 1_772_359_200_000)

    private func told(_ news: ServiceRun.News) async throws -> [[String: String]] {
        let reader = try JournalReader()
        let journal = ServiceJournal(socket: try #require(JournalSocket(path: reader.path)))
        for entry in news.entries { #expect(await journal.write(entry)) }
        return reader.all()
    }

    private func message(_ number: UInt64 = 7) -> Message {
        Message(
            id: MessageID(high: 1, low: number), channel: "desk", group: "g", kind: .alert, attempt: 3, notBefore: now,
            body: [], count: 1, created: now)
    }

    private func report(_ address: String, _ failure: Failure? = nil, new: Int = 0, title: String? = nil) -> FeedReport
    {
        let feed = Feed(id: FeedID(rawValue: 5), address: address, source: .remote(url: address))
        let check = FeedCheck(
            feed: feed.id, started: now, outcome: failure == nil ? .modified : .failed,
            status: failure == nil ? 200 : 503,
            failure: failure)
        return FeedReport(
            feed: feed, title: title, check: check, new: new, revised: 0, unchanged: 0, nextCheck: nil, wasAsked: true,
            flagged: [])
    }

    @Test func `a feed that fails is an entry with its feed and why`() async throws {
        let failure = Failure(stage: .fetch, code: "http_status", message: "the server answers 503", isRetryable: true)
        let entries = try await told(.checked(report("https://news.example/feed", failure)))
        #expect(
            entries == [
                [
                    "MESSAGE": "failed https://news.example/feed: the server answers 503",
                    "MESSAGE_ID": ServiceEntry.Event.feedFailed.messageID, "PRIORITY": "4",
                    "SYSLOG_IDENTIFIER": "wirewatch", "WW_EVENT": "feed.failed", "WW_FEED_ID": "5",
                    "WW_FEED_URL": "https://news.example/feed", "WW_OUTCOME": "failed", "WW_STAGE": "fetch",
                    "WW_CODE": "http_status", "WW_STATUS": "503",
                ]
            ])
    }

    @Test func `a check that brings nothing says nothing`() async throws {
        #expect(try await told(.checked(report("https://news.example/feed"))).isEmpty)
    }

    @Test func `t53 a password in an address is in no entry`() async throws {
        let failure = Failure(stage: .parse, code: "not_a_feed", message: "no feed", isRetryable: false)
        for address in ["https://bob:hunter2@news.example/feed", "HTTP://bob:hunter2@News.example:8080/feed?x=1"] {
            let entries = try await told(.checked(report(address, failure, new: 1)))
            #expect(entries.count == 2)
            for entry in entries { #expect(!entry.values.contains { $0.contains("hunter2") }, "\(entry)") }
        }
    }

    @Test func `nothing from outside makes a field or a line`() async throws {
        let title = "Bad\nPRIORITY=0\u{1B}[31m\u{202E}"
        let entries = try await told(.checked(report("https://news.example/feed", new: 2, title: title)))
        #expect(entries.map { $0["MESSAGE"] } == ["Bad PRIORITY=0[31m: 2 new, 0 revised"])
        #expect(entries.map { $0["PRIORITY"] } == ["6"])
    }

    @Test func `deliveries are told with their id, also those that fail`() async throws {
        let fault = Message.Answer(status: 500, error: "the endpoint answers 500")
        let cases: [(AttemptResult.Next, Message.Answer, String, String)] = [
            (.done, Message.Answer(status: 204), "delivery.done", "7"),
            (.retry(at: now + .seconds(60)), fault, "delivery.failed", "4"),
            (.dead, fault, "delivery.dead", "3"),
        ]
        for (next, answer, event, priority) in cases {
            let message = message()
            let result = AttemptResult(message.id, next, answer: answer, at: now)
            let entry = try #require(try await told(.attempted(message, result)).first)
            #expect(entry["WW_EVENT"] == event && entry["PRIORITY"] == priority)
            #expect(entry["WW_DELIVERY_ID"] == message.id.rawValue && entry["WW_CHANNEL"] == "desk")
            #expect(entry["WW_ATTEMPT"] == "3" && entry["WW_STAGE"] == "deliver")
            #expect(entry["WW_STATUS"] == answer.status.map(String.init))
            if next != .done { #expect(entry["MESSAGE"]?.contains("the endpoint answers 500") == true) }
        }
    }

    @Test func `what files have wrong keeps its lines`() async throws {
        let entry = try #require(try await told(.notReloaded("a.yaml:1: x\nb.yaml:2: y")).first)
        #expect(entry["MESSAGE"] == "not reloaded, everything stays as it was:\na.yaml:1: x\nb.yaml:2: y")
        #expect(entry["PRIORITY"] == "3" && entry["BREACH"] == nil)
    }

    // MARK: With and without a journal

    @Test func `without a journal the printer is told, and soon`() async throws {
        let socket = try #require(JournalSocket(path: "/tmp/no-such-journal-\(UUID().uuidString)"))
        let journal = ServiceJournal(socket: socket)
        let start = ContinuousClock.now
        let entry = try #require(ServiceRun.News.ready(feeds: 1, topics: 1, channels: 1).entries.first)
        for _ in 0..<1_000 { #expect(await journal.write(entry) == false) }
        #expect(ContinuousClock.now - start < .seconds(25))
    }

    @Test func `only standard error that leads to the journal is taken for it`() throws {
        var facts = stat()
        #expect(fstat(STDERR_FILENO, &facts) == 0)
        #expect(ServiceJournal.isStream("\(facts.st_dev):\(facts.st_ino)", STDERR_FILENO))
        for wrong in [
            "", ":", "1:2:3", "x:y", "\(facts.st_dev):\(facts.st_ino + 1)", "\(facts.st_ino):\(facts.st_dev + 1)",
        ] {
            #expect(!ServiceJournal.isStream(wrong, STDERR_FILENO), "\(wrong)")
        }
        #expect(ServiceJournal(environment: [:]) == nil)
    }

    @Test func `the manual lists every kind of event`() throws {
        let root = URL(fileURLWithPath: #filePath).appendingPathComponent("../../..").standardized
        let manual = try String(contentsOf: root.appendingPathComponent("docs/operations.md"), encoding: .utf8)
        let ids = ServiceEntry.Event.allCases.map(\.messageID)
        #expect(Set(ids).count == ids.count)
        for event in ServiceEntry.Event.allCases {
            #expect(manual.contains("| `\(event.messageID)` | `\(event.rawValue)` |"), "\(event)")
            #expect(event.messageID.wholeMatch(of: /[0-9a-f]{32}/) != nil)
        }
    }
}
