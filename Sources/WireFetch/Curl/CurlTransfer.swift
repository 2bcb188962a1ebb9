import CCurl
import Glibc

/// Owner of one easy handle: sets it up once, then carries one request after the other.
///
/// SAFETY: belongs to the driver's thread from its making to its end. The pointers that libcurl keeps (this object as
/// context of the callbacks, the error text, the header list) are freed in `deinit`, after the handle itself.
final class CurlTransfer {
    let easy: UnsafeMutableRawPointer
    private(set) var id: UInt64 = 0
    /// False after a request that left settings behind which the next one must not inherit.
    private(set) var isReusable = true

    private let addressGuard: AddressGuard
    private let proxy: String
    private var usesProxy: Bool
    private let errorText: UnsafeMutablePointer<CChar>
    private var headerList: UnsafeMutablePointer<curl_slist>?
    private var headers: [HTTPHeader] = []
    private var limits = TransferLimits()
    private var route = RequestRoute()
    private var isFresh = true
    private var job: CurlJob?

    private var head = ReceivedHead()
    private var body: [UInt8] = []
    private var denied: FetchError?
    private var hasOpenedSocket = false
    private var stop: Stop?

    /// Why a callback ended the transfer.
    private enum Stop {
        case failed(FetchError)
        /// The answer is no success and enough of it is here.
        case seenEnough
    }

    init?(options: CurlClient.Options) {
        guard let easy = curl_easy_init() else { return nil }
        self.easy = easy
        addressGuard = options.addressGuard
        proxy = options.proxy
        usesProxy = !options.proxy.isEmpty
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        guard configure(options) else { return nil }
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_slist_free_all(headerList)
        errorText.deallocate()
    }

    // MARK: Before

