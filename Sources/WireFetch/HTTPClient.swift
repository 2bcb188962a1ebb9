/// Sends one request and gives its answer.
///
/// One hop: a redirect is an answer like any other, because who follows it must ask the host's gate first and remember
/// whether the move is for good.
public protocol HTTPClient: Sendable {
    /// - Throws: `FetchError` if no whole answer came. Every HTTP status is an answer.
    func send(_ request: HTTPRequest) async throws(FetchError) -> HTTPResponse
}

/// One header of a request, checked when made: no CR, LF, NUL or other control byte can be in it.
public struct HTTPHeader: Hashable, Sendable {
    /// `Name: value` and a NUL, as libcurl takes it.
    let line: [UInt8]
    private let nameLength: Int

    /// - Throws: `FetchError.badHeader` if the name is no token (RFC 9110 section 5.6.2), or the value is empty or holds
    ///   a control byte.
    public init(_ name: String, _ value: String) throws(FetchError) {
        try self.init(name, bytes: Array(value.utf8))
    }

    /// The same for a value that is kept as bytes, as validators are.
    public init(_ name: String, bytes value: [UInt8]) throws(FetchError) {
        guard !name.isEmpty, name.utf8.allSatisfy(HTTPHeader.isTokenByte) else {
            throw .badHeader(name: name, reason: "its name is not a header name")
        }
        guard !value.isEmpty else { throw .badHeader(name: name, reason: "its value is empty") }
        guard HTTPHeader.isSafe(value) else {
            throw .badHeader(name: name, reason: "its value holds a control character")
        }
        var line: [UInt8] = []
        line.reserveCapacity(name.utf8.count + value.count + 3)
        line.append(contentsOf: name.utf8)
        line.append(contentsOf: [UInt8(ascii: ":"), UInt8(ascii: " ")])
        line.append(contentsOf: value)
        line.append(0)
        self.line = line
        nameLength = name.utf8.count
    }

    /// Reads `Name: value`, the form of settings.
    public init(parsing text: String) throws(FetchError) {
        let bytes = Array(text.utf8)
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else {
            throw .badHeader(name: text, reason: "it is not of the form “Name: value”")
        }
        let name = String(decoding: bytes[..<colon], as: UTF8.self)
        try self.init(name, bytes: Array(ResponseHead.trimmed(bytes[(colon + 1)...])))
    }

    public var name: String { String(decoding: line[..<nameLength], as: UTF8.self) }
    public var value: [UInt8] { Array(line[(nameLength + 2)..<(line.count - 1)]) }

    /// Whether a value may stand in a header: no control bytes but tab.
    static func isSafe(_ value: [UInt8]) -> Bool {
        value.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}

/// A request for one hop.
public struct HTTPRequest: Sendable {
    public var method: String
    public var address: WebAddress
    /// Sent in this order, after `Host`.
    public var headers: [HTTPHeader]
    /// Sent with a method that carries one; nil for none.
    public var body: [UInt8]?
    public var limits: TransferLimits
    public var route: RequestRoute

    public init(
        _ address: WebAddress, method: String = "GET", headers: [HTTPHeader] = [], body: [UInt8]? = nil,
        limits: TransferLimits = TransferLimits(), route: RequestRoute = RequestRoute()
    ) {
        self.method = method
        self.address = address
        self.headers = headers
        self.body = body
        self.limits = limits
        self.route = route
    }
}

/// What one transfer may cost.
public struct TransferLimits: Hashable, Sendable {
    /// From the start until the last byte.
    public var total: Duration
    /// Until the connection stands, name lookup and TLS included.
    public var connect: Duration
    /// Bytes of body, decompressed.
    public var maxBodyBytes: Int

    public init(
        total: Duration = .seconds(60), connect: Duration = .seconds(10), maxBodyBytes: Int = 10 * 1024 * 1024
    ) {
        self.total = total
        self.connect = connect
        self.maxBodyBytes = maxBodyBytes
    }

