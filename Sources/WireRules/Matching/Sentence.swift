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
