/// The way a request takes, where a feed's settings differ from the program's.
public struct RequestRoute: Hashable, Sendable {
    /// A proxy's address; nil for the program's, empty for none.
    public var proxy: String?
    public var version: HTTPVersion?
    public var certificate: ClientCertificate?
    /// `user:password` for the digest scheme, which answers a question of the server (RFC 7616).
    public var digest: String?

    public init() {}

    /// Without what is for the listed server only.
    var withoutSecrets: RequestRoute {
        var route = self
        route.certificate = nil
        route.digest = nil
        return route
    }
}

/// The version of HTTP that is asked for; the server may answer in a lower one.
public enum HTTPVersion: String, Hashable, Sendable, CaseIterable {
    case onePointZero = "1.0"
    case onePointOne = "1.1"
    /// Over TLS by agreement; without TLS the server must speak it at once.
    case two = "2"
}

/// A certificate that this client shows to servers.
public struct ClientCertificate: Hashable, Sendable {
    /// A PEM file; it holds the private key too, unless `keyPath` names another.
    public let path: String
    public let keyPath: String?

    /// Reads `CERTIFICATE.pem` or `CERTIFICATE.pem,KEY.pem`, the form of the lists' `client_cert`.
    public init?(_ text: String) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { part in
            String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        }
        guard (1...2).contains(parts.count), parts.allSatisfy({ !$0.isEmpty && !$0.utf8.contains(0) }) else {
            return nil
        }
        path = parts[0]
        keyPath = parts.count == 2 ? parts[1] : nil
    }
}

/// The proxies that libcurl can go through.
public enum ProxyAddress {
    static let schemes = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"]

    /// What is wrong with a proxy's address; nil if it can be used.
    public static func fault(of text: String) -> String? {
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
            return "it holds a blank or a control character"
        }
        guard let mark = text.firstRange(of: "://") else { return "it does not begin with http:// or socks5h://" }
        let scheme = String(text[..<mark.lowerBound]).lowercasedASCII
        guard schemes.contains(scheme) else {
            return "“\(FetchError.printable(scheme))” is none of \(schemes.joined(separator: ", "))"
        }
        return text[mark.upperBound...].isEmpty ? "it names no host" : nil
    }
}
