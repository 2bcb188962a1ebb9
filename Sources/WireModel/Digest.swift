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
        guard var text else {
            update(byte: 0xFF)
            return
        }
        text.withUTF8 { utf8 in
            var length = UInt64(utf8.count)
            while length > 0x7F {
                update(byte: UInt8(truncatingIfNeeded: length & 0x7F))
                length >>= 7
            }
            update(byte: UInt8(truncatingIfNeeded: length))
            update(byte: 0xFE)
            // SAFETY: libcrypto reads the text within the call.
            SHA256_Update(&context, utf8.baseAddress, utf8.count)
        }
    }

    private mutating func update(byte: UInt8) {
        // SAFETY: libcrypto reads one byte within the call.
        withUnsafePointer(to: byte) { _ = SHA256_Update(&context, $0, 1) }
    }

    public consuming func finish() -> Digest {
        let full = SHA256Hasher.final(&context)
        return Digest(bytes: full[..<16]) ?? Digest(high: 0, low: 0)
    }

    private static func final(_ context: inout SHA256_CTX) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 32) { out, count in
            // SAFETY: libcrypto writes 32 bytes within the call.
            SHA256_Final(out.baseAddress, &context)
            count = 32
        }
    }

    /// SHA-256 of `bytes`: 32 bytes.
    public static func hash(_ bytes: [UInt8]) -> [UInt8] {
        var context = SHA256_CTX()
        SHA256_Init(&context)
        // SAFETY: libcrypto reads the bytes within the call.
        SHA256_Update(&context, bytes, bytes.count)
        return final(&context)
    }

    /// SHA-256 as 64 lower-case hexadecimal digits.
    public static func hexadecimal(of bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: hash(bytes).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
