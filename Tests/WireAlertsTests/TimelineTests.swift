import Testing
import WireModel
import WireStore

@testable import WireAlerts

private func s(_ seconds: Int64) -> Duration { .seconds(seconds) }
private func m(_ minutes: Int64) -> Duration { .seconds(minutes * 60) }
private func h(_ hours: Int64) -> Duration { .seconds(hours * 3_600) }

/// D07: what is told when. Each timeline names every message; one too many fails as one too few.
struct TimelineTests {
    @Test func `D07 a new group waits for others, then tells at intervals what is new`() async throws {
        try await Timeline()
            .push("a", at: s(0)).push("b", at: s(10)).push("c", at: s(29))
            .expect(from: s(30), count: 3)
            .push("d", at: s(60)).push("e", at: m(4))
            .expect(from: s(330), count: 2)
            .push("f", at: h(2))
            .expect(from: h(2) + s(30), count: 1)
            .play(until: h(30))
    }

    @Test func `D07 topics are groups of their own, channels too`() async throws {
        try await Timeline()
            .push("a", at: s(0)).push("b", topic: "fires", at: s(5), channels: ["desk", "night"])
            .expect(from: s(30)).expect(from: s(35)).expect("night", from: s(35))
            .play(until: h(1))
    }

    @Test func `D07 urgent alerts do not wait, and take the others of their group along`() async throws {
        try await Timeline()
            .push("a", at: s(0), severity: .urgent).expect(from: s(0))
            .push("b", topic: "fires", at: s(20)).push("c", topic: "fires", at: s(25), severity: .urgent)
            .expect(from: s(25), count: 2)
            .play(until: h(1))
    }

    @Test func `D07 what nobody acknowledged is repeated at a multiple of the interval`() async throws {
        try await Timeline { $0.repeatInterval = .seconds(3_500) }
            .push("a", at: s(0)).expect(from: s(30))
            .expect(from: h(1) + s(30), isRepetition: true)
            .expect(from: h(2) + s(30), to: h(2) + s(31), isRepetition: true)
            .acknowledgeAll(at: h(2) + m(30))
            .play(until: h(12))
    }

    @Test func `D07 the same text is told once a day for each topic and channel`() async throws {
        try await Timeline()
            .push("a", at: s(0), text: "The dam broke.").expect(from: s(30))
            .push("b", at: h(1), text: "The dam broke.")
            .push("c", topic: "dams", at: h(1), text: "The dam broke.").expect(from: h(1) + s(30))
            .push("d", at: h(1), channels: ["night"], text: "The dam broke.").expect("night", from: h(1) + s(30))
            .push("e", at: h(25), text: "The dam broke.").expect(from: h(25) + s(30))
            .play(until: h(30))
    }

    @Test func `D07 forty copies of one wire story ring once`() async throws {
        let timeline = try Timeline()
        for copy in 0..<40 { timeline.push("copy \(copy)", at: s(Int64(copy)), text: "The dam broke.") }
        try await timeline.expect(from: s(30)).play(until: h(5))
    }

    @Test func `D07 a silence mutes from its start to its end, and may be ended early`() async throws {
        try await Timeline()
            .silence(Silence.Matchers(topic: "floods"), at: m(1), for: h(1))
            .push("a", at: s(0)).expect(from: s(30))
            .push("b", at: m(10)).push("c", topic: "fires", at: m(10)).expect(from: m(10) + s(30))
            .push("d", at: h(1) + m(2)).expect(from: h(1) + m(2) + s(30))
            .silence(Silence.Matchers(channel: "desk", severity: .high), at: h(2), for: h(9))
            .push("e", at: h(2) + m(1), severity: .urgent).expect(from: h(2) + m(1))
            .push("f", at: h(2) + m(10))
            .expireSilences(at: h(3))
            .push("g", at: h(3) + m(1)).expect(from: h(3) + m(1) + s(30))
            .play(until: h(20))
    }

