import Foundation
import Testing
import WireModel
import WireTesting

@testable import WireParse

/// Row T24 of the threats, as far as a test run can: no change of any fixture crashes the parser, and what comes out is valid.
/// Changes are drawn by a seeded generator, so every run draws the same ones.
@Suite struct MutationTests {
    /// Every fixture, with its share of 10,000 changes.
    static let documents: [URL] =
        GoldenCaseTests.documents.map { GoldenCaseTests.folder.appendingPathComponent($0) }
        + FeedFixture.paths.map { FeedFixture.folder.appendingPathComponent($0) }
    static let rounds = 10_000 / documents.count + 1

    @Test(arguments: documents)
    func t24_changesOfADocument(file: URL) throws {
        let bytes = [UInt8](try Data(contentsOf: file))
        var random = FixedNumbers(
            seed: UInt64(bytes.count) &+ UInt64(file.lastPathComponent.utf8.reduce(0) { $0 &* 31 &+ UInt64($1) }))
        for _ in 0..<MutationTests.rounds {
            let changed = MutationTests.change(bytes, &random)
            let found = GoldenCaseTests.read(FetchedDocument(bytes: changed, url: "https://m.example/d/f"))
            #expect((try? JSONReader.read(Array(found.text.utf8))) == found)
            for item in found["items"]?.array ?? [] {
                #expect(item["id"]?.string?.isEmpty == false && item["id_generated"]?.bool != nil)
                for name in ["title_html", "summary_html", "content_html", "rights_html"] {
                    guard let html = item[name]?.string else { continue }
                    #expect(Sanitizer(base: nil).clean(html) == html)
                }
            }
            let isFeed = found["format"] != "unknown"
            let hasError = found["problems"]?.array?.contains { $0["severity"] == "error" } == true
            #expect(isFeed || hasError)
        }
    }

    @Test func thereAreTenThousand() { #expect(MutationTests.rounds * MutationTests.documents.count >= 10_000) }

    /// The same for lists, pages, dates and labels of encodings.
    @Test func t24_changesOfOtherInputs() throws {
        var random = FixedNumbers(seed: 7)
        let list = Array(
            "<opml version='2.0'><body><outline text='A'><outline text='b' xmlUrl='https://a.example/'/></outline></body></opml>"
                .utf8)
        let marks = Array(
            "<!DOCTYPE NETSCAPE-Bookmark-file-1><DL><DT><H3>x</H3><DL><DT><A FEEDURL='https://a.example/'>b</A></DL></DL>"
                .utf8)
        let page = Array(
            "<html><head><base href='/x/'><link rel=alternate type=application/rss+xml href=f></head></html>".utf8)
        let date = Array("Fri, 01 Mar 2024 09:30:00 +0100 (x)".utf8)
        for _ in 0..<500 {
            for input in [list, marks] { _ = try? SubscriptionList.read(MutationTests.change(input, &random)) }
            _ = FeedLinks(FetchedDocument(bytes: MutationTests.change(page, &random), url: "https://m.example/")).found
            _ = DateParser.parse(String(decoding: MutationTests.change(date, &random), as: UTF8.self))
            _ = EncodingLabel.name(String(decoding: MutationTests.change(date, &random), as: UTF8.self))
        }
    }

    /// One to four changes: a cut, bytes put in, taken out, swapped, repeated, set.
    static func change(_ bytes: [UInt8], _ random: inout FixedNumbers) -> [UInt8] {
        let marks: [UInt8] = Array("<>&;\"'/[]!-?{},:=#%\\".utf8) + [0, 0xFF, 0x80, 0xC3, 0xEF, 0xFE]
        var changed = bytes
        for _ in 0...(random.next() % 4) where !changed.isEmpty {
            let place = Int(random.next() % UInt64(changed.count))
            let end = min(changed.count, place + Int(random.next() % 64))
            switch random.next() % 7 {
            case 0: changed.removeSubrange(place...)
            case 1: changed[place] = UInt8(truncatingIfNeeded: random.next())
            case 2: changed.removeSubrange(place..<end)
            case 3: changed.insert(contentsOf: changed[place..<end], at: place)
            case 4: changed.insert(contentsOf: changed[place..<end], at: Int(random.next() % UInt64(changed.count)))
            case 5: changed[place] ^= 1 << UInt8(random.next() % 8)
            default: changed.insert(marks[Int(random.next() % UInt64(marks.count))], at: place)
            }
        }
        return changed
    }
}

/// Good documents read the same whether or not they go through the repair.
@Suite struct RepairEqualityTests {
    static let documents = MutationTests.documents.filter { $0.pathExtension == "xml" || $0.pathExtension == "rdf" }

    @Test(arguments: documents)
    func strictAndRepairedAgree(file: URL) throws {
        let decoded = TextDecoding.decode(
            FetchedDocument(bytes: [UInt8](try Data(contentsOf: file))), limits: ParseLimits())
        let strict = XMLFeedBuilder()
        let first = XMLReader.read(
            .bytes(decoded.bytes, from: decoded.start), isStrict: true, limits: decoded.limits, into: strict)
        guard first.syntaxError == nil, strict.hasRoot else { return }
        let repaired = XMLFeedBuilder()
        let repair = XMLRepair(decoded.bytes, from: decoded.start, limits: decoded.limits)
        let second = XMLReader.read(.repaired(repair), isStrict: false, limits: decoded.limits, into: repaired)
        #expect(second.syntaxError == nil && !second.isBroken)
        #expect(second.problems.allSatisfy { $0.code != .xmlNotWellFormed })
        #expect(
            RepairEqualityTests.json(of: strict) == RepairEqualityTests.json(of: repaired), "\(file.lastPathComponent)")
    }

    private static func json(of builder: XMLFeedBuilder) -> JSONValue {
        let parts = builder.finish()
        var feed = ParsedFeed(format: parts.format, version: parts.version, head: parts.head, entries: parts.entries)
        feed.problems = []
        guard var members = DocumentJSON.document(of: feed, now: GoldenCaseTests.now).object else { return .null }
        // Columns differ where the repair writes more bytes.
        members["problems"] = nil
        return .object(members)
    }
}
