public import WireModel

/// Reads times as feeds write them: RFC 822, RFC 2822, RFC 3339, ISO 8601, and the dialects of the wild.
///
/// A date without a time is midnight, a time without a zone UTC. Fractions are cut to milliseconds. What is out of
/// range (a thirteenth month, 30 February, 25 o'clock) is no time.
public struct DateParser {
    public enum Limits {
        /// Bytes of a text that may be a time.
        public static let length = 128
    }

    public static func parse(_ text: String) -> Timestamp? {
        let bytes = Array(text.utf8.prefix(Limits.length + 1))
        guard bytes.count <= Limits.length else { return nil }
        var parser = DateParser(bytes: withASCIIDigits(bytes))
        return parser.read()
    }

    /// Digits of Arabic, Persian and full width as those of ASCII.
    private static func withASCIIDigits(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.contains(where: { $0 == 0xD9 || $0 == 0xDB || $0 == 0xEF }) else { return bytes }
        var out: [UInt8] = []
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            switch scalar.value {
            case 0x660...0x669: out.append(UInt8(scalar.value - 0x660) + 0x30)
            case 0x6F0...0x6F9: out.append(UInt8(scalar.value - 0x6F0) + 0x30)
            case 0xFF10...0xFF19: out.append(UInt8(scalar.value - 0xFF10) + 0x30)
            case 0xFF1A: out.append(UInt8(ascii: ":"))
            default: out.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            }
        }
        return out
    }

    let bytes: [UInt8]
    var position = 0
    var fields = DateFields()
    /// Numbers that are neither part of a time nor of a zone, in order, with their digits.
    private var numbers: [(value: Int, digits: Int)] = []
    /// The sign between the numbers of a date such as `1/10/2020`; 0 if there was none.
    private var separator: UInt8 = 0
    /// A date by its week or by its day of the year that no year has.
    var isImpossible = false
    private var namedMonth: Int?
    /// The month was named before any number stood, as in `Jan 4 2004`; or a weekday was, as in `mar 5 nov 2024`.
    private var isNamedFirst = false

    private init(bytes: [UInt8]) { self.bytes = bytes }
}

extension DateParser {
    mutating func read() -> Timestamp? {
        skipSpace()
        guard position < bytes.count else { return nil }
        if byte(0).isASCIIDigit, !readISODate() { return nil }
        if byte(0) == UInt8(ascii: "-"), position == 0, readTruncatedDate() { return fields.timestamp }
        while position < bytes.count {
            let byte = bytes[position]
            let isRead: Bool
            if byte.isASCIIDigit {
                isRead = readNumber()
            } else if byte.isASCIILetter || byte >= 0x80 {
                isRead = readWord()
            } else {
                isRead = readSign()
            }
            guard isRead else { return nil }
        }
        guard placeNumbers() else { return nil }
        return fields.timestamp
    }

    /// The byte `offset` further on; 0 at the end.
    func byte(_ offset: Int) -> UInt8 {
        let index = position + offset
        return index < bytes.count ? bytes[index] : 0
    }

    private mutating func skipSpace() {
        while position < bytes.count, bytes[position] <= 0x20 { position += 1 }
    }

    mutating func digits(atMost count: Int = 18) -> (value: Int, digits: Int) {
        let start = position
        var value = 0
        while position < bytes.count, position - start < count, bytes[position].isASCIIDigit {
            value = value * 10 + Int(bytes[position] &- 0x30)
            position += 1
        }
        return (value, position - start)
    }
}

// MARK: - Numbers, words and signs

extension DateParser {
    private mutating func readNumber() -> Bool {
        let number = digits()
        if byte(0) == UInt8(ascii: ":"), byte(1).isASCIIDigit, !fields.hasTime, number.digits <= 2 {
            return readTime(hour: number.value)
        }
        // 8h30, as French sites write.
        if byte(0) | 0x20 == UInt8(ascii: "h"), byte(1).isASCIIDigit, !fields.hasTime, number.digits <= 2 {
            return readTime(hour: number.value)
        }
        if !fields.hasTime, number.digits <= 2,
            DateParser.hourMarks.contains(where: { bytes[position...].starts(with: $0) })
        {
            return readMarkedTime(hour: number.value)
        }
        guard numbers.count < 4 else { return false }
        numbers.append(number)
        let next = byte(0)
        if next == UInt8(ascii: "/") || next == UInt8(ascii: "-") || next == UInt8(ascii: "."), byte(1).isASCIIDigit {
            if numbers.count == 1 { separator = next }
            position += 1
        }
        return true
    }

    private mutating func readTime(hour: Int) -> Bool {
        position += 1
        let minute = digits(atMost: 2)
        var second = 0
        if byte(0) == UInt8(ascii: ":"), byte(1).isASCIIDigit {
            position += 1
            second = digits(atMost: 2).value
        }
        guard fields.setTime(hour: hour, minute: minute.value, second: second) else { return false }
        readFraction()
        return true
    }

    private static let hourMarks = ["時", "时", "點", "点", "시"].map { Array($0.utf8) }
    private static let minuteMarks = ["分", "분"].map { Array($0.utf8) }
    private static let secondMarks = ["秒", "초"].map { Array($0.utf8) }

