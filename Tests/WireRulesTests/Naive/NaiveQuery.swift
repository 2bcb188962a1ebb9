import Foundation
import WireModel

@testable import WireRules

/// A query as a tree that is evaluated by looking at every word of every block.
indirect enum NaiveQuery {
    case term(NaiveTerm)
    case near([[NaiveTerm]], [Reach])
    case atLeast(Int, [NaiveTerm])
    case all([NaiveQuery]), any([NaiveQuery]), without(NaiveQuery, NaiveQuery)
    case field(TextField, NaiveQuery)
    case facet(NaiveFacet)
    case regex(String, ignoresCase: Bool)
    case added(NaiveQuery), removed(NaiveQuery)
    /// Another topic, by its number.
    case topic(Int)

    var text: String {
        func either(_ terms: [NaiveTerm]) -> String {
            terms.count == 1 ? terms[0].text : "(\(terms.map(\.text).joined(separator: " OR ")))"
        }
        switch self {
        case .term(let term): return term.text
        case .near(let operands, let reaches):
            var out = "(" + either(operands[0])
            for (operand, reach) in zip(operands.dropFirst(), reaches) {
                out += " \(reach.isOrdered ? "ONEAR" : "NEAR")/\(reach.distance) " + either(operand)
            }
            return out + ")"
        case .atLeast(let count, let terms): return "ATLEAST\(count)(\(terms.map(\.text).joined(separator: " OR ")))"
        case .all(let parts): return "(\(parts.map(\.text).joined(separator: " AND ")))"
        case .any(let parts): return "(\(parts.map(\.text).joined(separator: " OR ")))"
        case .without(let left, let right): return "(\(left.text) NOT \(right.text))"
        case .field(let field, let inner): return "\(field.rawValue):\(inner.text)"
        case .facet(let facet): return facet.text
        case .regex(let pattern, let ignoresCase): return "/\(pattern)/\(ignoresCase ? "i" : "")"
        case .added(let inner): return "added:\(inner.text)"
        case .removed(let inner): return "removed:\(inner.text)"
        case .topic(let number): return "topic:t\(number)"
        }
    }

    /// The parts of which it is made, for making it smaller.
    var parts: [NaiveQuery] {
        switch self {
        case .all(let parts), .any(let parts): parts
        case .without(let left, let right): [left, right]
        case .field(let field, let inner): inner.parts.map { .field(field, $0) }
        case .added(let inner): inner.parts.map { .added($0) }
        case .removed(let inner): inner.parts.map { .removed($0) }
        case .near(let operands, let reaches) where operands.count > 2:
            [
                .near(operands.dropLast(), reaches.dropLast()),
                .near(Array(operands.dropFirst()), Array(reaches.dropFirst())),
            ]
        case .near(let operands, let reaches):
            operands.indices.flatMap { index in
                operands[index].count < 2
                    ? []
                    : operands[index].map { term in
                        var fewer = operands
                        fewer[index] = [term]
                        return NaiveQuery.near(fewer, reaches)
                    }
            }
        case .atLeast(let count, let terms) where terms.count > 1: terms.map { .atLeast(count, [$0]) }
        default: []
        }
    }
}

/// Evaluates queries over one article. What a term gives is remembered, as many queries share terms.
final class NaiveEvaluator {
    private struct Key: Hashable {
        let term: NaiveTerm
        let field: TextField?
    }

    /// A place in a block of the scope.
    private struct Place: Hashable {
        let block: Int
        let range: Range<Int>
    }

    let article: NaiveArticle
    private let topics: [NaiveQuery]
    private let searches: NaiveSearches
    private var known: [Key: [Place]] = [:]
    private lazy var before = article.before.map { NaiveEvaluator($0, topics, searches) }

    init(_ article: NaiveArticle, _ topics: [NaiveQuery], _ searches: NaiveSearches = NaiveSearches()) {
        self.article = article
        self.searches = searches
        self.topics = topics
    }

    func holds(_ query: NaiveQuery, _ field: TextField? = nil) -> Bool {
        switch query {
        case .term(let term): !places(term, field).isEmpty
        case .near(let operands, let reaches):
            isChain(operands.map { places($0, field) }, reaches, [])
        case .atLeast(let count, let terms): NaiveEvaluator.most(places(terms, field)) >= count
        case .all(let parts): parts.allSatisfy { holds($0, field) }
        case .any(let parts): parts.contains { holds($0, field) }
        case .without(let left, let right): holds(left, field) && !holds(right, field)
        case .field(let field, let inner): holds(inner, field)
        case .facet(let facet): facet.holds(article)
        case .regex(let pattern, let ignoresCase): holds(pattern, ignoresCase, field)
        case .added(let inner): before.map { holds(inner, field) && !$0.holds(inner, field) } ?? false
        case .removed(let inner): before.map { !holds(inner, field) && $0.holds(inner, field) } ?? false
        case .topic(let number): holds(topics[number])
        }
    }

    private func places(_ terms: [NaiveTerm], _ field: TextField?) -> [Place] {
        Array(Set(terms.flatMap { places($0, field) }))
    }

