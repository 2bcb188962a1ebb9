public import WireModel

/// Why no document came. Facts; `failure(at:)` makes the sentence.
public enum FetchError: Error, Hashable, Sendable {
    case badURL(reason: String)
    case badHeader(name: String, reason: String)
    /// A setting of the feed that cannot be used: `auth`, `proxy`, `client_cert`, `http_version`.
    case badSetting(name: String, reason: String)
    /// A scheme other than http and https.
    case schemeDenied(String)
    /// The address guard said no; `target` is the address, `rule` what it is.
    case addressDenied(target: String, rule: String)
    case dns(host: String)
    case refused(detail: String)
    case connectTimeout(after: Duration)
    case timeout(after: Duration)
    /// Less than `TransferLimits.Fixed.slowBytesPerSecond` for `slowSpan`.
    case tooSlow
    case tls(detail: String)
    case bodyTooLarge(limit: Int)
    case headersTooLarge(limit: Int)
    /// The body grew in decompression beyond `TransferLimits.Fixed.compressionRatio`.
    case compressionBomb
    /// The body ended too early or the connection broke.
    case partial(detail: String)
    case badEncoding(detail: String)
    /// What came is not HTTP, or breaks its rules.
    case protocolViolation(detail: String)
    case tooManyRedirects(limit: Int)
    case redirectLoop(url: String)
    case badRedirect(reason: String)
    case emptyBody
    case httpStatus(Int)
    /// 403 or 401 with a bot check in front of the feed.
    case botCheck(Int)
    /// 429, 503, or a host that asked us to wait; nil if it named no time.
    case throttled(status: Int?, until: Timestamp?)
    /// More requests than the host's hourly share.
    case hourlyShareUsed(limit: Int, until: Timestamp)
    case gone
    case cancelled
    case shuttingDown
    /// The machine gave no thread, descriptor or memory.
    case outOfResources(detail: String)
    case fileMissing
    case fileDenied
    case fileNotRegular(kind: String)
    case fileTooLarge(limit: Int)
    case fileUnreadable(detail: String)
}

extension FetchError {
    /// The word for programs; stable.
    public var code: String {
        switch self {
        case .badURL: "bad_url"
        case .badHeader: "bad_header"
        case .badSetting: "bad_setting"
        case .schemeDenied: "scheme_denied"
        case .addressDenied: "address_denied"
        case .dns: "dns"
        case .refused: "refused"
        case .connectTimeout: "connect_timeout"
        case .timeout: "timeout"
        case .tooSlow: "too_slow"
        case .tls: "tls"
        case .bodyTooLarge, .headersTooLarge, .compressionBomb: "too_large"
        case .partial: "partial"
        case .badEncoding: "bad_encoding"
        case .protocolViolation: "protocol"
        case .tooManyRedirects: "too_many_redirects"
        case .redirectLoop: "redirect_loop"
        case .badRedirect: "bad_redirect"
        case .emptyBody: "empty_body"
        case .httpStatus: "http_status"
        case .botCheck: "bot_check"
        case .throttled, .hourlyShareUsed: "throttled"
        case .gone: "gone"
        case .cancelled, .shuttingDown: "cancelled"
        case .outOfResources: "out_of_resources"
        case .fileMissing: "file_missing"
        case .fileDenied: "file_denied"
        case .fileNotRegular: "file_not_regular"
        case .fileTooLarge: "file_too_large"
        case .fileUnreadable: "file_unreadable"
        }
    }

    /// Whether the same attempt may succeed later without a change on our side.
    public var isRetryable: Bool {
        switch self {
        case .badURL, .badHeader, .badSetting, .schemeDenied, .addressDenied, .bodyTooLarge, .headersTooLarge,
            .compressionBomb,
            .gone, .fileDenied, .fileNotRegular, .fileTooLarge:
            false
        default: true
        }
    }

    /// The error as it is stored, counted and shown.
    /// - Parameter place: the address or path that was asked for, without credentials.
    public func failure(at place: String) -> Failure {
        Failure(stage: .fetch, code: code, message: "\(place): \(cause)", isRetryable: isRetryable)
    }

