import WireText

@testable import WireRules

/// A word, phrase, wildcard, … that is looked for by comparing it with every word of a text.
struct NaiveTerm: Hashable {
    enum Kind: Hashable { case folded, exact, stem, fuzzy(Int) }

    let kind: Kind
    /// Without quotes and braces.
    let words: String
    /// As a query has it.
    let text: String

    init(_ kind: Kind, _ words: String, isQuoted: Bool = false) {
        self.kind = kind
        self.words = words
        switch kind {
        case .folded: text = isQuoted || words.contains(" ") ? "\"\(words)\"" : words
        case .exact: text = "{\(words)}"
        case .stem: text = "~\(words)"
        case .fuzzy(let edits): text = "\(words)~\(edits)"
        }
    }

    /// Words with symbols: this very spelling.
    static let symbols: Set<String> = [
        "at&t", "c++", "c#", ".net", "node.js", "u.s.", "x_barr_y", "resign.the", "update:barr",
    ]

}

/// A term made ready to be looked for in texts of one language.
struct NaiveSearch {
    private enum Run {
        case literal([Character])
        case lattice(NaiveLattice)
    }

    private let kind: NaiveTerm.Kind
    private let hasElisions: Bool
    private var runs: [Run] = []

    init(_ term: NaiveTerm, language: String, hasElisions: Bool) {
        kind = term.kind
        self.hasElisions = hasElisions
        var plain: [String] = []
        for word in term.words.components(" ") {
            if kind == .exact || kind == .folded && NaiveTerm.symbols.contains(word.lowercased()) {
                close(&plain, language)
                runs.append(.literal(Array(kind == .exact ? word : word.lowercased())))
            } else {
                plain.append(word)
            }
        }
        close(&plain, language)
    }

    private mutating func close(_ words: inout [String], _ language: String) {
        guard !words.isEmpty else { return }
        runs.append(.lattice(NaiveLattice(words.joined(separator: " "), kind, language)))
        words = []
    }

    /// Where the term stands in a block, in positions of words.
    func places(in block: NaiveBlock) -> Set<Range<Int>> {
        var found: Set<Range<Int>>?
        for run in runs {
            let places =
                switch run {
                case .literal(let spelling): literals(spelling, block)
                case .lattice(let lattice): lattice.places(in: block)
                }
            guard let before = found else {
                found = places
                continue
            }
            found = Set(
                before.flatMap { left in
                    places.filter { $0.lowerBound == left.upperBound }.map { left.lowerBound..<$0.upperBound }
                })
        }
        return found ?? []
    }

    /// Places of a spelling with no letter or digit before or behind it.
    private func literals(_ spelling: [Character], _ block: NaiveBlock) -> Set<Range<Int>> {
        let text = kind == .exact ? block.characters.map(\.character) : block.lowered
        var found: Set<Range<Int>> = []
        for start in text.indices where text[start...].starts(with: spelling) {
            let end = start + spelling.count
            guard begins(text, start), ends(text, end) else { continue }
            let source = block.characters[start].offset..<block.characters[min(end, text.count - 1)].offset
            let inside = block.words.filter { $0.end == $0.start + 1 && $0.source.overlaps(source) }
            if let low = inside.map(\.start).min(), let high = inside.map(\.end).max() { found.insert(low..<high) }
        }
        return found
    }

    /// Only an elided article may stand before a word.
    private func begins(_ text: [Character], _ start: Int) -> Bool {
        guard start > 0 else { return true }
        let isApostrophe = text[start - 1] == "'" && start > 1 && isLetter(text[start - 2])
        return isApostrophe ? hasElisions : !isLetter(text[start - 1])
    }

    /// Only a possessive may stand behind a word.
    private func ends(_ text: [Character], _ end: Int) -> Bool {
        guard end < text.count else { return true }
        if text[end] == "'", end + 1 < text.count, isLetter(text[end + 1]) {
            return "sS".contains(text[end + 1]) && (end + 2 == text.count || !isLetter(text[end + 2]))
        }
        return !isLetter(text[end])
    }

    /// Words end where a script begins that has no spaces, or particles that hang on them.
    private func isLetter(_ character: Character) -> Bool {
        guard let first = character.unicodeScalars.first, !Spelling.hasNoCase(first) else { return false }
        return character.isLetter || character.isNumber
    }
}

/// The forms of a query's words: from position to position.
struct NaiveLattice {
    private struct Step {
        let start: Int
        let end: Int
        let form: [UInt8]
        let letters: [Unicode.Scalar]
        let isPattern: Bool
        /// Hangul, which is also found as a part of a word.
        let isPart: Bool
        let stem: [UInt8]
        let isGram: Bool
        /// The next cluster follows without a blank.
        let goesOn: Bool
    }

    private static let star: Unicode.Scalar = "\u{168A}"
    private static let one: Unicode.Scalar = "\u{168B}"

    private var steps: [Step] = []
    private let end: Int
    private let kind: NaiveTerm.Kind
    private let language: String

