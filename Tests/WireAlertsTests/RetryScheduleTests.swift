import Testing
import WireModel
import WireStore

@testable import WireAlerts

/// D04: the times of retries, and what failures do to a channel.
struct RetryScheduleTests {
    private static let table = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]

    @Test(arguments: [0, 0.5, 1]) func `D04 webhooks are tried ten times in three days, a tenth either way`(
        chance: Double
    ) {
        let schedule = RetrySchedule(.webhook)
        for (index, seconds) in Self.table.enumerated() {
            guard case .retry(let delay) = schedule.next(attempt: index + 1, isRefusal: index % 2 == 0, chance: chance)
            else {
                Issue.record("no retry after attempt \(index + 1)")
                continue
            }
            let expected = Int64(Double(seconds) * (900 + 200 * chance))
            #expect(delay == Duration.milliseconds(expected))
        }
        #expect(schedule.next(attempt: 10, isRefusal: false, chance: chance) == .dead)
        let total = Self.table.reduce(0, +)
        #expect(total == 272_105, "75 h 35 min 5 s")
    }

    @Test func `A refusal by a chat service is tried three times in half an hour, by mail once`() {
        let chat = RetrySchedule(.chat)
        #expect(chat.next(attempt: 1, isRefusal: true, chance: 0.5) == .retry(after: .seconds(300)))
        #expect(chat.next(attempt: 2, isRefusal: true, chance: 0.5) == .retry(after: .seconds(1_500)))
        #expect(chat.next(attempt: 3, isRefusal: true, chance: 0.5) == .dead)
        #expect(chat.next(attempt: 3, isRefusal: false, chance: 0.5) == .retry(after: .seconds(1_800)))
        #expect(RetrySchedule(.mail).next(attempt: 1, isRefusal: true, chance: 0.5) == .dead)
    }

    @Test func `Mail is tried for three days`() {
        let schedule = RetrySchedule(.mail)
        var total = 0.0
        var attempt = 1
        while case .retry(let delay) = schedule.next(attempt: attempt, isRefusal: false, chance: 0.5) {
            total += Double(delay.wholeMilliseconds) / 3_600_000
            attempt += 1
        }
        #expect(total > 66 && total <= 72)
    }

    @Test func `Retry-After is honoured when it is later than the schedule`() {
        let schedule = RetrySchedule(.webhook)
        #expect(
            schedule.next(attempt: 1, isRefusal: false, chance: 0.5, least: .seconds(60)) == .retry(after: .seconds(60))
        )
        #expect(
            schedule.next(attempt: 2, isRefusal: false, chance: 0.5, least: .seconds(60))
                == .retry(after: .seconds(300)))
    }

    @Test func `Five failures open the circuit, a success closes it, five days switch the channel off`() {
        let start = Timestamp(year: 2026, month: 1, day: 5)
        var health = ChannelHealth(channel: "desk")
        for failure in 1...4 {
            health.noteFailure("down", at: start + .seconds(Int64(failure)))
            #expect(!health.isPaused(at: start + .seconds(Int64(failure))))
        }
        health.noteFailure("down", at: start + .seconds(5))
        #expect(health.isPaused(at: start + .seconds(6)) && !health.isPaused(at: start + .seconds(10)))
        // A pause set by a clock that was ahead by a month holds nothing.
        health.pausedUntil = start + .seconds(30 * 86_400)
        #expect(!health.isPaused(at: start))
        health.noteSuccess(at: start + .seconds(20))
        #expect(health.failures == 0 && !health.isPaused(at: start + .seconds(20)))
        health.noteFailure("down", at: start + .seconds(30))
        health.noteFailure("down", at: start + .seconds(30 + 5 * 86_400))
        #expect(health.isOff && health.isPaused(at: start + .seconds(400 * 86_400)))
        health.noteSuccess(at: start)
        #expect(!health.isOff)
    }

    @Test func `An endpoint that is gone is switched off at once`() {
        var health = ChannelHealth(channel: "desk")
        health.noteFailure("410", at: Timestamp(seconds: 1), isGone: true)
        #expect(health.isOff)
    }
}
