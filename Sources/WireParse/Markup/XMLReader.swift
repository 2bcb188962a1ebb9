import CXML
import Glibc
import WireModel

/// Receives the elements of a document in its order. Text is collected by the context; `close` finds it there.
protocol XMLConsumer: AnyObject {
    /// An element begins. `attributes` is valid during the call only.
    func open(_ name: Int, _ attributes: XMLAttributes, _ context: inout XMLContext)
    /// The element that was opened last and not yet closed ends.
    func close(_ name: Int, _ context: inout XMLContext)
}

/// Limits of one document. What was read before a limit is kept.
public struct ParseLimits: Hashable, Sendable {
    /// Elements inside one another; deeper ones are passed over.
    public var depth = 100
    /// Attributes of one element; further ones are left out.
    public var attributes = 1_000
    /// Entries of one document.
    public var entries = 50_000
    /// Bytes of one field; longer texts are cut.
    public var fieldBytes = 2_000_000
    /// Bytes that references to entities of the document's own give in all.
    public var entityBytes = 1_000_000
    /// Processor time for one document.
    public var processorTime: Duration = .seconds(2)
    /// Bytes of a document that are looked at.
    public var documentBytes = 256 << 20
    /// Problems that are listed.
    public var problems = 100

    public init() {}
}

/// What the reader and its consumer share while a document is read.
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
    var base: [String] = []
    /// `xml:lang` in force.
    var language: String?
    var problems: [Problem] = []
    fileprivate(set) var names: [XMLName] = []
    fileprivate(set) var depth = 0
    /// Reading ends as soon as possible.
    fileprivate(set) var isStopped = false
    /// The first error of syntax; nil if the document is well formed.
    fileprivate(set) var syntaxError: Problem?

    fileprivate init(limits: ParseLimits) {
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

    /// The text from `start` on, without white space around it.
    func trimmedText(from start: Int) -> String {
        var low = start
        var high = text.count
        while low < high, isSpace(text[low]) { low += 1 }
        while low < high, isSpace(text[high - 1]) { high -= 1 }
        if low >= high { return "" }
        return String(decoding: text[low..<high], as: UTF8.self)
    }

    mutating func dropText(from start: Int) {
        if text.count > start { text.removeLast(text.count - start) }
    }

    /// What an element's name means. The root's unknown namespace may be taken for a known vocabulary.
    mutating func adopt(namespace: String, as vocabulary: Vocabulary) {
        adopted = (namespace, vocabulary)
        for index in names.indices where names[index].namespace == namespace { names[index].vocabulary = vocabulary }
    }

    fileprivate var adopted: (namespace: String, vocabulary: Vocabulary)?
    fileprivate(set) var place = Place(line: 1)
}

@inline(__always)
func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (byte >= 0x09 && byte <= 0x0D) }

/// The attributes of an element that begins; to be used during the call that gave it only.
struct XMLAttributes {
    // SAFETY: both pointers are libxml2's or the session's and live while its start-element callback runs; the consumer
    // is handed the value in that call and does not keep it.
    fileprivate let raw: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?
    fileprivate let names: UnsafeMutablePointer<AttributeTable>
    let count: Int

    var isEmpty: Bool { count == 0 }

    /// The value of an attribute without a namespace; nil if it is not there.
    subscript(name: AttributeName) -> String? {
        guard count > 0, let raw else { return nil }
        for index in 0..<count {
            let field = raw + index * 5
            if field[1] == nil, names.pointee.known(field[0]) == name { return value(field) }
        }
        return nil
    }

    /// The value of an attribute of whatever namespace; RDF's are often written without their prefix.
    func value(anyNamespace name: AttributeName) -> String? {
        guard count > 0, let raw else { return nil }
        for index in 0..<count {
            let field = raw + index * 5
            if names.pointee.known(field[0]) == name { return value(field) }
        }
        return nil
    }

    /// `xml:base` or `xml:lang`.
    func xml(_ name: AttributeName) -> String? {
        guard count > 0, let raw else { return nil }
        for index in 0..<count {
            let field = raw + index * 5
            if let prefix = field[1], prefix[0] == UInt8(ascii: "x"), prefix[1] == UInt8(ascii: "m"),
                prefix[2] == UInt8(ascii: "l"), prefix[3] == 0, names.pointee.known(field[0]) == name
            {
                return value(field)
            }
        }
        return nil
    }

