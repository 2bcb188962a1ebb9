import Testing
import WireModel
import WireStore

@testable import WireAlerts

/// What is said of the program itself: each condition begins, lasts, is repeated, and ends.
@Suite("Watching the watcher")
struct WatcherTests {
    private let now = Timestamp(year: 2026, month: 3, day: 4, hour: 10)
    private let address = "https://news.example/rss"
    private let watcher = Watcher(AlertSettings())

    private func record(isListed: Bool = true, _ change: (inout FeedState) -> Void = { _ in }) -> FeedRecord {
        var state = FeedState()
        change(&state)
        let feed = Feed(id: FeedID(rawValue: 1), address: address, source: .remote(url: address), title: "News")
        return FeedRecord(feed: feed, state: state, isListed: isListed)
    }

    private func situation(_ change: (inout Watcher.Situation) -> Void) -> Watcher.Situation {
        var situation = Watcher.Situation()
        change(&situation)
        return situation
    }

    private func kinds(_ findings: [Watcher.Finding]) -> [Notice.Kind] { findings.map(\.kind) }

    /// A feed that posted every so often for three weeks until `silence` ago.
    private func rhythm(every gap: Duration, silence: Duration, onWeekends: Bool = true) -> FeedRhythm {
        var rhythm = FeedRhythm()
        let last = now - silence
        let start = last - .seconds(21 * 86_400)
        rhythm.advance(to: start)
        var at = start
        while at < last {
            at = at + gap
            rhythm.advance(to: at)
            let isPosted = onWeekends || !FeedRhythm.isWeekend(at)
            rhythm.count(isPosted ? [at] : [], documentSize: 20, at: at)
        }
        rhythm.advance(to: now)
        return rhythm
    }

    // MARK: - Feeds

    @Test("A feed fails when five checks in a row failed, and the notice says why and since when")
    func failing() throws {
        let failed = { (count: Int) in
            self.situation { situation in
                situation.feeds = [
                    self.record {
                        $0.failures = count
                        $0.lastSuccess = self.now - .seconds(86_400)
                        $0.lastFailure = Failure(
                            stage: .fetch, code: "timeout", message: "no answer in 30 s", isRetryable: true)
                    }
                ]
            }
        }
        #expect(watcher.judge(failed(4), now: now).isEmpty)
        let finding = try #require(watcher.judge(failed(5), now: now).first)
        #expect(finding.kind == .feedFailing && finding.subject == address && finding.severity == .high)
        #expect(finding.text.contains("5 times in a row: no answer in 30 s"))
        #expect(finding.text.contains("\(now - .seconds(86_400))"))
    }

    @Test("A feed that is gone is told as gone, not as failing; one that is listed no longer is not told at all")
    func gone() {
        let gone: (inout FeedState) -> Void = {
            $0.isGone = true
            $0.failures = 9
        }
        #expect(kinds(watcher.judge(situation { $0.feeds = [record(gone)] }, now: now)) == [.feedGone])
        #expect(watcher.judge(situation { $0.feeds = [record(isListed: false, gone)] }, now: now).isEmpty)
    }

    @Test("A feed is silent by its own rhythm")
    func silent() {
        let hour = Duration.seconds(3_600)
        let table: [(gap: Duration, silence: Duration, isSilent: Bool)] = [
            (hour, hour * 6, false), (hour, hour * 23, false), (hour, hour * 25, true),
            // Six a day are four hours apart: seven are due after 28.
            (hour * 4, hour * 25, false), (hour * 4, hour * 36, true),
            (hour * 24, hour * 24 * 5, false), (hour * 24, hour * 24 * 9, true),
            // However long it lasts, and however seldom the feed posts.
            (hour, hour * 24 * 200, true), (hour * 24 * 5, hour * 24 * 30, false),
            (hour * 24 * 5, hour * 24 * 50, true),
        ]
        for (gap, silence, isSilent) in table {
            let state = record { $0.rhythm = rhythm(every: gap, silence: silence) }
            let found = kinds(watcher.judge(situation { $0.feeds = [state] }, now: now))
            #expect(found == (isSilent ? [.feedSilent] : []), "every \(gap), silent for \(silence)")
        }
        // Nothing is expected of a feed whose rhythm is not known.
        #expect(watcher.judge(situation { $0.feeds = [record()] }, now: now).isEmpty)
    }

    @Test("A feed that rests on weekends is not silent on Monday morning")
    func weekend() {
        let monday = Timestamp(year: 2026, month: 3, day: 2, hour: 6)
        var rhythm = FeedRhythm()
        let start = Timestamp(year: 2026, month: 2, day: 2, hour: 6)
        rhythm.advance(to: start)
        var at = start
        while at < monday {
            at = at + .seconds(7_200)
            rhythm.advance(to: at)
            rhythm.count(FeedRhythm.isWeekend(at) ? [] : [at], documentSize: 20, at: at)
        }
        let state = record { $0.rhythm = rhythm }
        #expect(watcher.judge(situation { $0.feeds = [state] }, now: monday).isEmpty)
        let tuesday = monday + .seconds(86_400 + 3_600)
        #expect(kinds(watcher.judge(situation { $0.feeds = [state] }, now: tuesday)) == [.feedSilent])
    }

