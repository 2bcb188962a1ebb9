import WireModel

/// Writes to the system's journal by its native protocol: an entry with fields for each alert.
struct JournaldChannel: Channel {
    static let descriptor = ChannelDescriptor(
        kind: "journald", title: "The system's journal",
        settings: [
            .init("socket", .text, "the journal's socket; /run/systemd/journal/socket unless given"),
            .init("identifier", .text, "what the entries are filed under; wirewatch unless given"),
        ],
        retry: .webhook)

    private enum Limits {
        /// A journal that takes nothing.
        static let patience = Duration.seconds(5)
    }

    /// `MESSAGE_ID`s: one for each kind of event, for good.
    static let messageIDs: [String: String] = [
        "alert.created": "c8528b1b2bf34e6aa7561e49896bf590",
        "alert.summary": "a82da7c0a1974fee838267ce72e5e84c",
        "endpoint.test": "e0066268c6ce4d0582649698d51e9c41",
        "feed.first": "70af5499edea4fec83ba21056968d15d",
        "feed.failing": "2ea92e16a241475bbf8a6dfe442306f5",
        "feed.silent": "e37d6cf6442b4d59b2f1a41ba4994752",
        "feed.gap": "dc6a1e3df2804a9296c961c8473cbc53",
        "feed.gone": "57a3e9c14b294b6798d06e263396f6fd",
        "channel.broken": "06deae34f8df4aa380b4eb69ae5d68d0",
        "topic.flooding": "faf0cfaaf6874d89b9ab73ad7bfac2f9",
        "topic.silent": "f652c9a9a84c46e9a43409da8d2fbb00",
    ]

    private let journal: JournalSocket
    private let identifier: String

    init(_ settings: ChannelSettings, _ outside: Outside) throws(ChannelError) {
        try MessageTemplates.refuse(settings)
        identifier = settings.text("identifier") ?? "wirewatch"
        guard let journal = JournalSocket(path: settings.text("socket") ?? JournalSocket.systemPath) else {
            let most = JournalSocket.Limits.path
            throw .badSetting(
                name: "socket", reason: "it is not a whole path of less than \(most) bytes; write it from / on")
        }
        self.journal = journal
    }

    /// A JSON object of fields on a line for each entry.
    func render(_ message: AlertMessage) throws(ChannelError) -> [UInt8] {
        entries(of: message).flatMap { Array((JSONValue.object($0.mapValues(JSONValue.string)).text + "\n").utf8) }
    }

    func send(_ letter: Letter) async -> DeliveryResult {
        let entries = letter.body.split(separator: UInt8(ascii: "\n")).compactMap { line in
            (try? JSONReader.read(Array(line)))?.object?.compactMapValues(\.string)
        }
        do throws(JournalFault) {
            try await journal.write(entries, patience: Limits.patience)
            return .delivered(Message.Answer())
        } catch {
            return .tryAgain(Message.Answer(error: error.description))
        }
    }

    // MARK: Fields

    private func entries(of message: AlertMessage) -> [[String: String]] {
        var entries = message.items.map { fields(of: $0, message) }
        if message.hidden > 0 || message.items.isEmpty { entries.append(summary(of: message)) }
        return entries
    }

    private func fields(of item: AlertMessage.Item, _ message: AlertMessage) -> [String: String] {
        let entry = MailEntry(item)
        let article = item.flagged.article
        var fields = common(to: message, entry.severity, event: "alert.created")
        fields["MESSAGE"] =
            "\(entry.topic): \(entry.title.plain) (\(entry.source))" + (entry.link.map { " \($0)" } ?? "")
        fields["WW_ALERT_ID"] = item.alert.id.description
        fields["WW_ARTICLE_ID"] = article.id.description
        fields["WW_TOPIC"] = entry.topic
        fields["WW_TOPIC_ID"] = item.alert.topic
        fields["WW_TITLE"] = entry.title.plain
        fields["WW_EXCERPT"] = (entry.sentence ?? entry.title).quoted
        fields["WW_REASON"] = entry.reason
        fields["WW_LINK"] = entry.link
        fields["WW_TIME"] = (article.item.published ?? article.item.updated ?? article.seen).description
        fields["WW_FEED_ID"] = item.alert.feed.description
        fields["WW_FEED"] = item.flagged.feed.title.map { MarkedText($0, marks: []).plain }
        fields["WW_FEED_URL"] = item.flagged.feed.url.flatMap(MailEntry.address)
        return fields
    }

    /// What a message says beside its alerts: a notice, a test, the number of those that are not told.
    private func summary(of message: AlertMessage) -> [String: String] {
        let text = MailText(message: message)
        var event = message.kind == .test ? "endpoint.test" : "alert.summary"
        if let notice = message.notice { event = notice.kind.rawValue }
        var fields = common(to: message, message.severity, event: event)
        fields["MESSAGE"] = text.subject
        if let notice = message.notice {
            fields["WW_TEXT"] = MailText.paragraphs(notice.text).joined(separator: "\n")
            fields["WW_SUBJECT"] = MarkedText.harmless(notice.subject)
            fields["WW_CLEARED"] = notice.isCleared ? "1" : "0"
        } else if message.kind != .test {
            fields["WW_COUNT"] = "\(message.count)"
            fields["WW_HIDDEN"] = "\(message.hidden)"
            fields["WW_LINK"] = message.link
        }
        return fields
    }

    private func common(to message: AlertMessage, _ severity: Severity, event: String) -> [String: String] {
        var fields = [
            "SYSLOG_IDENTIFIER": identifier, "PRIORITY": JournaldChannel.priority(of: severity),
            "WW_DELIVERY_ID": message.id.rawValue, "WW_CHANNEL": message.channel, "WW_TYPE": message.kind.description,
            "WW_SEVERITY": severity.rawValue,
        ]
        fields["MESSAGE_ID"] = JournaldChannel.messageIDs[event]
        if message.isRepetition { fields["WW_REPEATED"] = "1" }
        return fields
    }

    /// Of syslog: critical, warning, notice, informational.
    private static func priority(of severity: Severity) -> String {
        switch severity {
        case .urgent: "2"
        case .high: "4"
        case .normal: "5"
        case .low: "6"
        }
    }
}
