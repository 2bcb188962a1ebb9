/// Reads a web page kept as a file: its title, its language, its text.
public enum PageReader {
    public static func read(_ html: String) -> (title: String?, text: String, language: String?) {
        var reader = HTMLReader(Array(html.utf8))
        var title: String?
        var language: String?
        while title == nil, let event = reader.next() {
            guard case .start(let element) = event else { continue }
            if element.isNamed("html") { language = attribute("lang", of: reader) }
            if element.isNamed("body") { break }
            if element.isNamed("title"), let range = reader.readRawText(of: element) {
                title = TextExtractor.line(of: escapedTags(reader.bytes[range])).text.nonEmpty
            }
        }
        return (title, TextExtractor.text(of: html), language)
    }

    /// A title's text may hold references, but no tags.
    private static func escapedTags(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes.flatMap { $0 == UInt8(ascii: "<") ? Array("&lt;".utf8) : [$0] }, as: UTF8.self)
    }

    private static func attribute(_ name: String, of reader: HTMLReader) -> String? {
        for attribute in reader.attributes
        where String(decoding: reader.bytes[attribute.name], as: UTF8.self).lowercased() == name {
            return TextExtractor.collapsed(String(decoding: reader.bytes[attribute.value], as: UTF8.self)).nonEmpty
        }
        return nil
    }
}

extension HTMLElement {
    fileprivate func isNamed(_ name: String) -> Bool { self.name.elementsEqual(name.utf8) }
}
