/// The language of a text that does not tell it, by its script (matching.md, section 2, step 8).
public enum LanguageGuess {
    private enum Limits {
        /// Bytes that are looked at.
        static let sample = 4_096
        /// Of the letters that are not ASCII, one in so many must be of the script.
        static let share = 2
    }

    /// The primary tag of the only widespread language of the script that most letters are of; nil for Latin and for
    /// scripts that several large languages share.
    public static func language(of text: Span<UInt8>) -> String? {
        var counts: [String: Int] = [:]
        var letters = 0
        var index = 0
        let end = min(text.count, Limits.sample)
        while index < end {
            if text[index] < 0x80 {
                if (text[index] | 0x20) &- 97 < 26 { letters += 1 }
                index += 1
                continue
            }
            let scalar = UTF8Scalar(text, at: index)
            index += scalar.length
            guard UnicodeTables.shared.properties(scalar.value).isWordly else { continue }
            letters += 1
            if let language = language(of: scalar.value) { counts[language, default: 0] += 1 }
        }
        // Japanese mixes its kana with Han.
        if let kana = counts["ja"], kana * 8 >= letters { return "ja" }
        guard let best = counts.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }) else { return nil }
        return best.value * Limits.share >= letters ? best.key : nil
    }

    private static func language(of scalar: UInt32) -> String? {
        switch scalar {
        case 0x0370...0x03FF, 0x1F00...0x1FFF: "el"
        case 0x0400...0x052F: "ru"
        case 0x0530...0x058F: "hy"
        case 0x0590...0x05FF: "he"
        case 0x0600...0x06FF, 0x0750...0x077F: "ar"
        case 0x0900...0x097F: "hi"
        case 0x0B80...0x0BFF: "ta"
        case 0x0E00...0x0E7F: "th"
        case 0x10A0...0x10FF: "ka"
        case 0x3040...0x30FF: "ja"
        case 0x4E00...0x9FFF: "zh"
        case 0x1100...0x11FF, 0xAC00...0xD7A3: "ko"
        default: nil
        }
    }
}
