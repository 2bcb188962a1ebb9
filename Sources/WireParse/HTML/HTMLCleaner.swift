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
    static func clean(_ html: String, base: String? = nil, hasBases: Bool = false, wants: Wants) -> Result {
        var cleaner = HTMLCleaner(html, base: base, wants: wants)
        cleaner.hasBases = hasBases
        cleaner.run()
        return cleaner.result
    }

    private struct Open {
        let element: HTMLElement
        /// Name and attributes as written out; empty if the tag is not written.
        let tag: [UInt8]
        /// What addresses were resolved against outside it, if inside it is another.
        var outside: HTMLAddress?

        /// Whether what was written shows it. Elements that do not show must not change how the rest is read.
        var isWritten: Bool { !tag.isEmpty }

        func has(_ traits: HTMLElement.Traits) -> Bool { isWritten && element.traits.contains(traits) }
    }

    private enum Limits {
        /// Elements of which the end tags are awaited, written or not.
        static let stack = 200
        /// Elements that go on in the next block.
        static let pending = 16
    }

    private var reader: HTMLReader
    private var address: HTMLAddress
    private var hasBases = false
    /// What addresses were resolved against before the start tag that is being read.
    private var outside: HTMLAddress?
    private let wantsHTML: Bool
    private let wantsText: Bool
    private var out: [UInt8] = []
    private var text: TextBuilder
    private var stack: [Open] = []
    /// How many elements of each kind are open: most searches end here.
    private var openCounts = [UInt16](repeating: 0, count: 256)
    private var written = 0
    /// Elements that were closed by the end of another and go on with the next text.
    private var pending: [Open] = []
    /// A block whose tags are dropped began or ended: words before and after must not run together.
    private var owesGap = false
    private var decoded: [UInt8] = []

    private init(_ html: String, base: String?, wants: Wants) {
        reader = HTMLReader(Array(html.utf8))
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
    private mutating func start(_ element: HTMLElement) {
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

    private mutating func open(_ element: HTMLElement) {
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
    private mutating func tag(of element: HTMLElement) -> [UInt8] {
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

// MARK: - Open elements

extension HTMLCleaner {
    private mutating func push(_ element: HTMLElement, tag: [UInt8]) {
        guard stack.count < Limits.stack else { return }
        var tag = tag
        if written >= Sanitizer.Limits.depth { tag = [] }
        stack.append(Open(element: element, tag: tag, outside: outside))
        outside = nil
        openCounts[Int(element.id)] &+= 1
        guard !tag.isEmpty else { return }
        written += 1
        guard wantsHTML else { return }
        out.append(UInt8(ascii: "<"))
        out.append(contentsOf: tag)
        out.append(UInt8(ascii: ">"))
    }

    @discardableResult private mutating func pop() -> Open? {
        guard let open = stack.popLast() else { return nil }
        openCounts[Int(open.element.id)] &-= 1
        if let outside = open.outside { address = outside }
        if open.element.traits.contains(.block), wantsText { text.endBlock() }
        guard !open.tag.isEmpty else {
            if open.element.traits.contains(.block) { owesGap = !out.isEmpty }
            return open
        }
        written -= 1
        guard wantsHTML else { return open }
        out.append(contentsOf: "</".utf8)
        out.append(contentsOf: open.element.name)
        out.append(UInt8(ascii: ">"))
        return open
    }

    private mutating func end(_ element: HTMLElement) {
        if element.traits.contains(.block), wantsText { text.endBlock() }
        if element == .br {
            reader.forgetAttributes()
            start(element)
            return
        }
        guard !element.traits.contains(.void) else { return }
        if let index = pending.lastIndex(where: { $0.element == element }) {
            pending.remove(at: index)
            return
        }
        guard let index = openIndex(of: element) else {
            if element.traits.contains(.block) { owesGap = !out.isEmpty }
            return
        }
        close(to: index, reopensBlocks: element.traits.contains(.formatting))
    }

    /// The innermost open element that an end tag of `element` may close.
    private func openIndex(of element: HTMLElement) -> Int? {
        guard openCounts[Int(element.id)] > 0 || element.traits.contains(.heading) else { return nil }
        let isTablePart = element.traits.contains(.tablePart) || element == .table
        for index in stack.indices.reversed() {
            let open = stack[index]
            if open.element == element { return index }
            if element.traits.contains(.heading), open.has(.heading) { return index }
            if isTablePart ? open.isWritten && open.element == .table : open.has(.boundary) { return nil }
        }
        return nil
    }

    /// Closes the elements from `index` on; formatting among those above it goes on later, and blocks if wished.
    private mutating func close(to index: Int, reopensBlocks: Bool = false) {
        guard stack.count - 1 > index else {
            pop()
            return
        }
        var cut: [Open] = []
        while stack.count - 1 > index, let open = pop() {
            // Bold inside bold need not be bold twice.
            let isFormatting = open.element.traits.contains(.formatting)
            let goesOn = isFormatting ? !cut.contains { $0.tag == open.tag } : reopensBlocks
            if goesOn, open.isWritten { cut.append(open) }
        }
        pop()
        pending.insert(contentsOf: cut.reversed(), at: 0)
        if pending.count > Limits.pending { pending.removeFirst(pending.count - Limits.pending) }
    }

    /// Opens again what was cut, before text or a tag inside a line.
    private mutating func reopen() {
        guard !pending.isEmpty else { return }
        let again = pending
        pending = []
        for open in again { push(open.element, tag: open.tag) }
    }

    /// Opens again the blocks among what was cut, before another block; formatting waits for its text.
    private mutating func reopenBlocks() {
        guard !pending.isEmpty else { return }
        let again = pending.filter { !$0.element.traits.contains(.formatting) }
        pending.removeAll { !$0.element.traits.contains(.formatting) }
        for open in again { push(open.element, tag: open.tag) }
    }

    /// Closes what the start of `element` ends by HTML's rules.
    private mutating func closeImplied(before element: HTMLElement) {
        let traits = element.traits
        if traits.contains(.closesParagraph) || element == .li || element == .dt || element == .dd {
            closeOpen([.p]) { $0.has(.boundary) }
            pending.removeAll { $0.element == .p }
        }
        if traits.contains(.heading), let last = stack.lastIndex(where: \.isWritten), stack[last].has(.heading) {
            close(to: last)
        }
        switch element {
        case .li: closeOpen([.li]) { $0.has(.boundary) || ($0.isWritten && ($0.element == .ul || $0.element == .ol)) }
        case .dt, .dd: closeOpen([.dt, .dd]) { $0.has(.boundary) || ($0.isWritten && $0.element == .dl) }
        case .rp, .rt: closeOpen([.rp, .rt]) { $0.has(.block) }
        case .a: closeOpen([.a], reopensBlocks: true) { $0.has(.boundary) }
        case .td, .th: closeTableParts(atMost: 0)
        case .tr: closeTableParts(atMost: 1)
        case _ where traits.contains(.tablePart): closeTableParts(atMost: 2)
        default: break
        }
        if element == .a { pending.removeAll { $0.element == .a } }
    }

    private mutating func closeOpen(
        _ elements: [HTMLElement], reopensBlocks: Bool = false, unless isBarrier: (Open) -> Bool
    ) {
        guard elements.contains(where: { openCounts[Int($0.id)] > 0 }) else { return }
        for index in stack.indices.reversed() {
            let open = stack[index]
            if elements.contains(open.element) {
                close(to: index, reopensBlocks: reopensBlocks)
                return
            }
            if isBarrier(open) { return }
        }
    }

    /// Closes the open cell (0), the row too (1), the group of rows too (2), within the innermost table.
    private mutating func closeTableParts(atMost level: Int) {
        guard let table = stack.lastIndex(where: { $0.isWritten && $0.element == .table }) else { return }
        let index = stack[(table + 1)...].firstIndex { open in
            guard open.has(.tablePart) else { return false }
            if open.has(.boundary) { return true }
            return open.element == .tr ? level >= 1 : level >= 2
        }
        guard let index else { return }
        close(to: index)
        pending = []
    }
}
