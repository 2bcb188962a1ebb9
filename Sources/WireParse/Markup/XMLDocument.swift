import WireModel

/// How a pass over a document ended.
struct XMLOutcome {
    var problems: [Problem]
    /// The first error of syntax; the pass ended there if it was strict.
    var syntaxError: Problem?
    /// The repair had to guess where elements end; something may be missing.
    var isBroken = false
}

/// One document, read by the quickest way that reads it whole: our own scanner if it is of the usual kind and well formed,
/// libxml2 if it is well formed, and libxml2 behind the repair if it is not.
enum XMLDocument {
    struct Reading<Consumer: XMLConsumer> {
        let consumer: Consumer
        var problems: [Problem]
        /// The first error of syntax; nil if the document is well formed.
        let syntaxError: Problem?
        let isBroken: Bool
    }

    /// - Parameter make: a consumer for each pass; that of the last one has what was read.
    static func read<Consumer: XMLConsumer>(
        _ document: DecodedDocument, into make: () -> Consumer
    ) -> Reading<Consumer> {
        let (bytes, limits) = (document.bytes, document.limits)
        // Blank lines before the declaration are the commonest fault of all, and the easiest to pass over.
        let start = bytes[document.start...].firstIndex { !isSpace($0) } ?? document.start
        let scanned = make()
        if let outcome = XMLScanner.read(bytes, from: start, limits: limits, into: scanned) {
            return strict(scanned, outcome, document, start)
        }
        let checked = make()
        let first = XMLReader.read(.bytes(bytes, from: start), isStrict: true, limits: limits, into: checked)
        guard first.syntaxError != nil else { return strict(checked, first, document, start) }
        let repaired = make()
        let repair = XMLRepair(bytes, from: document.start, limits: limits)
        let second = XMLReader.read(.repaired(repair), isStrict: false, limits: limits, into: repaired)
        return Reading(
            consumer: repaired, problems: second.problems, syntaxError: first.syntaxError,
            isBroken: second.isBroken || second.syntaxError != nil)
    }

    private static func strict<Consumer: XMLConsumer>(
        _ consumer: Consumer, _ outcome: XMLOutcome, _ document: DecodedDocument, _ start: Int
    ) -> Reading<Consumer> {
        var problems = outcome.problems
        if start > document.start, document.bytes[start...].starts(with: "<?xml".utf8) {
            problems.insert(
                Problem(
                    .xmlNotWellFormed, "Blanks stand before the XML declaration, which must be at the very start.",
                    at: Place(line: 1, column: 1)), at: 0)
        }
        return Reading(consumer: consumer, problems: problems, syntaxError: nil, isBroken: false)
    }
}
