import Synchronization

/// A client that remembers what was sent and what came, for people who want to see it.
public final class ExchangeRecorder: HTTPClient {
    private let client: any HTTPClient
    private let lines = Mutex<[String]>([])

    public init(_ client: any HTTPClient) { self.client = client }

    /// What happened so far, a sentence each. Credentials are left out.
    public var sentences: [String] { lines.withLock { $0 } }

    public func send(_ request: HTTPRequest) async throws(FetchError) -> HTTPResponse {
        note(ExchangeRecorder.sentence(of: request))
        let response: HTTPResponse
        do {
            response = try await client.send(request)
        } catch {
            note("no usable answer came (\(error.code))")
            throw error
        }
        note(ExchangeRecorder.sentence(of: response))
        return response
    }

    private func note(_ sentence: String) { lines.withLock { $0.append(sentence) } }

    private static func sentence(of request: HTTPRequest) -> String {
        let headers = request.headers.map { header in
            let isKnown = told.contains(header.name.lowercasedASCII)
            return "\(header.name): \(isKnown ? printable(header.value) : "(not shown)")"
        }
        var sentence = "sent \(request.method) \(request.address.text)"
        if request.route.digest != nil { sentence += " with digest credentials" }
        if request.route.certificate != nil { sentence += " with a client certificate" }
        if let proxy = request.route.proxy, !proxy.isEmpty { sentence += " through the feed's own proxy" }
        return sentence + "; " + headers.joined(separator: "; ")
    }

    /// What a list may add (`header`, `auth`) is a secret.
    private static let told: Set<String> = [
        "user-agent", "accept", "accept-encoding", "if-none-match", "if-modified-since", "a-im",
    ]

    private static func sentence(of response: HTTPResponse) -> String {
        var parts = ["came status \(response.status)"]
        for (name, label) in shown {
            if let value = response.head.first(name) { parts.append("\(label): \(printable(Array(value)))") }
        }
        let growth = response.wireBytes == response.body.count ? "" : ", \(response.body.count) decompressed"
        parts.append("\(response.wireBytes) bytes of body\(growth)")
        return parts.joined(separator: "; ")
    }

    private static let shown: [(StaticString, String)] = [
        ("content-type", "Content-Type"), ("content-encoding", "Content-Encoding"), ("location", "Location"),
        ("etag", "ETag"), ("last-modified", "Last-Modified"), ("cache-control", "Cache-Control"), ("age", "Age"),
        ("expires", "Expires"), ("retry-after", "Retry-After"), ("im", "IM"),
    ]

    private static func printable(_ bytes: [UInt8]) -> String {
        FetchError.printable(String(decoding: bytes, as: UTF8.self))
    }
}
