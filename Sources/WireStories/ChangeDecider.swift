public import WireModel

/// Decides what each entry of a document is to us: new, known, edited or said twice. Pure.
///
/// Identity within a feed, in order: the entry's id if it is unique in the document and never was ambiguous in this feed;
/// its canonical link; its first enclosure; a digest over title, time and text. Ids of different feeds never meet.
public struct ChangeDecider: Sendable {
    /// The entries of one document with the key each is known by.
    public struct Identified: Sendable {
        /// One per entry, in document order.
        public let keys: [ArticleKey]
        /// For an entry that repeats an earlier one word for word, that entry.
        public let repeats: [Int?]
        /// Ids that this document used for two different entries.
        public let ambiguousIDs: Set<Digest>
        /// Links that only one entry of the document has.
        fileprivate let uniqueLinks: Set<Digest>
        fileprivate let entries: [EntryKey]
    }

    public init() {}

    /// Gives every entry its key.
    /// - Parameter ambiguous: ids that named two entries of an earlier document of this feed.
    public func identify(_ entries: [EntryKey], ambiguous: Set<Digest>) -> Identified {
        let repeats = findRepeats(entries)
        let distinct = entries.indices.filter { repeats[$0] == nil }
        let ambiguousNow = repeated(distinct.compactMap { entries[$0].id })
        let unusable = ambiguous.union(ambiguousNow)
        let byLink = distinct.filter { index in entries[index].id.map(unusable.contains) ?? true }
        let unusableLinks = repeated(byLink.compactMap { entries[$0].link })
        let byEnclosure = byLink.filter { index in entries[index].link.map(unusableLinks.contains) ?? true }
        let unusableEnclosures = repeated(byEnclosure.compactMap { entries[$0].enclosure })

        let keys = entries.map { entry in
            if let id = entry.id, !unusable.contains(id) { return id }
            if let link = entry.link, !unusableLinks.contains(link) { return link }
            if let enclosure = entry.enclosure, !unusableEnclosures.contains(enclosure) {
                return enclosure
            }
            return entry.content
        }
        let links = distinct.compactMap { entries[$0].link }
        return Identified(
            keys: keys, repeats: repeats, ambiguousIDs: ambiguousNow,
            uniqueLinks: Set(links).subtracting(repeated(links)), entries: entries)
    }

    /// Compares the identified entries with what the store knows of them. One change per entry, in document order.
    public func decide(_ identified: Identified, against known: KnownArticles) -> [Change] {
        let present = Set(identified.keys)
        var taken: [ArticleKey: Int] = [:]
        return identified.keys.indices.map { index in
            let key = identified.keys[index]
            if let original = identified.repeats[index] ?? taken[key] { return .duplicate(entry: index, of: original) }
            taken[key] = index
            let entry = identified.entries[index]
            if let article = known.byKey[key] {
                return article.fingerprint == entry.fingerprint && article.link == entry.link
                    ? .unchanged(entry: index, article) : .differing(entry: index, key: key, article)
            }
            if let link = entry.link, identified.uniqueLinks.contains(link), let articles = known.byLink[link],
                articles.count == 1, let article = articles.first, !present.contains(article.key)
            {
                return .relinked(entry: index, key: key, article)
            }
            return .new(entry: index, key: key)
        }
    }

    private func findRepeats(_ entries: [EntryKey]) -> [Int?] {
        var first: [EntryKey: Int] = [:]
        return entries.indices.map { index in
            if let original = first[entries[index]] { return original }
            first[entries[index]] = index
            return nil
        }
    }

    private func repeated(_ digests: [Digest]) -> Set<Digest> {
        var seen: Set<Digest> = []
        var repeated: Set<Digest> = []
        for digest in digests where !seen.insert(digest).inserted { repeated.insert(digest) }
        return repeated
    }
}
