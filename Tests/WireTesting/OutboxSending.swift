import Testing
import WireModel
import WireStore

/// What an outbox promises of messages on their way.
let sendingPromises = [
    StorePromise("leases what is due: those longest due first, one of each group, so many of each channel") { samples in
        let (store, now) = (samples.store, samples.now)
        let plan = OutboxPlan(
            messages: [
                (samples.message(1, group: "a"), []), (samples.message(2, group: "b", at: now - .seconds(5)), []),
                (samples.message(3, group: "b"), []), (samples.message(4, group: "c", at: now + .seconds(1)), []),
                (samples.message(5, to: "phone", at: now - .seconds(9)), []), (samples.message(6, to: "off"), []),
            ], now: now)
        try await store.apply(plan)
        #expect(try await samples.claim(at: now, limit: 0) == [])
        let first = try await samples.claim(at: now, limits: ["desk": 5], paused: ["off"])
        #expect(first.map(\.id) == [5, 2, 1].map(StoreSamples.messageID))
        #expect(first.allSatisfy { $0.attempt == 1 && $0.state == .leased && $0.leaseUntil == now + .seconds(120) })
        #expect(first[1].body == Array("body 2".utf8))
        #expect(try await samples.claim(at: now, limits: ["desk": 5], paused: ["off"]) == [])
        // A channel that is not named has one; none when its limit is 0.
        #expect(try await samples.claim(at: now, limits: ["off": 0]) == [])
        #expect(try await samples.claim(at: now).map(\.id) == [StoreSamples.messageID(6)])
        #expect(try await samples.claim(at: now + .seconds(1)).map(\.id) == [StoreSamples.messageID(4)])
        #expect(try await store.message(StoreSamples.messageID(2))?.attempt == 1)
    },
    StorePromise("leases no more than asked for, over all channels") { samples in
        let now = samples.now
        let messages = (0..<30).map { (samples.message($0, to: "c\($0 % 10)", group: "\($0)"), [DeliveryID]()) }
        try await samples.store.apply(OutboxPlan(messages: messages, now: now))
        #expect(try await samples.claim(at: now, limit: 7).count == 7)
        #expect(try await samples.claim(at: now, limit: 7).count == 7)
        let limits = Dictionary(uniqueKeysWithValues: (0..<10).map { ("c\($0)", 3) })
        #expect(try await samples.claim(at: now, limit: 100, limits: limits).count == 16)
    },
    StorePromise("leases again what was not heard of, and gives back what a dead process held") { samples in
        let (store, now) = (samples.store, samples.now)
        try await store.apply(
            OutboxPlan(
                messages: [
                    (samples.message(1, leasedUntil: now + .seconds(120)), []), (samples.message(2, to: "phone"), []),
                ], now: now))
        #expect(try await samples.claim(at: now).map(\.id) == [StoreSamples.messageID(2)])
        #expect(try await samples.claim(at: now + .seconds(119)) == [])
        let again = try await samples.claim(at: now + .seconds(120))
        #expect(again.map(\.id) == [1, 2].map(StoreSamples.messageID) && again.map(\.attempt) == [2, 2])
        try await store.releaseLeases(now: now + .seconds(130))
        let released = try await samples.claim(at: now + .seconds(130))
        #expect(released.map(\.attempt) == [3, 3])
        #expect(released.map(\.body) == [Array("body 1".utf8), Array("body 2".utf8)])
    },
    StorePromise("keeps the order of a group while a retry waits, for ten minutes") { samples in
        let (store, now) = (samples.store, samples.now)
        try await store.apply(
            OutboxPlan(
                messages: [(samples.message(1), []), (samples.message(2, at: now + .seconds(60)), [])], now: now))
        let limits = ["desk": 5]
        #expect(
            try await samples.claim(at: now + .seconds(60), limits: limits).map(\.id) == [StoreSamples.messageID(1)])
        #expect(try await samples.claim(at: now + .seconds(61), limits: limits) == [])
        try await samples.end(1, .retry(at: now + .seconds(3_600)), at: now + .seconds(61))
        #expect(try await samples.claim(at: now + .seconds(62), limits: limits) == [])
        #expect(try await samples.claim(at: now + .seconds(599), limits: limits) == [])
        #expect(try await store.nextDue(now: now + .seconds(62), paused: []) == now + Message.headOfLine)
        let passed = try await samples.claim(at: now + Message.headOfLine, limits: limits)
        #expect(passed.map(\.id) == [StoreSamples.messageID(2)])
        // Another channel's and another group's go on meanwhile.
        try await store.apply(
            OutboxPlan(
                messages: [
                    (samples.message(3, group: "x", at: now), []), (samples.message(4, to: "phone", at: now), []),
                ], now: now))
        #expect(try await samples.claim(at: now + .seconds(5), limits: limits).count == 2)
    },
    StorePromise("notes how attempts ended") { samples in
        let (store, now) = (samples.store, samples.now)
        let feed = try await samples.feed()
        let alerts = try await samples.raise(["a"], in: feed, to: ["desk", "phone", "mail"])
        for (number, channel) in zip(UInt64(1)...UInt64(9), ["desk", "phone", "mail"]) {
            try await samples.send(samples.message(number, to: channel))
        }
        #expect(try await samples.claim(at: now).count == 3)
        let long = Message.Answer(
            status: 503, text: String(repeating: "é", count: 600), error: String(repeating: "x", count: 5_000))
        let health = ChannelHealth(
            channel: "mail", failures: 1, failingSince: now, pausedUntil: now + .seconds(9), lastError: "503")
        try await store.record(
            [
                AttemptResult(StoreSamples.messageID(1), .done, answer: .init(status: 204), at: now + .seconds(1)),
                AttemptResult(StoreSamples.messageID(2), .dead, answer: .init(error: "404"), at: now + .seconds(2)),
                AttemptResult(
                    StoreSamples.messageID(3), .retry(at: now + .seconds(9)), answer: long, at: now + .seconds(3)),
            ], channels: [health, ChannelHealth(channel: "desk", isOff: true, lastDone: now)])
        #expect(try await samples.states(of: alerts[0]) == ["desk": .done, "phone": .dead, "mail": .leased])
        let done = try #require(try await store.message(StoreSamples.messageID(1)))
        #expect(done.state == .done && done.done == now + .seconds(1) && done.leaseUntil == nil && done.attempt == 1)
        #expect(done.answer == Message.Answer(status: 204))
        let retried = try #require(try await store.message(StoreSamples.messageID(3)))
        #expect(retried.state == .pending && retried.notBefore == now + .seconds(9) && retried.done == nil)
        #expect(retried.answer?.text == String(repeating: "é", count: 512) && retried.answer?.status == 503)
        #expect(retried.answer?.error?.utf8.count == Message.Answer.textLimit)
        // What is over stays as it is.
        try await samples.end(1, .retry(at: now), at: now + .seconds(5))
        try await samples.end(2, at: now + .seconds(5))
        #expect(try await store.message(StoreSamples.messageID(1)) == done)
        #expect(try await samples.states(of: alerts[0])["phone"] == .dead)
        #expect(try await store.channelHealth().map(\.channel) == ["desk", "mail"])
        #expect(try await store.channelHealth().last == health)
        #expect(try await samples.claim(at: now + .seconds(8)) == [])
        #expect(try await samples.claim(at: now + .seconds(9)).map(\.attempt) == [2])
    },
    StorePromise("says when the next message is due") { samples in
        let (store, now) = (samples.store, samples.now)
        #expect(try await store.nextDue(now: now, paused: []) == nil)
        try await store.apply(
            OutboxPlan(
                messages: [
                    (samples.message(1, at: now + .seconds(50)), []),
                    (samples.message(2, to: "phone", leasedUntil: now + .seconds(20)), []),
                    (samples.message(3, to: "off"), []),
                ], now: now))
        #expect(try await store.nextDue(now: now, paused: []) == now)
        #expect(try await store.nextDue(now: now, paused: ["off"]) == now + .seconds(20))
        #expect(try await store.nextDue(now: now, paused: ["off", "phone"]) == now + .seconds(50))
        #expect(try await store.nextDue(now: now, paused: ["off", "phone", "desk"]) == nil)
        try await samples.end(2, at: now)
        try await samples.end(3, .dead, at: now)
        #expect(try await store.nextDue(now: now, paused: []) == now + .seconds(50))
    },
    StorePromise("follows a clock that is set back, and bears one that jumps ahead") { samples in
        let (store, now) = (samples.store, samples.now)
        try await store.apply(
            OutboxPlan(
                messages: [(samples.message(1, group: "a"), []), (samples.message(2, group: "b"), [])], now: now))
        #expect(try await samples.claim(at: now).count == 1)
        try await samples.end(1, .retry(at: now + .seconds(300)), at: now)
        #expect(try await samples.claim(at: now).count == 1)
        // An hour back: the retry comes five minutes later all the same, and the lease ends after two.
        let back = now - .seconds(3_600)
        #expect(try await samples.claim(at: back) == [])
        #expect(try await samples.claim(at: back + .seconds(121)).map(\.id) == [StoreSamples.messageID(2)])
        try await samples.end(2, .retry(at: back + .seconds(900)), at: back + .seconds(122))
        #expect(try await samples.claim(at: back + .seconds(299)) == [])
        #expect(try await samples.claim(at: back + .seconds(300)).map(\.id) == [StoreSamples.messageID(1)])
        // A day ahead: leases are over, nothing is lost.
        #expect(try await samples.claim(at: now + .seconds(86_400), limits: ["desk": 9]).count == 2)
        // Back again, in another process.
        try await store.releaseLeases(now: now)
        #expect(try await samples.claim(at: now, limits: ["desk": 9]).count == 2)
    },
    StorePromise("sends again under the same id") { samples in
        let (store, now) = (samples.store, samples.now)
        let feed = try await samples.feed()
        let alerts = try await samples.raise(["a"], in: feed)
        try await samples.send(samples.message(1))
        #expect(try await !store.resend(StoreSamples.messageID(9), now: now))
        #expect(try await samples.claim(at: now).count == 1)
        #expect(try await !store.resend(StoreSamples.messageID(1), now: now))
        let later = now + .seconds(86_400)
        for end in [AttemptResult.Next.dead, .done, .retry(at: later + .seconds(900))] {
            try await samples.end(1, end, at: later)
            #expect(try await store.resend(StoreSamples.messageID(1), now: later))
            #expect(try await samples.states(of: alerts[0]) == ["desk": .leased])
            let again = try await samples.claim(at: later)
            #expect(again.map(\.id) == [StoreSamples.messageID(1)] && again.map(\.attempt) == [1])
            #expect(again.first?.body == Array("body 1".utf8) && again.first?.done == nil)
        }
    },
]
