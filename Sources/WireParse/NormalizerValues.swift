import WireModel

/// Makes usable values of those that a feed, an entry or a source writes, and notes what was wrong with them.
struct ValueReader {
    /// The address the document was fetched from.
    let documentURL: String?
    /// The feed's own page, absolute; the base where there is no `xml:base`.
    let home: String?
    var problems: [Problem] = []

    private enum Limits {
        /// Characters of a bad value that a message quotes.
        static let quoted = 80
    }

    // MARK: Addresses

    /// The base for what stands under a chain of `xml:base` values (rule 5 of `parse-output.md`).
    func base(_ chain: [String]) -> String? {
        chain.isEmpty ? home ?? documentURL : URLReference.base(chain, outside: documentURL)
    }

    /// An absolute address; nil if there is none, or if it could run something.
    mutating func url(_ text: String?, _ chain: [String], at place: Place?) -> String? {
        guard let text else { return nil }
        return url(text, base: base(chain), at: place)
    }

    mutating func url(_ text: String, base: String?, at place: Place?) -> String? {
        if URLReference.isPlainWeb(text.utf8.span) { return text }
        guard let url = URLReference.resolve(text, against: base) else { return nil }
        if let scheme = URLReference.scheme(of: url), ["javascript", "vbscript", "data"].contains(scheme) {
            note(.urlInvalid, "The address \"\(quoted(url))\" is no link to a page; it is left out.", place)
            return nil
        }
        if URLReference.isBroken(url) {
            note(.urlInvalid, "The address \"\(quoted(url))\" has no usable host.", place)
        }
        return url
    }

    mutating func url(_ value: RawValue?) -> String? { url(value?.text, value?.base ?? [], at: value?.place) }

    /// An address in an attribute or in the text of an element.
    mutating func url(_ text: String?, of element: RawElement) -> String? {
        url(text, element.base, at: element.place)
    }

    // MARK: Numbers

    /// A whole number of zero or more.
    mutating func count(_ text: String?, _ name: String, at place: Place?) -> Int? {
        guard let number = number(text, name, at: place) else { return nil }
        guard let whole = Int(exactly: number) else {
            return number < 9e15 ? Int(number) : nil
        }
        return whole
    }

    /// A number of zero or more.
    mutating func number(_ text: String?, _ name: String, at place: Place?) -> Double? {
        guard let text = text.map(TextExtractor.collapsed), !text.isEmpty else { return nil }
        if let number = ValueReader.decimal(text) { return number }
        note(.numberInvalid, "The \(name) \"\(quoted(text))\" is not a number of zero or more.", place)
        return nil
    }

    /// A span of time as `90`, `1:30` or `1:02:03.5`, in seconds.
    mutating func seconds(_ text: String?, _ name: String, at place: Place?) -> Double? {
        guard let text = text.map(TextExtractor.collapsed), !text.isEmpty else { return nil }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { ValueReader.decimal(String($0)) }
        var total = 0.0
        for part in parts {
            guard let part, parts.count <= 3 else {
                note(.numberInvalid, "The \(name) \"\(quoted(text))\" is not a span of time.", place)
                return nil
            }
            total = total * 60 + part
        }
        return total
    }

    /// Digits with at most one point.
    private static func decimal(_ text: String) -> Double? {
        guard text.utf8.count <= 30, text.utf8.contains(where: \.isASCIIDigit),
            text.utf8.allSatisfy({ $0.isASCIIDigit || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "+") })
        else { return nil }
        return Double(text)
    }

    // MARK: Times

    /// The last of some times that can be understood.
    ///
    /// - Parameter name: what a message calls them.
    mutating func last(
        _ dates: some Sequence<(text: String, place: Place)>, called name: @autoclosure () -> String
    ) -> Timestamp? {
        var found: Timestamp?
        for (text, place) in dates where !text.isEmpty {
            if let time = DateParser.parse(text) {
                found = time
            } else {
                note(.dateInvalid, "The \(name()) \"\(quoted(text))\" is not a date.", place)
            }
        }
        return found
    }

    mutating func published(_ dates: [RawDate], _ elements: [RawElement]) -> Timestamp? {
        for role in [RawDate.Role.published, .issued, .created] {
            if let time = last(of: dates, role) { return time }
        }
        for (vocabulary, name) in [(.dcterms, "issued"), (.dcterms, "created"), (.dc, "date")] as [(Vocabulary, String)]
        {
            if let time = last(of: elements, vocabulary, name) { return time }
        }
        return nil
    }

    mutating func updated(_ dates: [RawDate], _ elements: [RawElement]) -> Timestamp? {
        last(of: dates, .updated) ?? last(of: dates, .modified) ?? last(of: elements, .dcterms, "modified")
    }

    private mutating func last(of dates: [RawDate], _ role: RawDate.Role) -> Timestamp? {
        last(
            dates.lazy.filter { $0.role == role }.map { ($0.text, $0.place) },
            called: role == .published ? "date" : "date (\(role))")
    }

    private mutating func last(of elements: [RawElement], _ vocabulary: Vocabulary, _ name: String) -> Timestamp? {
        last(
            elements.lazy.filter { $0.vocabulary == vocabulary && $0.name == name }.map { ($0.text, $0.place) },
            called: "\(vocabulary.prefix):\(name)")
    }

    // MARK: Problems

    mutating func note(_ code: Problem.Code, _ message: String, _ place: Place?) {
        problems.append(Problem(code, message, at: place))
    }

    func quoted(_ text: String) -> String {
        text.count <= Limits.quoted ? text : text.prefix(Limits.quoted) + "…"
    }
}

extension [RawElement] {
    func all(_ vocabulary: Vocabulary, _ name: String) -> [RawElement] {
        // Most entries have none: looking first saves a list.
        guard indices.contains(where: { self[$0].vocabulary == vocabulary && self[$0].name == name }) else { return [] }
        return filter { $0.vocabulary == vocabulary && $0.name == name }
    }

    /// The first element of that name that has a text.
    func first(_ vocabulary: Vocabulary, _ name: String) -> RawElement? {
        for index in indices where self[index].vocabulary == vocabulary && self[index].name == name {
            if self[index].source != nil { return self[index] }
        }
        return nil
    }

    /// The text of the first element of that name that has one.
    func text(_ vocabulary: Vocabulary, _ name: String) -> String? { source(vocabulary, name)?.string }

    /// The same, where it stands.
    func source(_ vocabulary: Vocabulary, _ name: String) -> DocumentText? {
        for index in indices where self[index].vocabulary == vocabulary && self[index].name == name {
            if let text = self[index].source { return text }
        }
        return nil
    }

    func has(_ vocabulary: Vocabulary) -> Bool { indices.contains { self[$0].vocabulary == vocabulary } }
}

extension RawElement {
    /// An attribute by its local name, whatever its prefix.
    func attribute(local name: String) -> String? {
        self[name] ?? attributes.first { $0.name.hasSuffix(":" + name) }?.value
    }

    /// The attribute's value without white space around it; nil if it is empty.
    func value(_ name: String) -> String? {
        guard let text = self[name].map(TextExtractor.collapsed), !text.isEmpty else { return nil }
        return text
    }
}

extension Array where Element: Hashable {
    /// Without repetitions; the first of equal elements stays.
    var withoutDuplicates: [Element] {
        guard count > 1 else { return self }
        if count <= 8 {
            // Comparing a few is cheaper than hashing them.
            let repeats = indices.contains { self[..<$0].contains(self[$0]) }
            if !repeats { return self }
        }
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}

extension Collection {
    /// Nil if it is empty.
    var nonEmpty: Self? { isEmpty ? nil : self }
}