    // MARK: - Channels

    @Test("A channel is broken when it failed five times, is off, or cannot be used")
    func channels() {
        let table: [(ChannelHealth, String?, String)] = [
            (ChannelHealth(channel: "mail", failures: 4), nil, ""),
            (ChannelHealth(channel: "mail", failures: 5, lastError: "refused"), nil, "failed 5 times"),
            (ChannelHealth(channel: "mail", isOff: true, lastError: "410"), nil, "channels test mail"),
            (ChannelHealth(channel: "mail", failures: 9), "no host", "settings cannot be used: no host"),
        ]
        for (health, fault, text) in table {
            let findings = watcher.judge(
                situation {
                    $0.channels = [health]
                    if let fault { $0.unusable["mail"] = fault }
                }, now: now)
            #expect(kinds(findings) == (text.isEmpty ? [] : [.channelBroken]))
            #expect(findings.allSatisfy { $0.subject == "mail" && $0.text.contains(text) })
        }
    }

    // MARK: - Topics

    @Test("A topic floods above the flood guard's count")
    func flooding() {
        let topic = Topic(id: "floods", name: "Floods", query: "flood*")
        for (count, expected) in [(30, [Notice.Kind]()), (31, [.topicFlooding])] {
            let found = watcher.judge(
                situation {
                    $0.topics = [topic]
                    $0.recentAlerts = ["floods": count]
                }, now: now)
            #expect(kinds(found) == expected, "\(count)")
        }
    }

    @Test("A topic that has not matched for thirty days is named, from its last match or from its beginning")
    func topicSilence() {
        let topic = Topic(id: "floods", name: "Floods", query: "flood*")
        let day = Duration.seconds(86_400)
        let table: [(last: Duration?, watched: Duration?, text: String?)] = [
            (day * 29, day * 90, nil), (day * 30, day * 90, "not matched since"), (nil, day * 29, nil),
            (nil, day * 30, "matched nothing since"), (nil, nil, nil),
        ]
        for (last, watched, text) in table {
            let found = watcher.judge(
                situation {
                    $0.topics = [topic]
                    if let last { $0.lastMatches["floods"] = now - last }
                    if let watched { $0.watchedSince["floods"] = now - watched }
                }, now: now)
            #expect(kinds(found) == (text == nil ? [] : [.topicSilent]))
            #expect(found.allSatisfy { $0.text.contains(text ?? "") && $0.severity == .low })
        }
    }

    // MARK: - Lasting

    @Test("What lasts is said again after a day, a silent topic after a week; a clock set back repeats once")
    func repetition() {
        let failing = record { $0.failures = 9 }
        let topic = Topic(id: "floods", name: "Floods", query: "flood*")
        let long = now - .seconds(90 * 86_400)
        let table: [(told: Duration, expected: [Notice.Kind])] = [
            (.seconds(60), []), (.seconds(86_399), []), (.seconds(86_400), [.feedFailing]),
            (.seconds(7 * 86_400), [.feedFailing, .topicSilent]), (.seconds(-60), [.feedFailing, .topicSilent]),
        ]
        for (told, expected) in table {
            let found = watcher.judge(
                situation {
                    $0.feeds = [failing]
                    $0.topics = [topic]
                    $0.watchedSince = ["floods": long]
                    $0.conditions = [
                        Condition(kind: .feedFailing, subject: address, since: long, lastTold: now - told),
                        Condition(kind: .topicSilent, subject: "floods", since: long, lastTold: now - told),
                    ]
                }, now: now)
            #expect(kinds(found) == expected && found.allSatisfy { !$0.isCleared }, "told \(told) ago")
        }
    }

    @Test("What is over is said once, with the time since it lasted, also for what is watched no longer")
    func clearing() {
        let since = now - .seconds(7_200)
        let conditions = Notice.Kind.allCases.filter(\.isCondition).map {
            Condition(kind: $0, subject: $0 == .feedFailing ? address : "x", since: since, lastTold: since)
        }
        let found = watcher.judge(
            situation {
                $0.feeds = [record()]
                $0.conditions = conditions
            }, now: now)
        #expect(found.count == conditions.count)
        #expect(found.allSatisfy { $0.isCleared && $0.text.contains("\(since)") })
        #expect(found.first { $0.kind == .feedFailing }?.title == "Feed works again: News")
    }

    @Test("A feed that changes from silent to failing ends the one and begins the other")
    func change() {
        let failing = record { $0.failures = 5 }
        let found = watcher.judge(
            situation {
                $0.feeds = [failing]
                $0.conditions = [Condition(kind: .feedSilent, subject: address, since: now, lastTold: now)]
            }, now: now)
        #expect(Set(found.map { "\($0.kind.rawValue) \($0.isCleared)" }) == ["feed.failing false", "feed.silent true"])
    }
}
