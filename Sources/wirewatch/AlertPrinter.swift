import WireDaemon
import WireModel
import WireStore

/// Alerts, their messages and silences as a person reads them.
struct AlertPrinter {
    let ink: Ink

    /// The article as `fetch` shows it, then where the alert went.
    /// - Parameter isWhole: with the answers and every attempt's end.
    func text(of record: AlertRecord, isWhole: Bool = false) -> String {
        let printer = ArticlePrinter(ink: ink)
        let alert = record.alert
        let flag = ArticlePrinter.Flag(
            topic: alert.topicName, severity: alert.severity, match: record.flagged.match)
        var text = printer.block(record.flagged.article, feed: record.flagged.feed, flags: [flag])
        var state = "alert \(alert.id), raised \(alert.created.minuteText)"
        if let time = alert.acknowledged { state += ", acknowledged \(time.minuteText)" }
        text += printer.line(ink.dim(state)) + "\n"
        if let muting = alert.muting { text += printer.line("nobody told: " + AlertPrinter.reason(of: muting)) + "\n" }
        for delivery in record.deliveries {
            let message = record.messages.first { $0.id == delivery.message }
            let line = "\(ink.bold(Ink.harmless(delivery.channel)))  \(fate(of: delivery, in: message))"
            text += printer.line(line) + "\n"
            guard isWhole, let message else { continue }
            for fact in facts(of: message) { text += printer.line(ink.dim(fact), margin: 10) + "\n" }
        }
        return text
    }

    /// A message with the bytes that were sent.
    func text(of message: Message) -> String {
        var lines = [
            ink.bold(message.id.rawValue),
            "\(message.kind) for \(Ink.harmless(message.channel)), \(Ink.harmless(message.group)), made \(message.created.minuteText)",
            state(of: message),
        ]
        lines += facts(of: message)
        let body = String(decoding: message.body, as: UTF8.self)
        if !body.isEmpty { lines.append("") }
        lines += body.split(separator: "\n", omittingEmptySubsequences: false).map { Ink.harmless(String($0)) }
        while lines.last == "" { lines.removeLast() }
        return lines.joined(separator: "\n") + "\n"
    }

    func text(of silence: Silence, at now: Timestamp) -> String {
        let matchers = silence.matchers
        let conditions = [
            matchers.topic.map { "topic \($0)" }, matchers.feed.map { "feed \($0)" },
            matchers.channel.map { "channel \($0)" }, matchers.severity.map { "severity \($0.rawValue) and below" },
        ]
        let what = Ink.harmless(conditions.compactMap { $0 }.joined(separator: ", "))
        let end =
            silence.isActive(at: now)
            ? "muted until \(silence.ends.minuteText)" : "over since \(silence.ends.minuteText)"
        let comment = silence.comment.isEmpty ? "" : ": \(silence.comment)"
        return "\(ink.bold(what))  \(silence.isActive(at: now) ? ink.warning(end) : ink.dim(end))\n"
            + "  " + ink.dim(Ink.harmless("silence \(silence.id), by \(silence.author)\(comment)")) + "\n"
    }

    // MARK: Words

    private func fate(of delivery: Delivery, in message: Message?) -> String {
        switch delivery.state {
        case .cancelled:
            let silence = delivery.silence.map { " (silence \($0))" } ?? ""
            return ink.dim("not told: " + AlertPrinter.reason(of: delivery.cancellation) + silence)
        case .pending where delivery.message == nil: return ink.warning("waits for its message")
        default:
            guard let message else { return delivery.state.rawValue }
            return state(of: message) + "  " + ink.dim(message.id.rawValue)
        }
    }

    private func state(of message: Message) -> String {
        switch message.state {
        case .done: return ink.good("delivered") + (message.done.map { " \($0.minuteText)" } ?? "")
        case .leased: return ink.warning("on its way, attempt \(message.attempt)")
        case .pending:
            let attempt = message.attempt > 0 ? " for attempt \(message.attempt + 1)" : ""
            return ink.warning("waits\(attempt) until \(message.notBefore.minuteText)") + error(of: message)
        case .dead:
            return ink.error("given up") + (message.done.map { " \($0.minuteText)" } ?? "") + error(of: message)
        case .cancelled: return ink.dim("cancelled")
        }
    }

    private func error(of message: Message) -> String {
        message.answer?.error.map { ": " + Ink.harmless($0) } ?? ""
    }

    /// What is not said by its state.
    private func facts(of message: Message) -> [String] {
        var facts = [counted(message.attempt, "attempt")]
        if let status = message.answer?.status { facts.append("status \(status)") }
        if message.count > 1 { facts.append("tells \(message.count) alerts") }
        var lines = [facts.joined(separator: ", ")]
        if let said = message.answer?.text, !said.isEmpty { lines.append("answer: " + Ink.harmless(said)) }
        return lines
    }

    private static func reason(of muting: Alert.Muting) -> String {
        switch muting {
        case .firstFetch: "it stood in the first document of its feed"
        case .tooOld: "it was published longer ago than the topic's max_age"
        case .unrouted: "no channel takes alerts of this topic, severity and feed"
        }
    }

    private static func reason(of cancellation: Delivery.Cancellation?) -> String {
        switch cancellation {
        case .silenced: "muted"
        case .inhibited: "the same text was told before"
        case .acknowledged: "acknowledged before it was sent"
        case .channelRemoved: "the settings have no channel of that name any more"
        case nil: "cancelled"
        }
    }
}