    private func places(_ term: NaiveTerm, _ field: TextField?) -> [Place] {
        let key = Key(term: term, field: field)
        if let places = known[key] { return places }
        let blocks = article.blocks(field)
        let titles = article.title.count
        let search = searches.search(for: term, article)
        var found: [Place] = []
        var words = 0
        for (index, block) in blocks.enumerated() {
            for range in search.places(in: block) {
                // The lead: the title, and what ends within the first fifty words of the body.
                if field == .lead, index >= titles, words + range.upperBound > 50 { continue }
                found.append(Place(block: index, range: range))
            }
            if index >= titles { words += block.count }
        }
        known[key] = found
        return found
    }

    private func isChain(_ operands: [[Place]], _ reaches: [Reach], _ chosen: [Place]) -> Bool {
        guard chosen.count < operands.count else { return true }
        return operands[chosen.count].contains { place in
            guard let last = chosen.last else { return isChain(operands, reaches, [place]) }
            let reach = reaches[chosen.count - 1]
            guard place.block == last.block, !chosen.contains(where: { $0.range.overlaps(place.range) }) else {
                return false
            }
            let isBehind = place.range.lowerBound >= last.range.upperBound
            let gap =
                isBehind
                ? place.range.lowerBound - last.range.upperBound : last.range.lowerBound - place.range.upperBound
            return gap <= reach.distance && (isBehind || !reach.isOrdered)
                && isChain(operands, reaches, chosen + [place])
        }
    }

    /// The most places that share no word.
    private static func most(_ places: [Place]) -> Int {
        var taken: [Place] = []
        for place in places.sorted(by: { ($0.block, $0.range.upperBound) < ($1.block, $1.range.upperBound) })
        where !taken.contains(where: { $0.block == place.block && $0.range.overlaps(place.range) }) {
            taken.append(place)
        }
        return taken.count
    }

    private func holds(_ pattern: String, _ ignoresCase: Bool, _ field: TextField?) -> Bool {
        let options: NSRegularExpression.Options = ignoresCase ? [.caseInsensitive] : []
        guard let expression = try? NSRegularExpression(pattern: pattern, options: options) else { return false }
        return article.blocks(field).contains { block in
            expression.firstMatch(in: block.text, range: NSRange(block.text.startIndex..., in: block.text)) != nil
        }
    }
}

/// Terms that were made ready before, for all articles of a language.
final class NaiveSearches {
    private struct Key: Hashable {
        let term: NaiveTerm
        let language: String
        let hasElisions: Bool
    }

    private var known: [Key: NaiveSearch] = [:]

    func search(for term: NaiveTerm, _ article: NaiveArticle) -> NaiveSearch {
        let key = Key(term: term, language: article.language, hasElisions: article.hasElisions)
        if let search = known[key] { return search }
        let search = NaiveSearch(term, language: article.language, hasElisions: article.hasElisions)
        known[key] = search
        return search
    }
}

/// What is known of an article besides its words.
enum NaiveFacet: CaseIterable {
    case english, german, british, hasImage, hasAuthor, hasDate, hasEnclosure, exampleSite, sportLink, inFolder
    case publishedLately, publishedOnDay, publishedInWeek, seenEarly, titleChanged

    var text: String {
        switch self {
        case .english: "language:en"
        case .german: "lang:de"
        case .british: "country:gb"
        case .hasImage: "has:image"
        case .hasAuthor: "has:author"
        case .hasDate: "has:date"
        case .hasEnclosure: "has:enclosure"
        case .exampleSite: "site:example.org"
        case .sportLink: "inurl:SPORT"
        case .inFolder: "feed:folder/politics"
        case .publishedLately: "published:>-2d"
        case .publishedOnDay: "published:1970-01-10"
        case .publishedInWeek: "published:1970-01-05/1970-01-09"
        case .seenEarly: "seen:<1970-01-09"
        case .titleChanged: "change:title"
        }
    }

    func holds(_ article: NaiveArticle) -> Bool {
        let item = article.item
        let language = (item.language ?? article.feed.language)?.lowercased()
        let day = { (time: Timestamp?) in time.map { Int($0.milliseconds / 86_400_000) } }
        switch self {
        case .english: return language == "en" || language?.hasPrefix("en-") == true
        case .german: return language == "de" || language?.hasPrefix("de-") == true
        case .british: return article.feed.country?.lowercased() == "gb"
        case .hasImage: return item.image != nil
        case .hasAuthor: return !item.authors.isEmpty
        case .hasDate: return item.published != nil || item.updated != nil
        case .hasEnclosure: return !item.enclosures.isEmpty
        case .exampleSite:
            return ["https://example.org/", "https://www.example.org/sport"].contains(item.url)
        case .sportLink: return item.url?.lowercased().contains("sport") ?? false
        case .inFolder: return article.feed.folder == "politics" || article.feed.folder == "politics/us"
        case .publishedLately:
            return item.published.map { article.now.milliseconds - $0.milliseconds < 2 * 86_400_000 } ?? false
        case .publishedOnDay: return day(item.published) == 9
        case .publishedInWeek: return day(item.published).map { (4...8).contains($0) } ?? false
        case .seenEarly: return day(article.seen).map { $0 < 8 } ?? false
        case .titleChanged:
            return article.previous.map { ($0.title ?? "") != (item.title ?? "") } ?? false
        }
    }
}
