import WireModel

/// A text of an article as people read it, short, harmless, and with the matched words marked.
struct MarkedText: Hashable {
    enum Limits {
        /// Bytes of a title or a sentence; more is cut around the first mark.
        static let text = 400
        /// A longer sentence is no sentence, and is not looked for in its text.
        static let sentence = 4_000
    }

    struct Piece: Hashable {
        let text: String
        let isMarked: Bool
    }

    /// In order; marked and plain ones by turns.
    let pieces: [Piece]

    var plain: String { pieces.map(\.text).joined() }

    /// The matched words between « and ».
    var quoted: String { pieces.map { $0.isMarked ? "«\($0.text)»" : $0.text }.joined() }

    /// The title; an article without one is named by its address.
    static func title(of item: Item, _ match: Match) -> MarkedText {
        guard let title = item.title, !title.isEmpty else { return MarkedText(item.url ?? item.id, marks: []) }
        return MarkedText(title, marks: marks(of: "title", in: match))
    }

    /// The sentence that matched, found again in the text that holds it; nil if the title says it all.
    static func sentence(of item: Item, _ match: Match) -> MarkedText? {
        guard let sentence = match.sentence, sentence != item.title else { return nil }
        guard sentence.utf8.count <= Limits.sentence else { return MarkedText(sentence, marks: []) }
        for (field, text) in [("content", item.contentText), ("summary", item.summary)] {
            guard let text, let range = text.firstRange(of: sentence) else { continue }
            let start = text.utf8.distance(from: text.startIndex, to: range.lowerBound)
            let local = marks(of: field, in: match).map { $0.lowerBound - start..<$0.upperBound - start }
            return MarkedText(sentence, marks: local)
        }
        return MarkedText(sentence, marks: [])
    }

    /// - Parameter marks: ranges of UTF-8 bytes; those outside the text are left out.
    init(_ text: String, marks: [Range<Int>], limit: Int = Limits.text) {
        let bytes = Array(text.utf8)
        let marks = MarkedText.merged(marks, count: bytes.count)
        let (cut, front, back) = MarkedText.cut(bytes, first: marks.first?.lowerBound ?? 0, limit: limit)
        var pieces: [Piece] = front ? [Piece(text: "… ", isMarked: false)] : []
        func append(_ range: Range<Int>, isMarked: Bool) {
            let text = MarkedText.harmless(String(decoding: bytes[range], as: UTF8.self))
            if !text.isEmpty { pieces.append(Piece(text: text, isMarked: isMarked)) }
        }
        var position = cut.lowerBound
        for mark in marks where mark.lowerBound >= position && mark.upperBound <= cut.upperBound {
            append(position..<mark.lowerBound, isMarked: false)
            append(mark, isMarked: true)
            position = mark.upperBound
        }
        append(position..<cut.upperBound, isMarked: false)
        if back { pieces.append(Piece(text: " …", isMarked: false)) }
        self.pieces = pieces
    }

    /// The part to show, and whether something before and after it is left out.
    private static func cut(_ bytes: [UInt8], first: Int, limit: Int) -> (Range<Int>, front: Bool, back: Bool) {
        guard bytes.count > limit else { return (0..<bytes.count, false, false) }
        let begin = max(0, min(first - limit / 3, bytes.count - limit))
        var start = begin
        // At a blank if there is one near; in any case between two characters.
        while start > 0, start - begin < 40, bytes[start - 1] != UInt8(ascii: " ") { start += 1 }
        if start - begin == 40 { start = begin }
        start = boundary(bytes, from: start)
        var end = min(bytes.count, start + limit)
        if end < bytes.count {
            let latest = end
            while end > latest - 40, end > start, bytes[end] != UInt8(ascii: " ") { end -= 1 }
            if bytes[end] != UInt8(ascii: " ") { end = boundary(bytes, from: latest) }
        }
        return (start..<max(start, end), start > 0, end < bytes.count)
    }

    /// The first place at or after `index` where a character of the text begins: not within the bytes of a scalar, not
    /// before an accent, not within a joined emoji.
    private static func boundary(_ bytes: [UInt8], from index: Int) -> Int {
        guard index > 0, index < bytes.count else { return index }
        var before = max(0, index - 64)
        while before < index, bytes[before] & 0xC0 == 0x80 { before += 1 }
        let near = String(decoding: bytes[before..<min(bytes.count, index + 64)], as: UTF8.self)
        var position = before
        for character in near {
            if position >= index { return position }
            position += character.utf8.count
        }
        return min(position, bytes.count)
    }

    private static func marks(of field: String, in match: Match) -> [Range<Int>] {
        let sane = 0..<Int(Int32.max)
        return match.clauses.flatMap(\.spans)
            .filter { $0.field == field && sane.contains($0.offset) && sane.contains($0.length) }
            .map { $0.offset..<$0.offset + $0.length }
    }

    private static func merged(_ ranges: [Range<Int>], count: Int) -> [Range<Int>] {
        var merged: [Range<Int>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound })
        where range.lowerBound >= 0 && range.upperBound <= count && !range.isEmpty {
            if let last = merged.last, range.lowerBound <= last.upperBound {
                merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        return merged
    }

    static func harmless(_ text: String) -> String { text.harmless }
}
