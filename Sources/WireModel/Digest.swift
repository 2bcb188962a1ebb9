import CCrypto

/// The first 128 bits of a SHA-256: names contents and keys inside one database.
public struct Digest: Hashable, Sendable {
    public let high: UInt64
    public let low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Reads the 16 bytes that `bytes` gives; nil for any other count.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        var words: (UInt64, UInt64) = (0, 0)
        for (index, byte) in bytes.enumerated() {
            if index < 8 { words.0 = words.0 << 8 | UInt64(byte) } else { words.1 = words.1 << 8 | UInt64(byte) }
        }
        self.init(high: words.0, low: words.1)
    }

    public var bytes: [UInt8] {
        (0..<16).map { UInt8(truncatingIfNeeded: ($0 < 8 ? high : low) >> (56 - 8 * UInt64($0 % 8))) }
    }

    /// The digest of a text's UTF-8.
    public init(of text: String) {
        var hasher = SHA256Hasher()
        hasher.update(text)
        self = hasher.finish()
    }
}

/// SHA-256 over fields, each preceded by its length, so that `("ab", "c")` and `("a", "bc")` differ. A copy goes on by itself.
public struct SHA256Hasher {
    private var context = SHA256_CTX()

    public init() { SHA256_Init(&context) }

    /// Adds a field; nil and the empty text differ.
    public mutating func update(_ text: String?) {
        guard let text else {
            add(0xFF, count: 1)
            return
        }
        update(text.utf8.span)
    }

    /// Adds a field by its UTF-8.
    public mutating func update(_ utf8: Swift.Span<UInt8>) {
        // The length in groups of seven bits, the lowest first, then a mark; lengths of texts leave room for it.
        var mark = UInt64(0)
        var bits = UInt64(0)
        var length = UInt64(utf8.count)
        while length > 0x7F, bits < 48 {
            mark |= (length & 0x7F) << bits
            length >>= 7
            bits += 8
        }
        mark |= length << bits | 0xFE << (bits + 8)
        add(mark, count: Int(bits / 8) + 2)
        // SAFETY: libcrypto reads the text within the call.
        utf8.withUnsafeBufferPointer { _ = SHA256_Update(&context, $0.baseAddress, $0.count) }
    }

    /// Adds the `count` lowest bytes of `word`, the lowest first; 8 at most.
    private mutating func add(_ word: UInt64, count: Int) {
        // SAFETY: libcrypto reads no more than the word within the call.
        withUnsafePointer(to: word.littleEndian) { _ = SHA256_Update(&context, $0, min(count, 8)) }
    }

    public consuming func finish() -> Digest {
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        // SAFETY: libcrypto writes 32 bytes, the size of the four words, within the call.
        withUnsafeMutableBytes(of: &words) { out in
            _ = SHA256_Final(out.bindMemory(to: UInt8.self).baseAddress, &context)
        }
        return Digest(high: UInt64(bigEndian: words.0), low: UInt64(bigEndian: words.1))
    }

    /// SHA-256 of `bytes`: 32 bytes.
    public static func hash(_ bytes: [UInt8]) -> [UInt8] {
        var context = SHA256_CTX()
        SHA256_Init(&context)
        // SAFETY: libcrypto reads the bytes within the call.
        SHA256_Update(&context, bytes, bytes.count)
        return [UInt8](unsafeUninitializedCapacity: 32) { out, count in
            // SAFETY: libcrypto writes 32 bytes within the call.
            SHA256_Final(out.baseAddress, &context)
            count = 32
        }
    }

    /// SHA-256 as 64 lower-case hexadecimal digits.
    public static func hexadecimal(of bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: hash(bytes).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
