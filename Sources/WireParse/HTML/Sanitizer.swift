/// Makes HTML of strangers harmless: an allow-list of elements, attributes and addresses, written out anew.
///
/// Nothing of the input's markup is passed through; the output is balanced and fully escaped, so it is safe whatever
/// a browser makes of the input. Cleaning clean HTML changes nothing.
public struct Sanitizer: Sendable {
    public enum Limits {
        /// Elements inside one another; deeper ones lose their tags and keep their content.
        public static let depth = 100
        /// Bytes of a `data:` address.
        public static let dataURL = 32 * 1024
    }

    /// The address that links and images are resolved against.
    public let base: String?

    public init(base: String? = nil) { self.base = base }

    public func clean(_ html: String) -> String { HTMLCleaner.clean(Array(html.utf8), base: base, wants: .html).html }

    /// Clean HTML and its plain text, with a line break between blocks, in one pass.
    public func cleanAndText(_ html: String) -> (html: String, text: String) {
        let result = HTMLCleaner.clean(Array(html.utf8), base: base, wants: .htmlAndText)
        return (result.html, result.text)
    }

    /// Clean HTML, its plain text on one line, and the UTF-8 offsets where further blocks begin in that text.
    public func cleanAndLine(_ html: String) -> (html: String, text: String, breaks: [Int]) {
        let result = HTMLCleaner.clean(Array(html.utf8), base: base, wants: .htmlAndLine)
        return (result.html, result.text, result.breaks)
    }

    /// A plain text as HTML.
    public static func escaped(_ text: String) -> String {
        var out: [UInt8] = []
        let bytes = Array(text.utf8)
        out.reserveCapacity(bytes.count + 16)
        HTMLWriter.writeText(bytes, 0..<bytes.count, to: &out)
        return String(decoding: out, as: UTF8.self)
    }
}

/// Which attributes clean HTML may have, and what their values must be.
enum HTMLAttribute {
    enum Kind: Sendable {
        case text
        /// An address to go to.
        case link
        /// An address to load.
        case resource
        case sourceSet
    }

    /// The kind of the attribute of that name; nil if clean HTML does not have it.
    static func kind(_ bytes: [UInt8], _ name: Range<Int>) -> Kind? {
        guard name.count <= 8, name.count >= 3 else { return nil }
        var key: UInt64 = 0
        for index in name { key = key << 8 | UInt64(bytes[index].asciiLowercased) }
        return kinds[key]
    }

    private static let kinds: [UInt64: Kind] = {
        let rows: [(Kind, String)] = [
            (.text, "alt title width height datetime colspan rowspan scope start type lang dir controls loading"),
            (.link, "href cite"),
            (.resource, "src poster"),
            (.sourceSet, "srcset"),
        ]
        var kinds: [UInt64: Kind] = [:]
        for (kind, row) in rows {
            for name in row.split(separator: " ") { kinds[name.utf8.reduce(0) { $0 << 8 | UInt64($1) }] = kind }
        }
        return kinds
    }()
}

/// Which addresses clean HTML may have.
struct HTMLAddress {
    /// As bytes; nil without a base.
    let base: [UInt8]?

    init(base: String?) { self.base = base.flatMap { $0.isEmpty ? nil : Array($0.utf8) } }

    /// An address made absolute, or nil if it may do harm. A bare `#fragment` stays.
    func allowed(_ value: [UInt8], isResource: Bool) -> [UInt8]? {
        if URLReference.isPlainWeb(value.span) { return value }
        // Controls are not written, so they must not hide a scheme.
        let value = URLReference.trimmed(value.contains { $0 < 0x20 || $0 == 0x7F } ? value.filter(isWritten) : value)
        guard let first = value.first else { return nil }
        if first == UInt8(ascii: "#"), !isResource { return value }
        var url = value
        if let base, URLReference.schemeEnd(value) == nil { url = URLReference.resolve(value, against: base) }
        guard let end = URLReference.schemeEnd(url) else { return url }
        let scheme = String(decoding: url[..<end].map(\.asciiLowercased), as: UTF8.self)
        switch scheme {
        case "http", "https": return url
        case "mailto", "tel": return isResource ? nil : url
        case "data": return isResource && isHarmlessData(url[(end + 1)...]) ? url : nil
        default: return nil
        }
    }

    private func isWritten(_ byte: UInt8) -> Bool { (byte >= 0x20 && byte != 0x7F) || byte.isASCIISpace }

    /// The candidates of a `srcset` whose addresses are allowed; nil if none is.
    func allowedSet(_ value: [UInt8]) -> [UInt8]? {
        var out: [UInt8] = []
        var index = 0
        while index < value.count {
            while index < value.count, value[index].isASCIISpace || value[index] == UInt8(ascii: ",") { index += 1 }
            let start = index
            while index < value.count, !value[index].isASCIISpace { index += 1 }
            var end = index
            let endsHere = end > start && value[end - 1] == UInt8(ascii: ",")
            while end > start, value[end - 1] == UInt8(ascii: ",") { end -= 1 }
            var descriptor: ArraySlice<UInt8> = []
            if !endsHere {
                while index < value.count, value[index].isASCIISpace { index += 1 }
                let from = index
                while index < value.count, value[index] != UInt8(ascii: ",") { index += 1 }
                descriptor = value[from..<index].filter { !$0.isASCIISpace }[...]
            }
            guard end > start, descriptor.allSatisfy({ $0.isASCIIAlphanumeric || $0 == UInt8(ascii: ".") }),
                let url = allowed(Array(value[start..<end]), isResource: true)
            else { continue }
            if !out.isEmpty { out.append(contentsOf: ", ".utf8) }
            out.append(contentsOf: url)
            if !descriptor.isEmpty {
                out.append(0x20)
                out.append(contentsOf: descriptor)
            }
        }
        return out.isEmpty ? nil : out
    }

    /// A small picture of a kind that cannot hold script.
    private func isHarmlessData(_ rest: ArraySlice<UInt8>) -> Bool {
        guard rest.count <= Sanitizer.Limits.dataURL else { return false }
        let kind = rest.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: ",") }.map(\.asciiLowercased)
        return ["image/png", "image/gif", "image/jpeg", "image/webp"].contains { kind == Array($0.utf8) }
    }
}