    init(_ text: String, _ kind: NaiveTerm.Kind, _ language: String) {
        self.kind = kind
        self.language = language
        let masked = text.replacing("*", with: "\u{168A}").replacing("?", with: "\u{168B}")
        let buffer = Tokenizer(side: .query).tokens(of: masked)
        let tokens = buffer.tokens
        let whole = Set(tokens.filter { !$0.kind.contains(.gram) }.map(\.position))
        let pairs = Set(tokens.filter { $0.kind.contains(.gram) && $0.width == 2 }.map(\.position))
        for token in tokens {
            let isGram = token.kind.contains(.gram)
            if isGram, whole.contains(token.position) || token.width == 2 { continue }
            let form = Array(buffer.form(of: token))
            let letters = Array(String(decoding: form, as: UTF8.self).unicodeScalars)
            steps.append(
                Step(
                    start: Int(token.position), end: Int(token.position + token.width), form: form, letters: letters,
                    isPattern: letters.contains(Self.star) || letters.contains(Self.one),
                    isPart: letters.count { (0xAC00...0xD7A3).contains($0.value) } >= 2,
                    stem: kind == .stem ? NaiveLattice.stem(form, language) : [], isGram: isGram,
                    goesOn: isGram && pairs.contains(token.position)))
        }
        end = Int(buffer.wordCount)
    }

    func places(in block: NaiveBlock) -> Set<Range<Int>> {
        var found: Set<Range<Int>> = []
        for start in 0..<block.count {
            for end in ends(block, 0, start) where end > start { found.insert(start..<end) }
        }
        return found
    }

    private func ends(_ block: NaiveBlock, _ position: Int, _ place: Int) -> Set<Int> {
        if position == end { return [place] }
        var found: Set<Int> = []
        for step in steps where step.start == position {
            for word in block.words where word.start == place && meets(step, word) {
                if step.goesOn, !block.words.contains(where: { $0.isGram && $0.start == place && $0.end == place + 2 })
                {
                    continue
                }
                found.formUnion(ends(block, step.end, word.end))
            }
        }
        return found
    }

    private func meets(_ step: Step, _ word: NaiveBlock.Word) -> Bool {
        if step.isGram { return word.isGram && word.end == word.start + 1 && word.form == step.form }
        if word.isGram { return false }
        switch kind {
        case .fuzzy(let edits):
            return NaiveLattice.distance(step.letters[...], word.letters[...], edits) <= edits
        case .stem:
            return step.stem == NaiveLattice.stem(word.form, language)
        case .folded, .exact:
            if step.isPattern { return NaiveLattice.fits(step.letters[...], word.letters[...]) }
            if step.isPart { return word.letters.indices.contains { word.letters[$0...].starts(with: step.letters) } }
            return step.form == word.form
        }
    }

    private static func fits(_ pattern: ArraySlice<Unicode.Scalar>, _ text: ArraySlice<Unicode.Scalar>) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        if first == star {
            if fits(pattern.dropFirst(), text) { return true }
            guard let letter = text.first, isLetter(letter) else { return false }
            return fits(pattern, text.dropFirst())
        }
        guard let letter = text.first, first == letter || first == one && isLetter(letter) else { return false }
        return fits(pattern.dropFirst(), text.dropFirst())
    }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value >= 0x80 || scalar.properties.isAlphabetic || scalar.properties.numericType != nil
    }

    private static func stem(_ form: [UInt8], _ language: String) -> [UInt8] {
        guard let stemmer = Stemmer(language: language) else { return form }
        var stem: [UInt8] = []
        stemmer.stem(form.span, into: &stem)
        return stem
    }

    /// Edits from one word to another, tried one by one; more than `limit` if that is not enough.
    private static func distance(
        _ left: ArraySlice<Unicode.Scalar>, _ right: ArraySlice<Unicode.Scalar>, _ limit: Int
    ) -> Int {
        let left = left.drop(commonWith: right)
        let right = right.suffix(left.rest)
        let own = left.slice
        if own.isEmpty || right.isEmpty { return max(own.count, right.count) }
        if limit == 0 { return 1 }
        var best = distance(own.dropFirst(), right.dropFirst(), limit - 1)
        best = min(best, distance(own.dropFirst(), right, limit - 1))
        best = min(best, distance(own, right.dropFirst(), limit - 1))
        if own.count > 1, right.count > 1, own.first == right.dropFirst().first, own.dropFirst().first == right.first {
            best = min(best, distance(own.dropFirst(2), right.dropFirst(2), limit - 1))
        }
        return best + 1
    }
}

extension ArraySlice where Element: Equatable {
    /// Without what both begin with, and how much is left of the other.
    fileprivate func drop(commonWith other: Self) -> (slice: Self, rest: Int) {
        var count = 0
        for (one, another) in zip(self, other) {
            guard one == another else { break }
            count += 1
        }
        return (dropFirst(count), other.count - count)
    }
}
