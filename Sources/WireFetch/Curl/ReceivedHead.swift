/// The headers of an answer while they arrive: keeps the lines of the last answer, drops interim ones (1xx) and trailers,
/// and judges what must be judged before the body comes.
struct ReceivedHead {
    private(set) var bytes: [UInt8] = []
    private(set) var status = 0
    /// The blank line after a final answer's headers came.
    private(set) var isComplete = false
    private(set) var isEncoded = false
    private(set) var contentLength: Int?
    /// All header bytes so far, dropped ones included.
    private var received = 0

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
        if isComplete { return .goOn }  // a trailer
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
        bytes.append(contentsOf: line[..<end])
        bytes.append(UInt8(ascii: "\n"))
        return .goOn
    }

    private mutating func judge(_ limits: TransferLimits) -> Verdict {
        guard (200..<300).contains(status) else { return .goOn }
        let head = ResponseHead(bytes: bytes)
        if let codings = head.joined("content-encoding"), let error = judge(codings: codings) { return .stop(error) }
        if let text = head.first("content-length"), let length = ReceivedHead.number(text) {
            if length > limits.maxBodyBytes { return .stop(.bodyTooLarge(limit: limits.maxBodyBytes)) }
            contentLength = length
        }
        return .goOn
    }

    private mutating func judge(codings: ArraySlice<UInt8>) -> FetchError? {
        var count = 0
        for part in codings.split(separator: UInt8(ascii: ",")) {
            let name = String(decoding: ResponseHead.trimmed(part), as: UTF8.self).lowercasedASCII
            switch name {
            case "", "identity": continue
            case "gzip", "x-gzip", "deflate", "br": count += 1
            default: return .badEncoding(detail: "unknown coding “\(FetchError.printable(name))”")
            }
        }
        isEncoded = count > 0
        guard count <= TransferLimits.Fixed.contentCodings else {
            return .badEncoding(detail: "\(count) codings on top of each other")
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

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        guard !digits.isEmpty, digits.count <= 18 else { return nil }
        var value = 0
        for byte in digits {
            guard (0x30...0x39).contains(byte) else { return nil }
            value = value * 10 + Int(byte - 0x30)
        }
        return value
    }
}
