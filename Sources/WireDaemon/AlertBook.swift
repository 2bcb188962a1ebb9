import Foundation
public import WireModel
public import WireStore

/// The alerts, their messages and the silences: to look at them, and for what a person does with them.
public struct AlertBook: Sendable {
    /// What an id on the command line names.
    public enum Entry: Sendable {
        case alert(AlertRecord)
        case message(Message)
    }

    private let assembly: Assembly

    public init(_ assembly: Assembly) { self.assembly = assembly }

    // MARK: looking

    /// Alerts, newest first. None if there is no database yet.
    /// - Parameter since: a span back from now (`30d`) or a date in UTC.
    public func list(_ query: AlertQuery, since: String?) async throws(AlertError) -> [AlertRecord] {
        var query = query
        if let since {
            guard let instant = ArticleSelection.instant(since, now: Clock.now()) else {
                throw .usage("--since: \"\(since)\" is neither a span nor a date; write 30d, 12h or 2026-01-31")
            }
            query.since = instant
        }
        if let topic = query.topic { query.topic = try topicID(topic) }
        if let channel = query.channel { try checkChannel(channel) }
        let wanted = query
        return try await reading { (store) throws(StoreError) in try await store.alerts(wanted) }
    }

    /// - Parameter id: an alert's number or a message's `msg_…`.
    public func entry(_ id: String) async throws(AlertError) -> Entry {
        let entry = try await reading { (store) throws(StoreError) in try await AlertBook.find(id, in: store) }
        guard let entry else { throw AlertBook.unknown(id) }
        return entry
    }

    public func silences(onlyActive: Bool) async throws(AlertError) -> [Silence] {
        let now = onlyActive ? Clock.now() : nil
        return try await reading { (store) throws(StoreError) in try await store.silences(activeAt: now) }
    }

    // MARK: doing

    /// Sends messages again under their own ids: one, or all that an alert went out with.
    /// - Returns: those that will be sent, and those that are being sent.
    public func resend(_ id: String) async throws(AlertError) -> (sent: [MessageID], busy: [MessageID]) {
        let now = Clock.now()
        let result = try await editing { (store) throws(StoreError) -> ([MessageID], [MessageID])? in
            let messages: [Message]
            switch try await AlertBook.find(id, in: store) {
            case .message(let message): messages = [message]
            case .alert(let record): messages = record.messages
            case nil: return nil
            }
            var (sent, busy): ([MessageID], [MessageID]) = ([], [])
            for message in messages {
                if try await store.resend(message.id, now: now) {
                    sent.append(message.id)
                } else {
                    busy.append(message.id)
                }
            }
            return (sent, busy)
        }
        guard let result else { throw AlertBook.unknown(id) }
        return result
    }

    /// Marks alerts as seen. All or none: an id that does not exist stops it.
    /// - Returns: those that were not seen before.
    public func acknowledge(_ ids: [String]) async throws(AlertError) -> [AlertID] {
        let alerts = try ids.map { (text) throws(AlertError) in
            guard let id = AlertID(text) else { throw AlertBook.unknown(text) }
            return id
        }
        let now = Clock.now()
        let result = try await editing { (store) throws(StoreError) -> Result<[AlertID], AlertError> in
            for id in alerts where try await AlertBook.find(id.description, in: store) == nil {
                return .failure(AlertBook.unknown(id.description))
            }
            return .success(try await store.acknowledge(alerts, now: now))
        }
        return try result.get()
    }

    /// Begins a silence.
    public func mute(
        _ matchers: Silence.Matchers, lasting span: Duration, comment: String
    ) async throws(AlertError) -> Silence {
        guard !matchers.isEmpty else {
            throw .usage("nothing to mute; name --topic, --feed, --channel or --severity")
        }
        guard span >= .seconds(1) else { throw .usage("--for: a silence lasts at least a second") }
        var checked = matchers
        if let topic = matchers.topic { checked.topic = try topicID(topic) }
        if let channel = matchers.channel { try checkChannel(channel) }
        let wanted = checked
        let now = Clock.now()
        let author = AlertBook.author(ProcessInfo.processInfo.environment)
        let result = try await editing { (store) throws(StoreError) -> Result<Silence, AlertError> in
            if let feed = wanted.feed {
                let feeds = try await store.feeds()
                guard feeds.contains(where: { $0.feed.isCalled(feed) || $0.facts.isCalled(feed) }) else {
                    let names = feeds.flatMap { [$0.feed.address, $0.facts.title ?? "", "folder/" + $0.feed.folder] }
                    return .failure(AlertBook.unknown("feed", feed, among: names, list: "feeds list"))
                }
            }
            let silence = Silence(
                id: store.ids.next(at: now), matchers: wanted, starts: now, ends: now + span, author: author,
                comment: comment, created: now)
            try await store.add(silence)
            return .success(silence)
        }
        return try result.get()
    }

