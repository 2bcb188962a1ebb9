import Foundation
import WireModel

/// A time zone of the IANA database, for clocks on walls: days may have 23 or 25 hours.
public struct ClockZone: Hashable, Sendable {
    private let zone: TimeZone

    public static let utc = ClockZone(zone: .gmt)

    private init(zone: TimeZone) { self.zone = zone }

    /// Nil if the database has no zone of that name.
    public init?(_ name: String) {
        guard name == "UTC" || TimeZone.knownTimeZoneIdentifiers.contains(name) || name.contains("/"),
            let zone = TimeZone(identifier: name)
        else { return nil }
        self.zone = zone
    }

    /// The zone that a person probably meant: a slip of the pen, or a city without its continent.
    public static func nearest(to name: String) -> String? {
        let names = TimeZone.knownTimeZoneIdentifiers + ["UTC"]
        if let near = NearestName.find(name, among: names) { return near }
        let cities = Dictionary(names.map { (city(of: $0), $0) }) { first, _ in first }
        return NearestName.find(city(of: name), among: cities.keys).flatMap { cities[$0] }
    }

    private static func city(of name: String) -> String {
        name.split(separator: "/").last.map { String($0.map { $0 == " " ? "_" : $0 }) } ?? name
    }

    public var name: String { zone.identifier == "GMT" ? "UTC" : zone.identifier }

    /// The civil day, counted from 1970-01-01, its weekday (0 for Sunday) and the minute of the day that the clock shows.
    func reading(_ instant: Timestamp) -> (day: Int, weekday: Int, minute: Int) {
        let local = instant.milliseconds + offset(instant)
        let day = Int(local.flooredDivided(by: 86_400_000))
        let minute = Int((local - Int64(day) * 86_400_000) / 60_000)
        return (day, (day + 4).modulo(7), minute)
    }

    /// When the clock first shows a minute of a day; a time that is skipped in spring is the moment of the change.
    func instant(day: Int, minute: Int) -> Timestamp {
        let local = Int64(day) * 86_400_000 + Int64(minute) * 60_000
        // The offset before the moment and the one after it: with the earlier guess first, a repeated hour means its first pass.
        let before = offset(Timestamp(milliseconds: local - 86_400_000))
        let after = offset(Timestamp(milliseconds: local + 86_400_000))
        for guess in [max(before, after), min(before, after)] {
            let instant = Timestamp(milliseconds: local - guess)
            if offset(instant) == guess { return instant }
        }
        // Skipped: the clock jumps over it.
        let early = Timestamp(milliseconds: local - max(before, after))
        let next = zone.nextDaylightSavingTimeTransition(
            after: Date(timeIntervalSince1970: Double(early.milliseconds) / 1_000))
        return next.map { Timestamp(milliseconds: Int64($0.timeIntervalSince1970 * 1_000)) } ?? early
    }

    /// Milliseconds east of Greenwich.
    private func offset(_ instant: Timestamp) -> Int64 {
        Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant.milliseconds) / 1_000))) * 1_000
    }
}

extension Int64 {
    fileprivate func flooredDivided(by divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}

extension Int {
    fileprivate func modulo(_ divisor: Int) -> Int {
        let rest = self % divisor
        return rest < 0 ? rest + divisor : rest
    }
}