    /// What happened and the way out, in a sentence or two.
    private var cause: String {
        switch self {
        case .badURL(let reason): "the address cannot be used: \(reason). Correct it in the feed list."
        case .badHeader(let name, let reason):
            "the header “\(FetchError.printable(name))” cannot be sent: \(reason). Correct it in the feed list."
        case .badSetting(let name, let reason):
            "the feed's “\(name)” cannot be used: \(reason). Correct it in the feed list."
        case .schemeDenied(let scheme):
            "addresses with the scheme “\(FetchError.printable(scheme))” are not fetched. Use http or https."
        case .addressDenied(let target, let rule):
            "refused to connect to \(target): \(rule). If this is wanted, allow the network in fetch.allow_networks or"
                + " with --allow-network."
        case .dns(let host): "the name \(FetchError.printable(host)) was not found. Check its spelling and the network."
        case .refused(let detail): "no connection: \(detail). The server may be down; it is tried again later."
        case .connectTimeout(let span):
            "no connection within \(FetchError.seconds(span)). The server may be down; it is tried again later"
                + " (fetch.connect_timeout)."
        case .timeout(let span):
            "the answer was not complete within \(FetchError.seconds(span)). It is tried again later (fetch.timeout)."
        case .tooSlow:
            "the answer came slower than \(TransferLimits.Fixed.slowBytesPerSecond) bytes a second for"
                + " \(FetchError.seconds(TransferLimits.Fixed.slowSpan)) and was cut. It is tried again later."
        case .tls(let detail):
            "no secure connection: \(detail). The server's certificate or its TLS version must be mended there."
        case .bodyTooLarge(let limit):
            "the document is larger than \(limit) bytes decompressed. Raise fetch.max_body if it is a real feed."
        case .headersTooLarge(let limit): "the answer's headers are larger than \(limit) bytes; they were cut."
        case .compressionBomb:
            "the document grows more than \(TransferLimits.Fixed.compressionRatio) times in decompression; it was cut."
        case .partial(let detail): "the transfer broke: \(detail). Nothing of it is used; it is tried again later."
        case .badEncoding(let detail): "the body's content coding cannot be read: \(detail). The server must mend it."
        case .protocolViolation(let detail): "the answer is not proper HTTP: \(detail). The server must mend it."
        default: laterCause
        }
    }

    private var laterCause: String {
        switch self {
        case .tooManyRedirects(let limit):
            "more than \(limit) redirects in a row. Look the feed's new address up and put it in the feed list."
        case .redirectLoop(let url): "the redirects go in a circle, back to \(url). The server must mend it."
        case .badRedirect(let reason): "it redirects, but \(reason). The server must mend it."
        case .emptyBody: "the document is empty. The last good one stays in use; it is tried again later."
        case .httpStatus(let status): "the server answered \(status)\(FetchError.meaning(of: status))."
        case .botCheck(let status):
            "blocked by a bot check (status \(status)). Ask the site to let feed readers through, or use another feed."
        case .throttled(let status, let until):
            (status.map { "the server answered \($0) and asks us to wait" } ?? "its host asked us to wait")
                + (until.map { "; no request before \($0)." } ?? "; it is tried again later.")
        case .hourlyShareUsed(let limit, let until):
            "its host's share of \(limit) requests an hour is used up; no request before \(until). Raise"
                + " hosts.….hourly in the settings if the host agrees."
        case .gone: "the server says that the feed is gone for good (410). It is not asked again until it is resumed."
        case .cancelled: "the transfer was cancelled."
        case .shuttingDown: "the transfer was cancelled because the program ends."
        case .outOfResources(let detail):
            "this machine could not start the transfer: \(detail). Lower fetch.concurrency."
        case .fileMissing: "there is no such file. Correct the path in the feed list."
        case .fileDenied: "the file may not be read by this user. Change its permissions."
        case .fileNotRegular(let kind): "it is \(kind), not a file. Name a file in the feed list."
        case .fileTooLarge(let limit):
            "the file is larger than \(limit) bytes. Raise fetch.max_body if it is a real feed."
        case .fileUnreadable(let detail): "the file cannot be read: \(detail)."
        default: code
        }
    }

    private static func seconds(_ span: Duration) -> String {
        let milliseconds = span.wholeMilliseconds
        return milliseconds % 1000 == 0 ? "\(milliseconds / 1000) s" : "\(milliseconds) ms"
    }

    private static func meaning(of status: Int) -> String {
        switch status {
        case 401: " (it wants a log-in). Give the feed credentials: auth in the feed list"
        case 403: " (forbidden). Ask the site to let feed readers through"
        case 404: " (not found). Look the feed's new address up if this lasts"
        case 500...599: " (trouble on its side). It is tried again later"
        default: ""
        }
    }

    /// Text from outside as part of a message: control characters replaced, at most 200 bytes.
    static func printable(_ text: String) -> String {
        let cut = text.utf8.prefix(200).map { $0 < 0x20 || $0 == 0x7F ? UInt8(ascii: "?") : $0 }
        return String(decoding: cut, as: UTF8.self)
    }
}
