/// How a service writes what is more than plain text. What comes in is escaped already, but for `escaped` itself.
struct ChatMarkup: Sendable {
    /// A stranger's text, so that the service shows it as it stands: no markup, no mention.
    let escaped: @Sendable (String) -> String
    let strong: @Sendable (String) -> String
    /// A word that matched.
    let marked: @Sendable (String) -> String
    let linked: @Sendable (_ label: String, _ address: String) -> String

    /// Nothing but text: matched words stand between « and », an address behind what it belongs to.
    static let plain = ChatMarkup(
        escaped: { $0 }, strong: { $0 }, marked: { "«\($0)»" }, linked: { "\($0)\n\($1)" })

    /// Slack's `mrkdwn`, in which only `&`, `<` and `>` need an escape; a mention begins with `<`.
    static let slack = ChatMarkup(
        escaped: { escape($0, ["&": "&amp;", "<": "&lt;", ">": "&gt;"]) },
        strong: { "*\($0)*" }, marked: { "«*\($0)*»" }, linked: { "<\($1.replacing("|", with: "%7C"))|\($0)>" })

    /// Markdown as Discord and Mattermost read it.
    static let markdown = ChatMarkup(
        escaped: { escape($0, markdownSigns) }, strong: { "**\($0)**" }, marked: { "**\($0)**" },
        linked: { "[\($0)](\(escape($1, ["(": "%28", ")": "%29", "<": "%3C", ">": "%3E"])))" })

    /// The few elements that Telegram and Matrix both know.
    static let html = ChatMarkup(
        escaped: { escape($0, ["&": "&amp;", "<": "&lt;", ">": "&gt;", "\"": "&quot;"]) },
        strong: { "<b>\($0)</b>" }, marked: { "<b>\($0)</b>" },
        linked: { "<a href=\"\(escape($1, ["&": "&amp;", "\"": "%22", "<": "%3C", ">": "%3E"]))\">\($0)</a>" })

    /// A backslash before each sign; a mention is broken by a blank without width behind its `@`.
    private static let markdownSigns: [Unicode.Scalar: String] = {
        var signs = Dictionary(uniqueKeysWithValues: "\\`*_{}[]()#+-!|~>".unicodeScalars.map { ($0, "\\\($0)") })
        signs["<"] = "\\<"
        signs["@"] = "@\u{200B}"
        return signs
    }()

    private static func escape(_ text: String, _ signs: [Unicode.Scalar: String]) -> String {
        var out = ""
        out.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            if let sign = signs[scalar] { out += sign } else { out.unicodeScalars.append(scalar) }
        }
        return out
    }
}
