import Foundation
import WireAlerts
import WireFetch
import WireModel
import WireStore
import WireStoreSQLite

/// Delivers to `floors/sink.c` from a fresh database, and prints figures as `name=number`.
///
///     DeliverBenchmark latency|rate|bad|flood FOLDER PORT SLOW_PORT COUNT < what the sink tells
///
/// - `latency`: COUNT urgent alerts, one after the other: milliseconds from the decision, before it is stored, to the first byte at the sink.
/// - `rate`: COUNT alerts wait for each of 100 channels; seconds until all are delivered.
/// - `good`: the same for 98 channels; `bad`: for 98 of 100, of which one refuses connections and one answers after many seconds.
/// - `one`: COUNT alerts of one channel.
/// - `flood`: COUNT alerts of one topic at once; bytes of memory more than before them.
@main
struct DeliverBenchmark {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 6, let port = Int(arguments[3]), let slow = Int(arguments[4]),
            let count = Int(arguments[5])
        else {
            print("usage: DeliverBenchmark latency|one|rate|good|bad|flood FOLDER PORT SLOW_PORT COUNT")
            exit(2)
        }
        let store = try await SQLiteStore(folder: arguments[2])
        let bench = Bench(store: store, port: port, slowPort: slow)
        switch arguments[1] {
        case "latency": try await bench.latency(count)
        case "one": try await bench.drain(channels: 1, good: 1, alerts: count)
        case "rate": try await bench.drain(channels: 100, good: 100, alerts: count)
        case "good": try await bench.drain(channels: 98, good: 98, alerts: count)
        case "bad": try await bench.drain(channels: 100, good: 98, alerts: count)
        case "flood": try await bench.flood(count)
        default: exit(2)
        }
        try await store.close()
    }
}

/// The sink's word of each request, in turn: when its first byte came, ns.
private func nextArrival() -> UInt64 {
    var time: UInt64 = 0
    let count = withUnsafeMutableBytes(of: &time) { read(0, $0.baseAddress, 8) }
    guard count == 8 else { fatalError("the sink is gone") }
    return time
}

private func monotonic() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

private func cpuSeconds() -> Double {
    var usage = rusage()
    getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    return seconds(usage.ru_utime) + seconds(usage.ru_stime)
}

private func peakBytes() -> Int {
    var usage = rusage()
    getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss * 1_024
}

private struct Bench: Sendable {
    let store: SQLiteStore
    let port: Int
    let slowPort: Int

