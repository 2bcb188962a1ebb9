import CCrypto

/// Keyed hashes over messages, by libcrypto.
public enum Signature {
    /// HMAC-SHA256 (RFC 2104): 32 bytes.
    public static func hmacSHA256(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
        var out = [UInt8](repeating: 0, count: 32)
        var length: UInt32 = 0
        // SAFETY: libcrypto reads both arrays and writes at most 32 bytes, within the call.
        guard HMAC(EVP_sha256(), key, Int32(clamping: key.count), message, message.count, &out, &length) != nil else {
            return []
        }
        return out
    }
}
