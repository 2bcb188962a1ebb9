import Foundation

/// Small file systems of the tests' own, for disks that are full.
public enum Mount {
    /// Only root may mount.
    public static let isAllowed: Bool = {
        let folder = NSTemporaryDirectory() + "wirewatch-mount-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        guard getuid() == 0,
            (try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)) != nil,
            (try? run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder)) != nil
        else { return false }
        return (try? run("umount", folder)) != nil
    }()

    public struct Refused: Error {
        public let arguments: [String]
    }

    /// - Throws: `Refused` if the command fails.
    public static func run(_ arguments: String...) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Refused(arguments: arguments) }
    }
}
