import WireText

/// The stems of a set of topics' `~words` in one language.
struct StemTable: Sendable {
    private var keys: [UInt64: [Entry]] = [:]
    /// ASCII letters that some stem begins with, a bit each; a stemmer that keeps the first letter needs no more to say no.
    private var firstLetters: (UInt64, UInt64) = (0, 0)
    private let keepsFirstLetter: Bool

    private struct Entry: Sendable {
        let stem: [UInt8]
        let key: Int32
    }

    /// Languages whose stemmers only cut and change endings. A test holds them to it.
    static let suffixLanguages: Set<String> = ["en", "fr", "es", "it", "pt", "nl", "da", "sv", "no", "nb", "nn", "fi"]

    /// - Parameter words: folded words, each with its key.
    init(_ words: [(form: [UInt8], key: Int32)], language: String) {
        keepsFirstLetter = StemTable.suffixLanguages.contains(language)
        let stemmer = Stemmer(language: language)
        var stem: [UInt8] = []
        for word in words {
            if let stemmer { stemmer.stem(word.form.span, into: &stem) } else { stem = word.form }
            if let first = stem.first { note(first) }
            let hash = TermHash.hash(stem)
            if keys[hash]?.contains(where: { $0.key == word.key && $0.stem == stem }) == true { continue }
            keys[hash, default: []].append(Entry(stem: stem, key: word.key))
        }
    }

    private mutating func note(_ letter: UInt8) {
        if letter < 64 { firstLetters.0 |= 1 << UInt64(letter) }
        if letter >= 64, letter < 128 { firstLetters.1 |= 1 << UInt64(letter - 64) }
    }

    /// Whether a word that begins so may have one of the stems.
    @inline(__always)
    func mayMeet(first letter: UInt8) -> Bool {
        if !keepsFirstLetter || letter >= 128 { return true }
        let bits = letter < 64 ? firstLetters.0 >> UInt64(letter) : firstLetters.1 >> UInt64(letter - 64)
        return bits & 1 != 0
    }

    /// Calls `found` with each key that has the stem.
    func find(_ stem: [UInt8], _ found: (Int32) -> Void) {
        guard let entries = keys[TermHash.hash(stem)] else { return }
        for entry in entries where entry.stem == stem { found(entry.key) }
    }
}
