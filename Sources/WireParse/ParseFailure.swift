public import WireModel

extension ParseError {
    /// Why nothing was read, in a sentence.
    public var reason: String { problems.last?.message ?? "The document is not a feed." }

    /// The error of a feed in the form that is stored and shown, with what comes of it. It may pass: a server that shows an
    /// error page today sends its feed tomorrow.
    public var failure: Failure {
        switch self {
        case .empty:
            Failure(
                stage: .parse, code: "empty_input",
                message: reason + " The last good one stays in use; it is tried again later.", isRetryable: true)
        case .notAFeed:
            Failure(
                stage: .parse, code: "not_a_feed", message: reason + " Look the feed's address up if this lasts.",
                isRetryable: true)
        }
    }
}
