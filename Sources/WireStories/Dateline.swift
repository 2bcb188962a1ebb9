/// Where, when and by whom a text was sent, as it stands before the text: `LONDON, March 3 (Reuters) - `.
struct Dateline {
    /// What follows it.
    let rest: String
    /// Whether it names an agency. Else it may be what the news is about: `ACME CORP — Trading was halted …`.
    let isCertain: Bool

    private enum Limits {
        /// Characters in which it must end.
        static let length = 100
        static let words = 9
    }

    private static let dashes: Set<Character> = ["–", "—", "―"]

    /// Nil if the text has none.
    init?(of text: String) {
        guard let (head, rest) = Dateline.cut(text), let kind = Dateline.kind(of: head) else { return nil }
        // `NEW YORK--(BUSINESS WIRE)--`
        if kind == .doubtful, let (next, behind) = Dateline.cut(rest), Dateline.kind(of: next) == .certain {
            (self.rest, isCertain) = (behind, true)
        } else {
            (self.rest, isCertain) = (rest, kind == .certain)
        }
    }

    /// What stands before and behind the first dash, or the colon behind a bracket or capitals.
    private static func cut(_ text: String) -> (head: String, rest: String)? {
        let start = Array(text.prefix(Limits.length))
        for index in start.indices where index > 0 {
            let next: Character = index + 1 < start.count ? start[index + 1] : "x"
            let before = start[index - 1]
            let isDash =
                dashes.contains(start[index])
                || start[index] == "-" && (next == "-" || next.isWhitespace && !before.isLetter)
            let isColon =
                start[index] == ":" && next.isWhitespace && (before == ")" || before == "]" || before.isUppercase)
            guard isDash || isColon else { continue }
            let head = String(start[..<index]).trimmed
            let rest = text.dropFirst(index + 1).drop { $0 == "-" || dashes.contains($0) || $0.isWhitespace }
            return head.isEmpty ? nil : (head, String(rest))
        }
        return nil
    }

    private enum Kind { case certain, doubtful }

    private static func kind(of head: String) -> Kind? {
        let head = head.hasSuffix(".") ? String(head.dropLast()).trimmed : head
        if Agencies.names(head) { return .certain }
        if let last = head.last, last == ")" || last == "]",
            let open = head.lastIndex(where: { $0 == "(" || $0 == "[" })
        {
            let inside = head[head.index(after: open)...].dropLast()
            let place = words(of: head[..<open])
            guard place.count <= Limits.words, place.allSatisfy(isPlace) else { return nil }
            return Agencies.names(String(inside)) ? .certain : words(of: inside).count <= 3 ? .doubtful : nil
        }
        let words = words(of: head[...])
        guard words.count <= 6 else { return nil }
        let isLoud = words.allSatisfy { !$0.contains(where: \.isLowercase) || Months.has($0) }
        let isDated = words.contains(where: Months.has) && words.contains { Int($0) != nil }
        return isLoud || isDated && words.allSatisfy(isPlace) ? .doubtful : nil
    }

    private static func words(of text: Substring) -> [Substring] {
        text.split { !($0.isLetter || $0.isNumber || $0 == "'" || $0 == "’") }
    }

    private static let joints: Set<Substring> = [
        "de", "del", "des", "di", "da", "do", "du", "la", "le", "les", "los", "las", "el", "al", "and", "und", "et",
        "y", "e",
        "am", "an", "der", "die", "den", "van", "von", "of", "the", "on", "in", "upon", "sur",
    ]

    /// A word of a place's name or of a date.
    private static func isPlace(_ word: Substring) -> Bool {
        word.first?.isLowercase == false || joints.contains(word) || Months.has(word)
    }
}

/// Months as datelines name them, by their first letters.
private enum Months {
    private static let beginnings: Set<String> = [
        "jan", "ene", "gen", "feb", "fév", "fev", "mar", "mär", "apr", "avr", "abr", "may", "mai", "mag", "jun", "jui",
        "giu",
        "jul", "lug", "aug", "aoû", "ago", "sep", "set", "oct", "okt", "ott", "out", "nov", "dec", "dez", "déc", "dic",
    ]

    static func has(_ word: Substring) -> Bool {
        word.count >= 3 && word.count <= 10 && beginnings.contains(word.prefix(3).lowercased())
    }
}
