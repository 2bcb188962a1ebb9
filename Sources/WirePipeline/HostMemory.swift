public import WireFetch
public import WireModel
public import WireStore

extension FeedRecord {
    /// What earlier checks of this feed left behind for its host's gate, so that gaps, hourly shares and rests outlive
    /// the program; nil if they left nothing.
    public func hostMemory(at now: Timestamp) -> HostGate.Memory? {
        guard case .remote(let listed) = feed.source else { return nil }
        let asked = state.lastChecked.map { now - $0 }.flatMap { $0 >= .zero && $0 < .seconds(3_600) ? $0 : nil }
        // A wish for rest that came with a document concerns this feed alone.
        let rest = state.retryAfter.flatMap { $0 > now && state.failures > 0 ? $0 - now : nil }
        if asked == nil, rest == nil { return nil }
        return HostGate.Memory(url: state.movedTo ?? listed, asked: asked, rest: rest)
    }
}
