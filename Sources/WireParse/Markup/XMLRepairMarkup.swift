/// What the repair does with declarations, comments, CDATA sections and stray brackets.
extension XMLRepair {
    mutating func readMarkup() {
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

    mutating func bareBracket() {
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
