import Testing
import WireModel
import WireStore

/// The promises of `LeaseStore`.
let leasePromises = [
    StorePromise("keeps leases: a new request replaces those never verified, a verified lease all others") { samples in
        let store = samples.store
        let feeds = try await samples.feeds(["a", "b"])
        func lease(_ token: String, _ feed: FeedID, until: Timestamp? = nil) -> PushLease {
            PushLease(
                feed: feed, token: token, secret: token == "one" ? [1, 2] : nil, hub: "https://hub.example/",
                topic: "https://a.example/",
                asked: samples.now, until: until, failures: 3)
        }
        let later = samples.now + .seconds(60)
        try await store.keep(lease("one", feeds[0]))
        try await store.keep(lease("other", feeds[1], until: later))
        #expect(try await store.leases() == [lease("one", feeds[0]), lease("other", feeds[1], until: later)])
        #expect(try await store.feeds().map(\.pushedUntil) == [nil, later])
        try await store.keep(lease("two", feeds[0]))
        #expect(try await store.lease(token: "one") == nil)
        try await store.keep(lease("two", feeds[0], until: later))
        try await store.keep(lease("three", feeds[0]))
        #expect(try await store.lease(token: "two")?.until == later)
        try await store.keep(lease("three", feeds[0], until: later + .seconds(1)))
        #expect(try await store.leases().map(\.token).sorted() == ["other", "three"])
        #expect(try await store.feeds().first?.pushedUntil == later + .seconds(1))
        try await store.dropLeases(of: feeds[0])
        #expect(try await store.leases().map(\.token) == ["other"])
        // Of a feed that is not polled nothing is wanted.
        _ = try await samples.feeds(["a"])
        #expect(try await store.lease(token: "other") == nil)
    },
    StorePromise("tells where news can be had by push, and makes a feed due within what its server allows") { samples in
        let store = samples.store
        let feeds = try await samples.feeds(["a", "b"])
        var state = FeedState()
        state.push = PushSource(hub: "https://hub.example/", topic: "https://a.example/")
        state.nextCheck = samples.now + .seconds(9_000)
        state.notBefore = samples.now + .seconds(3_000)
        for (feed, isGone) in zip(feeds, [false, true]) {
            state.isGone = isGone
            let check = FeedCheck(
                feed: feed, started: samples.now, outcome: .modified, status: 200, bytes: 1, failure: nil)
            _ = try await store.apply(CycleWrite(check: check, state: state))
        }
        #expect(try await store.pushSources() == [feeds[0]: try #require(state.push)])
        try await store.pollSoon(feeds[0], now: samples.now)
        #expect(try await store.feeds().first?.state.nextCheck == samples.now + .seconds(3_000))
    },
    StorePromise("leaves a feed's state alone but for its rhythm when a hub sent the articles") { samples in
        let store = samples.store
        let feed = try await samples.feed()
        let check = FeedCheck(feed: feed, started: samples.now, outcome: .modified, status: 200, bytes: 1, failure: nil)
        var state = FeedState()
        state.failures = 3
        _ = try await store.apply(CycleWrite(check: check, state: state))
        var other = FeedState()
        other.failures = 9
        other.rhythm.count([samples.now], documentSize: 7, at: samples.now)
        let write = CycleWrite(
            check: FeedCheck(feed: feed, started: samples.now, outcome: .modified, status: nil, bytes: 2, failure: nil),
            state: other, new: [samples.article("x", in: feed)], isPush: true)
        #expect(try await store.apply(write).new.count == 1)
        #expect(try await store.apply(write).new.isEmpty)
        let record = try #require(try await store.feeds().first)
        state.rhythm = other.rhythm
        #expect(record.state == state && record.lastCheck == check)
    },
]
