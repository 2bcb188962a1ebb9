import WireModel

/// Something of a list with its place, so that lists from several sources keep the order of the document.
struct Placed<Value> {
    let place: Place
    let value: Value
}

extension Array {
    /// The values in document order.
    func inOrder<Value>() -> [Value] where Element == Placed<Value> {
        guard count > 1 else { return map(\.value) }
        return enumerated().sorted { ($0.element.place, $0.offset) < ($1.element.place, $1.offset) }.map(
            \.element.value)
    }
}

extension ValueReader {
    mutating func authors(_ persons: [RawPerson], _ elements: [RawElement]) -> [Person] {
        var found = placed(persons, [.author, .editor])
        for index in elements.indices where elements[index].source != nil {
            let element = elements[index]
            switch (element.vocabulary, element.name) {
            case (.dc, "creator"), (.dc, "author"), (.itunes, "author"):
                if let person = ValueReader.split(element.text) {
                    found.append(Placed(place: element.place, value: person))
                }
            default: break
            }
        }
        return found.inOrder().withoutDuplicates
    }

    mutating func contributors(_ persons: [RawPerson], _ elements: [RawElement]) -> [Person] {
        var found = placed(persons, [.contributor])
        for element in elements.all(.dc, "contributor") {
            if let person = ValueReader.split(element.text) {
                found.append(Placed(place: element.place, value: person))
            }
        }
        return found.inOrder().withoutDuplicates
    }

    mutating func publisher(_ persons: [RawPerson], _ elements: [RawElement]) -> Person? {
        if let text = elements.text(.dc, "publisher"), let person = ValueReader.split(text) { return person }
        if let person = placed(persons, [.webMaster]).first?.value { return person }
        return elements.all(.itunes, "owner").lazy.compactMap(ValueReader.owner).first
    }

    /// `itunes:owner`, with `itunes:name` and `itunes:email` inside.
    static func owner(_ element: RawElement) -> Person? {
        var person = Person(
            name: element.children.text(.itunes, "name").map(TextPair.plain),
            email: element.children.text(.itunes, "email").map(TextExtractor.collapsed))
        if person == Person(), let whole = split(element.text) { person = whole }
        return person == Person() ? nil : person
    }

    private mutating func placed(_ persons: [RawPerson], _ roles: Set<RawPerson.Role>) -> [Placed<Person>] {
        var found: [Placed<Person>] = []
        for index in persons.indices where roles.contains(persons[index].role) {
            let raw = persons[index]
            var person = raw.text.flatMap(ValueReader.split) ?? Person()
            if let name = raw.name.map(TextPair.plain), !name.isEmpty { person.name = name }
            if let email = raw.email.map(TextExtractor.collapsed), !email.isEmpty {
                person.email = ValueReader.withoutScheme(email)
            }
            person.url = url(raw.url, raw.base, at: raw.place) ?? person.url
            person.avatarURL = url(raw.avatarURL, raw.base, at: raw.place)
            if person != Person() { found.append(Placed(place: raw.place, value: person)) }
        }
        return found
    }

    /// A text such as `mail@example.org (Name)` or `Name <mail@example.org>` in its parts; nil if nothing is in it.
    static func split(_ text: String) -> Person? {
        // `<mail@example.org>` is no tag.
        let text = text.utf8.contains(UInt8(ascii: "@")) ? TextExtractor.collapsed(text) : TextPair.plain(text)
        guard !text.isEmpty else { return nil }
        let bytes = Array(text.utf8)
        guard let address = addressRange(in: bytes) else { return Person(name: text) }
        let email = withoutScheme(String(decoding: bytes[address], as: UTF8.self))
        var before = bytes[..<address.lowerBound]
        var after = bytes[address.upperBound...]
        trimMarks(&before)
        trimMarks(&after)
        let name = TextPair.plain(
            String(decoding: before, as: UTF8.self)
                + (before.isEmpty || after.isEmpty ? "" : " ") + String(decoding: after, as: UTF8.self))
        return Person(name: name.isEmpty ? nil : name, email: email)
    }

