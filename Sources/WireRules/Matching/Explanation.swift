import WireModel
import WireText

/// The reasons of a match, from the same run that found it.
extension Matcher {
    private enum Limits {
        /// Spans of one clause; a longer list tells nobody more.
        static let spans = 10_000
    }

    private struct Clause {
        var text: String
        var weight: Double
        var places: [Occurrence]
        var facetSpans: [Span]
    }

    /// Why a topic holds for the article that was read last.
    mutating func explanation(of topic: Int, _ article: ArticleFacts) -> Match {
        let reference = set.references[topic]
        var clauses: [Clause] = []
        var visited: Set<Int32> = []
        collect(Int(set.roots[topic]), reference.query, article, &visited, &clauses)
        var score = 0.0
        var best: (weight: Double, rank: Int, place: Occurrence)?
        for clause in clauses {
            score += clause.weight * Double(max(clause.places.count + clause.facetSpans.count, 1))
            for place in clause.places {
                guard let zone = words.zone(of: Int(place.first)), zone.field == .title || zone.field == .body else {
                    continue
                }
                // Of equal weights the body's first: the title is shown anyway.
                let rank = (zone.kind == .title ? 2 : zone.kind == .summary ? 0 : 1) << 40 + Int(place.start)
                if let known = best, (-known.weight, known.rank) <= (-clause.weight, rank) { continue }
                best = (clause.weight, rank, place)
            }
        }
        return Match(
            topic: reference.id, queryHash: reference.hash, score: score,
            sentence: best.flatMap { sentence(around: $0.place, article) },
            clauses: clauses.map { MatchedClause(clause: $0.text, spans: spans($0, article)) })
    }

    /// The spans of a leaf that holds.
    mutating func spans(ofLeaf index: Int, _ query: [UInt8], _ article: ArticleFacts) -> [Span] {
        var clauses: [Clause] = []
        var visited: Set<Int32> = []
        collect(index, query, article, &visited, &clauses)
        return clauses.flatMap { spans($0, article) }
    }

    private mutating func collect(
        _ index: Int, _ query: [UInt8], _ article: ArticleFacts, _ visited: inout Set<Int32>,
        _ clauses: inout [Clause]
    ) {
        guard index >= 0 else { return }
        let node = set.program.nodes[index]
        let text = String(decoding: query[Int(node.low)..<Int(node.high)], as: UTF8.self)
        switch node.operation {
        case .all:
            for link in Int(node.first)..<Int(node.first + node.count) {
                collect(Int(set.program.links[link]), query, article, &visited, &clauses)
            }
        case .any:
            for link in Int(node.first)..<Int(node.first + node.count) {
                let child = Int(set.program.links[link])
                if holds(child, article) { collect(child, query, article, &visited, &clauses) }
            }
        case .not:
            break
        case .term, .near, .atLeast:
            clauses.append(Clause(text: text, weight: node.weight, places: places(node, article), facetSpans: []))
        case .facet:
            let spans = set.program.facets[Int(node.first)].spans(in: article.item, from: article.feed)
            clauses.append(Clause(text: text, weight: node.weight, places: [], facetSpans: spans))
        case .topic:
            let root = Int(set.roots[Int(node.first)])
            var inner: [Clause] = []
            if visited.insert(node.first).inserted {
                collect(root, set.references[Int(node.first)].query, article, &visited, &inner)
            }
            clauses.append(
                Clause(
                    text: text, weight: node.weight, places: inner.flatMap(\.places),
                    facetSpans: inner.flatMap(\.facetSpans)))
        }
    }

    /// The places as spans: in order of the texts, each once.
    private func spans(_ clause: Clause, _ article: ArticleFacts) -> [Span] {
        var found: [(rank: Int, index: Int, range: Range<Int>, zone: ArticleWords.Zone)] = []
        for place in clause.places.prefix(Limits.spans) {
            guard let zone = words.zone(of: Int(place.first)) else { continue }
            found.append((zone.rank, zone.index, range(of: place), zone))
        }
        found.sort {
            ($0.rank, $0.index, $0.range.lowerBound, $0.range.upperBound) < (
                $1.rank, $1.index, $1.range.lowerBound, $1.range.upperBound
            )
        }
        var spans: [Span] = []
        for place in found {
            let text = slice(place.zone.text(of: article.item, article.feed), place.range)
            let span = Span(
                field: place.zone.name, offset: place.range.lowerBound, length: place.range.count, text: text)
            if spans.last != span { spans.append(span) }
        }
        return spans + clause.facetSpans
    }

    private func range(of place: Occurrence) -> Range<Int> {
        let first = words.buffer.tokens[Int(place.first)]
        let last = words.buffer.tokens[Int(place.last)]
        let low = Int(first.sourceOffset)
        return low..<max(low, Int(last.sourceOffset) + Int(last.sourceLength))
    }

