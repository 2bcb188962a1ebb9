import Foundation
import WireFetch

/// Reads the settings file that the locations name, if any.
public enum SettingsLoader {
    /// - Parameter allowNetworks: what the command line adds to `fetch.allow_networks`.
    /// - Returns: the settings in force and everything that is wrong with them; do nothing if one of it is an error.
    public static func load(
        _ locations: Locations, allowNetworks: [String] = []
    ) -> (settings: Settings, problems: [SettingsProblem]) {
        var settings = Settings()
        var problems: [SettingsProblem] = []
        if let file = locations.config {
            do {
                let text = try TextFile.read(file.path, limit: TextFile.Limits.settings)
                let read = SettingsFile(text: text, name: file.path)
                settings = read.settings
                problems = read.problems
            } catch {
                problems.append(error)
            }
        }
        for network in allowNetworks {
            if CIDR(network) == nil {
                problems.append(
                    SettingsProblem(
                        message: "--allow-network: \"\(network)\" is not a network",
                        hint: "write an address and a length: 192.0.2.0/24"))
            }
            settings.fetch.allowNetworks.append(network)
        }
        return (settings, problems)
    }
}

/// Reads the operator's own files.
enum TextFile {
    enum Limits {
        /// Bytes of a settings file: a hundred times what anybody writes.
        static let settings = 4 << 20
        /// Bytes of a list of feeds or of topics: 100,000 entries of a kilobyte.
        static let list = 256 << 20
    }

    /// The text of a file that is UTF-8.
    /// - Throws: a problem that names the path and the cause.
    static func read(_ path: String, limit: Int) throws(SettingsProblem) -> String {
        let bytes = try readBytes(path, limit: limit)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw SettingsProblem(message: "\(path): not UTF-8 text", hint: "save the file as UTF-8")
        }
        return text
    }

    /// - Parameter hint: the way out if the file cannot be opened.
    static func readBytes(_ path: String, limit: Int, hint: String? = nil) throws(SettingsProblem) -> [UInt8] {
        do {
            let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            defer { try? file.close() }
            let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
            return try read(file, named: path, size: size ?? 0, limit: limit)
        } catch let problem as SettingsProblem {
            throw problem
        } catch {
            throw SettingsProblem(message: "\(path): cannot be opened: \(cause(of: error))", hint: hint)
        }
    }

    /// A file to its end, in parts, so that it is held once.
    static func read(_ file: FileHandle, named name: String, size: Int = 0, limit: Int) throws -> [UInt8] {
        func check(_ size: Int) throws(SettingsProblem) {
            guard size > limit else { return }
            throw SettingsProblem(message: "\(name): \(size) bytes are more than the \(limit) that are read", hint: nil)
        }
        try check(size)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(size)
        while let part = try file.read(upToCount: 1 << 18), !part.isEmpty {
            bytes.append(contentsOf: part)
            try check(bytes.count)
        }
        return bytes
    }

    /// The system's words for an error of Foundation.
    static func cause(of error: any Error) -> String {
        let error = error as NSError
        let underlying = error.userInfo[NSUnderlyingErrorKey] as? NSError ?? error
        switch (underlying.domain, Int32(underlying.code)) {
        case (NSPOSIXErrorDomain, ENOENT): return "there is no such file"
        case (NSPOSIXErrorDomain, EACCES): return "permission denied"
        case (NSPOSIXErrorDomain, let code): return String(cString: strerror(code))
        default: break
        }
        switch CocoaError.Code(rawValue: error.code) {
        case .fileReadNoSuchFile, .fileNoSuchFile: return "there is no such file"
        case .fileReadNoPermission, .fileWriteNoPermission: return "permission denied"
        default: return error.localizedDescription
        }
    }
}
