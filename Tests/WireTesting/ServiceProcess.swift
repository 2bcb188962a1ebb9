import Foundation
import Synchronization
import WireModel

/// The real program, as it was built beside the tests, run as a service manager would. Whoever starts it stops it.
public final class ServiceProcess: Sendable {
    public enum Problem: Error {
        case notStarted(Int32)
        case neverSaid(String, all: String)
        case neverEnded
    }

    private enum Limits {
        static let patience = Duration.seconds(60)
        static let pause = Duration.milliseconds(20)
    }

    private let process: pid_t
    private let output: String
    /// Of what it tells the manager; nil without one.
    private let manager: NotifySocket?
    /// How it ended, as waitpid tells; nil while it runs.
    private let status = Mutex<Int32?>(nil)

    /// - Parameters:
    ///   - folder: where its files are and what it prints is kept.
    ///   - launcher: what starts the program: a command that takes one as its last arguments; none for the system.
    ///   - isManaged: whether it is told of a service manager's socket, with a watchdog of two seconds.
    public init(
        _ arguments: [String], in folder: String, launcher: [String] = [], isManaged: Bool = false
    ) throws {
        output = folder + "/output"
        manager = isManaged ? try NotifySocket(path: folder + "/notify") : nil
        var environment = ProcessInfo.processInfo.environment
        environment["NOTIFY_SOCKET"] = isManaged ? folder + "/notify" : nil
        environment["WATCHDOG_USEC"] = isManaged ? "2000000" : nil
        // Not Foundation's Process: a launcher that closes the descriptors it inherits looks ended to it.
        process = try ServiceProcess.spawn(
            ["/usr/bin/env", "-C", folder] + launcher + [ServiceProcess.program] + arguments, output: output,
            environment: environment.map { "\($0)=\($1)" })
    }

    deinit { if !hasEnded { kill(process, SIGKILL) } }

    private static func spawn(
        _ command: [String], output: String, environment: [String]
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        let (arguments, variables) = (command.map { strdup($0) } + [nil], environment.map { strdup($0) } + [nil])
        defer { for pointer in arguments + variables { free(pointer) } }
        var process: pid_t = 0
        let code = posix_spawn(&process, command[0], &actions, nil, arguments, variables)
        guard code == 0 else { throw Problem.notStarted(code) }
        return process
    }

    private var hasEnded: Bool {
        status.withLock { status in
            var now: Int32 = 0
            if status == nil, waitpid(process, &now, WNOHANG) == process { status = now }
            return status != nil
        }
    }

    /// What it has printed.
    public var said: String { String(decoding: FileManager.default.contents(atPath: output) ?? Data(), as: UTF8.self) }

    /// What it has told the manager, datagram by datagram.
    public var told: [String] { manager?.received ?? [] }

    /// The first line printed that begins with `text`, without it.
    @discardableResult
    public func says(_ text: String) async throws -> String {
        try await wait(for: text) {
            self.said.split(separator: "\n").first { $0.hasPrefix(text) }.map { String($0.dropFirst(text.count)) }
        }
    }

    /// Waits until `count` datagrams hold the line.
    public func tells(_ line: String, times count: Int = 1) async throws {
        try await wait(for: line) {
            self.told.count { $0.split(separator: "\n").contains { $0.hasPrefix(line) } } >= count ? () : nil
        }
    }

    public func signal(_ number: Int32) { if !hasEnded { kill(process, number) } }

    /// Its exit code, or the signal that ended it, negative.
    public func end(with number: Int32 = SIGTERM) async throws -> Int32 {
        signal(number)
        let deadline = ContinuousClock.now + Limits.patience
        while !hasEnded {
            guard ContinuousClock.now < deadline else {
                signal(SIGKILL)
                throw Problem.neverEnded
            }
            try await Task.sleep(for: Limits.pause)
        }
        let status = status.withLock { $0 ?? 0 }
        return status & 0x7F == 0 ? status >> 8 & 0xFF : -(status & 0x7F)
    }

    private func wait<Value>(for text: String, _ found: () -> Value?) async throws -> Value {
        let deadline = ContinuousClock.now + Limits.patience
        while ContinuousClock.now < deadline {
            if let value = found() { return value }
            try await Task.sleep(for: Limits.pause)
        }
        throw Problem.neverSaid(text, all: said + told.joined(separator: "\n"))
    }

    /// Beside the program that runs the tests.
    public static var program: String {
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(fileURLWithPath: tests).deletingLastPathComponent().path + "/wirewatch"
    }
}

/// The manager's side of sd_notify.
private final class NotifySocket: Sendable {
    private let descriptor: Int32
    private let state = Mutex<[String]>([])

    init(path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        unlink(path)
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard bound == 0 else { throw CocoaError(.fileWriteUnknown) }
    }

    deinit { close(descriptor) }

    var received: [String] {
        state.withLock { all in
            var block = [UInt8](repeating: 0, count: 4_096)
            while true {
                let count = recv(descriptor, &block, block.count, Int32(MSG_DONTWAIT))
                guard count > 0 else { return all }
                all.append(String(decoding: block[..<count], as: UTF8.self))
            }
        }
    }
}
