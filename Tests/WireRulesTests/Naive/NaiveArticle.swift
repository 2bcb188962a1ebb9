import WireModel
import WireText

@testable import WireRules

/// Words of one block, split alone, and the text they are from.
struct NaiveBlock {
    struct Word {
        let form: [UInt8]
        let letters: [Unicode.Scalar]
        let start: Int
        let end: Int
        let source: Range<Int>
        let isGram: Bool
    }

    let words: [Word]
    /// Positions that are taken: words without aliases.
    let count: Int
    /// The text cut into characters, each with its UTF-8 offset; without what has no width.
    let characters: [(character: Character, offset: Int)]
    /// The same in small letters.
    let lowered: [Character]
    let text: String

    init(_ text: String, _ tokenizer: Tokenizer) {
        self.text = text
        let buffer = tokenizer.tokens(of: text)
        words = buffer.tokens.map {
            let form = Array(buffer.form(of: $0))
            return Word(
                form: form, letters: Array(String(decoding: form, as: UTF8.self).unicodeScalars),
                start: Int($0.position), end: Int($0.position + $0.width),
                source: Int($0.sourceOffset)..<Int($0.sourceOffset + $0.sourceLength), isGram: $0.kind.contains(.gram))
        }
        count = Int(buffer.wordCount)
        var characters: [(Character, Int)] = []
        var offset = 0
        for character in text {
            var view = String.UnicodeScalarView()
            view.append(
                contentsOf: character.unicodeScalars.filter {
                    $0 == "\u{200B}" || !$0.properties.isDefaultIgnorableCodePoint
                })
            if let kept = String(view).first { characters.append((NaiveBlock.plain(kept), offset)) }
            offset += String(character).utf8.count
        }
        characters.append((" ", offset))
        self.characters = characters
        lowered = characters.map { $0.0.lowercased().first ?? $0.0 }
    }

    /// One spelling of apostrophes and hyphens.
    static func plain(_ character: Character) -> Character {
        switch character {
        case "\u{2019}", "\u{2018}", "\u{2BC}": "'"
        case "\u{2010}", "\u{2011}", "\u{2013}": "-"
        case "\u{200B}": " "
        default: character
        }
    }
}

/// An article as a naive reader sees it: texts made of blocks.
struct NaiveArticle {
    let item: Item
    let feed: FeedFacts
    let previous: Item?
    let seen: Timestamp?
    let now: Timestamp
    let language: String
    /// Whether an article before a vowel may have lost its own: French, Italian, …, or unknown.
    let hasElisions: Bool
    let title: [NaiveBlock]
    /// Summary, unless the content has it, and content, in reading order.
    let body: [NaiveBlock]
    let metadata: [TextField: [NaiveBlock]]

    init(_ item: Item, _ feed: FeedFacts, previous: Item?, seen: Timestamp?, now: Timestamp) {
        self.item = item
        self.feed = feed
        self.previous = previous
        self.seen = seen
        self.now = now
        let tag = item.language ?? feed.language
        let tokenizer = Tokenizer(language: tag)
        language = tag.map { String($0.prefix(2)) } ?? NaiveArticle.guess(item)
        hasElisions = tag.map { ["fr", "it", "ca", "oc"].contains($0.prefix(2)) } ?? true
        func blocks(_ texts: [String?]) -> [NaiveBlock] {
            texts.compactMap { $0 }.map { NaiveBlock($0, tokenizer) }
        }
        title = blocks([item.title])
        let content = blocks((item.contentText ?? "").components("\n"))
        let summary = blocks(NaiveArticle.parts(of: item.summary ?? "", at: item.summaryBreaks))
        let words = { (blocks: [NaiveBlock]) in
            blocks.flatMap { block in
                (0..<block.count).compactMap { place in
                    block.words.first { $0.start == place && $0.end == place + 1 }?.form
                }
            }
        }
        let isPart = NaiveArticle.contains(words(content), words(summary))
        body = (isPart ? [] : summary) + content
        metadata = [
            .author: blocks(item.authors.map(\.name)),
            .category: blocks(item.categories.flatMap { [$0.term, $0.label] }),
            .source: blocks([item.source?.title, feed.title]), .feed: blocks([feed.title, feed.url, feed.folder]),
        ]
    }

    func blocks(_ field: TextField?) -> [NaiveBlock] {
        switch field {
        case nil, .lead: title + body
        case .title: title
        case .body: body
        case .some(let other): metadata[other] ?? []
        }
    }

    var before: NaiveArticle? {
        previous.map { NaiveArticle($0, feed, previous: nil, seen: seen, now: now) }
    }

    private static func guess(_ item: Item) -> String {
        LanguageGuess.language(of: (item.contentText ?? item.summary ?? item.title ?? "").utf8.span) ?? "en"
    }

    private static func parts(of text: String, at breaks: [Int]) -> [String] {
        let bytes = Array(text.utf8)
        return zip([0] + breaks, breaks + [bytes.count]).map { String(decoding: bytes[$0..<$1], as: UTF8.self) }
    }

    private static func contains(_ whole: [[UInt8]], _ part: [[UInt8]]) -> Bool {
        part.isEmpty || whole.indices.contains { whole[$0...].starts(with: part) }
    }
}

extension String {
    func components(_ separator: Character) -> [String] {
        split(separator: separator, omittingEmptySubsequences: false).map(String.init)
    }
}
