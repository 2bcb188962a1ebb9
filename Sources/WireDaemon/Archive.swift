public import WireModel
import WireRules
public import WireStore

/// The stored articles, for reading.
public struct Archive: Sendable {
    private let assembly: Assembly

    public init(_ assembly: Assembly) { self.assembly = assembly }

    /// The article of an id as the command line gives it.
    public func article(named text: String) async throws(ArchiveError) -> ArticleHistory {
        guard let id = ArticleID(text) else { throw .badID(text) }
        do {
            let store = try await assembly.openStore(forWriting: false)
            if let history = try await store.article(id) { return history }
        } catch {
            throw .store(error)
        }
        throw .unknown(id)
    }

    /// Calls `visit` for every selected article, newest first, until it says false.
    public func list(_ selection: ArticleSelection, visit: (StoredArticle) -> Bool) async throws(ArchiveError) {
        do {
            let store = try await assembly.openStore(forWriting: false)
            guard let query = selection.query(try await store.feeds()) else {
                throw ArchiveError.noFeed(selection.feed ?? "")
            }
            pages: for try await page in store.pages(query) {
                for article in page where !visit(article) { break pages }
            }
        } catch let error as ArchiveError {
            throw error
        } catch let error as StoreError {
            throw .store(error)
        } catch {
            throw .cancelled
        }
    }

    /// Calls `visit` for every selected article that the query matches, newest first, with the match, until it says false.
    ///
    /// The full-text index proposes articles that have the query's words; the matcher of the topics decides.
    public func search(
        _ search: ArchiveSearch, in selection: ArticleSelection, visit: (StoredArticle, Match) -> Bool
    ) async throws(ArchiveError) {
        var left = selection.limit > 0 ? selection.limit : Int.max
        var matcher = search.matcher
        do {
            let store = try await assembly.openStore(forWriting: false)
            guard var query = selection.query(try await store.feeds()) else {
                throw ArchiveError.noFeed(selection.feed ?? "")
            }
            query.candidates = search.candidates
            query.limit = 0
            let now = Clock.now()
            pages: for try await page in store.pages(query) {
                for stored in page {
                    let article = stored.article
                    var previous: Item?
                    if search.looksAtEdits, article.revision > 1 {
                        previous = try await store.article(article.id)?.earlier.last?.item
                    }
                    let matches = matcher.match(
                        article.item, feed: stored.feed, previous: previous, seen: article.seen, now: now)
                    guard let match = matches.first else { continue }
                    left -= 1
                    if !visit(stored, match) || left == 0 { break pages }
                }
            }
        } catch let error as ArchiveError {
            throw error
        } catch let error as StoreError {
            throw .store(error)
        } catch {
            throw .cancelled
        }
    }
}

/// Why the archive cannot answer.
public enum ArchiveError: Error, Sendable, CustomStringConvertible {
    case badID(String)
    case unknown(ArticleID)
    case noFeed(String)
    case store(StoreError)
    case cancelled

    /// Whether the question itself was wrong.
    public var isUsage: Bool {
        switch self {
        case .badID, .noFeed: true
        case .unknown, .store, .cancelled: false
        }
    }

    public var description: String {
        switch self {
        case .badID(let text): "\"\(text)\" is not an article's id; `wirewatch articles list` shows them"
        case .unknown(let id): "there is no article \(id) in the database"
        case .noFeed(let name): "there is no feed \"\(name)\"; `wirewatch feeds list` shows them"
        case .store(let error): error.description
        case .cancelled: "cancelled"
        }
    }
}

/// A query over the archive, ready to run.
public struct ArchiveSearch: Sendable {
    let candidates: TermExpression?
    public let warnings: [String]
    private let topics: TopicSet

    /// - Throws: a problem that shows each error of the query with its place and hint.
    public init(_ query: String, _ assembly: Assembly) throws(SettingsProblem) {
        let loaded = try LoadedTopics(query: query) { () throws(SettingsProblem) in try assembly.loadTopics().all }
        candidates = (try? Query(query))?.candidates
        warnings = loaded.problems.map(\.text)
        topics = loaded.set
    }

    var matcher: Matcher { Matcher(topics) }
    var looksAtEdits: Bool { topics.looksAtEdits }
}

/// Which articles a command asks for.
public struct ArticleSelection: Sendable {
    let limit: Int
    let feed: String?
    private let folder: String?
    private let topic: String?
    private let onlyFlagged: Bool
    private let since: Timestamp?

    /// - Parameters:
    ///   - feed: an address or a title.
    ///   - since: a span back from now (`30d`) or a date in UTC (`2026-01-31`).
    public init(
        limit: Int, feed: String?, folder: String?, topic: String?, onlyFlagged: Bool, since: String?
    ) throws(SettingsProblem) {
        self.limit = limit
        self.feed = feed
        self.folder = folder.map { $0.hasPrefix("folder/") ? String($0.dropFirst(7)) : $0 }
        self.topic = topic
        self.onlyFlagged = onlyFlagged
        self.since = try since.map { (text) throws(SettingsProblem) in
            guard let instant = ArticleSelection.instant(text, now: Clock.now()) else {
                throw SettingsProblem(
                    message: "--since: \"\(text)\" is neither a span nor a date", hint: "write 30d, 12h or 2026-01-31")
            }
            return instant
        }
    }

    /// The store's query; nil if the feed that was named does not exist.
    func query(_ records: [FeedRecord]) -> ArticleQuery? {
        var query = ArticleQuery(limit: limit)
        query.folder = folder
        query.topic = topic
        query.onlyFlagged = onlyFlagged
        query.since = since
        if let feed {
            let ids = records.filter { $0.feed.address == feed || $0.facts.title == feed }.map(\.feed.id)
            if ids.isEmpty { return nil }
            query.feeds = ids
        }
        return query
    }

    static func instant(_ text: String, now: Timestamp) -> Timestamp? {
        if let span = QuantityText.duration(text) { return now - span }
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 3, text.utf8.count == 10, let year = parts[0], let month = parts[1], let day = parts[2],
            (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        return Timestamp(year: year, month: month, day: day)
    }
}
