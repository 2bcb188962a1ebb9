import CXML

/// Makes a well-formed document of a damaged one while it is read: bare ampersands and angle brackets become text,
/// control characters go, attributes get quotes, elements are closed where their parents end or the document stops.
///
/// Line breaks stay where they are, so that lines told by a parser of the result are those of the document.
struct XMLRepair {
    private enum Limits {
        /// Problems that are listed; a damaged document repeats its fault.
        static let problems = 20
        /// Open elements that an end tag is compared with.
        static let search = 200
        /// Elements nested deeper are passed over; libxml2 gives up at 256.
        static let depth = 220
        /// Open elements that are remembered.
        static let open = 100_000
        /// Bytes that a step leaves at most before it lets the parser read them.
        static let run = 1 << 14
    }

    private struct Open {
        let start: Int
        let end: Int
        let isWritten: Bool
    }

    private let bytes: [UInt8]
    private let limits: ParseLimits
    private let start: Int
    private var position: Int
    private var pending: [UInt8] = []
    private var pendingStart = 0
    private var open: [Open] = []
    private var line: UInt32 = 1
    private var lineStart = 0
    /// How far `line` was counted.
    private var counted = 0
    private var declared: Set<String> = []
    /// Marks that do not occur any more.
    private var absent: Set<String> = []
    private var sawRoot = false
    /// The root's end tag was read; it is written at the end of the document, so that what follows still counts.
    private var isRootClosed = false
    private var isAtEnd = false
    private(set) var problems: [Problem] = []
    /// Something may be missing: tags were cut, crossed or left open.
    private(set) var isBroken = false

    init(_ bytes: [UInt8], from start: Int = 0, limits: ParseLimits) {
        self.bytes = bytes
        self.start = start
        position = start
        self.limits = limits
    }

    /// Fills `target` with the next part; 0 at the end.
    mutating func read(into target: UnsafeMutableBufferPointer<UInt8>) -> Int {
        while pending.count - pendingStart < target.count, !isAtEnd { step() }
        let count = min(target.count, pending.count - pendingStart)
        guard count > 0 else { return 0 }
        _ = target.update(fromContentsOf: pending[pendingStart..<(pendingStart + count)])
        pendingStart += count
        if pendingStart == pending.count {
            pending.removeAll(keepingCapacity: true)
            pendingStart = 0
        }
        return count
    }

    private mutating func step() {
        guard position < bytes.count else {
            finish()
            return
        }
        switch bytes[position] {
        case UInt8(ascii: "<"): readMarkup()
        default: readText(upTo: min(bytes.count, position + Limits.run))
        }
    }

    private mutating func finish() {
        isAtEnd = true
        let isCut = sawRoot && !(isRootClosed && open.count <= 1)
        if isCut {
            isBroken = true
            let names = open.suffix(3).map { String(decoding: bytes[$0.start..<$0.end], as: UTF8.self) }
            report(
                .xmlTruncated,
                "The document ends inside \(names.map { "<\($0)>" }.joined(separator: " ")); it is cut off.",
                isAlways: true)
        }
        while !open.isEmpty { closeLast() }
    }
}

// MARK: Text

extension XMLRepair {
    private mutating func readText(upTo limit: Int) {
        let isInside = !open.isEmpty
        while position < limit {
            let start = position
            while position < limit, !isSpecial(bytes[position]) { position += 1 }
            if isInside {
                pending.append(contentsOf: bytes[start..<position])
            } else {
                keepLines(start..<position)
                noteJunk(start..<position)
            }
            guard position < limit, bytes[position] != UInt8(ascii: "<") else { return }
            if isInside {
                readSpecial()
            } else {
                // libxml2 passes over a byte order mark too.
                position += bytes[position...].starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 1
            }
        }
    }