    /// Limits that no setting moves.
    public enum Fixed {
        /// All header bytes of one transfer, interim answers (1xx) included: real ones stay under 16 kB.
        public static let headerBytes = 64 * 1024
        /// Slower than this for `slowSpan` is abandoned.
        public static let slowBytesPerSecond = 1000
        public static let slowSpan: Duration = .seconds(20)
        /// A body that grows more than this in decompression is a bomb; the best real feeds compress to a fiftieth.
        public static let compressionRatio = 200
        /// The ratio is judged from here on, because small bodies may compress very well.
        public static let compressionRatioFrom = 1_000_000
        /// Content codings of one body; more than two are only met in attacks.
        public static let contentCodings = 2
        /// The body of an answer that is not a success is read up to here, for its connection's sake.
        public static let errorBodyBytes = 64 * 1024
    }
}

/// A whole answer.
public struct HTTPResponse: Sendable {
    public let status: Int
    public let head: ResponseHead
    /// Decompressed. Of an answer that is not a success at most its first 64 kB, coded as they came.
    public let body: [UInt8]
    /// Bytes of body as they came over the wire.
    public let wireBytes: Int

    public init(status: Int, head: ResponseHead = ResponseHead(), body: [UInt8] = [], wireBytes: Int = 0) {
        self.status = status
        self.head = head
        self.body = body
        self.wireBytes = wireBytes
    }

    public var isSuccess: Bool { (200..<300).contains(status) }
}

/// The header lines of an answer, kept as the bytes that came. Lookups read them in place: of some twenty headers a
/// feed's answer needs five.
public struct ResponseHead: Sendable {
    /// Lines, each ended by LF; the status line is not among them.
    private(set) var bytes: [UInt8]

    public init() { bytes = [] }

    /// Header lines in the form `Name: value`.
    public init(_ lines: [String]) {
        bytes = []
        for line in lines { append(line: Array(line.utf8)) }
    }

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func append(line: [UInt8]) {
        bytes.append(contentsOf: line)
        bytes.append(UInt8(ascii: "\n"))
    }

    /// The first value of a header, trimmed; nil if it is missing. `name` in lower case.
    public func first(_ name: StaticString) -> ArraySlice<UInt8>? {
        var found: ArraySlice<UInt8>?
        scan(name) { value in
            found = value
            return false
        }
        return found
    }

    /// All values of a header, joined by commas as RFC 9110 section 5.3 allows; nil if it is missing.
    public func joined(_ name: StaticString) -> ArraySlice<UInt8>? {
        var all: ArraySlice<UInt8>?
        scan(name) { value in
            if all == nil {
                all = value
            } else {
                all?.append(UInt8(ascii: ","))
                all?.append(contentsOf: value)
            }
            return true
        }
        return all
    }

    /// The first value as text; bytes that are no UTF-8 come as U+FFFD.
    public func text(_ name: StaticString) -> String? {
        first(name).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Calls `visit` with each value of the header until it says false.
    private func scan(_ name: StaticString, _ visit: (ArraySlice<UInt8>) -> Bool) {
        let length = name.utf8CodeUnitCount
        let wanted = name.description.utf8
        var start = 0
        let end = bytes.count
        while start < end {
            var stop = start
            while stop < end, bytes[stop] != UInt8(ascii: "\n") { stop += 1 }
            if stop - start > length, bytes[start + length] == UInt8(ascii: ":"),
                zip(bytes[start..<(start + length)], wanted).allSatisfy({ $0 | 0x20 == $1 || $0 == $1 })
            {
                if !visit(ResponseHead.trimmed(bytes[(start + length + 1)..<stop])) { return }
            }
            start = stop + 1
        }
    }

    /// Without spaces, tabs and CR at both ends.
    static func trimmed(_ slice: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var slice = slice
        while let byte = slice.first, byte == 0x20 || byte == 0x09 { slice = slice.dropFirst() }
        while let byte = slice.last, byte == 0x20 || byte == 0x09 || byte == 0x0D { slice = slice.dropLast() }
        return slice
    }
}
