import CStemmer

/// The Snowball stemmer of one language. Belongs to the task that made it: it works in one buffer of its own.
public final class Stemmer {
    private let handle: OpaquePointer

    /// Languages with a stemmer, as BCP 47 primary tags.
    public static let languages: Set<String> = [
        "ar", "ca", "da", "de", "el", "en", "es", "eu", "fi", "fr", "ga", "hi", "hu", "hy", "id", "it", "lt", "nb",
        "ne", "nl", "nn", "no", "pt", "ro", "ru", "sr", "sv", "ta", "tr", "yi",
    ]

    /// The stemmer for a primary tag; nil if the language has none.
    public init?(language: String) {
        guard Stemmer.languages.contains(language) else { return nil }
        let name = language == "nb" || language == "nn" ? "no" : language
        guard let handle = sb_stemmer_new(name, nil) else { return nil }
        self.handle = handle
    }

    deinit { sb_stemmer_delete(handle) }

    /// Puts the stem of a folded word into `stem`; the word itself if the stemmer cannot take it.
    public func stem(_ word: Span<UInt8>, into stem: inout [UInt8]) {
        stem.removeAll(keepingCapacity: true)
        // SAFETY: the stemmer reads the word during the call only; the result is its own buffer of `length` bytes, valid
        // until the next call, which only this task can make.
        word.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress, let length = Int32(exactly: bytes.count),
                let result = sb_stemmer_stem(handle, base, length)
            else { return stem.append(contentsOf: bytes) }
            stem.append(contentsOf: UnsafeBufferPointer(start: result, count: Int(sb_stemmer_length(handle))))
        }
    }
}
