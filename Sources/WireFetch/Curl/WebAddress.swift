import CCurl
import Glibc

/// An http or https address, read by libcurl's own reader, so that what is checked here is what is connected to there.
///
/// Odd spellings come out plain: `http://0x7f.1/` as `http://127.0.0.1/`, spaces and non-ASCII bytes of the path escaped,
/// the host in lower case. The fragment is cut off, and credentials are kept apart from `text`.
public struct WebAddress: Hashable, Sendable {
    /// The address to ask for, without credentials and fragment.
    public let text: String
    public let isSecure: Bool
    /// In lower case, without a dot at the end; an IPv6 address in brackets.
    public let host: String
    public let port: Int
    /// `user:password` as they stood in the address, decoded; nil if there were none.
    public let credentials: String?

    /// The most bytes an address may have; longer ones are only met in attacks.
    public static let maxBytes = 8_192

    /// - Throws: `FetchError.schemeDenied` for schemes other than http and https, `.badURL` for what is no address.
    public init(_ text: String) throws(FetchError) {
        try WebAddress.check(text)
        let reader = try URLReader()
        try reader.read(text)
        try self.init(reader)
    }

    /// The address that `reference`, as a `Location` header gives it, means on this page (RFC 3986 section 5).
    public func resolving(_ reference: String) throws(FetchError) -> WebAddress {
        try WebAddress.check(reference)
        let reader = try URLReader()
        try reader.read(text)
        try reader.read(reference)
        return try WebAddress(reader)
    }

    /// Same scheme, host and port: credentials may go there.
    public func isSameOrigin(as other: WebAddress) -> Bool {
        isSecure == other.isSecure && port == other.port && host == other.host
    }

    /// The host as an address, if it is written as one.
    public var literalAddress: IPAddress? {
        guard let first = host.utf8.first, first == UInt8(ascii: "[") || (0x30...0x39).contains(first) else {
            return nil
        }
        return IPAddress(host)
    }

    /// A host name in ASCII and lower case, as name servers know it; nil if it is none.
    static func asciiHost(_ host: String) -> String? {
        if host.utf8.allSatisfy({ $0 < 0x80 }) { return host.lowercasedASCII }
        // libcurl reads international host names in the thread's character set.
        guard let utf8 = newlocale(Int32(LC_CTYPE_MASK), "C.UTF-8", nil) else { return nil }
        let before = uselocale(utf8)
        defer {
            uselocale(before)
            freelocale(utf8)
        }
        guard let reader = try? URLReader(), (try? reader.read("https://\(host)/")) != nil else { return nil }
        return reader.part(CURLUPART_HOST, flags: UInt32(CURLU_PUNYCODE))?.lowercasedASCII
    }

    private init(_ reader: borrowing URLReader) throws(FetchError) {
        let scheme = reader.part(CURLUPART_SCHEME) ?? ""
        guard scheme == "http" || scheme == "https" else { throw .schemeDenied(scheme) }
        let user = reader.part(CURLUPART_USER, flags: UInt32(CURLU_URLDECODE))
        let password = reader.part(CURLUPART_PASSWORD, flags: UInt32(CURLU_URLDECODE))
        guard var host = reader.part(CURLUPART_HOST)?.lowercasedASCII, !host.isEmpty else {
            throw .badURL(reason: "it names no host")
        }
        if host.hasSuffix(".") {
            while host.hasSuffix(".") { host.removeLast() }
            guard !host.isEmpty else { throw .badURL(reason: "it names no host") }
            // The dot says that the name is whole, which it is anyway; with it, `localhost.` is another name to libcurl.
            try reader.setHost(host)
        }
        reader.remove(CURLUPART_USER)
        reader.remove(CURLUPART_PASSWORD)
        reader.remove(CURLUPART_FRAGMENT)
        guard let text = reader.part(CURLUPART_URL),
            let port = reader.part(CURLUPART_PORT, flags: UInt32(CURLU_DEFAULT_PORT)).flatMap({ Int($0) })
        else { throw .badURL(reason: "it cannot be read") }
        self.text = text
        self.isSecure = scheme == "https"
        self.host = host
        self.port = port
        credentials = user == nil && password == nil ? nil : "\(user ?? ""):\(password ?? "")"
    }

    /// What libcurl's reader does not refuse by itself: control bytes, too much length, foreign schemes.
    private static func check(_ text: String) throws(FetchError) {
        guard !text.isEmpty else { throw .badURL(reason: "it is empty") }
        guard text.utf8.count <= maxBytes else { throw .badURL(reason: "it is longer than \(maxBytes) bytes") }
        guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw .badURL(reason: "it holds a control character")
        }
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else { return }
        let scheme = text[..<colon]
        guard let first = scheme.utf8.first, first | 0x20 >= UInt8(ascii: "a"), first | 0x20 <= UInt8(ascii: "z"),
            scheme.utf8.allSatisfy({ isSchemeByte($0) })
        else { return }
        let name = String(scheme).lowercasedASCII
        if name == "http" || name == "https" { return }
        // `host:8080/feed` is a host and a port, not a scheme.
        let rest = text.utf8[text.utf8.index(after: colon)...]
        if !rest.starts(with: "//".utf8), let digit = rest.first, (0x30...0x39).contains(digit) {
            throw .badURL(reason: "it does not begin with http:// or https://")
        }
        throw .schemeDenied(name)
    }

    private static func isSchemeByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}

/// Owner of one `CURLU` handle.
private struct URLReader: ~Copyable {
    // SAFETY: made in init, freed in deinit, used by the one function that holds the value; never shared.
    private let handle: OpaquePointer

    init() throws(FetchError) {
        guard let handle = curl_url() else { throw .outOfResources(detail: "no memory for an address") }
        self.handle = handle
    }

    deinit { curl_url_cleanup(handle) }

    /// Reads an address, or one relative to what was read before.
    func read(_ text: String) throws(FetchError) {
        let result = curl_url_set(handle, CURLUPART_URL, text, UInt32(CURLU_URLENCODE | CURLU_NON_SUPPORT_SCHEME))
        guard result == CURLUE_OK else {
            // SAFETY: curl_url_strerror gives a constant.
            throw .badURL(reason: curl_url_strerror(result).map { String(cString: $0) } ?? "it cannot be read")
        }
    }

    func part(_ part: CURLUPart, flags: UInt32 = 0) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(handle, part, &text, flags) == CURLUE_OK, let text else { return nil }
        // SAFETY: curl gave us this text to own; it is copied and freed here.
        defer { curl_free(text) }
        return String(cString: text)
    }

    func setHost(_ host: String) throws(FetchError) {
        guard curl_url_set(handle, CURLUPART_HOST, host, 0) == CURLUE_OK else {
            throw .badURL(reason: "its host cannot be read")
        }
    }

    func remove(_ part: CURLUPart) { _ = curl_url_set(handle, part, nil, 0) }
}

extension String {
    /// ASCII letters in lower case, all else as it is.
    var lowercasedASCII: String {
        if utf8.allSatisfy({ !(UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }) { return self }
        return String(
            decoding: utf8.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }
}
