import Foundation

/// What the system says of this process.
struct ProcessFacts: Sendable {
    /// In user and kernel mode.
    let processorSeconds: Double
    let residentBytes: Int
    let descriptors: Int
    let threads: Int

    static var now: ProcessFacts {
        var usage = rusage()
        getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
        let status = statusFields
        return ProcessFacts(
            processorSeconds: seconds(usage.ru_utime) + seconds(usage.ru_stime),
            residentBytes: (status["VmRSS"] ?? 0) * 1_024, descriptors: descriptorCount, threads: status["Threads"] ?? 0
        )
    }

    /// Bytes of memory resident at most so far.
    static var peakBytes: Int {
        var usage = rusage()
        getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_maxrss * 1024
    }

    private static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }

    private static var descriptorCount: Int {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count - 1) ?? 0
    }

    /// The numbers of `/proc/self/status`.
    private static var statusFields: [String: Int] {
        guard let data = FileManager.default.contents(atPath: "/proc/self/status") else { return [:] }
        var fields: [String: Int] = [:]
        for line in String(decoding: data, as: UTF8.self).split(separator: "\n") {
            let parts = line.split { $0 == ":" || $0 == "\t" || $0 == " " }
            if parts.count > 1, let number = Int(parts[1]) { fields[String(parts[0])] = number }
        }
        return fields
    }
}