    /// All of them, names with their prefixes.
    var all: [RawAttribute] {
        guard count > 0, let raw else { return [] }
        return (0..<count).map { index in
            let field = raw + index * 5
            return RawAttribute(names.pointee.text(field[0], prefix: field[1]), value(field))
        }
    }

    /// All of them with the namespaces of their prefixes; nil without a prefix, or with one that was never declared.
    var allWithNamespaces: [(attribute: RawAttribute, namespace: String?)] {
        guard count > 0, let raw else { return [] }
        return zip(all, 0..<count).map { ($0, raw[$1 * 5 + 2]?.asText) }
    }

    private func value(_ field: UnsafeMutablePointer<UnsafePointer<xmlChar>?>) -> String {
        guard let start = field[3], let end = field[4], end > start else { return "" }
        return String(decoding: UnsafeBufferPointer(start: start, count: end - start), as: UTF8.self)
    }
}

/// libxml2's SAX2 reader over one document in UTF-8.
///
/// Nothing but the bytes given is read: no file, no network, no DTD. Entities are never declared to libxml2; short plain
/// ones of the document's own DTD and those of HTML are given by `EntityTable`.
enum XMLReader {
    /// How a pass over a document ended.
    struct Outcome {
        var problems: [Problem]
        /// The first error of syntax; the pass ended there if it was strict.
        var syntaxError: Problem?
        /// The repair had to guess where elements end; something may be missing.
        var isBroken = false
    }

    /// Where the bytes come from.
    enum Input {
        case bytes([UInt8], from: Int)
        /// Repaired while it is read.
        case repaired(XMLRepair)
    }

    private static let prepared: Bool = {
        xmlInitParser()
        // A second lock: nothing external is ever loaded, whatever the options say.
        xmlSetExternalEntityLoader { _, _, _ in nil }
        return true
    }()

    /// Reads a document to its end, to its first error of syntax (`isStrict`), or to a limit.
    static func read(
        _ input: consuming Input, isStrict: Bool, limits: ParseLimits, into consumer: any XMLConsumer
    ) -> Outcome {
        guard prepared else { return Outcome(problems: [], syntaxError: nil) }
        // SAFETY: the session is allocated here, used by this thread's callbacks only while this call runs, and freed
        // at its end, after the parser context that points to it.
        let session = UnsafeMutablePointer<XMLSession>.allocate(capacity: 1)
        session.initialize(to: XMLSession(consumer: consumer, limits: limits, isStrict: isStrict))
        defer {
            session.pointee.release()
            session.deinitialize(count: 1)
            session.deallocate()
        }
        switch input {
        case .bytes(let bytes, let start):
            session.pointee.position = start
            session.pointee.skippedLines = bytes[..<start].count { $0 == 0x0A }
            bytes.withUnsafeBufferPointer { buffer in
                session.pointee.source = buffer
                run(session)
            }
            session.pointee.source = nil
        case .repaired(let repair):
            session.pointee.repair = repair
            run(session)
            session.pointee.context.problems += session.pointee.repair?.problems ?? []
        }
        return Outcome(
            problems: session.pointee.context.problems, syntaxError: session.pointee.context.syntaxError,
            isBroken: session.pointee.repair?.isBroken ?? false)
    }

    private static func run(_ session: UnsafeMutablePointer<XMLSession>) {
        guard let parser = xmlNewParserCtxt() else { return }
        defer {
            if let document = parser.pointee.myDoc { xmlFreeDoc(document) }
            parser.pointee.myDoc = nil
            xmlFreeParserCtxt(parser)
        }
        var handler = xmlSAXHandler()
        handler.initialized = UInt32(XML_SAX2_MAGIC)
        handler.startElementNs = startElement
        handler.endElementNs = endElement
        handler.characters = characters
        handler.cdataBlock = characters
        handler.ignorableWhitespace = characters
        handler.serror = structuredError
        handler.getEntity = getEntity
        handler.entityDecl = entityDeclaration
        parser.pointee.sax.pointee = handler
        parser.pointee.userData = UnsafeMutableRawPointer(session)
        session.pointee.parser = parser
        session.pointee.deadline = processorTime() + session.pointee.context.limits.processorTime
        let options =
            XML_PARSE_RECOVER.rawValue | XML_PARSE_NONET.rawValue | XML_PARSE_NOENT.rawValue
            | XML_PARSE_IGNORE_ENC.rawValue
        if let rest = session.pointee.smallRest {
            // One copy is cheaper than many small parts, and small enough.
            rest.withMemoryRebound(to: CChar.self) { text in
                _ = xmlCtxtReadMemory(parser, text.baseAddress, Int32(clamping: text.count), nil, nil, Int32(options))
            }
        } else {
            xmlCtxtReadIO(parser, readBytes, nil, UnsafeMutableRawPointer(session), nil, nil, Int32(options))
        }
        session.pointee.parser = nil
    }

