/// The headers of an answer while they arrive: keeps the lines of the last answer, drops interim ones (1xx) and trailers,
/// and judges what must be judged before the body comes.
struct ReceivedHead {
    private(set) var bytes: [UInt8] = []
    private(set) var status = 0
    /// The blank line after a final answer's headers came.
    private(set) var isComplete = false
    /// What the body is coded in, the last coding last.
    private(set) var codings: [ContentCoding] = []
    private(set) var contentLength: Int?
    /// All header bytes so far, dropped ones included.
    private var received = 0

    init() {}

    private init(received: Int) { self.received = received }

    enum Verdict {
        case goOn
        case stop(FetchError)
    }

    var hasBegun: Bool { received > 0 }

    /// Takes one line as libcurl gives it, with its line end.
    mutating func receive(_ line: UnsafeBufferPointer<UInt8>, limits: TransferLimits) -> Verdict {
        received &+= line.count
        if received > TransferLimits.Fixed.headerBytes {
            return .stop(.headersTooLarge(limit: TransferLimits.Fixed.headerBytes))
        }
        if isComplete {
            // libcurl asks again with what the first answer wanted; anything else is a trailer.
            guard status == 401 || status == 407, line.starts(with: "HTTP/".utf8) else { return .goOn }
            self = ReceivedHead(received: received)
        }
        var end = line.count
        while end > 0, line[end - 1] == UInt8(ascii: "\n") || line[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        if end == 0 {
            guard status >= 200 else { return .goOn }
            isComplete = true
            return judge(limits)
        }
        if status < 200, line.starts(with: "HTTP/".utf8) {
            status = ReceivedHead.status(of: line)
            bytes.removeAll(keepingCapacity: true)
            return .goOn
        }
        if bytes.isEmpty { bytes.reserveCapacity(1024) }
        if line[0] == UInt8(ascii: " ") || line[0] == UInt8(ascii: "\t"), !bytes.isEmpty {
            // A folded line goes on where the one before ended (RFC 9112 section 5.2).
            bytes[bytes.count - 1] = UInt8(ascii: " ")
            bytes.append(contentsOf: line[..<end].drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") })
        } else {
            bytes.append(contentsOf: line[..<end])
        }
        bytes.append(UInt8(ascii: "\n"))
        return .goOn
    }

    private mutating func judge(_ limits: TransferLimits) -> Verdict {
        guard (200..<300).contains(status) else { return .goOn }
        let head = ResponseHead(bytes: bytes)
        if let codings = head.joined("content-encoding"), let error = judge(codings: codings) { return .stop(error) }
        if let codings = head.joined("transfer-encoding") {
            let name = String(decoding: codings, as: UTF8.self).lowercasedASCII
            // Others were not asked for (RFC 9112 section 7.4).
            guard name == "chunked" || name == "identity" else {
                return .stop(.badEncoding(detail: "unknown transfer coding “\(FetchError.printable(name))”"))
            }
            return .goOn
        }
        guard let text = head.joined("content-length") else { return .goOn }
        return judge(length: text, limits)
    }

    /// Several lengths must be one and the same (RFC 9112 section 6.3).
    private mutating func judge(length text: ArraySlice<UInt8>, _ limits: TransferLimits) -> Verdict {
        let parts = text.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
            .map(ResponseHead.trimmed)
        guard let first = parts.first, let length = CachePolicy.wholeNumber(first) else {
            return .stop(.protocolViolation(detail: "its Content-Length is not a number"))
        }
        guard parts.allSatisfy({ $0 == first }) else {
            return .stop(.protocolViolation(detail: "it names several lengths"))
        }
        if length > limits.maxBodyBytes { return .stop(.bodyTooLarge(limit: limits.maxBodyBytes)) }
        contentLength = Int(length)
        return .goOn
    }

    private mutating func judge(codings names: ArraySlice<UInt8>) -> FetchError? {
        for part in names.split(separator: UInt8(ascii: ",")) {
            let name = String(decoding: ResponseHead.trimmed(part), as: UTF8.self).lowercasedASCII
            if name.isEmpty || name == "identity" { continue }
            guard let coding = ContentCoding(name) else {
                return .badEncoding(detail: "unknown coding “\(FetchError.printable(name))”")
            }
            codings.append(coding)
        }
        guard codings.count <= TransferLimits.Fixed.contentCodings else {
            return .badEncoding(detail: "\(codings.count) codings on top of each other")
        }
        return nil
    }

    private static func status(of line: UnsafeBufferPointer<UInt8>) -> Int {
        guard let space = line.firstIndex(of: UInt8(ascii: " ")) else { return 0 }
        var value = 0
        for byte in line[(space + 1)...].prefix(3) {
            guard (0x30...0x39).contains(byte) else { return 0 }
            value = value * 10 + Int(byte - 0x30)
        }
        return value
    }
}
