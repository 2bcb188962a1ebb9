import CMemfd
import Foundation
import Subprocess
import Synchronization
import SystemPackage
import WireModel

/// Runs a program of this machine: JSON on its standard input, no shell, nothing from outside in its arguments.
struct CommandChannel: Channel {
    static let descriptor = ChannelDescriptor(
        kind: "command", title: "A command of this machine",
        settings: [
            .init("command", .list, "the program and its arguments: [/usr/local/bin/ring, --loud]", isRequired: true),
            .init("timeout", .duration, "how long it may run, 1s to 100s; 30s unless given"),
        ],
        retry: .chat)

    enum Limits {
        static let timeout = Duration.seconds(30)
        /// The lease of a delivery is two minutes.
        static let timeouts = Duration.seconds(1)...Duration.seconds(100)
        /// Bytes that a command may write; one that writes more is ended.
        static let output = 1 << 20
    }

    /// sysexits.h: not now, try again.
    private static let temporaryFailure: Int32 = 75
    /// Where programs are looked for, and all of the program's environment.
    static let path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    private let program: String
    private let arguments: [String]
    private let timeout: Duration
    private let templates: MessageTemplates

    init(_ settings: ChannelSettings, _ outside: Outside) throws(ChannelError) {
        let words = settings.list("command")
        guard let name = words.first, !name.isEmpty else {
            throw .badSetting(name: "command", reason: "it names no program; write [/usr/local/bin/ring]")
        }
        guard words.allSatisfy({ !$0.utf8.contains(0) }) else {
            throw .badSetting(name: "command", reason: "it holds a NUL")
        }
        program = try CommandChannel.program(called: name)
        arguments = Array(words.dropFirst())
        templates = try MessageTemplates(settings)
        timeout = settings.duration("timeout") ?? Limits.timeout
        guard Limits.timeouts.contains(timeout) else {
            throw .badSetting(name: "timeout", reason: "it is not 1s to 100s")
        }
    }

    /// A name is looked for where programs are; anything else must be a whole path, for there is no folder it could start at.
    private static func program(called name: String) throws(ChannelError) -> String {
        let shown = MarkedText.harmless(String(name.prefix(200)))
        guard name.contains("/") else {
            let places = path.split(separator: ":").map { "\($0)/\(name)" }
            if let place = places.first(where: isProgram) { return place }
            throw .badSetting(
                name: "command", reason: "there is no program “\(shown)” in \(path); write its whole path")
        }
        guard name.hasPrefix("/") else {
            throw .badSetting(name: "command", reason: "“\(shown)” is not a whole path; write it from / on")
        }
        guard isProgram(name) else {
            let words = shown.split(separator: " ")
            let hint =
                words.count > 1 ? "; each argument is an entry of its own: [\(words.joined(separator: ", "))]" : ""
            throw .badSetting(name: "command", reason: "“\(shown)” is no file that this user may run\(hint)")
        }
        return name
    }

    private static func isProgram(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
            && FileManager.default.isExecutableFile(atPath: path)
    }

    /// A webhook's body with `id`, `title` and `text`.
    func render(_ message: AlertMessage) throws(ChannelError) -> [UInt8] {
        var members = WebhookChannel.content(of: message).object ?? [:]
        let text = MailText(message: message)
        members["id"] = .string(message.id.rawValue)
        let filled = templates.fill(message, title: text.subject, text: text.plain)
        members["title"] = .string(filled.title)
        members["text"] = .string(filled.text)
        return Array((JSONValue.object(members).text + "\n").utf8)
    }

    func send(_ letter: Letter) async -> DeliveryResult {
        let output = CommandOutput()
        let ending = await withTaskGroup(of: Ending.self) { group in
            group.addTask { await run(letter.body, into: output) }
            group.addTask {
                do { try await Task.sleep(for: timeout) } catch { return .broken("it was broken off") }
                return .late
            }
            let first = await group.next() ?? .late
            // The program's whole process group is killed with its task.
            group.cancelAll()
            return first
        }
        return result(of: ending, said: output.end)
    }

    // MARK: Running

    private enum Ending: Sendable {
        case exited(Int32)
        case killed(Int32)
        case late
        case tooLong
        case broken(String)
    }

    private struct TooLong: Error {}

