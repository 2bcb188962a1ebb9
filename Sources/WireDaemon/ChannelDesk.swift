import WireAlerts
public import WireModel
public import WireStore

/// The channels as a person sees them: what the settings say, how they fare, and whether they work.
public struct ChannelDesk: Sendable {
    /// One channel.
    public struct Entry: Sendable {
        public enum State: String, Sendable {
            case ok, failing, off, unusable
        }

        public let name: String
        public let kind: String
        public let isDefault: Bool
        public let topics: [String]?
        public let severity: Severity
        public let feeds: [String]?
        /// It tells once a day.
        public let isDigest: Bool
        public let health: ChannelHealth
        /// Why its settings cannot be used.
        public let problem: String?
        /// Deliveries that wait, and those that were given up.
        public let waiting: Int
        public let dead: Int
        /// Recipients who took themselves off.
        public let unsubscribed: [String]

        public var state: State {
            if problem != nil { return .unusable }
            return health.isOff ? .off : health.failures > 0 ? .failing : .ok
        }
    }

    /// What came of a test.
    public struct Verdict: Sendable {
        public let message: MessageID
        public let isDelivered: Bool
        public let answer: Message.Answer
        /// How long it took.
        public let span: Duration
    }

    private let assembly: Assembly

    public init(_ assembly: Assembly) { self.assembly = assembly }

    /// In the order of the settings; without a database, nothing has been sent yet.
    public func list() async throws(AlertError) -> [Entry] {
        var health: [String: ChannelHealth] = [:]
        var counts: [OutboxCount] = []
        var optOuts: [OptOut] = []
        do throws(StoreError) {
            let store = try await assembly.openStore(forWriting: false)
            for entry in try await store.channelHealth() { health[entry.channel] = entry }
            counts = try await store.outboxCounts()
            optOuts = try await store.optOuts()
            try await store.close()
        } catch .missing {
            // Nothing was fetched yet: the settings alone tell.
        } catch {
            throw .store(error)
        }
        let book = ChannelBook(assembly.settings, outside: assembly.outside())
        return assembly.settings.channels.map { channel in
            func count(_ states: DeliveryState...) -> Int {
                counts.filter { $0.channel == channel.name && states.contains($0.state) }.reduce(0) {
                    $0 + $1.deliveries
                }
            }
            return Entry(
                name: channel.name, kind: channel.kind, isDefault: channel.isDefault,
                topics: channel.topics?.map(\.name), severity: channel.severity, feeds: channel.feeds,
                isDigest: assembly.settings.alerts.digests[channel.name] != nil,
                health: health[channel.name] ?? ChannelHealth(channel: channel.name),
                problem: book.faults[channel.name]?.text, waiting: count(.pending, .leased), dead: count(.dead),
                unsubscribed: optOuts.filter { $0.channel == channel.name }.map(\.recipient))
        }
    }

    /// Sends a test message at once, past the outbox. A channel that was switched off is on again if it works.
    public func test(_ name: String) async throws(AlertError) -> Verdict {
        let names = assembly.settings.channels.map(\.name)
        guard names.contains(name) else {
            let nearest = NearestName.find(name, among: names).map { "did you mean \"\($0)\"?" }
            throw .usage(
                "there is no channel \"\(name)\"; "
                    + (nearest
                        ?? (names.isEmpty ? "the settings name none" : "there are \(names.joined(separator: ", "))")))
        }
        let book = ChannelBook(assembly.settings, outside: assembly.outside())
        guard let channel = book.channels[name] else {
            throw .failure(book.faults[name]?.text ?? "the channel \"\(name)\" cannot be used")
        }
        let now = Clock.now()
        let message = AlertMessage(
            id: MessageID(high: .random(in: .min ... .max), low: .random(in: .min ... .max)), kind: .test, created: now,
            channel: name, group: "test=\(name)", link: assembly.settings.alerts.publicURL)
        let body: [UInt8]
        do { body = try channel.render(message) } catch { throw .failure("\(error)") }
        let letter = Letter(id: message.id, kind: .test, group: message.group, body: body, attempt: 1, now: now)
        let start = ContinuousClock.now
        let result = await channel.send(letter)
        let span = ContinuousClock.now - start
        switch result {
        case .delivered(let answer):
            await noteSuccess(of: name, at: now)
            return Verdict(message: message.id, isDelivered: true, answer: answer, span: span)
        case .tryAgain(let answer, _), .refused(let answer), .gone(let answer):
            return Verdict(message: message.id, isDelivered: false, answer: answer, span: span)
        }
    }

    /// Sends a recipient mail again who had unsubscribed.
    public func resubscribe(_ recipient: String, to name: String) async throws(AlertError) {
        do throws(StoreError) {
            let store = try await assembly.openStoreForEditing()
            let known = try await store.optOuts().filter { $0.channel == name }.map(\.recipient)
            let hadLeft = try await store.optIn(recipient, to: name)
            try await store.close()
            guard hadLeft else { throw StoreError.rejected(path: "", reason: known.joined(separator: ", ")) }
        } catch .rejected(_, let known) {
            let hint = known.isEmpty ? "nobody has" : "these have: \(known)"
            throw .usage("\(recipient) has not unsubscribed from \"\(name)\"; \(hint)")
        } catch {
            throw .store(error)
        }
    }

    /// Only what stood against the channel has to be taken back. A database that cannot be written does not make the test
    /// fail.
    private func noteSuccess(of name: String, at now: Timestamp) async {
        do throws(StoreError) {
            let store = try await assembly.openStoreForEditing()
            let health = try await store.channelHealth().first { $0.channel == name }
            if let health, health.isOff || health.failures > 0 {
                try await store.record([], channels: [ChannelHealth(channel: name, lastDone: now)])
            }
            try await store.close()
        } catch {
            return
        }
    }
}

extension ChannelDesk.Entry {
    public var json: JSONValue {
        var object = JSONObjectBuilder()
        object.set("name", name)
        object.set("kind", kind)
        object.set("default", isDefault)
        if let topics { object.list("topics", topics.map(JSONValue.string)) }
        object.set("severity", severity.rawValue)
        if let feeds { object.list("feeds", feeds.map(JSONValue.string)) }
        object.set("digest", isDigest)
        object.set("state", state.rawValue)
        object.set("problem", problem)
        object.set("failures", health.failures)
        object.set("failing_since", health.failingSince)
        object.set("paused_until", health.pausedUntil)
        object.set("last_done", health.lastDone)
        object.set("last_error", health.lastError)
        if !unsubscribed.isEmpty { object.list("unsubscribed", unsubscribed.map(JSONValue.string)) }
        object.set("waiting", waiting)
        object.set("dead", dead)
        return object.value
    }
}

extension ChannelDesk.Verdict {
    public var json: JSONValue {
        [
            "message": .string(message.rawValue), "delivered": .bool(isDelivered), "answer": answer.json,
            "milliseconds": .integer(span.wholeMilliseconds),
        ]
    }
}
