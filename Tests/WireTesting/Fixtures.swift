import Glibc

/// Files of `Tests/Fixtures`, found from this file's place, wherever the repository was cloned to.
public enum Fixtures {
    public enum Problem: Error {
        case unreadable(String)
    }

    /// The folder `Tests/Fixtures`.
    public static func folder(file: StaticString = #filePath) -> String {
        var path = "\(file)"
        if let real = realpath(path, nil) {
            path = String(cString: real)
            free(real)
        }
        return path.split(separator: "/").dropLast(2).reduce("") { "\($0)/\($1)" } + "/Fixtures"
    }

    /// The bytes of a file below the folder, `http/feed.gz`.
    public static func bytes(_ name: String) throws -> [UInt8] {
        guard let file = fopen("\(folder())/\(name)", "rb") else { throw Problem.unreadable(name) }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&block, 1, block.count, file)
            if count == 0 { return bytes }
            bytes.append(contentsOf: block[..<count])
        }
    }
}