    @inline(__always)
    private func isSpecial(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "<") || byte == UInt8(ascii: "&") || byte == UInt8(ascii: "]") || byte == 0xEF
            || (byte < 0x20 && byte != 0x0A && byte != 0x09 && byte != 0x0D)
    }

    /// A byte that is not plain text, in a text or an attribute's value.
    private mutating func readSpecial() {
        let byte = bytes[position]
        switch byte {
        case UInt8(ascii: "&"): readReference()
        case UInt8(ascii: "]"):
            let isSectionEnd = bytes[position...].starts(with: "]]>".utf8)
            if isSectionEnd {
                report(.xmlNotWellFormed, "A bare \"]]>\" is read as text; it must be written \"]]&gt;\".")
            }
            pending.append(contentsOf: isSectionEnd ? "]]&gt;".utf8 : "]".utf8)
            position += isSectionEnd ? 3 : 1
        case 0xEF:
            let isNoncharacter =
                position + 2 < bytes.count && bytes[position + 1] == 0xBF && bytes[position + 2] >= 0xBE
            if isNoncharacter {
                report(.xmlNotWellFormed, "A character that XML does not allow is left out.")
                position += 3
            } else {
                pending.append(byte)
                position += 1
            }
        default:
            report(.xmlNotWellFormed, "A control character is left out.")
            position += 1
        }
    }

    private mutating func readReference() {
        if let end = referenceEnd() {
            pending.append(contentsOf: bytes[position..<end])
            position = end
        } else {
            report(.xmlNotWellFormed, "A bare \"&\" is read as text; it must be written \"&amp;\".")
            pending.append(contentsOf: "&amp;".utf8)
            position += 1
        }
    }

    /// The end of the reference that begins here; nil if it is none, or one that XML does not allow.
    private func referenceEnd() -> Int? {
        var index = position + 1
        guard index < bytes.count else { return nil }
        if bytes[index] == UInt8(ascii: "#") { return numericEnd(index + 1) }
        let start = index
        while index < bytes.count, index - start < 100, isNameByte(bytes[index]) { index += 1 }
        guard index > start, index < bytes.count, bytes[index] == UInt8(ascii: ";") else { return nil }
        let name = String(decoding: bytes[start..<index], as: UTF8.self)
        // SAFETY: libxml2 reads the text during the call and answers with a pointer into its own constant table.
        let isKnown = ["amp", "lt", "gt", "quot", "apos"].contains(name) || htmlEntityLookup(name) != nil
        return isKnown || declared.contains(name) ? index + 1 : nil
    }

    private func numericEnd(_ start: Int) -> Int? {
        var index = start
        var radix: UInt32 = 10
        if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "x") {
            guard bytes[index] == UInt8(ascii: "x") else { return nil }
            radix = 16
            index += 1
        }
        var value: UInt32 = 0
        let first = index
        while index < bytes.count, let digit = Character(Unicode.Scalar(bytes[index])).hexDigitValue, digit < radix {
            value = min(value &* radix &+ UInt32(digit), 0x110_000)
            index += 1
        }
        guard index > first, index < bytes.count, bytes[index] == UInt8(ascii: ";") else { return nil }
        let isAllowed =
            value == 9 || value == 10 || value == 13 || (value >= 0x20 && value < 0xD800)
            || (value >= 0xE000 && value < 0xFFFE) || (value >= 0x10000 && value < 0x110_000)
        return isAllowed ? index + 1 : nil
    }

    private mutating func keepLines(_ range: Range<Int>) {
        for byte in bytes[range] where byte == 0x0A { pending.append(byte) }
    }

    private mutating func noteJunk(_ range: Range<Int>) {
        guard let first = range.first(where: { !isSpace(bytes[$0]) }) else { return }
        let where_ = sawRoot ? "after" : "before"
        report(.xmlNotWellFormed, "Text \(where_) the root element is left out.", at: first)
    }
}

// MARK: Markup

