import Foundation

/// A text construct while it is read: how its content is to be understood, and its markup written as HTML text.
struct XMLTextConstruct {
    private(set) var kind = RawText.Kind.guess
    /// Elements inside are markup of the text, from the first byte.
    private(set) var isMarkup = false
    /// The media type of decoded data; nil for the usual ones.
    private(set) var mediaType: String?
    var start = 0
    /// A raw attribute of a value that is being read.
    var attribute: String?
    private var isBase64 = false
    private var base: [String] = []
    private var language: String?
    /// Names of the open elements inside; an empty one was not written.
    private var open: [String] = []
    private var sawElement = false
    /// The first `div` inside is not part of the content (RFC 4287, 3.1.1.3).
    private var hasWrapper = false

    init() {}

    init(_ slot: XMLTextSlot, _ vocabulary: Vocabulary, _ attributes: XMLAttributes, base: [String]) {
        self.base = base
        language = attributes.xml(.lang)
        switch slot {
        case .encoded: kind = .html
        case .xhtmlBody:
            kind = .xhtml
            isMarkup = true
        default:
            guard vocabulary == .atom else { return }
            hasWrapper = true
            readType(attributes)
        }
    }

    /// Atom 1.0: `text`, `html`, `xhtml` or a media type. Atom 0.3: a media type and a mode.
    private mutating func readType(_ attributes: XMLAttributes) {
        let type = trimmed(attributes[.type] ?? "").lowercased()
        let mode = trimmed(attributes[.mode] ?? "").lowercased()
        let essence = type.split(separator: ";").first.map { trimmed(String($0)) } ?? ""
        switch essence {
        case "", "text", "text/plain": kind = .plain
        case "html", "text/html": kind = .html
        case "xhtml", "application/xhtml+xml":
            kind = .xhtml
            isMarkup = mode != "escaped" && mode != "base64"
            if !isMarkup { kind = .html }
        default:
            kind = .plain
            mediaType = essence
            if mode.isEmpty, !essence.hasPrefix("text/"), !essence.hasSuffix("+xml"), !essence.hasSuffix("/xml") {
                isBase64 = essence.contains("/")
            }
        }
        if mode == "base64" { isBase64 = true }
        if mode == "xml", kind != .plain || essence == "text/html" {
            kind = .xhtml
            isMarkup = true
        }
    }

    /// An element inside the text begins.
    mutating func open(_ name: XMLName, _ attributes: XMLAttributes, _ context: inout XMLContext) {
        let isOuter = open.isEmpty
        let tag = name.text
        if isOuter, !sawElement {
            sawElement = true
            if kind == .guess || kind == .html { becomeMarkup(&context) }
            // The outer div of an xhtml construct is only a wrapper.
            if hasWrapper, kind == .xhtml, tag.lowercased() == "div", isBlank(&context) {
                if let inner = attributes.xml(.base) { base.append(inner) }
                open.append("")
                return
            }
        }
        if kind == .plain {
            open.append("")
            return
        }
        context.text.append(UInt8(ascii: "<"))
        context.text.append(contentsOf: tag.utf8)
        for attribute in attributes.all {
            let parts = attribute.name.split(separator: ":")
            context.text.append(UInt8(ascii: " "))
            context.text.append(contentsOf: (parts.last.map(String.init) ?? attribute.name).utf8)
            context.text.append(contentsOf: "=\"".utf8)
            for byte in attribute.value.utf8 {
                if byte == UInt8(ascii: "\"") {
                    context.text.append(contentsOf: "&quot;".utf8)
                } else {
                    appendEscaped(byte, to: &context.text)
                }
            }
            context.text.append(UInt8(ascii: "\""))
        }
        context.text.append(UInt8(ascii: ">"))
        open.append(tag)
    }

    private func isBlank(_ context: inout XMLContext) -> Bool { context.text[start...].allSatisfy { isSpace($0) } }

    /// Bare elements stand in a text that should have them escaped: what came before was text, unless it holds tags.
    private mutating func becomeMarkup(_ context: inout XMLContext) {
        kind = .html
        let before = context.text[start...]
        guard !before.contains(UInt8(ascii: "<")) else { return }
        var escaped: [UInt8] = []
        for byte in before { appendEscaped(byte, to: &escaped) }
        context.text.replaceSubrange(start..., with: escaped)
    }

    /// The element that was opened last ends.
    mutating func close(_ context: inout XMLContext) {
        guard let tag = open.popLast(), !tag.isEmpty, !XMLTextConstruct.void.contains(tag) else { return }
        context.text.append(contentsOf: "</\(tag)>".utf8)
    }

    private static let void: Set<String> = [
        "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
    ]

    /// The finished text; nil if it is empty.
    mutating func finish(_ context: inout XMLContext, at place: Place) -> RawText? {
        guard let text = isBase64 ? decodedData(&context) : context.documentText(from: start) else { return nil }
        return RawText(text, kind, base: base, language: language, at: place)
    }

    /// As it is written if it is no base64; nil if it is empty.
    private func decodedData(_ context: inout XMLContext) -> DocumentText? {
        let text = context.trimmedText(from: start)
        let data = Data(base64Encoded: text, options: .ignoreUnknownCharacters)
        let decoded = data.map { String(decoding: $0, as: UTF8.self) } ?? text
        return decoded.isEmpty ? nil : DocumentText(decoded)
    }
}
