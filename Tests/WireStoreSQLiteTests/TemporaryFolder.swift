import Foundation

/// A folder for one test, removed after it.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "wirewatch-store-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// A place in it that does not exist yet.
    var data: String { path + "/data" }
    var database: String { data + "/wirewatch.db" }
}
