/// One pass over HTML that writes clean HTML, plain text, or both.
///
/// It keeps a stack of open elements and closes what HTML closes by itself (paragraphs, list items, cells), so the output
/// is balanced and reads back as it was written. Formatting that is cut by a block goes on in the next one.
struct HTMLCleaner {
    struct Result {
        var html = ""
        var text = ""
        /// UTF-8 offsets in `text` where further blocks begin.
        var breaks: [Int] = []
    }

    enum Wants {
        case html
        /// Blocks on lines of their own.
        case text
        /// All on one line.
        case line
        case htmlAndText, htmlAndLine
    }

    /// - Parameter hasBases: the markup stems from XML: its `base` attributes were `xml:base`.
    static func clean(_ html: [UInt8], base: String? = nil, hasBases: Bool = false, wants: Wants) -> Result {
        var cleaner = HTMLCleaner(html, base: base, wants: wants)
        cleaner.hasBases = hasBases
        cleaner.run()
        return cleaner.result
    }

    struct Open {
        let element: HTMLElement
        /// Name and attributes as written out; empty if the tag is not written.
        let tag: [UInt8]
        /// What addresses were resolved against outside it, if inside it is another.
        var outside: HTMLAddress?

        /// Whether what was written shows it. Elements that do not show must not change how the rest is read.
        var isWritten: Bool { !tag.isEmpty }

        func has(_ traits: HTMLElement.Traits) -> Bool { isWritten && element.traits.contains(traits) }
    }

    enum Limits {
        /// Elements of which the end tags are awaited, written or not.
        static let stack = 200
        /// Elements that go on in the next block.
        static let pending = 16
    }

    var reader: HTMLReader
    var address: HTMLAddress
    private var hasBases = false
    /// What addresses were resolved against before the start tag that is being read.
    var outside: HTMLAddress?
    let wantsHTML: Bool
    let wantsText: Bool
    var out: [UInt8] = []
    var text: TextBuilder
    var stack: [Open] = []
    /// How many elements of each kind are open: most searches end here.
    var openCounts = [UInt16](repeating: 0, count: 256)
    var written = 0
    /// Elements that were closed by the end of another and go on with the next text.
    var pending: [Open] = []
    /// A block whose tags are dropped began or ended: words before and after must not run together.
    var owesGap = false
    private var decoded: [UInt8] = []

    private init(_ html: [UInt8], base: String?, wants: Wants) {
        reader = HTMLReader(html)
        address = HTMLAddress(base: base)
        wantsHTML = wants != .text && wants != .line
        wantsText = wants != .html
        text = TextBuilder(separator: wants == .line || wants == .htmlAndLine ? 0x20 : 0x0A)
        if wantsHTML { out.reserveCapacity(reader.bytes.count + 64) }
    }

    private var result: Result {
        Result(html: wantsHTML ? HTMLWriter.trimmed(out) : "", text: text.text, breaks: text.breaks)
    }

    private mutating func run() {
        while let event = reader.next() {
            switch event {
            case .text(let range): writeText(range, hasReferences: true)
            case .rawText(let range): writeText(range, hasReferences: false)
            case .start(let element): start(element)
            case .end(let element): end(element)
            }
        }
        while !stack.isEmpty { pop() }
    }
}

// MARK: - Text

extension HTMLCleaner {
    private mutating func writeText(_ range: Range<Int>, hasReferences: Bool) {
        if hasReferences, HTMLReader.find(UInt8(ascii: "&"), in: reader.bytes.span, range) != nil {
            HTMLWriter.decode(reader.bytes, range, inAttribute: false, to: &decoded)
            write(decoded, 0..<decoded.count)
        } else {
            write(reader.bytes, range)
        }
    }

    private mutating func write(_ bytes: [UInt8], _ range: Range<Int>) {
        if wantsText { text.append(bytes, range) }
        guard wantsHTML else { return }
        if pending.isEmpty, !owesGap {
            HTMLWriter.writeText(bytes, range, to: &out)
            return
        }
        // White space alone neither reopens formatting nor fills the gap.
        if range.allSatisfy({ bytes[$0].isASCIISpace }) {
            HTMLWriter.writeText(bytes, range, to: &out)
            return
        }
        reopen()
        fillGap(before: bytes[range.lowerBound])
        HTMLWriter.writeText(bytes, range, to: &out)
    }

    /// Keeps words apart that a dropped block kept apart.
    private mutating func fillGap(before next: UInt8?) {
        guard owesGap else { return }
        owesGap = false
        guard let last = out.last, !last.isASCIISpace, !(next?.isASCIISpace ?? false) else { return }
        out.append(0x0A)
    }
}

// MARK: - Tags

extension HTMLCleaner {
    mutating func start(_ element: HTMLElement) {
        if hasBases, let base = ownBase {
            outside = address
            address = HTMLAddress(base: base)
        }
        open(element)
        // Whoever has content has taken it.
        if let outside { address = outside }
        outside = nil
    }

