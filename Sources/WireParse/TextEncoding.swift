import Glibc
import WireModel

/// Bytes of any encoding to UTF-8.
enum TextDecoding {
    static func decode(_ document: FetchedDocument, limits: ParseLimits) -> DecodedDocument {
        var bytes = document.bytes
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        var problems: [Problem] = []
        if !isValidUTF8(bytes) {
            bytes = Array(String(decoding: bytes, as: UTF8.self).utf8)
            problems.append(Problem(.encodingInvalidBytes, "Bytes are not valid UTF-8."))
        }
        return DecodedDocument(
            bytes: bytes, encoding: "utf-8", url: document.url, problems: problems, limits: limits)
    }

    static func isValidUTF8(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBufferPointer { String(validating: $0, as: UTF8.self) != nil }
    }
}
