import Foundation
import Testing
import WireFetch
import WireModel
import WireStore

@testable import WireAlerts
@testable import WireDaemon

struct ChannelSettingsTests {
    private func read(_ text: String) -> SettingsFile {
        SettingsFile(text: text, name: "/etc/wirewatch/wirewatch.yaml", kinds: [PostChannel.self])
    }

    private var outside: Outside { Outside(http: CurlClient(), version: "0") }

    @Test func readsWhatTheManualShows() throws {
        let file = read(
            """
            alerts:
              group_by: [topic, feed]
              group_wait: 45s
              group_interval: 10m
              repeat_interval: 4h
              quiet_hours: {days: [mon-fri, sunday], from: 22:00, to: "07:00", zone: Europe/London}
              inhibit: off
              flood: {count: 7, within: 1h}
            channels:
              desk:
                kind: post
                default: true
                street: Main Street
                token: file:hook.secret
                office: https://example.org/hook
                stamps: 3
                express: yes
                names: [Ann, Bob]
                patience: 90s
                topics: [floods]
                severity: high
                feeds: [folder/politics]
                digest: {at: "08:30", zone: Europe/Berlin, days: [sat, sun]}
                templates: {title: "{{topic}}"}
            retention: {messages: {done: 3d, dead: 2w}}
            web: {public_url: "https://news.example.org/"}
            """)
        #expect(file.problems.map(\.text) == [])
        let alerts = file.settings.alerts
        let london = try #require(ClockZone("Europe/London"))
        #expect(file.settings.groupBy == [.topic, .feed])
        #expect(alerts.groupWait == .seconds(45))
        #expect(alerts.groupInterval == .seconds(600))
        #expect(alerts.repeatInterval == .seconds(14_400))
        #expect(alerts.quietHours == [.init(days: [0, 1, 2, 3, 4, 5], from: 1_320, to: 420, zone: london)])
        #expect(alerts.inhibition == nil)
        #expect(alerts.floodCount == 7 && alerts.floodSpan == .seconds(3_600))
        #expect(alerts.keepDone == .seconds(3 * 86_400) && alerts.keepDead == .seconds(14 * 86_400))
        #expect(alerts.publicURL == "https://news.example.org")
        let berlin = try #require(ClockZone("Europe/Berlin"))
        #expect(alerts.digests == ["desk": .init(days: [6, 0], at: 510, zone: berlin)])

        let channel = try #require(file.settings.channels.first)
        #expect(channel.values["token"] == .string("file:/etc/wirewatch/hook.secret"))
        #expect(channel.values["patience"] == .number(90))
        let topic = Topic(id: "floods", name: "Floods", query: "flood", severity: .high)
        let routing = file.settings.routing(for: [topic])
        #expect(
            routing.routes == [
                .init(
                    channel: "desk", isDefault: true, topics: ["floods"], severity: .high, feeds: ["folder/politics"])
            ])
    }

    @Test func readsHowLongArticlesAreKept() {
        let file = read(
            """
            retention:
              folders: {sport: {age: 30d}, folder/wire/a: {per_feed: off}}
              age: off
              per_feed: 100
              keep_flagged: false
            """)
        #expect(file.problems.map(\.text) == [])
        let retention = file.settings.retention
        #expect(!retention.keepsFlagged && retention.limits == .init(age: nil, perFeed: 100))
        #expect(retention.folders["sport"] == .init(age: .seconds(30 * 86_400), perFeed: 100))
        #expect(retention.folders["wire/a"] == .init(age: nil, perFeed: nil))
        let wrong = read("retention: {age: 3h, per_feed: 0, folders: {sport: {agee: 1d}}}")
        #expect(wrong.problems.filter(\.isError).map { $0.place?.column } == [18, 32, 53])
        #expect(wrong.problems.last?.hint == "did you mean \"age\"?")
    }

    /// The settings of one channel, what is said of them, and where.
    @Test(arguments: [
        ("kind: pots", "4:11: error: \"pots\" is no kind of channel", "did you mean \"post\"?"),
        ("street: a", "2:3: error: channel \"desk\" has no kind", "write  kind:  and one of post"),
        ("kind: post", "2:3: error: channel \"desk\" (post) needs \"street\"", "street: where it goes"),
        (
            "kind: post\n    street: a\n    tokn: env:A", "6:5: error: unknown setting \"tokn\"",
            "did you mean \"token\"?"
        ),
        ("kind: post\n    street: ''", "5:13: error: \"street\" is empty", nil),
        ("kind: post\n    street: \"a\\r\\nBcc: b\"", "5:13: error: \"street\" holds a line break", nil),
        ("kind: post\n    street: a\n    stamps: many", "6:13: error: \"stamps\" must be a whole number", nil),
        ("kind: post\n    street: a\n    express: fast", "6:14: error: \"express\" must be true or false", nil),
        (
            "kind: post\n    street: a\n    office: ftp://x", "6:13: error: \"office\" is no address",
            "office: an address"
        ),
        ("kind: post\n    street: a\n    patience: soon", "6:15: error: \"patience\" is not a time span", nil),
        ("kind: post\n    street: [a]", "5:13: error: \"street\" must be a text, not a list", nil),
        (
            "kind: post\n    street: a\n    severity: hihg", "6:15: error: \"hihg\" is no severity",
            "did you mean \"high\"?"
        ),
        (
            "kind: post\n    street: a\n    digest: {at: 25:00}", "6:18: error: \"at\" is no time of the day: 25:00",
            nil
        ),
        (
            "kind: post\n    street: a\n    digest: {at: 8:00, zone: Europe/Belrin}",
            "6:30: error: \"Europe/Belrin\" is no time zone", "did you mean \"Europe/Berlin\"?"
        ),
        (
            "kind: post\n    street: a\n    digest: {zone: UTC}", "6:13: error: \"digest\" needs a time",
            "write  digest: {at: \"08:00\", zone: Europe/Berlin}"
        ),
    ])
    func tellsPlaceCauseAndWayOut(lines: String, problem: String, hint: String?) throws {
        let file = read("channels:\n  desk:\n    default: true\n    \(lines)\n")
        let error = try #require(file.problems.first { $0.isError })
        #expect(error.text.hasPrefix("/etc/wirewatch/wirewatch.yaml:" + problem))
        if let hint { #expect(error.hint == hint) }
        #expect(file.problems.count(where: \.isError) == 1)
    }

    @Test(arguments: [
        ("group_by: [topik]", "\"topik\"", "did you mean \"topic\"?"),
        ("group_wiat: 3s", "\"group_wiat\"", "did you mean \"group_wait\"?"),
        ("quiet_hours: {from: 22:00}", "needs from and to", nil),
        ("quiet_hours: {from: 22:00, to: 7:00, days: [someday]}", "\"someday\"", nil),
        ("quiet_hours: [{from: 1:00, to: 2:00, zone: Londn}]", "\"Londn\"", "did you mean \"Europe/London\"?"),
        ("flood: {count: 0}", "\"count\" must be", nil),
        ("repeat_interval: 1s", "too short", nil),
    ])
    func tellsWhatIsWrongWithAlerts(line: String, part: String, hint: String?) throws {
        let file = read("alerts:\n  \(line)\n")
        let error = try #require(file.problems.first { $0.isError })
        #expect(error.message.contains(part))
        #expect(error.place?.line == 2)
        if let hint { #expect(error.hint == hint) }
    }

    @Test func knowsTopicsAndChannelsByEachOther() {
        let file = read(
            "channels:\n  desk:\n    kind: post\n    default: true\n    street: a\n    topics: [Floods, fiers]\n")
        let topics = [
            Topic(id: "floods", name: "Floods", query: "flood", notify: ["dsek"]),
            Topic(id: "fires", name: "Fires", query: "fire", notify: ["desk"]),
        ]
        let problems = file.settings.routingProblems(for: topics)
        #expect(problems.map(\.isError) == [true, false])
        #expect(problems[0].message == "topic \"Floods\" notifies \"dsek\", which is no channel")
        #expect(problems[0].hint == "did you mean \"desk\"?")
        #expect(problems[1].place?.line == 6)
        #expect(problems[1].hint == "did you mean \"Fires\"?")
        #expect(file.settings.routing(for: topics).routes.first?.topics == ["floods"])
    }

    @Test func tellsWhenNobodyWouldHear() {
        let file = read("channels:\n  desk: {kind: post, street: a}\n")
        #expect(file.problems.map(\.isError) == [false])
        #expect(file.problems.first?.message.hasPrefix("no channel is a default one") == true)
    }

    @Test func resolvesSecretsWhenChannelsAreMade() throws {
        let folder = NSTemporaryDirectory() + "wirewatch-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try Data("s3cret\r\n\n".utf8).write(to: URL(fileURLWithPath: folder + "/hook"))
        let file = SettingsFile(
            text: """
                channels:
                  good: {kind: post, default: true, street: a, token: "file:hook"}
                  plain: {kind: post, street: a, token: hunter2}
                  lost: {kind: post, street: a, token: "file:none"}
                  bad: {kind: post, street: nowhere, token: "file:hook"}
                  torn: {kind: post, street: a, templates: {text: "{{"}}
                """, name: folder + "/wirewatch.yaml", kinds: [PostChannel.self])
        #expect(file.problems.map(\.isError) == [false])
        #expect(file.problems.first?.place?.line == 3)
        let book = ChannelBook(file.settings, outside: outside, kinds: [PostChannel.self])
        #expect((book.channels["good"] as? PostChannel)?.settings.text("token") == "s3cret")
        #expect((book.channels["plain"] as? PostChannel)?.settings.text("token") == "hunter2")
        #expect(book.channels.keys.sorted() == ["good", "plain"])
        #expect(book.problems.map { $0.place?.line } == [4, 5, 6])
        #expect(book.problems[0].message.contains("\(folder)/none: cannot be opened: "))
        let said = (file.problems + book.problems).map(\.text).joined()
        #expect(!said.contains("s3cret") && !said.contains("hunter2"))
    }

    @Test(arguments: [
        ("env:TOKEN", "abc"), ("credential:hook", nil), ("credential:../hook", nil), ("env:NONE", nil),
        ("env:EMPTY", nil), ("env:LINES", nil),
    ])
    func readsSecrets(reference: String, value: String?) throws {
        let environment = ["TOKEN": "abc\n", "EMPTY": "\n", "LINES": "a\nb", "CREDENTIALS_DIRECTORY": "/nonexistent"]
        let secret = try #require(SecretReference(reference))
        #expect((try? secret.read(environment: environment)) == value)
    }

    @Test func showsSettingsWithoutSecrets() throws {
        let file = read("fetch: {proxy: 'http://me:pass@proxy.example:3128'}\n")
        let text = SettingsText.text(of: file.settings, locations: Locations(choices: .init()))
        #expect(!text.contains("pass"))
        #expect(text.contains("http://(hidden)@proxy.example:3128"))
        let again = read(text)
        #expect(again.problems.filter(\.isError).isEmpty)
        #expect(again.settings.alerts == file.settings.alerts)
    }

    @Test(arguments: [
        ("mon", [1]), ("Fri-Mon", [0, 1, 5, 6]), ("sun-sat", [0, 1, 2, 3, 4, 5, 6]), ("mon-mon", [1]),
        ("wednesday", [3]),
    ])
    func readsDays(text: String, days: [Int]) { #expect(WeekText.days(text) == Set(days)) }

    @Test(arguments: [
        ("00:00", 0), ("7:05", 425), ("24:00", 0), ("24:01", nil), ("7", nil), ("07:5", nil), ("-1:00", nil),
    ])
    func readsTimesOfDay(text: String, minute: Int?) { #expect(WeekText.minute(text) == minute) }

    @Test func writesDays() {
        #expect(WeekText.text(of: [0, 1, 2, 3, 4, 5, 6]) == ["mon-sun"])
        #expect(WeekText.text(of: [1, 2, 3, 6]) == ["mon-wed", "sat"])
        #expect(WeekText.text(of: [5, 6, 0]) == ["fri-sun"])
        #expect(WeekText.text(ofMinute: 65) == "01:05")
    }
}
