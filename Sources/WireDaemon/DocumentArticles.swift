import WireModel
import WireParse

/// The articles that a document from a file holds, whatever it is.
struct DocumentArticle: Sendable {
    let item: Item
    let feed: FeedFacts
    let seen: Timestamp?
    /// Before its last edit; nil if it was not edited.
    var previous: Item?
}

enum DocumentArticles {
    enum Kind { case feed, html, jsonLines, text }

    /// A part of a document that can be read by itself.
    enum Piece: Sendable {
        case whole(Kind, [UInt8])
        /// Lines of JSON, the first of which has this number in the file.
        case lines([ArraySlice<UInt8>], first: Int)
    }

    private enum Limits {
        /// Lines of a piece.
        static let lines = 64
    }

    /// The pieces of a document, in order.
    static func pieces(of bytes: [UInt8], path: String) -> [Piece] {
        let kind = kind(of: bytes, path: path)
        guard kind == .jsonLines else { return [.whole(kind, bytes)] }
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        return stride(from: 0, to: lines.count, by: Limits.lines).map { start in
            .lines(Array(lines[start..<min(start + Limits.lines, lines.count)]), first: start + 1)
        }
    }

    /// Calls `visit` for each article in order, or for what keeps one from being read.
    static func read(_ piece: Piece, path: String, visit: (Result<DocumentArticle, SettingsProblem>) -> Void) {
        switch piece {
        case .lines(let lines, let first): readLines(lines, first: first, path: path, visit: visit)
        case .whole(.html, let bytes): visit(.success(page(bytes, path: path)))
        case .whole(.text, let bytes): visit(.success(text(bytes, path: path)))
        case .whole(_, let bytes):
            do {
                let parsed = try FeedParser().parse(FetchedDocument(bytes: bytes))
                var problems: [Problem] = []
                let normalizer = Normalizer(url: nil)
                let description = normalizer.description(of: parsed)
                let facts = FeedFacts(
                    url: description.feedURL, title: description.title, language: description.language)
                for entry in parsed.entries {
                    let item = normalizer.item(entry, of: parsed, problems: &problems)
                    visit(.success(DocumentArticle(item: item, feed: facts, seen: nil)))
                }
            } catch {
                visit(.failure(SettingsProblem(message: "\(path): \(error.failure.message)")))
            }
        }
    }

    /// What a document is: by its first bytes, else by the file's name.
    static func kind(of bytes: [UInt8], path: String) -> Kind {
        let prefix = bytes.prefix(4096)
        let start = prefix.drop { $0 <= 0x20 || $0 == 0xEF || $0 == 0xBB || $0 == 0xBF }
        let head = String(decoding: start.prefix(1024), as: UTF8.self).lowercased()
        if start.first == UInt8(ascii: "{") {
            let line = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 1).first.map(Array.init) ?? []
            let isLine = (try? JSONReader.read(line))?["version"]?.string == nil && (try? JSONReader.read(line)) != nil
            return isLine || path.hasSuffix(".jsonl") || path.hasSuffix(".ndjson") ? .jsonLines : .feed
        }
        let isPage = ["<!doctype html", "<html", "<head", "<body"].contains { head.contains($0) }
        if isPage { return .html }
        let isMarkup = ["<?xml", "<rss", "<feed", "<rdf:", "<channel", "<urlset"].contains { head.contains($0) }
        // UTF-16 and UTF-32 show themselves by zero bytes.
        if isMarkup || start.prefix(64).contains(0) { return .feed }
        for (suffix, kind) in [
            (".html", Kind.html), (".htm", .html), (".xml", .feed), (".rss", .feed), (".atom", .feed),
        ]
        where path.lowercased().hasSuffix(suffix) {
            return kind
        }
        return .text
    }

    /// A plain text has no title; an empty line ends a block, a single break is a blank. Offsets stay those of the file.
    private static func text(_ bytes: [UInt8], path: String) -> DocumentArticle {
        var item = Item(id: path)
        let text = FileText.decode(bytes)
        item.contentText = PlainText.blocks(text)
        return DocumentArticle(item: item, feed: FeedFacts(), seen: nil)
    }

    private static func page(_ bytes: [UInt8], path: String) -> DocumentArticle {
        let html = FileText.decode(bytes)
        var item = Item(id: path)
        let page = PageReader.read(html)
        item.title = page.title
        item.contentText = page.text
        item.language = page.language
        return DocumentArticle(item: item, feed: FeedFacts(), seen: nil)
    }

    /// An article as an object, with the plain texts that its HTML stands for.
    /// - Parameter id: for an earlier revision, which need not say it again.
    private static func article(_ value: JSONValue, id: String? = nil) -> Item? {
        guard case .object(var object) = value else { return nil }
        if let id, object["id"] == nil { object["id"] = .string(id) }
        guard var item = Item(json: .object(object)) else { return nil }
        if item.contentText == nil, let html = item.contentHTML { item.contentText = TextExtractor.text(of: html) }
        if let html = item.summaryHTML {
            let (text, breaks) = TextExtractor.line(of: html)
            if item.summary == nil || item.summary == text {
                item.summary = text
                item.summaryBreaks = breaks
            }
        }
        if item.title == nil, let html = item.titleHTML { item.title = TextExtractor.line(of: html).text }
        return item
    }

    private static func readLines(
        _ lines: [ArraySlice<UInt8>], first: Int, path: String,
        visit: (Result<DocumentArticle, SettingsProblem>) -> Void
    ) {
        for (index, line) in lines.enumerated() {
            guard line.contains(where: { $0 > 0x20 }) else { continue }
            let place = SourcePlace(file: path, line: first + index, column: 1)
            do {
                let value = try JSONReader.read(Array(line))
                guard let item = article(value) else {
                    visit(.failure(SettingsProblem(place: place, message: "not an article: an object is expected")))
                    continue
                }
                let seen = value["seen"]?.string.flatMap { DateParser.parse($0) }
                visit(
                    .success(
                        DocumentArticle(
                            item: item, feed: value["feed"].map(FeedFacts.init(json:)) ?? FeedFacts(), seen: seen,
                            previous: value["previous"].flatMap { article($0, id: item.id) })))
            } catch {
                visit(
                    .failure(
                        SettingsProblem(
                            place: SourcePlace(file: path, line: first + index, column: error.offset + 1),
                            message: "not JSON: \(error.reason)", hint: "write one article a line")))
            }
        }
    }
}

/// The blocks of a plain text.
enum PlainText {
    /// Single line breaks become blanks; an empty line stays a break. No byte moves.
    static func blocks(_ text: String) -> String {
        var bytes = Array(text.utf8)
        let isBreak = { (byte: UInt8) in byte == 0x0A || byte == 0x0D }
        var index = 0
        while index < bytes.count {
            guard isBreak(bytes[index]) else {
                index += 1
                continue
            }
            var end = index
            var lines = 0
            while end < bytes.count, bytes[end] <= 0x20 {
                if bytes[end] == 0x0A || (bytes[end] == 0x0D && (end + 1 == bytes.count || bytes[end + 1] != 0x0A)) {
                    lines += 1
                }
                end += 1
            }
            for position in index..<end { bytes[position] = lines > 1 ? 0x0A : 0x20 }
            index = end
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