    /// Processor time of this thread.
    fileprivate static func processorTime() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec))
    }
}

/// The state behind the callbacks of one pass.
private struct XMLSession {
    let consumer: any XMLConsumer
    let isStrict: Bool
    var context: XMLContext
    // SAFETY: borrowed from the array that `XMLReader.read` holds open during the pass.
    var source: UnsafeBufferPointer<UInt8>?
    var position = 0
    /// Lines before the first byte that the parser sees.
    var skippedLines = 0
    var repair: XMLRepair?
    // SAFETY: owned by `XMLReader.run`, nil outside it.
    var parser: xmlParserCtxtPtr?
    var deadline: Duration = .zero
    /// Parts handed to the parser; it asks for some 4 kB each time.
    private var reads = 0
    private var elements = PointerTable()
    // SAFETY: allocated by `init`, freed by `release`; apart from the session because a view of attributes uses it while
    // the consumer holds `context`.
    let attributes = UnsafeMutablePointer<AttributeTable>.allocate(capacity: 1)
    var entities = EntityTable()
    /// `xml:base` and `xml:lang` of elements around those that changed them, with the depth of the change.
    var scopes: [(depth: Int, base: [String], language: String?)] = []
    var undeclared: Set<String> = []

    init(consumer: any XMLConsumer, limits: ParseLimits, isStrict: Bool) {
        self.consumer = consumer
        self.isStrict = isStrict
        context = XMLContext(limits: limits)
        attributes.initialize(to: AttributeTable())
    }

    mutating func release() {
        entities.release()
        attributes.deinitialize(count: 1)
        attributes.deallocate()
    }

    var place: Place {
        guard let input = parser?.pointee.input else { return Place(line: 1) }
        return Place(
            line: UInt32(clamping: max(1, Int(input.pointee.line) &+ skippedLines)),
            column: UInt32(clamping: max(0, input.pointee.col)))
    }

    mutating func stop() {
        context.stop()
        if let parser { xmlStopParser(parser) }
    }
}

extension XMLSession {
    /// The index in `context.names` of an element's name. Names, prefixes and addresses come from the parser's own
    /// dictionary, so equal pointers are equal texts.
    mutating func elementName(
        _ local: UnsafePointer<xmlChar>?, _ prefix: UnsafePointer<xmlChar>?, _ address: UnsafePointer<xmlChar>?
    ) -> Int {
        let key = (UInt(bitPattern: local), UInt(bitPattern: prefix), UInt(bitPattern: address))
        if let known = elements.find(key) { return known }
        let text = nameText(local)
        let prefixText = nameText(prefix)
        let namespace = nameText(address)
        var vocabulary = address == nil ? Vocabulary.rss : Vocabulary(namespace: namespace)
        if let adopted = context.adopted, adopted.namespace == namespace, prefix == nil || address != nil {
            vocabulary = adopted.vocabulary
        }
        if address == nil, prefix != nil {
            vocabulary = Vocabulary(usualPrefix: prefixText) ?? .other
            reportUndeclared(prefixText)
        } else if vocabulary == .other, let meant = Vocabulary(usualPrefix: prefixText), meant.hasDistinctPrefix {
            vocabulary = meant
        }
        let name = XMLName(
            vocabulary: vocabulary, local: LocalName(text), text: vocabulary.spelling(of: text), prefix: prefixText,
            namespace: namespace)
        context.names.append(name)
        elements.insert(key, context.names.count - 1)
        return context.names.count - 1
    }

    mutating func reportUndeclared(_ prefix: String) {
        guard undeclared.count < 100, undeclared.insert(prefix).inserted else { return }
        context.report(
            .xmlPrefixUndeclared,
            "The prefix \"\(prefix)\" is used but not declared; it is read as it is usually meant.", at: place)
    }
}

private func nameText(_ pointer: UnsafePointer<xmlChar>?) -> String { pointer?.asText ?? "" }

