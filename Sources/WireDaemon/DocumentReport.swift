public import WireModel
import WireParse

/// What the parser makes of one document: `wirewatch parse`.
public struct DocumentReport: Sendable {
    public let isFeed: Bool
    /// The document of `parse-output.md`.
    public let json: JSONValue
    /// One line: format, items, problems, title.
    public let summary: String

    /// - Parameters:
    ///   - url: the address the document was fetched from.
    ///   - contentType: the header that came with it.
    ///   - wantsJSON: false leaves `json` empty, for who prints the summary only.
    public init(_ bytes: [UInt8], url: String?, contentType: String?, wantsJSON: Bool) {
        let document = FetchedDocument(bytes: bytes, url: url, contentType: contentType)
        let now = Clock.now()
        do {
            let feed = try FeedParser().parse(document)
            isFeed = true
            json = wantsJSON ? DocumentJSON.document(of: feed, url: url, now: now) : .null
            summary = wantsJSON ? "" : DocumentJSON.summary(of: feed, url: url, now: now)
        } catch {
            isFeed = false
            json = DocumentJSON.document(of: error)
            summary = error.failure.message
        }
    }
}
