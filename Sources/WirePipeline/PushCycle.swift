import WireFetch
public import WireModel
import WireParse
public import WireStore
import WireStories

/// A document that a hub sent enters the walk behind `fetch` (WebSub section 7).
extension FeedCycle {
    /// Asks a hub for a lease; it verifies later.
    public func subscribe(_ lease: PushLease, callback: String) async throws(Failure) {
        try await fetcher.subscribe(lease, callback: callback)
    }

    /// Parses, compares, matches and stores what came; it may be a part of the feed. What cannot be read is a failed report, and
    /// changes nothing. What is new counts as the feed's habit; else its state, validators and next poll stay as they are.
    public func receive(_ document: FetchedDocument, of record: FeedRecord) async -> FeedReport {
        let started = now()
        var draft = CycleDraft(record: record, started: started, isManual: false)
        draft.receive(document.bytes.count)
        let parsed: ParsedFeed
        do {
            parsed = try parser.parse(document)
        } catch {
            return draft.report(failed: error.failure)
        }
        draft.watch.end(.parse)
        do throws(StoreError) {
            let keys = parsed.keys
            let identified = decider.identify(keys, ambiguous: draft.state.ambiguousIDs)
            let known = try await store.known(keys, in: record.feed.id)
            normalize(parsed, keys, decider.decide(identified, against: known), at: started, into: &draft)
            draft.watch.end(.normalize)
            try await flag(parsed, at: started, into: &draft)
            draft.learn(now: started)
        } catch {
            return draft.report(failed: error.failure)
        }
        return await save(draft)
    }
}
