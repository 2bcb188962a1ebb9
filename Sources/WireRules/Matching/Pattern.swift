/// Matches folded forms against `*` and `?`.
enum Pattern {
    /// Bytes that UTF-8 does not have; the lowest first.
    static let star: UInt8 = 0xFD
    static let one: UInt8 = 0xFE
    /// Anything, apostrophes and the like too: around Hangul, on which particles and closing quotation marks hang.
    static let any: UInt8 = 0xFF

    /// Whether the whole of `forms[low..<high]` has the pattern `rules[from..<to]`.
    static func matches(_ rules: [UInt8], _ from: Int, _ to: Int, _ forms: [UInt8], _ low: Int, _ high: Int) -> Bool {
        var rule = from
        var place = low
        var starRule = -1
        var starPlace = low
        while place < high {
            if rule < to, isRun(rules[rule]) {
                starRule = rule
                starPlace = place
                rule += 1
            } else if rule < to, rules[rule] == one {
                if isWord(forms[place]) {
                    place = next(forms, place, high)
                    rule += 1
                } else {
                    return false
                }
            } else if rule < to, rules[rule] == forms[place] {
                rule += 1
                place += 1
            } else if starRule >= 0, rules[starRule] == any || isWord(forms[starPlace]) {
                starPlace = next(forms, starPlace, high)
                place = starPlace
                rule = starRule + 1
            } else {
                return false
            }
        }
        while rule < to, isRun(rules[rule]) { rule += 1 }
        return rule == to
    }

    private static func isRun(_ rule: UInt8) -> Bool { rule == star || rule == any }

    /// Letters and digits; all beyond ASCII that stands in a form is one.
    private static func isWord(_ byte: UInt8) -> Bool {
        byte >= 0x80 || byte &- 48 < 10 || (byte | 0x20) &- 97 < 26
    }

    private static func next(_ forms: [UInt8], _ place: Int, _ high: Int) -> Int {
        var place = place + 1
        while place < high, forms[place] & 0xC0 == 0x80 { place += 1 }
        return place
    }
}
