import WireModel
import Yams

/// The query of a topic, and the way from its bytes back to the file.
extension TopicsFileReader {
    /// The trimmed query with its anchors; nil if YAML made something else of it.
    mutating func readQuery(_ node: Node, key: Node, topic: String) -> (text: String, anchors: [QueryAnchor])? {
        let line = key.mark?.line ?? 1
        var form: String {
            blockHint(ofLine: line - 1) ?? "write the query under a block:\n     query: >\n       barr AND resign*"
        }
        guard let scalar = node.scalar else {
            let kind = node.sequence == nil ? "a map" : "a list"
            add(problem("yaml-query", at: node, "YAML read this query as \(kind)", hint: form), topic: topic)
            return nil
        }
        if firstCharacter(node) == "!" {
            add(problem("yaml-query", at: node, "YAML read the ! of this query as a tag", hint: form), topic: topic)
            return nil
        }
        let text = Query.trimmed(scalar.string)
        guard !text.isEmpty else {
            let column = (key.mark?.column ?? 1)
            let cause = blockHint(ofLine: line - 1) == nil ? "the query is empty" : "YAML read this query as nothing"
            add(problem("empty-query", line, column, marked: 5, cause, hint: form), topic: topic)
            return nil
        }
        if scalar.style == .doubleQuoted || scalar.style == .singleQuoted, text.contains(where: \.isWhitespace) {
            add(
                problem(
                    "yaml-quotes", at: node, severity: .warning,
                    "the quotation marks around this query are YAML's own: the query is  \(text.prefix(80))",
                    hint: form),
                topic: topic)
        }
        return (text, anchors(of: text, scalar))
    }

    /// Both texts have the same visible characters in the same order: the n-th here is the n-th there.
    private func anchors(of query: String, _ scalar: Node.Scalar) -> [QueryAnchor] {
        guard let mark = scalar.mark else { return [] }
        var offsets: [Int] = []
        var offset = 0
        for scalar in query.unicodeScalars {
            if !Self.isBlank(scalar) { offsets.append(offset) }
            offset += UTF8.width(scalar)
        }
        let isBlock = scalar.style == .folded || scalar.style == .literal
        var line = isBlock ? mark.line + 1 : mark.line
        var skipped = isBlock ? 0 : mark.column - 1
        if scalar.style == .doubleQuoted || scalar.style == .singleQuoted { skipped += 1 }
        var anchors: [QueryAnchor] = []
        var count = 0
        while count < offsets.count, lines.indices.contains(line - 1) {
            let source = lines[line - 1].dropFirst(skipped)
            let indent = source.prefix(while: \.isWhitespace).count
            let visible = source.unicodeScalars.count { !Self.isBlank($0) }
            if visible > 0 {
                anchors.append(QueryAnchor(offset: offsets[count], line: line, column: skipped + indent + 1))
            }
            count += visible
            line += 1
            skipped = 0
        }
        return anchors
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII ? scalar == " " || (0x09...0x0D).contains(scalar.value) : scalar.properties.isWhitespace
    }
}

extension QueryProblem {
    /// The same problem, told of a topic and its place in the file.
    func located(in topic: Topic) -> QueryProblem {
        var copy = self
        copy.topic = topic.id
        guard let place = topic.place else { return copy }
        copy.file = place.file
        copy.line = place.line
        copy.column = place.column
        guard let offset, let anchor = topic.anchors.last(where: { $0.offset <= offset }) else { return copy }
        let bytes = Array(topic.query.utf8)
        guard offset <= bytes.count else { return copy }
        copy.line = anchor.line
        copy.column = anchor.column + String(decoding: bytes[anchor.offset..<offset], as: UTF8.self).count
        return copy
    }
}