    /// What is the same for every request.
    private func configure(_ options: CurlClient.Options) -> Bool {
        let context = Unmanaged.passUnretained(self).toOpaque()
        let fixed = TransferLimits.Fixed.self
        var codes = [
            ww_easy_setopt_long(easy, CURLOPT_NOSIGNAL, 1),
            // A transfer that ends during its name lookup does not wait for the lookup, which would hold up all others.
            ww_easy_setopt_long(easy, CURLOPT_QUICK_EXIT, 1),
            ww_easy_setopt_string(easy, CURLOPT_PROTOCOLS_STR, "http,https"),
            ww_easy_setopt_string(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https"),
            ww_easy_setopt_long(easy, CURLOPT_FOLLOWLOCATION, 0),
            // What a proxy says to CONNECT is not the answer.
            ww_easy_setopt_long(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1),
            ww_easy_setopt_string(easy, CURLOPT_PROXY, options.proxy),
            // Bodies come as they are; `ContentCoding` undoes their codings.
            ww_easy_setopt_long(easy, CURLOPT_HTTP_CONTENT_DECODING, 0),
            ww_easy_setopt_long(easy, CURLOPT_LOW_SPEED_LIMIT, fixed.slowBytesPerSecond),
            ww_easy_setopt_long(easy, CURLOPT_LOW_SPEED_TIME, Int(fixed.slowSpan.components.seconds)),
            ww_easy_setopt_long(easy, CURLOPT_SSL_VERIFYPEER, 1),
            ww_easy_setopt_long(easy, CURLOPT_SSL_VERIFYHOST, 2),
            ww_easy_setopt_long(easy, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2),
            ww_easy_setopt_pointer(easy, CURLOPT_ERRORBUFFER, errorText),
            ww_easy_setopt_write(easy, curlHasBody, context),
            ww_easy_setopt_header(easy, curlHasHeader, context),
            ww_easy_setopt_opensocket(easy, curlOpensSocket, context),
            ww_easy_setopt_prereq(easy, curlSendsRequest, context),
        ]
        if let file = options.certificateFile { codes.append(ww_easy_setopt_string(easy, CURLOPT_CAINFO, file)) }
        return codes.allSatisfy { $0 == CURLE_OK }
    }

    /// Sets the handle up for a request.
    func prepare(_ job: CurlJob) -> FetchError? {
        self.job = job
        id = job.id
        let request = job.request
        head = ReceivedHead()
        body = []
        denied = nil
        hasOpenedSocket = false
        stop = nil
        errorText[0] = 0
        var code = ww_easy_setopt_string(easy, CURLOPT_URL, request.address.text)
        if code == CURLE_OK, isFresh || limits != request.limits {
            limits = request.limits
            code = ww_easy_setopt_long(easy, CURLOPT_TIMEOUT_MS, CurlTransfer.milliseconds(limits.total))
            if code == CURLE_OK {
                code = ww_easy_setopt_long(easy, CURLOPT_CONNECTTIMEOUT_MS, CurlTransfer.milliseconds(limits.connect))
            }
        }
        if code == CURLE_OK, isFresh || headers != request.headers { code = setHeaders(request.headers) }
        if code == CURLE_OK, route != request.route { code = setRoute(request.route) }
        isFresh = false
        if code == CURLE_OK, request.method != "GET" || request.body != nil { code = setMethod(request) }
        return code == CURLE_OK ? nil : failure(of: code)
    }

    private func setHeaders(_ wanted: [HTTPHeader]) -> CURLcode {
        curl_slist_free_all(headerList)
        headerList = nil
        headers = []
        for header in wanted {
            // SAFETY: the line ends with NUL and holds no other; curl copies it.
            let list = header.line.withUnsafeBufferPointer { line in
                line.withMemoryRebound(to: CChar.self) { curl_slist_append(headerList, $0.baseAddress) }
            }
            guard let list else { return CURLE_OUT_OF_MEMORY }
            headerList = list
        }
        headers = wanted
        return ww_easy_setopt_list(easy, CURLOPT_HTTPHEADER, headerList)
    }

    private func setRoute(_ wanted: RequestRoute) -> CURLcode {
        route = wanted
        let proxy = wanted.proxy ?? self.proxy
        usesProxy = !proxy.isEmpty
        let version =
            switch wanted.version {
            case nil: CURL_HTTP_VERSION_NONE
            case .onePointZero: CURL_HTTP_VERSION_1_0
            case .onePointOne: CURL_HTTP_VERSION_1_1
            case .two:
                job?.request.address.isSecure == false ? CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE : CURL_HTTP_VERSION_2TLS
            }
        let codes = [
            ww_easy_setopt_string(easy, CURLOPT_PROXY, proxy),
            ww_easy_setopt_long(easy, CURLOPT_HTTP_VERSION, Int(version)),
            ww_easy_setopt_string(easy, CURLOPT_SSLCERT, wanted.certificate?.path),
            ww_easy_setopt_string(easy, CURLOPT_SSLKEY, wanted.certificate.map { $0.keyPath ?? $0.path }),
            ww_easy_setopt_string(easy, CURLOPT_USERPWD, wanted.digest),
            ww_easy_setopt_long(
                easy, CURLOPT_HTTPAUTH, wanted.digest == nil ? ww_curl_auth_basic : ww_curl_auth_digest),
        ]
        return codes.first { $0 != CURLE_OK } ?? CURLE_OK
    }

    private func setMethod(_ request: HTTPRequest) -> CURLcode {
        isReusable = false
        if request.method == "HEAD" { return ww_easy_setopt_long(easy, CURLOPT_NOBODY, 1) }
        if let body = request.body {
            let code = ww_easy_setopt_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
            guard code == CURLE_OK else { return code }
            // SAFETY: curl copies the bytes within the call.
            let copied = body.withUnsafeBufferPointer { bytes in
                bytes.withMemoryRebound(to: CChar.self) {
                    ww_easy_setopt_string(easy, CURLOPT_COPYPOSTFIELDS, $0.baseAddress)
                }
            }
            guard copied == CURLE_OK else { return copied }
        }
        return ww_easy_setopt_string(easy, CURLOPT_CUSTOMREQUEST, request.method)
    }

    private static func milliseconds(_ span: Duration) -> Int {
        let (seconds, attoseconds) = span.components
        guard seconds < 1_000_000_000 else { return 1_000_000_000 }
        return max(1, Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000))
    }

    // MARK: After

    /// Gives the result to who waits for it. Called once a request.
    func finish(with result: Result<ReceivedAnswer, FetchError>) {
        job?.continuation.resume(returning: result)
        job = nil
        body = []
    }

    /// What libcurl's verdict means. Called while the transfer is still in the multi handle.
    func result(of code: CURLcode) -> Result<ReceivedAnswer, FetchError> {
        if case .failed(let error) = stop { return .failure(error) }
        if code == CURLE_OK || isAnswerEnough(code) {
            guard head.isComplete else { return .failure(.protocolViolation(detail: "it has no headers")) }
            return .success(
                ReceivedAnswer(
                    HTTPResponse(
                        status: head.status, head: ResponseHead(bytes: head.bytes), body: body, wireBytes: body.count),
                    codings: head.codings))
        }
        return .failure(failure(of: code))
    }

