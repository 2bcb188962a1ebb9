import Testing
import WireModel
import WireStore

@testable import WirePipeline

@Suite struct RoundTests {
    private let now = Timestamp(year: 2026, month: 11, day: 21)

    private func record(_ url: String, _ change: (inout FeedState) -> Void = { _ in }) -> FeedRecord {
        var state = FeedState()
        change(&state)
        return FeedRecord(
            feed: Feed(id: FeedID(rawValue: 1), address: url, source: .remote(url: url)), state: state)
    }

    @Test func whoIsAsked() {
        let due = Round.Choice()
        let all = Round.Choice(all: true)
        let never = record("https://example.org/")
        #expect(due.includes(never, at: now))

        let later = record("https://example.org/") { $0.nextCheck = now + .seconds(60) }
        #expect(!due.includes(later, at: now))
        #expect(all.includes(later, at: now))

        let forbidden = record("https://example.org/") { $0.retryAfter = now + .seconds(60) }
        #expect(!due.includes(forbidden, at: now))
        #expect(!all.includes(forbidden, at: now))

        let gone = record("https://example.org/") { $0.isGone = true }
        #expect(!due.includes(gone, at: now))
        #expect(!all.includes(gone, at: now))

        let justAsked = record("https://example.org/") { $0.lastManualCheck = now - .seconds(60) }
        #expect(!all.includes(justAsked, at: now))
        #expect(Round.Choice(all: true, manualGap: .zero).includes(justAsked, at: now))
    }

    @Test func aClockSetBackHoldsNothing() {
        let future = record("https://example.org/") {
            $0.lastChecked = now + .seconds(86_400)
            $0.nextCheck = now + .seconds(90_000)
        }
        #expect(Round.Choice().includes(future, at: now))
    }

    @Test func hostsTakeTurns() {
        let records = [
            "https://a/1", "https://a/2", "https://d/1", "https://a/3", "https://b/1", "https://c/1?x", "https://b/2",
        ]
        .map { record($0) }
        let order = Round.turns([0, 1, 3, 4, 5, 6], of: records).map { records[$0].feed.address }
        #expect(order == ["https://a/1", "https://b/1", "https://c/1?x", "https://a/2", "https://b/2", "https://a/3"])
    }
}
