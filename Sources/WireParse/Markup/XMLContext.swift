import WireModel

/// Receives the elements of a document in its order. Text is collected by the context; `close` finds it there.
protocol XMLConsumer: AnyObject {
    /// An element begins. `attributes` is valid during the call only.
    func open(_ name: Int, _ attributes: XMLAttributes, _ context: inout XMLContext)
    /// The element that was opened last and not yet closed ends.
    func close(_ name: Int, _ context: inout XMLContext)
}

/// What a reader and its consumer share while a document is read.
struct XMLContext {
    enum TextMode {
        /// Text is passed over.
        case skip
        /// Text is added to `text` as it is.
        case collect
        /// Text is added to `text` with `&`, `<` and `>` escaped: it stands in markup that is written as text.
        case escape
    }

    let limits: ParseLimits
    /// Text of the open elements, each one's part after that of the elements around it.
    private var collected: [UInt8] = []
    /// What of a document belongs behind `collected`; it is copied if need be.
    private var stretches: [(range: Range<Int>, spelling: DocumentText.Spelling)] = []
    private var stretchBytes = 0
    /// The document whose stretches are taken; empty if none are.
    private let document: [UInt8]
    var mode = TextMode.skip
    /// Where the text that counts against the limit of one field begins.
    var fieldStart = 0
    /// `xml:base` values in force, outermost first.
    private(set) var base: [String] = []
    /// `xml:lang` in force.
    private(set) var language: String?
    var problems: [Problem] = []
    private(set) var names: [XMLName] = []
    /// Where the element stands that began last.
    var place = Place(line: 1)
    /// Reading ends as soon as possible.
    private(set) var isStopped = false

    private var adopted: (namespace: String, vocabulary: Vocabulary)?
    /// The namespace last asked for.
    private var last: (namespace: String, vocabulary: Vocabulary)?
    private var undeclared: Set<String> = []
    /// `xml:base` and `xml:lang` of elements around those that changed them, with the depth of the change.
    private var scopes: [(depth: Int, base: [String], language: String?)] = []

    /// - Parameter document: what `take` is given stretches of.
    init(limits: ParseLimits, document: [UInt8] = []) {
        self.limits = limits
        self.document = document.count < DocumentText.documentLimit ? document : []
        collected.reserveCapacity(1 << 14)
    }

    mutating func report(_ code: Problem.Code, _ message: @autoclosure () -> String, at place: Place?) {
        if problems.count < limits.problems { problems.append(Problem(code, message(), at: place)) }
    }

    /// Adds a problem unless one of its code is there.
    mutating func reportOnce(_ code: Problem.Code, _ message: @autoclosure () -> String, at place: Place?) {
        if !problems.contains(where: { $0.code == code }) { report(code, message(), at: place) }
    }

    mutating func stop() { isStopped = true }

    /// Ends the reading because it took too long.
    mutating func stopForTime(at place: Place) {
        let limit = limits.processorTime
        reportOnce(
            .limitSize, "Reading took more than \(limit) of processor time; the rest is left out.", at: place)
        stop()
    }
}

// MARK: Text

extension XMLContext {
    /// See `collected`; nothing else belongs behind it.
    var text: [UInt8] {
        mutating get {
            gather()
            return collected
        }
        _modify {
            gather()
            yield &collected
        }
    }

    var textEnd: Int {
        mutating get {
            gather()
            return collected.count
        }
    }

    /// The text from `start` on, without white space around it.
    mutating func trimmedText(from start: Int) -> String {
        if let (stretch, spelling) = onlyStretch(from: start), spelling == .verbatim {
            return DocumentText(document, stretch, spelling).string
        }
        gather()
        // SAFETY: the document was made valid UTF-8, and readers add whole characters only; the scanner cuts at ASCII bytes,
        // libxml2 hands characters over, and `appendSlowly` cuts between them.
        let part = collected.span.extracting(min(start, collected.count)..<collected.count)
        return String(copying: UTF8Span(unchecked: part.extracting(DocumentText.trimmed(part))))
    }

    /// The same, left in the document if it stands there in one piece; nil if it is blank.
    mutating func documentText(from start: Int) -> DocumentText? {
        if let (stretch, spelling) = onlyStretch(from: start) { return DocumentText(document, stretch, spelling) }
        let text = trimmedText(from: start)
        return text.isEmpty ? nil : DocumentText(text)
    }

    mutating func dropText(from start: Int) {
        dropStretches()
        if collected.count > start { collected.removeLast(collected.count - start) }
    }

    /// The one stretch, without white space around it, that all text from `start` on stands in.
    private mutating func onlyStretch(from start: Int) -> (range: Range<Int>, DocumentText.Spelling)? {
        guard !stretches.isEmpty, start == collected.count else { return nil }
        var found: (range: Range<Int>, spelling: DocumentText.Spelling)?
        for (range, spelling) in stretches {
            let trimmed = DocumentText.trimmed(document.span.extracting(range))
            if trimmed.isEmpty { continue }
            guard found == nil else { return nil }
            found = (range.lowerBound + trimmed.lowerBound..<range.lowerBound + trimmed.upperBound, spelling)
        }
        // A reference by number may stand for white space; then it is not known what the text begins with.
        if let found, found.spelling.contains(.references), document[found.range].starts(with: "&#".utf8) { return nil }
        return found
    }

    /// Adds a stretch of the document as `mode` wants it; false if that makes a field too long.
    @inline(__always)
    mutating func take(_ range: Range<Int>, _ spelling: DocumentText.Spelling) -> Bool {
        guard mode != .skip, !range.isEmpty else { return true }
        guard collected.count &- fieldStart &+ stretchBytes &+ range.count <= limits.fieldBytes else { return false }
        if mode == .escape {
            takeEscaped(range, spelling)
        } else {
            if stretches.count == 8 { gather() }
            stretches.append((range, spelling))
            stretchBytes += range.count
        }
        return true
    }

