import Foundation
import Testing
import WireModel
import WireStore

@testable import WireDaemon

/// What is written about the metrics, against the page itself.
struct MetricsTests {
    /// A page on which everything has happened once.
    private var page: String {
        let now = Timestamp(milliseconds: 1_772_359_200_000)
        let telemetry = Telemetry(started: now)
        let feed = Feed(
            id: FeedID(rawValue: 1), address: "https://a.example/", source: .remote(url: "https://a.example/"))
        telemetry.note(
            FeedReport(
                feed: feed, title: nil, check: FeedCheck(feed: feed.id, started: now, outcome: .modified), new: 1,
                revised: 0, unchanged: 0, nextCheck: nil, wasAsked: true, flagged: []), at: now)
        telemetry.note(.done, of: "desk")
        let stock = MetricsText.Stock(
            queue: OutboxQueue(deliveries: 1, oldest: now), databaseBytes: 1,
            channels: [ChannelHealth(channel: "desk")],
            leases: [60, nil, -60].map { (seconds: Int64?) in
                PushLease(
                    feed: feed.id, token: "t", secret: nil, hub: "https://h.example/", topic: "https://a.example/",
                    asked: now, until: seconds.map { now + .seconds($0) })
            })
        return MetricsText.text(telemetry, stock, now: now)
    }

    private var names: Set<String> { Set(page.matches(of: /TYPE ([a-z_]+)\b/).map { String($0.1) }) }

    private func text(_ path: String) throws -> String {
        let root = URL(fileURLWithPath: #filePath).appendingPathComponent("../../..").standardized
        return try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }

    @Test(arguments: ["docs/grafana-board.json", "docs/alert-rules.yaml"])
    func `boards and rules ask for metrics that are there`(path: String) throws {
        let names = names
        let asked = try text(path).matches(of: /\b(wirewatch|process)_[a-z_]+\b/).map { String($0.0) }
        #expect(asked.count > 5)
        for name in asked {
            let plain = ["_bucket", "_sum", "_count"].first { name.hasSuffix($0) }.map {
                String(name.dropLast($0.count))
            }
            #expect(names.contains(name) || names.contains(plain ?? name), "\(name)")
        }
    }

    @Test func `subscriptions are counted by state`() {
        for state in ["active", "pending", "over"] {
            #expect(page.contains("wirewatch_leases{state=\"\(state)\"} 1\n"), "\(state)")
        }
    }

    @Test func `the manual and the board tell of every metric`() throws {
        let (manual, board) = (try text("docs/cli.md"), try text("docs/grafana-board.json"))
        for name in names where name.hasPrefix("wirewatch_") {
            #expect(manual.contains("`\(name)"), "\(name)")
            #expect(board.contains(name), "\(name)")
        }
    }

    @Test func `the board is JSON with a query in every panel`() throws {
        let board = try JSONReader.read(Array(text("docs/grafana-board.json").utf8))
        let panels = try #require(board["panels"]?.array)
        #expect(!panels.isEmpty)
        for panel in panels where panel["type"]?.string != "row" {
            let queries = panel["targets"]?.array?.compactMap { $0["expr"]?.string } ?? []
            #expect(!queries.isEmpty, "\(panel["title"]?.string ?? "")")
        }
    }
}
