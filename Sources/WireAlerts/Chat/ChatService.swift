import WireFetch
import WireModel

/// What all services have in common that take a message as JSON over HTTP.
struct ChatService: Sendable {
    /// The setting that lets a service be reached in plain.
    static let allowHTTP = ChannelDescriptor.Setting(
        "allow_http", .flag, "without encryption to a host that is not this machine")

    private enum Limits {
        /// Characters of a service's own words on why it refused.
        static let reason = 200
    }

    let endpoint: Endpoint
    /// The channel's own words.
    let templates: MessageTemplates
    private let headers: [(String, String)]
    private let pause: @Sendable (JSONValue) -> Duration?

    /// - Parameters:
    ///   - address: of the service; `path` is added to it. An address without one is a secret of its own: who has it can
    ///     write.
    ///   - token: what shows who we are, and the header it goes in; nil for a service that wants none there.
    ///   - secrets: more that must be in no answer and no error.
    ///   - pause: how long the service asks to wait in the body of its answer, where it does not say so in a header.
    init(
        _ address: String, path: String? = nil, setting: String = "url", _ settings: ChannelSettings,
        _ outside: Outside, token: (header: String, prefix: String)? = nil, secrets: [String] = [],
        pause: @escaping @Sendable (JSONValue) -> Duration? = { _ in nil }
    ) throws(ChannelError) {
        templates = try MessageTemplates(settings)
        var address = address
        var secrets = secrets
        if let path {
            while address.hasSuffix("/") { address.removeLast() }
            address += path
        } else if let last = address.prefix(while: { $0 != "?" }).split(separator: "/").last {
            secrets.append(String(last))
        }
        var headers: [(String, String)] = []
        if let token, let text = settings.text("token") {
            do {
                _ = try HTTPHeader(token.header, token.prefix + text)
            } catch {
                throw .badSetting(
                    name: "token", reason: "it is empty, or holds a line break or another control character")
            }
            headers.append((token.header, token.prefix + text))
            secrets.append(text)
        }
        endpoint = try Endpoint(
            address, setting: setting, allowsHTTP: settings.flag("allow_http"), secrets: secrets, outside: outside)
        self.headers = headers
        self.pause = pause
    }

    /// - Parameter reference: below the service's address.
    func send(_ body: [UInt8], method: String = "POST", to reference: String? = nil, now: Timestamp) async
        -> DeliveryResult
    {
        var target = endpoint
        if let reference {
            do {
                target = try endpoint.at(reference)
            } catch {
                return .refused(Message.Answer(error: "\(error)"))
            }
        }
        let result = await target.send(body, method: method, headers: headers)
        let verdict = target.judge(result, now: now)
        guard case .success(let response) = result, !response.isSuccess else { return verdict }
        let value = JSONReader.readLeniently(response.body).value
        let reason = ChatService.reason(value, or: response.body).map(endpoint.redacted)
        switch verdict {
        case .delivered: return verdict
        case .tryAgain(let answer, let wait):
            return .tryAgain(
                answer.with(reason), after: wait ?? value.flatMap(pause).flatMap(ChatService.sensible))
        case .refused(let answer): return .refused(answer.with(reason))
        case .gone(let answer): return .gone(answer.with(reason))
        }
    }

    /// Why the service refused, in its own words: in one of the members that services have for it, or as plain text.
    private static func reason(_ value: JSONValue?, or body: [UInt8]) -> String? {
        let said: String?
        if let members = value?.object {
            said =
                ["errorDescription", "description", "message", "error"].lazy.compactMap { members[$0]?.string }.first
        } else {
            let text = Endpoint.beginning(of: body)
            // A page is no word of the service.
            said = text.contains("<") ? nil : text
        }
        guard let said else { return nil }
        let words = MarkedText(said, marks: [], limit: 1_000).plain.split(separator: " ").joined(separator: " ")
        return words.isEmpty ? nil : ChatText.cut(words, to: Limits.reason)
    }

    private static func sensible(_ wait: Duration) -> Duration? {
        wait > .zero ? min(wait, Endpoint.Limits.longestWait) : nil
    }

    /// A number of seconds as a service writes it; nil for nonsense.
    static func seconds(_ value: JSONValue?, per unit: Double = 1) -> Duration? {
        guard let number = value?.double, number.isFinite, number >= 0, number / unit < 1e9 else { return nil }
        return .milliseconds(Int64((number / unit * 1_000).rounded(.up)))
    }

    /// A text as one segment of a path (RFC 3986, section 3.3).
    static func segment(_ text: String) -> String {
        var out = ""
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: out.unicodeScalars.append(.init(byte))
            default: out += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return out
    }
}

extension Message.Answer {
    /// `HTTP 404: channel_not_found`.
    fileprivate func with(_ reason: String?) -> Message.Answer {
        guard let reason, let error else { return self }
        return Message.Answer(status: status, text: text, error: "\(error): \(reason)")
    }
}
