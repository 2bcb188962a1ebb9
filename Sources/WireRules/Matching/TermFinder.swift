import WireModel
import WireText

/// Finds terms among the words of one article. Holds the article's keys; memory is reused.
struct TermFinder {
    var words = ArticleWords()
    private let index: TermIndex
    /// The keys that the article meets. Of a form only the hash was compared: `places(of:)` compares the rest.
    private(set) var present: [Int32] = []
    /// The same as bits.
    private var presence: BitField
    /// Beside `present`.
    private var entries: [Entry] = []
    /// Where in `present` a key stands, by its hash; -1 where none does. Few words of an article are keys: this stays near the
    /// processor, as something for each key of the index would not.
    private var table: [Int32]
    /// Tokens that may meet a key.
    private var candidates: [Int32] = []
    private var homes: [TermIndex.Slot] = []
    /// Where in `present` the key of a token stands.
    private var hits: [(entry: Int32, token: Int32)] = []
    private var places: [Int32] = []
    private var states: [State] = []
    /// The stems of the topics' words, by language.
    private var stemTables: [String: StemTable] = [:]
    /// Articles that met each key, without those of `met`.
    private var counts: [UInt32]
    /// Keys that articles met and that are not counted yet.
    private var met: [Int32] = []

    /// What is known of a key that the article meets.
    private struct Entry {
        /// Its places: `places[start..<start + count]`.
        var start: Int32 = 0
        var count: Int32 = 0
        /// Where the form begins that its words are yet to be compared with; -1 for none.
        var form: Int32
        /// Its place in `table`.
        var slot: Int32
    }

    /// A step on the way through a phrase.
    private struct State {
        var position: Int32
        var textPosition: UInt32
        var token: Int32
        var parent: Int32
    }

    private enum Limits {
        /// Ways through one phrase from one word; more than text and query can make without malice.
        static let states = 100_000
        /// The latest of them that a new one is compared with.
        static let recent = 32
        /// Keys that are counted at once.
        static let met = 1 << 14
    }

    init(_ index: TermIndex) {
        self.index = index
        presence = BitField(index.ruleCount)
        table = Array(repeating: -1, count: 256)
        counts = Array(repeating: 0, count: index.ruleCount)
    }

    /// Articles that met each key, so far.
    var seen: [UInt32] {
        var counts = counts
        for key in met { counts[Int(key)] &+= 1 }
        return counts
    }

    /// Whether the article meets a key, as far as hashes tell.
    func has(_ key: Int32) -> Bool { presence.contains(Int(key)) }

    /// Whether a key that words meet stands in title or body, whose words come before all others.
    mutating func isInText(_ key: Int32) -> Bool {
        let range = places(of: Int(key))
        return !range.isEmpty && (words.isTextAll || Int(places[range.lowerBound]) < words.textCount)
    }

    /// Notes every key that the article meets whose words were read, with its places in order.
    mutating func read(_ article: ArticleFacts) {
        for (key, entry) in zip(present, entries) {
            presence.removeWord(of: Int(key))
            table[Int(entry.slot)] = -1
        }
        present.removeAll(keepingCapacity: true)
        entries.removeAll(keepingCapacity: true)
        hits.removeAll(keepingCapacity: true)
        collect()
        if !index.stems.isEmpty { collectStems(article) }
        noteRest(article)
        sortHits()
        met += present
        if met.count > Limits.met {
            for key in met { counts[Int(key)] &+= 1 }
            met.removeAll(keepingCapacity: true)
        }
    }

    private mutating func sortHits() {
        var total: Int32 = 0
        for entry in entries.indices {
            entries[entry].start = total
            total += entries[entry].count
            entries[entry].count = 0
        }
        if places.count < Int(total) {
            places.append(contentsOf: repeatElement(0, count: Int(total) - places.count))
        }
        for hit in hits {
            let entry = entries[Int(hit.entry)]
            places[Int(entry.start + entry.count)] = hit.token
            entries[Int(hit.entry)].count += 1
        }
    }

