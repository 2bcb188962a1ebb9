import WireModel

/// Reads HTML as a row of tags and texts, after the tokenisation rules of the WHATWG HTML standard (section 13.2.5).
///
/// It never fails: every input is some HTML. Comments, doctypes and processing instructions are skipped. Text is given
/// as written, its character references not resolved. `<![CDATA[ … ]]>`, which feeds write though HTML does not
/// know it, is text.
struct HTMLReader {
    enum Event {
        /// Text that may hold character references.
        case text(Range<Int>)
        /// Text in which `&` means itself.
        case rawText(Range<Int>)
        /// A start tag; its attributes stand in `attributes`.
        case start(HTMLElement)
        case end(HTMLElement)
    }

    struct Attribute {
        let name: Range<Int>
        let value: Range<Int>
    }

    let bytes: [UInt8]
    private(set) var attributes: [Attribute] = []
    private var position = 0
    /// Ends that were sought and do not occur any more: each is sought in vain once only.
    private var missingEnds: Set<UInt8> = []
    private var lacksCommentEnd = false
    private var lacksCDATAEnd = false

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The next tag or text; nil at the end.
    mutating func next() -> Event? {
        let end = bytes.count
        while position < end {
            let start = position
            if bytes[start] == UInt8(ascii: "<"), let event = readMarkup(at: start) {
                if case .nothing = event { continue }
                if case .event(let event) = event { return event }
            }
            // A `<` that begins no tag is text, up to the next one.
            position = find(UInt8(ascii: "<"), from: start + 1) ?? end
            return .text(start..<position)
        }
        return nil
    }

    /// The text up to the end tag of `element`, whose start tag was just read; leaves the reader before that end tag.
    /// Nil, and the reader where it was, if there is no such end tag.
    mutating func readRawText(of element: HTMLElement) -> Range<Int>? {
        if missingEnds.contains(element.id) { return nil }
        var index = position
        while let start = find(UInt8(ascii: "<"), from: index) {
            if isEndTag(of: element, at: start) {
                defer { position = start }
                return position..<start
            }
            index = start + 1
        }
        missingEnds.insert(element.id)
        return nil
    }

    mutating func forgetAttributes() { attributes.removeAll(keepingCapacity: true) }

    /// Leaves out all that follows.
    mutating func skipRest() { position = bytes.count }

    /// Passes the end tag that ends `element`, whose start tag was just read, and everything before it.
    /// Without a matching end tag the last one of that name counts; false, and the reader where it was, if there is none.
    mutating func skipContent(of element: HTMLElement) -> Bool {
        if missingEnds.contains(element.id) { return false }
        let origin = position
        var depth = 1
        var last: Int?
        while let event = next() {
            switch event {
            case .start(let inner):
                if inner == element { depth += 1 }
                if inner.traits.contains(.rawText), inner != element { _ = readRawText(of: inner) }
            case .end(let inner) where inner == element:
                depth -= 1
                last = position
                if depth == 0 { return true }
            default: break
            }
        }
        position = last ?? origin
        if last == nil { missingEnds.insert(element.id) }
        return last != nil
    }

    private enum Marks {
        static let dashes = Array("--".utf8)
        static let end = Array(">".utf8)
        static let dashEnd = Array("->".utf8)
        static let bangEnd = Array("!>".utf8)
        static let cdata = Array("[CDATA[".utf8)
        static let cdataEnd = Array("]]>".utf8)
    }

    private enum Markup {
        case event(Event)
        /// A comment or its like.
        case nothing
    }

    /// Reads the markup at a `<`; nil if it is none.
    private mutating func readMarkup(at start: Int) -> Markup? {
        guard start + 1 < bytes.count else { return nil }
        let next = bytes[start + 1]
        if next.isASCIILetter { return readTag(nameAt: start + 1, isEnd: false) }
        switch next {
        case UInt8(ascii: "/"):
            guard start + 2 < bytes.count else { return nil }
            if bytes[start + 2].isASCIILetter { return readTag(nameAt: start + 2, isEnd: true) }
            return skipBogusComment(from: start + 2)
        case UInt8(ascii: "!"):
            if starts(with: Marks.dashes, at: start + 2) { return skipComment(from: start + 4) }
            if starts(with: Marks.cdata, at: start + 2), let text = readCDATA(from: start + 9) { return text }
            return skipBogusComment(from: start + 2)
        case UInt8(ascii: "?"):
            return skipBogusComment(from: start + 2)
        default:
            return nil
        }
    }

    private mutating func readCDATA(from start: Int) -> Markup? {
        if lacksCDATAEnd { return nil }
        guard let end = find(Marks.cdataEnd, from: start) else {
            lacksCDATAEnd = true
            return nil
        }
        position = end + 3
        return end > start ? .event(.rawText(start..<end)) : .nothing
    }

