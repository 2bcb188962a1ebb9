import WireModel

/// Reads well-formed documents of the usual kind, several times as fast as libxml2.
///
/// It knows no document type, no entities but the five of XML, no names beyond ASCII and no nesting deeper than the limit.
/// At the first thing that it is not sure of it gives up, and libxml2 reads the document from its beginning
/// (`docs/decisions/0140`). What it does read, it reads as libxml2 would: the tests hold the one against the other.
struct XMLScanner<Consumer: XMLConsumer> {
    /// Nil if it gave up; the consumer is then to be thrown away.
    static func read(
        _ bytes: [UInt8], from start: Int, limits: ParseLimits, into consumer: Consumer
    ) -> XMLOutcome? {
        bytes.withUnsafeBufferPointer { source in
            XMLByte.classes.withUnsafeBufferPointer { classes in
                let cursor = XMLCursor(source, classes, from: start)
                var scanner = XMLScanner(cursor, XMLContext(limits: limits, document: bytes), consumer)
                guard scanner.readDocument() else { return nil }
                return XMLOutcome(problems: scanner.context.problems, syntaxError: nil)
            }
        }
    }

    private struct Open {
        let name: Int
        let spelling: Int
        /// How many bindings were noted before it.
        let bindings: Int
    }

    private let consumer: Consumer
    private let deadline: Duration
    private var context: XMLContext
    private var cursor: XMLCursor
    private var names: XMLSpellings
    private var places: XMLPlaces
    private var open: [Open] = []
    private var tags = 0
    /// The attributes of the element that begins: those with values that are not in the document as they are point to `decoded`.
    private var found: [(spelling: Int, start: Int, count: Int, isDecoded: Bool)] = []
    private var decoded: [UInt8] = []
    private var attributes: [XMLAttribute] = []

    private init(_ cursor: XMLCursor, _ context: XMLContext, _ consumer: Consumer) {
        self.cursor = cursor
        self.consumer = consumer
        self.context = context
        deadline = ProcessorTime.now() + context.limits.processorTime
        names = XMLSpellings(cursor.source)
        places = XMLPlaces(cursor.source, from: cursor.index)
    }
}

// MARK: The document

extension XMLScanner {
    /// False if it gave up.
    private mutating func readDocument() -> Bool {
        guard cursor.readDeclaration() else { return false }
        guard cursor.readMiscellany(), cursor.byte == UInt8(ascii: "<"), openElement() else { return false }
        while !open.isEmpty {
            if context.isStopped { return true }
            guard readContent() else { return false }
        }
        return context.isStopped || (cursor.readMiscellany() && cursor.index == cursor.end)
    }

    /// Text up to the next markup, and that.
    @inline(__always)
    private mutating func readContent() -> Bool {
        guard cursor.byte == UInt8(ascii: "<") || readText() else { return false }
        switch cursor.ahead(1) {
        case UInt8(ascii: "/"): return closeElement()
        case UInt8(ascii: "!"): return cursor.ahead(2) == UInt8(ascii: "[") ? readSection() : cursor.readComment()
        case UInt8(ascii: "?"): return cursor.readInstruction()
        default: return openElement()
        }
    }
}

// MARK: Elements

extension XMLScanner {
    private mutating func openElement() -> Bool {
        cursor.index += 1
        lookAtClock()
        guard open.count < context.limits.depth, let spelling = cursor.readName().map({ names.find($0) }) else {
            return false
        }
        let bindings = names.bindingCount
        found.removeAll(keepingCapacity: true)
        decoded.removeAll(keepingCapacity: true)
        while true {
            let before = cursor.index
            cursor.skipSpace()
            let byte = cursor.byte
            if byte == UInt8(ascii: ">") || byte == UInt8(ascii: "/") { break }
            guard cursor.index > before, readAttribute() else { return false }
        }
        context.place = places.place(at: cursor.index)
        guard let name = names.element(spelling, &context) else { return false }
        open.append(Open(name: name, spelling: spelling, bindings: bindings))
        guard handOver(name) else { return false }
        if cursor.byte == UInt8(ascii: "/") {
            cursor.index += 1
            guard cursor.byte == UInt8(ascii: ">") else { return false }
            if !context.isStopped { finishElement() }
        }
        cursor.index += 1
        return true
    }

    private mutating func closeElement() -> Bool {
        cursor.index += 2
        guard let last = open.last else { return false }
        let length = names.length(of: last.spelling)
        guard cursor.index + length < cursor.end, names.isSpelled(last.spelling, at: cursor.index) else { return false }
        cursor.index += length
        cursor.skipSpace()
        guard cursor.byte == UInt8(ascii: ">") else { return false }
        cursor.index += 1
        finishElement()
        return true
    }

    private mutating func finishElement() {
        guard let last = open.last else { return }
        consumer.close(last.name, &context)
        context.leaveScope(depth: open.count)
        names.unbind(to: last.bindings)
        open.removeLast()
    }

