import WireModel

/// How alerts become messages: what `alerts:` and each channel's `digest:` of the settings say.
public struct AlertSettings: Hashable, Sendable {
    /// Before the first message of a new group; nothing for urgent alerts, and in the one-shot.
    public var groupWait = Duration.seconds(30)
    /// Between two messages of a group.
    public var groupInterval = Duration.seconds(300)
    /// Tell again what nobody acknowledged; nil for never. Rounded up to a multiple of `groupInterval`.
    public var repeatInterval: Duration?
    /// In these times only urgent alerts are told; the others wait for the end.
    public var quietHours: [QuietHours] = []
    /// The same text is told once in this time to one channel for one topic; nil switches inhibition off.
    public var inhibition: Duration? = .seconds(86_400)
    /// More alerts of one topic than `floodCount` within `floodSpan` are told as a number.
    public var floodCount = 30
    public var floodSpan = Duration.seconds(600)
    /// Of channels that tell once a day, by name.
    public var digests: [String: Digest] = [:]
    /// Where the pages are seen from outside, without a slash at the end; nil for nowhere.
    public var publicURL: String?
    /// How long finished messages are kept.
    public var keepDone = Duration.seconds(7 * 86_400)
    public var keepDead = Duration.seconds(30 * 86_400)

    public init() {}

    /// Weekly hours in which it is quiet. From and to are times of the day on the clock of the zone; an end at or before
    /// the beginning is one of the next day. A day is that of the beginning.
    public struct QuietHours: Hashable, Sendable {
        /// 0 for Sunday.
        public let days: Set<Int>
        /// Minutes after midnight.
        public let from: Int
        public let to: Int
        public let zone: ClockZone

        public init(days: Set<Int>, from: Int, to: Int, zone: ClockZone) {
            self.days = days
            self.from = from
            self.to = to
            self.zone = zone
        }
    }

    /// A channel's time of telling.
    public struct Digest: Hashable, Sendable {
        /// 0 for Sunday.
        public let days: Set<Int>
        /// Minutes after midnight.
        public let at: Int
        public let zone: ClockZone

        public init(days: Set<Int> = Set(0...6), at: Int, zone: ClockZone) {
            self.days = days
            self.at = at
            self.zone = zone
        }
    }
}
