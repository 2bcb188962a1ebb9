/// Time spans and sizes as settings, topics and feed lists write them.
public enum QuantityText {
    /// A whole number and `s`, `m`, `h`, `d` or `w`; a bare `0` is a span too. Nil for anything else or over 100 years.
    public static func duration(_ text: String) -> Duration? {
        if text == "0" { return .zero }
        guard let unit = text.last, let scale = secondsPerUnit[unit], let count = wholeNumber(text.dropLast()) else {
            return nil
        }
        let (seconds, overflow) = count.multipliedReportingOverflow(by: scale)
        return overflow || seconds > 100 * 366 * 86_400 ? nil : .seconds(seconds)
    }

    /// A whole number and `B`, `KiB`, `MiB` or `GiB`; a bare number is bytes.
    public static func bytes(_ text: String) -> Int? {
        for (suffix, shift) in [("KiB", 10), ("MiB", 20), ("GiB", 30), ("B", 0), ("", 0)] where text.hasSuffix(suffix) {
            guard let count = wholeNumber(text.dropLast(suffix.count)), count <= Int.max >> shift else { return nil }
            return count << shift
        }
        return nil
    }

    /// The shortest way to write a span of whole seconds: `90s`, `5m`, `1d`.
    public static func text(of span: Duration) -> String {
        let seconds = span.components.seconds
        for (unit, scale) in [("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60)] as [(String, Int64)]
        where seconds != 0 && seconds % scale == 0 {
            return "\(seconds / scale)\(unit)"
        }
        return "\(seconds)s"
    }

    /// A size in the largest unit that divides it.
    public static func text(ofBytes count: Int) -> String {
        for (unit, shift) in [("GiB", 30), ("MiB", 20), ("KiB", 10)] where count != 0 && count % (1 << shift) == 0 {
            return "\(count >> shift)\(unit)"
        }
        return "\(count)B"
    }

    private static let secondsPerUnit: [Character: Int] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800]

    private static func wholeNumber(_ text: Substring) -> Int? {
        let digits = text.trimmingSuffix { $0 == " " }
        guard !digits.isEmpty, digits.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
        return Int(digits)
    }
}

extension Substring {
    fileprivate func trimmingSuffix(while predicate: (Character) -> Bool) -> Substring {
        var text = self
        while let last = text.last, predicate(last) { text.removeLast() }
        return text
    }
}
