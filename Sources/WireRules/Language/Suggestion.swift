/// The nearest of several names to one that does not exist.
enum Suggestion {
    /// The name with the fewest edits, if they are few for its length; nil if none is near.
    static func nearest(to wrong: String, among names: [String]) -> String? {
        let wrong = Array(wrong.lowercased().unicodeScalars.prefix(64))
        guard !wrong.isEmpty else { return nil }
        var best: (name: String, distance: Int)?
        for name in names {
            let right = Array(name.lowercased().unicodeScalars)
            if right.count > 64 || abs(right.count - wrong.count) > 4 { continue }
            let distance = EditDistance.between(wrong, right)
            if distance < best?.distance ?? Int.max { best = (name, distance) }
        }
        if let best, best.distance <= max(1, (wrong.count + 1) / 3) { return best.name }
        let prefix = String(String.UnicodeScalarView(wrong))
        return names.first { wrong.count >= 3 && ($0.hasPrefix(prefix) || prefix.hasPrefix($0)) }
    }
}

extension Suggestion {
    /// The field that was meant: by what other languages call it, else the nearest name.
    static func field(named name: String) -> String? {
        let others = [
            "intitle": "title", "headline": "title", "inbody": "body", "intext": "body", "text": "body",
            "content": "body", "host": "site", "link": "url", "from": "author", "by": "author", "date": "published",
            "pubdate": "published", "since": "published", "topics": "topic", "label": "category", "region": "country",
        ]
        return others[name.lowercased()] ?? nearest(to: name, among: QueryOperators.fieldNames)
    }
}

/// Edits between two words: a letter added, dropped, changed, or two neighbours swapped, none edited twice.
enum EditDistance {
    static func between<Letter: Equatable>(_ left: [Letter], _ right: [Letter]) -> Int {
        var older = [Int](repeating: 0, count: right.count + 1)
        var old = Array(0...right.count)
        for row in left.indices {
            var new = [Int](repeating: row + 1, count: right.count + 1)
            for column in right.indices {
                var cost = old[column] + (left[row] == right[column] ? 0 : 1)
                cost = min(cost, old[column + 1] + 1, new[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    cost = min(cost, older[column - 1] + 1)
                }
                new[column + 1] = cost
            }
            older = old
            old = new
        }
        return old[right.count]
    }
}
