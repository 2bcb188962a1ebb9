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
    public var vocabulary: Vocabulary
    /// Local name, as written; in the usual letter case if the vocabulary is a known one.
    public var name: String
    public var prefix: String
    /// The namespace's address as the document spells it.
    public var namespace: String
    /// All text directly inside, white space around it removed.
    public var text: String
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
        self.vocabulary = vocabulary
        self.name = name
        self.prefix = prefix
        self.namespace = namespace
        self.text = text
        self.attributes = attributes
        self.children = children
        self.base = base
        self.place = place
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