    private mutating func collect() {
        let index = index
        let tokens = words.buffer.tokens
        // Short loops, one after the other: the processor waits for several places of memory at once.
        candidates.removeAll(keepingCapacity: true)
        for place in tokens.indices where index.mayHold(tokens[place].hash) {
            candidates.append(Int32(truncatingIfNeeded: place))
        }
        homes.removeAll(keepingCapacity: true)
        for place in candidates { homes.append(index.home(of: tokens[Int(place)])) }
        for (place, home) in zip(candidates, homes) {
            let slot = index.slot(of: tokens[Int(place)], home: home)
            if slot.key >= 0 { note(slot.key, form: slot.form, at: place) }
        }
        index.test(tokens, words.buffer.forms) { key, place in note(key, form: -1, at: place) }
    }

    /// Keys of the text as a whole.
    private mutating func noteRest(_ article: ArticleFacts) {
        let index = index
        if index.editedKey >= 0, article.previous != nil { _ = note(index.editedKey, form: -1) }
        guard !index.literals.isEmpty else { return }
        for text in [article.item.title, article.item.summary, article.item.contentText] {
            if let text { index.literals.find(in: text.utf8.span) { _ = note($0, form: -1) } }
        }
    }

    private mutating func collectStems(_ article: ArticleFacts) {
        let language = Self.stemLanguage(article)
        let stems: StemTable
        if let known = stemTables[language] {
            stems = known
        } else {
            stems = StemTable(index.stems, language: language)
            stemTables[language] = stems
        }
        let stemmer = Stemmer(language: language)
        let tokens = words.buffer.tokens
        let forms = words.buffer.forms
        var stem: [UInt8] = []
        for place in tokens.indices where !tokens[place].kind.contains(.gram) {
            let start = Int(tokens[place].formOffset)
            let range = start..<(start + Int(tokens[place].formLength))
            guard !range.isEmpty, stems.mayMeet(first: forms[start]) else { continue }
            if let stemmer {
                stemmer.stem(forms.span.extracting(range), into: &stem)
            } else {
                stem = Array(forms[range])
            }
            stems.find(stem) { note($0, form: -1, at: Int32(truncatingIfNeeded: place)) }
        }
    }

    /// English if nothing tells; empty for a language without a stemmer.
    private static func stemLanguage(_ article: ArticleFacts) -> String {
        let tag = article.item.language ?? article.feed.language
        let known = tag.flatMap { LanguageCode.primary(of: $0) }.flatMap { $0 == "und" ? nil : $0 }
        let text = article.item.contentText ?? article.item.summary ?? article.item.title ?? ""
        let language = known ?? LanguageGuess.language(of: text.utf8.span) ?? "en"
        return Stemmer.languages.contains(language) ? language : ""
    }

    @inline(__always)
    private mutating func note(_ key: Int32, form: Int32, at token: Int32) {
        let entry = note(key, form: form)
        entries[entry].count += 1
        hits.append((Int32(truncatingIfNeeded: entry), token))
    }

    /// Notes a key without a place.
    /// - Returns: where it stands in `present`.
    @inline(__always)
    private mutating func note(_ key: Int32, form: Int32) -> Int {
        guard presence.insert(Int(key)) else { return entry(of: key) }
        if (present.count + 1) * 2 > table.count { growTable() }
        let place = present.count
        present.append(key)
        entries.append(Entry(form: form, slot: takeSlot(for: place)))
        return place
    }

    /// Puts a place of `present` where its key is looked for.
    @inline(__always)
    private mutating func takeSlot(for place: Int) -> Int32 {
        var slot = home(of: present[place])
        while table[slot] >= 0 { slot = (slot + 1) & (table.count - 1) }
        table[slot] = Int32(truncatingIfNeeded: place)
        return Int32(truncatingIfNeeded: slot)
    }

    @inline(__always)
    private func home(of key: Int32) -> Int {
        Int((UInt32(bitPattern: key) &* 0x9E37_79B1) >> 8) & (table.count - 1)
    }

    /// Where a key that is present stands.
    @inline(__always)
    private func entry(of key: Int32) -> Int {
        var slot = home(of: key)
        while present[Int(table[slot])] != key { slot = (slot + 1) & (table.count - 1) }
        return Int(table[slot])
    }