extension XMLRepair {
    private mutating func readMarkup() {
        let rest = bytes[(position + 1)...]
        guard let next = rest.first else {
            position += 1
            return
        }
        switch next {
        case UInt8(ascii: "/"): readEndTag()
        case UInt8(ascii: "!"):
            if rest.starts(with: "![CDATA[".utf8) {
                readCharacterData()
            } else if rest.starts(with: "!--".utf8) {
                skip(to: "-->", from: position + 4)
            } else {
                readDeclaration()
            }
        case UInt8(ascii: "?"):
            let isDeclaration = rest.starts(with: "?xml ".utf8)
            if isDeclaration, sawRoot || position > start { noteMisplacedDeclaration() }
            skip(to: "?>", from: position + 2)
        case _ where isNameStart(next): readStartTag()
        default: bareBracket()
        }
    }

    private mutating func noteMisplacedDeclaration() {
        report(.xmlNotWellFormed, "The XML declaration is not at the very start of the document.")
    }

    private mutating func bareBracket() {
        report(.xmlNotWellFormed, "A bare \"<\" is read as text; it must be written \"&lt;\".")
        if !open.isEmpty { pending.append(contentsOf: "&lt;".utf8) }
        position += 1
    }

    /// Leaves out a comment or an instruction; one without its end is left out up to the next tag.
    private mutating func skip(to mark: String, from start: Int) {
        var stop = find(mark, from: start) ?? -1
        if stop < 0 {
            isBroken = true
            report(.xmlNotWellFormed, "A comment or instruction has no end.")
            stop = start
            while stop < bytes.count, bytes[stop] != UInt8(ascii: "<"), bytes[stop] != UInt8(ascii: ">") { stop += 1 }
            if stop < bytes.count, bytes[stop] == UInt8(ascii: ">") { stop += 1 }
        }
        keepLines(position..<stop)
        position = stop
    }

    /// The index after the next `mark`. What is not found once is not looked for again.
    private mutating func find(_ mark: String, from start: Int) -> Int? {
        if absent.contains(mark) { return nil }
        let wanted = Array(mark.utf8)
        var index = start
        while index + wanted.count <= bytes.count {
            if bytes[index] == wanted[0], bytes[index..<(index + wanted.count)].elementsEqual(wanted) {
                return index + wanted.count
            }
            index += 1
        }
        if absent.count < 1_000 { absent.insert(mark) }
        return nil
    }

    private mutating func readCharacterData() {
        let start = position + 9
        let end = find("]]>", from: start)
        let next = find("<![CDATA[", from: start)
        var stop = end.map { $0 - 3 } ?? bytes.count
        var after = end ?? bytes.count
        // Without its own end, the section ends where the element around it does.
        if end == nil || (next ?? .max) < stop, let last = open.last {
            let tag = "</" + String(decoding: bytes[last.start..<last.end], as: UTF8.self)
            if let close = find(tag, from: start).map({ $0 - tag.utf8.count }), close < min(stop, next ?? .max) {
                stop = close
                after = close
                isBroken = true
                report(.xmlNotWellFormed, "A CDATA section has no end.")
            }
        }
        guard !open.isEmpty else {
            keepLines(position..<after)
            noteJunk(position..<after)
            position = after
            return
        }
        position = start
        while position < stop {
            let run = position
            while position < stop, !isSpecial(bytes[position]) { position += 1 }
            pending.append(contentsOf: bytes[run..<position])
            guard position < stop else { break }
            switch bytes[position] {
            case UInt8(ascii: "<"), UInt8(ascii: "&"):
                appendEscaped(bytes[position], to: &pending)
                position += 1
            default: readSpecial()
            }
        }
        position = after
    }

