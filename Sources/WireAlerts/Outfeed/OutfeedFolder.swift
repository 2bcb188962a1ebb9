import Foundation
import Glibc

/// The folder of the feeds: one writer at a time, files replaced whole.
struct OutfeedFolder: Sendable {
    /// What is wrong with it, as a phrase.
    struct Trouble: Error, CustomStringConvertible {
        let description: String

        fileprivate init(_ doing: String, _ code: Int32) {
            description = "\(doing): " + String(cString: strerror(code))
        }

        init(_ description: String) { self.description = description }
    }

    private enum Limits {
        /// A larger file is none that we wrote.
        static let fileBytes = 64 << 20
        /// Another channel or process may be at it.
        static let patience = Duration.seconds(5)
    }

    let path: String

    /// Alone in the folder, which is made if it is missing.
    func locked<Result>(_ body: (OutfeedFolder) throws(Trouble) -> Result) async throws(Trouble) -> Result {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw Trouble("the folder \(path) cannot be made: \(OutfeedFolder.reason(error))")
        }
        let lock = open("\(path)/.lock", O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard lock >= 0 else { throw Trouble("the folder \(path) cannot be written to", errno) }
        defer { close(lock) }
        let start = ContinuousClock.now
        while flock(lock, LOCK_EX | LOCK_NB) != 0 {
            let code = errno
            guard code == EWOULDBLOCK || code == EINTR else {
                throw Trouble("the folder \(path) cannot be locked", code)
            }
            guard ContinuousClock.now - start < Limits.patience, !Task.isCancelled else {
                throw Trouble("another program holds the folder \(path)")
            }
            try? await Task.sleep(for: .milliseconds(20))
        }
        return try body(self)
    }

    /// Nil if there is no such file.
    func bytes(of name: String) throws(Trouble) -> [UInt8]? {
        let file = "\(path)/\(name)"
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw Trouble("\(file) cannot be read", errno)
        }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            let data = try handle.read(upToCount: Limits.fileBytes + 1) ?? Data()
            guard data.count <= Limits.fileBytes else { throw Trouble("\(file) is too large to be a feed of ours") }
            return Array(data)
        } catch let trouble as Trouble {
            throw trouble
        } catch {
            throw Trouble("\(file) cannot be read: \(OutfeedFolder.reason(error))")
        }
    }

    /// Whoever reads the file sees it as it was or as it is, also after a power cut. What would not change is left alone.
    func replace(_ name: String, with bytes: [UInt8]) throws(Trouble) {
        let file = "\(path)/\(name)"
        if (try? self.bytes(of: name)) == bytes { return }
        let new = "\(path)/.\(name).new"
        unlink(new)
        let descriptor = open(new, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Trouble("\(new) cannot be written", errno) }
        do {
            let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
            try handle.write(contentsOf: bytes)
            // A web server of another user reads it, whatever our own mask is.
            guard fchmod(descriptor, 0o644) == 0, fsync(descriptor) == 0 else {
                throw Trouble("\(new) cannot be written", errno)
            }
            try handle.close()
        } catch {
            unlink(new)
            throw error as? Trouble ?? Trouble("\(new) cannot be written: \(OutfeedFolder.reason(error))")
        }
        guard rename(new, file) == 0 else {
            let code = errno
            unlink(new)
            throw Trouble("\(file) cannot be replaced", code)
        }
        let folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if folder >= 0 {
            fsync(folder)
            close(folder)
        }
    }

    /// Out of the way, under a name that is free.
    /// - Returns: that name.
    func setAside(_ name: String) throws(Trouble) -> String {
        for number in 1...1_000 {
            let free = "\(name).broken\(number == 1 ? "" : "-\(number)")"
            if link("\(path)/\(name)", "\(path)/\(free)") == 0 {
                unlink("\(path)/\(name)")
                return free
            }
            let code = errno
            guard code == EEXIST else { throw Trouble("\(path)/\(name) cannot be set aside", code) }
        }
        throw Trouble("\(path)/\(name) cannot be set aside: there are too many like it")
    }

    private static func reason(_ error: any Error) -> String {
        let error = error as NSError
        let cause = error.userInfo[NSUnderlyingErrorKey] as? NSError ?? error
        return cause.domain == NSPOSIXErrorDomain
            ? String(cString: strerror(Int32(cause.code))) : error.localizedDescription
    }
}
