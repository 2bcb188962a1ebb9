import Foundation
import Testing
import WireModel
import WireParse

@testable import WireAlerts

/// The feeds of alerts: real files, read by our own parser and by xmllint.
@Suite(.timeLimit(.minutes(2)))
final class OutfeedTests: Sendable {
    private let folder: String

    init() {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("outfeed-\(UUID().uuidString)").path
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private func channel(_ more: [String: JSONValue] = [:], name: String = "desk") throws -> OutfeedChannel {
        let values: [String: JSONValue] = ["folder": .string(folder)]
        return try OutfeedChannel(
            ChannelSettings(name: name, values: values.merging(more) { $1 }), WebhookTests.outside())
    }

    private func letter(_ channel: OutfeedChannel, _ message: AlertMessage) throws -> Letter {
        Letter(
            id: message.id, kind: message.kind, group: message.group, body: try channel.render(message), attempt: 1,
            now: MailSamples.now)
    }

    /// By a channel of its own, as after a restart.
    private func tell(_ message: AlertMessage, _ more: [String: JSONValue] = [:]) async throws {
        let channel = try channel(more)
        let result = await channel.send(try letter(channel, message))
        #expect(result == .delivered(Message.Answer()))
    }

    private func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)")))
    }

    /// Both forms as our own parser reads them; they must be without a problem and say the same.
    private func read(_ name: String) throws -> (title: String?, items: [Item]) {
        var readings: [(title: String?, items: [Item])] = []
        for ending in ["atom", "json"] {
            let document = FetchedDocument(bytes: try bytes("\(name).\(ending)"), url: "https://feeds.example/\(name)")
            let feed = try FeedParser().parse(document)
            var problems: [Problem] = []
            let normalizer = Normalizer(url: "https://feeds.example/\(name)")
            let description = normalizer.description(of: feed, problems: &problems)
            let items = feed.entries.map { normalizer.item($0, of: feed, problems: &problems) }
            #expect(problems.isEmpty && feed.problems.isEmpty, "\(ending): \(problems) \(feed.problems)")
            readings.append((description.title, items))
        }
        try lint("\(name).atom")
        let (atom, json) = (readings[0], readings[1])
        #expect(atom.title == json.title && atom.items.map(\.id) == json.items.map(\.id))
        #expect(atom.items.map(\.title) == json.items.map(\.title) && atom.items.map(\.url) == json.items.map(\.url))
        #expect(atom.items.map(\.contentHTML) == json.items.map(\.contentHTML))
        #expect(atom.items.map(\.published) == json.items.map(\.published))
        return json
    }

    private func lint(_ name: String) throws {
        let process = Process()
        let complaints = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["xmllint", "--noout", "--nonet", "\(folder)/\(name)"]
        process.standardError = complaints
        try process.run()
        let said = complaints.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(String(decoding: said, as: UTF8.self))")
    }

    // MARK: What is told

    @Test func `a topic has a feed in Atom and in JSON Feed`() async throws {
        try await tell(MailSamples.message([MailSamples.typical.items[0]]), ["url": "https://example.org/feeds"])
        let feed = try read("floods")
        #expect(feed.title == "Floods")
        let item = try #require(feed.items.first)
        #expect(item.title == "River bursts its banks, three villages flooded" && item.url == "https://news.example/a")
        #expect(item.published == MailSamples.now - .seconds(3_600) && item.updated == MailSamples.now)
        #expect(item.authors.first?.name == "Example News")
        let html = try #require(item.contentHTML)
        #expect(html.contains("The <mark>river</mark> Ouse rose") && html.contains("and <mark>flooded</mark> the"))
        #expect(html.contains("Example News · 1 Mar 2026, 11:00 UTC"))
        #expect(html.contains("Floods (urgent): river NEAR/9 flood* ← River, flooded"))
        let form = /urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/
        #expect(item.id.wholeMatch(of: form) != nil)
        let atom = String(decoding: try bytes("floods.atom"), as: UTF8.self)
        #expect(atom.contains("<source><id>https://news.example/feed</id><title>Example News</title>"))
        #expect(atom.contains("<link rel=\"self\" href=\"https://example.org/feeds/floods.atom\"/>"))
        let json = try JSONReader.read(try bytes("floods.json"))
        #expect(json["feed_url"] == "https://example.org/feeds/floods.json")
        let facts = json["items"]?.array?.first?["_wirewatch"]
        #expect(facts?["topic"] == "floods" && facts?["severity"] == "urgent" && facts?["alert"]?.string != nil)
    }

    @Test func `each topic has its own`() async throws {
        let items = [
            MailSamples.item("One", number: 1), MailSamples.item("Two", topic: "fires", topicName: "Fires", number: 2),
            MailSamples.item("Three", topic: "überschwemmung-北京", topicName: "Überschwemmung", number: 3),
            MailSamples.item("Four", topic: "../../etc/passwd", topicName: "Odd", number: 4),
        ]
        try await tell(MailSamples.message(items), ["url": "https://example.org/feeds/"])
        #expect(try read("floods").items.map(\.title) == ["One"] && read("fires").items.map(\.title) == ["Two"])
        #expect(try read("überschwemmung-北京").items.map(\.title) == ["Three"])
        let json = try JSONReader.read(try bytes("überschwemmung-北京.json"))
        #expect(json["feed_url"]?.string?.hasSuffix("/%C3%BCberschwemmung-%E5%8C%97%E4%BA%AC.json") == true)
        let odd = OutfeedDocument.fileName(of: "../../etc/passwd")
        #expect(odd.hasPrefix("topic-") && !odd.contains("/"))
        #expect(try read(odd).title == "Odd")
    }

    @Test func `what is not told in full, notices and tests have entries`() async throws {
        try await tell(MailSamples.typical)
        let rest = try #require(try read("floods").items.last)
        #expect(rest.title?.contains("27 articles") == true)
        #expect(rest.contentHTML?.contains("and 23 more: https://wirewatch.example/topics/floods") == true)
        let notice = Notice(
            id: NoticeID(rawValue: 7), kind: .feedFailing, subject: "https://a.example/feed", severity: .high,
            title: "A feed fails", text: "Since Monday.\nSee to it.", created: MailSamples.now)
        try await tell(MailSamples.message([], kind: .notice(.feedFailing, isCleared: false), notice: notice))
        try await tell(MailSamples.message([], id: "msg_test", kind: .test))
        let service = try read("_wirewatch")
        #expect(service.items.map(\.title) == ["Test of channel “desk”", "A feed fails"])
        #expect(service.items.last?.contentHTML?.contains("See to it.") == true)
    }

    // MARK: What is kept

    @Test func `new entries come before the old ones, which are kept over a restart`() async throws {
        for number in 1...5 {
            try await tell(
                MailSamples.message([MailSamples.item("Title \(number)", number: Int64(number))], id: "msg_\(number)"))
        }
        #expect(try read("floods").items.map(\.title) == (1...5).reversed().map { "Title \($0)" })
    }

    @Test func `a message that comes twice changes nothing`() async throws {
        try await tell(MailSamples.message([MailSamples.item("One"), MailSamples.item("Two", number: 2)]))
        let before = (try bytes("floods.atom"), try bytes("floods.json"))
        let written =
            try FileManager.default.attributesOfItem(atPath: "\(folder)/floods.json")[.systemFileNumber] as? Int
        try await tell(MailSamples.message([MailSamples.item("One"), MailSamples.item("Two", number: 2)]))
        #expect(try bytes("floods.atom") == before.0 && bytes("floods.json") == before.1)
        let now = try FileManager.default.attributesOfItem(atPath: "\(folder)/floods.json")[.systemFileNumber] as? Int
        #expect(written != nil && written == now, "readers that ask by date see no change")
    }

    @Test func `a crash between the two files is mended by the next attempt`() async throws {
        try await tell(MailSamples.message([MailSamples.item("One")], id: "msg_1"))
        let json = try bytes("floods.json")
        try await tell(MailSamples.message([MailSamples.item("Two", number: 2)], id: "msg_2"))
        // As if it had ended before the second file was replaced.
        try Data(json).write(to: URL(fileURLWithPath: "\(folder)/floods.json"))
        try await tell(MailSamples.message([MailSamples.item("Two", number: 2)], id: "msg_2"))
        #expect(try read("floods").items.map(\.title) == ["Two", "One"])
    }

    @Test func `the number of entries is bounded`() async throws {
        for number in 1...7 {
            try await tell(
                MailSamples.message([MailSamples.item("Title \(number)", number: Int64(number))], id: "msg_\(number)"),
                ["entries": .integer(3)])
        }
        #expect(try read("floods").items.map(\.title) == ["Title 7", "Title 6", "Title 5"])
    }

    @Test func `many writers at once lose nothing`() async throws {
        let channels = try (0..<4).map { try channel(name: "desk\($0)") }
        await withTaskGroup { group in
            for number in 1...40 {
                group.addTask {
                    let channel = channels[number % 4]
                    let message = MailSamples.message(
                        [MailSamples.item("Title \(number)", number: Int64(number))], id: "msg_\(number)")
                    guard let letter = try? self.letter(channel, message) else { return }
                    let result = await channel.send(letter)
                    #expect(result == .delivered(Message.Answer()))
                }
            }
        }
        #expect(Set(try read("floods").items.map(\.title)).count == 40)
        let left = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        #expect(left == [".lock", "floods.atom", "floods.json"])
    }

    @Test func `a reader never sees half a file`() async throws {
        try await tell(MailSamples.message([MailSamples.item("Title 0")], id: "msg_0"))
        let folder = folder
        let reader = Task.detached {
            var looks = 0
            repeat {
                let data = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/floods.json"))
                _ = try JSONReader.read(Array(data))
                looks += 1
            } while !Task.isCancelled
            return looks
        }
        for number in 1...60 {
            try await tell(
                MailSamples.message([MailSamples.item("Title \(number)", number: Int64(number))], id: "msg_\(number)"))
        }
        reader.cancel()
        #expect(try await reader.value > 0)
    }

    // MARK: Trouble

    @Test(arguments: ["not JSON", "{\"version\":\"https://jsonfeed.org/version/1.1\",\"items\":[{\"id\":1}]}", ""])
    func `a file that is no feed of ours is kept aside and told of`(content: String) async throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data(content.utf8).write(to: URL(fileURLWithPath: "\(folder)/floods.json"))
        let channel = try channel()
        let result = await channel.send(try letter(channel, MailSamples.message([MailSamples.item("One")])))
        #expect(
            result
                == .delivered(Message.Answer(text: "floods.json was no feed of ours; it is kept as floods.json.broken"))
        )
        #expect(try bytes("floods.json.broken") == Array(content.utf8))
        #expect(try read("floods").items.map(\.title) == ["One"])
    }

    @Test func `a folder that cannot be written is told and tried again`() async throws {
        try Data().write(to: URL(fileURLWithPath: folder))
        let channel = try channel()
        guard case .tryAgain(let answer, nil) = await channel.send(try letter(channel, MailSamples.typical)) else {
            Issue.record("it may be mended")
            return
        }
        #expect(answer.error?.contains(folder) == true)
    }

    @Test func `a write that fails leaves the old files as they were`() async throws {
        try await tell(MailSamples.message([MailSamples.item("One")], id: "msg_1"))
        let before = try bytes("floods.json")
        try FileManager.default.createDirectory(
            atPath: "\(folder)/.floods.json.new/x", withIntermediateDirectories: true)
        let channel = try channel()
        let message = MailSamples.message([MailSamples.item("Two", number: 2)], id: "msg_2")
        guard case .tryAgain(let answer, nil) = await channel.send(try letter(channel, message)) else {
            Issue.record("it may be mended")
            return
        }
        #expect(answer.error?.contains("cannot be written") == true)
        #expect(try bytes("floods.json") == before)
        try FileManager.default.removeItem(atPath: "\(folder)/.floods.json.new")
        try await tell(message)
        #expect(try read("floods").items.map(\.title) == ["Two", "One"])
    }

    @Test func `D09 hostile titles stay text`() async throws {
        let hostile = [
            "a\r\nb\u{0}c\u{2028}d", "]]> </title><script>alert(1)</script>", "\u{1B}[31m\u{FFFE}\u{FFFF}\u{B}",
            String(repeating: "long ", count: 200_000), "\u{202E}drowkcab\u{2066}", "👩‍👩‍👧‍👦 العربية & <b>bold</b>",
        ]
        let items = hostile.enumerated().map { number, title in
            MailSamples.item(
                title, sentence: title, marking: ["long", "bold"], topicName: "T<opic> & \u{7}",
                url: number == 1 ? "javascript:alert(1)" : "https://news.example/?a=1&b='2'", number: Int64(number))
        }
        try await tell(MailSamples.message(items))
        let feed = try read("floods")
        #expect(feed.title == "T<opic> & " || feed.title == "T<opic> &")
        #expect(feed.items.count == 6)
        for item in feed.items {
            #expect(item.title?.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x202E } == false)
            #expect(item.contentHTML?.contains("<script") == false)
            #expect((item.contentHTML ?? "").utf8.count < 5_000)
        }
        #expect(feed.items[1].url == nil && feed.items[0].url == "https://news.example/?a=1&b='2'")
        #expect(feed.items[5].contentHTML?.contains("&lt;b&gt;<mark>bold</mark>") == true)
    }

    @Test(arguments: [("folder", "feeds"), ("entries", "0"), ("entries", "1001")])
    func `wrong settings are told`(name: String, value: String) throws {
        let wrong = Int64(value).map(JSONValue.integer) ?? .string(value)
        do throws(ChannelError) {
            _ = try OutfeedChannel(
                ChannelSettings(name: "desk", values: ["folder": "/tmp/x"].merging([name: wrong]) { $1 }),
                WebhookTests.outside())
            Issue.record("accepted")
        } catch {
            #expect(error.description.hasPrefix("\(name): it is not "))
        }
    }
}