/// What the attribute names of a document mean, by their pointers in the parser's dictionary.
private struct AttributeTable {
    private var table = PointerTable()
    private var names: [(known: AttributeName, text: String)] = []

    mutating func known(_ local: UnsafePointer<xmlChar>?) -> AttributeName { names[index(local, nil)].known }

    mutating func text(_ local: UnsafePointer<xmlChar>?, prefix: UnsafePointer<xmlChar>?) -> String {
        names[index(local, prefix)].text
    }

    private mutating func index(_ local: UnsafePointer<xmlChar>?, _ prefix: UnsafePointer<xmlChar>?) -> Int {
        let key = (UInt(bitPattern: local), UInt(bitPattern: prefix), UInt(0))
        if let known = table.find(key) { return known }
        let text = nameText(local)
        names.append((AttributeName(text), prefix == nil ? text : nameText(prefix) + ":" + text))
        table.insert(key, names.count - 1)
        return names.count - 1
    }
}

extension UnsafePointer<xmlChar> {
    fileprivate var asText: String {
        String(decoding: UnsafeBufferPointer(start: self, count: strlen(self)), as: UTF8.self)
    }
}

private func strlen(_ pointer: UnsafePointer<xmlChar>) -> Int {
    var count = 0
    while pointer[count] != 0 { count += 1 }
    return count
}

/// A small hash table from three pointers to an index.
private struct PointerTable {
    private var slots = [(key: (UInt, UInt, UInt), value: Int32)](repeating: ((0, 0, 0), -1), count: 128)
    private var count = 0

    @inline(__always)
    private func start(_ key: (UInt, UInt, UInt)) -> Int {
        let mixed = (key.0 &* 0x9E37_79B9_7F4A_7C15) ^ (key.1 &* 31) ^ (key.2 &* 0xC2B2_AE3D_27D4_EB4F)
        return Int(truncatingIfNeeded: (mixed >> 29) & UInt(slots.count - 1))
    }

    @inline(__always)
    func find(_ key: (UInt, UInt, UInt)) -> Int? {
        var index = start(key)
        while slots[index].value >= 0 {
            if slots[index].key == key { return Int(slots[index].value) }
            index = (index + 1) & (slots.count - 1)
        }
        return nil
    }

    mutating func insert(_ key: (UInt, UInt, UInt), _ value: Int) {
        if count * 2 >= slots.count { grow() }
        var index = start(key)
        while slots[index].value >= 0 { index = (index + 1) & (slots.count - 1) }
        slots[index] = (key, Int32(truncatingIfNeeded: value))
        count += 1
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: ((0, 0, 0), -1), count: old.count * 2)
        for slot in old where slot.value >= 0 {
            var index = start(slot.key)
            while slots[index].value >= 0 { index = (index + 1) & (slots.count - 1) }
            slots[index] = slot
        }
    }
}

// MARK: Callbacks
// SAFETY, for all of them: `user` is the session that `XMLReader.read` allocated for the pass on this thread; libxml2
// calls them only while `XMLReader.run` is inside it, and pointers it passes are read before returning.

private func startElement(
    _ user: UnsafeMutableRawPointer?, _ local: UnsafePointer<xmlChar>?, _ prefix: UnsafePointer<xmlChar>?,
    _ address: UnsafePointer<xmlChar>?, _ declarations: Int32,
    _ declared: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?, _ count: Int32, _ defaulted: Int32,
    _ attributes: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?
) {
    guard let session = user?.assumingMemoryBound(to: XMLSession.self) else { return }
    session.pointee.context.depth += 1
    let depth = session.pointee.context.depth
    guard !session.pointee.context.isStopped else { return }
    if depth > session.pointee.context.limits.depth {
        session.pointee.openTooDeep(depth)
        return
    }
    let place = session.pointee.place
    session.pointee.context.place = place
    let name = session.pointee.elementName(local, prefix, address)
    var limited = Int(count)
    if limited > session.pointee.context.limits.attributes {
        limited = session.pointee.context.limits.attributes
        session.pointee.context.reportOnce(
            .limitSize, "An element has more than \(limited) attributes; the rest is left out.", at: place)
    }
    let view = XMLAttributes(raw: attributes, names: session.pointee.attributes, count: limited)
    if limited > 0 {
        let base = view.xml(.base)
        let language = view.xml(.lang)
        if base != nil || language != nil { session.pointee.enterScope(base: base, language: language, depth: depth) }
    }
    let consumer = session.pointee.consumer
    consumer.open(name, view, &session.pointee.context)
    if session.pointee.context.isStopped { session.pointee.stop() }
}

