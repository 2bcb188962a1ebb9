import Foundation
import Glibc
import Synchronization
import WireModel

/// Standard output: results only.
enum StandardOutput {
    /// The first error of writing; 0 for none. After it nothing more is written.
    private static let error = Mutex<CInt>(0)

    static func write(_ text: String) { write(Array(text.utf8)) }

    /// One JSON value on a line of its own.
    static func write(_ value: JSONValue) {
        var bytes: [UInt8] = []
        value.write(to: &bytes)
        bytes.append(UInt8(ascii: "\n"))
        write(bytes)
    }

    static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    /// Columns of the terminal; nil if it is none.
    static var columns: Int? {
        var size = winsize()
        guard isTerminal, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    /// Whether nobody takes what is written: the reader has left, or the disk is full.
    static var isClosed: Bool { error.withLock { $0 != 0 } }

    /// Why results were lost; nil if they were not. A reader that left, as `head` does, had what it wanted.
    static var loss: String? {
        let error = error.withLock { $0 }
        return error == 0 || error == EPIPE ? nil : String(cString: strerror(error))
    }

    static func write(_ bytes: [UInt8]) {
        error.withLock { if $0 == 0 { $0 = writeAll(bytes, to: STDOUT_FILENO) } }
    }
}

/// Standard error: problems and progress.
enum StandardError {
    static func write(_ text: String) { _ = writeAll(Array(text.utf8), to: STDERR_FILENO) }

    static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }
}

enum StandardStreams {
    /// Makes the three streams safe to use: a reader that leaves is an error of writing, not a signal, and a stream that
    /// was closed does not hand its number to the next file that is opened.
    static func prepare() {
        signal(SIGPIPE, SIG_IGN)
        // Opened the wrong way round, so that using one is still the error it would have been.
        for (descriptor, mode) in [(STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_RDONLY)]
        where fcntl(descriptor, F_GETFD) == -1 {
            _ = open("/dev/null", mode)
        }
    }
}

/// Writes everything, or as much as is taken.
/// - Returns: the error that ended it, or 0.
private func writeAll(_ bytes: [UInt8], to descriptor: CInt) -> CInt {
    var rest = bytes[...]
    while !rest.isEmpty {
        let written = rest.withContiguousStorageIfAvailable { Glibc.write(descriptor, $0.baseAddress, $0.count) } ?? -1
        if written > 0 {
            rest = rest.dropFirst(written)
        } else if written == 0 {
            return EIO
        } else if errno == EAGAIN {
            // The other end made the pipe non-blocking and is slow.
            usleep(1_000)
        } else if errno != EINTR {
            return errno
        }
    }
    return 0
}
