import Foundation
import WireModel
import WireParse

/// Reads the named files into memory, does the named work on each, and prints the CPU seconds of that work alone.
///
///     ParseBenchmark fields|texts|known FILE...
///
/// - `fields`: every field of every entry, as written, its texts as strings. Clean HTML and plain text are not made: they are
///   when an entry turns out to be new.
/// - `texts`: the same, and of every entry an item with clean HTML and plain text.
/// - `known`: every field, and the digests by which a known entry is recognised: the work on a feed in which nothing is new.
@main
struct ParseBenchmark {
    enum Work: String {
        case fields, texts, known
    }

    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard let work = arguments.first.flatMap(Work.init(rawValue:)) else {
            print("usage: ParseBenchmark fields|texts|known FILE...")
            exit(2)
        }
        let documents = try arguments.dropFirst().map { path in
            FetchedDocument(
                bytes: try read(path), url: "https://example.org/\(path)", contentType: "application/xml")
        }
        let held = peakBytes()
        let parser = FeedParser()
        var items = 0
        var used = 0
        var refused = 0
        let start = cpuSeconds()
        for document in documents {
            guard let feed = try? parser.parse(document) else {
                refused += 1
                continue
            }
            items += feed.entries.count
            used += use(feed, work)
        }
        let seconds = cpuSeconds() - start
        let bytes = documents.reduce(0) { $0 + $1.bytes.count }
        print(
            "cpu=\(seconds) items=\(items) bytes=\(bytes) refused=\(refused) used=\(used) more=\(peakBytes() - held)")
    }

    /// Something of each entry is used, so that no work can be left out.
    private static func use(_ feed: ParsedFeed, _ work: Work) -> Int {
        var used = 0
        switch work {
        case .fields:
            for entry in feed.entries {
                for text in [entry.title, entry.summary, entry.content, entry.plainContent] {
                    used += text?.text.utf8.count ?? 0
                }
                used += entry.links.count
            }
        case .texts:
            var problems: [Problem] = []
            let normalizer = Normalizer(url: feed.documentURL)
            for entry in feed.entries {
                let item = normalizer.item(entry, of: feed, problems: &problems)
                used += (item.contentHTML ?? item.summaryHTML ?? item.summary ?? "").utf8.count
            }
        case .known:
            for key in feed.keys { used += key.link == nil ? 0 : 1 }
        }
        return used
    }

    /// A file's bytes, held once: the most memory before the work is that of the documents.
    private static func read(_ path: String) throws -> [UInt8] {
        let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        defer { try? file.close() }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Int(try file.seekToEnd()))
        try file.seek(toOffset: 0)
        while let part = try file.read(upToCount: 1 << 16), !part.isEmpty { bytes.append(contentsOf: part) }
        return bytes
    }

    /// User and system time of this process.
    private static func cpuSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// The most memory this process has held.
    private static func peakBytes() -> Int {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_maxrss * 1024
    }
}