    private mutating func skipBogusComment(from start: Int) -> Markup {
        position = find(UInt8(ascii: ">"), from: start).map { $0 + 1 } ?? bytes.count
        return .nothing
    }

    /// A comment ends at `-->` or `--!>`; `<!-->` and `<!--->` are whole comments. One without an end is dropped to the
    /// next `>`, so that a slip does not cost the rest of the text.
    private mutating func skipComment(from start: Int) -> Markup {
        if starts(with: Marks.end, at: start) || starts(with: Marks.dashEnd, at: start) || lacksCommentEnd {
            return skipBogusComment(from: start)
        }
        var index = start
        while let dashes = find(Marks.dashes, from: index) {
            if starts(with: Marks.end, at: dashes + 2) {
                position = dashes + 3
                return .nothing
            }
            if starts(with: Marks.bangEnd, at: dashes + 2) {
                position = dashes + 4
                return .nothing
            }
            index = dashes + 1
        }
        lacksCommentEnd = true
        return skipBogusComment(from: start)
    }

    /// A tag that the text ends in is dropped, as the standard says.
    private mutating func readTag(nameAt start: Int, isEnd: Bool) -> Markup? {
        let end = bytes.count
        var index = start
        while index < end, !bytes[index].endsTagName { index += 1 }
        let element = HTMLElement.find(bytes, start..<index)
        attributes.removeAll(keepingCapacity: true)
        while index < end {
            let byte = bytes[index]
            if byte == UInt8(ascii: ">") {
                position = index + 1
                return .event(isEnd ? .end(element) : .start(element))
            }
            if byte.isASCIISpace || byte == UInt8(ascii: "/") { index += 1 } else { index = readAttribute(at: index) }
        }
        position = end
        return .nothing
    }

    private mutating func readAttribute(at start: Int) -> Int {
        let end = bytes.count
        var index = start + 1  // A leading `=` belongs to the name.
        while index < end, !bytes[index].endsTagName, bytes[index] != UInt8(ascii: "=") { index += 1 }
        let name = start..<index
        while index < end, bytes[index].isASCIISpace { index += 1 }
        guard index < end, bytes[index] == UInt8(ascii: "=") else {
            attributes.append(Attribute(name: name, value: index..<index))
            return index
        }
        index += 1
        while index < end, bytes[index].isASCIISpace { index += 1 }
        guard index < end, bytes[index] != UInt8(ascii: ">") else { return index }
        let value: Range<Int>
        let quote = bytes[index]
        if quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
            let stop = find(quote, from: index + 1) ?? end
            value = index + 1..<stop
            index = min(stop + 1, end)
        } else {
            let first = index
            while index < end, !bytes[index].isASCIISpace, bytes[index] != UInt8(ascii: ">") { index += 1 }
            value = first..<index
        }
        attributes.append(Attribute(name: name, value: value))
        return index
    }

    private func isEndTag(of element: HTMLElement, at start: Int) -> Bool {
        guard start + 2 < bytes.count, bytes[start + 1] == UInt8(ascii: "/") else { return false }
        var index = start + 2
        while index < bytes.count, !bytes[index].endsTagName, index < start + 16 { index += 1 }
        return index < bytes.count && HTMLElement.find(bytes, start + 2..<index) == element
    }

    private func starts(with text: [UInt8], at position: Int) -> Bool {
        guard position + text.count <= bytes.count else { return false }
        for (offset, byte) in text.enumerated() where bytes[position + offset] != byte { return false }
        return true
    }

    private func find(_ text: [UInt8], from start: Int) -> Int? {
        guard let first = text.first else { return nil }
        var index = start
        while let found = find(first, from: index) {
            if starts(with: text, at: found) { return found }
            index = found + 1
        }
        return nil
    }

    private func find(_ byte: UInt8, from start: Int) -> Int? {
        start < bytes.count ? HTMLReader.find(byte, in: bytes.span, start..<bytes.count) : nil
    }

    /// The first place of a byte in a part of a text.
    static func find(_ byte: UInt8, in text: Swift.Span<UInt8>, _ range: Range<Int>) -> Int? {
        var index = range.lowerBound
        let end = range.upperBound
        while index &+ 8 <= end {
            let count = EightBytes.count(before: EightBytes(text, at: index).equal(byte))
            index &+= count
            if count < 8 { return index }
        }
        while index < end {
            if text[index] == byte { return index }
            index += 1
        }
        return nil
    }
}

extension UInt8 {
    fileprivate var endsTagName: Bool { isASCIISpace || self == UInt8(ascii: "/") || self == UInt8(ascii: ">") }
}
