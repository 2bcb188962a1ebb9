import Foundation
public import WireModel
import WireParse
import WirePipeline
import WireStore

/// Finds the feeds of a web page, for `feeds discover`. Stores nothing.
public struct FeedDiscovery: Sendable {
    /// A feed that was found.
    public struct Result: Sendable {
        public let url: String
        public let title: String?
        public let type: String?
        /// `feed` for the document itself, else `link`, `anchor` or `guess`.
        public let source: String

        public var json: JSONValue {
            var object = JSONObjectBuilder()
            object.set("url", url)
            object.set("title", title)
            object.set("type", type)
            object.set("source", source)
            return object.value
        }
    }

    private let assembly: Assembly
    private let place: String

    /// - Parameter place: an http or https address, or a file.
    public init(_ assembly: Assembly, place: String) {
        self.assembly = assembly
        self.place = place
    }

    /// The document's feeds, best first; nothing is asked of the network for a file. A site that names none is asked for
    /// those at usual places, one after the other, and what proves to be a feed is listed.
    public func run() async throws(Failure) -> [Result] {
        let isRemote = place.contains("://")
        let fetcher = assembly.discoveryFetcher(for: place)
        let page = try await fetch(place, isRemote: isRemote, with: fetcher)
        if let itself = title(of: page) { return [Result(url: place, title: itself, type: nil, source: "feed")] }
        let found = FeedLinks(page).found
        if !found.isEmpty || !isRemote { return found.map(FeedDiscovery.result) }
        var proven: [Result] = []
        for guess in FeedLinks.guesses(near: page.url ?? place) {
            guard let document = try? await fetch(guess.url, isRemote: true, with: fetcher),
                let title = title(of: document)
            else { continue }
            proven.append(Result(url: guess.url, title: title.isEmpty ? nil : title, type: nil, source: "guess"))
            break
        }
        return proven
    }

    private func fetch(
        _ address: String, isRemote: Bool, with fetcher: DiscoveryFetcher
    ) async throws(Failure) -> FetchedDocument {
        try await fetcher.document(
            Feed(
                id: FeedID(rawValue: 1), address: address,
                source: isRemote ? .remote(url: address) : .local(path: address)))
    }

    /// The title of a feed, empty if it has none; nil if the document is no feed.
    private func title(of document: FetchedDocument) -> String? {
        guard let feed = try? FeedParser().parse(document) else { return nil }
        return Normalizer(url: document.url).description(of: feed).title ?? ""
    }

    private static func result(_ found: FeedLinks.Found) -> Result {
        Result(url: found.url, title: found.title, type: found.type, source: found.source.rawValue)
    }
}
