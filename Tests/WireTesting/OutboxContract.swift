import Testing
import WireModel
import WireStore

/// What an outbox promises of what comes in and how it is planned.
let outboxPromises = raisingPromises + planningPromises + sendingPromises + outboxUpkeepPromises

private let raisingPromises = [
    StorePromise("raises an alert with its article, once, whatever is repeated") { samples in
        let feed = try await samples.feed()
        let new = samples.article("one", in: feed)
        var write = samples.write(feed, new: [new], matches: [samples.match("floods", of: new.article.id)])
        write.alerts = [samples.alert(write.matches[0], in: feed, to: ["desk", "phone"])]
        write.notices = [samples.notice(.feedFirst)]
        let receipt = try await samples.store.apply(write)
        #expect(receipt.alerts == [write.alerts[0].alert.id])
        #expect(try await samples.store.apply(write) == CycleReceipt())
        // The same document read by another process: other ids, the same keys.
        let twin = samples.article("one", in: feed)
        var again = samples.write(feed, new: [twin], matches: [samples.match("floods", of: twin.article.id)])
        again.alerts = [samples.alert(again.matches[0], in: feed)]
        again.notices = [samples.notice(.feedFirst)]
        #expect(try await samples.store.apply(again) == CycleReceipt())
        let stored = try await samples.store.alerts(AlertQuery())
        #expect(stored.map(\.alert) == [write.alerts[0].alert])
        #expect(stored.first?.deliveries == write.alerts[0].deliveries)
        #expect(stored.first?.flagged.article == new.article)
        #expect(stored.first?.flagged.match == write.matches[0].match)
        let waiting = try await samples.store.waitingDeliveries(limit: 10, paused: [])
        #expect(waiting.map(\.id) == (write.alerts[0].deliveries + write.notices[0].deliveries).map(\.id))
    },
    StorePromise("raises no alert on a match that was there, nor two with one key") { samples in
        let feed = try await samples.feed()
        let new = samples.article("one", in: feed)
        let id = new.article.id
        var write = samples.write(feed, new: [new], matches: [samples.match("floods", of: id)])
        write.alerts = [samples.alert(write.matches[0], in: feed), samples.alert(write.matches[0], in: feed)]
        #expect(try await samples.store.apply(write).alerts.count == 1)
        let edit = samples.edit(new, text: "More floods.")
        var second = samples.write(feed, revised: [edit], matches: [samples.match("floods", of: id, revision: 2)])
        second.alerts = [samples.alert(second.matches[0], in: feed)]
        #expect(try await samples.store.apply(second).alerts == [])
        #expect(try await samples.store.alerts(AlertQuery()).count == 1)
        #expect(try await samples.store.waitingDeliveries(limit: 10, paused: []).count == 1)
    },
    StorePromise("keeps muted alerts, and tells nobody of them") { samples in
        let feed = try await samples.feed()
        let new = Alert.Muting.allCases.map { samples.article($0.rawValue, in: feed) }
        var write = samples.write(feed, new: new, matches: new.map { samples.match("floods", of: $0.article.id) })
        write.alerts = zip(write.matches, Alert.Muting.allCases).map { samples.alert($0, in: feed, muting: $1) }
        let receipt = try await samples.store.apply(write)
        #expect(receipt.flagged.count == 3 && receipt.alerts == [])
        let stored = try await samples.store.alerts(AlertQuery())
        #expect(Set(stored.compactMap(\.alert.muting)) == Set(Alert.Muting.allCases))
        #expect(try await samples.store.waitingDeliveries(limit: 10, paused: []) == [])
        #expect(try await samples.store.alertCounts(since: samples.now - .seconds(600)) == [:])
    },
    StorePromise("undoes alerts with a write that fails") { samples in
        let feed = try await samples.feed()
        let new = samples.article("one", in: feed)
        var write = samples.write(feed, new: [new], matches: [samples.match("floods", of: new.article.id)])
        write.alerts = [samples.alert(write.matches[0], in: feed)]
        // A match of an article that does not exist.
        write.matches.append(samples.match("floods", of: ArticleID(rawValue: 5)))
        await #expect(throws: StoreError.self) { try await samples.store.apply(write) }
        #expect(try await samples.store.alerts(AlertQuery()).isEmpty)
        #expect(try await samples.store.waitingDeliveries(limit: 10, paused: []).isEmpty)
    },
    StorePromise("says when there may be something to send, and when there will not be any more") { samples in
        let feed = try await samples.feed()
        let changes = samples.store.outboxChanges()
        try await samples.raise(["one"], in: feed)
        var word = changes.makeAsyncIterator()
        #expect(await word.next() != nil)
        try await samples.store.post([samples.notice()])
        #expect(await word.next() != nil)
        try await samples.store.close()
        #expect(await word.next() == nil)
        var late = samples.store.outboxChanges().makeAsyncIterator()
        #expect(await late.next() == nil)
    },
    StorePromise("posts a notice once, and keeps what lasts until it is cleared") { samples in
        let store = samples.store
        let failing = samples.notice(.feedFailing, of: "a")
        try await store.post([failing, failing, samples.notice(.feedGap, of: "a"), samples.notice(.feedGone, of: "b")])
        #expect(try await store.waitingDeliveries(limit: 10, paused: []).count == 3)
        let later = samples.now + .seconds(86_400)
        let failed = Condition(kind: .feedFailing, subject: "a", since: samples.now, lastTold: samples.now)
        let gone = Condition(kind: .feedGone, subject: "b", since: samples.now, lastTold: samples.now)
        #expect(try await store.conditions() == [failed, gone])
        // Also those that come with a cycle.
        let feed = try await samples.feed()
        var write = samples.write(feed)
        write.notices = [samples.notice(.feedFailing, of: "a", at: later)]
        _ = try await store.apply(write)
        let told = Condition(kind: .feedFailing, subject: "a", since: samples.now, lastTold: later)
        #expect(try await store.conditions() == [told, gone])
        try await store.post([samples.notice(.feedFailing, of: "a", isCleared: true, to: [])])
        #expect(try await store.conditions() == [gone])
    },
]

