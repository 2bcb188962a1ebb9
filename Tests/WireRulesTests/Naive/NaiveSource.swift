import WireModel
import WireTesting

@testable import WireRules

/// Draws queries and articles of all scripts and spellings, always the same from the same seed.
struct NaiveSource {
    /// Words that share forms, parts or spellings with others of the list.
    static let words = """
        barr Barr BARR resign resigns resigned resigning Resignation star popstar general generals attorney
        straße STRASSE strasse Müller MÜLLER Mueller muller naïve naive e-mail E-Mail email mail e us US U.S. u.s.
        AT&T at&t at t C++ c++ c C# .NET net node.js Node.js node js rock'n'roll rock’n’roll Barr's Barr’s barrs'
        l'économie économie economie dell’Italia Italia 1,000 1000 1.000 İstanbul ISTANBUL istanbul ısparta Isparta
        co­operate cooperate co⁠operate ＡＰＰＬＥ apple Apple Apple's ﬁnance finance Ὀδυσσεύς οδυσσευς ΟΔΥΣΣΕΥΣ
        Ёлка елка Москва́ москва Україна مُحَمَّد محمد أحمد احمد مدرسة مدرسه שָׁלוֹם שלום צה״ל कि क हिन्दी
        東京都庁 京都 東京 大阪 東 日本語 カタカナ ひらがな iPhone15 ไทย​แลนด์ แลนด์ ไทย ประเทศไทย
        삼성전자가 삼성전자 삼성 전자 삼 AI가 AI 2024년 2024 ١٢٣ 123 state-of-the-art state art well-known known
        resign.The Update:Barr x_barr_y the update wahl Bundestagswahl Wahlen organization organisation women woman
        colour color Acme™ acme flynn flyn flinn trump-led led Trump’s trump 🎉 ok don't dont ÆON aeon øre ore
        """.split(whereSeparator: \.isWhitespace).map(String.init)
    private static let wildcards = """
        resign* *wahl *wahl* organi?ation wom?n col*r stra* *star gener* *nation* 202? müll* über* *econom* istan*
        моск* *قرم* שלו* 12? *perate naï* attor?ey bar?
        """.split(whereSeparator: \.isWhitespace).map(String.init)
    private static let exact = [
        "Barr", "US", "Apple", "e-mail", "AT&T", "C++", "Müller", "Barr resign", "Attorney", "U.S.", "Italia", "trump",
    ]
    private static let stems = ["resign", "resigns", "general", "generals", "wahl", "star", "москва", "organization"]
    private static let fuzzy = [
        "barr", "flynn", "muller", "müller", "star", "apple", "color", "women", "istanbul", "москва",
    ]
    private static let expressions: [(String, Bool)] = [
        ("Barr", false), ("barr", true), ("(?:^|[^a-z0-9])re[a-z]+gn", true), ("[0-9]{3,4}", false), ("^Barr", false),
        ("general$", true), ("(us|mail) (us|mail)", true), ("1[,.]000", false), ("東京", false), ("x|zzz", false),
    ]
    private static let gaps = [
        " ", " ", " ", " ", " ", " ", " ", " ", ", ", ". ", " - ", "-", "\n", "\n", " (", ") ", "/",
    ]
    /// Without apostrophes and underscores: between letters they make one word of two, and what is spelled inside such a
    /// word is found or not by its parts, which the naive reader does not know.
    private static let rareGaps = ["", ".", ":", "\u{200B}", "\u{A0}", " \u{AD}", "\u{3000}"]

    var numbers: FixedNumbers
    /// The words of this round: few, so that queries meet texts.
    private var vocabulary: [String] = []
    private var terms: [NaiveTerm] = []

    init(seed: UInt64) {
        numbers = FixedNumbers(seed: seed)
        vocabulary = (0..<45).map { _ in pick(NaiveSource.words) }
        terms = (0..<90).map { _ in term() }
    }

    mutating func pick<Element>(_ list: [Element]) -> Element {
        list[Int.random(in: 0..<list.count, using: &numbers)]
    }

