import Testing
import WireModel

@Suite struct TimestampTests {
    @Test(arguments: [
        (Timestamp(seconds: 0), "1970-01-01T00:00:00Z"),
        (Timestamp(milliseconds: -1), "1969-12-31T23:59:59.999Z"),
        (Timestamp(year: 2024, month: 2, day: 29, hour: 23, minute: 59, second: 59), "2024-02-29T23:59:59Z"),
        (Timestamp(year: 2024, month: 3, day: 1, hour: 9, minute: 30, millisecond: 250), "2024-03-01T09:30:00.250Z"),
        (Timestamp(year: 1900, month: 3, day: 1), "1900-03-01T00:00:00Z"),
        (Timestamp(year: 1, month: 1, day: 1), "0001-01-01T00:00:00Z"),
        (Timestamp(year: 9999, month: 12, day: 31), "9999-12-31T00:00:00Z"),
    ])
    func writes(instant: Timestamp, text: String) {
        #expect(instant.description == text)
    }

    @Test func everyDayOfFourCenturiesLeadsBack() {
        var day = Timestamp(year: 1800, month: 1, day: 1)
        var weekday = day.civil.date.weekday
        while day < Timestamp(year: 2200, month: 1, day: 1) {
            let date = day.civil.date
            #expect(Timestamp(year: date.year, month: date.month, day: date.day) == day)
            #expect(date.weekday == weekday)
            weekday = (weekday + 1) % 7
            day = day + .seconds(86_400)
        }
    }

    @Test func weekdays() {
        #expect(Timestamp(year: 2026, month: 11, day: 22).civil.date.weekday == 0)
        #expect(Timestamp(year: 1970, month: 1, day: 1).civil.date.weekday == 4)
    }
}
