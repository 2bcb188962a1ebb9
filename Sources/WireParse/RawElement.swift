/// An attribute as written.
public struct RawAttribute: Hashable, Sendable {
    /// Local name; with its prefix if it has one other than `xml` (`xlink:href`). `xml:…` attributes are `xml:lang`, ….
    public var name: String
    public var value: String

    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// An element of a vocabulary other than the format's own, with all inside it.
public struct RawElement: Hashable, Sendable {
    let elementName: RawElementName
    /// Nil if it is blank.
    var source: DocumentText?
    public var attributes: [RawAttribute]
    public var children: [RawElement]
    /// `xml:base` values that hold here, outermost first.
    public var base: [String]
    public var place: Place

    public init(
        _ vocabulary: Vocabulary, _ name: String, prefix: String = "", namespace: String = "", text: String = "",
        attributes: [RawAttribute] = [], children: [RawElement] = [], base: [String] = [],
        at place: Place = .unknown
    ) {
        self.init(
            RawElementName(vocabulary, name, prefix: prefix, namespace: namespace), attributes: attributes, base: base,
            at: place)
        self.text = text
        self.children = children
    }

    init(_ name: RawElementName, attributes: [RawAttribute], base: [String], at place: Place) {
        elementName = name
        self.attributes = attributes
        self.base = base
        self.place = place
        children = []
    }

    public var vocabulary: Vocabulary { elementName.vocabulary }
    /// Local name, as written; in the usual letter case if the vocabulary is a known one.
    public var name: String { elementName.local }
    public var prefix: String { elementName.prefix }
    /// The namespace's address as the document spells it.
    public var namespace: String { elementName.namespace }

    /// All text directly inside, white space around it removed. Made anew at each call.
    public var text: String {
        get { source?.string ?? "" }
        set { source = newValue.isEmpty ? nil : DocumentText(newValue) }
    }

    /// The value of the attribute of that name; letter case is forgiven.
    public subscript(attribute: String) -> String? {
        for candidate in attributes where candidate.name == attribute { return candidate.value }
        for candidate in attributes where candidate.name.utf8.count == attribute.utf8.count {
            if candidate.name.lowercased() == attribute.lowercased() { return candidate.value }
        }
        return nil
    }
}

/// What elements of one name have in common; a document has one of each name.
final class RawElementName: Sendable {
    let vocabulary: Vocabulary
    let local: String
    let prefix: String
    let namespace: String

    init(_ vocabulary: Vocabulary, _ local: String, prefix: String, namespace: String) {
        self.vocabulary = vocabulary
        self.local = local
        self.prefix = prefix
        self.namespace = namespace
    }
}

extension RawElementName: Hashable {
    static func == (one: RawElementName, other: RawElementName) -> Bool {
        one === other
            || (one.vocabulary == other.vocabulary && one.local == other.local && one.prefix == other.prefix
                && one.namespace == other.namespace)
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(vocabulary)
        hasher.combine(local)
    }
}
