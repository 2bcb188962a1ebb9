import WireFetch
import WireModel

/// What all services have in common that take a message as JSON over HTTP.
struct ChatService: Sendable {
    /// The setting that lets a service be reached in plain.
    static let allowHTTP = ChannelDescriptor.Setting(
        "allow_http", .flag, "without encryption to a host that is not this machine")

    let endpoint: Endpoint
    /// The channel's own words.
    let templates: MessageTemplates
    private let headers: [(String, String)]
    private let pause: @Sendable (JSONValue) -> Duration?

    /// - Parameters:
    ///   - address: of the service; `path` is added to it.
    ///   - pause: how long the service asks to wait in the body of its answer, where it does not say so in a header.
    init(
        _ address: String, path: String? = nil, setting: String = "url", _ settings: ChannelSettings,
        _ outside: Outside,
        headers: [(String, String)] = [], pause: @escaping @Sendable (JSONValue) -> Duration? = { _ in nil }
    ) throws(ChannelError) {
        templates = try MessageTemplates(settings)
        var address = address
        if let path {
            while address.hasSuffix("/") { address.removeLast() }
            address += path
        }
        endpoint = try Endpoint(
            address, setting: setting, allowsHTTP: settings.flag("allow_http"), outside: outside)
        self.headers = headers
        self.pause = pause
    }

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
        let verdict = endpoint.judge(result, now: now)
        guard case .tryAgain(let answer, nil) = verdict, case .success(let response) = result,
            let value = JSONReader.readLeniently(response.body).value, let wait = pause(value), wait > .zero
        else { return verdict }
        return .tryAgain(answer, after: min(wait, Endpoint.Limits.longestWait))
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
