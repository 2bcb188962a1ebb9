public import WireModel

/// A backtest as people and programs read it; the samples are for whoever prints articles.
extension Backtest {
    private enum Chart {
        /// Lines of the chart.
        static let lines = 62
        /// Columns of the longest bar.
        static let bar = 50
    }

    /// Hits and messages in sentences, then a bar for each day; several days share a bar if there are many.
    public var chart: String {
        let rate = { (count: Int) in Backtest.oneDigit(Double(count) / span) }
        var lines = [
            "\(counted(hits.count, "hit")) in \(counted(days.count, "day")), \(rate(hits.count)) a day; "
                + "\(counted(messages, "message")) after grouping, \(rate(messages)) a day", "",
        ]
        let step = max(1, (days.count + Chart.lines - 1) / Chart.lines)
        let bars = stride(from: 0, to: days.count, by: step).map { first in
            (
                days[first].start,
                days[first..<min(days.count, first + step)].reduce(0) { $0 + $1.hits }
            )
        }
        let most = max(1, bars.map(\.1).max() ?? 1)
        for (start, hits) in bars {
            let width = hits == 0 ? 0 : max(1, hits * Chart.bar / most)
            lines.append("\(start.dayText)  \(String(repeating: "█", count: width))\(width > 0 ? " " : "")\(hits)")
        }
        if step > 1 { lines.append("(\(step) days a line)") }
        return lines.joined(separator: "\n") + "\n"
    }

    /// What a changed topic would have flagged besides, no more, and still; nil if there is none.
    public var difference: String? {
        changed.map { _ in "\(gained.count) gained, \(lost.count) lost, \(kept) kept" }
    }

    public var json: JSONValue {
        var object = JSONObjectBuilder()
        object.set("topic", topic.id)
        object.set("query", topic.query)
        object.set("hits", .integer(Int64(hits.count)))
        object.set("hits_per_day", .number(Double(hits.count) / span))
        object.set("messages", .integer(Int64(messages)))
        object.set("messages_per_day", .number(Double(messages) / span))
        object.list(
            "days",
            days.map { ["date": .string($0.start.dayText), "hits": .integer(Int64($0.hits))] })
        object.list("samples", hits.json)
        if let changed {
            object.set(
                "against",
                [
                    "query": .string(changed.query), "gained": .integer(Int64(gained.count)),
                    "lost": .integer(Int64(lost.count)), "kept": .integer(Int64(kept)),
                    "gained_samples": .array(gained.json), "lost_samples": .array(lost.json),
                ])
        }
        return object.value
    }

    private static func oneDigit(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}

extension Backtest.Share {
    fileprivate var json: [JSONValue] { samples.map { $0.stored.json(match: $0.match) } }
}

extension Timestamp {
    /// The day in UTC: `2026-01-31`.
    fileprivate var dayText: String { String(description.prefix(10)) }
}
