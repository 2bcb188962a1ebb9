/// Breaks long lines at blanks, for a terminal; a pipe gets them whole.
public struct Paragraph: Sendable {
    /// Columns of the terminal; nil leaves lines as they are.
    public let columns: Int?

    public init(columns: Int?) { self.columns = columns }

    enum Limits {
        /// Longer lines are hard to read, shorter ones hard to break.
        static let columns = 40...110
    }

    /// One paragraph: `first` before its first line, blanks of `indent` columns before the others.
    public func text(_ text: String, first: String = "", indent: Int) -> String {
        guard let columns else { return first + text }
        let width = min(max(columns, Limits.columns.lowerBound), Limits.columns.upperBound)
        var out = first
        var position = Paragraph.width(of: first)
        var isStart = true
        for word in text.split(separator: " ", omittingEmptySubsequences: true) {
            let length = Paragraph.width(of: word)
            if !isStart, position + 1 + length > width {
                out += "\n" + String(repeating: " ", count: indent)
                position = indent
            } else if !isStart {
                out += " "
                position += 1
            }
            out += word
            position += length
            isStart = false
        }
        return out
    }

    /// Columns that a text takes: without the terminal's own sequences, two for the wide letters of East Asia.
    public static func width(of text: some StringProtocol) -> Int {
        var width = 0
        var isSequence = false
        for scalar in text.unicodeScalars {
            if isSequence {
                isSequence = scalar != "m"
            } else if scalar == "\u{1B}" {
                isSequence = true
            } else {
                width += Paragraph.width(of: scalar)
            }
        }
        return width
    }

    private static func width(of scalar: Unicode.Scalar) -> Int {
        if scalar.isASCII { return 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
            0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            return 2
        default: return 1
        }
    }
}