    /// A document type: only the entities it declares are kept, each as a declaration of its own.
    private mutating func readDeclaration() {
        guard !sawRoot, bytes[(position + 1)...].prefix(8).elementsEqual("!DOCTYPE".utf8) else {
            skip(to: ">", from: position + 2)
            return
        }
        var index = position + 9
        var brackets = 0
        var declarations: [Range<Int>] = []
        scan: while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "["): brackets += 1
            case UInt8(ascii: "]"): brackets -= 1
            case UInt8(ascii: ">") where brackets <= 0: break scan
            case UInt8(ascii: "\""), UInt8(ascii: "'"):
                let quote = bytes[index]
                if let close = bytes[(index + 1)...].firstIndex(of: quote) { index = close }
            case UInt8(ascii: "<") where bytes[index...].starts(with: "<!--".utf8):
                index = (find("-->", from: index + 4) ?? bytes.count) - 1
            case UInt8(ascii: "<") where bytes[index...].starts(with: "<!ENTITY".utf8):
                if let end = entityEnd(from: index) {
                    declarations.append(index..<end)
                    index = end - 1
                }
            default: break
            }
            index += 1
        }
        let end = min(bytes.count, index + 1)
        if !declarations.isEmpty {
            pending.append(contentsOf: "<!DOCTYPE feed [".utf8)
            for declaration in declarations { pending.append(contentsOf: bytes[declaration]) }
            pending.append(contentsOf: "]>".utf8)
        }
        keepLines(position..<end)
        position = end
    }

    /// The end of `<!ENTITY name "value">` or `<!ENTITY name SYSTEM "address">` if that is what stands here.
    private mutating func entityEnd(from start: Int) -> Int? {
        var index = start + 8
        while index < bytes.count, isSpace(bytes[index]) { index += 1 }
        let name = index
        while index < bytes.count, isNameByte(bytes[index]) { index += 1 }
        guard index > name, index < bytes.count, isSpace(bytes[index]) else { return nil }
        let text = String(decoding: bytes[name..<index], as: UTF8.self)
        while index < bytes.count, bytes[index] != UInt8(ascii: ">") {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                guard let close = bytes[(index + 1)...].firstIndex(of: byte) else { return nil }
                // A bare ampersand would break the declaration.
                if bytes[index...close].contains(UInt8(ascii: "%")) { return nil }
                index = close
            } else if byte == UInt8(ascii: "<") {
                return nil
            }
            index += 1
        }
        guard index < bytes.count else { return nil }
        declared.insert(text)
        return index + 1
    }
}

// MARK: Tags

extension XMLRepair {
    private mutating func readEndTag() {
        let start = position + 2
        var end = start
        while end < bytes.count, isNameByte(bytes[end]) { end += 1 }
        var after = end
        while after < bytes.count, bytes[after] != UInt8(ascii: ">"), bytes[after] != UInt8(ascii: "<") { after += 1 }
        guard end > start else {
            if after < bytes.count, bytes[after] == UInt8(ascii: ">") { after += 1 }
            isBroken = true
            report(.xmlNotWellFormed, "An end tag has no name.")
            position = max(after, position + 1)
            return
        }
        if after >= bytes.count {
            // Cut inside the tag: the elements are closed at the end.
            position = bytes.count
            return
        }
        if bytes[after] == UInt8(ascii: ">") { after += 1 }
        let found = open.indices.suffix(Limits.search).last { isSame(open[$0].start..<open[$0].end, start..<end) }
        if let found {
            if found != open.count - 1 {
                isBroken = true
                let last = open[open.count - 1]
                report(
                    .xmlNotWellFormed,
                    "The element <\(text(last.start..<last.end))> is not closed before </\(text(start..<end))>.")
            }
            while open.count - 1 > found { closeLast() }
            if found == 0 { isRootClosed = true } else { closeLast() }
        } else {
            isBroken = true
            report(.xmlNotWellFormed, "The end tag </\(text(start..<end))> has no beginning; it is left out.")
        }
        keepLines(position..<after)
        position = after
    }

    private func text(_ range: Range<Int>) -> String {
        String(decoding: bytes[range.prefix(60)], as: UTF8.self)
    }

    private func isSame(_ left: Range<Int>, _ right: Range<Int>) -> Bool {
        left.count == right.count
            && zip(bytes[left], bytes[right]).allSatisfy { $0 == $1 || ($0 | 0x20 == $1 | 0x20 && isNameStart($0)) }
    }

