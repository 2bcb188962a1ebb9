public import WireModel
import WireText

/// Tells the same text in several feeds: what agencies deliver stands word for word in many papers, under other titles. Pure.
///
/// Two texts are the same if their words are, in order, figures and currencies included; case, punctuation, spacing, accents'
/// encoding, a dateline before them and the credits behind them do not count. There are no near misses: what differs in one
/// word is other news.
public enum TextGroup {
    public enum Limits {
        /// Fewer words may say the same of other things. A character of a script without spaces is half a word.
        static let words = 25
        /// Behind a beginning that may be a dateline or what the news is about.
        static let wordsBehindDoubt = 60
        /// Credits that are taken off one after the other.
        static let credits = 6
    }

    /// The name of an article's text; nil if it is too short to tell.
    public static func of(_ item: Item) -> Digest? {
        var blocks = blocks(of: item)
        if let title = item.title, let first = blocks.first, words(of: first) == words(of: title) {
            blocks.removeFirst()
        }
        for _ in 0..<Limits.credits {
            guard let last = blocks.popLast() else { return nil }
            guard let rest = CreditLine.removed(from: last) else {
                blocks.append(last)
                break
            }
            if !rest.isEmpty { blocks.append(rest) }
        }
        guard let first = blocks.first else { return nil }
        let whole = blocks.map(words)
        if let dateline = Dateline(of: first) {
            let rest = [words(of: dateline.rest)] + whole.dropFirst()
            if dateline.isCertain { return digest(rest, least: Limits.words) }
            if let digest = digest(rest, least: Limits.wordsBehindDoubt) { return digest }
        }
        return digest(whole, least: Limits.words)
    }

    private static func digest(_ blocks: [Words], least: Int) -> Digest? {
        guard blocks.reduce(0, { $0 + $1.weight }) >= 2 * least else { return nil }
        return Digest(of: blocks.filter { !$0.text.isEmpty }.map(\.text).joined(separator: " "))
    }

    /// The blocks of the content or the summary, whichever says more.
    private static func blocks(of item: Item) -> [String] {
        let (summary, content) = (item.summary ?? "", item.contentText ?? "")
        let text = content.utf8.count >= summary.utf8.count ? content : summary
        let ranges =
            content.utf8.count >= summary.utf8.count
            ? Blocks.ofLines(text.utf8.span) : Blocks.of(text.utf8.span, breaks: item.summaryBreaks)
        let bytes = Array(text.utf8)
        return ranges.map { String(decoding: bytes[$0], as: UTF8.self).trimmed }.filter { !$0.isEmpty }
    }

    /// The words of a text, joined by blanks, and how much they weigh: 2 for a word, 1 for a character without spaces.
    struct Words: Equatable {
        var text = ""
        var weight = 0
    }

    static func words(of text: String) -> Words {
        var words = Words()
        var out = String.UnicodeScalarView()
        var isInside = false
        var before: Unicode.Scalar = " "
        let scalars = Array(FoldedText.folded(text).unicodeScalars)
        func begin(_ weight: Int) {
            if !out.isEmpty { out.append(" ") }
            words.weight += weight
        }
        for (index, scalar) in scalars.enumerated() {
            defer { before = scalar }
            switch scalar.role {
            case .mark where !out.isEmpty: out.append(scalar)
            case .mark, .ignored: continue
            case .letter:
                if !isInside { begin(2) }
                isInside = true
                out.append(scalar)
            case .alone:
                begin(1)
                isInside = false
                out.append(scalar)
            case .other:
                isInside = false
                // A minus belongs to its number; a hyphen joins words.
                let next = index + 1 < scalars.count ? scalars[index + 1] : " "
                guard scalar == "-" || scalar == "\u{2212}", before.properties.isWhitespace, next.isDigit else {
                    continue
                }
                begin(2)
                isInside = true
                out.append("-")
            }
        }
        words.text = String(out)
        return words
    }
}

extension Unicode.Scalar {
    fileprivate enum Role { case letter, alone, mark, ignored, other }

    fileprivate var isDigit: Bool { properties.generalCategory == .decimalNumber }

    /// What a scalar of folded text is to its word.
    fileprivate var role: Role {
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
            isSpaceless ? .alone : .letter
        case .decimalNumber, .letterNumber, .otherNumber: .letter
        case .nonspacingMark, .spacingMark, .enclosingMark: .mark
        case .format, .control: properties.isWhitespace ? .other : .ignored
        case .currencySymbol: .alone
        default: self == "%" ? .alone : .other
        }
    }

    /// Of a script that puts no spaces between words.
    private var isSpaceless: Bool {
        if properties.isIdeographic { return true }
        switch value {
        case 0x0E00...0x0EFF, 0x1000...0x109F, 0x1780...0x17FF, 0x3040...0x30FF: return true
        default: return false
        }
    }
}

extension StringProtocol {
    /// Without blanks at its ends.
    var trimmed: String {
        String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
