import WireModel

@testable import WireParse

/// Holds the scanner against libxml2: what it reads, libxml2 must read, and the same.
enum ScannerEntry {
    static func run(_ bytes: [UInt8]) {
        let limits = ParseLimits()
        let decoded = TextDecoding.decode(FetchedDocument(bytes: bytes), limits: limits)
        let scanned = XMLFeedBuilder()
        guard
            let outcome = XMLScanner.read(decoded.bytes, from: decoded.start, limits: limits, into: scanned)
        else { return }
        let read = XMLFeedBuilder()
        let reference = XMLReader.read(
            .bytes(decoded.bytes, from: decoded.start), isStrict: true, limits: limits, into: read)
        precondition(reference.syntaxError == nil, "libxml2 refuses it: \(reference.syntaxError?.message ?? "")")
        precondition(outcome.problems == reference.problems, "the problems differ")
        let (left, right) = (scanned.finish(), read.finish())
        precondition(left.format == right.format && left.version == right.version, "the formats differ")
        precondition(left.head == right.head, "the heads differ")
        precondition(left.entries == right.entries, "the entries differ")
    }
}
