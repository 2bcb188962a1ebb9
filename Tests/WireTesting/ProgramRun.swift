import Foundation

/// One run of the real program, in a folder of its own that is gone afterwards.
public struct ProgramRun: Sendable {
    /// Standard output and standard error, as they came.
    public let output: String
    public let code: Int32
    /// What lay in the folder at the end.
    public let files: [String]

    /// - Parameters:
    ///   - arguments: the command, run in the folder; its settings are added to it.
    ///   - files: by name, put into the folder before; `wirewatch.yaml` is among them.
    ///   - environment: variables besides those of the tests.
    public init(_ arguments: [String], with files: [String: String], environment: [String: String] = [:]) throws {
        let folder = NSTemporaryDirectory() + "wirewatch-run-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for (name, text) in files { try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/" + name)) }
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: ServiceProcess.program)
        process.arguments = arguments + ["--config", folder + "/wirewatch.yaml"]
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        code = process.terminationStatus
        self.files = try FileManager.default.subpathsOfDirectory(atPath: folder)
    }
}
