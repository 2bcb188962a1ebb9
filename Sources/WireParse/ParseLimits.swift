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
