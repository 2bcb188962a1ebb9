import WireText

/// Who wrote, edited, sent or owns a text, as it stands behind the text. Only what is known as such: a line that a list or a
/// result ends with stays.
enum CreditLine {
    private enum Limits {
        /// Ends of sentences, from the last one back, behind which a credit may begin: names have full stops too.
        static let sentences = 5
        static let words = 40
        /// Behind a label with a colon.
        static let labelled = 8
        static let invitation = 14
    }

    private static let labels: Set<String> = [
        "source", "sources", "quelle", "quellen", "fuente", "fuentes", "fonte", "fonti", "via", "credit", "credits",
        "agencies",
    ]

    private static let phrases = [
        "reporting by ", "additional reporting ", "editing by ", "edited by ", "writing by ", "written by ",
        "compiled by ",
        "with reporting ", "with inputs from ", "with input from ", "with files from ", "copyright ", "© ", "(c) ",
        "all rights reserved",
    ]

    private static let invitations = ["read more", "continue reading", "read the full ", "read full ", "click here"]

    /// The block without the credit at its end; empty if it is nothing else, nil if it has none.
    static func removed(from block: String) -> String? {
        if isCredit(block) { return "" }
        let characters = Array(block)
        // `… said the minister. (Reuters)`, `… said the minister – dpa`
        if let last = characters.last, last == ")" || last == "]",
            let open = characters.lastIndex(where: { $0 == "(" || $0 == "[" }), open > 0,
            isCredit(String(characters[(open + 1)...].dropLast()))
        {
            return String(characters[..<open]).trimmed
        }
        if let dash = characters.lastIndex(where: { $0 == "–" || $0 == "—" || $0 == "-" }), dash > 0,
            characters[dash - 1].isWhitespace, Agencies.names(String(characters[(dash + 1)...]))
        {
            return String(characters[..<dash]).trimmed
        }
        var ends = 0
        for index in characters.indices.dropLast().reversed() where characters[index + 1].isWhitespace {
            guard ".!?…\"”’)".contains(characters[index]) else { continue }
            if isCredit(String(characters[(index + 1)...])) { return String(characters[...index]).trimmed }
            ends += 1
            if ends == Limits.sentences { break }
        }
        return nil
    }

    private static func isCredit(_ text: String) -> Bool {
        if Agencies.names(text) { return true }
        let folded = FoldedText.folded(text)
        let line = String(folded.drop { "([-–—*".contains($0) || $0.isWhitespace })
        let count = TextGroup.words(of: line).weight / 2
        if let colon = line.firstIndex(of: ":"), labels.contains(line[..<colon].trimmed) {
            return count <= Limits.labelled + 1
        }
        if count <= Limits.words, phrases.contains(where: line.hasPrefix) { return true }
        if line.hasPrefix("the post "), line.contains(" appeared first on ") { return true }
        return count <= Limits.invitation && invitations.contains(where: line.hasPrefix)
    }
}

/// News agencies and wires, as datelines and credits name them.
enum Agencies {
    private static let known: Set<String> = [
        "reuters", "thomson reuters", "ap", "associated press", "the associated press", "afp", "agence france presse",
        "dpa",
        "dpa afx", "afx", "apa", "sda", "ats", "keystone sda", "ansa", "agi", "adnkronos", "efe", "europa press",
        "lusa",
        "tass", "itar tass", "ria novosti", "interfax", "ukrinform", "xinhua", "kyodo", "kyodo news", "jiji",
        "jiji press",
        "yonhap", "pti", "press trust of india", "ani", "ians", "uni", "upi", "bloomberg", "pa", "pa media",
        "press association", "belga", "anp", "tt", "ntb", "ritzau", "stt", "čtk", "ctk", "tasr", "mti", "pap",
        "agerpres",
        "hina", "tanjug", "bta", "aap", "cna", "bernama", "antara", "anadolu", "aa", "mena", "wam", "spa", "sid", "kna",
        "epd",
        "dow jones", "the canadian press", "canadian press", "la presse canadienne", "globe newswire", "globenewswire",
        "business wire", "pr newswire", "prnewswire", "accesswire", "newsfile corp", "marketwired", "ots", "un news",
    ]

    /// Whether a text is an agency's name, or several agencies' (`dpa/AFP`), with nothing around it but punctuation and the
    /// writer's mark behind it (`dpa/lby`).
    static func names(_ text: String) -> Bool {
        guard text.utf8.count <= 80 else { return false }
        let parts = text.split { "/,;&+".contains($0) }.prefix(4)
        guard let first = parts.first, known.contains(TextGroup.words(of: String(first)).text) else { return false }
        return parts.dropFirst().allSatisfy { part in
            let words = TextGroup.words(of: String(part))
            return known.contains(words.text) || text.contains("/") && words.text.count <= 4
        }
    }
}