    /// Ends a silence now.
    public func unmute(_ text: String) async throws(AlertError) {
        guard let id = SilenceID(text) else {
            throw .usage("\"\(text)\" is not a silence's id; `wirewatch alerts silences` shows them")
        }
        let now = Clock.now()
        let hasEnded = try await editing { (store) throws(StoreError) in try await store.expire(id, now: now) }
        guard hasEnded else {
            throw .usage("there is no silence \(id) that lasts; `wirewatch alerts silences` shows them")
        }
    }

    // MARK: names

    private func topicID(_ name: String) throws(AlertError) -> String {
        // Without a readable file nothing is known better than what was typed.
        guard let topics = try? assembly.loadTopics().all else { return name }
        if let topic = topics.first(where: { $0.id == name || $0.name == name }) { return topic.id }
        throw AlertBook.unknown("topic", name, among: topics.flatMap { [$0.id, $0.name] }, list: "topics list")
    }

    private func checkChannel(_ name: String) throws(AlertError) {
        let names = assembly.settings.channels.map(\.name)
        guard !names.contains(name) else { return }
        throw AlertBook.unknown("channel", name, among: names, list: "channels list")
    }

    static func author(_ environment: [String: String]) -> String {
        ["SUDO_USER", "USER", "LOGNAME"].compactMap { environment[$0] }.first { !$0.isEmpty } ?? "unknown"
    }

    private static func unknown(_ kind: String, _ name: String, among names: [String], list: String) -> AlertError {
        let nearest = NearestName.find(name, among: names.filter { !$0.isEmpty })
        return .usage(
            "there is no \(kind) \"\(name)\"; "
                + (nearest.map { "did you mean \"\($0)\"?" } ?? "`wirewatch \(list)` shows them"))
    }

    private static func unknown(_ id: String) -> AlertError {
        AlertID(id) == nil && !id.hasPrefix("msg_")
            ? .usage("\"\(id)\" is neither an alert's number nor a message's msg_…; `wirewatch alerts list` shows them")
            : .failure("there is no alert or message \(id) in the database")
    }

    // MARK: the store

    private static func find(_ id: String, in store: any Store) async throws(StoreError) -> Entry? {
        if let number = AlertID(id) {
            var query = AlertQuery(limit: 1)
            query.id = number
            return try await store.alerts(query).first.map(Entry.alert)
        }
        return try await store.message(MessageID(rawValue: id)).map(Entry.message)
    }

    private func reading<Value>(
        _ body: (any Store) async throws(StoreError) -> Value
    ) async throws(AlertError) -> Value {
        do {
            let store = try await assembly.openStore(forWriting: false)
            let value = try await body(store)
            try await store.close()
            return value
        } catch {
            throw .store(error)
        }
    }

    private func editing<Value>(
        _ body: (any Store) async throws(StoreError) -> Value
    ) async throws(AlertError) -> Value {
        do {
            let store = try await assembly.openStoreForEditing()
            let value = try await body(store)
            try await store.close()
            return value
        } catch {
            throw .store(error)
        }
    }
}

/// Why something could not be done with alerts.
public enum AlertError: Error, Sendable, CustomStringConvertible {
    /// The question itself was wrong.
    case usage(String)
    case failure(String)
    case store(StoreError)

    public var isUsage: Bool { if case .usage = self { true } else { false } }

    public var description: String {
        switch self {
        case .usage(let text), .failure(let text): text
        case .store(let error): error.description
        }
    }
}
