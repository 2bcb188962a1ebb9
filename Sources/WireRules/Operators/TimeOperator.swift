import WireModel

/// When the article was published or first seen: published: seen:
enum TimeOperator: QueryOperator {
    static let keyword = "time"
    static let manual = OperatorManual(
        syntax:
            "published:>-2d · published:<2026-01-01 · published:2026-01-31 · published:2026-01-01/2026-01-31 · seen:…",
        summary:
            "After or before a day or a time so many hours, days or weeks ago; on a day; between two days, both included. UTC.",
        examples: [.init("barr AND published:>-2d", "Barr spoke.", matches: false)])
    static let fields: [FieldRule] = [
        FieldRule("published", sample: ">-2d") { value throws(QueryProblem) in
            .facet(TimeFacet(subject: .published, window: try TimeWindow(value)))
        },
        FieldRule("seen", sample: ">-2d") { value throws(QueryProblem) in
            .facet(TimeFacet(subject: .seen, window: try TimeWindow(value)))
        },
    ]
}

struct TimeFacet: Facet {
    enum Subject: Sendable { case published, seen }

    let subject: Subject
    let window: TimeWindow

    func state(of article: ArticleFacts) -> String {
        let time = subject == .published ? article.item.published : article.clock.seen
        return time.map { "the time is \($0)" } ?? "the article has no such time"
    }

    func holds(for article: ArticleFacts) -> Bool {
        guard let time = subject == .published ? article.item.published : article.clock.seen else { return false }
        return window.contains(time, at: article.clock.now)
    }
}

/// A span of time, fixed or counted back from now.
struct TimeWindow: Sendable, Hashable {
    enum Bound: Sendable, Hashable {
        case fixed(Timestamp)
        /// Milliseconds before now.
        case ago(Int64)

        func time(at now: Timestamp) -> Timestamp {
            switch self {
            case .fixed(let time): time
            case .ago(let milliseconds): Timestamp(milliseconds: now.milliseconds &- milliseconds)
            }
        }
    }

    /// Not before this time.
    private var from: Bound?
    /// Later than this time.
    private var after: Bound?
    /// Earlier than this time.
    private var before: Bound?

    func contains(_ time: Timestamp, at now: Timestamp) -> Bool {
        if let from, time < from.time(at: now) { return false }
        if let after, time <= after.time(at: now) { return false }
        if let before, time >= before.time(at: now) { return false }
        return true
    }

    private static let day: Int64 = 86_400_000

    init(_ value: FieldValue) throws(QueryProblem) {
        let text = value.text
        if let sign = text.first, sign == ">" || sign == "<" {
            var rest = text.dropFirst()
            let isInclusive = rest.first == "="
            if isInclusive { rest = rest.dropFirst() }
            if let span = TimeWindow.relative(rest) {
                if sign == ">" { after = .ago(span) } else { before = .ago(span) }
                return
            }
            guard let start = TimeWindow.date(rest) else { throw TimeWindow.problem(value) }
            let end = Timestamp(milliseconds: start.milliseconds + TimeWindow.day)
            switch (sign, isInclusive) {
            case (">", false): from = .fixed(end)
            case (">", true): from = .fixed(start)
            case (_, false): before = .fixed(start)
            case (_, true): before = .fixed(end)
            }
            return
        }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let first = parts.first, let last = parts.last, parts.count <= 2,
            let start = TimeWindow.date(first), let end = TimeWindow.date(last)
        else { throw TimeWindow.problem(value) }
        guard start <= end else {
            throw value.problem(
                "bad-date", "the interval \(text) ends before it begins", hint: "write \(value.field):\(last)/\(first)")
        }
        from = .fixed(start)
        before = .fixed(Timestamp(milliseconds: end.milliseconds + TimeWindow.day))
    }

    /// `-2d`: milliseconds.
    private static func relative(_ text: Substring) -> Int64? {
        guard text.first == "-", let unit = text.last, let count = Int64(text.dropFirst().dropLast()),
            (0...1_000_000).contains(count), text.dropFirst().first?.isNumber == true
        else { return nil }
        switch unit {
        case "h": return count * 3_600_000
        case "d": return count * day
        case "w": return count * 7 * day
        default: return nil
        }
    }

    /// `2026-01-31`: its first instant.
    private static func date(_ text: Substring) -> Timestamp? {
        let bytes = Array(text.utf8)
        guard bytes.count == 10, bytes[4] == 0x2D, bytes[7] == 0x2D else { return nil }
        func number(_ range: Range<Int>) -> Int? {
            bytes[range].reduce(Optional(0)) { sum, byte in
                byte >= 0x30 && byte <= 0x39 ? sum.map { $0 * 10 + Int(byte - 0x30) } : nil
            }
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10), (1...12).contains(month),
            day >= 1
        else { return nil }
        let time = Timestamp(year: year, month: month, day: day)
        let civil = time.civil.date
        return civil.month == month && civil.day == day ? time : nil
    }

    private static func problem(_ value: FieldValue) -> QueryProblem {
        let field = value.field
        if value.text.last.map({ "hdw".contains($0) }) == true,
            let digits = Int(value.text.filter { $0 >= "0" && $0 <= "9" }), digits <= 1_000_000,
            let unit = value.text.last
        {
            let sign = value.text.first == "<" ? "<" : ">"
            return value.problem(
                "bad-date", "\(value.text) is not a time that \(field): understands",
                hint: "write \(field):\(sign)-\(digits)\(unit)")
        }
        return value.problem(
            "bad-date", "\(value.text) is not a date that \(field): understands",
            hint: "write \(field):2026-01-31, \(field):>2026-01-31, \(field):2026-01-01/2026-01-31 or \(field):>-2d")
    }
}
