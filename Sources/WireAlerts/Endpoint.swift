import Foundation
import WireFetch
import WireModel

/// An address of the settings that messages are posted to. It never appears in errors or answers: its path may be a
/// secret.
struct Endpoint: Sendable {
    enum Limits {
        /// Of one attempt.
        static let timeout = Duration.seconds(20)
        /// An answer is read up to here; its first kilobyte is kept.
        static let answerBytes = 65_536
        /// The longest that an endpoint may ask us to wait.
        static let longestWait = Duration.seconds(7 * 86_400)
        /// Bytes from which on a part of an address is taken for a token.
        static let token = 16
    }

    let address: WebAddress
    private let http: any HTTPClient
    private let version: String
    /// What is in no answer and no error, the longest first.
    private let secrets: [String]

    /// - Parameters:
    ///   - allowsHTTP: also plain http to hosts that are not this machine or a private address.
    ///   - secrets: what to keep out of answers and errors, beside what in the address may be one.
    /// - Throws: `badSetting` for what is no http address, or is plain http without leave.
    init(
        _ text: String, setting: String, allowsHTTP: Bool, secrets: [String] = [], outside: Outside
    ) throws(ChannelError) {
        do {
            address = try WebAddress(text)
        } catch {
            throw .badSetting(name: setting, reason: "it is not a web address; write https://…")
        }
        guard address.isSecure || allowsHTTP || Endpoint.isNear(address) else {
            throw .badSetting(
                name: setting, reason: "it is not encrypted; write https://… or set allow_http: true")
        }
        http = outside.http
        version = outside.version
        self.secrets = Endpoint.kept(secrets + Endpoint.secrets(in: address))
    }

    private init(_ address: WebAddress, like other: Endpoint) {
        self.address = address
        http = other.http
        version = other.version
        secrets = Endpoint.kept(other.secrets + Endpoint.secrets(in: address))
    }

    /// The same endpoint at another address of its host, as a page there would name it.
    func at(_ reference: String) throws(ChannelError) -> Endpoint {
        do {
            return Endpoint(try address.resolving(reference), like: self)
        } catch {
            throw .badSetting(name: "url", reason: "no address can be made of it")
        }
    }

    /// Sends once; the answer, or why there was none.
    func send(
        _ body: [UInt8], method: String = "POST", type: String = "application/json; charset=utf-8",
        headers: [(String, String)] = []
    ) async -> Result<HTTPResponse, FetchError> {
        do throws(FetchError) {
            var lines = [
                try HTTPHeader("Content-Type", type), try HTTPHeader("User-Agent", "Wirewatch/\(version)"),
            ]
            for (name, value) in headers { lines.append(try HTTPHeader(name, value)) }
            if let credentials = address.credentials {
                lines.append(try HTTPHeader("Authorization", "Basic " + Base64.text(of: Array(credentials.utf8))))
            }
            let limits = TransferLimits(
                total: Limits.timeout, connect: .seconds(10), maxBodyBytes: Limits.answerBytes)
            return .success(
                try await http.send(
                    HTTPRequest(address, method: method, headers: lines, body: body, limits: limits)))
        } catch {
            return .failure(error)
        }
    }

    /// What an answer means: 2xx alone is success, a redirect is none and is never followed, 408, 425, 429 and 5xx are worth
    /// another try, 410 is the end, anything else refuses the message.
    func judge(_ result: Result<HTTPResponse, FetchError>, now: Timestamp) -> DeliveryResult {
        switch result {
        case .failure(.bodyTooLarge):
            // It said something, and far too much of it: the status came before and is unknown here.
            return .tryAgain(Message.Answer(error: "the answer was longer than \(Limits.answerBytes) bytes"))
        case .failure(let error):
            return .tryAgain(Message.Answer(error: redacted(error.failure(at: "the endpoint").message)))
        case .success(let response):
            // A secret that is cut in two is still half a secret.
            let text = redacted(Endpoint.beginning(of: response.body, limit: Message.Answer.textLimit + 8_192))
            var answer = Message.Answer(
                status: response.status, text: text.prefix(bytes: Message.Answer.textLimit))
            if response.isSuccess { return .delivered(answer) }
            answer.error = "HTTP \(response.status)"
            switch response.status {
            case 300..<400:
                answer.error = "HTTP \(response.status): redirects are not followed"
                return .refused(answer)
            case 410: return .gone(answer)
            case 408, 425, 429, 500...599:
                return .tryAgain(answer, after: Endpoint.wait(response, now: now))
            default: return .refused(answer)
            }
        }
    }

    /// `Retry-After` in seconds or as a date; nil without one that can be read.
    static func wait(_ response: HTTPResponse, now: Timestamp) -> Duration? {
        guard response.head.first("retry-after") != nil,
            let until = CachePolicy.retryAfter(response.head, status: 503, failures: 0, now: now), until > now
        else { return nil }
        return min(until - now, Limits.longestWait)
    }

    /// Without what may let others write in our name: the address's path and query, long parts of them, credentials, and
    /// what the channel named.
    func redacted(_ text: String) -> String { secrets.reduce(text) { $0.replacing($1, with: "…") } }

    private static func secrets(in address: WebAddress) -> [String] {
        let path = address.text.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false).dropFirst(3).first
        guard let path else { return [] }
        // A service may tell a part of the path alone: no word is as long as a token.
        let parts = path.split { "/?&=".contains($0) }.filter { $0.utf8.count >= Limits.token }.map(String.init)
        let password = address.credentials?.split(separator: ":", maxSplits: 1).last.map(String.init)
        return [String(path)] + parts + [address.credentials, password].compactMap { $0 }
    }

    private static func kept(_ secrets: [String]) -> [String] {
        Set(secrets.filter { $0.utf8.count >= 4 }).sorted { ($1.utf8.count, $0) < ($0.utf8.count, $1) }
    }

    /// The first bytes as text, control characters as blanks.
    static func beginning(of body: [UInt8], limit: Int = Message.Answer.textLimit) -> String {
        let text = String(decoding: body.prefix(limit), as: UTF8.self)
        return String(
            String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }))
    }

    /// This machine, or an address of a private network, written as such.
    private static func isNear(_ address: WebAddress) -> Bool {
        if address.host == "localhost" || address.host.hasSuffix(".localhost") { return true }
        return address.literalAddress.map { AddressGuard().denial(of: $0, port: 443) != nil } ?? false
    }
}

/// Base 64 of RFC 4648 section 4.
enum Base64 {
    static func text(of bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

    /// Nil if it is none.
    static func bytes(of text: String) -> [UInt8]? { Data(base64Encoded: text).map { Array($0) } }
}
