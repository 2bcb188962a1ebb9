import WireModel

/// Dates as ISO 8601 writes them: calendar, week and ordinal dates, extended and basic.
extension DateParser {
    /// `2004-01-31`, `2004-01`, `20040131`, `2004-031`, `2004W05`, `2004-W05-6` at the start; anything else is left alone.
    /// False if such a date stands there and cannot be.
    mutating func readISODate() -> Bool {
        let start = position
        let first = digits()
        let next = byte(0)
        let isRead: Bool
        switch first.digits {
        case 4 where next == UInt8(ascii: "-") || next | 0x20 == UInt8(ascii: "w"):
            isRead = readISOParts(year: first.value)
        case 4 where position == bytes.count || (next | 0x20 == UInt8(ascii: "t") && byte(1).isASCIIDigit):
            isRead = set(year: first.value, month: 1, day: 1)
        case 8:
            isRead = set(year: first.value / 10_000, month: first.value / 100 % 100, day: first.value % 100)
        case 7:
            isRead = set(year: first.value / 1000, dayOfYear: first.value % 1000)
        case 14:
            let clock = first.value % 1_000_000
            isRead =
                set(
                    year: first.value / 10_000_000_000, month: first.value / 100_000_000 % 100,
                    day: first.value / 1_000_000 % 100)
                && fields.setTime(hour: clock / 10_000, minute: clock / 100 % 100, second: clock % 100)
        case 6 where position == bytes.count:
            isRead = set(
                year: DateFields.year(first.value / 10_000, digits: 2), month: first.value / 100 % 100,
                day: first.value % 100)
        case 2 where next == UInt8(ascii: "-") && byte(1).isASCIIDigit:
            isRead = readShortYear(first.value)
        default:
            isRead = false
        }
        guard isRead else {
            position = start
            return !isImpossible
        }
        if byte(0) | 0x20 == UInt8(ascii: "t"), byte(1).isASCIIDigit {
            position += 1
            readCompactTime()
        }
        return true
    }

    /// `-0401`, `-04-01`: year of two digits and month, as ISO 8601 had it until 2004; nothing else may stand there.
    mutating func readTruncatedDate() -> Bool {
        let start = position
        position += 1
        let year = digits(atMost: 2)
        if byte(0) == UInt8(ascii: "-") { position += 1 }
        let month = digits()
        guard year.digits == 2, month.digits == 2, position == bytes.count else {
            position = start
            return false
        }
        return set(year: DateFields.year(year.value, digits: 2), month: month.value, day: 1)
    }

    /// What follows a year of four digits.
    private mutating func readISOParts(year: Int) -> Bool {
        if byte(0) == UInt8(ascii: "-") { position += 1 }
        if byte(0) | 0x20 == UInt8(ascii: "w") {
            position += 1
            let week = digits(atMost: 2)
            if byte(0) == UInt8(ascii: "-") { position += 1 }
            let day = digits(atMost: 1)
            return week.digits == 2 && set(year: year, week: week.value, weekday: day.digits == 0 ? 1 : day.value)
        }
        let second = digits()
        switch second.digits {
        case 3 where byte(0) == UInt8(ascii: "-") && byte(1).isASCIIDigit:
            // A month with a zero too many, which some programs wrote.
            position += 1
            return set(year: year, month: second.value, day: digits().value)
        case 3: return set(year: year, dayOfYear: second.value)
        case 4: return set(year: year, month: second.value / 100, day: second.value % 100)
        case 1, 2:
            guard byte(0) == UInt8(ascii: "-"), byte(1).isASCIIDigit else {
                return set(year: year, month: second.value, day: 1)
            }
            position += 1
            return set(year: year, month: second.value, day: digits().value)
        default: return false
        }
    }

    /// `04-01-31`: only if nothing but a time follows and the parts cannot be day, month and year of four digits.
    private mutating func readShortYear(_ year: Int) -> Bool {
        position += 1
        let month = digits()
        guard month.digits == 2, byte(0) == UInt8(ascii: "-") else { return false }
        position += 1
        let day = digits()
        return day.digits == 2 && set(year: DateFields.year(year, digits: 2), month: month.value, day: day.value)
    }

    /// `1948`, `194821`, `19`, after a `T`; a time with colons is read elsewhere.
    private mutating func readCompactTime() {
        let start = position
        let clock = digits()
        var isRead = false
        switch clock.digits {
        case 2 where byte(0) != UInt8(ascii: ":"): isRead = fields.setTime(hour: clock.value, minute: 0, second: 0)
        case 4: isRead = fields.setTime(hour: clock.value / 100, minute: clock.value % 100, second: 0)
        case 6:
            isRead = fields.setTime(
                hour: clock.value / 10_000, minute: clock.value / 100 % 100, second: clock.value % 100)
        default: break
        }
        if isRead { readFraction() } else { position = start }
    }

    mutating func set(year: Int, month: Int, day: Int) -> Bool {
        fields.year = year
        fields.month = month
        fields.day = day
        return true
    }

    mutating func set(year: Int, dayOfYear: Int) -> Bool {
        guard dayOfYear >= 1, dayOfYear <= (DateFields.isLeap(year) ? 366 : 365) else {
            isImpossible = true
            return false
        }
        fields.year = year
        fields.month = 1
        fields.day = dayOfYear
        fields.isCounted = true
        return true
    }

    mutating func set(year: Int, week: Int, weekday: Int) -> Bool {
        guard week >= 1, week <= 53, weekday >= 1, weekday <= 7 else {
            isImpossible = true
            return false
        }
        // Week 1 is the one with 4 January in it.
        let fourth = Timestamp(year: year, month: 1, day: 4).civil.date.weekday
        let monday = 4 - (fourth + 6) % 7
        fields.year = year
        fields.month = 1
        fields.day = monday + (week - 1) * 7 + weekday - 1
        fields.isCounted = true
        return true
    }
}
