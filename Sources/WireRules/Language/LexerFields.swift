/// Fields and their plain values.
extension Lexer {
    /// Reads `name:` and, for fields that take one, the plain value; false if what stands there is no field.
    mutating func readField(_ start: Int, _ colon: Int, _ isAdjacent: Bool) throws(QueryProblem) -> Bool {
        let name = string(start..<colon)
        let next = colon + 1 < scalars.count ? scalars[colon + 1] : " "
        guard let rule = QueryOperators.field(named: name) else {
            let value = string((colon + 1)..<wordEnd(from: colon + 1))
            let quoted = "write \"\(name):\(value)\" to find these words"
            if value.hasPrefix("//") {
                throw problem(
                    "unknown-field", start..<(colon + 1), "an address is not looked for in the text",
                    hint: "write url:\(name):\(value) for the link; \(quoted)")
            }
            let near = Suggestion.field(named: name)
            throw problem(
                "unknown-field", start..<(colon + 1), "there is no field \(name):",
                hint: near.map { "did you mean \($0):\(value)? Otherwise \(quoted)" }
                    ?? "the fields are \(QueryOperators.fieldNames.joined(separator: " ")); \(quoted)")
        }
        guard !Characters.isBlank(next), next != ")" else {
            throw problem(
                "missing-operand", start..<(colon + 1), "\(name): has nothing behind it",
                hint: "write \(name):\(rule.sample), without a blank")
        }
        index = colon + 1
        append(.field(rule), from: start, isAdjacent)
        switch rule.value {
        case .operand(.feed) where scalars[index...].starts(with: "folder/".unicodeScalars), .plain: readValue()
        case .operand, .edit: return true
        }
        try readSuffixes()
        return true
    }

    /// The value of a field up to the next blank or unbalanced parenthesis, or what stands in quotes.
    mutating func readValue() {
        let start = index
        if Characters.isQuote(scalars[start]) {
            var end = start + 1
            while end < scalars.count, !Characters.isQuote(scalars[end]) { end += 1 }
            index = min(end + 1, scalars.count)
            append(.value, from: start, content: (start + 1)..<end, true)
            return
        }
        var depth = 0
        while index < scalars.count, !Characters.isBlank(scalars[index]), !isThrice("<", at: index) {
            if scalars[index] == "(" { depth += 1 }
            if scalars[index] == ")" {
                if depth == 0 { break }
                depth -= 1
            }
            if scalars[index] == "^", isNumber(from: index + 1) { break }
            index += 1
        }
        append(.value, from: start, true)
    }
}