private let planningPromises = [
    StorePromise("lists what waits: oldest first, some of each group, with all that the policy asks") { samples in
        let feed = try await samples.feed()
        let text = Digest(of: "text")
        let floods = try await samples.raise(["a", "b", "c"], in: feed, text: text)
        let fires = try await samples.raise(["d"], in: feed, topic: "fires", to: ["desk", "phone", "off"])
        let notice = samples.notice()
        try await samples.store.post([notice])
        let all = try await samples.store.waitingDeliveries(limit: 10, paused: ["off"])
        let expected = floods + fires
        #expect(
            all.map(\.id) == expected.flatMap(\.deliveries).filter { $0.channel != "off" }.map(\.id)
                + notice.deliveries.map(\.id))
        let first = try #require(all.first)
        #expect(
            first.subject == .alert(floods[0].alert.id) && first.key == GroupKey(channel: "desk", group: "topic=floods")
        )
        #expect(first.created == samples.now && first.severity == .high && first.topic == "floods")
        #expect(first.textGroup == text && first.feed?.url == "https://news.example/feed.xml")
        #expect(!first.isAcknowledged && first.noticeKind == nil)
        let last = try #require(all.last)
        #expect(last.subject == .notice(notice.notice.id) && last.noticeKind == .feedFailing && last.topic == nil)
        #expect(last.feed == nil && last.severity == .high)
        // Many in one group hide no other group.
        let some = try await samples.store.waitingDeliveries(limit: 2, paused: ["phone"])
        #expect(some.map(\.key.channel) == ["desk", "desk", "desk", "off", "desk"])
        #expect(some.prefix(2).map(\.topic) == ["floods", "floods"])
        #expect(try await samples.store.waitingDeliveries(limit: 0, paused: []) == [])
    },
    StorePromise("takes deliveries into a message or cancels them, all or nothing") { samples in
        let (feed, now) = (try await samples.feed(), samples.now)
        let alerts = try await samples.raise(["a", "b", "c"], in: feed)
        let ids = alerts.map { $0.deliveries[0].id }
        let silence = Silence(
            id: samples.store.ids.next(at: now), matchers: Silence.Matchers(topic: "floods"), starts: now,
            ends: now + .seconds(60), author: "A", comment: "", created: now)
        try await samples.store.add(silence)
        let message = samples.message(1, leasedUntil: now + .seconds(120))
        try await samples.store.apply(
            OutboxPlan(
                messages: [(message, [ids[0]])], cancellations: [.init(ids[1], .silenced, silence: silence.id)],
                now: now))
        #expect(try await samples.store.message(message.id) == message)
        #expect(try await samples.store.waitingDeliveries(limit: 9, paused: []).map(\.id) == [ids[2]])
        for wrong in [ids[0], ids[1], DeliveryID(rawValue: 3)] {
            let plan = OutboxPlan(messages: [(samples.message(2), [ids[2], wrong])], now: now)
            await #expect(throws: StoreError.self) { try await samples.store.apply(plan) }
            let cancelling = OutboxPlan(
                cancellations: [.init(ids[2], .inhibited), .init(wrong, .inhibited)], now: now)
            await #expect(throws: StoreError.self) { try await samples.store.apply(cancelling) }
        }
        let other = OutboxPlan(messages: [(samples.message(2, to: "phone"), [ids[2]])], now: now)
        await #expect(throws: StoreError.self) { try await samples.store.apply(other) }
        #expect(try await samples.store.message(StoreSamples.messageID(2)) == nil)
        #expect(try await samples.store.waitingDeliveries(limit: 9, paused: []).map(\.id) == [ids[2]])
        let stored = try await samples.store.alerts(AlertQuery()).reversed().map { $0 }
        #expect(stored.map { $0.deliveries[0].state } == [.leased, .cancelled, .pending])
        #expect(stored[0].messages == [message] && stored[0].deliveries[0].message == message.id)
        #expect(stored[1].deliveries[0].cancellation == .silenced && stored[1].deliveries[0].silence == silence.id)
        #expect(stored[1].deliveries[0].done == now)
    },
    StorePromise("remembers what was sent to a group, and what of it is open") { samples in
        let (feed, now) = (try await samples.feed(), samples.now)
        let key = GroupKey(channel: "desk", group: "topic=floods")
        let alerts = try await samples.raise(["a", "b"], in: feed)
        #expect(try await samples.store.groupLogs([key], now: now) == [:])
        try await samples.send(samples.message(1, leasedUntil: now + .seconds(120), count: 2))
        var log = GroupLog(lastMade: now, lastDone: nil, open: alerts.map(\.alert.id), isHeldBack: true)
        #expect(try await samples.store.groupLogs([key, GroupKey(channel: "x", group: "y")], now: now) == [key: log])
        #expect(try await samples.store.openGroups(madeBefore: now + .seconds(1)) == [:])
        try await samples.end(1, at: now + .seconds(3))
        log = GroupLog(lastMade: now, lastDone: now + .seconds(3), open: alerts.map(\.alert.id))
        #expect(try await samples.store.groupLogs([key], now: now + .seconds(4)) == [key: log])
        #expect(try await samples.store.openGroups(madeBefore: now) == [:])
        #expect(try await samples.store.openGroups(madeBefore: now + .seconds(1)) == [key: log])
        _ = try await samples.store.acknowledge([alerts[0].alert.id], now: now)
        // A repetition tells the same alerts once more; so does the next one.
        for number in 2...3 as ClosedRange<UInt64> {
            let time = now + .seconds(3_600 * Int(number))
            let repetition = samples.message(number, at: time)
            try await samples.store.apply(OutboxPlan(messages: [(repetition, [])], now: time))
            try await samples.end(number, at: time + .seconds(1))
            log = GroupLog(lastMade: time, lastDone: time + .seconds(1), open: [alerts[1].alert.id])
            #expect(try await samples.store.openGroups(madeBefore: time + .seconds(1)) == [key: log])
        }
        _ = try await samples.store.acknowledge([alerts[1].alert.id], now: now)
        #expect(try await samples.store.openGroups(madeBefore: now + .seconds(86_400)) == [:])
    },
    StorePromise("counts alerts by topic, and knows which texts a channel was told of") { samples in
        let (feed, now) = (try await samples.feed(), samples.now)
        let (text, other) = (Digest(of: "text"), Digest(of: "other"))
        try await samples.raise(["old"], in: feed, topic: "fires", at: now - .seconds(700))
        try await samples.raise(["a", "b"], in: feed, to: ["desk", "phone", "mail"], text: text)
        #expect(try await samples.store.alertCounts(since: now - .seconds(600)) == ["floods": 2])
        #expect(try await samples.store.alertCounts(since: now - .seconds(700)) == ["floods": 2, "fires": 1])
        #expect(try await samples.store.toldTexts([text, other], since: now - .seconds(1)) == [])
        try await samples.send(samples.message(1, leasedUntil: now + .seconds(120)))
        try await samples.send(samples.message(2, to: "phone"))
        try await samples.send(samples.message(3, to: "mail"))
        try await samples.end(2, at: now + .seconds(10))
        try await samples.end(3, .dead, at: now + .seconds(10))
        let desk = ToldText(topic: "floods", textGroup: text, channel: "desk")
        let phone = ToldText(topic: "floods", textGroup: text, channel: "phone")
        #expect(try await samples.store.toldTexts([text, other], since: now) == [desk, phone])
        // The one is still being told, the other was told before.
        #expect(try await samples.store.toldTexts([text], since: now + .seconds(11)) == [desk])
        #expect(try await samples.store.toldTexts([other], since: now) == [])
    },
    StorePromise("gives the text that matched, also after an edit") { samples in
        let feed = try await samples.feed()
        let new = samples.article("one", in: feed, text: "A flood.")
        var write = samples.write(feed, new: [new], matches: [samples.match("floods", of: new.article.id)])
        write.alerts = [samples.alert(write.matches[0], in: feed)]
        _ = try await samples.store.apply(write)
        let edit = samples.edit(new, text: "No flood, but a fire.")
        var second = samples.write(
            feed, revised: [edit], matches: [samples.match("fires", of: new.article.id, revision: 2)])
        second.alerts = [samples.alert(second.matches[0], in: feed)]
        let notice = samples.notice()
        second.notices = [notice]
        _ = try await samples.store.apply(second)
        let contents = try await samples.store.contents(of: [
            .notice(notice.notice.id), .alert(second.alerts[0].alert.id), .alert(AlertID(rawValue: 4)),
            .alert(write.alerts[0].alert.id), .notice(NoticeID(rawValue: 4)),
        ])
        #expect(contents.count == 3)
        guard case .notice(let told) = contents[0], case .alert(let late, let now) = contents[1],
            case .alert(let early, let then) = contents[2]
        else { throw Unexpected(contents: contents) }
        #expect(told == notice.notice && late == second.alerts[0].alert && early == write.alerts[0].alert)
        #expect(then.article.item.contentText == "A flood." && then.article.revision == 1)
        #expect(now.article == edit.article && now.match == second.matches[0].match)
        #expect(then.topic == "floods" && then.topicName == "floods all over" && then.severity == .high)
        #expect(then.feed.url == "https://news.example/feed.xml" && then.id == write.matches[0].id)
    },
]

private struct Unexpected: Error {
    let contents: [DeliveryContent]
}
