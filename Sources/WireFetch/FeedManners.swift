import WireModel

/// What a feed's settings add to its requests, checked.
struct FeedManners {
    var route = RequestRoute()
    /// The list's own header and the credentials; for the listed server only.
    var secrets: [HTTPHeader] = []

    init(_ settings: FeedSettings, of origin: WebAddress, secret: FetchSettings) throws(FetchError) {
        if let credentials = origin.credentials { secrets.append(try FeedManners.basic(credentials)) }
        if let text = settings.header { secrets.append(try HTTPHeader(parsing: text)) }
        if let text = settings.auth { try readAuth(text, secret) }
        if let text = settings.proxy {
            if text != "none", let fault = ProxyAddress.fault(of: text) {
                throw .badSetting(name: "proxy", reason: fault)
            }
            route.proxy = text == "none" ? "" : text
        }
        if let text = settings.clientCertificate {
            route.certificate = ClientCertificate(text)
            if route.certificate == nil {
                throw .badSetting(name: "client_cert", reason: "it is not CERTIFICATE.pem or CERTIFICATE.pem,KEY.pem")
            }
        }
        if let text = settings.httpVersion {
            route.version = HTTPVersion(rawValue: text)
            if route.version == nil {
                let known = HTTPVersion.allCases.map(\.rawValue).joined(separator: ", ")
                throw .badSetting(name: "http_version", reason: "“\(FetchError.printable(text))” is none of \(known)")
            }
        }
    }

    private mutating func readAuth(_ text: String, _ settings: FetchSettings) throws(FetchError) {
        let words = text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
        guard words.count == 2, let scheme = words.first.map({ String($0).lowercasedASCII }),
            ["basic", "digest", "bearer"].contains(scheme)
        else {
            throw .badSetting(
                name: "auth",
                reason: "it is not of the form “basic file:PATH”, “digest env:NAME” or “bearer credential:NAME”")
        }
        let value: String
        switch settings.secret(String(words[1])) {
        case .success(let read): value = read
        case .failure(let fault): throw .badSetting(name: "auth", reason: fault.reason)
        }
        if scheme != "bearer", !value.utf8.contains(UInt8(ascii: ":")) {
            throw .badSetting(name: "auth", reason: "the secret is not of the form user:password")
        }
        secrets.removeAll { $0.name.lowercasedASCII == "authorization" }
        switch scheme {
        case "basic": secrets.append(try FeedManners.basic(value))
        case "bearer": secrets.append(try FeedManners.authorization("Bearer \(value)"))
        default:
            guard !value.utf8.contains(0) else { throw .badSetting(name: "auth", reason: "the secret holds a NUL") }
            route.digest = value
        }
    }

    private static func basic(_ credentials: String) throws(FetchError) -> HTTPHeader {
        try authorization("Basic \(Array(credentials.utf8).base64)")
    }

    /// The header's error would not name what is wrong: the secret's text.
    private static func authorization(_ value: String) throws(FetchError) -> HTTPHeader {
        do { return try HTTPHeader("Authorization", value) } catch {
            throw .badSetting(name: "auth", reason: "the secret is empty or holds a control character")
        }
    }
}

extension [UInt8] {
    /// RFC 4648 section 4.
    fileprivate var base64: String {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        for start in stride(from: 0, to: count, by: 3) {
            let group = self[start..<Swift.min(start + 3, count)]
            let word = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for place in 0..<4 {
                text.append(place <= group.count ? digits[word >> (18 - 6 * place) & 63] : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
