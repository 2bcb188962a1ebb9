import WireModel
import WireStore

/// The Prometheus text (exposition format 0.0.4). No label has more values than there are channels.
struct MetricsText {
    /// What is asked of the store for each page.
    struct Stock: Sendable {
        let queue: OutboxQueue
        let databaseBytes: Int
        let channels: [ChannelHealth]
        let leases: [PushLease]
    }

    private var text = ""

    static func text(_ telemetry: Telemetry, _ stock: Stock, now: Timestamp) -> String {
        var page = MetricsText()
        let counts = telemetry.counts
        page.gauge("wirewatch_feeds", "Listed feeds by state.", label: "state", counts.feeds)
        page.counter(
            "wirewatch_checks_total", "Checks of feeds by outcome.", label: "outcome",
            counts.checks.map { ($0.key.rawValue, $0.value) })
        page.head("wirewatch_stage_seconds", "histogram", "Seconds that checks spent in each stage.")
        for stage in Stage.allCases {
            if let histogram = counts.stages[stage] {
                page.histogram("wirewatch_stage_seconds", histogram, label: "stage=\"\(stage.rawValue)\"")
            }
        }
        page.counter("wirewatch_articles_total", "New articles.", counts.articles)
        page.counter("wirewatch_revisions_total", "Edits of known articles.", counts.revisions)
        page.counter("wirewatch_matches_total", "Articles that met a topic, once for each topic.", counts.matches)
        page.counter(
            "wirewatch_alerts_total", "Alerts raised by severity.", label: "severity",
            Severity.allCases.map { ($0.rawValue, counts.alerts[$0] ?? 0) })
        page.head("wirewatch_deliveries_total", "counter", "Attempts to send a message, by channel and how they ended.")
        for (channel, states) in counts.deliveries.sorted(by: { $0.key < $1.key }) {
            for (state, count) in states.sorted(by: { $0.key < $1.key }) {
                page.line(
                    "wirewatch_deliveries_total", "channel=\"\(escaped(channel))\",state=\"\(state)\"", "\(count)")
            }
        }
        page.outbox(stock, now: now)
        page.gauge(
            "wirewatch_leases", "Subscriptions at hubs by state.", label: "state", leases(stock.leases, at: now))
        page.head("wirewatch_delay_seconds", "histogram", "Seconds from an article's publication to its match.")
        page.histogram("wirewatch_delay_seconds", counts.delay, label: nil)
        page.gauge("wirewatch_database_bytes", "Bytes of the database with its journal.", stock.databaseBytes)
        if let last = counts.lastSuccess {
            page.gauge(
                "wirewatch_last_success_timestamp_seconds", "When a feed was last checked with success.",
                Int(last.milliseconds / 1_000))
        }
        page.process(started: telemetry.started)
        return page.text
    }

    private static func leases(_ leases: [PushLease], at now: Timestamp) -> [String: Int] {
        var counts = ["active": 0, "pending": 0, "over": 0]
        for lease in leases {
            counts[lease.isActive(at: now) ? "active" : lease.isPending(at: now) ? "pending" : "over", default: 0] += 1
        }
        return counts
    }

    private mutating func outbox(_ stock: Stock, now: Timestamp) {
        gauge(
            "wirewatch_delivery_queue", "Alerts and notices on their way, once for each channel.",
            stock.queue.deliveries)
        let age = stock.queue.oldest.map { max(0, Int((now - $0).components.seconds)) } ?? 0
        gauge("wirewatch_queue_age_seconds", "Age of the oldest of them.", age)
        gauge(
            "wirewatch_channel_up", "1 for a channel whose last attempt succeeded, 0 for one that fails or is off.",
            label: "channel",
            Dictionary(stock.channels.map { ($0.channel, $0.isOff || $0.failures > 0 ? 0 : 1) }) { first, _ in first })
    }

    private mutating func process(started: Timestamp) {
        let facts = ProcessFacts.now
        head("process_cpu_seconds_total", "counter", "Seconds of processor time.")
        line("process_cpu_seconds_total", nil, "\(facts.processorSeconds)")
        gauge("process_resident_memory_bytes", "Bytes of memory resident.", facts.residentBytes)
        gauge("process_open_fds", "Open descriptors.", facts.descriptors)
        gauge("process_threads", "Threads.", facts.threads)
        gauge("process_start_time_seconds", "When the service began.", Int(started.milliseconds / 1_000))
    }
}

// MARK: - Forms

extension MetricsText {
    private mutating func head(_ name: String, _ type: String, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
    }

    private mutating func line(_ name: String, _ labels: String?, _ value: String) {
        text += labels.map { "\(name){\($0)} \(value)\n" } ?? "\(name) \(value)\n"
    }

    private mutating func counter(_ name: String, _ help: String, _ value: Int) {
        head(name, "counter", help)
        line(name, nil, "\(value)")
    }

    private mutating func counter(_ name: String, _ help: String, label: String, _ values: [(String, Int)]) {
        head(name, "counter", help)
        for (key, value) in values.sorted(by: { $0.0 < $1.0 }) {
            line(name, "\(label)=\"\(MetricsText.escaped(key))\"", "\(value)")
        }
    }

    private mutating func gauge(_ name: String, _ help: String, _ value: Int) {
        head(name, "gauge", help)
        line(name, nil, "\(value)")
    }

    private mutating func gauge(_ name: String, _ help: String, label: String, _ values: [String: Int]) {
        head(name, "gauge", help)
        for (key, value) in values.sorted(by: { $0.key < $1.key }) {
            line(name, "\(label)=\"\(MetricsText.escaped(key))\"", "\(value)")
        }
    }

    private mutating func histogram(_ name: String, _ histogram: Histogram, label: String?) {
        let prefix = label.map { $0 + "," } ?? ""
        var total = 0
        for (bound, count) in zip(histogram.bounds, histogram.counts) {
            total += count
            line(name + "_bucket", "\(prefix)le=\"\(bound)\"", "\(total)")
        }
        total += histogram.counts.last ?? 0
        line(name + "_bucket", "\(prefix)le=\"+Inf\"", "\(total)")
        line(name + "_sum", label, "\(histogram.sum)")
        line(name + "_count", label, "\(total)")
    }

    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { out, character in
            switch character {
            case "\\": out += "\\\\"
            case "\"": out += "\\\""
            case "\n": out += "\\n"
            default: out.append(character)
            }
        }
    }
}
