import CXML
import Glibc
import WireModel

/// libxml2's SAX2 reader over one document in UTF-8.
///
/// Nothing but the bytes given is read: no file, no network, no DTD. Entities are never declared to libxml2; short plain
/// ones of the document's own DTD and those of HTML are given by `EntityTable`.
enum XMLReader {
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
    ) -> XMLOutcome {
        guard prepared else { return XMLOutcome(problems: [], syntaxError: nil) }
        // SAFETY: the session is allocated here, used by this thread's callbacks only while this call runs, and freed
        // at its end, after the parser context that points to it.
        let session = UnsafeMutablePointer<XMLSession>.allocate(capacity: 1)
        session.initialize(to: XMLSession(consumer: consumer, limits: limits, isStrict: isStrict))
        defer {
            session.pointee.entities.release()
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
        return XMLOutcome(
            problems: session.pointee.context.problems, syntaxError: session.pointee.syntaxError,
            isBroken: session.pointee.repair?.isBroken ?? false)
    }

    private static func run(_ session: UnsafeMutablePointer<XMLSession>) {
        guard let parser = xmlNewParserCtxt() else { return }
        defer { xmlFreeParserCtxt(parser) }
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
        session.pointee.deadline = ProcessorTime.now() + session.pointee.context.limits.processorTime
        let options =
            XML_PARSE_RECOVER.rawValue | XML_PARSE_NONET.rawValue | XML_PARSE_NOENT.rawValue
            | XML_PARSE_IGNORE_ENC.rawValue
        if let rest = session.pointee.smallRest {
            // One copy is cheaper than many small parts, and small enough.
            rest.withMemoryRebound(to: CChar.self) { text in
                // What a document type makes of a document, handlers or not, is handed over: it holds what was declared.
                xmlFreeDoc(
                    xmlCtxtReadMemory(parser, text.baseAddress, Int32(clamping: text.count), nil, nil, Int32(options)))
            }
        } else {
            xmlFreeDoc(
                xmlCtxtReadIO(parser, readBytes, nil, UnsafeMutableRawPointer(session), nil, nil, Int32(options)))
        }
        session.pointee.parser = nil
    }
}

