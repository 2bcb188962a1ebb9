import WireModel
import WireParse

/// What the parser makes of one document: `wirewatch parse`.
public struct DocumentReport: Sendable {
    private let result: Result<ParsedFeed, ParseError>
    private let url: String?
    private let now = Clock.now()

    /// - Parameters:
    ///   - url: the address the document was fetched from.
    ///   - contentType: the header that came with it.
    public init(_ bytes: consuming [UInt8], url: String?, contentType: String?) {
        let document = FetchedDocument(bytes: bytes, url: url, contentType: contentType)
        self.url = url
        result = Result { () throws(ParseError) in try FeedParser().parse(document) }
    }

    public var isFeed: Bool { if case .success = result { true } else { false } }

    /// Hands over the document of `parse-output.md` on one line, in parts: of a long feed one item is held at a time.
    public func writeJSON(to sink: (_ part: [UInt8]) -> Void) {
        switch result {
        case .success(let feed): DocumentJSON.write(feed, url: url, now: now, to: sink)
        case .failure(let error):
            var bytes: [UInt8] = []
            DocumentJSON.document(of: error).write(to: &bytes)
            sink(bytes)
        }
        sink([UInt8(ascii: "\n")])
    }

    /// One line: format, items, problems, title.
    public var summary: String {
        switch result {
        case .success(let feed): DocumentJSON.summary(of: feed, url: url, now: now)
        case .failure(let error): error.reason
        }
    }
}
