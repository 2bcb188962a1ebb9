import Testing
import WireModel
import WireStore
import WireTesting
import WireText

@testable import WireStoreSQLite

struct SearchTests {
    private static let words = [
        "red", "reds", "fox", "hen", "U.S.", "e-mail", "O'Neill's", "Müller", "Straße", "1,000", "東京都", "京都市", "AI時代",
        "서울이",
        "ёлка", "resign", "resigned", "l'économie", "node.js", "AT&T", "C++", "ﬁne", "İzmir",
    ]

    private static func forms(_ texts: String...) -> [String] {
        texts.flatMap { text in
            let buffer = Tokenizer().tokens(of: text)
            return buffer.tokens.map { String(decoding: buffer.form(of: $0), as: UTF8.self) }
        }
    }

    private static func expression(_ dice: inout FixedNumbers, depth: Int = 0) -> TermExpression {
        let form = forms(words.randomElement(using: &dice) ?? "").randomElement(using: &dice) ?? "red"
        switch Int.random(in: 0..<(depth < 3 ? 6 : 3), using: &dice) {
        case 0, 1: return .term(form)
        case 2: return .prefix(String(form.prefix(3)))
        case 3: return .all((0..<Int.random(in: 0..<4, using: &dice)).map { _ in expression(&dice, depth: depth + 1) })
        default: return .any((0..<Int.random(in: 0..<4, using: &dice)).map { _ in expression(&dice, depth: depth + 1) })
        }
    }

    private static func holds(_ expression: TermExpression, _ forms: [String]) -> Bool {
        switch expression {
        case .term(let term): forms.contains(term)
        case .prefix(let term): forms.contains { Array($0.utf8).starts(with: Array(term.utf8)) }
        case .all(let parts): parts.allSatisfy { holds($0, forms) }
        case .any(let parts): parts.contains { holds($0, forms) }
        }
    }

    @Test func answersLikeLookingAtEveryWord() async throws {
        let folder = try TemporaryFolder()
        let store = try await SQLiteStore(folder: folder.data)
        let samples = StoreSamples(store)
        let feed = try await samples.feed()
        var dice = FixedNumbers(seed: 20_260_301)
        var forms: [ArticleID: [String]] = [:]
        var new: [NewArticle] = []
        for number in 0..<200 {
            let text = (0..<Int.random(in: 1..<8, using: &dice)).map { _ in
                Self.words.randomElement(using: &dice) ?? ""
            }.joined(separator: " ")
            let article = samples.article("n\(number)", in: feed, text: text, daysAgo: number % 7)
            forms[article.article.id] = Self.forms(article.article.item.title ?? "", text)
            new.append(article)
        }
        _ = try await store.apply(samples.write(feed, new: new))
        // Different forms may have one spelling: more may be found, never less.
        var (wanted, extra) = (0, 0)
        // A part indexed, a part not.
        for indexed in [0, 90, 200] {
            while try await store.statistics().unindexed > 200 - indexed {
                _ = try await store.index(limit: 30)
            }
            for _ in 0..<60 {
                let expression = Self.expression(&dice)
                var query = ArticleQuery(limit: 0)
                query.candidates = expression
                let found = Set(try await samples.all(query).map(\.article.id))
                let expected = Set(forms.filter { Self.holds(expression, $0.value) }.keys)
                #expect(found.isSuperset(of: expected), "\(expression)")
                wanted += expected.count
                extra += found.count - expected.count
            }
        }
        #expect(wanted > 5_000 && extra * 20 < wanted, "\(extra) beside \(wanted)")
        #expect(try await store.check() == [])
        try await store.close()
    }

    @Test func takesHostileTermsAsData() async throws {
        let folder = try TemporaryFolder()
        let store = try await SQLiteStore(folder: folder.data)
        let samples = StoreSamples(store)
        let feed = try await samples.feed()
        _ = try await store.apply(samples.write(feed, new: [samples.article("n", in: feed, text: "red fox and hen")]))
        let hostile = [
            "\"", "\"\"", "red\" OR \"fox", "red AND", "NOT red", "forms:red", "{forms}:red", "^red", "red*", "*", "(",
            ")",
            "red) OR (fox", "NEAR(red fox)", "'; DROP TABLE article; --", "red\0fox", "\0", "", " ", "\u{1}", "a+b",
            "-red", "red NOT fox", "\\", "%", "\u{301}", " \u{301}red", "\r\n", String(repeating: "x", count: 40_000),
        ]
        for isIndexed in [false, true] {
            if isIndexed { #expect(try await store.index(limit: 10) == 1) }
            for term in hostile {
                for expression in [TermExpression.term(term), .prefix(term), .all([.term(term), .term("red")])] {
                    var query = ArticleQuery(limit: 10)
                    query.candidates = expression
                    let words = term.lowercased().unicodeScalars.split { $0.value <= 0x20 || $0.value == 0x7F }.map(
                        String.init)
                    let isThere = words.allSatisfy { ["red", "fox", "and"].contains($0) }
                    let page = try await store.articles(query)
                    #expect(page.articles.count == (isThere ? 1 : 0), "\(term.debugDescription) \(isIndexed)")
                }
            }
            var deep = TermExpression.term("red")
            for depth in 0..<64 { deep = depth % 2 == 0 ? .all([deep, .term("fox")]) : .any([deep, .term("cow")]) }
            var query = ArticleQuery(limit: 10)
            query.candidates = deep
            #expect(try await store.articles(query).articles.count == 1)
            query.candidates = .any((0..<2_000).map { .term("w\($0)") } + [.term("hen")])
            #expect(try await store.articles(query).articles.count == 1)
        }
        try await store.close()
    }

    @Test func manyHitsComeInTheSameOrderAsFewOnes() async throws {
        let folder = try TemporaryFolder()
        let store = try await SQLiteStore(folder: folder.data)
        let samples = StoreSamples(store)
        let feed = try await samples.feed()
        let new = (0..<5_200).map { samples.article("n\($0)", in: feed, text: "common", daysAgo: $0 * 7_919 % 400) }
        _ = try await store.apply(samples.write(feed, new: new))
        #expect(try await store.index(limit: 10_000) == 5_200)
        var query = ArticleQuery(limit: 0)
        let all = try await samples.all(query).map(\.article.id)
        query.candidates = .term("common")
        #expect(try await samples.all(query).map(\.article.id) == all)
        try await store.close()
    }

    @Test func anIndexOfOtherWordsIsMadeAnew() async throws {
        let folder = try TemporaryFolder()
        let first = try await SQLiteStore(folder: folder.data)
        let samples = StoreSamples(first)
        let feed = try await samples.feed()
        _ = try await first.apply(samples.write(feed, new: [samples.article("one", in: feed)]))
        _ = try await first.index(limit: 10)
        try await first.write { try $0.execute(sql: "UPDATE property SET value = 'old' WHERE name = 'folding'") }
        try await first.close()
        let second = try await SQLiteStore(folder: folder.data)
        #expect(try await second.statistics().unindexed == 1)
        #expect(try await second.index(limit: 10) == 1)
        #expect(try await second.check() == [])
        try await second.close()
        let third = try await SQLiteStore(folder: folder.data)
        #expect(try await third.statistics().unindexed == 0)
        try await third.close()
    }
}
