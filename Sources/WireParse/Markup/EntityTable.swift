import CXML

/// Entities by name: those of HTML, and plain short ones of the document's own DTD.
struct EntityTable {
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
