import Foundation
import Glibc

/// Text that is set aside until it is its turn. A little is held in memory, more waits in a file without a name, which is gone
/// with the process, however that ends.
struct Spool {
    private enum Limits {
        /// Bytes held in memory before they go to the file.
        static let held = 256 * 1024
    }

    private let folder: String
    private var held: [UInt8] = []
    private var file: FileHandle?
    /// Bytes in the file.
    private var stored = 0
    /// The file cannot be made or written: all that follows is held.
    private var isBroken = false

    /// - Parameter folder: where the file lies; the caller may write there.
    init(folder: String) { self.folder = folder }

    /// - Returns: where the text can be read again.
    mutating func append(_ text: [UInt8]) -> Range<Int> {
        let start = stored + held.count
        held += text
        if held.count > Limits.held, !isBroken { store() }
        return start..<(start + text.count)
    }

    /// The text that `append` took.
    /// - Throws: what the file system says.
    func text(_ range: Range<Int>) throws -> [UInt8] {
        if range.lowerBound >= stored { return Array(held[(range.lowerBound - stored)..<(range.upperBound - stored)]) }
        guard let file else { throw CocoaError(.fileReadUnknown) }
        try file.seek(toOffset: UInt64(range.lowerBound))
        var text: [UInt8] = []
        text.reserveCapacity(range.count)
        while text.count < range.count {
            guard let part = try file.read(upToCount: range.count - text.count), !part.isEmpty else {
                throw CocoaError(.fileReadCorruptFile)
            }
            text += part
        }
        return text
    }

    private mutating func store() {
        do {
            let file = try file ?? Spool.openUnnamed(in: folder)
            self.file = file
            // A part of an earlier try may lie behind what counts.
            try file.seek(toOffset: UInt64(stored))
            try file.write(contentsOf: held)
            stored += held.count
            held.removeAll(keepingCapacity: true)
        } catch {
            isBroken = true
        }
    }

    private static func openUnnamed(in folder: String) throws -> FileHandle {
        // __O_TMPFILE | O_DIRECTORY: the macro is too involved to be imported.
        let unnamed: CInt = 0o20_000_000 | O_DIRECTORY
        let descriptor = open(folder, unnamed | O_RDWR | O_CLOEXEC, 0o600)
        if descriptor >= 0 { return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true) }
        // Not every file system can do that.
        let path = folder + "/.spool-\(getpid())"
        let named = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard named >= 0 else { throw CocoaError(.fileWriteUnknown) }
        unlink(path)
        return FileHandle(fileDescriptor: named, closeOnDealloc: true)
    }
}
