import Glibc

/// What the system says of this process.
enum ProcessMemory {
    /// Bytes of memory resident at most so far.
    static var peakBytes: Int {
        var usage = rusage()
        getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_maxrss * 1024
    }
}
