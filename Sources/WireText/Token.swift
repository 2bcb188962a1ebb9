import WireModel

/// One form of one word of a text. A word with aliases gives several tokens at one position, its own form first.
public struct Token: Hashable, Sendable {
    /// What a form is to its word.
    public struct Kind: OptionSet, Hashable, Sendable {
        public let rawValue: UInt8

        @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// The word's own folded form.
        @inlinable public static var word: Kind { Kind(rawValue: 1) }
        /// Another spelling: accent-free, ä as ae, without its possessive, …
        @inlinable public static var alias: Kind { Kind(rawValue: 2) }
        /// The parts of a hyphened word or of a grouped number written as one; found, but not counted beside its parts.
        @inlinable public static var joined: Kind { Kind(rawValue: 4) }
        /// A cluster or pair of clusters of a script without spaces, or of Hangul inside a word.
        @inlinable public static var gram: Kind { Kind(rawValue: 8) }
    }

    /// `TermHash` of the form.
    public let hash: UInt64
    /// The form's bytes in `TokenBuffer.forms`.
    public let formOffset: UInt32
    public let formLength: UInt32
    /// Counts words from 0, plus `TokenBuffer.Limits.blockGap` for each block begun after the first.
    public let position: UInt32
    /// How many positions the form covers: 1, or more for joined forms.
    public let width: UInt32
    /// The UTF-8 bytes of the original that the form stands for.
    public let sourceOffset: UInt32
    public let sourceLength: UInt32
    /// Index of the block, from 0.
    public let block: UInt32
    public let kind: Kind

    public init(
        hash: UInt64, formOffset: UInt32, formLength: UInt32, position: UInt32, width: UInt32, sourceOffset: UInt32,
        sourceLength: UInt32, block: UInt32, kind: Kind
    ) {
        self.hash = hash
        self.formOffset = formOffset
        self.formLength = formLength
        self.position = position
        self.width = width
        self.sourceOffset = sourceOffset
        self.sourceLength = sourceLength
        self.block = block
        self.kind = kind
    }
}

/// The tokens of one text, reused from text to text: clearing keeps the memory.
public struct TokenBuffer: Sendable {
    public enum Limits {
        /// Positions between the last word of a block and the first of the next: more than any NEAR reaches.
        public static let blockGap: UInt32 = 1_000
    }

    /// In order of position; within one position the word's own form first.
    public var tokens: [Token] = []
    /// Where the forms' UTF-8 stands, with other bytes between.
    public var forms: [UInt8] = []
    /// Words so far, not counting aliases, joined forms and second grams: the first position of the next word without gaps.
    public var wordCount: UInt32 = 0
    /// Blocks begun so far.
    public var blockCount: UInt32 = 0
    /// Working memory of the tokenizer, kept from block to block.
    var scratch = TokenScratch()

    public init() {}

    public mutating func removeAll() {
        tokens.removeAll(keepingCapacity: true)
        forms.removeAll(keepingCapacity: true)
        wordCount = 0
        blockCount = 0
    }

    /// The form of a token.
    public func form(of token: Token) -> ArraySlice<UInt8> {
        forms[Int(token.formOffset)..<Int(token.formOffset + token.formLength)]
    }

    /// The number of words before a token's position, without the gaps between blocks.
    public func ordinal(of token: Token) -> UInt32 { token.position - token.block * Limits.blockGap }
}

/// The hash that names a folded form: 64 bits over its bytes, eight at a time, and their count. Equal forms always have
/// equal hashes; whoever must not be fooled by a chance collision compares the forms too.
public enum TermHash {
    public static func hash(_ form: [UInt8]) -> UInt64 { hash(form.span, 0..<form.count) }
}

extension TermHash {
    static let seed: UInt64 = 0xCBF2_9CE4_8422_2325

    /// Takes the next eight bytes, or the last ones with zeros behind them.
    @inline(__always)
    static func add(_ bytes: EightBytes, to hash: UInt64) -> UInt64 {
        let hash = (hash ^ bytes.bits) &* 0x9E37_79B9_7F4A_7C15
        return hash ^ hash &>> 32
    }

    @inline(__always)
    static func finish(_ hash: UInt64, count: Int) -> UInt64 {
        var hash = hash ^ UInt64(truncatingIfNeeded: count)
        hash = hash &* 0xD6E8_FEB8_6659_FD93
        return hash ^ hash &>> 32
    }

    /// The hash of the form that stands at `range` of a text.
    static func hash(_ text: Swift.Span<UInt8>, _ range: Range<Int>) -> UInt64 {
        var hash = seed
        var index = range.lowerBound
        while index < range.upperBound {
            let left = range.upperBound &- index
            hash = add(
                index &+ 8 <= text.count ? EightBytes(text, at: index).prefix(left) : rest(text, index, left), to: hash)
            index &+= 8
        }
        return finish(hash, count: range.count)
    }

    /// Less than eight bytes at the end of a text.
    private static func rest(_ text: Swift.Span<UInt8>, _ start: Int, _ count: Int) -> EightBytes {
        var bits: UInt64 = 0
        for offset in 0..<min(8, count) { bits |= UInt64(text[start + offset]) &<< UInt64(8 * offset) }
        return EightBytes(bits)
    }
}
