import Foundation

/// Mail's own ways to write text (RFC 5322, 2045, 2047). Everything that comes out is ASCII, on lines of at most 76 bytes
/// where it is folded, and holds no line end but its own.
enum MailParts {
    private enum Limits {
        /// Bytes of text in one encoded word: 60 letters, 75 with its frame.
        static let word = 45
        static let line = 76
    }

    /// A header's text: as it is if that is safe, else as encoded words.
    static func headerText(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { (0x20...0x7E).contains($0) } && !text.contains("=?")
        if isPlain, text.utf8.count <= 60, !text.hasPrefix(" "), !text.hasSuffix(" ") { return text }
        var words: [String] = []
        var word: [UInt8] = []
        for scalar in text.unicodeScalars {
            let bytes = Array(String(scalar).utf8)
            if word.count + bytes.count > Limits.word {
                words.append(encodedWord(word))
                word = []
            }
            word += bytes
        }
        if !word.isEmpty { words.append(encodedWord(word)) }
        return words.joined(separator: "\r\n ")
    }

    private static func encodedWord(_ bytes: [UInt8]) -> String { "=?utf-8?B?\(Data(bytes).base64EncodedString())?=" }

    /// A name before an address.
    static func phrase(_ name: String) -> String {
        let isAtoms = name.utf8.allSatisfy { byte in
            byte == 0x20 || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        }
        if isAtoms { return headerText(name) }
        if name.utf8.allSatisfy({ (0x20...0x7E).contains($0) }), name.utf8.count <= 60, !name.contains("=?") {
            return "\"" + name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
        }
        return headerText(name)
    }

    /// A body and how it is encoded: as readable as may be, or as short as may be where it is not in Latin letters.
    static func body(_ text: String) -> (encoding: String, lines: String) {
        let foreign = text.utf8.count { $0 >= 0x80 }
        return foreign * 6 > text.utf8.count
            ? ("base64", base64(Array(text.replacing("\n", with: "\r\n").utf8)))
            : ("quoted-printable", quotedPrintable(text))
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        stride(from: 0, to: bytes.count, by: 57).map { start in
            Data(bytes[start..<min(start + 57, bytes.count)]).base64EncodedString() + "\r\n"
        }
        .joined()
    }

    /// RFC 2045 section 6.7.
    static func quotedPrintable(_ text: String) -> String {
        var out: [UInt8] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let bytes = Array(line.utf8)
            var width = 0
            for (index, byte) in bytes.enumerated() {
                let isLast = index == bytes.count - 1
                let isPlain =
                    (0x21...0x7E).contains(byte) && byte != UInt8(ascii: "=")
                    || !isLast && (byte == 0x20 || byte == 0x09)
                let size = isPlain ? 1 : 3
                // Room for the soft break's own sign.
                if width + size > Limits.line - 1 {
                    out += Array("=\r\n".utf8)
                    width = 0
                }
                if isPlain { out.append(byte) } else { out += hexadecimal(byte) }
                width += size
            }
            out += Array("\r\n".utf8)
        }
        // The text's last line end is no line of its own.
        return String(decoding: text.hasSuffix("\n") ? out.dropLast(2) : out[...], as: UTF8.self)
    }

    private static func hexadecimal(_ byte: UInt8) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        return [UInt8(ascii: "="), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
}