    private mutating func growTable() {
        table = Array(repeating: -1, count: table.count * 2)
        for place in present.indices { entries[place].slot = takeSlot(for: place) }
    }
}

extension TermFinder {
    /// Whether a term stands in the scope.
    mutating func contains(_ id: Int, _ scope: ArticleWords.Scope, _ program: Program, _ article: ArticleFacts) -> Bool
    {
        let term = program.terms[id]
        if term.isSimple {
            for token in term.tokens {
                let key = Int(program.tokens[token].key)
                guard presence.contains(key) else { continue }
                for place in places(of: key) where isInside(Int(places[place]), scope) {
                    return true
                }
            }
            return false
        }
        var found: [Occurrence] = []
        find(term, scope, program, article, limit: 1, into: &found)
        return !found.isEmpty
    }

    /// All places of a term in the scope, in order, each once.
    mutating func occurrences(
        _ id: Int, _ scope: ArticleWords.Scope, _ program: Program, _ article: ArticleFacts,
        into found: inout [Occurrence]
    ) {
        let term = program.terms[id]
        guard term.isSimple else {
            return find(term, scope, program, article, limit: Int.max, into: &found)
        }
        for token in term.tokens {
            let key = Int(program.tokens[token].key)
            guard presence.contains(key) else { continue }
            for place in places(of: key) {
                let index = Int(places[place])
                guard isInside(index, scope) else { continue }
                let token = words.buffer.tokens[index]
                found.append(
                    Occurrence(
                        start: token.position, end: token.position &+ token.width, first: places[place],
                        last: places[place]))
            }
        }
    }

    /// The places of a key, in order. The words that have its hash are compared with its form when they are asked for first.
    private mutating func places(of key: Int) -> Range<Int> {
        guard presence.contains(key) else { return 0..<0 }
        let place = entry(of: Int32(truncatingIfNeeded: key))
        if entries[place].form >= 0 { compare(place) }
        let entry = entries[place]
        return Int(entry.start)..<Int(entry.start + entry.count)
    }

    private mutating func compare(_ place: Int) {
        let entry = entries[place]
        var kept = entry.start
        for word in Int(entry.start)..<Int(entry.start + entry.count) {
            let token = words.buffer.tokens[Int(places[word])]
            guard index.isForm(entry.form, token, in: words.buffer.forms) else { continue }
            places[Int(kept)] = places[word]
            kept += 1
        }
        entries[place].count = kept - entry.start
        entries[place].form = -1
    }

    private func isInside(_ token: Int, _ scope: ArticleWords.Scope) -> Bool {
        scope.tokens.contains(token) && (!scope.isLead || words.isInLead(token))
    }

    /// Walks a phrase through the text from every place of its first words.
    private mutating func find(
        _ term: Program.Term, _ scope: ArticleWords.Scope, _ program: Program, _ article: ArticleFacts, limit: Int,
        into found: inout [Occurrence]
    ) {
        guard isPossible(term, program), !scope.tokens.isEmpty else { return }
        let before = found.count
        let final = words.buffer.tokens[scope.tokens.upperBound - 1]
        let end = final.position &+ final.width
        for id in term.tokens where program.tokens[id].position == 0 {
            let key = Int(program.tokens[id].key)
            guard presence.contains(key) else { continue }
            for place in places(of: key) {
                let index = Int(places[place])
                guard isInside(index, scope) else { continue }
                if words.buffer.tokens[index].position &+ UInt32(term.fewest) > end { break }
                guard let end = walk(term, from: id, at: index, scope, program, article) else { continue }
                let first = words.buffer.tokens[index]
                found.append(
                    Occurrence(
                        start: first.position, end: states[end].textPosition, first: Int32(truncatingIfNeeded: index),
                        last: states[end].token, lead: term.lead, trail: term.trail))
                if found.count - before >= limit { return }
            }
        }
    }

