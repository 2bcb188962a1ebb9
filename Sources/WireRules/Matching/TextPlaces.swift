import WireModel
import WireText

/// One of an article's texts.
struct TextSource: Hashable, Sendable {
    enum Kind: UInt8 {
        case title, summary, content, author, category, categoryLabel, source, feedTitle, feedURL, feedFolder
    }

    let kind: Kind
    /// Of a list, from 0.
    var index = 0

    /// The field as spans name it.
    var name: String {
        switch kind {
        case .title: "title"
        case .summary: "summary"
        case .content: "content"
        case .author: "authors[\(index)]"
        case .category: "categories[\(index)]"
        case .categoryLabel: "categories[\(index)].label"
        case .source: "source"
        case .feedTitle: "feed"
        case .feedURL: "feed.url"
        case .feedFolder: "feed.folder"
        }
    }

    /// The text that the span's offsets are in.
    func text(of item: Item, _ feed: FeedFacts) -> String {
        switch kind {
        case .title: item.title ?? ""
        case .summary: item.summary ?? ""
        case .content: item.contentText ?? ""
        case .author: item.authors.indices.contains(index) ? item.authors[index].name ?? "" : ""
        case .category: item.categories.indices.contains(index) ? item.categories[index].term : ""
        case .categoryLabel: item.categories.indices.contains(index) ? item.categories[index].label ?? "" : ""
        case .source: item.source?.title ?? ""
        case .feedTitle: feed.title ?? ""
        case .feedURL: feed.url ?? ""
        case .feedFolder: feed.folder ?? ""
        }
    }

    /// In reading order: title, summary, content, then the rest.
    var rank: Int { Int(kind.rawValue) }

    var isBody: Bool { kind == .summary || kind == .content }
}

/// A range of UTF-8 bytes of one of an article's texts.
struct TextPlace: Hashable, Sendable {
    let source: TextSource
    let range: Range<Int>
}

/// The original text, block by block, for regular expressions.
extension ArticleWords {
    /// The blocks of title and body that a field looks in.
    private func blocks(_ field: TextField?, _ article: ArticleFacts) -> [TextPlace] {
        var found: [TextPlace] = []
        if field != .body, let title = article.item.title {
            found.append(TextPlace(source: TextSource(kind: .title), range: 0..<title.utf8.count))
        }
        guard field != .title else { return found }
        if hasSummary, let summary = article.item.summary {
            found += Blocks.of(summary.utf8.span, breaks: article.item.summaryBreaks)
                .map { TextPlace(source: TextSource(kind: .summary), range: $0) }
        }
        if let content = article.item.contentText {
            found += Blocks.ofLines(content.utf8.span).map {
                TextPlace(source: TextSource(kind: .content), range: $0)
            }
        }
        return found
    }

    /// Whether an expression is met in the field.
    func meets(_ expression: RegularExpression, _ field: TextField?, _ article: ArticleFacts) -> Bool {
        guard field == .lead else {
            return blocks(field, article).contains {
                expression.matches($0.source.text(of: article.item, article.feed).utf8.span, in: $0.range)
            }
        }
        return !places(of: expression, field, article).isEmpty
    }

    /// The places of an expression in the field, in reading order.
    func places(of expression: RegularExpression, _ field: TextField?, _ article: ArticleFacts) -> [TextPlace] {
        blocks(field, article).flatMap { block in
            let text = block.source.text(of: article.item, article.feed)
            return expression.places(in: text.utf8.span, block.range).map {
                TextPlace(source: block.source, range: $0)
            }
        }
        .filter { field != .lead || isInLead($0) }
    }

    /// Whether a place ends within the title or the first words of the body.
    private func isInLead(_ place: TextPlace) -> Bool {
        guard place.source.isBody, let zone = zones.first(where: { $0.source == place.source }) else { return true }
        let last = zone.tokens.last { Int(buffer.tokens[$0].sourceOffset) < place.range.upperBound }
        return last.map { isInLead($0) } ?? true
    }
}
