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
    var text: [UInt8] = []
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

    init(limits: ParseLimits) {
        self.limits = limits
        text.reserveCapacity(1 << 14)
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
    /// The text from `start` on, without white space around it.
    func trimmedText(from start: Int) -> String {
        var low = start
        var high = text.count
        while low < high, isSpace(text[low]) { low += 1 }
        while low < high, isSpace(text[high - 1]) { high -= 1 }
        if low >= high { return "" }
        // SAFETY: the document was made valid UTF-8, and readers add whole characters only; the scanner cuts at ASCII bytes,
        // libxml2 hands characters over, and `appendSlowly` cuts between them.
        return text.withUnsafeBufferPointer { bytes in
            String(copying: UTF8Span(unchecked: bytes.span.extracting(low..<high)))
        }
    }

    mutating func dropText(from start: Int) {
        if text.count > start { text.removeLast(text.count - start) }
    }

    /// Adds text as `mode` wants it, up to the limit of one field.
    /// - Parameter place: where the reader is; asked only if there is something to say.
    @inline(__always)
    mutating func append(_ bytes: UnsafeBufferPointer<UInt8>, at place: @autoclosure () -> Place) {
        if mode == .collect, text.count &- fieldStart &+ bytes.count <= limits.fieldBytes {
            text.append(contentsOf: bytes)
        } else if mode != .skip {
            appendSlowly(bytes, at: place())
        }
    }

    private mutating func appendSlowly(_ bytes: UnsafeBufferPointer<UInt8>, at place: Place) {
        let limit = limits.fieldBytes
        let room = limit - (text.count - fieldStart)
        var bytes = bytes
        if bytes.count > room {
            reportOnce(.limitSize, "A text is longer than \(limit) bytes; it is cut.", at: place)
            var count = max(0, room)
            while count > 0, bytes[count] & 0xC0 == 0x80 { count -= 1 }
            bytes = UnsafeBufferPointer(rebasing: bytes[0..<count])
        }
        if mode == .collect {
            text.append(contentsOf: bytes)
        } else {
            for byte in bytes { appendEscaped(byte, to: &text) }
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
        names.append(
            XMLName(
                vocabulary: vocabulary, local: LocalName(local), text: vocabulary.spelling(of: local),
                prefix: prefix ?? "", namespace: namespace ?? ""))
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
        for index in names.indices where names[index].namespace == namespace { names[index].vocabulary = vocabulary }
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
