import WireModel
import WireText

/// The words of one article, split once, and where each field's words are. Memory is reused from article to article.
struct ArticleWords {
    /// One text of the article: a field or a member of a list.
    struct Zone {
        let source: TextSource
        let tokens: Range<Int>
    }

    /// Tokens in which a text may be looked for.
    struct Scope {
        var tokens: Range<Int>
        /// Only the title and the first words of the body.
        var isLead = false
    }

    private enum Limits {
        static let leadWords: UInt32 = 50
        /// Blocks of one text; beyond, lines are no longer told apart.
        static let blocks = 1_000_000
    }

    private(set) var buffer = TokenBuffer()
    private(set) var zones: [Zone] = []
    private var summaryBuffer = TokenBuffer()
    private var text = Scope(tokens: 0..<0)
    private var title = Scope(tokens: 0..<0)
    private var body = Scope(tokens: 0..<0)
    private var byField: [TextField: Scope] = [:]
    /// Words before content and summary, to count from the body's first.
    private var contentStart: UInt32 = 0
    private var summaryStart: UInt32 = 0
    private var summaryWords: UInt32 = 0
    private var contentTokens = 0..<0
    /// Whether the summary is part of the body.
    private(set) var hasSummary = false

    init() {}

    /// Splits the article; `fields` are those beyond its own text that some query looks in.
    mutating func read(_ item: Item, _ feed: FeedFacts, fields: Set<TextField>) {
        buffer.removeAll()
        zones.removeAll(keepingCapacity: true)
        let tokenizer = Tokenizer(language: item.language ?? feed.language)
        if let title = item.title { tokenizer.append(title, to: &buffer) }
        close(.title, from: 0)
        let titleEnd = buffer.tokens.count
        readBody(item, tokenizer)
        title = Scope(tokens: 0..<titleEnd)
        body = Scope(tokens: titleEnd..<buffer.tokens.count)
        text = Scope(tokens: 0..<buffer.tokens.count)
        if !fields.isEmpty { readMetadata(item, feed, tokenizer, fields) }
    }

    /// Tokens of title and body, which come before those of all other fields.
    var textCount: Int { text.tokens.upperBound }

    /// Whether there are no others.
    var isTextAll: Bool { text.tokens.upperBound == buffer.tokens.count }

    func scope(_ field: TextField?) -> Scope {
        switch field {
        case nil: text
        case .title?: title
        case .body?: body
        case .lead?: Scope(tokens: text.tokens, isLead: true)
        case let other?: byField[other] ?? Scope(tokens: 0..<0)
        }
    }

    /// Whether a word lies wholly in the title or the first words of the body.
    func isInLead(_ index: Int) -> Bool {
        if title.tokens.contains(index) { return true }
        let token = buffer.tokens[index]
        let ordinal = buffer.ordinal(of: token) &+ token.width
        let place =
            contentTokens.contains(index)
            ? ordinal &- contentStart &+ summaryWords : ordinal &- summaryStart
        return place <= Limits.leadWords
    }

    func zone(of token: Int) -> Zone? { zones.first { $0.tokens.contains(token) } }
}

extension ArticleWords {
    private mutating func close(_ kind: TextSource.Kind, _ index: Int = 0, from start: Int) {
        guard buffer.tokens.count > start else { return }
        zones.append(Zone(source: TextSource(kind: kind, index: index), tokens: start..<buffer.tokens.count))
    }

    /// The content, and behind it a summary that it does not contain: order among the two only matters for the lead.
    private mutating func readBody(_ item: Item, _ tokenizer: Tokenizer) {
        let content = item.contentText ?? ""
        let contentFirst = buffer.tokens.count
        contentStart = buffer.wordCount
        appendLines(content, tokenizer)
        close(.content, from: contentFirst)
        contentTokens = contentFirst..<buffer.tokens.count
        summaryStart = buffer.wordCount
        summaryWords = 0
        hasSummary = false
        guard let summary = item.summary, !summary.isEmpty, !Self.begins(content, with: summary) else { return }
        if !contentTokens.isEmpty {
            summaryBuffer.removeAll()
            tokenizer.append(summary, breaks: item.summaryBreaks, to: &summaryBuffer)
            if contains(summaryBuffer) { return }
        }
        let summaryFirst = buffer.tokens.count
        tokenizer.append(summary, breaks: item.summaryBreaks, to: &buffer)
        summaryWords = buffer.wordCount &- summaryStart
        close(.summary, from: summaryFirst)
        hasSummary = true
    }

