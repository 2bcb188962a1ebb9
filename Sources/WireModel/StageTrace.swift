/// What one stage did with one feed.
public struct StageTrace: Sendable {
    public let stage: Stage
    /// A sentence.
    public let text: String
    public let isFailure: Bool
    /// Counts and values, for programs.
    public let facts: [String: JSONValue]

    public init(_ stage: Stage, _ text: String, isFailure: Bool = false, facts: [String: JSONValue] = [:]) {
        self.stage = stage
        self.text = text
        self.isFailure = isFailure
        self.facts = facts
    }

    public var json: JSONValue {
        .object(
            facts.merging(["stage": .string(stage.rawValue), "ok": .bool(!isFailure), "message": .string(text)]) { $1 })
    }
}
