import WireModel

/// The text of a file that is no feed: a page or a plain text, in whatever encoding.
public enum FileText {
    /// Its characters; bytes that cannot be decoded become U+FFFD.
    public static func decode(_ bytes: [UInt8], contentType: String? = nil) -> String {
        let decoded = TextDecoding.decode(
            FetchedDocument(bytes: bytes, contentType: contentType), limits: ParseLimits())
        return String(decoding: decoded.bytes[decoded.start...], as: UTF8.self)
    }
}