    private func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000)
    }

    // MARK: Works

    func latency(_ count: Int) async throws {
        let feed = try await feed()
        let dispatcher = try dispatcher(["c0": port], isOneShot: false)
        let work = Task { await dispatcher.run() }
        try await Task.sleep(for: .milliseconds(300))
        var spans: [Double] = []
        for number in 0..<count {
            let start = monotonic()
            try await raise(number..<(number + 1), in: feed, to: ["c0"], groups: { "topic=t\($0)" })
            let arrival = await withCheckedContinuation { continuation in
                Thread.detachNewThread { continuation.resume(returning: nextArrival()) }
            }
            spans.append(Double(arrival - start) / 1e6)
            // Its end is noted before the next one comes, as between alerts of a day.
            try await Task.sleep(for: .milliseconds(5))
        }
        work.cancel()
        _ = await work.value
        spans.sort()
        print("p50=\(spans[count / 2]) p99=\(spans[count * 99 / 100]) most=\(spans[count - 1])")
    }

    func drain(channels: Int, good: Int, alerts: Int) async throws {
        let feed = try await feed()
        let names = (0..<channels).map { "c\($0)" }
        var ports: [String: Int] = [:]
        // Port 1 refuses.
        for (number, name) in names.enumerated() { ports[name] = number < good ? port : number == good ? 1 : slowPort }
        for first in stride(from: 0, to: alerts, by: 100) {
            try await raise(first..<min(first + 100, alerts), in: feed, to: names, groups: { "topic=t\($0)" })
        }
        let dispatcher = try dispatcher(ports, isOneShot: false)
        let (start, cpu) = (monotonic(), cpuSeconds())
        let work = Task { await dispatcher.run() }
        let deliveries = good * alerts
        let end = await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                var last: UInt64 = 0
                for _ in 0..<deliveries { last = max(last, nextArrival()) }
                continuation.resume(returning: last)
            }
        }
        let used = cpuSeconds() - cpu
        work.cancel()
        let tally = await work.value
        if good == channels, tally.failed > 0 { fatalError("\(tally.failed) attempts failed") }
        print("count=\(deliveries) wall=\(Double(end - start) / 1e9) cpu=\(used)")
    }

    func flood(_ count: Int) async throws {
        let feed = try await feed()
        let dispatcher = try dispatcher(["c0": port], isOneShot: true)
        let held = peakBytes()
        for first in stride(from: 0, to: count, by: 50) {
            try await raise(first..<min(first + 50, count), in: feed, to: ["c0"], groups: { _ in "topic=flood" })
        }
        let raised = peakBytes()
        let tally = await dispatcher.run()
        print("delivered=\(tally.delivered) raising=\(raised - held) more=\(peakBytes() - held)")
    }

    // MARK: Parts

    private func dispatcher(_ ports: [String: Int], isOneShot: Bool) throws -> OutboxDispatcher {
        let outside = Outside(http: CurlClient(options: .init(addressGuard: .operatorEndpoints)), version: "0")
        let channels = try ports.map { name, port in
            let settings = ChannelSettings(name: name, values: ["url": .string("http://127.0.0.1:\(port)/hook")])
            return (name, try WebhookChannel(settings, outside) as any WireAlerts.Channel)
        }
        var settings = AlertSettings()
        settings.inhibition = nil
        return OutboxDispatcher(
            store: store, channels: Dictionary(uniqueKeysWithValues: channels), settings: settings,
            isOneShot: isOneShot,
            now: now)
    }

    private func feed() async throws -> FeedID {
        let address = "https://news.example/feed.xml"
        let feeds = try await store.declare(
            [FeedDeclaration(address: address, source: .remote(url: address), title: "News")], now: now())
        return feeds[0].feed.id
    }

    /// Stores an article for each number, with an urgent alert for each channel.
    private func raise(
        _ numbers: Range<Int>, in feed: FeedID, to channels: [String], groups: (Int) -> String
    ) async throws {
        let now = now()
        let state = FeedState()
        var write = CycleWrite(
            check: FeedCheck(feed: feed, started: now, outcome: .modified, status: 200, bytes: 1_000), state: state)
        for number in numbers {
            var item = Item(id: "urn:\(number)")
            item.url = "https://news.example/\(number)"
            item.title = "River rises after the rain, number \(number)"
            item.contentText = Array(
                repeating: "The water stands higher than it has for years, and nobody knows when it will fall.",
                count: 30
            ).joined(separator: " ")
            let article = Article(id: store.ids.next(at: now), feed: feed, item: item, seen: now)
            let digest = Digest(of: item.id)
            write.new.append(
                NewArticle(
                    article, identity: ArticleIdentity(key: digest, link: nil, fingerprint: digest),
                    textDigest: item.textDigest))
            let topic = String(groups(number).dropFirst(6))
            let span = Span(field: "title", offset: 0, length: 5, text: "River")
            let match = NewMatch(
                Match(
                    topic: topic, queryHash: "sha256:0", score: 1, sentence: "River rises after the rain.",
                    clauses: [MatchedClause(clause: "river", spans: [span])]),
                id: store.ids.next(at: now), article: article.id, revision: 1, severity: .urgent)
            write.matches.append(match)
            let alert = Alert(
                id: store.ids.next(at: now), match: match.id, article: article.id, revision: 1, topic: topic,
                topicName: topic, feed: feed, severity: .urgent, textGroup: nil, created: now, muting: nil)
            write.alerts.append(
                NewAlert(
                    alert,
                    deliveries: channels.map {
                        Delivery(
                            id: store.ids.next(at: now), subject: .alert(alert.id), channel: $0, group: groups(number),
                            created: now)
                    }))
        }
        _ = try await store.apply(write)
    }
}
