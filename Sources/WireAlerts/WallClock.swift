import WireModel

// Times of the week on the clock of a zone.

extension AlertSettings.QuietHours {
    /// The end of the quiet hours that hold `now`; nil if it is not quiet.
    func end(around now: Timestamp) -> Timestamp? {
        let today = zone.reading(now).day
        // Hours that began yesterday may still last.
        for day in [today - 1, today] where days.contains(weekday(of: day)) {
            let start = zone.instant(day: day, minute: from)
            let end = zone.instant(day: to > from ? day : day + 1, minute: to)
            if start <= now, now < end { return end }
        }
        return nil
    }
}

extension AlertSettings.Digest {
    /// The digest's time at or before `now`; within the last eight days there is one.
    func last(atOrBefore now: Timestamp) -> Timestamp {
        let today = zone.reading(now).day
        for day in stride(from: today + 1, through: today - 8, by: -1) where days.contains(weekday(of: day)) {
            let time = zone.instant(day: day, minute: at)
            if time <= now { return time }
        }
        return Timestamp(milliseconds: 0)
    }

    func next(after now: Timestamp) -> Timestamp {
        let today = zone.reading(now).day
        for day in today - 1...today + 8 where days.contains(weekday(of: day)) {
            let time = zone.instant(day: day, minute: at)
            if time > now { return time }
        }
        return now + .seconds(86_400)
    }
}

/// 0 for Sunday; `day` counts from Thursday, 1970-01-01.
private func weekday(of day: Int) -> Int {
    let rest = (day + 4) % 7
    return rest < 0 ? rest + 7 : rest
}
