/// Folding without splitting, for what is compared as a whole: names, wildcards, literals.
public enum FoldedText {
    /// NFKC_Casefold with the punctuation map; blanks become single ones, and none is left at the ends.
    public static func folded(_ text: String) -> String { fold(text, isSimple: false) }

    /// The folded text without accents on Latin and Greek, Arabic and Hebrew points, Cyrillic stress and national digits:
    /// the spelling that every accent-free alias has.
    public static func simple(_ text: String) -> String { fold(text, isSimple: true) }

    private static func fold(_ text: String, isSimple: Bool) -> String {
        let bytes = text.utf8.span
        let tables = UnicodeTables.shared
        var folding = Folding()
        var result = BlockRun(tokenizer: Tokenizer(), base: 0)
        var index = 0
        while index < bytes.count {
            let end = folding.fold(bytes, from: index, base: 0, tables: tables)
            if isSimple {
                result.putSimple(folding.text, 0, folding.text.count, isGerman: false)
            } else {
                for scalar in folding.text { result.put(scalar.value) }
            }
            // A piece ends at a blank, which no piece begins with, or at a limit.
            if end < bytes.count, bytes[end] < 0x80 { result.put(0x20) }
            index = end < bytes.count && bytes[end] < 0x80 ? end + 1 : max(end, index + 1)
        }
        return String(decoding: Array(result.forms.split(separator: 0x20).joined(separator: [0x20])), as: UTF8.self)
    }
}