    private func run(_ body: [UInt8], into output: CommandOutput) async -> Ending {
        guard let input = CommandChannel.file(of: body) else { return .broken("there is no memory for its input") }
        var options = PlatformOptions()
        // A session has a process group of its own: what the command has started ends with it.
        options.createSession = true
        options.teardownSequence = [.send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .zero)]
        do {
            let result = try await Subprocess.run(
                .path(FilePath(program)), arguments: Arguments(arguments),
                environment: .custom(["PATH": CommandChannel.path]), workingDirectory: "/", platformOptions: options,
                input: .fileDescriptor(input, closeAfterSpawningProcess: true), output: .sequence, error: .sequence
            ) { execution in
                try await withThrowingTaskGroup { group in
                    for (stream, isError) in [(execution.standardOutput, false), (execution.standardError, true)] {
                        group.addTask {
                            for try await bytes in stream {
                                guard output.take(Data(buffer: bytes), isError: isError) else { throw TooLong() }
                            }
                        }
                    }
                    // The first that throws ends them all.
                    for try await _ in group {}
                }
            }
            switch result.terminationStatus {
            case .exited(let code): return .exited(code)
            case .signaled(let signal): return .killed(signal)
            }
        } catch is TooLong {
            return .tooLong
        } catch let error as SubprocessError {
            return .broken("it cannot be run: \(error.underlyingError.map { "\($0)" } ?? "\(error)")")
        } catch {
            return .broken("it was broken off")
        }
    }

    /// A file in memory: a program that does not read its input ends as any other, and none can make us wait.
    private static func file(of bytes: [UInt8]) -> FileDescriptor? {
        let descriptor = ww_memory_file("alert")
        guard descriptor >= 0 else { return nil }
        let file = FileDescriptor(rawValue: descriptor)
        do {
            try file.writeAll(bytes)
            _ = try file.seek(offset: 0, from: .start)
            return file
        } catch {
            try? file.close()
            return nil
        }
    }

    private func result(of ending: Ending, said: String) -> DeliveryResult {
        var answer = Message.Answer(text: said)
        switch ending {
        case .exited(let code):
            answer.status = Int(code)
            if code == 0 { return .delivered(answer) }
            answer.error = "exit code \(code)"
            return code == CommandChannel.temporaryFailure ? .tryAgain(answer) : .refused(answer)
        case .killed(let signal):
            answer.error = "it was ended by signal \(signal)"
            return .refused(answer)
        case .tooLong:
            answer.error = "it wrote more than \(Limits.output) bytes and was ended"
            return .refused(answer)
        case .late:
            answer.error = "it ran longer than \(QuantityText.text(of: timeout)) and was ended"
            return .tryAgain(answer)
        case .broken(let reason):
            answer.error = reason
            return .tryAgain(answer)
        }
    }
}

/// What a command writes: counted whole, kept at its end.
private final class CommandOutput: Sendable {
    private struct State {
        var count = 0
        var output: [UInt8] = []
        var error: [UInt8] = []
    }

    private let state = Mutex(State())

    /// - Returns: whether it may write on.
    func take(_ bytes: Data, isError: Bool) -> Bool {
        state.withLock { state in
            state.count += bytes.count
            if isError { Self.add(bytes, to: &state.error) } else { Self.add(bytes, to: &state.output) }
            return state.count <= CommandChannel.Limits.output
        }
    }

    private static func add(_ bytes: Data, to end: inout [UInt8]) {
        end += bytes.suffix(Message.Answer.textLimit)
        end = end.suffix(Message.Answer.textLimit)
    }

    /// The end of standard error, or of standard output if nothing was complained of; harmless, on one line.
    var end: String {
        let bytes = state.withLock { $0.error.isEmpty ? $0.output : $0.error }
        // The first character may have been cut.
        let whole = bytes.drop { $0 & 0xC0 == 0x80 }
        let text = MarkedText.harmless(String(decoding: whole, as: UTF8.self))
        return text.trimmingCharacters(in: .whitespaces).suffix(bytes: Message.Answer.textLimit)
    }
}

extension String {
    /// The longest end of whole characters with at most so many bytes.
    fileprivate func suffix(bytes limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var start = utf8.index(endIndex, offsetBy: -limit)
        while start < endIndex, start.samePosition(in: self) == nil { start = utf8.index(after: start) }
        return String(self[start...])
    }
}