    private mutating func chance(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &numbers) == 0 }

    private mutating func term() -> NaiveTerm {
        switch Int.random(in: 0..<20, using: &numbers) {
        case 0..<9: return NaiveTerm(.folded, pick(vocabulary))
        case 9: return NaiveTerm(.folded, pick(vocabulary), isQuoted: true)
        case 10..<13:
            return NaiveTerm(.folded, pick(vocabulary) + " " + pick(vocabulary))
        case 13:
            return NaiveTerm(.folded, [pick(vocabulary), pick(vocabulary), pick(vocabulary)].joined(separator: " "))
        case 14: return NaiveTerm(.folded, pick(NaiveSource.wildcards))
        case 15: return NaiveTerm(.folded, pick(NaiveSource.wildcards) + " " + pick(vocabulary))
        case 16: return NaiveTerm(.exact, pick(NaiveSource.exact))
        case 17: return NaiveTerm(.stem, pick(NaiveSource.stems))
        case 18: return NaiveTerm(.fuzzy(1), pick(NaiveSource.fuzzy))
        default: return NaiveTerm(.fuzzy(2), pick(NaiveSource.fuzzy))
        }
    }

    private mutating func group() -> [NaiveTerm] { chance(3) ? [pick(terms), pick(terms)] : [pick(terms)] }

    private mutating func words(_ depth: Int) -> NaiveQuery {
        switch Int.random(in: 0..<(depth > 0 ? 13 : 9), using: &numbers) {
        case 0..<5: return .term(pick(terms))
        case 5, 6:
            let operands = (0..<Int.random(in: 2...3, using: &numbers)).map { _ in group() }
            let reaches = operands.dropFirst().map { _ in
                Reach(distance: pick([0, 0, 1, 2, 4, 9]), isOrdered: chance(3))
            }
            return .near(operands, reaches)
        case 7: return .atLeast(pick([2, 2, 3]), group())
        case 8:
            let (pattern, ignoresCase) = pick(NaiveSource.expressions)
            return .regex(pattern, ignoresCase: ignoresCase)
        case 9, 10: return .all([words(depth - 1), words(depth - 1)])
        case 11: return .any([words(depth - 1), words(depth - 1)])
        default: return .without(words(depth - 1), words(depth - 1))
        }
    }

    /// A query of the whole language; `number` is its own, so that it can refer to those before.
    mutating func query(_ number: Int, depth: Int = 3) -> NaiveQuery {
        switch Int.random(in: 0..<(depth > 0 ? 16 : 6), using: &numbers) {
        case 0, 1, 2: return words(1)
        case 3: return .field(pick([.title, .body]), words(1))
        case 4:
            let field: TextField = pick([.lead, .author, .category, .source, .feed])
            return .field(
                field,
                chance(3) ? .near([group(), group()], [Reach(distance: 3, isOrdered: false)]) : .term(pick(terms)))
        case 5: return .facet(pick(NaiveFacet.allCases))
        case 6...8:
            return .all((0..<Int.random(in: 2...3, using: &numbers)).map { _ in query(number, depth: depth - 1) })
        case 9...11:
            return .any((0..<Int.random(in: 2...3, using: &numbers)).map { _ in query(number, depth: depth - 1) })
        case 12, 13: return .without(query(number, depth: depth - 1), query(number, depth: depth - 1))
        case 14: return chance(2) ? .added(words(1)) : .removed(words(1))
        default:
            return number > 0 ? .topic(Int.random(in: max(0, number - 20)..<number, using: &numbers)) : words(1)
        }
    }

    /// Words with gaps between; `isFlat` has no line breaks.
    private mutating func text(_ count: Int, isFlat: Bool = false) -> String {
        var out = ""
        for place in 0..<count {
            var gap = chance(30) ? pick(NaiveSource.rareGaps) : pick(NaiveSource.gaps)
            if isFlat, gap == "\n" { gap = " " }
            if place > 0 { out += gap }
            out += chance(3) ? pick(NaiveSource.words) : pick(vocabulary)
        }
        return out
    }

    mutating func article() -> (item: Item, feed: FeedFacts, previous: Item?, seen: Timestamp?) {
        var item = Item(id: "x")
        if !chance(5) { item.title = text(Int.random(in: 1...5, using: &numbers), isFlat: true) }
        if !chance(6) {
            let count = chance(5) ? Int.random(in: 50...70, using: &numbers) : Int.random(in: 1...16, using: &numbers)
            item.contentText = text(count)
        }
        if chance(3) {
            let first = text(Int.random(in: 1...4, using: &numbers), isFlat: true)
            let second = text(Int.random(in: 1...4, using: &numbers), isFlat: true)
            item.summary = first + " " + second
            if chance(2) { item.summaryBreaks = [first.utf8.count + 1] }
        }
        if let content = item.contentText, chance(8) {
            item.summary = String(content.components("\n")[0].prefix(20))
            item.summaryBreaks = []
        }
        if chance(2) { item.language = pick(["en", "de", "de-AT", "fr", "ru", "tr", "en-GB"]) }
        if chance(3) { item.authors = [Person(name: text(2, isFlat: true)), Person(name: pick(vocabulary))] }
        if chance(3) { item.categories = [Category(term: pick(vocabulary), label: text(2, isFlat: true))] }
        if chance(2) {
            item.url = pick(["https://example.org/", "https://www.example.org/sport", "https://myexample.org/Sport"])
        }
        if chance(3) { item.image = Image(url: "https://example.org/i.png") }
        if chance(3) { item.enclosures = [Enclosure(url: "https://example.org/a.mp3")] }
        if !chance(3) { item.published = Timestamp(seconds: Int64.random(in: 0..<(12 * 86_400), using: &numbers)) }
        if chance(3) {
            var source = Source()
            source.title = text(2, isFlat: true)
            item.source = source
        }
        let feed = FeedFacts(
            url: chance(2) ? "https://example.org/feed" : nil, title: chance(2) ? text(2, isFlat: true) : nil,
            folder: chance(2) ? pick(["politics", "politics/us", "politicians"]) : nil,
            language: chance(3) ? pick(["en", "de"]) : nil, country: chance(2) ? pick(["GB", "us"]) : nil)
        var previous: Item?
        if chance(3) {
            previous = item
            previous?.contentText = text(Int.random(in: 1...10, using: &numbers))
            if chance(2) { previous?.title = text(2, isFlat: true) }
        }
        let seen = chance(2) ? Timestamp(seconds: Int64.random(in: 0..<(12 * 86_400), using: &numbers)) : nil
        return (item, feed, previous, seen)
    }
}
