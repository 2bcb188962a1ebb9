public import WireFetch
public import WireModel
public import WireParse
import WireRules
public import WireStore
import WireStories

/// One check of one feed: the walk of its articles, stage by stage. Read this first.
///
/// Each stage takes a value and returns a value; everything that a check decides is one `CycleWrite`.
public struct FeedCycle: Sendable {
    let fetcher: FeedFetcher
    let parser: FeedParser
    let topics: TopicBook
    let raiser: AlertRaiser
    let store: any Store
    let commits: CommitQueue
    let now: @Sendable () -> Timestamp
    let planner: PollPlanner?
    /// Whether hubs reach this program now, so that a feed with a lease is polled seldom.
    let hearsHubs: @Sendable () -> Bool
    let decider = ChangeDecider()
    let documents = DocumentGate()

    /// - Parameters:
    ///   - routing: who hears of what; without channels no alert is raised.
    ///   - planner: says when the next check is worth its request; nil for as soon as it is allowed.
    ///   - hearsHubs: whether hubs reach this program now: then a feed with a lease is polled once a day.
    public init(
        fetcher: FeedFetcher, parser: FeedParser, topics: TopicBook, routing: AlertRouting = AlertRouting(),
        store: any Store, commits: CommitQueue, planner: PollPlanner? = nil,
        hearsHubs: @escaping @Sendable () -> Bool = { false },
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.fetcher = fetcher
        self.parser = parser
        self.topics = topics
        raiser = AlertRaiser(routing: routing, ids: store.ids)
        self.store = store
        self.commits = commits
        self.planner = planner
        self.hearsHubs = hearsHubs
        self.now = now
    }

    /// Checks the feed, stores what came of it, and tells. Never throws: a failure is a result, and is stored as one.
    /// Nil if the task was cancelled before an answer came: then nothing is stored.
    public func run(_ record: FeedRecord, isManual: Bool = false) async -> FeedReport? {
        let started = now()
        var watch = StageWatch()
        let outcome = await fetcher.fetch(record.feed, state: record.state, now: now)
        if case .failed(_, let failure) = outcome, failure.code == "cancelled" { return nil }
        watch.end(.fetch)
        guard case .modified(let document, let facts) = outcome else {
            var draft = CycleDraft(record: record, started: started, isManual: isManual, watch: watch)
            draft.conclude(outcome, now: now())
            return await finish(&draft)
        }
        await documents.enter()
        defer { documents.leave() }
        watch.pass()
        var draft = CycleDraft(record: record, started: started, isManual: isManual, watch: watch)
        guard await read(document, facts, into: &draft) else { return nil }
        return await finish(&draft)
    }

    private func finish(_ draft: inout CycleDraft) async -> FeedReport {
        draft.plan(with: planner, hearsHubs: hearsHubs(), now: now())
        draft.announce(with: raiser, now: now())
        return await save(draft)
    }

    /// Parse, compare, normalise, match, raise. False if the task was cancelled in between.
    private func read(_ document: FetchedDocument, _ facts: FetchFacts, into draft: inout CycleDraft) async -> Bool {
        let parsed: ParsedFeed
        do {
            parsed = try parser.parse(document)
        } catch {
            draft.watch.end(.parse)
            draft.conclude(unreadable: error.failure, facts, now: now())
            return true
        }
        draft.watch.end(.parse)
        let known: KnownArticles
        let keys = parsed.keys
        let identified = decider.identify(keys, ambiguous: draft.record.state.ambiguousIDs)
        do {
            // A feed that never brought a document has no articles.
            let isNew = draft.record.state.lastSuccess == nil
            known = isNew ? KnownArticles() : try await store.known(keys, in: draft.record.feed.id)
        } catch {
            draft.conclude(unreadable: error.failure, facts, now: now())
            return true
        }
        let changes = decider.decide(identified, against: known)
        let time = now()
        draft.conclude(parsed, facts, ambiguous: identified.ambiguousIDs, now: time)
        draft.watch.end(.compare)
        normalize(parsed, keys, changes, at: time, into: &draft)
        draft.watch.end(.normalize)
        guard await walkArchives(from: parsed, into: &draft) else { return false }
        do {
            try await flag(parsed, at: time, into: &draft)
        } catch {
            draft.conclude(unreadable: error.failure, facts, now: now())
        }
        return true
    }