    /// `9時30分05秒`; each of the marks is three bytes.
    private mutating func readMarkedTime(hour: Int) -> Bool {
        position += 3
        var parts = [0, 0]
        for (index, marks) in [DateParser.minuteMarks, DateParser.secondMarks].enumerated() {
            let start = position
            skipSpace()
            let number = digits(atMost: 2)
            if number.digits > 0, marks.contains(where: { bytes[position...].starts(with: $0) }) {
                parts[index] = number.value
                position += 3
            } else {
                position = start
            }
        }
        return fields.setTime(hour: hour, minute: parts[0], second: parts[1])
    }

    mutating func readFraction() {
        let mark = byte(0)
        guard mark == UInt8(ascii: ".") || mark == UInt8(ascii: ",") || mark == UInt8(ascii: ":"),
            byte(1).isASCIIDigit
        else { return }
        position += 1
        var fraction = digits(atMost: 3)
        while fraction.digits < 3 { fraction = (fraction.value * 10, fraction.digits + 1) }
        fields.millisecond = fraction.value
        while byte(0).isASCIIDigit { position += 1 }
    }

    private mutating func readSign() -> Bool {
        let sign = bytes[position]
        if sign == UInt8(ascii: "(") {
            skipComment()
            return true
        }
        position += 1
        guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"), byte(0).isASCIIDigit, fields.hasTime,
            fields.offset == nil || fields.offsetIsNamed
        else { return true }
        let start = position
        let number = digits()
        var minutes: Int
        switch number.digits {
        case 1, 2:
            minutes = number.value * 60
            if byte(0) == UInt8(ascii: ":"), byte(1).isASCIIDigit {
                position += 1
                minutes += digits(atMost: 2).value
                if byte(0) == UInt8(ascii: ":"), byte(1).isASCIIDigit {
                    position += 1
                    _ = digits(atMost: 2)
                }
            }
        case 3, 4: minutes = number.value / 100 * 60 + number.value % 100
        default:
            position = start
            return true
        }
        guard minutes < 24 * 60 else { return false }
        fields.offset = sign == UInt8(ascii: "-") ? -minutes : minutes
        fields.offsetIsNamed = false
        return true
    }

    /// RFC 822 comments nest.
    private mutating func skipComment() {
        var depth = 0
        repeat {
            switch byte(0) {
            case UInt8(ascii: "("): depth += 1
            case UInt8(ascii: ")"): depth -= 1
            case UInt8(ascii: "\\"): position += 1
            default: break
            }
            position += 1
        } while depth > 0 && position < bytes.count
    }

    private mutating func readWord() -> Bool {
        let start = position
        while position < bytes.count, bytes[position].isASCIILetter || bytes[position] >= 0x80 { position += 1 }
        position = min(position, bytes.count)
        if position - start == 1, byte(0) == UInt8(ascii: "."), let isAfternoon = readHalf(bytes[start]) {
            return fields.setHalf(isAfternoon: isAfternoon)
        }
        let word = DateWords.meaning(of: bytes[start..<position])
        switch word {
        case .month(let month):
            if namedMonth == nil || (isNamedFirst && !numbers.isEmpty) {
                namedMonth = month
                isNamedFirst = numbers.isEmpty
            }
        case .zone(let minutes):
            // A `T` between date and time is no zone.
            let isDivider = position - start == 1 && byte(0).isASCIIDigit
            if fields.hasTime, fields.offset == nil, !isDivider {
                fields.offset = minutes
                fields.offsetIsNamed = true
            }
        case .morning: return fields.setHalf(isAfternoon: false)
        case .afternoon: return fields.setHalf(isAfternoon: true)
        case .koreanTime: fields.defaultOffset = 9 * 60
        case .koreanMorning, .koreanAfternoon:
            fields.defaultOffset = 9 * 60
            return fields.setHalf(isAfternoon: word == .koreanAfternoon)
        case .other: break
        }
        return true
    }

    /// The rest of `a.m.` or `p. m.`; nil if it is neither.
    private mutating func readHalf(_ letter: UInt8) -> Bool? {
        let letter = letter | 0x20
        guard letter == UInt8(ascii: "a") || letter == UInt8(ascii: "p") else { return nil }
        var index = position + 1
        while index < bytes.count, bytes[index] == 0x20 || bytes[index] == 0xC2 || bytes[index] == 0xA0 { index += 1 }
        guard index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "m") else { return nil }
        position = index + 1
        return letter == UInt8(ascii: "p")
    }

    /// Gives the numbers their meaning as year, month and day.
    private mutating func placeNumbers() -> Bool {
        if fields.year != nil {
            // An ISO date may be followed by nothing but what the time took.
            return namedMonth == nil
        }
        if let month = namedMonth { return place(month: month) }
        guard numbers.count == 3 else { return false }
        let (a, b, c) = (numbers[0], numbers[1], numbers[2])
        if a.digits == 4 { return set(year: a.value, month: b.value, day: c.value) }
        let year = DateFields.year(c.value, digits: c.digits)
        // 1/10/2020 is January where a slash divides it, and the day comes first where that cannot be.
        if separator == UInt8(ascii: "/"), a.value <= 12 { return set(year: year, month: a.value, day: b.value) }
        return set(year: year, month: b.value, day: a.value)
    }

    private mutating func place(month: Int) -> Bool {
        switch numbers.count {
        case 1:
            // March 2004
            guard numbers[0].digits == 4 else { return false }
            return set(year: numbers[0].value, month: month, day: 1)
        case 2...:
            let (a, b) = (numbers[0], numbers[1])
            if a.digits >= 4 { return set(year: a.value, month: month, day: b.value) }
            return set(year: DateFields.year(b.value, digits: b.digits), month: month, day: a.value)
        default: return false
        }
    }
}
