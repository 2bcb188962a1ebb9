import WireModel

/// The parts of a time while it is read.
struct DateFields {
    var year: Int?
    var month = 1
    var day = 1
    /// The day counts from 1 January and may be any of the year.
    var isCounted = false
    private(set) var hour = 0
    var minute = 0
    var second = 0
    var millisecond = 0
    private(set) var hasTime = false
    /// Minutes east of UTC.
    var offset: Int?
    /// The zone was given by a name, which a number may follow: `GMT+0100`.
    var offsetIsNamed = false
    var defaultOffset = 0
    var isAfternoon: Bool?

    mutating func setTime(hour: Int, minute: Int, second: Int) -> Bool {
        guard hour <= 24, minute <= 59, second <= 60, hour < 24 || (minute == 0 && second == 0) else { return false }
        self.hour = hour
        self.minute = minute
        self.second = second
        hasTime = true
        return true
    }

    /// Half of the day, before or after the time.
    mutating func setHalf(isAfternoon: Bool) -> Bool {
        self.isAfternoon = isAfternoon
        return true
    }

    var timestamp: Timestamp? {
        guard let year, year >= 1, year <= 9999, month >= 1, month <= 12 else { return nil }
        guard isCounted || (day >= 1 && day <= DateFields.days(inMonth: month, of: year)) else { return nil }
        var hour = hour
        if let isAfternoon, hour <= 12 { hour = hour % 12 + (isAfternoon ? 12 : 0) }
        let minutes = minute - (offset ?? defaultOffset)
        return Timestamp(
            year: year, month: month, day: day, hour: hour, minute: minutes, second: second, millisecond: millisecond)
    }

    /// The year that a short one means (RFC 2822, section 4.3).
    static func year(_ value: Int, digits: Int) -> Int {
        switch digits {
        case ...2: value < 50 ? value + 2000 : value + 1900
        case 3: value + 1900
        default: value
        }
    }

    static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    private static func days(inMonth month: Int, of year: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
