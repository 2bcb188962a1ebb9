/// How a service writes what is more than plain text. What comes in is escaped already, but for `escaped` itself and for
/// addresses.
struct ChatMarkup: Sendable {
    /// A stranger's text, so that the service shows it as it stands: no markup, no mention.
    let escaped: @Sendable (String) -> String
    let strong: @Sendable (String) -> String
    /// A word that matched.
    let marked: @Sendable (String) -> String
    let linked: @Sendable (_ label: String, _ address: String) -> String
    /// An address that stands for itself.
    let address: @Sendable (String) -> String

    /// Nothing but text: matched words stand between « and », an address behind what it belongs to.
    static let plain = ChatMarkup(
        escaped: { $0 }, strong: { $0 }, marked: { "«\($0)»" }, linked: { "\($0)\n\($1)" }, address: { $0 })

    /// The same where a text can mention: Matrix's clients once looked for `@room` in it.
    static let plainWithoutMentions = ChatMarkup(
        escaped: { escape($0, mentions) }, strong: { $0 }, marked: { "«\($0)»" },
        linked: { "\($0)\n\($1.replacing("@room", with: "%40room"))" },
        address: { $0.replacing("@room", with: "%40room") })

    /// Slack's `mrkdwn`, in which only `&`, `<` and `>` need an escape; a mention begins with `<`.
    static let slack = ChatMarkup(
        escaped: { escape($0, ["&": "&amp;", "<": "&lt;", ">": "&gt;"]) },
        strong: { "*\($0)*" }, marked: { "«*\($0)*»" }, linked: { "<\(target($1, ["&": "&amp;"]))|\($0)>" },
        address: { "<\(target($0, ["&": "&amp;"]))>" })

    /// Markdown as Discord and Mattermost read it.
    static let markdown = ChatMarkup(
        escaped: { escape($0, markdownSigns) }, strong: { "**\($0)**" }, marked: { "**\($0)**" },
        linked: { "[\($0)](\(target($1, ["(": "%28", ")": "%29"])))" }, address: { "<\(target($0))>" })

    /// The few elements that Telegram and Matrix both know.
    static let html = ChatMarkup(
        escaped: { escape($0, htmlSigns) }, strong: { "<b>\($0)</b>" }, marked: { "<b>\($0)</b>" },
        linked: { "<a href=\"\(target($1, ["&": "&amp;"]))\">\($0)</a>" }, address: { target($0, ["&": "&amp;"]) })

    /// A text of several lines, escaped but for the addresses in it, which stay what a tap can follow.
    func prose(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.split(separator: " ", omittingEmptySubsequences: false).map(word).joined(separator: " ") }
            .joined(separator: "\n")
    }

    private func word(_ word: Substring) -> String {
        guard let start = word.firstRange(of: "http")?.lowerBound else { return escaped(String(word)) }
        var end = word.endIndex
        // The sentence's own signs are none of the address's.
        while end > start, ".,;:!?)]»”".contains(word[word.index(before: end)]) { end = word.index(before: end) }
        guard let found = MailEntry.address(String(word[start..<end])) else { return escaped(String(word)) }
        return escaped(String(word[..<start])) + address(found) + escaped(String(word[end...]))
    }

    // MARK: Signs

    /// A blank without width behind the `@`: no service takes the two for a name.
    private static let mentions: [Unicode.Scalar: String] = ["@": "@\u{200B}"]

    private static let htmlSigns = mentions.merging(["&": "&amp;", "<": "&lt;", ">": "&gt;", "\"": "&quot;"]) { $1 }

    /// A backslash before each sign.
    private static let markdownSigns = mentions.merging(
        "\\`*_{}[]()#+-!|~<>".unicodeScalars.map { ($0, "\\\($0)") }, uniquingKeysWith: { $1 })

    /// What no address may hold (RFC 3986) and some do: any of it could end a link before its time.
    private static let foreignSigns: [Unicode.Scalar: String] = [
        "\"": "%22", "<": "%3C", ">": "%3E", "\\": "%5C", "^": "%5E", "`": "%60", "{": "%7B", "|": "%7C", "}": "%7D",
    ]

    private static func target(_ address: String, _ signs: [Unicode.Scalar: String] = [:]) -> String {
        escape(address, foreignSigns.merging(signs) { $1 })
    }

    private static func escape(_ text: String, _ signs: [Unicode.Scalar: String]) -> String {
        var out = ""
        out.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            if let sign = signs[scalar] { out += sign } else { out.unicodeScalars.append(scalar) }
        }
        return out
    }
}
