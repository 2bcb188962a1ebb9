import WireText

/// Decides NEAR chains: one place of each operand, neighbours within reach, all of different words.
struct NearSolver: Sendable {
    private enum Limits {
        /// Tries to give every operand words of its own, when operands can be the same words.
        static let tries = 200_000
        /// Places of each operand whose gaps are measured, to tell a person.
        static let compared = 2_000
    }

    private var tries = 0

    init() {}

    /// Places that do not overlap, at most.
    static func count(_ places: [Occurrence]) -> Int {
        var count = 0
        var end: UInt32 = 0
        for place in places.sorted(by: { ($0.end, $0.start) < ($1.end, $1.start) })
        where count == 0 || place.start >= end {
            count += 1
            end = place.end
        }
        return count
    }

    /// The fewest words between a place of the one and a place of the other in one block; nil if they share none.
    static func gap(_ left: [Occurrence], _ right: [Occurrence]) -> Int? {
        var best: UInt32?
        for one in left.prefix(Limits.compared) {
            for other in right.prefix(Limits.compared) where one.end <= other.start || other.end <= one.start {
                let gap = one.end <= other.start ? other.start - one.end : one.start - other.end
                best = min(best ?? gap, gap)
            }
        }
        // Blocks are further apart than any words of one block that a person means by near.
        return best.flatMap { $0 < TokenBuffer.Limits.blockGap ? Int($0) : nil }
    }

    mutating func holds(_ operands: [[Occurrence]], _ reaches: ArraySlice<Reach>) -> Bool {
        guard operands.count == reaches.count + 1 else { return false }
        let alive = reachable(operands, Array(reaches))
        guard alive.first?.contains(true) == true else { return false }
        if operands.count == 2 || reaches.allSatisfy(\.isOrdered) { return true }
        return assignment(operands, Array(reaches), alive, from: nil) != nil
    }

    /// All places that belong to some way to fulfil the chain.
    mutating func places(_ operands: [[Occurrence]], _ reaches: ArraySlice<Reach>) -> [Occurrence] {
        guard operands.count == reaches.count + 1 else { return [] }
        let reaches = Array(reaches)
        let forward = reachable(operands, reaches)
        guard forward.first?.contains(true) == true else { return [] }
        let turned = reaches.reversed().map { Turned(turning: $0) }
        let backward = Array(reachable(Array(operands.reversed()), turned).reversed())
        var found: [Occurrence] = []
        let isFree = operands.count == 2 || reaches.allSatisfy(\.isOrdered)
        for (index, list) in operands.enumerated() {
            for (place, occurrence) in list.enumerated() where forward[index][place] && backward[index][place] {
                if isFree { found.append(occurrence) }
            }
        }
        if isFree { return found }
        for start in operands[0].indices where forward[0][start] {
            if let way = assignment(operands, reaches, forward, from: start) { found += way }
        }
        return found
    }
}

extension NearSolver {
    /// A reach, or one seen from the other end.
    private struct Turned {
        let distance: UInt32
        let before: Bool
        let after: Bool

        init(_ reach: Reach) {
            distance = UInt32(truncatingIfNeeded: reach.distance)
            before = false
            after = reach.isOrdered
        }

        init(turning reach: Reach) {
            distance = UInt32(truncatingIfNeeded: reach.distance)
            before = reach.isOrdered
            after = false
        }

        /// Whether `right` stands within reach of `left`, of other words.
        func allows(_ left: Occurrence, _ right: Occurrence) -> Bool {
            if right.start >= left.end { return !before && right.start - left.end <= distance }
            if left.start >= right.end { return !after && left.start - right.end <= distance }
            return false
        }
    }

    /// For each operand's places whether the rest of the chain can be reached from them, operands before left aside.
    private func reachable(_ operands: [[Occurrence]], _ reaches: [Reach]) -> [[Bool]] {
        reachable(operands, reaches.map { Turned($0) })
    }

    private func reachable(_ operands: [[Occurrence]], _ reaches: [Turned]) -> [[Bool]] {
        var alive = operands.map { Array(repeating: false, count: $0.count) }
        guard let last = operands.indices.last else { return [] }
        alive[last] = Array(repeating: true, count: operands[last].count)
        for index in (0..<last).reversed() {
            let next = operands[index + 1]
            let longest = next.reduce(UInt32(0)) { max($0, $1.end - $1.start) }
            let reach = reaches[index]
            var window = 0
            for (place, left) in operands[index].enumerated() {
                // Places are in order of their start: those that end too early for this one do so for all later ones.
                while window < next.count, next[window].start &+ longest &+ reach.distance < left.start { window += 1 }
                var other = window
                while other < next.count, next[other].start <= left.end &+ reach.distance {
                    if alive[index + 1][other], reach.allows(left, next[other]) {
                        alive[index][place] = true
                        break
                    }
                    other += 1
                }
            }
        }
        return alive
    }

    /// One place for each operand, none sharing a word with another.
    private mutating func assignment(
        _ operands: [[Occurrence]], _ reaches: [Reach], _ alive: [[Bool]], from start: Int?
    ) -> [Occurrence]? {
        tries = 0
        let rules = reaches.map { Turned($0) }
        var chosen: [Int] = []
        var next = start ?? 0
        while true {
            let level = chosen.count
            let end = level == 0 && start != nil ? next + (next == start ? 1 : 0) : operands[level].count
            var found: Int?
            while next < end {
                tries += 1
                if tries > Limits.tries { return nil }
                if alive[level][next], fits(next, chosen, operands, rules) {
                    found = next
                    break
                }
                next += 1
            }
            if let found {
                chosen.append(found)
                if chosen.count == operands.count { return zip(operands, chosen).map { $0[$1] } }
                next = 0
            } else {
                guard let last = chosen.popLast() else { return nil }
                if chosen.isEmpty, start != nil { return nil }
                next = last + 1
            }
        }
    }

    private func fits(_ place: Int, _ chosen: [Int], _ operands: [[Occurrence]], _ rules: [Turned]) -> Bool {
        guard let last = chosen.last else { return true }
        let level = chosen.count
        let own = operands[level][place]
        guard rules[level - 1].allows(operands[level - 1][last], own) else { return false }
        for (other, index) in chosen.enumerated() {
            let taken = operands[other][index]
            if own.start < taken.end, taken.start < own.end { return false }
        }
        return true
    }
}
