import WireModel
import WireText

/// The reasons of a match, from the same run that found it.
extension TopicSearch {
    private enum Limits {
        /// Spans of one clause; a longer list tells nobody more.
        static let spans = 10_000
    }

    private struct Clause {
        var text: String
        var weight: Double
        var places: [TextPlace]
        /// In metadata, found by no word.
        var facetSpans: [Span]
    }

    /// Why a topic holds for the article that was read last.
    mutating func explanation(of topic: Int, _ article: ArticleFacts) -> Match {
        let compiled = part.compiled[topic]
        var clauses: [Clause] = []
        var visited: Set<Int32> = []
        collect(Int(part.roots[topic]), compiled.topic.query, article, &visited, &clauses)
        var score = 0.0
        var best: (weight: Double, rank: Int, place: TextPlace)?
        for clause in clauses {
            score += clause.weight * Double(max(clause.places.count + clause.facetSpans.count, 1))
            for place in clause.places where place.source.isBody || place.source.kind == .title {
                // Of equal weights the body's first: the title is shown anyway.
                let text = place.source.kind == .title ? 2 : place.source.kind == .summary ? 0 : 1
                let rank = text << 40 + place.range.lowerBound
                if let known = best, (-known.weight, known.rank) <= (-clause.weight, rank) { continue }
                best = (clause.weight, rank, place)
            }
        }
        return Match(
            topic: compiled.topic.id, queryHash: Query.hash(of: compiled.topic.query), score: score,
            sentence: best.flatMap { sentence(around: $0.place, article) },
            clauses: clauses.map { MatchedClause(clause: $0.text, spans: spans($0, article)) })
    }

    /// The spans of a leaf that holds.
    mutating func spans(ofLeaf index: Int, _ query: String, _ article: ArticleFacts) -> [Span] {
        var clauses: [Clause] = []
        var visited: Set<Int32> = []
        collect(index, query, article, &visited, &clauses)
        return clauses.flatMap { spans($0, article) }
    }

    private mutating func collect(
        _ index: Int, _ query: String, _ article: ArticleFacts, _ visited: inout Set<Int32>,
        _ clauses: inout [Clause]
    ) {
        guard index >= 0 else { return }
        let node = part.program.nodes[index]
        let text = slice(query, Int(node.low)..<Int(node.high))
        switch node.operation {
        case .all:
            for link in Int(node.first)..<Int(node.first + node.count) {
                collect(Int(part.program.links[link]), query, article, &visited, &clauses)
            }
        case .any:
            for link in Int(node.first)..<Int(node.first + node.count) {
                let child = Int(part.program.links[link])
                if holds(child, article) { collect(child, query, article, &visited, &clauses) }
            }
        case .not:
            break
        case .term, .near, .atLeast:
            let places = places(node, article).compactMap { textPlace($0) }
            clauses.append(Clause(text: text, weight: node.weight, places: places, facetSpans: []))
        case .regex:
            clauses.append(Clause(text: text, weight: node.weight, places: texts(node, article), facetSpans: []))
        case .added:
            var inner: [Clause] = []
            collect(Int(part.program.links[Int(node.first)]), query, article, &visited, &inner)
            clauses.append(Clause(text: text, weight: node.weight, places: inner.flatMap(\.places), facetSpans: []))
        case .removed:
            // What was removed stands nowhere in the article.
            clauses.append(Clause(text: text, weight: node.weight, places: [], facetSpans: []))
        case .facet:
            let spans = part.program.facets[Int(node.first)].spans(in: article)
            clauses.append(Clause(text: text, weight: node.weight, places: [], facetSpans: spans))
        case .topic:
            let other = part.compiled[Int(node.first)]
            var inner: [Clause] = []
            if visited.insert(node.first).inserted {
                collect(Int(part.roots[Int(node.first)]), other.topic.query, article, &visited, &inner)
            }
            clauses.append(
                Clause(
                    text: text, weight: node.weight, places: inner.flatMap(\.places),
                    facetSpans: inner.flatMap(\.facetSpans)))
        }
    }

    /// The places as spans: in order of the texts, each once.
    private func spans(_ clause: Clause, _ article: ArticleFacts) -> [Span] {
        let found = clause.places.prefix(Limits.spans).sorted {
            ($0.source.rank, $0.source.index, $0.range.lowerBound, $0.range.upperBound) < (
                $1.source.rank, $1.source.index, $1.range.lowerBound, $1.range.upperBound
            )
        }
        var spans: [Span] = []
        spans.reserveCapacity(found.count + clause.facetSpans.count)
        for (index, place) in found.enumerated() where index == 0 || found[index - 1] != place {
            let text = slice(place.source.text(of: article.item, article.feed), place.range)
            spans.append(
                Span(field: place.source.name, offset: place.range.lowerBound, length: place.range.count, text: text))
        }
        return spans + clause.facetSpans
    }

    /// Where an occurrence stands in its text, with the symbols that belong to it.
    private func textPlace(_ place: Occurrence) -> TextPlace? {
        guard let zone = words.zone(of: Int(place.first)) else { return nil }
        let first = words.buffer.tokens[Int(place.first)]
        let last = words.buffer.tokens[Int(place.last)]
        let low = max(0, Int(first.sourceOffset) - Int(place.lead))
        let high = Int(last.sourceOffset) + Int(last.sourceLength) + Int(place.trail)
        return TextPlace(source: zone.source, range: low..<max(low, high))
    }

    func slice(_ text: String, _ range: Range<Int>) -> String {
        let bytes = text.utf8
        let range = range.clamped(to: 0..<bytes.count)
        let low = bytes.index(bytes.startIndex, offsetBy: range.lowerBound)
        let part = bytes[low..<bytes.index(low, offsetBy: range.count)]
        return String(part) ?? String(decoding: part, as: UTF8.self)
    }

    private func sentence(around place: TextPlace, _ article: ArticleFacts) -> String? {
        let text = place.source.text(of: article.item, article.feed)
        var bounds = 0..<text.utf8.count
        if place.source.kind == .summary {
            let block = Blocks.of(text.utf8.span, breaks: article.item.summaryBreaks)
                .first { $0.contains(place.range.lowerBound) }
            bounds = block ?? bounds
        }
        let sentence = slice(text, Sentence.range(around: place.range, in: text, within: bounds))
        return sentence.isEmpty ? nil : sentence
    }
}
