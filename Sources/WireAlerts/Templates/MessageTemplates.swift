import Mustache
import WireModel

/// A channel's own words for its messages: `templates: {title: …, text: …}` of the settings, in Mustache.
///
/// Plain text comes out, whatever it is made of: nothing is escaped for HTML, and no control character comes through.
struct MessageTemplates: Sendable {
    enum Limits {
        /// Characters of a title.
        static let title = 200
        /// Bytes of a text.
        static let text = 65_536
    }

    private let title: MustacheTemplate?
    private let text: MustacheTemplate?

    /// - Throws: `badTemplate` with the place of the first fault.
    init(_ settings: ChannelSettings) throws(ChannelError) {
        title = try MessageTemplates.template("title", settings)
        text = try MessageTemplates.template("text", settings)
    }

    /// For channels that have no words of their own to replace.
    static func refuse(_ settings: ChannelSettings) throws(ChannelError) {
        for name in ["title", "text"] where settings.text("templates.\(name)") != nil {
            throw .badTemplate(name: name, reason: "this kind of channel takes no templates; take it out")
        }
    }

    private static func template(_ name: String, _ settings: ChannelSettings) throws(ChannelError) -> MustacheTemplate?
    {
        guard let source = settings.text("templates.\(name)") else { return nil }
        do throws(TemplateCheck.Fault) {
            try TemplateCheck.check(source)
        } catch {
            throw .badTemplate(name: name, reason: "line \(error.line), column \(error.column): \(error.reason)")
        }
        do {
            return try MustacheTemplate(string: "{{% CONTENT_TYPE: TEXT}}\n" + source)
        } catch let error as MustacheTemplate.ParserError {
            // The first line is ours.
            throw .badTemplate(
                name: name,
                reason: "line \(error.context.lineNumber - 1), column \(error.context.columnNumber): \(error.error)")
        } catch {
            throw .badTemplate(name: name, reason: "\(error)")
        }
    }

    /// What the templates make of a message.
    struct Words {
        /// One line; nil without a template, or if it gave nothing.
        var title: String?
        /// Ended by a line end; likewise.
        var text: String?
        /// For people: which template gave nothing.
        var remarks: [String] = []
    }

    /// - Parameters:
    ///   - title: the built-in one, for `{{title}}`, and likewise the text.
    func words(for message: AlertMessage, title builtInTitle: String, text builtInText: String) -> Words {
        guard title != nil || text != nil else { return Words() }
        let values = TemplateFields.values(of: message, title: builtInTitle, text: builtInText)
        var words = Words()
        func note(_ name: String) {
            words.remarks.append(
                "(The template “\(name)” of channel “\(message.channel)” gave nothing; this is the built-in \(name).)")
        }
        if let title {
            let line = MessageTemplates.line(title.render(values))
            if line.isEmpty { note("title") } else { words.title = line }
        }
        if let text {
            let lines = MessageTemplates.lines(text.render(values))
            if lines.isEmpty { note("text") } else { words.text = lines }
        }
        return words
    }

    /// Both as the templates say, else as given. A template that gives nothing is not used, and the text says so.
    func fill(_ message: AlertMessage, title builtInTitle: String, text builtInText: String) -> (
        title: String, text: String
    ) {
        let words = words(for: message, title: builtInTitle, text: builtInText)
        return (words.title ?? builtInTitle, (words.text ?? builtInText) + words.remarks.map { "\n\($0)\n" }.joined())
    }

    private static func line(_ text: String) -> String {
        let words = MarkedText.harmless(text).split(separator: " ").joined(separator: " ")
        return words.count > Limits.title ? words.prefix(Limits.title - 1) + "…" : words
    }

    /// Without blank lines at both ends, ended by a line end; empty if there is nothing to read.
    private static func lines(_ text: String) -> String {
        var lines = text.prefix(bytes: Limits.text).split(omittingEmptySubsequences: false) { $0.isNewline }
            .map { MarkedText.harmless(String($0)) }
        if text.utf8.count > Limits.text { lines.append("…") }
        let isBlank = { (line: String) in line.allSatisfy { $0 == " " } }
        guard let first = lines.firstIndex(where: { !isBlank($0) }), let last = lines.lastIndex(where: { !isBlank($0) })
        else { return "" }
        return lines[first...last].joined(separator: "\n") + "\n"
    }
}