    private func slice(_ text: String, _ range: Range<Int>) -> String {
        let bytes = text.utf8
        let range = range.clamped(to: 0..<bytes.count)
        let low = bytes.index(bytes.startIndex, offsetBy: range.lowerBound)
        let part = bytes[low..<bytes.index(low, offsetBy: range.count)]
        return String(part) ?? String(decoding: part, as: UTF8.self)
    }

    private func sentence(around place: Occurrence, _ article: ArticleFacts) -> String? {
        guard let zone = words.zone(of: Int(place.first)) else { return nil }
        let text = zone.text(of: article.item, article.feed)
        var bounds = 0..<text.utf8.count
        if zone.kind == .summary {
            let block = Blocks.of(text.utf8.span, breaks: article.item.summaryBreaks)
                .first { $0.contains(range(of: place).lowerBound) }
            bounds = block ?? bounds
        }
        let sentence = slice(text, Sentence.range(around: range(of: place), in: text, within: bounds))
        return sentence.isEmpty ? nil : sentence
    }
}

/// Finds the sentence around a place of a plain text.
enum Sentence {
    private enum Limits {
        /// Bytes to each side: a page of text without a full stop is cut.
        static let side = 500
    }

    /// The sentence's range in UTF-8, without blanks at its ends; a line break always ends it.
    static func range(around place: Range<Int>, in text: String, within bounds: Range<Int>) -> Range<Int> {
        let bytes = text.utf8.span
        var low = min(place.lowerBound, bytes.count)
        let least = max(bounds.lowerBound, low - Limits.side)
        while low > least, !isBorder(bytes, low) { low -= 1 }
        while low > 0, low < bytes.count, bytes[low] & 0xC0 == 0x80 { low += 1 }
        var high = min(max(place.upperBound, low), bytes.count)
        let most = min(bounds.upperBound, high + Limits.side)
        while high < most, !isBorder(bytes, high) { high += 1 }
        while high < bytes.count, high > low, bytes[high] & 0xC0 == 0x80 { high -= 1 }
        while low < high, bytes[low] <= 0x20 { low += 1 }
        while high > low, bytes[high - 1] <= 0x20 { high -= 1 }
        return low..<high
    }

    /// Whether a sentence ends before the byte at `index`.
    private static func isBorder(_ bytes: Swift.Span<UInt8>, _ index: Int) -> Bool {
        guard index > 0, index < bytes.count else { return true }
        let before = bytes[index - 1]
        if before == 0x0A || bytes[index] == 0x0A { return true }
        // 。！？
        if index >= 3, bytes[index - 3] == 0xE3, bytes[index - 2] == 0x80, before == 0x82 { return true }
        if index >= 3, bytes[index - 3] == 0xEF, bytes[index - 2] == 0xBC, before == 0x81 || before == 0x9F {
            return true
        }
        guard bytes[index] == 0x20 else { return false }
        var end = index - 1
        // Behind closing quotation marks and brackets.
        while end > 0, bytes[end] == 0x22 || bytes[end] == 0x29 || bytes[end] == 0x27 || isCurlyQuote(bytes, end) {
            end -= isCurlyQuote(bytes, end) ? 3 : 1
        }
        guard end >= 0, bytes[end] == 0x2E || bytes[end] == 0x21 || bytes[end] == 0x3F || isEllipsis(bytes, end) else {
            return false
        }
        return bytes[end] != 0x2E || !isAbbreviation(bytes, end, next: index + 1)
    }

    private static func isCurlyQuote(_ bytes: Swift.Span<UInt8>, _ end: Int) -> Bool {
        end >= 3 && bytes[end - 2] == 0xE2 && bytes[end - 1] == 0x80 && (bytes[end] == 0x9D || bytes[end] == 0x99)
    }

    private static func isEllipsis(_ bytes: Swift.Span<UInt8>, _ end: Int) -> Bool {
        end >= 2 && bytes[end - 2] == 0xE2 && bytes[end - 1] == 0x80 && bytes[end] == 0xA6
    }

    /// A stop behind a single letter, a title, or before a small letter does not end a sentence.
    private static func isAbbreviation(_ bytes: Swift.Span<UInt8>, _ stop: Int, next: Int) -> Bool {
        if next < bytes.count, bytes[next] >= 0x61, bytes[next] <= 0x7A { return true }
        var start = stop
        while start > 0, (bytes[start - 1] | 0x20) &- 97 < 26 { start -= 1 }
        let length = stop - start
        if length == 1, bytes[start] < 0x61 { return true }
        guard length >= 2, length <= 4 else { return false }
        let word = String(decoding: (start..<stop).map { bytes[$0] }, as: UTF8.self)
        return ["Mr", "Mrs", "Ms", "Dr", "St", "Sen", "Gov", "Gen", "Rep", "Prof", "Jr", "Sr", "vs", "No", "Lt", "Col"]
            .contains(word)
    }
}