    /// Whether every position has a key in the article that covers it.
    private func isPossible(_ term: Program.Term, _ program: Program) -> Bool {
        var reached: Int32 = 0
        for id in term.tokens {
            let token = program.tokens[id]
            if token.position <= reached, has(token.key) {
                reached = max(reached, token.position + token.advance)
            }
        }
        return reached >= term.length
    }

    /// The index of the state in which the phrase has ended, spelled as it must be; nil if it does not stand here.
    private mutating func walk(
        _ term: Program.Term, from first: Int, at index: Int, _ scope: ArticleWords.Scope, _ program: Program,
        _ article: ArticleFacts
    ) -> Int? {
        states.removeAll(keepingCapacity: true)
        step(program.tokens[first], index, parent: -1)
        var current = 0
        while current < states.count, states.count < Limits.states {
            let state = states[current]
            if state.position == term.length {
                if isSpelled(term, current, program, article) { return current }
                current += 1
                continue
            }
            var id = firstToken(term, state.position, program)
            while id < term.tokens.upperBound, program.tokens[id].position == state.position {
                defer { id += 1 }
                let key = Int(program.tokens[id].key)
                guard presence.contains(key) else { continue }
                var place = firstPlace(key, atOrAfter: state.textPosition)
                let end = places(of: key).upperBound
                while place < end, words.buffer.tokens[Int(places[place])].position == state.textPosition {
                    let next = Int(places[place])
                    if isInside(next, scope) { step(program.tokens[id], next, parent: Int32(current)) }
                    place += 1
                }
            }
            current += 1
        }
        return nil
    }

    /// The first of a term's tokens at a position, by halving: they stand in order.
    private func firstToken(_ term: Program.Term, _ position: Int32, _ program: Program) -> Int {
        var low = term.tokens.lowerBound
        var high = term.tokens.upperBound
        while low < high {
            let middle = (low + high) / 2
            if program.tokens[middle].position < position { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private mutating func step(_ token: Program.TermToken, _ index: Int, parent: Int32) {
        let found = words.buffer.tokens[index]
        let advance = token.textAdvance > 0 ? UInt32(token.textAdvance) : found.width
        let state = State(
            position: token.position + token.advance, textPosition: found.position &+ advance,
            token: Int32(truncatingIfNeeded: index), parent: parent)
        if !isKnown(state, found) { states.append(state) }
    }

    /// Whether another form of the same words brought the walk to the same place: without this, each word with three forms
    /// would treble the ways.
    private func isKnown(_ state: State, _ found: Token) -> Bool {
        for other in states.suffix(Limits.recent)
        where other.position == state.position && other.textPosition == state.textPosition {
            let token = words.buffer.tokens[Int(other.token)]
            if token.sourceOffset == found.sourceOffset, token.sourceLength == found.sourceLength { return true }
        }
        return false
    }

    /// The first of a key's places at or behind a position, by halving.
    private mutating func firstPlace(_ key: Int, atOrAfter position: UInt32) -> Int {
        var (low, high) = (places(of: key).lowerBound, places(of: key).upperBound)
        while low < high {
            let middle = (low + high) / 2
            if words.buffer.tokens[Int(places[middle])].position < position { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

// MARK: - Spelling

extension TermFinder {
    /// Whether the words on the way to `end` are spelled as the term asks.
    private func isSpelled(_ term: Program.Term, _ end: Int, _ program: Program, _ article: ArticleFacts) -> Bool {
        for check in term.checks {
            let check = program.checks[check]
            var state = end
            var first: Token?
            var last: Token?
            var zoneToken = 0
            while state >= 0 {
                let begin = states[state].parent >= 0 ? states[Int(states[state].parent)].position : 0
                if begin >= check.positions.lowerBound, states[state].position <= check.positions.upperBound {
                    let token = words.buffer.tokens[Int(states[state].token)]
                    if last == nil { last = token }
                    first = token
                    zoneToken = Int(states[state].token)
                }
                state = Int(states[state].parent)
            }
            guard let first, let last, let zone = words.zone(of: zoneToken) else { return false }
            let source = zone.source.text(of: article.item, article.feed)
            if !Spelling.holds(check, in: source, from: first, to: last) { return false }
        }
        return true
    }
}