private func endElement(
    _ user: UnsafeMutableRawPointer?, _ local: UnsafePointer<xmlChar>?, _ prefix: UnsafePointer<xmlChar>?,
    _ address: UnsafePointer<xmlChar>?
) {
    guard let session = user?.assumingMemoryBound(to: XMLSession.self) else { return }
    let depth = session.pointee.context.depth
    session.pointee.context.depth -= 1
    guard !session.pointee.context.isStopped, depth <= session.pointee.context.limits.depth else { return }
    let name = session.pointee.elementName(local, prefix, address)
    let consumer = session.pointee.consumer
    consumer.close(name, &session.pointee.context)
    if session.pointee.scopes.last?.depth == depth { session.pointee.leaveScope() }
    if session.pointee.context.isStopped { session.pointee.stop() }
}

private func characters(_ user: UnsafeMutableRawPointer?, _ start: UnsafePointer<xmlChar>?, _ count: Int32) {
    guard let session = user?.assumingMemoryBound(to: XMLSession.self), let start, count > 0 else { return }
    if session.pointee.context.mode == .skip { return }
    if count == 2, start[0] == 0xC2, start[1] < 0xA0, let meant = TextDecoding.windows1252(control: start[1]) {
        // A reference to a C1 control (&#146;) means the character of windows-1252; libxml2 hands each over alone.
        var text = meant
        text.withUTF8 { session.pointee.append($0) }
        return
    }
    session.pointee.append(UnsafeBufferPointer(start: start, count: Int(count)))
}

private func structuredError(_ user: UnsafeMutableRawPointer?, _ error: UnsafeMutablePointer<xmlError>?) {
    guard let session = user?.assumingMemoryBound(to: XMLSession.self), let error else { return }
    session.pointee.note(error.pointee)
}

private func getEntity(
    _ user: UnsafeMutableRawPointer?, _ name: UnsafePointer<xmlChar>?
) -> xmlEntityPtr? {
    guard let session = user?.assumingMemoryBound(to: XMLSession.self), let name else { return nil }
    // In the document type, libxml2 asks only whether an entity was declared before.
    let state = session.pointee.parser?.pointee.instate
    if state == XML_PARSER_DTD || state == XML_PARSER_ENTITY_DECL || state == XML_PARSER_ENTITY_VALUE { return nil }
    let inAttribute = session.pointee.parser?.pointee.instate == XML_PARSER_ATTRIBUTE_VALUE
    return session.pointee.entity(named: name, inAttribute: inAttribute)
}

private func entityDeclaration(
    _ user: UnsafeMutableRawPointer?, _ name: UnsafePointer<xmlChar>?, _ type: Int32,
    _ publicID: UnsafePointer<xmlChar>?, _ systemID: UnsafePointer<xmlChar>?, _ content: UnsafeMutablePointer<xmlChar>?
) {
    guard let session = user?.assumingMemoryBound(to: XMLSession.self), let name else { return }
    let isInternal = type == Int32(XML_INTERNAL_GENERAL_ENTITY.rawValue)
    let isGeneral = isInternal || type == Int32(XML_EXTERNAL_GENERAL_PARSED_ENTITY.rawValue)
    guard isGeneral else { return }
    session.pointee.entities.declare(
        name.asText, isInternal ? content.map { UnsafePointer($0).asText } : nil)
}

private func readBytes(_ user: UnsafeMutableRawPointer?, _ into: UnsafeMutablePointer<CChar>?, _ room: Int32) -> Int32 {
    guard let session = user?.assumingMemoryBound(to: XMLSession.self), let into, room > 0 else { return 0 }
    return into.withMemoryRebound(to: UInt8.self, capacity: Int(room)) { target in
        session.pointee.read(into: UnsafeMutableBufferPointer(start: target, count: Int(room)))
    }
}

extension XMLSession {
    mutating func enterScope(base: String?, language: String?, depth: Int) {
        scopes.append((depth, context.base, context.language))
        if let base { context.base.append(base) }
        if let language { context.language = language }
    }

    mutating func leaveScope() {
        guard let scope = scopes.popLast() else { return }
        context.base = scope.base
        context.language = scope.language
    }

