/// Days of the week and times of the day as settings write them.
enum WeekText {
    private static let names = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]

    /// `mon`, `monday`, or a range that may go over the end of the week, `fri-mon`; 0 for Sunday. Nil for anything else.
    static func days(_ text: String) -> Set<Int>? {
        let ends = text.lowercased().split(separator: "-", omittingEmptySubsequences: false).map(day)
        switch ends.count {
        case 1: return ends[0].map { [$0] }
        case 2:
            guard let first = ends[0], let last = ends[1] else { return nil }
            return Set((0..<7).prefix { $0 == 0 || (first + $0 - 1) % 7 != last }.map { (first + $0) % 7 })
        default: return nil
        }
    }

    /// Minutes after midnight of `22:00` or `7:30`; `24:00` is the midnight at the day's end. Nil for anything else.
    static func minute(_ text: String) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, (1...2).contains(parts[0].utf8.count), parts[1].utf8.count == 2,
            parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            let hour = Int(parts[0]), let minute = Int(parts[1]), minute < 60
        else { return nil }
        return hour == 24 && minute == 0 ? 0 : hour < 24 ? hour * 60 + minute : nil
    }

    /// From Monday on, runs of three and more as ranges.
    static func text(of days: Set<Int>) -> [String] {
        var runs: [ClosedRange<Int>] = []
        for day in 1...7 where days.contains(day % 7) {
            if let last = runs.last, last.upperBound == day - 1 {
                runs[runs.count - 1] = last.lowerBound...day
            } else {
                runs.append(day...day)
            }
        }
        return runs.flatMap { run in
            run.count < 3
                ? run.map { names[$0 % 7] } : ["\(names[run.lowerBound % 7])-\(names[run.upperBound % 7])"]
        }
    }

    static func text(ofMinute minute: Int) -> String {
        let (hour, rest) = minute.quotientAndRemainder(dividingBy: 60)
        return (hour < 10 ? "0" : "") + "\(hour):" + (rest < 10 ? "0" : "") + "\(rest)"
    }

    private static func day(_ name: some StringProtocol) -> Int? {
        let long = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]
        let name = String(name).filter { $0 != " " }
        return names.firstIndex(of: name) ?? long.firstIndex(of: name)
    }
}
