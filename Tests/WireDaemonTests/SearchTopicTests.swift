import Foundation
import Testing
import WireModel
import WireRules
import WireStore
import WireStoreSQLite
import WireTesting

@testable import WireDaemon

/// `articles search` answers exactly as a topic with the same query would.
@Suite("Search and topics")
struct SearchTopicTests {
    /// Words as texts have them.
    private static let words = [
        "red", "Reds", "fox", "FOX", "hen", "U.S.", "us", "e-mail", "email", "O'Neill's", "O’Neill", "Müller",
        "Mueller", "Muller",
        "Straße", "STRASSE", "1,000", "1000", "東京都庁", "大阪", "中東", "北京大学", "京", "AI時代", "삼성전자가", "삼성", "ёлка", "елка",
        "resign", "resigned",
        "résigné",
        "l'économie", "node.js", "AT&T", "C++", "ﬁne", "fine", "İzmir", "izmir", "مُحَمَّد", "محمد", "שָׁלוֹם",
        "co\u{AD}operate",
        "cooperate", "ไทยแลนด์", "#tag", "$100",
    ]

    private static let terms = [
        "red", "fox", "{FOX}", "{us}", "U.S.", "us", "email", "\"e mail\"", "O'Neill", "müller", "{Müller}", "strasse",
        "1000", "京都", "東京", "中東", "東京都", "北京*", "大学", "時代", "京",
        "삼성", "елка", "resign*", "~resign", "*sign*", "resigne?", "économie", "node.js", "AT&T", "C++", "fine", "izmir",
        "محمد", "שלום",
        "cooperate", "แลนด์", "\"red fox\"", "\"fox hen\"", "hens~1", "rezign~1", "/[0-9]{3}/", "/RED/i", "#tag", "$100",
        "title:red",
        "title:(fox OR hen)", "lead:resigned", "site:site.example", "url:*/n1*", "feed:news", "has:author",
        "author:smith",
    ]

    private static func query(_ dice: inout FixedNumbers, _ depth: Int = 0) -> String {
        func term() -> String { terms.randomElement(using: &dice) ?? "red" }
        func plain() -> String {
            ["red", "fox", "hen", "us", "\"red fox\"", "resign*"].randomElement(using: &dice) ?? "red"
        }
        switch Int.random(in: 0..<(depth < 3 ? 9 : 3), using: &dice) {
        case 0, 1, 2: return term()
        case 3: return "(\(query(&dice, depth + 1)) AND \(query(&dice, depth + 1)))"
        case 4, 5: return "(\(query(&dice, depth + 1)) OR \(query(&dice, depth + 1)))"
        case 6: return "(\(query(&dice, depth + 1)) NOT \(query(&dice, depth + 1)))"
        case 7:
            return "(\(plain()) \(["NEAR/2", "ONEAR/1", "NEAR/0"].randomElement(using: &dice) ?? "NEAR/2") \(plain()))"
        default: return "ATLEAST2(\(plain()) OR \(plain()))"
        }
    }

    @Test("A search finds what a topic of the same query flags, indexed or not")
    func agrees() async throws {
        let folder = NSTemporaryDirectory() + "wirewatch-search-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let store = try await SQLiteStore(folder: folder + "/data")
        let samples = StoreSamples(store)
        let feed = try await samples.feed()
        var dice = FixedNumbers(seed: 20_261_130)
        func text(_ count: Int) -> String {
            (0..<count).map { _ in Self.words.randomElement(using: &dice) ?? "" }.joined(separator: " ")
        }
        var new: [NewArticle] = []
        for number in 0..<240 {
            var item = samples.article("n\(number)", in: feed).article.item
            item.title = text(Int.random(in: 1...4, using: &dice))
            item.contentText = text(Int.random(in: 1...9, using: &dice)) + "\n" + text(3)
            if number % 3 == 0 { item.summary = text(4) }
            if number % 5 == 0 { item.authors = [Person(name: "Ann Smith")] }
            let article = Article(id: store.ids.next(at: samples.now), feed: feed, item: item, seen: samples.now)
            new.append(NewArticle(article, identity: StoreSamples.identity("n\(number)"), textDigest: item.textDigest))
        }
        _ = try await store.apply(samples.write(feed, new: new))
        // A part indexed, a part not.
        _ = try await store.index(limit: 150)
        let stored = try await samples.all()
        #expect(stored.count == 240)
        try await store.close()
        let locations = Locations(
            choices: .init(data: folder + "/data"), environment: ["HOME": folder], current: folder)
        let assembly = Assembly(settings: Settings(), locations: locations)
        let selection = try ArticleSelection(
            limit: 0, feed: nil, folder: nil, topic: nil, onlyFlagged: false, since: nil)
        var (queries, held) = (0, 0)
        while queries < 120 {
            let text = Self.query(&dice)
            // Of a random query something may only say what must not occur.
            let set = TopicSet([Topic(id: "t", name: "t", query: text)])
            guard set.count == 1 else { continue }
            queries += 1
            var matcher = Matcher(set)
            let wanted = Set(
                stored.filter {
                    matcher.count($0.article.item, feed: $0.feed, seen: $0.article.seen, now: samples.now) == 1
                }.map(\.article.id))
            var found: Set<ArticleID> = []
            try await Archive(assembly).search(try ArchiveSearch(text, assembly), in: selection) { article, _ in
                found.insert(article.article.id)
                return true
            }
            held += wanted.count
            #expect(found == wanted, "\(text)")
        }
        #expect(held > 1_200)
    }
}