    /// False if the attributes are not what XML allows.
    private mutating func handOver(_ name: Int) -> Bool {
        guard names.areDistinct(found) else { return false }
        attributes.removeAll(keepingCapacity: true)
        let (known, source) = (names.attributes, cursor.source)
        return decoded.withUnsafeBufferPointer { decoded in
            for one in found {
                guard let attribute = names.attribute(one.spelling) else { return false }
                guard attribute >= 0 else { continue }
                let buffer = one.isDecoded ? decoded : source
                let value = UnsafeBufferPointer(rebasing: buffer[one.start..<(one.start + one.count)])
                attributes.append(XMLAttribute(attribute, of: known, value))
            }
            attributes.withUnsafeBufferPointer { list in
                let view = XMLAttributes(list: list, names: known)
                if !list.isEmpty { context.enterScope(view, depth: open.count) }
                consumer.open(name, view, &context)
            }
            return true
        }
    }

    private mutating func readAttribute() -> Bool {
        guard found.count < Limits.attributes, let spelling = cursor.readName().map({ names.find($0) }) else {
            return false
        }
        cursor.skipSpace()
        guard cursor.skip("=") else { return false }
        cursor.skipSpace()
        let quote = cursor.byte
        guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { return false }
        cursor.index += 1
        let start = cursor.index
        cursor.pass(until: .stopsValue)
        var value = (spelling: spelling, start: start, count: cursor.index - start, isDecoded: false)
        if cursor.byte != quote {
            let begin = decoded.count
            decoded.append(contentsOf: cursor.source[start..<cursor.index])
            guard decodeValue(until: quote) else { return false }
            value = (spelling, begin, decoded.count - begin, true)
        }
        cursor.index += 1
        guard value.count <= context.limits.fieldBytes else { return false }
        found.append(value)
        guard names.isDeclaration(spelling) else { return true }
        let address = value.isDecoded ? decoded[value.start...] : ArraySlice(cursor.source[start..<(cursor.index - 1)])
        return names.bind(spelling, to: address)
    }

    /// The rest of a value that holds references, white space to be normalised, or the other quote.
    private mutating func decodeValue(until quote: UInt8) -> Bool {
        while true {
            let byte = cursor.byte
            if byte == quote { return true }
            switch byte {
            case UInt8(ascii: "&"):
                guard let scalar = cursor.readReference() else { return false }
                decoded.append(contentsOf: String(Character(scalar)).utf8)
                continue
            case 0x0D where cursor.ahead(1) == 0x0A: break
            case 0x09, 0x0A, 0x0D: decoded.append(0x20)
            case 0xEF:
                guard cursor.isCharacter() else { return false }
                decoded.append(byte)
            case UInt8(ascii: "<"), ..<0x20: return false
            default: decoded.append(byte)
            }
            cursor.index += 1
        }
    }
}

// MARK: Text

extension XMLScanner {
    /// Up to the next `<`; false at anything doubtful, such as the end of the document.
    private mutating func readText() -> Bool {
        let start = cursor.index
        var spelling = DocumentText.Spelling.verbatim
        while true {
            cursor.pass(until: .stopsText)
            switch cursor.byte {
            case UInt8(ascii: "<"):
                return context.take(start..<cursor.index, spelling)
            case UInt8(ascii: "&"):
                guard cursor.readReference() != nil else { return false }
                spelling.insert(.references)
                continue
            case UInt8(ascii: "]"):
                if cursor.ahead(1) == UInt8(ascii: "]"), cursor.ahead(2) == UInt8(ascii: ">") { return false }
            case 0x0D: spelling.insert(.lines)
            default: guard cursor.isCharacter() else { return false }
            }
            cursor.index += 1
        }
    }

    /// `<![CDATA[…]]>`
    private mutating func readSection() -> Bool {
        guard cursor.skip("<![CDATA[") else { return false }
        let start = cursor.index
        var spelling = DocumentText.Spelling.verbatim
        while true {
            cursor.pass(until: .stopsSection)
            switch cursor.byte {
            case UInt8(ascii: "]"):
                if cursor.ahead(1) == UInt8(ascii: "]"), cursor.ahead(2) == UInt8(ascii: ">") {
                    let end = cursor.index
                    cursor.index += 3
                    return context.take(start..<end, spelling)
                }
            case 0x0D: spelling.insert(.lines)
            default: guard cursor.isCharacter() else { return false }
            }
            cursor.index += 1
        }
    }

    /// Looks at the clock now and then; reading ends when its time is over.
    @inline(__always)
    private mutating func lookAtClock() {
        tags &+= 1
        if tags & 4095 == 0, ProcessorTime.now() > deadline { context.stopForTime(at: places.peek(at: cursor.index)) }
    }
}

private enum Limits {
    /// Attributes of one element; more are left to libxml2.
    static let attributes = 64
}
