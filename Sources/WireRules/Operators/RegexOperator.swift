/// /…/: the lexer finds its ends.
enum RegexOperator: QueryOperator {
    static let keyword = "regex"
    static let manual = OperatorManual(
        syntax: "/CVE-\\d{4}-\\d{4,7}/ · /barr(ack)?/i · title:/^Update/",
        summary: "A regular expression (RE2) over the original text of title and body, block by block.",
        examples: [
            .init("/CVE-\\d{4}-\\d{4,7}/", "Fixes CVE-2026-12345 today."),
            .init("/CVE-\\d{4}-\\d{4,7}/", "Fixes CVE-26-1 today.", matches: false),
            .init("/^update/i", "First.\nUpdate: more."),
            .init("/^update/", "First.\nUpdate: more.", matches: false),
            .init("/a.b/", "a\nb", matches: false),
            .init("title:/barr$/i AND flynn", "Flynn spoke.", title: "About Barr"),
            .init("barr NOT /\\bstone\\b/i", "Barr met Stone.", matches: false),
        ])

    /// - Throws: what is wrong with the pattern, and the nearest way out.
    static func read(_ pattern: String, ignoresCase: Bool, _ range: Range<Int>, in query: [UInt8])
        throws(QueryProblem) -> RegularExpression
    {
        func problem(_ code: String, _ message: String, _ hint: String) -> QueryProblem {
            QueryProblem(.error, code, range, in: query, message, hint: hint)
        }
        guard pattern.unicodeScalars.count <= RegularExpression.Limits.characters else {
            let count = pattern.unicodeScalars.count
            throw problem(
                "regex-too-long",
                "the expression has \(count) characters; at most \(RegularExpression.Limits.characters) are allowed",
                "write words, or several shorter expressions with OR")
        }
        do throws(RegularExpressionError) {
            return try RegularExpression(pattern, ignoresCase: ignoresCase)
        } catch {
            throw problem("bad-regex", message(error, pattern), hint(pattern))
        }
    }

    private static func message(_ error: RegularExpressionError, _ pattern: String) -> String {
        if error.message.contains("too large") || error.message.isEmpty {
            return "the expression needs too much memory"
        }
        return "RE2 cannot read the expression: \(error.message)"
    }

    private static func hint(_ pattern: String) -> String {
        if pattern.contains("(?=") || pattern.contains("(?!") || pattern.contains("(?<=") || pattern.contains("(?<!") {
            return "there is no look-around: write a second operand, as in  /a/ AND b  or  /a/ NOT b"
        }
        if (1...9).contains(where: { pattern.contains("\\\($0)") }) {
            return "there are no back-references: write what may stand there"
        }
        return "the syntax is RE2's; a letter with a meaning of its own is written behind \\, as in \\. or \\("
    }
}
