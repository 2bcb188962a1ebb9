import Glibc
import WireModel

/// Bytes of any encoding to UTF-8, in the order of evidence that `parse-output.md` gives under "Encoding".
enum TextDecoding {
    static func decode(_ document: FetchedDocument, limits: ParseLimits) -> DecodedDocument {
        var problems: [Problem] = []
        var bytes = document.bytes
        if bytes.count > limits.documentBytes {
            bytes.removeLast(bytes.count - limits.documentBytes)
            problems.append(
                Problem(
                    .limitSize, "The document is longer than \(limits.documentBytes) bytes; the rest is left out."))
        }
        let evidence = Evidence(bytes, contentType: document.contentType)
        for label in evidence.unknownLabels {
            problems.append(
                Problem(.encodingUnknown, "The encoding \"\(label.prefix(60))\" is not known.", at: Place(line: 1)))
        }
        let text = text(of: bytes, evidence, &problems)
        return DecodedDocument(
            bytes: text.bytes, start: text.start, encoding: text.encoding, url: document.url, problems: problems,
            limits: limits)
    }

    private static func text(
        of bytes: [UInt8], _ evidence: Evidence, _ problems: inout [Problem]
    ) -> (bytes: [UInt8], start: Int, encoding: String) {
        let start = evidence.markLength
        if let mark = evidence.mark {
            if let said = evidence.declared, said != mark, !(mark.count > 5 && said.prefix(6) == mark.prefix(6)) {
                problems.append(mismatch(said: said, used: mark))
            }
            if mark == "utf-8" { return utf8(bytes, from: start, &problems) }
            return converted(bytes, from: start, mark, &problems)
        }
        guard let said = evidence.charset ?? evidence.declared, said != "utf-8" else {
            guard let first = UTF8Check.firstInvalid(bytes, from: 0) else { return (bytes, 0, "utf-8") }
            let isSilent = evidence.charset == nil && evidence.declared == nil
            let isOther = isSilent ? !EncodingGuess.isMostlyUTF8(bytes) : EncodingGuess.isPlainlyNotUTF8(bytes)
            if isOther, let guess = EncodingGuess.encoding(of: bytes) {
                if !isSilent { problems.append(mismatch(said: "utf-8", used: guess)) }
                return converted(bytes, from: 0, guess, &problems)
            }
            return repaired(bytes, from: 0, first, &problems)
        }
        if EncodingLabel.isSingleByte(said) { return converted(bytes, from: 0, said, &problems) }
        var found: [Problem] = []
        let result = converted(bytes, from: 0, said, &found)
        let isWide = said.hasPrefix("utf-16") || said.hasPrefix("utf-32")
        if !found.isEmpty || (isWide && evidence.width == 1), UTF8Check.firstInvalid(bytes, from: 0) == nil {
            problems.append(mismatch(said: said, used: "utf-8"))
            return (bytes, 0, "utf-8")
        }
        problems += found
        return result
    }

    private static func mismatch(said: String, used: String) -> Problem {
        Problem(
            .encodingMismatch, "The document says that it is in \(said), but it is in \(used).", at: Place(line: 1))
    }

    private static func utf8(
        _ bytes: [UInt8], from start: Int, _ problems: inout [Problem]
    ) -> (bytes: [UInt8], start: Int, encoding: String) {
        guard let first = UTF8Check.firstInvalid(bytes, from: start) else { return (bytes, start, "utf-8") }
        return repaired(bytes, from: start, first, &problems)
    }

    private static func repaired(
        _ bytes: [UInt8], from start: Int, _ first: Int, _ problems: inout [Problem]
    ) -> (bytes: [UInt8], start: Int, encoding: String) {
        problems.append(invalid(at: first, in: bytes, "utf-8"))
        return (Array(String(decoding: bytes[start...], as: UTF8.self).utf8), 0, "utf-8")
    }

