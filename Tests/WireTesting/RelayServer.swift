import Foundation
import Synchronization
import WireModel

/// A real SMTP server (`Tests/Fixtures/servers/relay.py`), started for one test, which answers by its script and remembers
/// what it was told.
public final class RelayServer: Sendable {
    public enum Problem: Error {
        case notStarted(String)
        case noCertificate
    }

    /// A mail as it came, read by Python's email package.
    public struct Mail: Sendable {
        public let json: JSONValue

        public var sender: String { json["sender"]?.string ?? "" }
        public var recipients: [String] { json["recipients"]?.array?.compactMap(\.string) ?? [] }
        /// As the reader decoded it; nil if it is missing.
        public func header(_ name: String) -> String? { headers("headers", name).first }
        /// As it was written.
        public func rawHeader(_ name: String) -> String? { headers("raw", name).first }
        public var headerNames: [String] {
            json["mail"]?["headers"]?.array?.compactMap { $0.array?.first?.string } ?? []
        }
        /// Content type, text and transfer encoding of each part.
        public var parts: [(type: String, text: String, encoding: String)] {
            (json["mail"]?["parts"]?.array ?? []).compactMap { part in
                let texts = part.array?.compactMap(\.string) ?? []
                return texts.count == 3 ? (texts[0], texts[1], texts[2]) : nil
            }
        }
        public var defects: [String] { json["mail"]?["defects"]?.array?.compactMap(\.string) ?? [] }
        public var longestLine: Int { json["mail"]?["longest"]?.integer.map { Int($0) } ?? .max }
        public var bareLineEnds: Int { json["mail"]?["bare"]?.integer.map { Int($0) } ?? .max }
        public var isASCII: Bool { json["mail"]?["ascii"]?.bool ?? false }

        private func headers(_ member: String, _ name: String) -> [String] {
            (json["mail"]?[member]?.array ?? []).compactMap { pair in
                guard let pair = pair.array, pair.count == 2, pair[0].string?.lowercased() == name.lowercased() else {
                    return nil
                }
                return pair[1].string
            }
        }
    }

    public struct Command: Hashable, Sendable {
        public let verb: String
        public let line: String
        public let connection: Int
        public let isSecure: Bool
    }

    private struct State {
        var events: [JSONValue] = []
        var rest: [UInt8] = []
    }

    public let port: Int
    private let process: Process
    private let output: FileHandle
    private let state = Mutex(State())

    /// - Parameter script: as `relay.py` tells.
    public init(_ script: JSONValue) async throws {
        process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = [Fixtures.folder() + "/servers/relay.py", script.text]
        let pipe = Pipe()
        output = pipe.fileHandleForReading
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        // What the server tells stays in the pipe until somebody asks: it tells before it answers, so nothing is missed.
        let descriptor = output.fileDescriptor
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        _ = fcntl(descriptor, RelayServer.setPipeSize, 1 << 20)
        try process.run()
        for _ in 0..<1_000 {
            if let port = RelayServer.drain(descriptor, state).first?["port"]?.integer {
                self.port = Int(port)
                return
            }
            guard process.isRunning else { break }
            try await Task.sleep(for: .milliseconds(10))
        }
        port = 0
        kill(process.processIdentifier, SIGKILL)
        throw Problem.notStarted("python3 relay.py; is python3-aiosmtpd there?")
    }

    /// Its mask of signals is that of the thread that started it: only this one is sure to arrive.
    deinit { kill(process.processIdentifier, SIGKILL) }

    /// F_SETPIPE_SZ, which the headers hide.
    private static let setPipeSize: Int32 = 1_031

    public var mails: [Mail] { events("mail").map(Mail.init) }

    public var commands: [Command] {
        events("command").map { event in
            Command(
                verb: event["verb"]?.string ?? "", line: event["line"]?.string ?? "",
                connection: event["connection"]?.integer.map { Int($0) } ?? 0, isSecure: event["secure"]?.bool ?? false)
        }
    }

    public var verbs: [String] { commands.map(\.verb) }

    private func events(_ kind: String) -> [JSONValue] {
        RelayServer.drain(output.fileDescriptor, state).filter { $0["event"]?.string == kind }
    }

    /// All that was told until now.
    private static func drain(_ descriptor: Int32, _ state: borrowing Mutex<State>) -> [JSONValue] {
        state.withLock { state in
            var block = [UInt8](repeating: 0, count: 1 << 16)
            while true {
                let count = read(descriptor, &block, block.count)
                guard count > 0 else { break }
                state.rest += block[..<count]
            }
            while let end = state.rest.firstIndex(of: UInt8(ascii: "\n")) {
                if let event = try? JSONReader.read(Array(state.rest[..<end])) { state.events.append(event) }
                state.rest.removeSubrange(...end)
            }
            return state.events
        }
    }
}

/// A certificate authority and a certificate for `localhost` and 127.0.0.1, made by openssl for one test run.
public struct TestCertificates: Sendable {
    public let authority: String
    /// The certificate with its key.
    public let server: String

    public static let shared = Result { try TestCertificates() }

    private init() throws {
        let folder = NSTemporaryDirectory() + "wirewatch-tls-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        authority = folder + "/authority.pem"
        server = folder + "/server.pem"
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30"]
        try TestCertificates.openssl(
            ["req", "-x509", "-subj", "/CN=Test authority", "-keyout", folder + "/authority.key", "-out", authority]
                + key)
        try TestCertificates.openssl(
            [
                "req", "-x509", "-CA", authority, "-CAkey", folder + "/authority.key", "-subj", "/CN=localhost",
                "-addext",
                "subjectAltName=DNS:localhost,IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:FALSE", "-keyout",
                folder + "/server.key", "-out", folder + "/server.crt",
            ] + key)
        let parts = try ["/server.crt", "/server.key"].map { try Data(contentsOf: URL(fileURLWithPath: folder + $0)) }
        try (parts[0] + parts[1]).write(to: URL(fileURLWithPath: server))
    }

    private static func openssl(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw RelayServer.Problem.noCertificate }
    }
}
