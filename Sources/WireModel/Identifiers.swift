import Synchronization

/// A 64-bit identity of a `Subject`: milliseconds since 1970 shifted left by 12 bits, plus a counter. Ids sort by arrival.
public struct ID<Subject>: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    public let rawValue: Int64

    public init(rawValue: Int64) { self.rawValue = rawValue }

    /// Reads the decimal text that JSON output and the command line use.
    public init?(_ text: some StringProtocol) {
        guard let value = Int64(text), value > 0 else { return nil }
        self.init(rawValue: value)
    }

    public var description: String { String(rawValue) }

    public static func < (left: ID, right: ID) -> Bool { left.rawValue < right.rawValue }
}

public typealias FeedID = ID<Feed>
public typealias ArticleID = ID<Article>
public typealias MatchID = ID<Match>
public typealias AlertID = ID<Alert>
public typealias DeliveryID = ID<Delivery>
public typealias NoticeID = ID<Notice>
public typealias SilenceID = ID<Silence>

/// Makes ids. One per process; ids of two sources on one database may clash, so a database has one writer.
public final class IDSource: Sendable {
    private let last: Mutex<Int64>

    /// - Parameter after: no id at or below this one is made, so that a clock set back cannot repeat one.
    public init(after floor: Int64 = 0) { last = Mutex(floor) }

    /// The next id at `now`, greater than every id made before.
    public func next<Subject>(at now: Timestamp) -> ID<Subject> {
        last.withLock { last in
            last = max(last &+ 1, now.milliseconds << 12)
            return ID(rawValue: last)
        }
    }
}
