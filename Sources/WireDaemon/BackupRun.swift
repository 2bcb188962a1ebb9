import Foundation
public import WireModel
public import WireStore

/// Copies the database to a file, or to a folder that keeps the last few copies.
public struct BackupRun: Sendable {
    public struct Report: Hashable, Sendable {
        public let path: String
        public let bytes: Int
        /// Older copies that were removed, oldest first.
        public let removed: [String]

        public var json: JSONValue {
            [
                "path": .string(path), "bytes": .integer(Int64(bytes)),
                "removed": .array(removed.map(JSONValue.string)),
            ]
        }
    }

    public enum Problem: Error, Hashable, Sendable, CustomStringConvertible {
        case exists(String)
        case noFolder(String)
        case keepNeedsFolder(String)
        case store(StoreError)

        public var description: String {
            switch self {
            case .exists(let path): "\(path): there is a file already; --force replaces it, or name a folder"
            case .noFolder(let path): "\(path): its folder does not exist; make it first"
            case .keepNeedsFolder(let path): "\(path): --keep counts the copies in a folder, and this is none"
            case .store(let error): error.description
            }
        }
    }

    private let assembly: Assembly

    public init(_ assembly: Assembly) { self.assembly = assembly }

    /// - Parameters:
    ///   - target: a file, or a folder in which the copy is named by the time.
    ///   - keep: how many copies the folder keeps; nil for all.
    public func run(to target: String, replaces: Bool, keep: Int?) async throws(Problem) -> Report {
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: target, isDirectory: &isFolder)
        let toFolder = exists && isFolder.boolValue
        if keep != nil, !toFolder { throw .keepNeedsFolder(target) }
        if exists, !toFolder, !replaces { throw .exists(target) }
        let path = toFolder ? target + (target.hasSuffix("/") ? "" : "/") + BackupRun.name(at: Clock.now()) : target
        let parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
        if !FileManager.default.fileExists(atPath: parent) { throw .noFolder(path) }
        let bytes: Int
        do throws(StoreError) {
            let store = try await assembly.openStore(forWriting: false)
            bytes = try await store.backup(to: path)
        } catch {
            throw .store(error)
        }
        return Report(path: path, bytes: bytes, removed: keep.map { BackupRun.prune(target, keep: max($0, 1)) } ?? [])
    }

    /// `wirewatch-20261126T220300.000Z.db`: names sort by time.
    private static func name(at time: Timestamp) -> String {
        "wirewatch-\(time.description.filter { $0 != "-" && $0 != ":" }).db"
    }

    /// Removes what is older than the newest copies; files of other names are nobody's business here.
    private static func prune(_ folder: String, keep: Int) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let copies = names.filter { $0.hasPrefix("wirewatch-2") && $0.hasSuffix("Z.db") }.sorted()
        return copies.dropLast(keep).map { folder + (folder.hasSuffix("/") ? "" : "/") + $0 }.filter {
            unlink($0) == 0
        }
    }
}
