public import WireModel

/// What an answer's headers say about when to ask again (RFC 9111, RFC 9110 section 10.2.3; `polite-polling.md`
/// section 4).
public enum CachePolicy {
    public enum Limits {
        /// Lifetimes of a year exist by mistake.
        public static let freshness: Duration = .seconds(86_400)
        /// A host may ask for a week of rest, not more.
        public static let retryAfter: Duration = .seconds(7 * 86_400)
        /// The wait after a 429 that names no usable time; doubled with each further one.
        public static let throttledWait: Duration = .seconds(3_600)
        public static let longestThrottledWait: Duration = .seconds(86_400)
        /// Longer than any real validator, and short enough for every server's limit of a header line.
        static let validatorBytes = 4_096
        /// A Last-Modified further in the future than this is a lie and not kept.
        public static let lastModifiedLead: Duration = .seconds(86_400)
    }

    /// Until when the answer is fresh: `max-age` less `Age`, else `Expires` less `Date`; nil if it is stale at once or
    /// says nothing.
    public static func freshUntil(_ head: ResponseHead, now: Timestamp) -> Timestamp? {
        guard let seconds = lifetime(head, now: now), seconds > 0 else { return nil }
        return now + .seconds(min(seconds, Limits.freshness.components.seconds))
    }

    private static func lifetime(_ head: ResponseHead, now: Timestamp) -> Int64? {
        let control = Directives(head.joined("cache-control"))
        if control.forbidsReuse { return nil }
        let age = head.first("age").flatMap(wholeNumber) ?? 0
        if control.hasMaxAge { return control.maxAge.map { $0 - age } }
        guard let text = head.first("expires"), let expires = HTTPDate.parse(text, now: now) else { return nil }
        let date = head.first("date").flatMap { HTTPDate.parse($0, now: now) } ?? now
        return (expires - date).components.seconds - age
    }

    /// Before when the host must not be asked, by `Retry-After`: seconds or a date, at most 7 days ahead; nil if it is
    /// missing, unreadable or over.
    ///
    /// A 429 always makes us wait: without a usable time an hour, doubled with each of `failures` in a row, to a day.
    public static func retryAfter(_ head: ResponseHead, status: Int, failures: Int, now: Timestamp) -> Timestamp? {
        if let text = head.first("retry-after") {
            if let seconds = wholeNumber(text) {
                if seconds > 0 { return now + .seconds(min(seconds, Limits.retryAfter.components.seconds)) }
            } else if let date = HTTPDate.parse(text, now: now), date > now {
                return min(date, now + Limits.retryAfter)
            }
        }
        guard status == 429 else { return nil }
        let wait = Limits.throttledWait * (1 << min(max(0, failures), 5))
        return now + min(wait, Limits.longestThrottledWait)
    }

    /// The value of `Last-Modified` if it may be kept: not more than a day ahead of `now`. One that is no date is kept,
    /// because it goes back byte for byte.
    static func keptLastModified(_ head: ResponseHead, now: Timestamp) -> [UInt8]? {
        guard let value = keptValidator(head.first("last-modified")) else { return nil }
        if let date = HTTPDate.parse(value[...], now: now), date > now + Limits.lastModifiedLead { return nil }
        return value
    }

    /// A validator's bytes if they may be sent back: not empty, no control characters, not longer than any real one.
    static func keptValidator(_ value: ArraySlice<UInt8>?) -> [UInt8]? {
        guard let value, !value.isEmpty, value.count <= Limits.validatorBytes else { return nil }
        let bytes = Array(value)
        return HTTPHeader.isSafe(bytes) ? bytes : nil
    }

    /// Digits only; larger than any number of use comes as 10 digits of nines.
    static func wholeNumber(_ text: ArraySlice<UInt8>) -> Int64? {
        guard !text.isEmpty, text.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        let digits = text.drop { $0 == 0x30 }
        if digits.count > 10 { return 9_999_999_999 }
        return digits.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
    }
}

/// The directives of `Cache-Control` that concern a private cache.
private struct Directives {
    private(set) var forbidsReuse = false
    private(set) var hasMaxAge = false
    /// Seconds; nil if the directive is missing or unreadable.
    private(set) var maxAge: Int64?

    init(_ value: ArraySlice<UInt8>?) {
        guard let value else { return }
        for part in value.split(separator: UInt8(ascii: ",")) {
            let directive = ResponseHead.trimmed(part)
            let sides = directive.split(separator: UInt8(ascii: "="), maxSplits: 1)
            guard let first = sides.first else { continue }
            switch String(decoding: ResponseHead.trimmed(first), as: UTF8.self).lowercasedASCII {
            case "no-store", "no-cache":
                // `no-cache="Set-Cookie"` is about one header only.
                if sides.count == 1 { forbidsReuse = true }
            case "max-age" where !hasMaxAge:
                hasMaxAge = true
                let quoted = sides.count == 2 ? ResponseHead.trimmed(sides[1]) : []
                maxAge = CachePolicy.wholeNumber(ResponseHead.trimmed(Directives.unquoted(quoted)))
            default: continue
            }
        }
    }

    private static func unquoted(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard text.count >= 2, text.first == UInt8(ascii: "\""), text.last == UInt8(ascii: "\"") else { return text }
        return text.dropFirst().dropLast()
    }
}
