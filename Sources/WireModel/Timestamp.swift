/// An instant in UTC, in whole milliseconds since 1970-01-01, of the proleptic Gregorian calendar without leap seconds.
///
/// Integers, not `Date`, because times are stored, compared and printed far more often than they are computed with, and
/// must come out as they went in.
public struct Timestamp: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let milliseconds: Int64

    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    public init(seconds: Int64) { milliseconds = seconds &* 1000 }

    /// The instant of a civil date and time in UTC. Fields out of range carry over; no check is made.
    public init(
        year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0, millisecond: Int = 0
    ) {
        let days = Timestamp.days(year: year, month: month, day: day)
        let seconds = Int64(days) * 86_400 + Int64(hour) * 3_600 + Int64(minute) * 60 + Int64(second)
        milliseconds = seconds * 1000 + Int64(millisecond)
    }

    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }

    public static func + (instant: Timestamp, span: Duration) -> Timestamp {
        Timestamp(milliseconds: instant.milliseconds + span.wholeMilliseconds)
    }

    public static func - (instant: Timestamp, span: Duration) -> Timestamp {
        Timestamp(milliseconds: instant.milliseconds - span.wholeMilliseconds)
    }

    public static func - (left: Timestamp, right: Timestamp) -> Duration {
        .milliseconds(left.milliseconds - right.milliseconds)
    }

    /// RFC 3339 in UTC with a `Z`; milliseconds only where they are not zero.
    public var description: String {
        let (date, time) = civil
        var text = ""
        text.reserveCapacity(24)
        Timestamp.append(date.year, width: 4, to: &text)
        text += "-"
        Timestamp.append(date.month, width: 2, to: &text)
        text += "-"
        Timestamp.append(date.day, width: 2, to: &text)
        text += "T"
        Timestamp.append(time.hour, width: 2, to: &text)
        text += ":"
        Timestamp.append(time.minute, width: 2, to: &text)
        text += ":"
        Timestamp.append(time.second, width: 2, to: &text)
        if time.millisecond != 0 {
            text += "."
            Timestamp.append(time.millisecond, width: 3, to: &text)
        }
        text += "Z"
        return text
    }

    /// The civil date and time in UTC; `weekday` counts from 0 for Sunday.
    public var civil:
        (
            date: (year: Int, month: Int, day: Int, weekday: Int),
            time: (hour: Int, minute: Int, second: Int, millisecond: Int)
        )
    {
        let (days, rest) = floorDivide(milliseconds, 86_400_000)
        let (year, month, day) = Timestamp.civilDate(days: Int(days))
        let ms = Int(rest)
        return (
            (year, month, day, Int(floorDivide(days + 4, 7).remainder)),
            (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60, ms % 1000)
        )
    }

    /// Days since 1970-01-01 of a civil date (Howard Hinnant's algorithm).
    private static func days(year: Int, month: Int, day: Int) -> Int {
        let carried = floorDivide(Int64(month - 1), 12)
        let month = Int(carried.remainder) + 1
        let y = year + Int(carried.quotient) - (month <= 2 ? 1 : 0)
        let era = Int(floorDivide(Int64(y), 400).quotient)
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func civilDate(days: Int) -> (Int, Int, Int) {
        let z = days + 719_468
        let era = Int(floorDivide(Int64(z), 146_097).quotient)
        let dayOfEra = z - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted + (shifted < 10 ? 3 : -9)
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }

    private static func append(_ value: Int, width: Int, to text: inout String) {
        let digits = String(value)
        for _ in 0..<max(0, width - digits.utf8.count) { text += "0" }
        text += digits
    }
}

extension Duration {
    /// Whole milliseconds, cut toward zero.
    public var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }
}

private func floorDivide(_ value: Int64, _ by: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: by)
    return remainder < 0 ? (quotient - 1, remainder + by) : (quotient, remainder)
}

extension Timestamp {
    /// Reads RFC 3339 with a `Z` or a numeric offset, the form that our own JSON has. Nil for anything else.
    public init?(rfc3339 text: String) {
        let bytes = Array(text.utf8)
        func number(_ range: Range<Int>) -> Int? {
            guard range.upperBound <= bytes.count else { return nil }
            var value = 0
            for byte in bytes[range] {
                guard byte >= 0x30, byte <= 0x39 else { return nil }
                value = value * 10 + Int(byte - 0x30)
            }
            return value
        }
        guard bytes.count >= 20, let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
            let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
            (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second <= 60,
            bytes[4] == 0x2D, bytes[7] == 0x2D, bytes[13] == 0x3A, bytes[16] == 0x3A,
            [UInt8(ascii: "T"), UInt8(ascii: "t"), 0x20].contains(bytes[10])
        else { return nil }
        var index = 19
        var millisecond = 0
        if bytes[index] == UInt8(ascii: ".") {
            var scale = 100
            index += 1
            while index < bytes.count, let digit = number(index..<(index + 1)) {
                millisecond += digit * scale
                scale /= 10
                index += 1
            }
        }
        let local = Timestamp(
            year: year, month: month, day: day, hour: hour, minute: minute, second: second, millisecond: millisecond)
        guard index < bytes.count else { return nil }
        if index + 1 == bytes.count, bytes[index] == UInt8(ascii: "Z") || bytes[index] == UInt8(ascii: "z") {
            self = local
            return
        }
        guard index + 6 == bytes.count, let hours = number(index + 1..<index + 3),
            let minutes = number(index + 4..<index + 6), bytes[index + 3] == 0x3A,
            bytes[index] == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-")
        else { return nil }
        let offset = Duration.seconds(hours * 3_600 + minutes * 60)
        self = bytes[index] == UInt8(ascii: "+") ? local - offset : local + offset
    }
}
