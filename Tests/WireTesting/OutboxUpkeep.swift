import Testing
import WireModel
import WireStore

/// What an outbox promises those who look at it and tend it.
let outboxUpkeepPromises = [
    StorePromise("finds alerts and messages") { samples in
        let (store, now) = (samples.store, samples.now)
        let feed = try await samples.feed()
        let early = try await samples.raise(["a"], in: feed, at: now - .seconds(3_600))
        let floods = try await samples.raise(["b", "c"], in: feed, to: ["desk", "phone"])
        let fires = try await samples.raise(["d"], in: feed, topic: "fires")
        let message = samples.message(1, to: "phone", count: 2)
        try await samples.send(message)
        func found(_ change: (inout AlertQuery) -> Void) async throws -> [AlertID] {
            var query = AlertQuery(limit: 0)
            change(&query)
            return try await store.alerts(query).map(\.alert.id)
        }
        let ids = (early + floods + fires).map(\.alert.id)
        #expect(try await found { _ in } == ids.reversed())
        #expect(try await found { $0.limit = 2 } == [ids[3], ids[2]])
        #expect(try await found { $0.id = ids[1] } == [ids[1]])
        #expect(try await found { $0.topic = "floods" } == [ids[2], ids[1], ids[0]])
        #expect(try await found { $0.since = now } == [ids[3], ids[2], ids[1]])
        #expect(try await found { $0.channel = "phone" } == [ids[2], ids[1]])
        #expect(try await found { ($0.channel, $0.state) = ("desk", .leased) } == [])
        #expect(try await found { $0.state = .leased } == [ids[2], ids[1]])
        var query = AlertQuery()
        query.id = ids[1]
        let record = try #require(try await store.alerts(query).first)
        #expect(record.messages == [message] && record.deliveries.map(\.channel) == ["desk", "phone"])
        try await samples.send(samples.message(2))
        #expect(try await store.messages(channel: nil, state: nil, limit: 0).map(\.count) == [1, 2])
        #expect(try await store.messages(channel: "phone", state: .pending, limit: 5) == [message])
        #expect(try await store.messages(channel: nil, state: .done, limit: 5) == [])
        #expect(try await store.messages(channel: nil, state: nil, limit: 1).map(\.id) == [StoreSamples.messageID(2)])
        #expect(try await store.outboxQueue() == OutboxQueue(deliveries: 6, oldest: now - .seconds(3_600)))
        let counts = try await store.outboxCounts()
        #expect(
            counts == [
                OutboxCount(channel: "desk", state: .leased, deliveries: 3, oldest: now - .seconds(3_600)),
                OutboxCount(channel: "desk", state: .pending, deliveries: 1, oldest: now),
                OutboxCount(channel: "phone", state: .leased, deliveries: 2, oldest: now),
            ])
    },
    StorePromise("acknowledges alerts once, and tells no more of them") { samples in
        let (store, now) = (samples.store, samples.now)
        let feed = try await samples.feed()
        let alerts = try await samples.raise(["a", "b"], in: feed, to: ["desk", "phone"])
        try await samples.send(samples.message(1, to: "phone"))
        let ids = alerts.map(\.alert.id)
        #expect(try await store.acknowledge([ids[0], AlertID(rawValue: 6)], now: now + .seconds(1)) == [ids[0]])
        #expect(try await store.acknowledge(ids, now: now + .seconds(2)) == [ids[1]])
        #expect(try await samples.states(of: alerts[0]) == ["desk": .cancelled, "phone": .leased])
        let stored = try await store.alerts(AlertQuery())
        #expect(stored.map(\.alert.acknowledged) == [now + .seconds(2), now + .seconds(1)])
        #expect(stored[1].deliveries[0].cancellation == .acknowledged)
        #expect(try await store.waitingDeliveries(limit: 5, paused: []) == [])
    },
    StorePromise("keeps who opted out, once, until it is taken back") { samples in
        let (store, now) = (samples.store, samples.now)
        #expect(try await store.optOuts() == [])
        try await store.optOut("b@example.org", of: "mail", now: now)
        try await store.optOut("a@example.org", of: "mail", now: now + .seconds(1))
        try await store.optOut("b@example.org", of: "mail", now: now + .seconds(2))
        _ = try await store.dropChannels(except: [], now: now)
        let first = OptOut(channel: "mail", recipient: "a@example.org", since: now + .seconds(1))
        #expect(try await store.optOuts() == [first, OptOut(channel: "mail", recipient: "b@example.org", since: now)])
        #expect(try await store.optIn("b@example.org", to: "mail"))
        #expect(try await !store.optIn("b@example.org", to: "mail"))
        #expect(try await store.optOuts() == [first])
    },
    StorePromise("keeps silences, and ends them before their time") { samples in
        let (store, now) = (samples.store, samples.now)
        func silence(_ matchers: Silence.Matchers, _ start: Int, _ end: Int) -> Silence {
            Silence(
                id: store.ids.next(at: now), matchers: matchers, starts: now + .seconds(start),
                ends: now + .seconds(end), author: "Ann", comment: "Exercise", created: now)
        }
        let first = silence(
            Silence.Matchers(topic: "floods", feed: "folder/a", channel: "desk", severity: .high), 0, 60)
        let second = silence(Silence.Matchers(channel: "desk"), 30, 90)
        try await store.add(first)
        try await store.add(second)
        await #expect(throws: StoreError.self) { try await store.add(first) }
        #expect(try await store.silences(activeAt: nil) == [first, second])
        #expect(try await store.silences(activeAt: now) == [first])
        #expect(try await store.silences(activeAt: now + .seconds(59)) == [first, second])
        #expect(try await store.silences(activeAt: now + .seconds(60)) == [second])
        #expect(try await store.expire(first.id, now: now + .seconds(10)))
        #expect(try await !store.expire(first.id, now: now + .seconds(11)))
        #expect(try await !store.expire(SilenceID(rawValue: 6), now: now))
        // One that had not begun never does.
        #expect(try await store.expire(second.id, now: now + .seconds(20)))
        #expect(try await store.silences(activeAt: now + .seconds(40)) == [])
        #expect(try await store.silences(activeAt: nil).map(\.ends) == [now + .seconds(10), now + .seconds(20)])
    },
    StorePromise("cancels what waits for a channel that is no more") { samples in
        let (store, now) = (samples.store, samples.now)
        let feed = try await samples.feed()
        let first = try await samples.raise(["a"], in: feed, to: ["desk", "phone", "mail"])
        try await samples.send(samples.message(1, to: "phone"))
        #expect(try await samples.claim(at: now).count == 1)
        let second = try await samples.raise(["b"], in: feed, to: ["desk", "phone"])
        try await store.record(
            [], channels: [ChannelHealth(channel: "phone", failures: 3), ChannelHealth(channel: "desk")])
        #expect(try await store.dropChannels(except: ["desk"], now: now) == 3)
        #expect(try await store.dropChannels(except: ["desk"], now: now) == 0)
        #expect(try await samples.states(of: first[0]) == ["desk": .pending, "phone": .cancelled, "mail": .cancelled])
        #expect(try await samples.states(of: second[0]) == ["desk": .pending, "phone": .cancelled])
        #expect(try await store.message(StoreSamples.messageID(1))?.state == .cancelled)
        #expect(try await store.channelHealth().map(\.channel) == ["desk"])
        // Its attempt ends after all.
        try await samples.end(1, .retry(at: now), at: now)
        #expect(try await samples.claim(at: now + .seconds(3_600)) == [])
    },
    StorePromise("prunes what is over, and nothing that somebody may still need") { samples in
        let (store, now) = (samples.store, samples.now)
        let feed = try await samples.feed()
        let ends: [AttemptResult.Next?] = [.done, .dead, .retry(at: now), nil]
        var alerts: [NewAlert] = []
        for (number, end) in zip(UInt64(1)...UInt64(9), ends) {
            alerts += try await samples.raise(["a\(number)"], in: feed, group: "g\(number)")
            try await samples.send(samples.message(number, group: "g\(number)"))
            if let end { try await samples.end(number, end, at: now) }
        }
        let notices = [samples.notice(.feedGap), samples.notice(.feedGone, to: ["desk"])]
        try await store.post(notices)
        try await samples.send(
            samples.message(
                5, group: notices[0].deliveries[0].group, count: 0, kind: .notice(.feedGap, isCleared: false)))
        try await samples.end(5, at: now)
        // The done one is repeated: its deliveries say what.
        try await store.apply(OutboxPlan(messages: [(samples.message(6, group: "g1"), [])], now: now))
        let soon = now + .seconds(1)
        #expect(try await store.pruneOutbox(doneBefore: now, deadBefore: now) == 0)
        #expect(try await store.pruneOutbox(doneBefore: soon, deadBefore: now) == 2)
        #expect(try await store.message(StoreSamples.messageID(2)) != nil)
        #expect(try await store.message(StoreSamples.messageID(5)) == nil)
        let contents = try await store.contents(of: notices.map { .notice($0.notice.id) })
        #expect(contents.count == 1)
        try await samples.end(6, at: now)
        #expect(try await store.pruneOutbox(doneBefore: soon, deadBefore: soon) == 3)
        for (number, isKept) in [(1, false), (2, false), (3, true), (4, true)] as [(UInt64, Bool)] {
            #expect(try await (store.message(StoreSamples.messageID(number)) != nil) == isKept)
        }
        #expect(try await samples.states(of: alerts[0]) == ["desk": .done])
        #expect(try await samples.states(of: alerts[1]) == ["desk": .dead])
        #expect(try await store.alerts(AlertQuery()).count == 4)
        #expect(try await store.check() == [])
    },
    StorePromise("knows since when topics are watched, and when they last matched") { samples in
        let (store, now) = (samples.store, samples.now)
        #expect(try await store.watchedSince(["a", "b"], now: now) == ["a": now, "b": now])
        let later = now + .seconds(60)
        #expect(try await store.watchedSince(["a", "c", "c"], now: later) == ["a": now, "c": later])
        #expect(try await store.watchedSince(["a", "b"], now: later) == ["a": now, "b": later])
        #expect(try await store.watchedSince([], now: later) == [:])
        #expect(try await store.lastMatches() == [:])
        let feed = try await samples.feed()
        try await samples.raise(["one"], in: feed, topic: "fires")
        try await samples.raise(["two", "three"], in: feed)
        #expect(try await store.lastMatches() == ["fires": now, "floods": now])
    },
]