    private mutating func closeLast() {
        guard let last = open.popLast(), last.isWritten else { return }
        pending.append(contentsOf: "</".utf8)
        pending.append(contentsOf: bytes[last.start..<last.end])
        pending.append(UInt8(ascii: ">"))
    }

    private mutating func readStartTag() {
        let start = position + 1
        var end = start
        while end < bytes.count, isNameByte(bytes[end]) { end += 1 }
        var tag = StartTag(nameEnd: end)
        guard scanAttributes(&tag) else {
            position = bytes.count
            return
        }
        if tag.isCutByTag, !(tag.attributes.isEmpty && LocalName(text(start..<end)) != .other) {
            bareBracket()
            return
        }
        closeUnfinishedEntry(start..<end)
        closeUnfinishedField(before: start..<end)
        sawRoot = true
        let isWritten = open.count < Limits.depth
        if isWritten {
            pending.append(UInt8(ascii: "<"))
            pending.append(contentsOf: bytes[start..<end])
            writeAttributes(tag)
            pending.append(UInt8(ascii: ">"))
        } else if !problems.contains(where: { $0.code == .limitDepth }) {
            report(.limitDepth, "Elements are nested too deeply; the deepest are passed over.", isAlways: true)
        }
        if open.count < Limits.open {
            open.append(Open(start: start, end: end, isWritten: isWritten))
        } else if tag.isEmpty {
            position = tag.end
            return
        }
        position = tag.end
        if tag.isEmpty {
            // An empty root is kept open, so that what follows still counts.
            if open.count == 1 { isRootClosed = true } else { closeLast() }
        }
    }

    /// Entries do not stand inside one another: a second one begins where the first was not closed.
    private mutating func closeUnfinishedEntry(_ name: Range<Int>) {
        let tail = bytes[name].split(separator: UInt8(ascii: ":")).last ?? bytes[name]
        guard tail.elementsEqual("item".utf8) || tail.elementsEqual("entry".utf8) else { return }
        let around = open.indices.suffix(Limits.search).last { isSame(open[$0].start..<open[$0].end, name) }
        guard let around, around > 0 else { return }
        isBroken = true
        report(.xmlNotWellFormed, "The element <\(text(name))> begins before the one before it is closed.")
        while open.count > around { closeLast() }
    }

    /// A field of RSS does not stand inside another one: where it does, the one around it was not closed.
    private mutating func closeUnfinishedField(before name: Range<Int>) {
        guard let last = open.last else { return }
        let isInside =
            switch LocalName(text(last.start..<last.end)) {
            case .guid, .pubDate, .category, .comments, .link, .title, .lastBuildDate, .ttl, .language, .generator,
                .copyright, .managingEditor, .webMaster, .docs:
                XMLRepair.fields.contains(LocalName(text(name)))
            case .description: XMLRepair.fieldsUnlikeHTML.contains(LocalName(text(name)))
            default: false
            }
        guard isInside else { return }
        isBroken = true
        report(
            .xmlNotWellFormed,
            "The element <\(text(last.start..<last.end))> is not closed before <\(text(name))>.")
        closeLast()
    }

    private static let fieldsUnlikeHTML: Set<LocalName> = [
        .guid, .pubDate, .category, .comments, .enclosure, .author, .lastBuildDate, .managingEditor, .webMaster, .ttl,
    ]
    private static let fields = fieldsUnlikeHTML.union([.title, .link, .description, .language, .generator])

    private struct StartTag {
        let nameEnd: Int
        var attributes: [(name: Range<Int>, value: Range<Int>)] = []
        var isEmpty = false
        /// Another tag began before this one ended.
        var isCutByTag = false
        var end = 0

        init(nameEnd: Int) { self.nameEnd = nameEnd }
    }

