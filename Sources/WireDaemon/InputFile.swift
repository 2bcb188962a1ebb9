import Foundation

/// A document named on the command line; `-` is standard input.
public struct InputFile: Sendable {
    public let path: String

    enum Limits {
        /// Bytes that are read of one document.
        static let document = 1 << 30
    }

    /// All of `paths`, after a look at each: nothing is done if one cannot be opened.
    public static func open(_ paths: [String]) throws(SettingsProblem) -> [InputFile] {
        for path in paths where path != "-" {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
                throw SettingsProblem(message: "\(path): cannot be opened: there is no such file")
            }
            if isFolder.boolValue { throw SettingsProblem(message: "\(path): cannot be opened: it is a folder") }
            guard FileManager.default.isReadableFile(atPath: path) else {
                throw SettingsProblem(message: "\(path): cannot be opened: permission denied")
            }
        }
        return paths.map(InputFile.init(path:))
    }

    /// Its bytes.
    public func read() throws(SettingsProblem) -> [UInt8] {
        guard path == "-" else { return try TextFile.readBytes(path, limit: Limits.document) }
        do {
            return try TextFile.read(.standardInput, named: "standard input", limit: Limits.document)
        } catch let problem as SettingsProblem {
            throw problem
        } catch {
            throw SettingsProblem(message: "standard input cannot be read: \(TextFile.cause(of: error))")
        }
    }
}