    mutating func openTooDeep(_ depth: Int) {
        let limit = context.limits.depth
        context.reportOnce(
            .limitDepth, "Elements are nested deeper than \(limit) levels; deeper ones are passed over.", at: place)
        // libxml2 gives up at 256 levels itself; ending before keeps what was read.
        if depth >= 250 { stop() }
    }

    mutating func append(_ bytes: UnsafeBufferPointer<xmlChar>) {
        let limit = context.limits.fieldBytes
        let room = limit - (context.text.count - context.fieldStart)
        var bytes = bytes
        if bytes.count > room {
            context.reportOnce(.limitSize, "A text is longer than \(limit) bytes; it is cut.", at: place)
            var count = max(0, room)
            while count > 0, bytes[count] & 0xC0 == 0x80 { count -= 1 }
            bytes = UnsafeBufferPointer(rebasing: bytes[0..<count])
        }
        if context.mode == .collect {
            context.text.append(contentsOf: bytes)
        } else {
            for byte in bytes { appendEscaped(byte, to: &context.text) }
        }
    }

    mutating func note(_ error: xmlError) {
        let isNamespace = error.domain == Int32(XML_FROM_NAMESPACE.rawValue)
        guard !isNamespace, error.level.rawValue >= XML_ERR_ERROR.rawValue, !context.isStopped else { return }
        if context.syntaxError == nil {
            let message = error.message.map { String(cString: $0) } ?? "not well formed"
            let place = Place(
                line: UInt32(clamping: max(1, Int(error.line) &+ skippedLines)),
                column: UInt32(clamping: max(0, error.int2)))
            context.syntaxError = Problem(
                .xmlNotWellFormed, "The XML is not well formed: \(message.split(separator: "\n").first ?? "").",
                at: place)
        }
        if isStrict { stop() }
    }

    mutating func entity(named name: UnsafePointer<xmlChar>, inAttribute: Bool) -> xmlEntityPtr? {
        let (entity, remark) = entities.find(name, inAttribute: inAttribute, limit: context.limits.entityBytes)
        switch remark {
        case .html(let name):
            if entities.mention(name) {
                context.report(
                    .entityUndefined, "The entity \"&\(name);\" is not declared; it is read as in HTML.", at: place)
            }
        case .external(let name):
            context.reportOnce(
                .entityExternalIgnored, "The entity \"&\(name);\" stands for another file, which is not read.",
                at: place)
        case .tooMuch(let name):
            context.reportOnce(
                .limitEntities, "The entity \"&\(name);\" is nested or too large and gives nothing.", at: place)
        case nil: break
        }
        return entity
    }

    /// What is left of a document that is small enough to be handed over at once; nil for others.
    var smallRest: UnsafeBufferPointer<UInt8>? {
        guard repair == nil, let source, source.count < XMLSession.smallBytes, position < source.count else {
            return nil
        }
        return UnsafeBufferPointer(rebasing: source[position...])
    }

    private static let smallBytes = 1 << 20

    mutating func read(into target: UnsafeMutableBufferPointer<UInt8>) -> Int32 {
        if context.isStopped { return 0 }
        reads &+= 1
        if reads & 63 == 0, XMLReader.processorTime() > deadline {
            let limit = context.limits.processorTime
            context.reportOnce(
                .limitSize, "Reading took more than \(limit) of processor time; the rest is left out.", at: place)
            context.stop()
            return 0
        }
        if repair != nil { return Int32(clamping: repair?.read(into: target) ?? 0) }
        guard let source else { return 0 }
        let count = min(target.count, source.count - position)
        guard count > 0, let from = source.baseAddress, let to = target.baseAddress else { return 0 }
        to.update(from: from + position, count: count)
        position += count
        return Int32(clamping: count)
    }
}

@inline(__always)
func appendEscaped(_ byte: UInt8, to text: inout [UInt8]) {
    switch byte {
    case UInt8(ascii: "&"): text.append(contentsOf: "&amp;".utf8)
    case UInt8(ascii: "<"): text.append(contentsOf: "&lt;".utf8)
    case UInt8(ascii: ">"): text.append(contentsOf: "&gt;".utf8)
    default: text.append(byte)
    }
}

/// Entities by name: those of HTML, and plain short ones of the document's own DTD.
private struct EntityTable {
    enum Remark {
        case html(String), external(String), tooMuch(String)
    }

