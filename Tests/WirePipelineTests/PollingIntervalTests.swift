import Testing
import WireModel

@testable import WirePipeline

/// The hard rules of when a feed may be asked again. Times are counted from a Saturday, 12:30 UTC.
@Suite struct PollingIntervalTests {
    private let now = Timestamp(year: 2026, month: 11, day: 21, hour: 12, minute: 30)
    private let minute = Duration.seconds(60)
    private let hour = Duration.seconds(3_600)

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let wishes: PollingInterval.Wishes
        let expected: Duration
    }

    private static let rows: [Row] = {
        let now = Timestamp(year: 2026, month: 11, day: 21, hour: 12, minute: 30)
        func row(
            _ name: String, _ expected: Duration, _ change: (inout PollingInterval.Wishes) -> Void
        ) -> Row {
            var wishes = PollingInterval.Wishes()
            change(&wishes)
            return Row(testDescription: name, wishes: wishes, expected: expected)
        }
        return [
            row("nothing said: the floor", .seconds(3_600)) { _ in },
            row("fresh for 6,600 s", .seconds(6_600)) { $0.freshUntil = now + .seconds(6_600) },
            row("fresh for a year: a day", .seconds(86_400)) { $0.freshUntil = now + .seconds(365 * 86_400) },
            row("fresh for 20 min lowers the floor", .seconds(1_200)) { $0.freshUntil = now + .seconds(1_200) },
            row("fresh for 1 min: never under 5 min", .seconds(300)) { $0.freshUntil = now + .seconds(60) },
            row("stale already", .seconds(3_600)) { $0.freshUntil = now - .seconds(60) },
            row("ttl 180 min", .seconds(10_800)) { $0.document.timeToLive = .seconds(10_800) },
            row("ttl of a year: a day", .seconds(86_400)) { $0.document.timeToLive = .seconds(365 * 86_400) },
            row("ttl 0 says nothing", .seconds(3_600)) { $0.document.timeToLive = .zero },
            row("sy: half an hour does not lower the floor", .seconds(3_600)) {
                $0.document.updatePeriod = .seconds(1_800)
            },
            row("sy: 6 h", .seconds(6 * 3_600)) { $0.document.updatePeriod = .seconds(6 * 3_600) },
            row("Retry-After 2 h", .seconds(7_200)) { $0.retryAfter = now + .seconds(7_200) },
            row("Retry-After of 30 years: 7 days", .seconds(7 * 86_400)) {
                $0.retryAfter = now + .seconds(1_000_000_000)
            },
            row("skip hours 13 and 14: 15:00", .seconds(9_000)) { $0.document.skippedHours = [13, 14] },
            row("all hours skipped: ignored", .seconds(3_600)) { $0.document.skippedHours = Set(0..<24) },
            row("skip Saturday: Sunday 0:00", .seconds(41_400)) { $0.document.skippedDays = [6] },
            row("skip Saturday and Sunday's first hour", .seconds(45_000)) {
                $0.document.skippedDays = [6]
                $0.document.skippedHours = [0]
            },
            row("all days skipped: ignored", .seconds(3_600)) { $0.document.skippedDays = Set(0..<7) },
        ]
    }()

    @Test(arguments: rows) func afterSuccess(_ row: Row) {
        let verdict = PollingInterval().afterSuccess(at: now, wishes: row.wishes)
        #expect(verdict.notBefore - now == row.expected)
    }

    @Test func theUsersIntervalIsTheFloor() {
        let wishes = PollingInterval.Wishes()
        let often = PollingInterval(settings: FeedSettings(interval: .seconds(600)))
        #expect(often.afterSuccess(at: now, wishes: wishes).notBefore - now == .seconds(600))
        let tooOften = PollingInterval(settings: FeedSettings(interval: .seconds(1)))
        #expect(tooOften.afterSuccess(at: now, wishes: wishes).notBefore - now == .seconds(300))
    }

    @Test func p12SkippedTimesAreThoseOfUTCAndHoldAfterFailuresToo() {
        // The night in which London and Berlin set their clocks back: UTC knows nothing of it.
        let change = Timestamp(year: 2026, month: 10, day: 24, hour: 23, minute: 15)
        var wishes = PollingInterval.Wishes()
        wishes.document.skippedHours = [0, 1, 2, 24, 99, -1]
        let verdict = PollingInterval().afterSuccess(at: change, wishes: wishes)
        #expect(verdict.notBefore == Timestamp(year: 2026, month: 10, day: 25, hour: 3))
        #expect(verdict.reason == .skippedTimes)
        let failed = PollingInterval().afterFailure(at: change, failures: 1, wishes: wishes, jitter: 0)
        #expect(failed.notBefore == Timestamp(year: 2026, month: 10, day: 25, hour: 3))
        // All hours are nonsense, and do not make the days nonsense.
        wishes.document.skippedHours = Set(0..<24)
        wishes.document.skippedDays = [0]
        #expect(
            PollingInterval().afterSuccess(at: change, wishes: wishes).notBefore
                == Timestamp(year: 2026, month: 10, day: 26))
    }

    @Test func aFailureDoesNotShortenWhatTheDocumentAsksFor() {
        var wishes = PollingInterval.Wishes()
        wishes.document.timeToLive = .seconds(10_800)
        let verdict = PollingInterval().afterFailure(at: now, failures: 1, wishes: wishes, jitter: -1)
        #expect(verdict.notBefore - now == .seconds(10_800))
        let floor = PollingInterval().afterFailure(at: now, failures: 1, wishes: .init(), jitter: -1)
        #expect(floor.notBefore - now == .seconds(3_600))
    }

    @Test func theUsersIntervalHoldsForABarrenServerToo() {
        let often = PollingInterval(settings: FeedSettings(interval: .seconds(1_800)))
        #expect(often.afterSuccess(at: now, wishes: .init(), barren: 99).notBefore - now == .seconds(1_800))
    }

    @Test func aServerWithoutValidatorsAndChangesIsAskedDaily() {
        let verdict = PollingInterval().afterSuccess(
            at: now, wishes: .init(), barren: PollingInterval.Limits.barrenChecks)
        #expect(verdict.notBefore - now == .seconds(86_400))
    }

    @Test(arguments: [(1, 60), (2, 60), (3, 120), (4, 240), (5, 480), (6, 960), (7, 1_440), (40, 1_440)])
    func backoffDoublesUpToADay(failures: Int, minutes: Int) {
        let verdict = PollingInterval().afterFailure(at: now, failures: failures, wishes: .init(), jitter: 0)
        #expect(verdict.notBefore - now == .seconds(minutes * 60))
    }

    @Test func backoffIsSpreadByAFifth() {
        let early = PollingInterval().afterFailure(at: now, failures: 3, wishes: .init(), jitter: -1)
        let late = PollingInterval().afterFailure(at: now, failures: 3, wishes: .init(), jitter: 1)
        #expect(early.notBefore - now == .seconds(96 * 60))
        #expect(late.notBefore - now == .seconds(144 * 60))
    }

    @Test func retryAfterOutlastsTheBackoff() {
        let wishes = PollingInterval.Wishes(retryAfter: now + .seconds(3 * 86_400))
        let verdict = PollingInterval().afterFailure(at: now, failures: 1, wishes: wishes, jitter: 0)
        #expect(verdict.notBefore == now + .seconds(3 * 86_400))
        #expect(verdict.retryAfter == now + .seconds(3 * 86_400))
    }

    @Test func notFoundIsDailyAndThenWeekly() {
        let polling = PollingInterval()
        let fresh = polling.afterFailure(
            at: now, failures: 9, wishes: .init(), jitter: 0, notFoundSince: now - .seconds(13 * 86_400))
        #expect(fresh.notBefore - now == .seconds(86_400))
        let old = polling.afterFailure(
            at: now, failures: 20, wishes: .init(), jitter: 0, notFoundSince: now - .seconds(15 * 86_400))
        #expect(old.notBefore - now == .seconds(7 * 86_400))
    }
}
