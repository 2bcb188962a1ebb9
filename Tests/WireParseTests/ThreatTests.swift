import Foundation
import Glibc
import Testing
import WireModel

@testable import WireParse

/// Rows T20 to T23 of the threats, by name.
@Suite(.serialized) struct ThreatTests {
    private static let item = "<item><guid>1</guid><title>A</title></item>"

    /// What a document that asks for a file and for an address outside gets: nothing, and nobody is asked.
    @Test(arguments: [
        "<!DOCTYPE rss [<!ENTITY x SYSTEM 'FILE'>]><rss><channel><title>T&x;</title>ITEM</channel></rss>",
        "<!DOCTYPE rss [<!ENTITY x SYSTEM 'HTTP'>]><rss><channel><title>T&x;</title>ITEM</channel></rss>",
        "<!DOCTYPE rss [<!ENTITY % x SYSTEM 'FILE'> %x;]><rss><channel><title>T</title>ITEM</channel></rss>",
        "<!DOCTYPE rss [<!ENTITY % x SYSTEM 'HTTP'> %x;]><rss><channel><title>T</title>ITEM</channel></rss>",
        "<!DOCTYPE rss SYSTEM 'FILE'><rss><channel><title>T</title>ITEM</channel></rss>",
        "<!DOCTYPE rss PUBLIC '-//X//Y' 'HTTP'><rss><channel><title>T</title>ITEM</channel></rss>",
        "<?xml-stylesheet href='HTTP'?><?xml-model href='FILE'?><rss><channel><title>T</title>ITEM</channel></rss>",
        "<rss xmlns:xi='http://www.w3.org/2001/XInclude'><channel><title>T</title><xi:include href='FILE' parse='text'/>ITEM</channel></rss>",
        "<rss xmlns:xi='http://www.w3.org/2001/XInclude'><channel><title>T<xi:include href='HTTP'/></title>ITEM</channel></rss>",
        "<rss xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:schemaLocation='x HTTP'><channel><title>T</title>ITEM</channel></rss>",
    ])
    func t20_nothingOutsideIsAskedFor(text: String) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("wirewatch-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let secret = folder.appendingPathComponent("secret.txt")
        try Data("hidden".utf8).write(to: secret)
        let watch = inotify_init1(Int32(O_NONBLOCK))
        defer { close(watch) }
        #expect(inotify_add_watch(watch, secret.path, UInt32(IN_OPEN | IN_ACCESS)) >= 0)
        let (listener, port) = try ThreatTests.listen()
        defer { close(listener) }
        let document = text.replacing("FILE", with: secret.absoluteString)
            .replacing("HTTP", with: "http://127.0.0.1:\(port)/x").replacing("ITEM", with: ThreatTests.item)
        let spent = try ThreatTests.processorTime {
            let feed = try FeedParser().parse(FetchedDocument(bytes: Array(document.utf8)))
            #expect(Normalizer(url: nil).description(of: feed).title == "T" && feed.entries.map(\.id?.text) == ["1"])
            #expect(!DocumentJSON.document(of: feed, now: GoldenCaseTests.now).text.contains("hidden"))
        }
        #expect(spent < 1)
        var event = [UInt8](repeating: 0, count: 1_024)
        #expect(read(watch, &event, event.count) == -1 && errno == EAGAIN)
        #expect(accept(listener, nil, nil) == -1 && errno == EAGAIN)
    }

    private static let levels = (0..<12).map { "<!ENTITY a\($0 + 1) '\(String(repeating: "&a\($0);", count: 10))'>" }
    private static let bombs: [(declarations: String, use: String)] = [
        ("<!ENTITY a0 'lol'>" + levels.joined(), "&a12;"),
        ("<!ENTITY a '\(String(repeating: "x", count: 60_000))'>", String(repeating: "&a;", count: 60_000)),
        ("<!ENTITY a '&b;'><!ENTITY b '&a;'>", "&a;"), ("<!ENTITY a '&a;'>", "&a;"),
        ("<!ENTITY a '&#38;b;'><!ENTITY b '&#38;a;&#38;a;'>", "&a;"),
        ("<!ENTITY % p '<!ENTITY &#37; q \"&#37;p;&#37;p;\">'> %p;", ""),
    ]

    @Test(arguments: bombs)
    func t21_bombsOfEntitiesGiveNothing(declarations: String, use: String) throws {
        let text =
            "<!DOCTYPE rss [\(declarations)]><rss><channel><title>T\(use)</title>\(ThreatTests.item)</channel></rss>"
        let document = Array(text.utf8)
        let before = ThreatTests.residentBytes
        let spent = try ThreatTests.processorTime {
            let feed = try FeedParser().parse(FetchedDocument(bytes: document))
            #expect(feed.entries.map(\.id?.text) == ["1"])
            #expect((feed.head.title?.text.utf8.count ?? 0) <= 1)
        }
        // 100 ms of a release build.
        #expect(spent < 2 && ThreatTests.residentBytes - before < 20 << 20)
    }