    /// What addresses in and inside the start tag that was just read are resolved against.
    private var ownBase: String? {
        guard let attribute = reader.attributes.first(where: { reader.bytes[$0.name].elementsEqual("base".utf8) })
        else {
            return nil
        }
        var value: [UInt8] = []
        HTMLWriter.decode(reader.bytes, attribute.value, inAttribute: true, to: &value)
        return URLReference.resolve(
            String(decoding: value, as: UTF8.self), against: address.base.map { String(decoding: $0, as: UTF8.self) })
    }

    mutating func open(_ element: HTMLElement) {
        let traits = element.traits
        if traits.contains(.dropped) {
            drop(element)
            return
        }
        if traits.contains(.block), wantsText { text.endBlock() }
        closeImplied(before: element)
        if traits.contains(.rawText) {
            if traits.contains(.block) { owesGap = !out.isEmpty }
            if let range = reader.readRawText(of: element) { writeText(range, hasReferences: false) }
            return
        }
        guard traits.contains(.allowed), isPlaced(element) else {
            if traits.contains(.block) { owesGap = !out.isEmpty }
            // A part of a table outside any table is nothing at all.
            if !traits.contains(.void), !traits.contains(.tablePart) { push(element, tag: []) }
            return
        }
        if traits.contains(.void) {
            writeVoid(element)
        } else if wantsHTML {
            if traits.contains(.block) { reopenBlocks() } else { reopen() }
            if !traits.contains(.block) { fillGap(before: nil) } else { owesGap = false }
            push(element, tag: tag(of: element))
        } else {
            push(element, tag: element.name)
        }
    }

    private mutating func drop(_ element: HTMLElement) {
        let traits = element.traits
        if traits.contains(.void) { return }
        if traits.contains(.block) {
            if wantsText { text.endBlock() }
            closeImplied(before: element)
            owesGap = !out.isEmpty
        }
        if traits.contains(.rawText) {
            if reader.readRawText(of: element) == nil, traits.contains(.swallowsRest) { reader.skipRest() }
        } else {
            _ = reader.skipContent(of: element)
        }
    }

    private mutating func writeVoid(_ element: HTMLElement) {
        guard wantsHTML else { return }
        if element == .img, isTrackingPixel { return }
        if element.traits.contains(.closesParagraph) { reopenBlocks() } else { reopen() }
        if element.traits.contains(.block) { owesGap = false } else { fillGap(before: nil) }
        let tag = tag(of: element)
        if element == .img, tag.count == element.name.count { return }
        out.append(UInt8(ascii: "<"))
        out.append(contentsOf: tag)
        out.append(UInt8(ascii: ">"))
    }

    /// Parts of tables stay only inside a table.
    private func isPlaced(_ element: HTMLElement) -> Bool {
        guard element.traits.contains(.tablePart) else { return true }
        return stack.contains { $0.isWritten && $0.element == .table }
    }

    /// The name and the allowed attributes of the start tag that was just read.
    mutating func tag(of element: HTMLElement) -> [UInt8] {
        var tag = element.name
        guard !reader.attributes.isEmpty else { return tag }
        for (index, attribute) in reader.attributes.enumerated() {
            guard let kind = HTMLAttribute.kind(reader.bytes, attribute.name), !repeatsName(of: index) else { continue }
            HTMLWriter.decode(reader.bytes, attribute.value, inAttribute: true, to: &decoded)
            let value: [UInt8]?
            switch kind {
            case .text: value = decoded
            case .link: value = address.allowed(decoded, isResource: false)
            case .resource: value = address.allowed(decoded, isResource: true)
            case .sourceSet: value = address.allowedSet(decoded)
            }
            guard let value else { continue }
            tag.append(0x20)
            for byte in reader.bytes[attribute.name] { tag.append(byte.asciiLowercased) }
            tag.append(UInt8(ascii: "="))
            tag.append(UInt8(ascii: "\""))
            HTMLWriter.writeAttribute(value, to: &tag)
            tag.append(UInt8(ascii: "\""))
        }
        return tag
    }

    /// Whether the start tag has that attribute already: the first counts.
    private func repeatsName(of index: Int) -> Bool {
        let bytes = reader.bytes
        let name = reader.attributes[index].name
        return reader.attributes[..<index].contains { earlier in
            earlier.name.count == name.count
                && zip(earlier.name, name).allSatisfy { bytes[$0].asciiLowercased == bytes[$1].asciiLowercased }
        }
    }

    /// A picture of at most two by two dots is there to count readers.
    private var isTrackingPixel: Bool {
        var small = 0
        for attribute in reader.attributes {
            let name = reader.bytes[attribute.name].map(\.asciiLowercased)
            guard name == Array("width".utf8) || name == Array("height".utf8) else { continue }
            let value = String(decoding: reader.bytes[attribute.value], as: UTF8.self)
            if ["0", "1", "2", "0px", "1px", "2px"].contains(value) { small += 1 }
        }
        return small >= 2
    }
}