    private static func invalid(at offset: Int, in bytes: [UInt8], _ encoding: String) -> Problem {
        var line: UInt32 = 1
        for byte in bytes.prefix(offset) where byte == 0x0A { line &+= 1 }
        return Problem(
            .encodingInvalidBytes, "Bytes that are not \(encoding) are read as U+FFFD.", at: Place(line: line))
    }

    private static func converted(
        _ bytes: [UInt8], from start: Int, _ encoding: String, _ problems: inout [Problem]
    ) -> (bytes: [UInt8], start: Int, encoding: String) {
        let result = convert(bytes[start...], encoding)
        if let first = result.firstInvalid { problems.append(invalid(at: first, in: bytes, encoding)) }
        return (result.bytes, 0, encoding)
    }
}

// MARK: Conversion

extension TextDecoding {
    /// Bytes of a known encoding in UTF-8; what cannot be decoded is U+FFFD.
    static func convert(_ bytes: ArraySlice<UInt8>, _ encoding: String) -> (bytes: [UInt8], firstInvalid: Int?) {
        if EncodingLabel.isSingleByte(encoding) { return convertSingleBytes(bytes, encoding) }
        guard let converter = Converter(from: EncodingLabel.iconvName(encoding)) else {
            return (Array(String(decoding: bytes, as: UTF8.self).utf8), bytes.startIndex)
        }
        let unit = encoding.hasPrefix("utf-16") ? 2 : encoding.hasPrefix("utf-32") ? 4 : 1
        return converter.convert(bytes, unit: unit)
    }

    /// By a table of 256: bytes that iconv does not define are C1 controls below 0xA0, as the standard says.
    private static func convertSingleBytes(
        _ bytes: ArraySlice<UInt8>, _ encoding: String
    ) -> (bytes: [UInt8], firstInvalid: Int?) {
        let converter = Converter(from: EncodingLabel.iconvName(encoding))
        let isEBCDIC = EncodingLabel.isEBCDIC(encoding)
        let table: [[UInt8]?] = (UInt8.min...UInt8.max).map { byte in
            if byte < 0x80, !isEBCDIC { return [byte] }
            if let single = converter?.convert([byte], unit: 1), single.firstInvalid == nil { return single.bytes }
            return byte < 0xA0 ? [0xC2, byte] : nil
        }
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count + bytes.count / 8)
        var firstInvalid: Int?
        for (offset, byte) in zip(bytes.indices, bytes) {
            if byte < 0x80, !isEBCDIC {
                out.append(byte)
            } else if let text = table[Int(byte)] {
                out.append(contentsOf: text)
            } else {
                firstInvalid = firstInvalid ?? offset
                out.append(contentsOf: [0xEF, 0xBF, 0xBD])
            }
        }
        return (out, firstInvalid)
    }

    /// The character of windows-1252 that a C1 control (0x80 to 0x9F) stands for; nil if it has none.
    static func windows1252(control byte: UInt8) -> String? {
        guard byte >= 0x80, byte < 0xA0 else { return nil }
        let scalar = windows1252Controls[Int(byte) - 0x80]
        return Unicode.Scalar(scalar).map { String(Character($0)) }
    }

    private static let windows1252Controls: [UInt32] = [
        0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D,
        0x017D,
        0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153,
        0x9D,
        0x017E, 0x0178,
    ]
}

/// Owner of one iconv descriptor.
private final class Converter {
    // SAFETY: opened in `init`, closed in `deinit`, used by one thread: the object does not leave its function.
    private let descriptor: iconv_t

    /// Nil if this system knows no such encoding.
    init?(from name: String) {
        guard let descriptor = iconv_open("UTF-8", name), Int(bitPattern: descriptor) != -1 else { return nil }
        self.descriptor = descriptor
    }

    deinit { iconv_close(descriptor) }