    /// Longer values are refused: what a document declares for itself are letters and short names.
    private static let valueBytes = 1_000
    /// More declarations than this are not noted.
    private static let declarations = 1_000

    private enum Declared {
        case text(String), external, refused
    }

    private var declared: [String: Declared] = [:]
    private var mentioned: Set<String> = []
    private var expanded = 0
    // SAFETY: entities that were handed to libxml2, kept until the pass is over, then freed by `release`.
    private var made: [String: (content: xmlEntityPtr, attribute: xmlEntityPtr)] = [:]

    /// Notes a declaration; the first of a name counts (XML 1.0, 4.2). A nil value is external.
    mutating func declare(_ name: String, _ value: String?) {
        guard declared[name] == nil, declared.count < EntityTable.declarations else { return }
        guard let value else {
            declared[name] = .external
            return
        }
        declared[name] = EntityTable.plain(value).map { .text($0) } ?? .refused
    }

    /// The text of a value without markup and without entities but the five of XML; nil for others, and for long ones.
    private static func plain(_ value: String) -> String? {
        guard value.utf8.count <= valueBytes, !value.utf8.contains(UInt8(ascii: "<")) else { return nil }
        guard value.utf8.contains(UInt8(ascii: "&")) else { return value }
        var text = value
        for (name, character) in [("lt", "<"), ("gt", ">"), ("quot", "\""), ("apos", "'"), ("amp", "&")] {
            text = text.replacing("&\(name);", with: character == "&" ? "\u{1}" : character)
        }
        return text.utf8.contains(UInt8(ascii: "&")) ? nil : text.replacing("\u{1}", with: "&")
    }

    /// Whether a name is mentioned for the first time.
    mutating func mention(_ name: String) -> Bool { mentioned.count < 50 && mentioned.insert(name).inserted }

    mutating func find(
        _ pointer: UnsafePointer<xmlChar>, inAttribute: Bool, limit: Int
    ) -> (xmlEntityPtr?, Remark?) {
        let name = pointer.asText
        var remark: Remark?
        var value = ""
        switch declared[name] {
        case .text(let text): value = text
        case .external: remark = .external(name)
        case .refused: remark = .tooMuch(name)
        case nil:
            guard let known = htmlEntityLookup(pointer), let scalar = Unicode.Scalar(known.pointee.value) else {
                return (nil, nil)
            }
            value = String(Character(scalar))
            remark = .html(name)
        }
        expanded &+= value.utf8.count
        var key = name
        if expanded > limit {
            remark = .tooMuch(name)
            value = ""
            key = "\u{0}empty"
        }
        if made[key] == nil {
            guard let content = make(name, value, XML_INTERNAL_PREDEFINED_ENTITY),
                let attribute = make(name, value, XML_INTERNAL_GENERAL_ENTITY)
            else { return (nil, remark) }
            made[key] = (content, attribute)
        }
        return (inAttribute ? made[key]?.attribute : made[key]?.content, remark)
    }

    private func make(_ name: String, _ value: String, _ type: xmlEntityType) -> xmlEntityPtr? {
        let entity = xmlEntityPtr.allocate(capacity: 1)
        entity.initialize(to: xmlEntity())
        entity.pointee.type = XML_ENTITY_DECL
        entity.pointee.etype = type
        entity.pointee.name = EntityTable.copy(name).map { UnsafePointer($0) }
        entity.pointee.content = EntityTable.copy(value)
        entity.pointee.length = Int32(clamping: value.utf8.count)
        entity.pointee.checked = 1
        return entity
    }

    private static func copy(_ text: String) -> UnsafeMutablePointer<xmlChar>? {
        let bytes = Array(text.utf8) + [0]
        let copy = UnsafeMutablePointer<xmlChar>.allocate(capacity: bytes.count)
        copy.initialize(from: bytes, count: bytes.count)
        return copy
    }

    mutating func release() {
        for pair in made.values {
            for entity in [pair.content, pair.attribute] {
                if let orig = entity.pointee.orig { ww_xml_free(UnsafeMutablePointer(mutating: orig)) }
                entity.pointee.content?.deallocate()
                if let name = entity.pointee.name { UnsafeMutablePointer(mutating: name).deallocate() }
                entity.deinitialize(count: 1)
                entity.deallocate()
            }
        }
        made = [:]
    }
}
