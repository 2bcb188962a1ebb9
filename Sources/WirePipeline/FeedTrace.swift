public import WireFetch
public import WireModel
import WireParse
import WireStories

/// The walk of one feed for a look: the stages of `FeedCycle` up to the match, and nothing stored.
public struct FeedTracer: Sendable {
    private let fetcher: FeedFetcher
    private let topics: TopicBook
    private let now: @Sendable () -> Timestamp
    private let parser = FeedParser()
    private let decider = ChangeDecider()

    public init(fetcher: FeedFetcher, topics: TopicBook, now: @escaping @Sendable () -> Timestamp) {
        self.fetcher = fetcher
        self.topics = topics
        self.now = now
    }

    /// Walks one feed through every stage up to the match and tells what each did; stores nothing. The request is made
    /// without validators, so that there is something to see.
    public func trace(_ feed: Feed) async -> [StageTrace] {
        let outcome = await fetcher.fetch(feed, state: FeedState(), now: now)
        let document: FetchedDocument
        switch outcome {
        case .modified(let fetched, let facts):
            document = fetched
            var traces = [FeedTracer.trace(of: facts, document)]
            traces += read(document, of: feed)
            return traces
        case .notModified(let facts):
            return [StageTrace(.fetch, "the server says nothing changed (\(facts.status ?? 304))")]
        case .gone(_, let failure), .throttled(_, let failure), .failed(_, let failure):
            return [FeedTracer.trace(of: failure)]
        }
    }

    private func read(_ document: FetchedDocument, of feed: Feed) -> [StageTrace] {
        let parsed: ParsedFeed
        do {
            parsed = try parser.parse(document)
        } catch {
            return [FeedTracer.trace(of: error.failure)]
        }
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
        let dated = items.count { $0.0.published != nil || $0.0.updated != nil }
        traces.append(
            StageTrace(
                .normalize,
                "\(items.count) articles, \(dated) with a date, \(items.count { $0.0.url != nil }) with a link",
                facts: ["articles": .integer(Int64(items.count)), "dated": .integer(Int64(dated))]))
        let facts = FeedFacts(
            url: feed.address, title: feed.title, folder: feed.folder.isEmpty ? nil : feed.folder,
            language: feed.settings.language, country: feed.settings.country)
        let matches = topics.match(items.lazy.map { ($0.0, nil, $0.1) }, of: facts, now: time)
        let flagged = matches.flatMap { $0 }.map(\.topic.name)
        let names = Set(flagged).sorted().joined(separator: ", ")
        traces.append(
            StageTrace(
                .match, "\(matches.count { !$0.isEmpty }) articles flagged" + (names.isEmpty ? "" : ": \(names)"),
                facts: ["flagged": .integer(Int64(matches.count { !$0.isEmpty }))]))
        return traces
    }

    private static func trace(of facts: FetchFacts, _ document: FetchedDocument) -> StageTrace {
        var text = facts.status.map { "status \($0), " } ?? ""
        text += "\(facts.bytes) bytes"
        if let type = document.contentType { text += ", \(type)" }
        if let url = document.url { text += ", from \(url)" }
        if facts.validators != nil { text += ", with validators" }
        return StageTrace(.fetch, text, facts: ["bytes": .integer(Int64(facts.bytes))])
    }

    private static func trace(of failure: Failure) -> StageTrace {
        StageTrace(failure.stage, failure.message, isFailure: true, facts: ["code": .string(failure.code)])
    }
}
