public import WireModel
public import WireStore

extension CycleWrite {
    /// A person says that a feed is to be asked again, although its server said that it is gone (410): what makes it due.
    public static func resuming(_ record: FeedRecord, at now: Timestamp) -> CycleWrite {
        var state = record.state
        state.isGone = false
        state.failures = 0
        state.lastFailure = nil
        state.notFoundSince = nil
        state.nextCheck = now
        state.notBefore = nil
        let last = record.lastCheck ?? FeedCheck(feed: record.feed.id, started: now, outcome: .skipped)
        return CycleWrite(check: last, state: state)
    }
}