    /// - Parameter unit: bytes that are passed over where nothing can be decoded.
    func convert(_ bytes: ArraySlice<UInt8>, unit: Int) -> (bytes: [UInt8], firstInvalid: Int?) {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count + bytes.count / 2)
        var firstInvalid: Int?
        var chunk = [UInt8](repeating: 0, count: min(1 << 16, 64 + 4 * bytes.count))
        iconv(descriptor, nil, nil, nil, nil)
        // SAFETY: iconv only reads through the input pointer, and only between it and the end; both buffers are
        // borrowed for the whole loop.
        bytes.withUnsafeBytes { raw in
            var input = raw.baseAddress.map { UnsafeMutablePointer(mutating: $0.assumingMemoryBound(to: CChar.self)) }
            var left = raw.count
            while left > 0 {
                let (result, error) = step(&input, &left, &chunk, &out)
                if result != -1 { break }
                if error == E2BIG { continue }
                firstInvalid = firstInvalid ?? bytes.startIndex + raw.count - left
                out.append(contentsOf: [0xEF, 0xBF, 0xBD])
                let skipped = error == EINVAL ? left : min(unit, left)
                input = input.map { $0 + skipped }
                left -= skipped
            }
        }
        flush(&chunk, &out)
        return (out, firstInvalid)
    }

    /// Some converters hold the last character back, because a mark might follow that joins it.
    private func flush(_ chunk: inout [UInt8], _ out: inout [UInt8]) {
        let size = chunk.count
        var room = size
        chunk.withUnsafeMutableBytes { target in
            var output = target.baseAddress?.assumingMemoryBound(to: CChar.self)
            iconv(descriptor, nil, nil, &output, &room)
        }
        out.append(contentsOf: chunk[..<(size - room)])
    }

    private func step(
        _ input: inout UnsafeMutablePointer<CChar>?, _ left: inout Int, _ chunk: inout [UInt8], _ out: inout [UInt8]
    ) -> (result: Int, error: Int32) {
        let size = chunk.count
        var room = size
        let outcome = chunk.withUnsafeMutableBytes { target -> (Int, Int32) in
            var output = target.baseAddress?.assumingMemoryBound(to: CChar.self)
            let result = iconv(descriptor, &input, &left, &output, &room)
            return (Int(result), errno)
        }
        out.append(contentsOf: chunk[..<(size - room)])
        return outcome
    }
}

// MARK: Evidence

extension TextDecoding {
    /// What the document and its header say about the encoding.
    struct Evidence {
        /// From the byte order mark, or from how `<` is written; both leave no doubt.
        private(set) var mark: String?
        private(set) var markLength = 0
        /// Bytes of one code unit, as the first bytes show.
        private(set) var width = 1
        /// From `Content-Type`.
        private(set) var charset: String?
        /// From the XML declaration.
        private(set) var declared: String?
        private(set) var unknownLabels: [String] = []

        init(_ bytes: [UInt8], contentType: String?) {
            readMark(bytes)
            if bytes.starts(with: [0x4C, 0x6F, 0xA7, 0x94]) {
                readEBCDIC(bytes)
                return
            }
            let isJSON = mark == nil && bytes.first { !isSpace($0) } == UInt8(ascii: "{")
            guard !isJSON else { return }
            if let label = contentType.flatMap(Evidence.charset(in:)) { note(label, as: \.charset) }
            if let label = Evidence.declaration(in: bytes, width: width, from: markLength)
                ?? Evidence.metaCharset(in: bytes)
            {
                note(label, as: \.declared)
            }
        }

        private mutating func note(_ label: String, as field: WritableKeyPath<Evidence, String?>) {
            // What could be read as ASCII is in none of the encodings that write it otherwise.
            if let name = EncodingLabel.name(label), mark != nil || !EncodingLabel.isEBCDIC(name) {
                self[keyPath: field] = name
            } else if !label.isEmpty {
                unknownLabels.append(label)
            }
        }

