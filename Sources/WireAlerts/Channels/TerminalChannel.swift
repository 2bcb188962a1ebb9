import Foundation
import Glibc
import WireModel

/// Writes to a terminal, for a person; or to a file or a pipe, without colours.
struct TerminalChannel: Channel {
    static let descriptor = ChannelDescriptor(
        kind: "terminal", title: "A terminal",
        settings: [
            .init("path", .text, "a terminal or file: /dev/tty, /dev/pts/3; standard error unless given"),
            .init("color", .text, "auto (on a terminal, unless NO_COLOR is set), always, or never"),
            .init("bell", .flag, "ring the terminal's bell for urgent alerts"),
        ],
        retry: .local)

    private enum Limits {
        /// A terminal that is stopped takes nothing.
        static let patience = Duration.seconds(5)
        /// Bytes that a terminal which takes any takes without waiting.
        static let chunk = 256
    }

    private enum Color { case auto, always, never }

    private let path: String?
    private let color: Color
    private let rings: Bool
    private let templates: MessageTemplates

    init(_ settings: ChannelSettings, _ outside: Outside) throws(ChannelError) {
        path = settings.text("path")
        if let path, !path.hasPrefix("/") || path.utf8.contains(0) {
            throw .badSetting(name: "path", reason: "it is not a whole path; write /dev/pts/3")
        }
        switch settings.text("color") ?? "auto" {
        case "auto": color = .auto
        case "always": color = .always
        case "never": color = .never
        default: throw .badSetting(name: "color", reason: "it is not auto, always or never")
        }
        rings = settings.flag("bell")
        templates = try MessageTemplates(settings)
    }

    /// Plain text: how it is dressed depends on the terminal that is there when it is sent.
    func render(_ message: AlertMessage) throws(ChannelError) -> [UInt8] {
        let filled = templates.fill(
            message, title: TerminalText.heading(of: message), text: TerminalText.lines(of: message))
        return Array((message.severity == .urgent ? "\u{7}" : "").utf8)
            + Array("\(filled.title)\n\n\(filled.text)\n".utf8)
    }

    func send(_ letter: Letter) async -> DeliveryResult {
        guard let path else { return result(await write(letter.body, to: STDERR_FILENO)) }
        // Neither a terminal that is stopped nor a pipe without a reader holds us up, and it does not become ours.
        let terminal = open(path, O_WRONLY | O_APPEND | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
        guard terminal >= 0 else { return result(errno) }
        defer { close(terminal) }
        return result(await write(letter.body, to: terminal))
    }

    private func result(_ error: Int32) -> DeliveryResult {
        if error == 0 { return .delivered(Message.Answer()) }
        let place = path ?? "standard error"
        return .tryAgain(Message.Answer(error: "\(place) cannot be written to: \(String(cString: strerror(error)))"))
    }

    // MARK: Writing

    /// - Returns: an error's number; 0 for none.
    private func write(_ body: [UInt8], to terminal: Int32) async -> Int32 {
        let isTerminal = isatty(terminal) == 1
        let rest = body.drop { $0 == 7 }
        let bell = rings && isTerminal && rest.count < body.count ? "\u{7}" : ""
        let text = TerminalText.dressed(
            String(decoding: rest, as: UTF8.self), columns: TerminalChannel.columns(of: terminal),
            isColored: isColored(isTerminal))
        var left = Array((bell + text).utf8)[...]
        let start = ContinuousClock.now
        while !left.isEmpty {
            guard ContinuousClock.now - start < Limits.patience, !Task.isCancelled else { return ETIMEDOUT }
            var state = pollfd(fd: terminal, events: Int16(POLLOUT), revents: 0)
            let ready = poll(&state, 1, 0)
            if ready < 0, errno != EINTR { return errno }
            if ready > 0 {
                let count = Glibc.write(terminal, Array(left.prefix(Limits.chunk)), min(left.count, Limits.chunk))
                if count > 0 {
                    left = left.dropFirst(count)
                    continue
                }
                if count < 0, errno != EAGAIN, errno != EINTR { return errno }
            }
            try? await Task.sleep(for: .milliseconds(20))
        }
        return 0
    }

    private static func columns(of terminal: Int32) -> Int? {
        var size = winsize()
        guard ioctl(terminal, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    private func isColored(_ isTerminal: Bool) -> Bool {
        switch color {
        case .always: return true
        case .never: return false
        case .auto:
            let environment = ProcessInfo.processInfo.environment
            return isTerminal && environment["NO_COLOR"]?.isEmpty ?? true && environment["TERM"] != "dumb"
        }
    }
}