    /// Every line is a block.
    private mutating func appendLines(_ text: String, _ tokenizer: Tokenizer) {
        tokenizer.appendLines(text, to: &buffer)
    }

    /// Whether a text begins with another and a word ends there: the usual case of a summary cut from the content.
    private static func begins(_ content: String, with summary: String) -> Bool {
        let content = content.utf8.span
        let summary = summary.utf8.span
        guard content.count >= summary.count else { return false }
        for index in 0..<summary.count where content[index] != summary[index] { return false }
        return content.count == summary.count || content[summary.count] <= 0x20
    }

    /// Whether the folded words of a summary stand in the content one after the other.
    private func contains(_ summary: TokenBuffer) -> Bool {
        let wanted = summary.tokens.filter(Self.isOwnForm)
        guard let first = wanted.first else { return true }
        let count = contentTokens.upperBound
        var start = contentTokens.lowerBound
        while start < count {
            if buffer.tokens[start].hash == first.hash, Self.isOwnForm(buffer.tokens[start]), follows(wanted, start) {
                return true
            }
            start += 1
        }
        return false
    }

    private func follows(_ wanted: [Token], _ start: Int) -> Bool {
        var index = start
        for token in wanted {
            while index < contentTokens.upperBound, !Self.isOwnForm(buffer.tokens[index]) { index += 1 }
            guard index < contentTokens.upperBound, buffer.tokens[index].hash == token.hash else { return false }
            index += 1
        }
        return true
    }

    private static func isOwnForm(_ token: Token) -> Bool {
        token.kind.contains(.word) || token.kind.contains(.gram) && token.width == 1
    }

    private mutating func readMetadata(
        _ item: Item, _ feed: FeedFacts, _ tokenizer: Tokenizer, _ fields: Set<TextField>
    ) {
        byField.removeAll(keepingCapacity: true)
        if fields.contains(.author) {
            let start = buffer.tokens.count
            for (index, person) in item.authors.enumerated() {
                append(person.name, .author, index, tokenizer)
            }
            byField[.author] = Scope(tokens: start..<buffer.tokens.count)
        }
        if fields.contains(.category) {
            let start = buffer.tokens.count
            for (index, category) in item.categories.enumerated() {
                append(category.term, .category, index, tokenizer)
                if category.label != category.term {
                    append(category.label, .categoryLabel, index, tokenizer)
                }
            }
            byField[.category] = Scope(tokens: start..<buffer.tokens.count)
        }
        if fields.contains(.source) {
            let start = buffer.tokens.count
            append(item.source?.title, .source, 0, tokenizer)
            append(feed.title, .feedTitle, 0, tokenizer)
            byField[.source] = Scope(tokens: start..<buffer.tokens.count)
        }
        if fields.contains(.feed) {
            let start = buffer.tokens.count
            append(feed.title, .feedTitle, 0, tokenizer)
            append(feed.url, .feedURL, 0, tokenizer)
            append(feed.folder, .feedFolder, 0, tokenizer)
            byField[.feed] = Scope(tokens: start..<buffer.tokens.count)
        }
    }

    private mutating func append(
        _ text: String?, _ kind: TextSource.Kind, _ index: Int, _ tokenizer: Tokenizer
    ) {
        guard let text, !text.isEmpty else { return }
        let start = buffer.tokens.count
        tokenizer.append(text, to: &buffer)
        close(kind, index, from: start)
    }
}
