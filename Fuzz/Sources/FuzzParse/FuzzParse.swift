import Foundation
import WireModel
import WireParse

/// What is fuzzed, by the name in `WIREWATCH_FUZZ_ENTRY`.
enum Entry: String {
    case xml, json, html, date, opml, encoding

    static let chosen = Entry(rawValue: ProcessInfo.processInfo.environment["WIREWATCH_FUZZ_ENTRY"] ?? "xml") ?? .xml
    static let encodings = ["utf-8", "windows-1252", "shift_jis", "gb18030", "big5", "euc-jp", "euc-kr", "iso-2022-jp", "utf-16"]
    static let now = Timestamp(year: 2026, month: 1, day: 1)

    func run(_ bytes: [UInt8]) {
        switch self {
        case .xml: Entry.document(FetchedDocument(bytes: bytes, url: "https://f.example/d/f"))
        case .json: Entry.document(FetchedDocument(bytes: [0x7B] + bytes, url: "https://f.example/d/f"))
        case .encoding:
            let label = Entry.encodings[Int(bytes.first ?? 0) % Entry.encodings.count]
            Entry.document(
                FetchedDocument(bytes: Array(bytes.dropFirst()), contentType: "application/xml; charset=\(label)"))
        case .html:
            let text = String(decoding: bytes, as: UTF8.self)
            for base in [nil, "https://f.example/d/f"] {
                let once = Sanitizer(base: base).cleanAndText(text)
                precondition(Sanitizer(base: base).clean(once.html) == once.html, "cleaning twice changes something")
                let low = once.html.lowercased()
                precondition(!low.contains("<script") && !low.contains("=\"javascript:"), "a script came through")
            }
            _ = FeedLinks(FetchedDocument(bytes: bytes, url: "https://f.example/")).found
        case .date:
            guard let time = DateParser.parse(String(decoding: bytes, as: UTF8.self)) else { return }
            precondition(DateParser.parse(time.description) == time, "a time does not read back")
        case .opml:
            guard let list = try? SubscriptionList.read(bytes) else { return }
            let text = SubscriptionList.write(title: "x", list.subscriptions)
            guard let again = try? SubscriptionList.read(Array(text.utf8)) else {
                preconditionFailure("a written list cannot be read")
            }
            precondition(again.subscriptions.map(\.address) == list.subscriptions.map(\.address), "a feed was lost")
        }
    }

    /// What comes out is JSON and reads back as itself.
    private static func document(_ document: FetchedDocument) {
        let found: JSONValue
        do throws(ParseError) {
            found = DocumentJSON.document(of: try FeedParser().parse(document), url: document.url, now: now)
        } catch {
            found = DocumentJSON.document(of: error)
        }
        precondition((try? JSONReader.read(Array(found.text.utf8))) == found, "the output does not read back")
    }
}

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    Entry.chosen.run(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}
