/// What of a request its answer depends on.
public struct WebRequest: Hashable, Sendable {
    public let method: String
    /// Without the query.
    public let path: String

    public init(method: String, path: String) {
        self.method = method
        self.path = String(path.prefix { $0 != "?" })
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
    /// What is wrong with the service; nil if it works.
    public typealias Complaint = @Sendable () async -> String?

    private let health: Complaint
    private let readiness: Complaint
    private let metrics: @Sendable () async -> String

    /// - Parameters:
    ///   - health: whether the process should go on living.
    ///   - readiness: whether it does its work now.
    ///   - metrics: the Prometheus text.
    public init(
        health: @escaping Complaint, readiness: @escaping Complaint, metrics: @escaping @Sendable () async -> String
    ) {
        self.health = health
        self.readiness = readiness
        self.metrics = metrics
    }

    public func answer(_ request: WebRequest) async -> WebAnswer {
        guard ["/healthz", "/readyz", "/metrics"].contains(request.path) else {
            return WebAnswer(status: 404, body: "there is no such page\n")
        }
        guard request.method == "GET" || request.method == "HEAD" else {
            return WebAnswer(status: 405, body: "only GET and HEAD are answered here\n", allow: "GET, HEAD")
        }
        switch request.path {
        case "/healthz": return answer(to: await health())
        case "/readyz": return answer(to: await readiness())
        default:
            return WebAnswer(
                status: 200, contentType: "text/plain; version=0.0.4; charset=utf-8", body: await metrics())
        }
    }

    private func answer(to complaint: String?) -> WebAnswer {
        complaint.map { WebAnswer(status: 503, body: $0 + "\n") } ?? WebAnswer(status: 200, body: "ok\n")
    }
}