    @Test func `D07 quiet hours hold all but urgent alerts until they end, over a change of the clocks`() async throws {
        // Saturday, 2026-03-28 20:00 in London; the next night has an hour less.
        let start = Timestamp(year: 2026, month: 3, day: 28, hour: 20)
        try await Timeline(start: start) {
            $0.quietHours = [
                AlertSettings.QuietHours(
                    days: Set(0...6), from: 22 * 60, to: 7 * 60, zone: try #require(ClockZone("Europe/London")))
            ]
        }
        .push("a", at: s(0)).expect(from: s(30))
        .push("b", at: h(3)).push("c", at: h(5), severity: .high)
        .push("d", topic: "fires", at: h(5), severity: .urgent).expect(from: h(5))
        // 07:00 on the wall is 06:00 in UTC: ten hours after the start, not eleven.
        .expect(from: h(10), count: 2)
        .play(until: h(20))
    }

    @Test func `D07 a digest is one message a day, and none on a day without news`() async throws {
        try await Timeline {
            $0.digests["archive"] = AlertSettings.Digest(at: 8 * 60, zone: .utc)
        }
        .push("a", at: h(1), channels: ["archive"]).push("b", topic: "fires", at: h(20), channels: ["archive"])
        .expect("archive", from: h(23), count: 2, kind: "alert.digest")
        .push("c", at: h(48), severity: .urgent, channels: ["archive"])
        .expect("archive", from: h(71), count: 1, kind: "alert.digest")
        .play(until: h(120))
    }

    @Test func `D07 a restart in the middle loses nothing and repeats nothing`() async throws {
        try await Timeline()
            .push("a", at: s(0)).restart(at: s(10)).expect(from: s(30))
            .restart(at: s(40)).push("b", at: s(50)).restart(at: m(2)).expect(from: s(330))
            .restart(at: h(1))
            .play(until: h(30))
    }

    @Test func `D07 notices are told at once, and their end, too`() async throws {
        try await Timeline()
            .notice(.feedFailing, "https://a.example/", at: s(0)).expect(from: s(0), count: 0, kind: "feed.failing")
            .notice(.feedFailing, "https://a.example/", isCleared: true, at: h(1))
            .expect(from: h(1), count: 0, kind: "feed.failing.cleared")
            .play(until: h(3))
    }

    @Test func `D07 a flood is told as a number`() async throws {
        try await Timeline { $0.groupWait = .zero }
            .push("a", at: s(0), times: 25).expect(from: s(0), count: 25)
            .push("b", at: m(5), times: 25).push("c", at: m(6), times: 25)
            // 50 within ten minutes: held until ten minutes after the last message.
            .expect(from: m(10), count: 50)
            .push("d", at: h(2)).expect(from: h(2))
            .play(until: h(5))
    }

    @Test func `D08 a channel that fails does not touch the one that works`() async throws {
        let down = DeliveryResult.tryAgain(Message.Answer(status: 503, error: "HTTP 503"))
        try await Timeline()
            .answer("night", down, at: s(0))
            .push("a", at: s(1), channels: ["desk", "night"]).expect(from: s(31))
            .answer("night", .delivered(Message.Answer(status: 200)), at: m(2))
            .expect("night", from: m(4), to: m(7))
            .play(until: h(30))
    }

    @Test(arguments: [Duration.seconds(-3_600), .seconds(86_400)])
    func `D14 a clock that jumps makes no storm and leaves nothing behind`(jump: Duration) async throws {
        let late = jump > .zero ? s(30) : m(6)
        try await Timeline()
            .push("a", at: s(0)).expect(from: s(30))
            .push("b", at: s(60))
            .jump(by: jump, at: s(70)).expect(from: s(70), to: m(5) + s(30))
            .push("c", at: h(1)).expect(from: h(1), to: h(1) + late)
            .push("d", at: h(3)).expect(from: h(3), to: h(3) + s(30))
            .play(until: h(40))
    }

    @Test func `D14 a retry is not held by a clock that was set back`() async throws {
        let down = DeliveryResult.tryAgain(Message.Answer(status: 503, error: "HTTP 503"))
        try await Timeline()
            .answer("desk", down, at: s(0)).push("a", at: s(0))
            .jump(by: .seconds(-86_400), at: m(1))
            .answer("desk", .delivered(Message.Answer(status: 200)), at: m(2))
            .expect(from: m(2), to: m(8))
            .play(until: h(2))
    }
}
