import Foundation
import WireModel
import WireParse
import WireRules
import WireText

/// What is fuzzed, by the name in `WIREWATCH_FUZZ_ENTRY`.
enum Entry: String {
    case xml, scanner, json, html, date, opml, encoding, query, words

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
        case .scanner: ScannerEntry.run(bytes)
        case .query: Entry.query(bytes)
        case .words: Entry.words(bytes)
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

    /// The first line is a query, the rest an article. A wrong query is told of within its text, with a way out; a right one gives
    /// the same answer with and without reasons, and its reasons stand where they say.
    private static func query(_ bytes: [UInt8]) {
        let parts = bytes.split(separator: 0x0A, maxSplits: 1, omittingEmptySubsequences: false)
        let topic = Topic(id: "t", name: "t", query: String(decoding: parts[0], as: UTF8.self))
        let set = TopicSet([topic])
        for problem in set.problems {
            let end = (problem.offset ?? 0) + (problem.length ?? 0)
            precondition(end <= topic.query.utf8.count, "\(problem.code) lies outside the query")
            precondition(!problem.isError || problem.hint != nil, "\(problem.code) knows no way out")
        }
        precondition(set.count == 1 || set.problems.contains(where: \.isError), "a query is refused without a word")
        var item = Item(id: "x")
        item.title = "Harbour fire, U.S. resigns"
        item.contentText = parts.count > 1 ? String(decoding: parts[1], as: UTF8.self) : ""
        var matcher = Matcher(set)
        let matches = matcher.match(item, now: now)
        precondition(matcher.count(item, now: now) == matches.count, "the reasons change the answer")
        for span in matches.flatMap(\.clauses).flatMap(\.spans) {
            guard let text = span.field == "title" ? item.title : span.field == "content" ? item.contentText : nil else { continue }
            let place = Array(text.utf8).dropFirst(span.offset).prefix(span.length)
            precondition(Array(place) == Array(span.text.utf8), "a span is not where it says")
        }
        _ = TopicReview(set)
    }

    /// Every token lies within its text, and splitting again gives the same.
    private static func words(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        for language in [nil, "de", "tr", "ja"] {
            let tokenizer = Tokenizer(language: language)
            let buffer = tokenizer.tokens(of: text)
            for token in buffer.tokens {
                precondition(
                    Int(token.sourceOffset) + Int(token.sourceLength) <= text.utf8.count, "a token lies outside its text")
                precondition(Int(token.formOffset) + Int(token.formLength) <= buffer.forms.count, "a form lies outside")
            }
            precondition(tokenizer.tokens(of: text).forms == buffer.forms, "splitting again gives something else")
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
