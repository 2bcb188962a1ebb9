import WireModel

/// Gathers the feeds of a bookmark list as Netscape wrote them and browsers still do: `FEEDURL` names a bookmark's feed, and
/// an address that looks like one is taken for it. Headings are folders.
struct BookmarkReader {
    private(set) var subscriptions: [SubscriptionList.Subscription] = []
    private(set) var problems: [Problem] = []

    /// Whether a document is such a list.
    static func isList(_ bytes: ArraySlice<UInt8>) -> Bool {
        let head = String(decoding: bytes.prefix(1_024), as: UTF8.self).lowercased()
        return head.contains("netscape-bookmark-file") || head.hasPrefix("<dl") || head.hasPrefix("<dt")
    }

    init(_ bytes: [UInt8], limit: Int) {
        var reader = HTMLReader(bytes)
        var folders: [String] = []
        // The heading before a list names the folder that it is.
        var heading: String?
        var others = 0
        while let event = reader.next() {
            switch event {
            case .start(let element):
                switch String(decoding: element.name, as: UTF8.self) {
                case "h1": _ = Self.text(&reader, to: element)
                case "h2", "h3", "h4": heading = Self.text(&reader, to: element)
                case "dl":
                    folders.append(heading?.replacing("/", with: "-") ?? "")
                    heading = nil
                case "a":
                    guard let found = Self.bookmark(&reader, element, folders) else {
                        others += 1
                        continue
                    }
                    guard subscriptions.count < limit else {
                        problems.append(
                            Problem(.limitSize, "The list has more than \(limit) feeds; the rest is left out."))
                        return
                    }
                    subscriptions.append(found)
                default: break
                }
            case .end(let element) where element == .dl: _ = folders.popLast()
            default: break
            }
        }
        if others > 0 {
            problems.append(
                Problem(
                    .valueInvalid,
                    "\(others) bookmark" + (others == 1 ? " names" : "s name") + " no feed and "
                        + (others == 1 ? "is" : "are") + " left out; \"feeds discover\" finds the feeds of a page."))
        }
    }

    private static func bookmark(
        _ reader: inout HTMLReader, _ element: HTMLElement, _ folders: [String]
    ) -> SubscriptionList.Subscription? {
        let page = FeedLinks.attribute("href", of: reader)
        let feed = FeedLinks.attribute("feedurl", of: reader)
        let isFeed = FeedLinks.attribute("feed", of: reader)?.lowercased() == "true"
        let title = text(&reader, to: element)
        let path = folders.filter { !$0.isEmpty }.prefix(SubscriptionList.Limits.depth).joined(separator: "/")
        if let feed {
            return SubscriptionList.Subscription(address: feed, title: title, site: page, folder: path)
        }
        guard var page, isFeed || FeedLinks.looksLikeFeed(page) else { return nil }
        if page.lowercased().hasPrefix("feed:") {
            let rest = page.dropFirst(5)
            page = rest.hasPrefix("//") ? "http:" + rest : String(rest)
        }
        return SubscriptionList.Subscription(address: page, title: title, folder: path)
    }

    /// The text up to the end tag of `element`, whose start tag was just read.
    private static func text(_ reader: inout HTMLReader, to element: HTMLElement) -> String? {
        guard let range = reader.readRawText(of: element) else { return nil }
        return TextExtractor.line(of: String(decoding: reader.bytes[range], as: UTF8.self)).text.nonEmpty
    }
}