    @Test func t21_entitiesInAttributes() throws {
        let text =
            "<!DOCTYPE rss [<!ENTITY a 'xxxxxxxxxx'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>]><rss><channel>"
            + "<item><guid>1</guid><enclosure url='https://e.example/&b;'/></item></channel></rss>"
        let feed = try FeedParser().parse(FetchedDocument(bytes: Array(text.utf8)))
        #expect(feed.entries.map(\.id?.text) == ["1"])
        #expect(feed.entries.first?.enclosures.map(\.url) == ["https://e.example/"])
        #expect(feed.problems.contains { $0.code == .limitEntities })
    }

    private static let sizes: [(String, String, Problem.Code?)] = [
        ("depth", String(repeating: "<a>", count: 100_000), .limitDepth),
        (
            "closed depth", String(repeating: "<a>", count: 50_000) + String(repeating: "</a>", count: 50_000),
            .limitDepth
        ),
        ("attribute", "<enclosure url='\(String(repeating: "x", count: 32 << 20))'/>", .limitSize),
        ("attributes", "<x\((0..<100_000).map { " a\($0)='1'" }.joined())/>", .limitSize),
        ("namespaces", "<x\((0..<100_000).map { " xmlns:a\($0)='urn:\($0)'" }.joined())/>", nil),
        ("items", String(repeating: "</item><item>", count: 60_000), .limitSize),
        ("text", "<description>\(String(repeating: "y", count: 12 << 20))</description>", .limitSize),
    ]

    @Test(arguments: sizes)
    func t22_sizesAreLimited(name: String, inside: String, code: Problem.Code?) throws {
        var limits = ParseLimits()
        // Debug builds are many times slower.
        limits.processorTime = .seconds(120)
        let document = Array("<rss><channel><item><guid>1</guid>\(inside)</item></channel></rss>".utf8)
        let before = ThreatTests.residentBytes
        let feed = try FeedParser(limits: limits).parse(FetchedDocument(bytes: document))
        #expect(feed.entries.first?.id?.text == "1", "\(name)")
        #expect(feed.entries.count <= limits.entries)
        if let code { #expect(feed.problems.contains { $0.code == code && $0.place != nil }, "\(name)") }
        #expect(ThreatTests.residentBytes - before < 10 * document.count + (100 << 20), "\(name)")
    }

    private static func titled(_ bytes: [UInt8], declared: String = "") -> [UInt8] {
        var text = Array("\(declared)<rss><channel><title>".utf8)
        text += bytes
        text += Array("</title></channel></rss>".utf8)
        return text
    }

    private static let wide: [UInt8] = "<rss><channel><title>é</title></channel></rss>".utf16.flatMap {
        unit -> [UInt8] in
        [UInt8(unit & 0xFF), UInt8(unit >> 8)]
    }
    private static let documents: [[UInt8]] = [
        titled(Array("+ADw-x+AD4-".utf8), declared: "<?xml version='1.0' encoding='utf-7'?>"),
        wide,
        [0xFF, 0xFE] + titled([0x78], declared: "<?xml version='1.0' encoding='utf-8'?>"),
        [0xFE, 0xFF, 0x3C, 0x72, 0x73, 0x73, 0x2F, 0x3E, 0x00],
        [0xEF, 0xBB, 0xBF] + titled([0x78], declared: "<?xml version='1.0' encoding='utf-16'?>"),
        titled([0xC0, 0xBC, 0xE0, 0x80, 0xBC, 0xF0, 0x80, 0x80, 0xBC, 0xF8, 0x88]),
        titled([0x61, 0x00, 0xED, 0xA0, 0x80, 0xEF, 0xBF, 0xBE, 0xFF]),
        titled([0x81, 0x3C, 0x83, 0x5C, 0xFF], declared: "<?xml version='1.0' encoding='shift_jis'?>"),
        titled(Array("\u{1B}$B<script>\u{1B}(B".utf8), declared: "<?xml version='1.0' encoding='iso-2022-jp'?>"),
        titled(Array("~{<!--~}".utf8), declared: "<?xml version='1.0' encoding='hz-gb-2312'?>"),
    ]

    @Test(arguments: documents)
    func t23_outputIsValidWhateverTheBytes(bytes: [UInt8]) throws {
        let found = GoldenCaseTests.read(FetchedDocument(bytes: bytes))
        let text = found.text
        #expect(try JSONReader.read(Array(text.utf8)) == found)
        #expect(!text.unicodeScalars.contains { $0.value & 0xFFFE == 0xFFFE || $0.value < 0x20 && $0 != "\n" })
        #expect(!text.contains("\\u0000"))
    }

    /// A socket on loopback that waits for somebody to come.
    private static func listen() throws -> (socket: Int32, port: UInt16) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let outcome = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, length) == 0 && Glibc.listen(descriptor, 8) == 0
                    && getsockname(descriptor, generic, &length) == 0
            }
        }
        try #require(outcome)
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }

    private static func processorTime(_ body: () throws -> Void) rethrows -> Double {
        var before = timespec()
        var after = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before)
        try body()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after)
        return Double(after.tv_sec - before.tv_sec) + Double(after.tv_nsec - before.tv_nsec) / 1e9
    }

    /// The most memory that this process has held.
    private static var residentBytes: Int {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_maxrss * 1024
    }
}
