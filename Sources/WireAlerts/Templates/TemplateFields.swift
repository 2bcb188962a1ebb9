import Mustache
import WireModel

/// What a template may name: the fields of a message and of its items (docs/alerts.md lists them).
enum TemplateFields {
    /// What a field is, and so how it may be used.
    enum Form: Hashable {
        case text, number, flag
        /// A section over it gives each item.
        case items
        /// A section over it, or a dot after it, gives the fields of what it holds.
        case item, notice
    }

    static let message: [String: Form] = [
        "id": .text, "type": .text, "channel": .text, "group": .text, "time": .text, "severity": .text,
        "title": .text, "text": .text, "topics": .text, "link": .text, "count": .number, "hidden": .number,
        "digest": .flag, "flood": .flag, "repeated": .flag, "test": .flag, "items": .items, "notice": .notice,
    ]

    static let item: [String: Form] = [
        "title": .text, "marked_title": .text, "excerpt": .text, "marked_excerpt": .text, "link": .text,
        "source": .text, "feed": .text, "feed_url": .text, "time": .text, "topic": .text, "topic_id": .text,
        "severity": .text, "reason": .text, "alert": .text,
    ]

    static let notice: [String: Form] = [
        "title": .text, "text": .text, "kind": .text, "subject": .text, "severity": .text, "cleared": .flag,
    ]

    /// The fields of what a section or a dot opens.
    static func members(of form: Form) -> [String: Form]? {
        switch form {
        case .items, .item: item
        case .notice: notice
        case .text, .number, .flag: nil
        }
    }

    /// Swift-mustache's own functions, `uppercased(title)`: what each makes of a field.
    static func result(of function: String, on form: Form) -> Form? {
        switch (form, function) {
        case (.text, "uppercased"), (.text, "lowercased"), (.text, "capitalized"): .text
        case (.text, "empty"), (.items, "empty"): .flag
        case (.number, "equalzero"), (.number, "even"), (.number, "odd"): .flag
        case (.number, "plusone"), (.number, "minusone"): .number
        case (.items, "count"): .number
        case (.items, "first"), (.items, "last"): .item
        case (.items, "reversed"): .items
        default: nil
        }
    }

    /// `first()` and the like, of the item's place.
    static func result(ofPlace function: String) -> Form? {
        switch function {
        case "first", "last", "even", "odd": .flag
        case "index": .number
        default: nil
        }
    }

    // MARK: Values

    /// Stands for what is not there, so that it is not looked for further out: an article without a link has not the
    /// message's.
    private struct Absent: MustacheCustomRenderable {
        var renderText: String { "" }
        var isNull: Bool { true }
    }

    /// - Parameters:
    ///   - title: the built-in one, and likewise the text.
    static func values(of message: AlertMessage, title: String, text: String) -> [String: Any] {
        let said = MailText(message: message)
        return [
            "id": message.id.rawValue, "type": message.kind.description, "channel": message.channel,
            "group": optional(message.group), "time": MailText.time(message.created),
            "severity": message.severity.rawValue, "title": title, "text": text, "topics": said.topics,
            "link": optional(message.link), "count": message.count, "hidden": message.hidden,
            "digest": message.kind == .digest, "flood": message.isFlood, "repeated": message.isRepetition,
            "test": message.kind == .test, "items": message.items.map(values), "notice": values(of: message.notice),
        ]
    }

    private static func values(of item: AlertMessage.Item) -> [String: Any] {
        let entry = MailEntry(item)
        let excerpt = entry.sentence ?? entry.title
        let article = item.flagged.article
        return [
            "title": entry.title.plain, "marked_title": entry.title.quoted, "excerpt": excerpt.plain,
            "marked_excerpt": excerpt.quoted, "link": optional(entry.link), "source": entry.source,
            "feed": optional(item.flagged.feed.title ?? item.flagged.feed.url),
            "feed_url": optional(item.flagged.feed.url),
            "time": MailText.time(article.item.published ?? article.item.updated ?? article.seen),
            "topic": entry.topic, "topic_id": item.alert.topic, "severity": entry.severity.rawValue,
            "reason": optional(entry.reason), "alert": item.alert.id.description,
        ]
    }

    private static func values(of notice: Notice?) -> Any {
        guard let notice else { return Absent() }
        let values: [String: Any] = [
            "title": MarkedText.harmless(notice.title),
            "text": MailText.paragraphs(notice.text).joined(separator: "\n"),
            "kind": notice.kind.rawValue, "subject": MarkedText.harmless(notice.subject),
            "severity": notice.severity.rawValue, "cleared": notice.isCleared,
        ]
        return values
    }

    private static func optional(_ text: String?) -> Any {
        guard let text, !text.isEmpty else { return Absent() }
        return MarkedText(text, marks: [], limit: 2_000).plain
    }
}
