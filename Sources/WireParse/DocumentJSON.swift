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
        let (description, items, problems) = normalized(feed, url: url, now: now)
        var members = description.jsonMembers
        members["schema_version"] = .integer(schemaVersion)
        members["items"] = .array(items.map(\.json))
        members["problems"] = list(problems)
        return .object(members)
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
        let (description, items, problems) = normalized(feed, url: url, now: now)
        var text = feed.format.rawValue
        if let version = feed.version { text += " " + version }
        text += ", \(items.count) item" + (items.count == 1 ? "" : "s")
        text += ", " + counts(of: problems)
        if let title = description.title { text += ": " + title }
        return text
    }

    private static func normalized(
        _ feed: ParsedFeed, url: String?, now: Timestamp
    ) -> (FeedDescription, [Item], [Problem]) {
        let normalizer = Normalizer(url: url)
        var problems = feed.problems
        let description = normalizer.description(of: feed, problems: &problems)
        var places: [String: Place] = [:]
        let items = feed.entries.map { entry in
            let item = normalizer.item(entry, of: feed, problems: &problems)
            problems += remarks(on: item, entry, &places, now)
            return item
        }
        return (description, items, problems)
    }

    /// An id that an earlier item has, and times that lie ahead.
    private static func remarks(
        on item: Item, _ entry: ParsedEntry, _ places: inout [String: Place], _ now: Timestamp
    ) -> [Problem] {
        var remarks: [Problem] = []
        if let first = places[item.id] {
            let id = item.id.count > 100 ? item.id.prefix(100) + "…" : item.id
            remarks.append(
                Problem(
                    .idDuplicate,
                    "The id \"\(id)\" is also that of "
                        + (first.line > 0 ? "the item in line \(first.line)." : "an earlier item."),
                    at: entry.id?.place ?? entry.place))
        } else {
            places[item.id] = entry.place
        }
        for time in [item.published, item.updated].compactMap({ $0 }).withoutDuplicates where time > now + Limits.future
        {
            let place = entry.dates.first { DateParser.parse($0.text) == time }?.place ?? entry.place
            remarks.append(Problem(.dateFuture, "The time \(time) lies more than a day ahead.", at: place))
        }
        return remarks
    }

    private static func counts(of problems: [Problem]) -> String {
        let names: [(Problem.Severity, String)] = [(.error, "error"), (.warning, "warning"), (.info, "remark")]
        let told = names.compactMap { severity, name -> String? in
            let count = problems.count { $0.severity == severity }
            return count == 0 ? nil : "\(count) \(name)" + (count == 1 ? "" : "s")
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