    private mutating func takeEscaped(_ range: Range<Int>, _ spelling: DocumentText.Spelling) {
        gather()
        let start = collected.count
        copy(range, spelling)
        let plain = collected[start...]
        collected.removeLast(plain.count)
        for byte in plain { appendEscaped(byte, to: &collected) }
    }

    /// Copies what waits in stretches.
    @inline(__always)
    private mutating func gather() {
        if !stretches.isEmpty { gatherStretches() }
    }

    private mutating func gatherStretches() {
        for (range, spelling) in stretches { copy(range, spelling) }
        dropStretches()
    }

    private mutating func dropStretches() {
        stretches.removeAll(keepingCapacity: true)
        stretchBytes = 0
    }

    private mutating func copy(_ range: Range<Int>, _ spelling: DocumentText.Spelling) {
        document.withUnsafeBufferPointer { bytes in
            DocumentText.decode(UnsafeBufferPointer(rebasing: bytes[range]), spelling, to: &collected)
        }
    }

    /// Adds text as `mode` wants it, up to the limit of one field.
    /// - Parameter place: where the reader is; asked only if there is something to say.
    @inline(__always)
    mutating func append(_ bytes: UnsafeBufferPointer<UInt8>, at place: @autoclosure () -> Place) {
        if mode == .collect, collected.count &- fieldStart &+ bytes.count <= limits.fieldBytes {
            collected.append(contentsOf: bytes)
        } else if mode != .skip {
            appendSlowly(bytes, at: place())
        }
    }

    private mutating func appendSlowly(_ bytes: UnsafeBufferPointer<UInt8>, at place: Place) {
        let limit = limits.fieldBytes
        let room = limit - (collected.count - fieldStart)
        var bytes = bytes
        if bytes.count > room {
            reportOnce(.limitSize, "A text is longer than \(limit) bytes; it is cut.", at: place)
            var count = max(0, room)
            while count > 0, bytes[count] & 0xC0 == 0x80 { count -= 1 }
            bytes = UnsafeBufferPointer(rebasing: bytes[0..<count])
        }
        if mode == .collect {
            collected.append(contentsOf: bytes)
        } else {
            for byte in bytes { appendEscaped(byte, to: &collected) }
        }
    }
}

// MARK: Names and scopes

extension XMLContext {
    /// Notes what an element's name means, when it is met first.
    /// - Parameters:
    ///   - prefix: nil if it has none.
    ///   - namespace: nil without one, or if the prefix is not declared.
    /// - Returns: its index in `names`.
    mutating func add(_ local: String, prefix: String?, namespace: String?, at place: Place) -> Int {
        var vocabulary = namespace.map { self.vocabulary(of: $0) } ?? .rss
        if let adopted, adopted.namespace == namespace ?? "", prefix == nil || namespace != nil {
            vocabulary = adopted.vocabulary
        }
        if namespace == nil, let prefix {
            vocabulary = Vocabulary(usualPrefix: prefix) ?? .other
            reportUndeclared(prefix, at: place)
        } else if vocabulary == .other, let meant = Vocabulary(usualPrefix: prefix ?? ""), meant.hasDistinctPrefix {
            vocabulary = meant
        }
        names.append(XMLName(vocabulary, local, prefix: prefix ?? "", namespace: namespace ?? ""))
        return names.count - 1
    }

    /// Names of one namespace come together.
    private mutating func vocabulary(of namespace: String) -> Vocabulary {
        if let last, last.namespace == namespace { return last.vocabulary }
        let vocabulary = Vocabulary(namespace: namespace)
        last = (namespace, vocabulary)
        return vocabulary
    }

    private mutating func reportUndeclared(_ prefix: String, at place: Place) {
        guard undeclared.count < 100, undeclared.insert(prefix).inserted else { return }
        report(
            .xmlPrefixUndeclared,
            "The prefix \"\(prefix)\" is used but not declared; it is read as it is usually meant.", at: place)
    }

    /// What an element's name means. The root's unknown namespace may be taken for a known vocabulary.
    mutating func adopt(namespace: String, as vocabulary: Vocabulary) {
        adopted = (namespace, vocabulary)
        for index in names.indices where names[index].namespace == namespace { names[index].adopt(vocabulary) }
    }

    /// Takes over `xml:base` and `xml:lang` of an element that begins.
    mutating func enterScope(_ attributes: XMLAttributes, depth: Int) {
        let inner = attributes.xml(.base)
        let spoken = attributes.xml(.lang)
        guard inner != nil || spoken != nil else { return }
        scopes.append((depth, base, language))
        if let inner { base.append(inner) }
        if let spoken { language = spoken }
    }

    /// Gives back what was in force before the element of this depth.
    mutating func leaveScope(depth: Int) {
        guard scopes.last?.depth == depth, let scope = scopes.popLast() else { return }
        base = scope.base
        language = scope.language
    }
}

@inline(__always)
func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (byte >= 0x09 && byte <= 0x0D) }

@inline(__always)
func appendEscaped(_ byte: UInt8, to text: inout [UInt8]) {
    switch byte {
    case UInt8(ascii: "&"): text.append(contentsOf: "&amp;".utf8)
    case UInt8(ascii: "<"): text.append(contentsOf: "&lt;".utf8)
    case UInt8(ascii: ">"): text.append(contentsOf: "&gt;".utf8)
    default: text.append(byte)
    }
}