    /// The status tells all of an answer that is no success; a broken body does not change it.
    private func isAnswerEnough(_ code: CURLcode) -> Bool {
        if case .seenEnough = stop { return true }
        return head.isComplete && head.status >= 300
    }

    private func failure(of code: CURLcode) -> FetchError {
        switch code {
        case CURLE_URL_MALFORMAT: return .badURL(reason: detail(code))
        case CURLE_COULDNT_RESOLVE_HOST: return .dns(host: job?.request.address.host ?? "")
        case CURLE_COULDNT_RESOLVE_PROXY: return .dns(host: "of the proxy")
        case CURLE_PROXY: return .refused(detail: detail(code))
        case CURLE_COULDNT_CONNECT:
            if let denied, !hasOpenedSocket { return denied }
            return .refused(detail: connectDetail())
        case CURLE_ABORTED_BY_CALLBACK: return denied ?? .cancelled
        case CURLE_OPERATION_TIMEDOUT: return timeoutError()
        case CURLE_PARTIAL_FILE: return .partial(detail: "the body is shorter than announced")
        case CURLE_RECV_ERROR, CURLE_SEND_ERROR: return .partial(detail: detail(code))
        case CURLE_BAD_CONTENT_ENCODING: return .badEncoding(detail: detail(code))
        // libcurl says so, too, of a line of the head that is longer than it reads.
        case CURLE_OUT_OF_MEMORY where isConnected && !head.isComplete:
            return .headersTooLarge(limit: TransferLimits.Fixed.headerBytes)
        case CURLE_OUT_OF_MEMORY: return .outOfResources(detail: "no memory")
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_GOT_NOTHING, CURLE_HTTP2, CURLE_HTTP2_STREAM:
            return .protocolViolation(detail: detail(code))
        case CURLE_SSL_CERTPROBLEM: return .badSetting(name: "client_cert", reason: detail(code))
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CRL_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_PINNEDPUBKEYNOTMATCH,
            CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_ENGINE_SETFAILED,
            CURLE_SSL_ENGINE_INITFAILED, CURLE_SSL_CLIENTCERT, CURLE_USE_SSL_FAILED, CURLE_SSL_SHUTDOWN_FAILED:
            return .tls(detail: detail(code))
        default: return .protocolViolation(detail: "\(detail(code)) (libcurl code \(code.rawValue))")
        }
    }

    private var isConnected: Bool {
        var connected: curl_off_t = 0
        _ = ww_easy_getinfo_offset(easy, CURLINFO_PRETRANSFER_TIME_T, &connected)
        return connected > 0
    }

    private func timeoutError() -> FetchError {
        var lasted: curl_off_t = 0
        _ = ww_easy_getinfo_offset(easy, CURLINFO_TOTAL_TIME_T, &lasted)
        if !isConnected, !head.hasBegun { return .connectTimeout(after: min(limits.connect, limits.total)) }
        return .microseconds(Int64(lasted)) + .milliseconds(50) < limits.total
            ? .tooSlow : .timeout(after: limits.total)
    }

    private func connectDetail() -> String {
        var number = 0
        _ = ww_easy_getinfo_long(easy, CURLINFO_OS_ERRNO, &number)
        switch Int32(truncatingIfNeeded: number) {
        case ECONNREFUSED: return "connection refused"
        case ENETUNREACH, EHOSTUNREACH: return "no way to the network of this host"
        case EMFILE, ENFILE: return "too many open descriptors on this machine; lower fetch.concurrency"
        default: return detail(CURLE_COULDNT_CONNECT)
        }
    }

    /// libcurl's own words for what happened here, else for the code.
    private func detail(_ code: CURLcode) -> String {
        let own = String(cString: errorText)
        if !own.isEmpty { return FetchError.printable(own) }
        return curl_easy_strerror(code).map { String(cString: $0) } ?? "code \(code.rawValue)"
    }
}

@available(*, unavailable)
extension CurlTransfer: Sendable {}

// MARK: During

