import Foundation
import WireModel
import WireParse

/// Reads the named files into memory, parses each to all its fields, and prints the CPU seconds of the parsing alone.
/// HTML and plain text are left as they came: they are made when an entry turns out to be new.
@main
struct ParseBenchmark {
    static func main() throws {
        let documents = try CommandLine.arguments.dropFirst().map { path in
            FetchedDocument(
                bytes: [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))), url: "https://example.org/\(path)",
                contentType: "application/xml")
        }
        let parser = FeedParser()
        var items = 0
        var characters = 0
        var refused = 0
        let start = cpuSeconds()
        for document in documents {
            guard let feed = try? parser.parse(document) else {
                refused += 1
                continue
            }
            items += feed.entries.count
            // Something of each entry is used, so that no work can be left out.
            for entry in feed.entries {
                characters +=
                    (entry.title?.text.utf8.count ?? 0) + (entry.summary?.text.utf8.count ?? 0) + entry.links.count
            }
        }
        let seconds = cpuSeconds() - start
        let bytes = documents.reduce(0) { $0 + $1.bytes.count }
        print("cpu=\(seconds) items=\(items) bytes=\(bytes) refused=\(refused) characters=\(characters)")
    }

    /// User and system time of this process.
    static func cpuSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
