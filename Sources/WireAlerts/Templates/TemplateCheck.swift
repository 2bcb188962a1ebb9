import WireModel

/// Reads a template before it is used: a tag that is not closed, a field that does not exist, a section in a section that
/// would multiply, are errors with their place and not a message that says nothing.
///
/// Takes Mustache's variables, sections, inverted sections and comments. Partials, blocks and other delimiters are refused:
/// there is nothing to include, and every tag can be read here as it will be read there.
struct TemplateCheck {
    enum Limits {
        /// Bytes of a template.
        static let template = 16_384
        /// Sections within each other.
        static let depth = 16
    }

    /// What is wrong, and where: lines and columns from 1.
    struct Fault: Error {
        let line: Int
        let column: Int
        let reason: String
    }

    private struct Section {
        let name: String
        let start: Int
        /// What its tags may name beside what is further out.
        let members: [String: TemplateFields.Form]
        let isItem: Bool
        /// Whether `first()` and the like can be asked.
        let hasPlace: Bool
    }

    private let bytes: [UInt8]
    private var position = 0
    private var sections: [Section] = []

    static func check(_ template: String) throws(Fault) {
        var check = TemplateCheck(bytes: Array(template.utf8))
        guard check.bytes.count <= Limits.template else {
            throw Fault(line: 1, column: 1, reason: "it is longer than \(Limits.template) bytes")
        }
        while try check.readTag() {}
        if let open = check.sections.last {
            throw check.fault("the section {{#\(open.name)}} is not closed; write {{/\(open.name)}}", at: open.start)
        }
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    // MARK: Tags

    /// - Returns: whether there was one.
    private mutating func readTag() throws(Fault) -> Bool {
        guard let start = find("{{", from: position) else { return false }
        let isTriple = bytes.dropFirst(start + 2).first == UInt8(ascii: "{")
        let ending = isTriple ? "}}}" : "}}"
        let begin = start + (isTriple ? 3 : 2)
        guard let end = find(ending, from: begin) else {
            throw fault("the tag is not closed; write \(ending)", at: start)
        }
        position = end + ending.utf8.count
        let content = String(decoding: bytes[begin..<end], as: UTF8.self)
        if isTriple {
            try use(content, at: start)
            return true
        }
        let rest = String(content.dropFirst())
        switch content.first {
        case "!": break
        case "&": try use(rest, at: start)
        case "#": try open(rest, isInverted: false, at: start)
        case "^": try open(rest, isInverted: true, at: start)
        case "/": try close(rest, at: start)
        case ">", "<", "$": throw fault("partials and blocks are not taken: there is nothing to include", at: start)
        case "=": throw fault("other delimiters are not taken", at: start)
        case "%": throw fault("settings of the template language are not taken", at: start)
        default: try use(content, at: start)
        }
        return true
    }

    private func use(_ text: String, at place: Int) throws(Fault) {
        let name = try trimmed(text, at: place)
        switch try form(of: name, at: place) {
        case .text, .number, .flag: break
        case .items: throw fault("“\(name)” is a list; write {{#\(name)}} … {{/\(name)}}", at: place)
        case .item, .notice:
            throw fault("“\(name)” has fields; write {{#\(name)}} … {{/\(name)}} or {{\(name).title}}", at: place)
        }
    }

    private mutating func open(_ text: String, isInverted: Bool, at place: Int) throws(Fault) {
        let name = try trimmed(text, at: place)
        let form = try form(of: name, at: place)
        guard sections.count < Limits.depth else {
            throw fault("there are more than \(Limits.depth) sections within each other", at: place)
        }
        let outer = sections.last
        if isInverted || form == .flag {
            sections.append(
                Section(
                    name: name, start: place, members: [:], isItem: false, hasPlace: outer?.hasPlace ?? false))
            return
        }
        if form == .items || form == .item, sections.contains(where: \.isItem) {
            throw fault("“\(name)” is within the items already", at: place)
        }
        sections.append(
            Section(
                name: name, start: place, members: TemplateFields.members(of: form) ?? [:],
                isItem: form == .items || form == .item, hasPlace: form == .items))
    }

    private mutating func close(_ text: String, at place: Int) throws(Fault) {
        let name = try trimmed(text, at: place)
        guard let open = sections.popLast() else { throw fault("no section “\(name)” is open here", at: place) }
        guard open.name == name else {
            throw fault("the section {{#\(open.name)}} is open here; close it first", at: place)
        }
    }

    // MARK: Names

    private func trimmed(_ text: String, at place: Int) throws(Fault) -> String {
        let words = text.split { $0 == " " || $0 == "\t" || $0 == "\n" || $0 == "\r\n" }
        guard words.count == 1, let name = words.first else {
            throw fault(words.isEmpty ? "the tag names nothing" : "a tag names one field", at: place)
        }
        return String(name)
    }

    /// What `name`, `notice.name` or `function(name)` gives.
    private func form(of text: String, at place: Int) throws(Fault) -> TemplateFields.Form {
        var parts = text.split(separator: "(", omittingEmptySubsequences: false).map(String.init)
        var name = parts.removeLast()
        guard name.hasSuffix(String(repeating: ")", count: parts.count)),
            !name.dropLast(parts.count).contains(")"), parts.count <= 4
        else { throw fault("the brackets of “\(shown(text))” do not fit", at: place) }
        name = String(name.dropLast(parts.count))
        var form: TemplateFields.Form
        if name.isEmpty, let function = parts.popLast() {
            guard let result = TemplateFields.result(ofPlace: function) else {
                throw fault(
                    "there is no “\(shown(function))()”; there are first(), last(), index(), even(), odd()", at: place)
            }
            guard sections.last?.hasPlace ?? false else {
                throw fault("“\(function)()” can be asked directly within the items only", at: place)
            }
            form = result
        } else {
            form = try field(name, at: place)
        }
        for function in parts.reversed() {
            guard let result = TemplateFields.result(of: function, on: form) else {
                throw fault("“\(shown(function))” cannot be made of “\(name)”", at: place)
            }
            form = result
        }
        return form
    }

    private func field(_ name: String, at place: Int) throws(Fault) -> TemplateFields.Form {
        let path = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        var scopes = sections.reversed().map(\.members) + [TemplateFields.message]
        var form: TemplateFields.Form?
        for part in path {
            guard let found = scopes.lazy.compactMap({ $0[part] }).first else {
                let known = Array(Set(scopes.flatMap(\.keys))).sorted()
                let nearest = NearestName.find(part, among: known).map { "did you mean “\($0)”?" }
                throw fault(
                    "there is no field “\(shown(part))” here; \(nearest ?? "there are \(known.joined(separator: ", "))")",
                    at: place)
            }
            form = found
            // A list has no fields, its items have.
            scopes = found == .items ? [] : TemplateFields.members(of: found).map { [$0] } ?? []
            if scopes.isEmpty { scopes = [[:]] }
        }
        guard let form else { throw fault("the tag names nothing", at: place) }
        return form
    }

    // MARK: Places

    private func find(_ text: String, from start: Int) -> Int? {
        let wanted = Array(text.utf8)
        guard start <= bytes.count - wanted.count else { return nil }
        return (start...bytes.count - wanted.count).first { bytes[$0..<$0 + wanted.count].elementsEqual(wanted) }
    }

    private func shown(_ text: String) -> String { MarkedText(text, marks: [], limit: 60).plain }

    private func fault(_ reason: String, at place: Int) -> Fault {
        let before = String(decoding: bytes[..<place], as: UTF8.self)
        let lines = before.split(separator: "\n", omittingEmptySubsequences: false)
        return Fault(line: lines.count, column: (lines.last?.count ?? 0) + 1, reason: reason)
    }
}
