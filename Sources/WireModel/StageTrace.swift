/// What one stage did with one feed.
public struct StageTrace: Sendable {
    public let stage: Stage
    /// A sentence.
    public let text: String
    public let isFailure: Bool
    /// More of it, a sentence each.
    public let details: [String]
    /// Counts and values, for programs.
    public let facts: [String: JSONValue]

    public init(
        _ stage: Stage, _ text: String, isFailure: Bool = false, details: [String] = [],
        facts: [String: JSONValue] = [:]
    ) {
        self.stage = stage
        self.text = text
        self.isFailure = isFailure
        self.details = details
        self.facts = facts
    }

    public var json: JSONValue {
        var members: [String: JSONValue] = [
            "stage": .string(stage.rawValue), "ok": .bool(!isFailure), "message": .string(text),
        ]
        if !details.isEmpty { members["details"] = .array(details.map { .string($0) }) }
        return .object(facts.merging(members) { $1 })
    }
}
