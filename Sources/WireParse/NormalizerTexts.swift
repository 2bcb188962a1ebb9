import WireModel

/// A text as plain text and, where it is HTML, as clean HTML too.
struct TextPair {
    var plain: String
    var html: String?
    /// UTF-8 offsets in `plain` where further blocks begin.
    var breaks: [Int] = []
    /// False if it was called HTML and has nothing that looks so.
    private(set) var looksAsCalled = true

    /// On one line.
    init(_ text: RawText, base: String?) {
        let bytes = text.source.bytes
        guard TextPair.isHTML(bytes, text.kind) else {
            plain = TextExtractor.collapsed(UTF8Check.text(bytes[...]))
            return
        }
        let clean = HTMLCleaner.clean(bytes, base: base, hasBases: text.kind == .xhtml, wants: .htmlAndLine)
        plain = clean.text
        breaks = clean.breaks
        html = clean.html.isEmpty ? nil : clean.html
    }

    /// With a line break between blocks.
    init(content text: RawText, base: String?) {
        let bytes = text.source.bytes
        guard TextPair.isHTML(bytes, text.kind) else {
            plain = TextExtractor.paragraphs(bytes)
            return
        }
        looksAsCalled = text.kind != .html || TextPair.isMarked(bytes)
        let clean = HTMLCleaner.clean(bytes, base: base, hasBases: text.kind == .xhtml, wants: .htmlAndText)
        plain = clean.text
        html = clean.html.isEmpty ? nil : clean.html
    }

    /// A text without markup, whatever it is written as: names, titles of links.
    static func plain(_ text: String) -> String {
        guard isMarked(text) else { return TextExtractor.collapsed(text) }
        return TextExtractor.line(of: text).text
    }

    /// Whether a text is to be read as HTML.
    private static func isHTML(_ text: [UInt8], _ kind: RawText.Kind) -> Bool {
        switch kind {
        case .plain: false
        case .html, .xhtml: true
        case .guess: isMarked(text)
        }
    }

    /// Whether a text has a character reference or a tag of a known HTML element.
    static func isMarked(_ text: String) -> Bool {
        hasMark(text.utf8.span) && isMarked(Array(text.utf8))
    }

    static func isMarked(_ bytes: [UInt8]) -> Bool {
        var decoded: [UInt8] = []
        for index in 0..<bytes.count {
            if bytes[index] == UInt8(ascii: "&") {
                decoded.removeAll(keepingCapacity: true)
                if let length = CharacterReference.decode(
                    bytes, at: index, before: bytes.count, inAttribute: false, to: &decoded),
                    bytes[index + length - 1] == UInt8(ascii: ";")
                {
                    return true
                }
            } else if bytes[index] == UInt8(ascii: "<"), beginsTag(bytes, at: index) {
                return true
            }
        }
        return false
    }

    private static func hasMark(_ text: Swift.Span<UInt8>) -> Bool {
        for index in 0..<text.count where text[index] == UInt8(ascii: "<") || text[index] == UInt8(ascii: "&") {
            return true
        }
        return false
    }

    /// Whether a tag of a known element, a comment or a CDATA section begins at a `<`.
    private static func beginsTag(_ bytes: [UInt8], at start: Int) -> Bool {
        if bytes[start...].starts(with: "<!--".utf8) || bytes[start...].starts(with: "<![CDATA[".utf8) { return true }
        var index = start + 1
        if index < bytes.count, bytes[index] == UInt8(ascii: "/") { index += 1 }
        let name = index
        while index < bytes.count, bytes[index].isASCIIAlphanumeric { index += 1 }
        guard index > name, index < bytes.count, HTMLElement.isKnown(bytes, name..<index),
            bytes[index...].contains(UInt8(ascii: ">"))
        else { return false }
        return bytes[index].isASCIISpace || bytes[index] == UInt8(ascii: ">") || bytes[index] == UInt8(ascii: "/")
    }
}

extension TextExtractor {
    /// A plain text whose paragraphs are parted by empty lines, each on one line.
    static func paragraphs(_ bytes: [UInt8]) -> String {
        var builder = TextBuilder(separator: 0x0A)
        var start = 0
        while start < bytes.count {
            var end = start
            while end < bytes.count, bytes[end] != 0x0A, bytes[end] != 0x0D { end += 1 }
            let isBlank = bytes[start..<end].allSatisfy(\.isASCIISpace)
            if isBlank { builder.endBlock() } else { builder.append(bytes, start..<end) }
            // A carriage return with a line feed is one break.
            if end + 1 < bytes.count, bytes[end] == 0x0D, bytes[end + 1] == 0x0A { end += 1 }
            if !isBlank { builder.append([0x20], 0..<1) }
            start = end + 1
        }
        return builder.text
    }
}

extension ValueReader {
    /// A text element of another vocabulary: read as RSS texts are, unless it says what it is.
    func rawText(_ element: RawElement) -> RawText {
        let kind: RawText.Kind =
            switch element["type"]?.lowercased() {
            case "html", "text/html": .html
            case "plain" where element.vocabulary != .media: .plain
            default: .guess
            }
        return RawText(element.text, kind, base: element.base, at: element.place)
    }

    /// The first text there is: the format's own, else that of the first of some elements.
    func text(
        _ own: RawText?, else names: [(Vocabulary, String)], _ elements: [RawElement]
    ) -> RawText? {
        if let own, !own.source.isEmpty { return own }
        for (vocabulary, name) in names {
            if let element = elements.first(vocabulary, name) { return rawText(element) }
        }
        return nil
    }
}
