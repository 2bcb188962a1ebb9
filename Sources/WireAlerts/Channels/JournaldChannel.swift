import CMemfd
import Glibc
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

    enum Limits {
        /// A journal that takes nothing.
        static let patience = Duration.seconds(5)
        /// Bytes of a path that fits a socket's address, its end included.
        static let path = 108
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

    private let path: String
    private let identifier: String

    init(_ settings: ChannelSettings, _ outside: Outside) throws(ChannelError) {
        try MessageTemplates.refuse(settings)
        path = settings.text("socket") ?? "/run/systemd/journal/socket"
        identifier = settings.text("identifier") ?? "wirewatch"
        guard path.hasPrefix("/"), path.utf8.count < Limits.path, !path.utf8.contains(0) else {
            throw .badSetting(
                name: "socket", reason: "it is not a whole path of less than \(Limits.path) bytes; write it from / on")
        }
    }

    /// A JSON object of fields on a line for each entry.
    func render(_ message: AlertMessage) throws(ChannelError) -> [UInt8] {
        entries(of: message).flatMap { Array((JSONValue.object($0.mapValues(JSONValue.string)).text + "\n").utf8) }
    }

    func send(_ letter: Letter) async -> DeliveryResult {
        let entries = letter.body.split(separator: UInt8(ascii: "\n")).compactMap { line in
            (try? JSONReader.read(Array(line)))?.object?.compactMapValues(\.string)
        }
        let journal = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard journal >= 0 else { return failure(errno) }
        defer { close(journal) }
        guard JournaldChannel.connect(journal, to: path) == 0 else { return failure(errno) }
        for entry in entries {
            let error = await JournaldChannel.send(JournaldChannel.datagram(entry), by: journal)
            if error != 0 { return failure(error) }
        }
        return .delivered(Message.Answer())
    }

    private func failure(_ error: Int32) -> DeliveryResult {
        .tryAgain(Message.Answer(error: "the journal at \(path) takes nothing: \(String(cString: strerror(error)))"))
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

    // MARK: The native protocol

    /// `KEY=value`, or the value's length before it if it has several lines.
    static func datagram(_ fields: [String: String]) -> [UInt8] {
        var out: [UInt8] = []
        for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
            let bytes = Array(value.utf8)
            if bytes.contains(UInt8(ascii: "\n")) {
                out += Array("\(name)\n".utf8)
                let length = UInt64(bytes.count)
                out += (0..<8).map { UInt8(truncatingIfNeeded: length >> ($0 * 8)) }
            } else {
                out += Array("\(name)=".utf8)
            }
            out += bytes + [UInt8(ascii: "\n")]
        }
        return out
    }

    private static func connect(_ journal: Int32, to path: String) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        // SAFETY: the address is a local value, written on this thread only; the path was found to be shorter than its place,
        // which is zero and so ends it.
        withUnsafeMutableBytes(of: &address.sun_path) { place in
            place.copyBytes(from: path.utf8.prefix(place.count - 1))
        }
        // SAFETY: a sockaddr_un is a sockaddr by its length; the pointer lives for the call.
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(journal, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    /// As a datagram, or in a file that is handed over if it is too large for one.
    /// - Returns: an error's number; 0 for none.
    private static func send(_ bytes: [UInt8], by journal: Int32) async -> Int32 {
        let start = ContinuousClock.now
        var isLarge = false
        while true {
            let count =
                isLarge ? sendFile(of: bytes, by: journal) : Glibc.send(journal, bytes, bytes.count, flags)
            if count >= 0 { return 0 }
            let error = errno
            switch error {
            case EMSGSIZE where !isLarge, ENOBUFS where !isLarge: isLarge = true
            case EINTR: continue
            case EAGAIN, ENOBUFS:
                guard ContinuousClock.now - start < Limits.patience, !Task.isCancelled else { return error }
                try? await Task.sleep(for: .milliseconds(20))
            default: return error
            }
        }
    }

    private static let flags = Int32(MSG_NOSIGNAL | MSG_DONTWAIT)

    private static func sendFile(of bytes: [UInt8], by journal: Int32) -> Int {
        let file = ww_memory_file("journal-entry")
        guard file >= 0 else { return -1 }
        defer {
            // What failed before is what counts.
            let error = errno
            close(file)
            errno = error
        }
        var left = bytes[...]
        while !left.isEmpty {
            let count = write(file, Array(left), left.count)
            guard count > 0 else { return -1 }
            left = left.dropFirst(count)
        }
        // The journal reads it in place, and so wants to know that it stays as it is.
        guard ww_seal_memory_file(file) == 0 else { return -1 }
        return Int(ww_send_file(journal, file))
    }
}