    private static func withoutScheme(_ email: String) -> String {
        email.lowercased().hasPrefix("mailto:") ? String(email.dropFirst(7)) : email
    }

    /// The word with an `@` between other characters.
    private static func addressRange(in bytes: [UInt8]) -> Range<Int>? {
        var start = 0
        while let at = bytes[start...].firstIndex(of: UInt8(ascii: "@")) {
            var first = at
            while first > 0, bytes[first - 1].isAddressByte { first -= 1 }
            var last = at + 1
            while last < bytes.count, bytes[last].isAddressByte { last += 1 }
            while last > at + 1, bytes[last - 1] == UInt8(ascii: ".") || bytes[last - 1] == UInt8(ascii: ":") {
                last -= 1
            }
            if first < at, last > at + 1 { return first..<last }
            start = at + 1
        }
        return nil
    }

    /// Takes brackets, quotes, commas and blanks from both ends.
    private static func trimMarks(_ text: inout ArraySlice<UInt8>) {
        let marks = Array(" ()<>[]\"',;:".utf8)
        while let first = text.first, marks.contains(first) { text.removeFirst() }
        while let last = text.last, marks.contains(last) {
            // A bracket that closes one of the name itself stays.
            if last == UInt8(ascii: ")"), text.dropLast().contains(UInt8(ascii: "(")) { break }
            text.removeLast()
        }
    }

    // MARK: Categories

    mutating func categories(_ raw: [RawCategory], _ elements: [RawElement]) -> [Category] {
        var found: [Placed<Category>] = []
        for raw in raw {
            let label = ValueReader.word(raw.label)
            guard let term = ValueReader.word(raw.term) ?? label ?? ValueReader.word(raw.text) else { continue }
            let category = Category(term: term, scheme: ValueReader.word(raw.scheme), label: label)
            found.append(Placed(place: raw.place, value: category))
        }
        for index in elements.indices {
            let vocabulary = elements[index].vocabulary
            guard vocabulary == .dc || vocabulary == .media || vocabulary == .itunes else { continue }
            collectCategories(elements[index], &found)
        }
        return found.inOrder().withoutDuplicates
    }

    private func collectCategories(_ element: RawElement, _ found: inout [Placed<Category>]) {
        switch (element.vocabulary, element.name) {
        case (.dc, "subject"):
            guard let term = ValueReader.word(element.text) else { return }
            found.append(Placed(place: element.place, value: Category(term: term)))
        case (.media, "category"):
            guard let term = ValueReader.word(element.text) else { return }
            let category = Category(term: term, scheme: element.value("scheme"), label: element.value("label"))
            found.append(Placed(place: element.place, value: category))
        case (.media, "group"), (.media, "content"):
            for child in element.children { collectCategories(child, &found) }
        case (.itunes, "category"):
            if let term = ValueReader.word(element["text"] ?? element.text) {
                let category = Category(term: term, scheme: "http://www.itunes.com/")
                found.append(Placed(place: element.place, value: category))
            }
            for child in element.children { collectCategories(child, &found) }
        default: break
        }
    }

    /// A short plain text; nil if it is empty.
    static func word(_ text: String?) -> String? {
        guard let text = text.map(TextPair.plain), !text.isEmpty else { return nil }
        return text
    }
}

extension UInt8 {
    fileprivate var isAddressByte: Bool {
        self > 0x20 && self != UInt8(ascii: "<") && self != UInt8(ascii: ">") && self != UInt8(ascii: "(")
            && self != UInt8(ascii: ")") && self != UInt8(ascii: "[") && self != UInt8(ascii: "]")
            && self != UInt8(ascii: "\"") && self != UInt8(ascii: ",") && self != UInt8(ascii: ";")
            && self != UInt8(ascii: "@")
    }
}
