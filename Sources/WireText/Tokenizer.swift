/// Splits text into words and writes each word's forms: the one function for queries, articles and search
/// (matching.md, section 2; topics.md, "What is a word").
public struct Tokenizer: Sendable {
    /// Two words match if they share a form.
    public enum Side: Sendable {
        /// An article: a word has its own form and those of the text's language; a possessive is also found without.
        case text
        /// A query: a word has the forms of all languages, but keeps its possessive and its inner full stops.
        case query
        /// A query whose spelling is compared afterwards: like one, but words that a full stop, colon or underscore joins
        /// have their parts too.
        case spelling
    }

    public enum Limits {
        /// Scalars of one word; a longer one continues as the next word.
        public static let word = 1_024
        /// Parts of a hyphened word or grouped number that are also written as one.
        public static let parts = 16
        /// Up to so many parts, each run of neighbours is written as one too.
        public static let partsWithRuns = 4
        /// Up to so many single letters of one word (`U.S.A.`), each run of neighbours is found too.
        public static let initials = 6
    }

    let side: Side
    let usesGermanForms: Bool
    let dropsElidedArticles: Bool

    /// - Parameters:
    ///   - language: a BCP 47 tag of the text, nil if unknown; only its primary tag counts. A query has the forms of all languages.
    ///   - side: whether a text or a query is split.
    public init(language: String? = nil, side: Side = .text) {
        self.side = side
        let primary = language?.prefix { $0 != "-" && $0 != "_" }.lowercased() ?? ""
        let isOpen = side != .text || primary.isEmpty || primary == "und"
        usesGermanForms = isOpen || primary == "de"
        dropsElidedArticles = isOpen || ["fr", "it", "ca", "oc"].contains(primary)
    }

    /// Begins a new block and appends its tokens.
    /// - Parameters:
    ///   - block: UTF-8; a wrong byte counts as U+FFFD, which ends a word.
    ///   - offset: the block's first byte within its field; source offsets are in the field.
    public func append(_ block: Span<UInt8>, offset: Int = 0, to buffer: inout TokenBuffer) {
        var run = BlockRun(tokenizer: self, base: offset, buffer: &buffer)
        run.split(block)
        run.finish(&buffer)
    }

    /// Begins a new block with the text of a string.
    public func append(_ text: String, offset: Int = 0, to buffer: inout TokenBuffer) {
        append(text.utf8.span, offset: offset, to: &buffer)
    }

    /// The tokens of one block.
    public func tokens(of text: String) -> TokenBuffer {
        var buffer = TokenBuffer()
        append(text, to: &buffer)
        return buffer
    }
}
