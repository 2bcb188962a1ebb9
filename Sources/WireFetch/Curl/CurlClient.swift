/// HTTP by libcurl: all transfers of the process on one thread, hundreds at once.
///
/// Nothing is started before the first request. A client has one address guard for good, and connections are shared
/// only within it.
public final class CurlClient: HTTPClient {
    /// What holds for all transfers of a client.
    public struct Options: Sendable {
        /// Asked for every socket.
        public var addressGuard: AddressGuard
        /// Transfers at once; more wait their turn.
        public var concurrency: Int
        /// A proxy's address; empty for none. The environment's proxies are ignored. With a proxy, it decides what names
        /// mean, so the guard sees only addresses written as such.
        public var proxy: String
        /// A file of certificate authorities instead of the system's; for tests and private ones.
        public var certificateFile: String?

        public init(
            addressGuard: AddressGuard = AddressGuard(), concurrency: Int = 256, proxy: String = "",
            certificateFile: String? = nil
        ) {
            self.addressGuard = addressGuard
            self.concurrency = max(1, concurrency)
            self.proxy = proxy
            self.certificateFile = certificateFile
        }
    }

    private let options: Options
    private let mailbox: CurlMailbox

    public init(options: Options = Options()) {
        self.options = options
        mailbox = CurlMailbox(options: options)
    }

    deinit {
        mailbox.stop()
        mailbox.join()
    }

    /// Sends one request. Cancelling the task cancels the transfer.
    public func send(_ request: HTTPRequest) async throws(FetchError) -> HTTPResponse {
        if let literal = request.address.literalAddress,
            let rule = options.addressGuard.denial(of: literal, port: request.address.port)
        {
            throw .addressDenied(target: "\(literal)", rule: rule)
        }
        let id = mailbox.nextID()
        let mailbox = mailbox
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let job = CurlJob(id: id, request: request, continuation: continuation)
                if let refusal = mailbox.post(job) {
                    continuation.resume(returning: .failure(refusal))
                } else if Task.isCancelled {
                    // The handler may have run before the job was posted.
                    mailbox.cancel(id)
                }
            }
        } onCancel: {
            mailbox.cancel(id)
        }
        // Here and not on the driver's thread, which all transfers share.
        return try result.get().decoded(limits: request.limits)
    }

    /// Ends: refuses new requests, cancels those under way, and returns when the thread has let go of everything.
    public func shutdown() async {
        await mailbox.stopAndWait()
    }
}

/// A request under way and who waits for it.
struct CurlJob: Sendable {
    let id: UInt64
    let request: HTTPRequest
    let continuation: CheckedContinuation<Result<ReceivedAnswer, FetchError>, Never>
}

/// A whole answer, its body still coded.
struct ReceivedAnswer: Sendable {
    private let response: HTTPResponse
    private let codings: [ContentCoding]

    init(_ response: HTTPResponse, codings: [ContentCoding]) {
        self.response = response
        self.codings = codings
    }

    func decoded(limits: TransferLimits) throws(FetchError) -> HTTPResponse {
        var codings = codings
        // A file that lies compressed on the server's disk and is sent as it lies: no feed begins with gzip's mark.
        if codings.isEmpty, response.body.starts(with: ContentCoding.gzipMark) { codings = [.gzip] }
        if codings.isEmpty { return response }
        let body = try ContentCoding.decode(response.body, codings, limits: limits)
        return HTTPResponse(
            status: response.status, head: response.head, body: body, wireBytes: response.wireBytes)
    }
}
