import WireModel

/// Dates of HTTP headers: RFC 9110 section 5.6.7 with its two obsolete forms, and the slips of real servers (one-digit
/// days, two-digit years, `UTC` or a numeric zone for `GMT`).
enum HTTPDate {
    /// Reads a date; nil if it is none. `now` settles the century of two-digit years.
    static func parse(_ text: ArraySlice<UInt8>, now: Timestamp) -> Timestamp? {
        guard text.count <= 64 else { return nil }
        let words = text.split { $0 == 0x20 || $0 == 0x2C || $0 == 0x09 }
        guard words.count >= 3 else { return nil }
        var rest = words[...]
        // The weekday says nothing new.
        if rest.first.map({ $0.allSatisfy(isLetter) }) ?? false { rest = rest.dropFirst() }
        guard let first = rest.first else { return nil }
        let parts = first.split(separator: UInt8(ascii: "-"))
        if parts.count == 3 {  // Sunday, 06-Nov-94 08:49:37 GMT
            return date(
                day: parts[0], month: parts[1], year: parts[2], clock: rest.dropFirst().first,
                zone: rest.dropFirst(2).first, now: now)
        }
        let fields = Array(rest)
        if fields.count >= 4, fields[0].allSatisfy(isLetter) {  // Sun Nov  6 08:49:37 1994
            return date(day: fields[1], month: fields[0], year: fields[3], clock: fields[2], zone: nil, now: now)
        }
        guard fields.count >= 4 else { return nil }  // Sun, 06 Nov 1994 08:49:37 GMT
        return date(
            day: fields[0], month: fields[1], year: fields[2], clock: fields[3],
            zone: fields.count > 4 ? fields[4] : nil,
            now: now)
    }

    private static func date(
        day: ArraySlice<UInt8>, month: ArraySlice<UInt8>, year: ArraySlice<UInt8>, clock: ArraySlice<UInt8>?,
        zone: ArraySlice<UInt8>?, now: Timestamp
    ) -> Timestamp? {
        guard let day = number(day, digits: 1...2), let month = self.month(month),
            var value = number(year, digits: 2...4),
            year.count != 3, let clock
        else { return nil }
        if year.count == 2 {
            let current = now.civil.date.year
            value += current - current % 100
            if value > current + 50 { value -= 100 }  // RFC 9110: over 50 years ahead means the past
        }
        let time = clock.split(separator: UInt8(ascii: ":"))
        guard time.count == 2 || time.count == 3, let hour = number(time[0], digits: 1...2),
            let minute = number(time[1], digits: 2...2),
            let second = time.count == 3 ? number(time[2], digits: 2...2) : 0,
            day >= 1, day <= days(of: month, in: value), hour < 24, minute < 60, second <= 60, value >= 1,
            let offset = self.offset(zone)
        else { return nil }
        return Timestamp(year: value, month: month, day: day, hour: hour, minute: minute, second: min(second, 59))
            - .seconds(offset)
    }

    /// Seconds east of Greenwich; nil for a zone that HTTP does not know.
    private static func offset(_ zone: ArraySlice<UInt8>?) -> Int? {
        guard let zone else { return 0 }
        let name = String(decoding: zone, as: UTF8.self).lowercasedASCII
        if ["gmt", "utc", "ut", "z"].contains(name) { return 0 }
        guard let sign = zone.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"), zone.count == 5,
            let value = number(zone.dropFirst(), digits: 4...4), value % 100 < 60, value <= 1400
        else { return nil }
        let seconds = value / 100 * 3600 + value % 100 * 60
        return sign == UInt8(ascii: "-") ? -seconds : seconds
    }

    private static func number(_ text: ArraySlice<UInt8>, digits: ClosedRange<Int>) -> Int? {
        guard digits.contains(text.count) else { return nil }
        var value = 0
        for byte in text {
            guard (0x30...0x39).contains(byte) else { return nil }
            value = value * 10 + Int(byte - 0x30)
        }
        return value
    }

    private static func month(_ name: ArraySlice<UInt8>) -> Int? {
        guard name.count >= 3, name.allSatisfy(isLetter) else { return nil }
        let names = Array("janfebmaraprmayjunjulaugsepoctnovdec".utf8)
        let start = name.prefix(3).map { $0 | 0x20 }
        return (0..<12).first { names[($0 * 3)..<($0 * 3 + 3)].elementsEqual(start) }.map { $0 + 1 }
    }

    private static func days(of month: Int, in year: Int) -> Int {
        switch month {
        case 4, 6, 9, 11: 30
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        default: 31
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A }
}
