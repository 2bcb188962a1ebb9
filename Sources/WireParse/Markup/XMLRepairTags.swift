/// What the repair does with tags: which elements are open, which must be closed, and attributes.
extension XMLRepair {
    mutating func readEndTag() {
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

    func text(_ range: Range<Int>) -> String {
        String(decoding: bytes[range.prefix(60)], as: UTF8.self)
    }

    private func isSame(_ left: Range<Int>, _ right: Range<Int>) -> Bool {
        left.count == right.count
            && zip(bytes[left], bytes[right]).allSatisfy { $0 == $1 || ($0 | 0x20 == $1 | 0x20 && isNameStart($0)) }
    }

    mutating func closeLast() {
        guard let last = open.popLast(), last.isWritten else { return }
        pending.append(contentsOf: "</".utf8)
        pending.append(contentsOf: bytes[last.start..<last.end])
        pending.append(UInt8(ascii: ">"))
    }

    mutating func readStartTag() {
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
