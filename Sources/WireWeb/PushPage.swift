/// What a hub asks and sends (WebSub): the callback's side.
public enum PushPage {
    /// Before the token of a subscription.
    public static let path = "/websub/"

    enum Limits {
        /// Of a challenge, which is sent back as it came.
        static let challenge = 4_096
    }

    /// A hub's question whether a subscription is wanted, or its word that it was denied.
    public struct Question: Hashable, Sendable {
        public let mode: String
        public let topic: String
        /// Sent back if the answer is yes.
        public let challenge: String
        public let leaseSeconds: Int?
        public let reason: String

        /// - Parameter query: of the request, without the question mark.
        init(query: String) {
            let fields = PushPage.fields(query)
            mode = fields["hub.mode"] ?? ""
            topic = fields["hub.topic"] ?? ""
            challenge = fields["hub.challenge"] ?? ""
            leaseSeconds = fields["hub.lease_seconds"].flatMap { Int($0) }
            reason = fields["hub.reason"] ?? ""
        }
    }

    public struct Content: Hashable, Sendable {
        /// Nil for one that is longer than is read.
        public let bytes: [UInt8]?
        public let contentType: String?
        /// `X-Hub-Signature`.
        public let signature: String?
    }

    public enum Reception: Sendable {
        /// Whether it is used or not: the hub need not send it again.
        case taken
        /// The hub has not verified yet.
        case early
        /// Nobody wants this any more.
        case gone
    }

    /// Names and values of a query; of equal names the first.
    static func fields(_ query: String) -> [String: String] {
        var fields: [String: String] = [:]
        for pair in query.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = decoded(parts[0])
            if fields[name] == nil { fields[name] = parts.count > 1 ? decoded(parts[1]) : "" }
        }
        return fields
    }

    /// Without its percent signs and plus signs (`application/x-www-form-urlencoded`).
    private static func decoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension WebHandler {
    func push(_ request: WebRequest, token: String) async -> WebAnswer {
        switch request.method {
        case "GET":
            let question = PushPage.Question(query: request.query)
            guard question.challenge.utf8.count <= PushPage.Limits.challenge,
                await actions.isPushWanted(token, question)
            else { return WebHandler.missing }
            return WebAnswer(status: 200, body: question.challenge)
        case "POST":
            let content = PushPage.Content(
                bytes: request.bytes, contentType: request.contentType, signature: request.signature)
            switch await actions.receive(token, content) {
            case .taken: return WebAnswer(status: 202, body: "")
            case .early: return WebHandler.missing
            case .gone: return WebAnswer(status: 410, body: "nobody is subscribed here\n")
            }
        default:
            return WebAnswer(status: 405, body: "only GET and POST are answered here\n", allow: "GET, POST")
        }
    }
}
