public import WireModel

/// An error or warning about a query or a topics file: what, where, and the way out (topics.md section 3).
public struct QueryProblem: Error, Hashable, Sendable {
    public enum Severity: String, Sendable { case error, warning }

    public let severity: Severity
    /// A stable word for programs, such as `mixed-and-or`.
    public let code: String
    public let message: String
    /// What to write instead; nil if the message says all.
    public let hint: String?
    /// UTF-8 offset and length in the query; nil for problems of the file around it.
    public let offset: Int?
    public let length: Int?
    /// The id of the topic; nil outside a topics file.
    public internal(set) var topic: String?
    /// The file, and line and column in it, counted from 1, columns in characters; nil outside a file.
    public internal(set) var file: String?
    public internal(set) var line: Int
    public internal(set) var column: Int
    /// The line that the problem is on, and which of its characters are meant.
    var excerpt: Excerpt?

    struct Excerpt: Hashable, Sendable {
        var text: String
        /// In characters of `text`.
        var marked: Range<Int>
    }

    public var isError: Bool { severity == .error }

    /// The problem as people read it: place, code and message, the line with its marks, the hint.
    public var text: String {
        var out = "\(file ?? "query"):\(line):\(column): \(severity.rawValue)[\(code)]: \(message)"
        if let excerpt {
            out += "\n   " + excerpt.text
            let count = max(1, excerpt.marked.count)
            out += "\n   " + String(repeating: " ", count: excerpt.marked.lowerBound)
            out += count == 1 ? "^" : String(repeating: "~", count: count)
        }
        if let hint { out += "\n   " + hint }
        return out
    }

    /// The same, for callers that have the query at hand; the problem knows it already.
    public func text(query: String) -> String { text }

    /// `{code, message, offset, length, hint, topic, file, line, column}`; what is unknown is left out.
    public var json: JSONValue {
        var object: [String: JSONValue] = [
            "code": .string(code), "message": .string(message), "line": .integer(Int64(line)),
            "column": .integer(Int64(column)),
        ]
        if let offset { object["offset"] = .integer(Int64(offset)) }
        if let length { object["length"] = .integer(Int64(length)) }
        if let hint { object["hint"] = .string(hint) }
        if let topic { object["topic"] = .string(topic) }
        if let file { object["file"] = .string(file) }
        return .object(object)
    }
}

/// Why a text is not a query: at least one error.
public struct QueryErrors: Error, Hashable, Sendable, CustomStringConvertible {
    public let problems: [QueryProblem]

    public init(_ problems: [QueryProblem]) { self.problems = problems }

    /// All problems as people read them.
    public var text: String { problems.map(\.text).joined(separator: "\n") }
    public var description: String { text }
}

extension QueryProblem {
    private enum Limits {
        /// Characters of a line that are shown around the mark.
        static let excerpt = 110
    }

    /// A problem at `range` of the UTF-8 of `query`.
    init(
        _ severity: Severity = .error, _ code: String, _ range: Range<Int>, in query: [UInt8], _ message: String,
        hint: String? = nil
    ) {
        let low = min(max(0, range.lowerBound), query.count)
        let high = min(max(low, range.upperBound), query.count)
        let newline = UInt8(ascii: "\n")
        let lineStart = query[..<low].lastIndex(of: newline).map { $0 + 1 } ?? 0
        let lineEnd = query[low...].firstIndex(of: newline) ?? query.count
        let before = String(decoding: query[lineStart..<low], as: UTF8.self)
        let meant = String(decoding: query[low..<min(high, lineEnd)], as: UTF8.self)
        let after = String(decoding: query[min(high, lineEnd)..<lineEnd], as: UTF8.self)
        self.severity = severity
        self.code = code
        self.message = message
        self.hint = hint
        offset = low
        length = high - low
        line = query[..<low].count { $0 == newline } + 1
        column = before.count + 1
        excerpt = Excerpt(before: before, meant: meant, after: after, limit: Limits.excerpt)
    }

    /// A problem at a place of a file.
    init(
        _ severity: Severity = .error, _ code: String, file: String?, line: Int, column: Int, lineText: String?,
        marked: Int = 1, topic: String? = nil, _ message: String, hint: String? = nil
    ) {
        self.severity = severity
        self.code = code
        self.message = message
        self.hint = hint
        self.topic = topic
        self.file = file
        self.line = line
        self.column = column
        offset = nil
        length = nil
        guard let lineText else { return }
        let before = String(lineText.prefix(max(0, column - 1)))
        let rest = lineText.dropFirst(max(0, column - 1))
        excerpt = Excerpt(
            before: before, meant: String(rest.prefix(marked)), after: String(rest.dropFirst(marked)),
            limit: Limits.excerpt)
    }
}

extension QueryProblem.Excerpt {
    /// The line with its mark; long lines keep what is around the mark.
    init(before: String, meant: String, after: String, limit: Int) {
        func visible(_ text: String) -> String {
            String(
                text.map { $0 == "\t" || $0.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F } ? " " : $0 }
            )
        }
        let indent = before.prefix { $0 == " " || $0 == "\t" }.count
        var lead = visible(String(before.dropFirst(indent)))
        var middle = visible(meant)
        var tail = visible(after)
        if lead.count + middle.count + tail.count > limit {
            if middle.count > limit { middle = String(middle.prefix(limit - 1)) + "…" }
            let left = max(0, limit - middle.count) / 2
            if lead.count > left { lead = "…" + lead.suffix(max(0, left - 1)) }
            let right = max(0, limit - middle.count - lead.count)
            if tail.count > right { tail = String(tail.prefix(max(0, right - 1))) + "…" }
        }
        while tail.last == " " { tail.removeLast() }
        text = lead + middle + tail
        marked = lead.count..<(lead.count + middle.count)
    }
}