    /// Finds the attributes and the end of the tag; false if the document ends before.
    private mutating func scanAttributes(_ tag: inout StartTag) -> Bool {
        var index = tag.nameEnd
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: ">") {
                tag.end = index + 1
                return true
            }
            if byte == UInt8(ascii: "<") {
                tag.isCutByTag = true
                tag.end = index
                return true
            }
            if byte == UInt8(ascii: "/"), index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: ">") {
                tag.isEmpty = true
                tag.end = index + 2
                return true
            }
            if isNameStart(byte) { index = scanAttribute(from: index, &tag) } else { index += 1 }
        }
        return false
    }

    private mutating func scanAttribute(from start: Int, _ tag: inout StartTag) -> Int {
        var index = start
        while index < bytes.count, isNameByte(bytes[index]) { index += 1 }
        let name = start..<index
        var value = name
        var next = index
        while index < bytes.count, isSpace(bytes[index]) { index += 1 }
        if index < bytes.count, bytes[index] == UInt8(ascii: "=") {
            index += 1
            while index < bytes.count, isSpace(bytes[index]) { index += 1 }
            guard index < bytes.count else { return bytes.count }
            (value, next) = valueRange(from: index)
        }
        if tag.attributes.count < limits.attributes,
            !tag.attributes.contains(where: { bytes[$0.name].elementsEqual(bytes[name]) })
        {
            tag.attributes.append((name, value))
        }
        return next
    }

    /// A value with or without quotes, and the index after it.
    private func valueRange(from start: Int) -> (Range<Int>, Int) {
        let quote = bytes[start]
        if quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'"),
            let close = bytes[(start + 1)...].firstIndex(of: quote)
        {
            let follower = close + 1 < bytes.count ? bytes[close + 1] : UInt8(ascii: ">")
            let isEnd = isSpace(follower) || follower == UInt8(ascii: "/") || follower == UInt8(ascii: ">")
            if isEnd || !bytes[(start + 1)..<close].contains(UInt8(ascii: "<")) {
                return ((start + 1)..<close, close + 1)
            }
        }
        let first = quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") ? start + 1 : start
        var index = first
        while index < bytes.count, !isSpace(bytes[index]), bytes[index] != UInt8(ascii: ">"),
            bytes[index] != UInt8(ascii: "<")
        {
            index += 1
        }
        return (first..<index, index)
    }

    private mutating func writeAttributes(_ tag: StartTag) {
        let place = position
        for (name, value) in tag.attributes {
            pending.append(UInt8(ascii: " "))
            pending.append(contentsOf: bytes[name])
            pending.append(contentsOf: "=\"".utf8)
            position = value.lowerBound
            let stop = min(value.upperBound, value.lowerBound + limits.fieldBytes)
            if stop < value.upperBound {
                report(.limitSize, "An attribute is longer than \(limits.fieldBytes) bytes; it is cut.", isAlways: true)
            }
            while position < stop {
                switch bytes[position] {
                case UInt8(ascii: "<"):
                    pending.append(contentsOf: "&lt;".utf8)
                    position += 1
                case UInt8(ascii: "\""):
                    pending.append(contentsOf: "&quot;".utf8)
                    position += 1
                case let byte where isSpecial(byte): readSpecial()
                case let byte:
                    pending.append(byte)
                    position += 1
                }
            }
            pending.append(UInt8(ascii: "\""))
        }
        position = place
    }
}

// MARK: Places

extension XMLRepair {
    private mutating func report(
        _ code: Problem.Code, _ message: String, at offset: Int? = nil, isAlways: Bool = false
    ) {
        guard problems.count < Limits.problems || isAlways else { return }
        // The same fault is told once for each line.
        let place = place(of: offset ?? position)
        if let last = problems.last, last.message == message, last.line == Int(place.line) { return }
        problems.append(Problem(code, message, at: place))
    }

    private mutating func place(of offset: Int) -> Place {
        let offset = min(offset, bytes.count)
        if offset < counted {
            counted = 0
            line = 1
            lineStart = 0
        }
        for index in counted..<offset where bytes[index] == 0x0A {
            line &+= 1
            lineStart = index + 1
        }
        counted = offset
        return Place(line: line, column: UInt32(clamping: offset - lineStart + 1))
    }
}
