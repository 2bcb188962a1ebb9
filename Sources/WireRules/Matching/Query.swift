public import WireModel

/// A query of one text: checked, hashed, and with what a full-text index can answer of it.
public struct Query: Sendable {
    /// As written, trimmed.
    public let text: String
    /// `sha256:` and 64 hexadecimal digits over the trimmed text.
    public let hash: String
    public let warnings: [QueryProblem]
    /// What every matching article contains, in folded forms; nil if every article must be looked at.
    public let candidates: TermExpression?
    /// The ids of the topics that it refers to.
    public let references: [String]

    /// - Throws: what is wrong with the text, with place and hint.
    public init(_ text: String) throws(QueryErrors) {
        let text = Query.trimmed(text)
        self.text = text
        hash = Query.hash(of: text)
        do throws(QueryProblem) {
            let (expression, warnings) = try QueryParser.parse(text)
            var compiler = QueryCompiler()
            let root = try compiler.compile(expression, of: text)
            self.warnings = warnings
            references = TopicResolver.references(expression).map(\.id)
            candidates = CandidateFinder(compiler.program).expression(of: root)
        } catch {
            throw QueryErrors([error])
        }
    }

    static func trimmed(_ text: String) -> String {
        guard let first = text.unicodeScalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = text.unicodeScalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(text.unicodeScalars[first...last])
    }

    static func hash(of text: String) -> String {
        "sha256:" + SHA256Hasher.hexadecimal(of: Array(trimmed(text).utf8))
    }
}

/// Turns a program into words that an index must have.
struct CandidateFinder {
    private let program: Program

    init(_ program: Program) { self.program = program }

    /// nil if nothing is required.
    func expression(of node: Int32) -> TermExpression? {
        let node = program.nodes[Int(node)]
        let range = Int(node.first)..<Int(node.first + node.count)
        if let field = node.field, !field.isArticleText { return nil }
        switch node.operation {
        case .all:
            return join(range.compactMap { expression(of: program.links[$0]) })
        case .any:
            return either(range.map { expression(of: program.links[$0]) })
        case .term:
            return term(Int(node.first))
        case .near, .atLeast:
            return join(range.compactMap { operand($0) })
        case .added:
            return expression(of: program.links[range.lowerBound])
        case .not, .regex, .removed, .facet, .topic:
            return nil
        }
    }

    private func operand(_ index: Int) -> TermExpression? {
        either(program.operands[index].map { term(Int(program.links[$0])) })
    }

    private func term(_ index: Int) -> TermExpression? {
        let term = program.terms[index]
        let tokens = program.tokens[term.tokens]
        return join(
            Set(tokens.map(\.position)).sorted().compactMap { position in
                either(
                    tokens.filter { $0.position <= position && position < $0.position + $0.advance }
                        .map { word(program.keyRules[Int($0.key)]) })
            })
    }

    private func word(_ rule: KeyRule) -> TermExpression? {
        switch rule {
        case .form(let form):
            return .term(String(decoding: form, as: UTF8.self))
        case .pattern(let form):
            if let pairs = hangulPairs(form) { return pairs }
            let prefix = form.prefix { $0 < Pattern.star }
            return prefix.isEmpty ? nil : .prefix(String(decoding: prefix, as: UTF8.self))
        case .fuzzy, .stem, .literal, .edited:
            return nil
        }
    }

    /// A text that has a Hangul word as a part has all its pairs of syllables.
    private func hangulPairs(_ pattern: [UInt8]) -> TermExpression? {
        let literal = pattern.filter { $0 < Pattern.star }
        guard pattern.first == Pattern.any, pattern.last == Pattern.any, literal.count == pattern.count - 2 else {
            return nil
        }
        let scalars = Array(String(decoding: literal, as: UTF8.self).unicodeScalars)
        guard scalars.count >= 2, scalars.allSatisfy({ (0xAC00...0xD7A3).contains($0.value) }) else { return nil }
        return join(
            zip(scalars, scalars.dropFirst()).map { first, second in
                var pair = String.UnicodeScalarView()
                pair.append(first)
                pair.append(second)
                return .term(String(pair))
            })
    }

    private func join(_ parts: [TermExpression]) -> TermExpression? {
        parts.count <= 1 ? parts.first : .all(parts)
    }

    private func either(_ parts: [TermExpression?]) -> TermExpression? {
        let known = parts.compactMap(\.self)
        guard known.count == parts.count else { return nil }
        return known.count <= 1 ? known.first : .any(known)
    }
}
