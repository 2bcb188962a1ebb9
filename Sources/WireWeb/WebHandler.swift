/// What of a request its answer depends on.
public struct WebRequest: Hashable, Sendable {
    public let method: String
    /// Without the query.
    public let path: String
    /// Of the name in the field `Host`, without a port; empty if there is none.
    public let host: String
    /// Behind the question mark.
    public let query: String
    /// At most as many as the handler's `bodyLimit` says; nil for a longer body.
    public let bytes: [UInt8]?
    public let contentType: String?
    /// `X-Hub-Signature`.
    public let signature: String?

    /// Empty for a body that is too long.
    public var body: String { String(decoding: bytes ?? [], as: UTF8.self) }

    public init(
        method: String, path: String, host: String = "localhost", bytes: [UInt8]? = [], contentType: String? = nil,
        signature: String? = nil
    ) {
        self.method = method
        self.path = String(path.prefix { $0 != "?" })
        query = String(path.dropFirst(self.path.count + 1))
        self.bytes = bytes
        self.contentType = contentType
        self.signature = signature
        self.host = WebRequest.withoutPort(host).lowercased()
    }

    private static func withoutPort(_ host: String) -> String {
        // An address of IPv6 has colons of its own, in brackets.
        if host.hasPrefix("["), let end = host.firstIndex(of: "]") {
            return String(host[host.index(after: host.startIndex)..<end])
        }
        return String(host.prefix { $0 != ":" })
    }
}

public struct WebAnswer: Hashable, Sendable {
    public let status: Int
    public let contentType: String
    public let body: String
    /// The methods that the address knows; told with 405 only.
    public let allow: String?

    public init(status: Int, contentType: String = "text/plain; charset=utf-8", body: String, allow: String? = nil) {
        self.status = status
        self.contentType = contentType
        self.body = body
        self.allow = allow
    }
}

/// Answers requests about the service itself.
public struct WebHandler: Sendable {
    private enum Limits {
        /// Bytes of a request's body that are read.
        static let body = 4_096
    }

    let actions: WebActions
    private let hosts: Set<String>

    /// - Parameter hosts: names under which it is asked, besides literal addresses and `localhost`. Others are refused: a
    ///   page of a stranger could give its own name this machine's address, and read what is here.
    public init(_ actions: WebActions, hosts: Set<String> = []) {
        self.actions = actions
        self.hosts = Set(hosts.map { $0.lowercased() })
    }

    /// Bytes of a request's body that are read. Only who has a hub's token may send much.
    public func bodyLimit(_ path: String) async -> Int {
        guard path.hasPrefix(PushPage.path) else { return Limits.body }
        let token = path.dropFirst(PushPage.path.count).prefix { $0 != "?" }
        return await actions.pushLimit(String(token)) ?? Limits.body
    }

    public func answer(_ request: WebRequest) async -> WebAnswer {
        guard isOurs(request.host) else {
            return WebAnswer(
                status: 421, body: "this service is not called so; the setting web: hosts: [NAME] adds a name\n")
        }
        switch request.path {
        case "/healthz": return await page(request) { answer(to: await actions.health()) }
        case "/readyz": return await page(request) { answer(to: await actions.readiness()) }
        case "/metrics":
            return await page(request) {
                guard let text = await actions.metrics() else { return answer(to: "the database cannot be read") }
                return WebAnswer(status: 200, contentType: "text/plain; version=0.0.4; charset=utf-8", body: text)
            }
        case let path where path.hasPrefix(UnsubscribePage.path):
            return await unsubscribe(request, token: String(path.dropFirst(UnsubscribePage.path.count)))
        case let path where path.hasPrefix(PushPage.path):
            return await push(request, token: String(path.dropFirst(PushPage.path.count)))
        default: return WebHandler.missing
        }
    }

    static let missing = WebAnswer(status: 404, body: "there is no such page\n")

    private func page(_ request: WebRequest, _ body: () async -> WebAnswer) async -> WebAnswer {
        guard request.method == "GET" || request.method == "HEAD" else {
            return WebAnswer(status: 405, body: "only GET and HEAD are answered here\n", allow: "GET, HEAD")
        }
        return await body()
    }

    /// RFC 8058: the POST needs neither login nor cookie; the GET, which mail scanners follow too, changes nothing.
    private func unsubscribe(_ request: WebRequest, token: String) async -> WebAnswer {
        guard ["GET", "HEAD", "POST"].contains(request.method) else {
            return WebAnswer(status: 405, body: "only GET and POST are answered here\n", allow: "GET, HEAD, POST")
        }
        guard let subscription = await actions.subscription(token) else { return WebHandler.missing }
        guard request.method == "POST" else {
            return WebAnswer(
                status: 200, contentType: "text/html; charset=utf-8", body: UnsubscribePage.question(subscription))
        }
        guard UnsubscribePage.isOneClick(request.body) else {
            return WebAnswer(status: 400, body: "the body must be \(UnsubscribePage.oneClick)\n")
        }
        guard await actions.unsubscribe(subscription) else {
            return WebAnswer(status: 503, body: "this could not be stored; try again in a minute\n")
        }
        return WebAnswer(status: 200, contentType: "text/html; charset=utf-8", body: UnsubscribePage.done(subscription))
    }

    private func isOurs(_ host: String) -> Bool {
        host == "localhost" || hosts.contains(host) || host.contains(":")
            || host.split(separator: ".", omittingEmptySubsequences: false).allSatisfy {
                !$0.isEmpty && UInt8($0) != nil
            }
    }

    private func answer(to complaint: String?) -> WebAnswer {
        complaint.map { WebAnswer(status: 503, body: $0 + "\n") } ?? WebAnswer(status: 200, body: "ok\n")
    }
}
