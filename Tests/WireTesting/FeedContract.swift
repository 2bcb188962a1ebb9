import Testing
import WireModel
import WireStore

/// What `Store` promises of feeds.
let feedPromises = [
    StorePromise("declares feeds in order, finds them again, keeps those no longer listed") { samples in
        let store = samples.store
        let first = try await store.declared(["c", "a", "b"].map { StoreSamples.declaration($0) }, now: samples.now)
        #expect(first.map(\.feed.address) == ["c", "a", "b"].map { "https://\($0).example/feed.xml" })
        #expect(Set(first.map(\.feed.id)).count == 3)
        let settings = FeedSettings(
            interval: .seconds(900), userAgent: "x/1", header: "A: b", language: "de", country: "AT")
        let second = try await store.declared(
            [
                StoreSamples.declaration("b", title: "Bee", folder: "news/local", settings: settings),
                StoreSamples.declaration("c"), StoreSamples.declaration("d"), StoreSamples.declaration("c"),
            ], now: samples.now)
        #expect(second.map(\.feed.id).prefix(2) == [first[2].feed.id, first[0].feed.id])
        #expect(second.count == 3)
        #expect(second[0].feed.settings == settings && second[0].feed.title == "Bee")
        let all = try await store.feeds()
        #expect(all.prefix(3) == second[...])
        #expect(all.map(\.isListed) == [true, true, true, false])
        #expect(all.last?.feed.id == first[1].feed.id)
        let third = try await store.declared([StoreSamples.declaration("a")], now: samples.now)
        #expect(third.map(\.feed.id) == [first[1].feed.id] && third.allSatisfy(\.isListed))
    },
    StorePromise("keeps local sources and odd texts of declarations") { samples in
        let odd = FeedDeclaration(
            address: "seeds/a 'b' \"c\"; DROP TABLE feed.xml", source: .local(path: "/tmp/ä/\u{1F600}.xml"), title: "")
        let records = try await samples.store.declared([odd], now: samples.now)
        #expect(try await samples.store.feeds() == records)
        #expect(try await samples.store.declared([odd], now: samples.now) == records)
    },
    StorePromise("gives the whole state of a feed back") { samples in
        let feed = try await samples.feed()
        let state = everyState(samples.now)
        let failure = Failure(stage: .parse, code: "not_a_feed", message: "line 1: \"no\"", isRetryable: true)
        let check = FeedCheck(
            feed: feed, started: samples.now, outcome: .failed, status: 503, bytes: 12, failure: failure)
        _ = try await samples.store.apply(CycleWrite(check: check, state: state))
        let record = try #require(try await samples.store.feeds().first)
        #expect(record.state == state)
        #expect(record.lastCheck == check)
        // A field that is added to the state must be added to `everyState`, and then to the stores.
        for (field, empty) in zip(Mirror(reflecting: state).children, Mirror(reflecting: FeedState()).children) {
            #expect("\(field.value)" != "\(empty.value)", "\(field.label ?? "") is not put to the test")
        }
        _ = try await samples.store.apply(samples.write(feed))
        #expect(try await samples.store.feeds().first?.state == FeedState())
        #expect(try await samples.store.feeds().first?.lastCheck?.outcome == .modified)
    },
    StorePromise("says which feeds may be due, and how all of them stand") { samples in
        let store = samples.store
        let now = samples.now
        let file = FeedDeclaration(address: "seeds/a.xml", source: .local(path: "/seeds/a.xml"))
        let names = ["new", "due", "soon", "late", "held", "gone", "future", "failing", "over"]
        let records = try await store.declared(names.map { StoreSamples.declaration($0) } + [file], now: now)
        func remember(_ name: String, _ change: (inout FeedState) -> Void) async throws {
            let feed = records[names.firstIndex(of: name) ?? 0].feed.id
            var state = FeedState()
            state.lastChecked = now - .seconds(60)
            state.lastSuccess = now - .seconds(60)
            state.nextCheck = now + .seconds(7_200)
            change(&state)
            let check = FeedCheck(
                feed: feed, started: now, outcome: .modified, status: 200, bytes: 1, failure: nil)
            _ = try await store.apply(CycleWrite(check: check, state: state))
        }
        try await remember("due") { $0.nextCheck = now - .seconds(1) }
        try await remember("soon") { $0.nextCheck = now + .seconds(50) }
        try await remember("late") { _ in }
        try await remember("held") {
            $0.nextCheck = now + .seconds(61)
            $0.retryAfter = now + .seconds(9_000)
        }
        try await remember("gone") {
            $0.isGone = true
            $0.nextCheck = now - .seconds(1)
        }
        // The clock was ahead when it was checked.
        try await remember("future") { $0.lastChecked = now + .seconds(86_400) }
        try await remember("failing") { $0.failures = 2 }
        try await remember("over") { _ in }
        let kept = names.filter { $0 != "over" }.map { StoreSamples.declaration($0) } + [file]
        let listed = try await store.declared(kept, now: now)

        let outlook = try await store.outlook(until: now + .seconds(60), at: now)
        let due = ["new", "due", "soon", "future"].map { "https://\($0).example/feed.xml" } + ["seeds/a.xml"]
        #expect(outlook.candidates == listed.filter { due.contains($0.feed.address) })
        #expect(outlook.candidates.count == due.count)
        #expect(outlook.next == now + .seconds(7_200))
        #expect(outlook.counts.listed == 9 && outlook.counts.gone == 1 && outlook.counts.failing == 1)
        #expect(outlook.counts.new == 2 && outlook.counts.ok == 5)
        // Nobody is listed, and nobody is due.
        try await store.declare([], now: now)
        let none = try await store.outlook(until: now + .seconds(60), at: now)
        #expect(none == FeedOutlook(candidates: [], counts: FeedCounts(), next: nil))
    },
    StorePromise("picks of the feeds that are polled, and finds each") { samples in
        let store = samples.store
        let records = try await store.declared(
            ["c", "a", "b"].map { StoreSamples.declaration($0) }, now: samples.now)
        let fewer = try await store.declared(["c", "b"].map { StoreSamples.declaration($0) }, now: samples.now)
        let picked = try await store.feeds { $0.feed.address.contains("a.") ? nil : $0 }
        #expect(picked == fewer.sorted { $0.feed.id < $1.feed.id })
        #expect(try await store.feed(records[1].feed.id)?.isListed == false)
        #expect(try await store.feed(records[0].feed.id) == fewer[0])
        #expect(try await store.feed(FeedID(rawValue: 1)) == nil)
    },
]