/// Processor time of this thread.
enum ProcessorTime {
    static func now() -> Duration {
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
    var depth = 0
    /// The first error of syntax; nil if the document is well formed.
    var syntaxError: Problem?
    var entities = EntityTable()
    /// Parts handed to the parser; it asks for some 4 kB each time.
    private var reads = 0
    private var elements = PointerTable()
    private var attributes = PointerTable()
    private let attributeNames = XMLAttributeNames()
    /// Those of the element that begins.
    private var found: [XMLAttribute] = []

    init(consumer: any XMLConsumer, limits: ParseLimits, isStrict: Bool) {
        self.consumer = consumer
        self.isStrict = isStrict
        context = XMLContext(limits: limits)
    }

    var place: Place { XMLSession.place(of: parser, skippedLines) }

    static func place(of parser: xmlParserCtxtPtr?, _ skippedLines: Int) -> Place {
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

// MARK: Elements

extension XMLSession {
    /// The index in `context.names` of an element's name. Names, prefixes and addresses come from the parser's own
    /// dictionary, so equal pointers are equal texts.
    mutating func elementName(
        _ local: UnsafePointer<xmlChar>?, _ prefix: UnsafePointer<xmlChar>?, _ address: UnsafePointer<xmlChar>?
    ) -> Int {
        let key = (UInt(bitPattern: local), UInt(bitPattern: prefix), UInt(bitPattern: address))
        if let known = elements.find(key) { return known }
        let name = context.add(
            local?.asText ?? "", prefix: prefix?.asText, namespace: address?.asText, at: place)
        elements.insert(key, name)
        return name
    }

    private mutating func attributeName(
        _ local: UnsafePointer<xmlChar>?, _ prefix: UnsafePointer<xmlChar>?, _ address: UnsafePointer<xmlChar>?
    ) -> Int {
        let key = (UInt(bitPattern: local), UInt(bitPattern: prefix), UInt(bitPattern: address))
        if let known = attributes.find(key) { return known }
        let name = attributeNames.add(
            XMLAttributeName(local?.asText ?? "", prefix: prefix?.asText, namespace: address?.asText))
        attributes.insert(key, name)
        return name
    }

    /// - Parameter raw: libxml2's five pointers for each: name, prefix, address, where the value begins and where it ends.
    mutating func open(_ name: Int, _ raw: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?, count: Int) {
        let limit = context.limits.attributes
        if count > limit {
            context.reportOnce(
                .limitSize, "An element has more than \(limit) attributes; the rest is left out.", at: context.place)
        }
        found.removeAll(keepingCapacity: true)
        if let raw {
            for index in 0..<min(count, limit) {
                let field = raw + index * 5
                var value = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
                if let start = field[3], let end = field[4], end > start {
                    value = UnsafeBufferPointer(start: start, count: end - start)
                }
                found.append(
                    XMLAttribute(attributeName(field[0], field[1], field[2]), of: attributeNames, value))
            }
        }
        found.withUnsafeBufferPointer { list in
            let view = XMLAttributes(list: list, names: attributeNames)
            if !list.isEmpty { context.enterScope(view, depth: depth) }
            consumer.open(name, view, &context)
        }
        if context.isStopped { stop() }
    }

    mutating func close(_ name: Int) {
        consumer.close(name, &context)
        context.leaveScope(depth: depth)
        if context.isStopped { stop() }
    }

    mutating func openTooDeep() {
        let limit = context.limits.depth
        context.reportOnce(
            .limitDepth, "Elements are nested deeper than \(limit) levels; deeper ones are passed over.", at: place)
        // libxml2 gives up at 256 levels itself; ending before keeps what was read.
        if depth >= 250 { stop() }
    }
}

// MARK: Input, errors and entities

extension XMLSession {
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
        if reads & 63 == 0, ProcessorTime.now() > deadline {
            context.stopForTime(at: place)
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

    mutating func note(_ error: xmlError) {
        let isNamespace = error.domain == Int32(XML_FROM_NAMESPACE.rawValue)
        guard !isNamespace, error.level.rawValue >= XML_ERR_ERROR.rawValue, !context.isStopped else { return }
        if syntaxError == nil {
            let message = error.message.map { String(cString: $0) } ?? "not well formed"
            let place = Place(
                line: UInt32(clamping: max(1, Int(error.line) &+ skippedLines)),
                column: UInt32(clamping: max(0, error.int2)))
            syntaxError = Problem(
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
    session.pointee.depth += 1
    guard !session.pointee.context.isStopped else { return }
    if session.pointee.depth > session.pointee.context.limits.depth {
        session.pointee.openTooDeep()
        return
    }
    session.pointee.context.place = session.pointee.place
    let name = session.pointee.elementName(local, prefix, address)
    session.pointee.open(name, attributes, count: Int(count))
}

private func endElement(
    _ user: UnsafeMutableRawPointer?, _ local: UnsafePointer<xmlChar>?, _ prefix: UnsafePointer<xmlChar>?,
    _ address: UnsafePointer<xmlChar>?
) {
    guard let session = user?.assumingMemoryBound(to: XMLSession.self) else { return }
    defer { session.pointee.depth -= 1 }
    let isTooDeep = session.pointee.depth > session.pointee.context.limits.depth
    guard !session.pointee.context.isStopped, !isTooDeep else { return }
    session.pointee.close(session.pointee.elementName(local, prefix, address))
}

private func characters(_ user: UnsafeMutableRawPointer?, _ start: UnsafePointer<xmlChar>?, _ count: Int32) {
    guard let session = user?.assumingMemoryBound(to: XMLSession.self), let start, count > 0 else { return }
    if session.pointee.context.mode == .skip { return }
    let (parser, skipped) = (session.pointee.parser, session.pointee.skippedLines)
    if count == 2, start[0] == 0xC2, start[1] < 0xA0, var meant = TextDecoding.windows1252(control: start[1]) {
        // A reference to a C1 control (&#146;) means the character of windows-1252; libxml2 hands each over alone.
        meant.withUTF8 { session.pointee.context.append($0, at: XMLSession.place(of: parser, skipped)) }
        return
    }
    let bytes = UnsafeBufferPointer(start: start, count: Int(count))
    session.pointee.context.append(bytes, at: XMLSession.place(of: parser, skipped))
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
    return session.pointee.entity(named: name, inAttribute: state == XML_PARSER_ATTRIBUTE_VALUE)
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

extension UnsafePointer<xmlChar> {
    /// libxml2's texts end with a zero.
    var asText: String { String(decodingCString: self, as: UTF8.self) }
}
