/// What an attribute's name means, and how the document spells it.
struct XMLAttributeName {
    enum Kind: UInt8 {
        /// Without a prefix.
        case plain
        /// `xml:base`, `xml:lang`.
        case xml
        case other
    }

    let known: AttributeName
    let kind: Kind
    /// With its prefix.
    let text: String
    /// Nil without a prefix, or with one that was never declared.
    let namespace: String?

    init(_ local: String, prefix: String?, namespace: String?) {
        known = AttributeName(local)
        kind = prefix == nil ? .plain : prefix == "xml" ? .xml : .other
        text = prefix.map { $0 + ":" + local } ?? local
        self.namespace = namespace
    }
}

/// The attribute names of one document, each once.
final class XMLAttributeNames {
    private(set) var names: [XMLAttributeName] = []

    func add(_ name: XMLAttributeName) -> Int {
        names.append(name)
        return names.count - 1
    }
}

/// One attribute of an element that begins.
struct XMLAttribute {
    fileprivate let name: Int
    fileprivate let known: AttributeName
    fileprivate let kind: XMLAttributeName.Kind
    // SAFETY: points into the document, or into the reader's own buffer, and is used only during the call of
    // `XMLConsumer.open` that gave it; the consumer is handed the attributes in that call and does not keep them.
    fileprivate let value: UnsafeBufferPointer<UInt8>

    /// - Parameter name: index among `names`.
    init(_ name: Int, of names: XMLAttributeNames, _ value: UnsafeBufferPointer<UInt8>) {
        self.name = name
        known = names.names[name].known
        kind = names.names[name].kind
        self.value = value
    }

    fileprivate var text: String { value.isEmpty ? "" : String(decoding: value, as: UTF8.self) }
}

/// The attributes of an element that begins; to be used during the call that gave it only.
struct XMLAttributes {
    // SAFETY: as the values, borrowed by the reader for the call of `XMLConsumer.open`.
    let list: UnsafeBufferPointer<XMLAttribute>
    let names: XMLAttributeNames

    var isEmpty: Bool { list.isEmpty }

    /// The value of an attribute without a namespace; nil if it is not there.
    subscript(name: AttributeName) -> String? {
        list.first { $0.known == name && $0.kind == .plain }?.text
    }

    /// The value of an attribute of whatever namespace; RDF's are often written without their prefix.
    func value(anyNamespace name: AttributeName) -> String? {
        list.first { $0.known == name }?.text
    }

    /// `xml:base` or `xml:lang`.
    func xml(_ name: AttributeName) -> String? {
        list.first { $0.known == name && $0.kind == .xml }?.text
    }

    /// All of them, names with their prefixes.
    var all: [RawAttribute] { list.map { RawAttribute(names.names[$0.name].text, $0.text) } }

    /// Each with the index of its name among `names`.
    func forEach(_ visit: (_ name: Int, _ value: String) -> Void) {
        for attribute in list { visit(attribute.name, attribute.text) }
    }
}