        private mutating func readMark(_ bytes: [UInt8]) {
            let b = Array(bytes.prefix(4)) + [1, 1, 1, 1]
            switch (b[0], b[1], b[2], b[3]) {
            case (0xEF, 0xBB, 0xBF, _): (mark, markLength) = ("utf-8", 3)
            case (0x00, 0x00, 0xFE, 0xFF): (mark, markLength, width) = ("utf-32be", 4, 4)
            case (0xFF, 0xFE, 0x00, 0x00): (mark, markLength, width) = ("utf-32le", 4, 4)
            case (0xFE, 0xFF, _, _): (mark, markLength, width) = ("utf-16be", 2, 2)
            case (0xFF, 0xFE, _, _): (mark, markLength, width) = ("utf-16le", 2, 2)
            case (0x00, 0x00, 0x00, 1...): (mark, width) = ("utf-32be", 4)
            case (1..., 0x00, 0x00, 0x00): (mark, width) = ("utf-32le", 4)
            case (0x00, 1..., 0x00, 1...): (mark, width) = ("utf-16be", 2)
            case (1..., 0x00, 1..., 0x00): (mark, width) = ("utf-16le", 2)
            default: break
            }
        }

        /// `<?xm` was met as mainframes write it (XML 1.0, appendix F).
        private mutating func readEBCDIC(_ bytes: [UInt8]) {
            let head = TextDecoding.convert(bytes.prefix(1024), EncodingLabel.usualEBCDIC).bytes
            if let label = Evidence.declaration(in: head, width: 1, from: 0) {
                mark = EncodingLabel.usualEBCDIC
                note(label, as: \.declared)
            }
            mark = declared.flatMap { EncodingLabel.isEBCDIC($0) ? $0 : nil } ?? EncodingLabel.usualEBCDIC
        }

        /// The `charset` parameter of a `Content-Type`.
        private static func charset(in contentType: String) -> String? {
            for parameter in contentType.split(separator: ";").dropFirst() {
                let parts = parameter.split(separator: "=", maxSplits: 1).map { trimmed(String($0)) }
                guard parts.count == 2, parts[0].lowercased() == "charset" else { continue }
                return trimmed(parts[1].trimming("\"").trimming("'"))
            }
            return nil
        }

        /// What a `meta` element of a web page says: `charset="…"`, or the same inside its `content`.
        private static func metaCharset(in bytes: [UInt8]) -> String? {
            // Most documents are no pages: their second or third byte says so.
            let second = bytes.drop(while: isSpace).dropFirst().first?.asciiLowercased
            guard second == UInt8(ascii: "!") || second == UInt8(ascii: "h") else { return nil }
            let head = String(decoding: bytes.prefix(2_048), as: UTF8.self).lowercased()
            let start = head.drop { $0.isWhitespace }
            guard start.hasPrefix("<!doctype html") || start.hasPrefix("<html") || start.hasPrefix("<head") else {
                return nil
            }
            guard let meta = start.firstRange(of: "<meta"),
                let word = start[meta.upperBound...].firstRange(of: "charset=")
            else { return nil }
            let value = start[word.upperBound...].drop { $0 == "\"" || $0 == "'" || $0 == " " }
            return String(value.prefix { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" || $0 == ":" })
        }

        /// The `encoding` of an XML declaration, whatever the width of its characters.
        private static func declaration(in bytes: [UInt8], width: Int, from start: Int) -> String? {
            let head = bytes.dropFirst(start).prefix(1024 * width)
            guard let end = head.firstIndex(of: UInt8(ascii: ">")) else { return nil }
            let text = head[..<end].filter { $0 != 0 }.drop(while: isSpace)
            guard text.starts(with: "<?xml".utf8),
                let word = text.indices.first(where: { text[$0...].starts(with: "encoding".utf8) })
            else { return nil }
            let rest = String(decoding: text[word...].dropFirst("encoding".utf8.count), as: UTF8.self)
                .drop { $0 == " " || $0 == "=" || $0 == "\t" || $0.isNewline }
            guard let quote = rest.first, quote == "\"" || quote == "'" else { return nil }
            return String(rest.dropFirst().prefix { $0 != quote })
        }
    }
}

extension String {
    fileprivate func trimming(_ mark: Character) -> String {
        first == mark && last == mark && count >= 2 ? String(dropFirst().dropLast()) : self
    }
}
