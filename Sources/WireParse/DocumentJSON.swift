public import WireModel

/// A document as `wirewatch parse` prints it (`parse-output.md`).
public enum DocumentJSON {
    public enum Limits {
        /// More problems than this are not listed.
        public static let problems = 1_000
        /// A time further ahead than this is remarked upon.
        public static let future = Duration.seconds(86_400)
    }

    public static let schemaVersion: Int64 = 1

    /// The whole document with all its items.
    ///
    /// - Parameters:
    ///   - url: the address it was fetched from; nil for the one the document carries.
    ///   - now: times more than a day after it give the remark `date_future`.
    public static func document(of feed: ParsedFeed, url: String? = nil, now: Timestamp) -> JSONValue {
        var pass = ItemPass(feed, url: url, now: now)
        var members = pass.description.jsonMembers
        members["schema_version"] = .integer(schemaVersion)
        members["items"] = .array(feed.entries.indices.map { pass.item($0).json })
        members["problems"] = list(pass.problems)
        return .object(members)
    }

    /// The text of `document(of:url:now:)`, handed over in parts: no more than one item is held at a time.
    public static func write(
        _ feed: ParsedFeed, url: String? = nil, now: Timestamp, to sink: (_ part: [UInt8]) -> Void
    ) {
        var pass = ItemPass(feed, url: url, now: now)
        var members = pass.description.jsonMembers
        members["schema_version"] = .integer(schemaVersion)
        // The keys' order puts what the items tell of problems behind them.
        members["items"] = .null
        members["problems"] = .null
        var out = Array("{".utf8)
        for (index, key) in members.keys.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }).enumerated() {
            if index > 0 { out.append(UInt8(ascii: ",")) }
            JSONValue.writeString(key, to: &out)
            out.append(UInt8(ascii: ":"))
            switch key {
            case "items":
                out.append(UInt8(ascii: "["))
                for entry in feed.entries.indices {
                    if entry > 0 { out.append(UInt8(ascii: ",")) }
                    pass.item(entry).json.write(to: &out)
                    sink(out)
                    out.removeAll(keepingCapacity: true)
                }
                out.append(UInt8(ascii: "]"))
            case "problems": list(pass.problems).write(to: &out)
            default: members[key]?.write(to: &out)
            }
        }
        out.append(UInt8(ascii: "}"))
        sink(out)
    }

    /// What is printed for a document that is no feed.
    public static func document(of error: ParseError) -> JSONValue {
        var object = JSONObjectBuilder()
        object.set("format", ParsedFeed.Format.unknown.rawValue)
        object.set("encoding", error.encoding)
        for key in ["authors", "categories", "contributors", "hubs", "items", "links"] { object.list(key, []) }
        object.set("schema_version", JSONValue.integer(schemaVersion))
        object.set("problems", list(error.problems))
        return object.value
    }

    /// One line: format, number of items, problems, title.
    public static func summary(of feed: ParsedFeed, url: String? = nil, now: Timestamp) -> String {
        var pass = ItemPass(feed, url: url, now: now)
        for index in feed.entries.indices { _ = pass.item(index) }
        var text = feed.format.rawValue
        if let version = feed.version { text += " " + version }
        text += ", " + counted(feed.entries.count, "item")
        text += ", " + counts(of: pass.problems)
        if let title = pass.description.title { text += ": " + title }
        return text
    }

    private static func counts(of problems: [Problem]) -> String {
        let names: [(Problem.Severity, String)] = [(.error, "error"), (.warning, "warning"), (.info, "remark")]
        let told = names.compactMap { severity, name -> String? in
            let count = problems.count { $0.severity == severity }
            return count == 0 ? nil : counted(count, name)
        }
        return told.isEmpty ? "no problems" : told.joined(separator: ", ")
    }

    /// In document order, those without a place first; exact duplicates dropped.
    private static func list(_ problems: [Problem]) -> JSONValue {
        let none = Place(line: 0)
        let ordered = problems.withoutDuplicates.enumerated().sorted {
            ($0.element.place ?? none, $0.offset) < ($1.element.place ?? none, $1.offset)
        }
        return .array(ordered.prefix(Limits.problems).map(\.element.json))
    }
}

/// Makes the items of a feed in turn, and gathers what is wrong with them.
private struct ItemPass {
    let description: FeedDescription
    private(set) var problems: [Problem]
    private let feed: ParsedFeed
    private let normalizer: Normalizer
    private let now: Timestamp
    /// Where the first item of each id stands.
    private var places: [String: Place] = [:]

    init(_ feed: ParsedFeed, url: String?, now: Timestamp) {
        self.feed = feed
        self.now = now
        normalizer = Normalizer(url: url)
        problems = feed.problems
        description = normalizer.description(of: feed, problems: &problems)
    }

    mutating func item(_ index: Int) -> Item {
        let item = normalizer.item(feed.entries[index], of: feed, problems: &problems)
        remark(on: item, feed.entries[index])
        return item
    }

    /// An id that an earlier item has, and times that lie ahead.
    private mutating func remark(on item: Item, _ entry: ParsedEntry) {
        if let first = places[item.id] {
            let id = item.id.count > 100 ? item.id.prefix(100) + "…" : item.id
            problems.append(
                Problem(
                    .idDuplicate,
                    "The id \"\(id)\" is also that of "
                        + (first.line > 0 ? "the item in line \(first.line)." : "an earlier item."),
                    at: entry.id?.place ?? entry.place))
        } else {
            places[item.id] = entry.place
        }
        let ahead = now + DocumentJSON.Limits.future
        for time in [item.published, item.updated].compactMap({ $0 }).withoutDuplicates where time > ahead {
            let place = entry.dates.first { DateParser.parse($0.text) == time }?.place ?? entry.place
            problems.append(Problem(.dateFuture, "The time \(time) lies more than a day ahead.", at: place))
        }
    }
}

extension Problem {
    public var json: JSONValue {
        var object = JSONObjectBuilder()
        object.set("severity", severity.rawValue)
        object.set("code", code.rawValue)
        object.set("message", message)
        object.set("line", line)
        object.set("column", column)
        return object.value
    }
}
