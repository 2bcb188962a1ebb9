public import WireFetch
public import WireModel
import WireParse
public import WireStore
import WireStories

/// The walk of one feed for a look: the stages of `FeedCycle` up to the match, and nothing stored.
public struct FeedTracer: Sendable {
    private let fetcher: FeedFetcher
    private let recorder: ExchangeRecorder
    private let topics: TopicBook
    private let planner: PollPlanner
    private let now: @Sendable () -> Timestamp
    private let parser = FeedParser()
    private let decider = ChangeDecider()

    /// - Parameter recorder: the client that `fetcher` sends with.
    public init(
        fetcher: FeedFetcher, recorder: ExchangeRecorder, topics: TopicBook, planner: PollPlanner,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.fetcher = fetcher
        self.recorder = recorder
        self.topics = topics
        self.planner = planner
        self.now = now
    }

    /// Walks one feed through every stage up to the match and tells what each did; stores nothing. The request is made
    /// without validators, so that there is something to see; a server that asked for rest is left alone.
    public func trace(_ record: FeedRecord) async -> [StageTrace] {
        var state = record.state
        state.validators = nil
        state.bodyDigest = nil
        let outcome = await fetcher.fetch(record.feed, state: state, now: now)
        var draft = CycleDraft(record: record, started: now(), isManual: true)
        var traces: [StageTrace]
        switch outcome {
        case .modified(let document, let facts):
            traces = [trace(of: facts, document)]
            traces += read(document, facts, of: record.feed, into: &draft)
        case .notModified(let facts):
            draft.conclude(outcome, now: now())
            traces = [
                StageTrace(
                    .fetch, "the server says nothing changed (\(facts.status ?? 304))", details: recorder.sentences)
            ]
        case .gone(_, let failure), .throttled(_, let failure), .failed(_, let failure):
            draft.conclude(outcome, now: now())
            traces = [FeedTracer.trace(of: failure, details: recorder.sentences)]
        }
        draft.plan(with: planner, now: now())
        var facts: [String: JSONValue] = ["outcome": .string(draft.outcome.rawValue)]
        if let next = draft.state.nextCheck { facts["next_check"] = .string(next.description) }
        if let notBefore = draft.state.notBefore { facts["not_before"] = .string(notBefore.description) }
        if let reason = draft.reason { facts["reason"] = .string(reason.rawValue) }
        if let push = draft.state.push { facts["hub"] = .string(push.hub) }
        traces.append(
            StageTrace(
                .store, "nothing is stored by a look; a fetch would decide:", details: draft.decisions, facts: facts))
        return traces
    }

    private func read(
        _ document: FetchedDocument, _ fetched: FetchFacts, of feed: Feed, into draft: inout CycleDraft
    ) -> [StageTrace] {
        let parsed: ParsedFeed
        do {
            parsed = try parser.parse(document)
        } catch {
            draft.conclude(unreadable: error.failure, fetched, now: now())
            return [FeedTracer.trace(of: error.failure)]
        }
        draft.conclude(parsed, fetched, ambiguous: [], now: now())
        let name = [parsed.format.rawValue, parsed.version].compactMap { $0 }.joined(separator: " ")
        var traces = [
            StageTrace(.decode, "read as \(parsed.encoding)", facts: ["encoding": .string(parsed.encoding)]),
            StageTrace(
                .parse, "\(name), \(parsed.entries.count) entries, \(parsed.problems.count) problems",
                facts: ["format": .string(parsed.format.rawValue), "entries": .integer(Int64(parsed.entries.count))]),
        ]
        let identified = decider.identify(parsed.keys, ambiguous: [])
        let changes = decider.decide(identified, against: KnownArticles())
        let fresh = changes.compactMap { change in
            if case .new(let entry, _) = change { return entry }
            return nil
        }
        traces.append(
            StageTrace(
                .compare, "\(fresh.count) different entries, \(identified.ambiguousIDs.count) ids used twice",
                facts: ["distinct": .integer(Int64(fresh.count))]))
        var problems: [Problem] = []
        let normalizer = Normalizer(url: parsed.documentURL)
        let time = now()
        let items = fresh.map { (normalizer.item(parsed.entries[$0], of: parsed, problems: &problems), time) }
        for (index, (item, _)) in zip(fresh, items) {
            let key = parsed.keys[index]
            draft.add(item, key: key.content, of: key, id: ArticleID(rawValue: Int64(index)), seen: time)
        }
        let dated = items.count { $0.0.published != nil || $0.0.updated != nil }
        traces.append(
            StageTrace(
                .normalize,
                "\(counted(items.count, "article")), \(dated) with a date, \(items.count { $0.0.url != nil }) with a link",
                facts: ["articles": .integer(Int64(items.count)), "dated": .integer(Int64(dated))]))
        let facts = FeedFacts(
            url: feed.address, title: feed.title, folder: feed.folder.isEmpty ? nil : feed.folder,
            language: feed.settings.language, country: feed.settings.country)
        let matches = topics.match(items.lazy.map { ($0.0, nil, $0.1) }, of: facts, now: time)
        let flagged = matches.flatMap { $0 }.map(\.topic.name)
        let names = Set(flagged).sorted().joined(separator: ", ")
        let count = matches.count { !$0.isEmpty }
        traces.append(
            StageTrace(
                .match, "\(counted(count, "article")) flagged" + (names.isEmpty ? "" : ": \(names)"),
                facts: ["flagged": .integer(Int64(count))]))
        return traces
    }

    private func trace(of facts: FetchFacts, _ document: FetchedDocument) -> StageTrace {
        var text = facts.status.map { "status \($0), " } ?? ""
        text += "\(facts.bytes) bytes"
        if let type = document.contentType { text += ", \(type)" }
        if let url = document.url { text += ", from \(url)" }
        if facts.validators != nil { text += ", with validators" }
        return StageTrace(
            .fetch, text, details: recorder.sentences, facts: ["bytes": .integer(Int64(facts.bytes))])
    }

    private static func trace(of failure: Failure, details: [String] = []) -> StageTrace {
        StageTrace(
            failure.stage, failure.message, isFailure: true, details: details, facts: ["code": .string(failure.code)])
    }
}
