/// The stages of an article's walk. One vocabulary: module names, metric labels, log fields and error tags.
public enum Stage: String, Sendable, CaseIterable {
    case fetch, decode, parse, compare, normalize, group, match, raise, store, deliver
}

/// An error in the form that is stored, counted and shown.
public struct Failure: Error, Hashable, Sendable {
    public let stage: Stage
    /// A word for programs, stable: `timeout`, `not_a_feed`.
    public let code: String
    /// A sentence for people: what happened, where, and the way out.
    public let message: String
    /// Whether the same attempt may succeed later without anybody's doing.
    public let isRetryable: Bool

    public init(stage: Stage, code: String, message: String, isRetryable: Bool) {
        self.stage = stage
        self.code = code
        self.message = message
        self.isRetryable = isRetryable
    }

    public var json: JSONValue {
        [
            "stage": .string(stage.rawValue), "code": .string(code), "message": .string(message),
            "retryable": .bool(isRetryable),
        ]
    }
}
