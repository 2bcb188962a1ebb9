import WireModel
import WireStore

extension PollingInterval.Reason {
    /// Why a feed is asked no earlier, as the rest of a sentence.
    var explanation: String {
        switch self {
        case .floor: "that is the least time between two checks of a feed that asks for no less"
        case .interval: "its interval in the feed list says so"
        case .freshness: "until then the server calls its answer fresh"
        case .timeToLive: "the document asks for it (ttl)"
        case .updatePeriod: "the document asks for it (sy:updatePeriod)"
        case .barren: "the server sends no validators and the document never changed, so once a day is enough"
        case .retryAfter: "the server asked for it (Retry-After)"
        case .backoff: "after failures a feed is asked less and less often"
        case .skippedTimes: "the document asks to be left alone until then (skipHours, skipDays)"
        case .push: "a hub sends what is new; a poll a day makes sure that nothing is missed"
        case .schedule: "it might be asked earlier, but from how it posts that time is worth more"
        }
    }
}

extension CycleDraft {
    /// What a stored check would have decided, a sentence each.
    var decisions: [String] {
        var sentences = ["outcome: \(outcome.rawValue)"]
        if let moved = state.movedTo, moved != record.state.movedTo {
            sentences.append("the address changes to \(moved)")
        } else if let redirect = state.redirect {
            sentences.append(
                "a redirect for good to \(redirect.target), seen \(redirect.count) times since \(redirect.since);"
                    + " believed after 3 checks over 2 days")
        }
        if state.failures > 0 { sentences.append("failures in a row: \(state.failures)") }
        if state.isGone {
            sentences.append("never asked again, until `wirewatch feeds resume` says otherwise")
        } else if let next = state.nextCheck {
            sentences.append("next check \(next): " + (reason ?? .floor).explanation)
            if reason == .schedule, let notBefore = state.notBefore { sentences.append("allowed from \(notBefore)") }
        }
        if let push = state.push {
            sentences.append("its hub \(push.hub) can send what is new, if it reaches us (web: public_url:)")
        }
        if let delay = state.rhythm.delay {
            sentences.append("its articles were seen \(delay.components.seconds / 60) min after publication on average")
        }
        return sentences
    }
}
