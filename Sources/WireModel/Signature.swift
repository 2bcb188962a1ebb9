import CCrypto

/// Keyed hashes over messages, by libcrypto.
public enum Signature {
    public enum Method: String, Sendable, CaseIterable {
        case sha256, sha384, sha512
    }

    /// HMAC-SHA256 (RFC 2104): 32 bytes.
    public static func hmacSHA256(_ message: [UInt8], key: [UInt8]) -> [UInt8] { hmac(.sha256, message, key: key) }

    /// HMAC (RFC 2104); empty if libcrypto refuses.
    public static func hmac(_ method: Method, _ message: [UInt8], key: [UInt8]) -> [UInt8] {
        let (hash, count) =
            switch method {
            case .sha256: (EVP_sha256(), 32)
            case .sha384: (EVP_sha384(), 48)
            case .sha512: (EVP_sha512(), 64)
            }
        var out = [UInt8](repeating: 0, count: count)
        var length: UInt32 = 0
        // SAFETY: libcrypto reads both arrays and writes at most the hash's size, within the call.
        guard HMAC(hash, key, Int32(clamping: key.count), message, message.count, &out, &length) != nil else {
            return []
        }
        return out
    }

    /// Whether `METHOD=HEX`, as WebSub's `X-Hub-Signature` has it, signs a message. Takes as long for a wrong one as for a right.
    public static func isRight(_ header: String, of message: [UInt8], key: [UInt8]) -> Bool {
        let parts = header.split(separator: "=", maxSplits: 1)
        guard parts.count == 2, let method = Method(rawValue: parts[0].lowercased()) else { return false }
        let wanted = hmac(method, message, key: key).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let given = Array(parts[1].lowercased().utf8)
        guard given.count == wanted.utf8.count, !given.isEmpty else { return false }
        return zip(given, wanted.utf8).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