extension CurlTransfer {
    fileprivate func receive(header line: UnsafeBufferPointer<UInt8>) -> Bool {
        switch head.receive(line, limits: limits) {
        case .goOn: return true
        case .stop(let error):
            stop = .failed(error)
            return false
        }
    }

    fileprivate func receive(body part: UnsafeBufferPointer<UInt8>) -> Bool {
        let total = body.count &+ part.count
        if !(200..<300).contains(head.status) {
            let room = max(0, TransferLimits.Fixed.errorBodyBytes - body.count)
            body.append(contentsOf: part.prefix(room))
            guard total > TransferLimits.Fixed.errorBodyBytes else { return true }
            stop = .seenEnough
            return false
        }
        guard total <= limits.maxBodyBytes else {
            stop = .failed(.bodyTooLarge(limit: limits.maxBodyBytes))
            return false
        }
        if body.isEmpty, let length = head.contentLength { body.reserveCapacity(length) }
        body.append(contentsOf: part)
        return true
    }

    fileprivate func openSocket(_ wanted: UnsafeMutablePointer<curl_sockaddr>) -> curl_socket_t {
        let length = min(Int(wanted.pointee.addrlen), MemoryLayout<sockaddr_storage>.size)
        // SAFETY: curl's structure holds `addrlen` bytes of address from `addr` on.
        let raw = UnsafeRawPointer(wanted).advanced(by: MemoryLayout<curl_sockaddr>.offset(of: \.addr) ?? 16)
        guard let endpoint = AddressGuard.endpoint(raw, length: length) else {
            denied = .addressDenied(target: "a local socket", rule: "only the internet protocols are used")
            return ww_curl_socket_bad
        }
        if !usesProxy, !isAllowed(endpoint) { return ww_curl_socket_bad }
        hasOpenedSocket = true
        return socket(
            wanted.pointee.family, wanted.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue), wanted.pointee.protocol)
    }

    /// The second lock: a connection that was already open.
    fileprivate func mayRequest(of address: UnsafeMutablePointer<CChar>?, port: Int32) -> Bool {
        guard !usesProxy, let address else { return true }
        guard let peer = IPAddress(String(cString: address)) else { return false }
        return isAllowed(AddressGuard.Endpoint(address: peer, port: Int(port)))
    }

    private func isAllowed(_ endpoint: AddressGuard.Endpoint) -> Bool {
        guard let rule = addressGuard.denial(of: endpoint.address, port: endpoint.port) else { return true }
        denied = .addressDenied(target: "\(endpoint.address)", rule: rule)
        return false
    }
}

// SAFETY (all four): `context` is the transfer that owns the easy handle; libcurl calls only from within the driver's own
// calls, on its thread; the data is valid for the call and copied.

private func curlHasBody(
    _ data: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let data, let context else { return 0 }
    let part = UnsafeBufferPointer(
        start: UnsafeRawPointer(data).assumingMemoryBound(to: UInt8.self), count: size &* count)
    return Unmanaged<CurlTransfer>.fromOpaque(context)._withUnsafeGuaranteedRef {
        $0.receive(body: part) ? part.count : 0
    }
}

private func curlHasHeader(
    _ data: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let data, let context else { return 0 }
    let line = UnsafeBufferPointer(
        start: UnsafeRawPointer(data).assumingMemoryBound(to: UInt8.self), count: size &* count)
    return Unmanaged<CurlTransfer>.fromOpaque(context)._withUnsafeGuaranteedRef {
        $0.receive(header: line) ? line.count : 0
    }
}

private func curlOpensSocket(
    _ context: UnsafeMutableRawPointer?, _ purpose: curlsocktype, _ wanted: UnsafeMutablePointer<curl_sockaddr>?
) -> curl_socket_t {
    guard let context, let wanted else { return ww_curl_socket_bad }
    return Unmanaged<CurlTransfer>.fromOpaque(context)._withUnsafeGuaranteedRef { $0.openSocket(wanted) }
}

private func curlSendsRequest(
    _ context: UnsafeMutableRawPointer?, _ peer: UnsafeMutablePointer<CChar>?, _ own: UnsafeMutablePointer<CChar>?,
    _ peerPort: Int32, _ ownPort: Int32
) -> Int32 {
    guard let context else { return CURL_PREREQFUNC_ABORT }
    return Unmanaged<CurlTransfer>.fromOpaque(context)._withUnsafeGuaranteedRef {
        $0.mayRequest(of: peer, port: peerPort) ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
    }
}
