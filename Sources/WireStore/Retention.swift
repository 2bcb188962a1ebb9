/// How long articles are kept. What is known by a feed as one of its entries is remembered longer, so that an entry that
/// stays in a document for years is not news again.
public struct Retention: Hashable, Sendable {
    /// Nil for without a limit.
    public struct Limits: Hashable, Sendable {
        /// Since the article was first seen.
        public var age: Duration?
        /// Articles of one feed, the newest.
        public var perFeed: Int?

        public init(age: Duration? = .seconds(365 * 86_400), perFeed: Int? = 5_000) {
            self.age = age
            self.perFeed = perFeed
        }
    }

    public var limits = Limits()
    /// By a folder's path; for the feeds in it and in folders below, the innermost counts.
    public var folders: [String: Limits] = [:]
    /// Articles that met a topic stay for good.
    public var keepsFlagged = true

    public init() {}

    public func limits(forFolder folder: String) -> Limits {
        var path = Substring(folder)
        while true {
            if let limits = folders[String(path)] { return limits }
            guard let slash = path.lastIndex(of: "/") else { return limits }
            path = path[..<slash]
        }
    }

    /// How long an article's identity is remembered after it was first seen: twice as long as articles are kept, two
    /// years at least.
    public var memory: Duration {
        let ages = ([limits] + folders.values).map(\.age)
        // Without an age articles go by number only, and how old they get is not known.
        let longest = ages.compactMap(\.self).max() ?? .zero
        return max(longest * 2, .seconds(2 * 365 * 86_400))
    }

    /// What a cleaning has removed.
    public struct Pruned: Hashable, Sendable {
        public var articles = 0
        /// Identities of articles removed long ago.
        public var identities = 0

        public init() {}
    }
}