    /// Match, raise.
    func flag(_ parsed: ParsedFeed, at time: Timestamp, into draft: inout CycleDraft) async throws(StoreError) {
        match(at: time, edited: try await earlierTexts(of: draft.articles), into: &draft)
        draft.watch.end(.match)
        draft.raise(with: raiser, document: { items(of: parsed) }, now: time)
        draft.watch.end(.raise)
    }

    /// The texts before their edit, by article, if a topic asks for them.
    private func earlierTexts(of articles: [Article]) async throws(StoreError) -> [ArticleID: Item] {
        guard topics.looksAtEdits else { return [:] }
        var texts: [ArticleID: Item] = [:]
        for article in articles where article.revision > 1 {
            texts[article.id] = try await store.article(article.id)?.current.article.item
        }
        return texts
    }

    /// Makes articles of the new and the edited entries only.
    func normalize(
        _ parsed: ParsedFeed, _ keys: [EntryKey], _ changes: [Change], at time: Timestamp, into draft: inout CycleDraft
    ) {
        let normalizer = Normalizer(url: parsed.documentURL)
        var problems: [Problem] = []
        for change in changes {
            switch change {
            case .unchanged, .duplicate: draft.unchanged += 1
            case .new(let entry, let key):
                let item = normalizer.item(parsed.entries[entry], of: parsed, problems: &problems)
                draft.add(item, key: key, of: keys[entry], id: store.ids.next(at: time), seen: time)
            case .differing(let entry, let key, let known):
                let item = normalizer.item(parsed.entries[entry], of: parsed, problems: &problems)
                draft.revise(known, with: item, key: key, of: keys[entry], at: time)
            case .relinked(let entry, let key, let known):
                let item = normalizer.item(parsed.entries[entry], of: parsed, problems: &problems)
                if item.textDigest == known.textDigest {
                    draft.touch(known, key: key, of: keys[entry])
                } else {
                    draft.add(item, key: key, of: keys[entry], id: store.ids.next(at: time), seen: time)
                }
            }
        }
    }

    private func match(at time: Timestamp, edited: [ArticleID: Item], into draft: inout CycleDraft) {
        let articles = draft.articles
        if articles.isEmpty { return }
        let matches = topics.match(articles.lazy.map { ($0.item, edited[$0.id], $0.seen) }, of: draft.facts, now: time)
        for (article, matches) in zip(articles, matches) {
            for (topic, match) in matches {
                draft.flag(article, topic: topic, match: match, id: store.ids.next(at: time))
            }
        }
    }

    /// All items of a document, known or new.
    private func items(of parsed: ParsedFeed) -> [Item] {
        let normalizer = Normalizer(url: parsed.documentURL)
        var problems: [Problem] = []
        return parsed.entries.map { normalizer.item($0, of: parsed, problems: &problems) }
    }

    /// Writes everything at once; if that fails, the check failed and nothing of it counts.
    func save(_ draft: CycleDraft) async -> FeedReport {
        var watch = draft.watch
        var report: FeedReport
        do {
            report = draft.report(try await commits.commit(draft.write))
        } catch {
            report = draft.report(failed: error.failure)
        }
        watch.end(.store)
        report.spans = watch.spans
        return report
    }
}

/// Takes the time of one stage after the other.
struct StageWatch {
    private(set) var spans: [(stage: Stage, span: Duration)] = []
    private var last = ContinuousClock.now

    init() { spans.reserveCapacity(7) }

    /// What has gone by belongs to no stage.
    mutating func pass() { last = ContinuousClock.now }

    /// The stage has lasted since the last one's end, or since the watch was made.
    mutating func end(_ stage: Stage) {
        let now = ContinuousClock.now
        spans.append((stage, now - last))
        last = now
    }
}
