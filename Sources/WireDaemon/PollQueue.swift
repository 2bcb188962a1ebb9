import WireFetch
public import WireModel
import WirePipeline
public import WireStore

/// Who is asked when, and what holds whom back: the feeds in the order of their next requests.
public struct PollQueue: Sendable {
    public struct Place: Sendable {
        public let record: FeedRecord
        /// The hosts that count as one; nil if the address cannot be read.
        public let group: String?
        /// The earliest time of its next request; nil for now.
        public let due: Timestamp?
        /// What holds it back longest: `schedule`, `rest` of the whole group, `not_before`; nil if nothing does.
        public let heldBy: String?

        public var json: JSONValue {
            var object = JSONObjectBuilder()
            object.set("url", record.feed.address)
            object.set("title", record.facts.title)
            object.set("group", group)
            object.set("due", due)
            object.set("held_by", heldBy)
            return object.value
        }
    }

    public let places: [Place]

    /// - Parameter entries: all feeds; those that are gone, local or no longer listed have no place in the queue.
    public init(_ entries: [FeedBook.Entry], settings: Settings, at now: Timestamp) {
        let gate = HostGate(rules: settings.hostRules)
        var rests: [String: Timestamp] = [:]
        var waiting: [(record: FeedRecord, group: String?)] = []
        for record in entries.map(\.record) where record.isListed && !record.state.isGone {
            guard case .remote(let listed) = record.feed.source else { continue }
            let group = gate.group(of: record.state.movedTo ?? listed)
            waiting.append((record, group))
            if let group, let rest = record.state.retryAfter, record.state.failures > 0 {
                rests[group] = max(rests[group] ?? rest, rest)
            }
        }
        places = waiting.map { record, group in
            PollQueue.place(record, group, rest: group.flatMap { rests[$0] }, at: now)
        }.enumerated().sorted {
            ($0.element.due?.milliseconds ?? 0, $0.offset) < ($1.element.due?.milliseconds ?? 0, $1.offset)
        }.map(\.element)
    }

    private static func place(_ record: FeedRecord, _ group: String?, rest: Timestamp?, at now: Timestamp) -> Place {
        let state = record.state
        var held: (due: Timestamp, by: String)?
        func hold(_ time: Timestamp?, _ name: String) {
            if let time, time > now, time > held?.due ?? now { held = (time, name) }
        }
        hold(state.notBefore, "not_before")
        hold(state.nextCheck, "schedule")
        hold(rest, "rest")
        return Place(record: record, group: group, due: held?.due, heldBy: held?.by)
    }
}

/// Asks a feed again that its server had called gone.
public struct FeedResumption: Sendable {
    private let assembly: Assembly

    public init(_ assembly: Assembly) { self.assembly = assembly }

    /// - Parameter name: an address, a title of the list, or `folder/NAME`.
    /// - Returns: how many feeds are asked again that were not.
    /// - Throws: `.noFeed` if no feed is called so.
    public func resume(_ name: String) async throws(FetchRunError) -> Int {
        do {
            let store = try await assembly.openStore(forWriting: true)
            let records = try await store.feeds()
            let meant = records.filter { $0.feed.isCalled(name) }
            guard !meant.isEmpty else {
                let names = records.flatMap { [$0.feed.address, $0.feed.title ?? ""] }
                throw FetchRunError.noFeed(name, nearest: NearestName.find(name, among: names))
            }
            let stopped = meant.filter(\.state.isGone)
            for record in stopped { _ = try await store.apply(CycleWrite.resuming(record, at: Clock.now())) }
            try await store.close()
            return stopped.count
        } catch let error as FetchRunError {
            throw error
        } catch let error as StoreError {
            throw .store(error)
        } catch {
            throw .store(.failed(path: "", code: 0, reason: "\(error)"))
        }
    }
}
