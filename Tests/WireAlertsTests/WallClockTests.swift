import Testing
import WireModel

@testable import WireAlerts

/// Times of the week in zones whose days have 23 or 25 hours.
struct WallClockTests {
    private static func utc(_ month: Int, _ day: Int, _ hour: Int, _ minute: Int = 0) -> Timestamp {
        Timestamp(year: 2026, month: month, day: day, hour: hour, minute: minute)
    }

    private func quiet(_ from: Int, _ to: Int, days: Set<Int> = Set(0...6), zone: String = "Europe/London") throws
        -> AlertSettings.QuietHours
    {
        AlertSettings.QuietHours(days: days, from: from * 60, to: to * 60, zone: try #require(ClockZone(zone)))
    }

    @Test func `Hours over midnight belong to the day of their beginning`() throws {
        // 2026-01-02 was a Friday.
        let hours = try quiet(22, 7, days: [5])
        #expect(hours.end(around: Self.utc(1, 2, 21, 59)) == nil)
        #expect(hours.end(around: Self.utc(1, 2, 22)) == Self.utc(1, 3, 7))
        #expect(hours.end(around: Self.utc(1, 3, 6, 59)) == Self.utc(1, 3, 7))
        #expect(hours.end(around: Self.utc(1, 3, 7)) == nil)
        #expect(hours.end(around: Self.utc(1, 3, 23)) == nil)
        #expect(hours.end(around: Self.utc(1, 2, 3)) == nil)
    }

    @Test func `A night of summer's beginning is an hour shorter, one of its end an hour longer`() throws {
        let hours = try quiet(22, 7)
        // London: 2026-03-29 01:00 becomes 02:00; 2026-10-25 02:00 becomes 01:00.
        #expect(hours.end(around: Self.utc(3, 28, 22)) == Self.utc(3, 29, 6))
        #expect(hours.end(around: Self.utc(3, 29, 6)) == nil)
        #expect(hours.end(around: Self.utc(10, 24, 20, 59)) == nil)
        #expect(hours.end(around: Self.utc(10, 24, 21)) == Self.utc(10, 25, 7))
    }

    @Test func `A time that is skipped is the moment of the change, one that comes twice its first pass`() throws {
        let zone = try #require(ClockZone("Europe/Berlin"))
        let daily = AlertSettings.Digest(at: 2 * 60 + 30, zone: zone)
        // 02:30 does not exist on 2026-03-29 and comes twice on 2026-10-25.
        #expect(daily.next(after: Self.utc(3, 28, 12)) == Self.utc(3, 29, 1))
        #expect(daily.next(after: Self.utc(3, 29, 1)) == Self.utc(3, 30, 0, 30))
        #expect(daily.next(after: Self.utc(10, 24, 12)) == Self.utc(10, 25, 0, 30))
        #expect(daily.next(after: Self.utc(10, 25, 0, 30)) == Self.utc(10, 26, 1, 30))
        #expect(daily.last(atOrBefore: Self.utc(10, 25, 1, 0)) == Self.utc(10, 25, 0, 30))
    }

    @Test func `A digest of some days skips the others`() throws {
        let zone = try #require(ClockZone("Asia/Kolkata"))
        let weekly = AlertSettings.Digest(days: [1], at: 8 * 60, zone: zone)
        // Monday, 2026-01-05 08:00 in India is 02:30 in UTC.
        #expect(weekly.next(after: Self.utc(1, 1, 0)) == Self.utc(1, 5, 2, 30))
        #expect(weekly.last(atOrBefore: Self.utc(1, 12, 2, 29)) == Self.utc(1, 5, 2, 30))
        #expect(weekly.last(atOrBefore: Self.utc(1, 12, 2, 30)) == Self.utc(1, 12, 2, 30))
    }

    @Test(arguments: ["Europe/Nowhere", "", "CEST5", "Mars"]) func `Names that are no zones are refused`(name: String) {
        #expect(ClockZone(name) == nil)
    }
}
