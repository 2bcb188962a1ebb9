import WireModel

extension FeedRhythm {
    /// Learns from a check that worked.
    /// - Parameters:
    ///   - articles: those that are new.
    ///   - documentSize: entries of the whole document; nil if only a part came, or none.
    ///   - hasKnown: whether the document had an entry that was known.
    /// - Returns: the time of which articles may be missing, if the document had rolled past us.
    mutating func learn(
        from articles: [Article], _ documentSize: Int?, hasKnown: Bool, at now: Timestamp
    ) -> Gap? {
        let isFirst = documentSizes.isEmpty
        // A part says little before there was a whole.
        guard documentSize != nil || !articles.isEmpty && !isFirst else { return nil }
        let known = newest
        let dates = articles.compactMap { article -> Timestamp? in
            (article.item.published ?? article.item.updated).flatMap { $0 <= article.seen ? $0 : nil }
        }
        let lost = isFirst || documentSize == nil || hasKnown ? nil : gap(after: known, upTo: dates.min(), at: now)
        let last = counted
        advance(to: now)
        count(
            articles.map { article in
                guard let date = article.item.published ?? article.item.updated, date <= article.seen else {
                    return article.seen
                }
                // An article that is older than what was there before was dated back.
                if !isFirst, let known, date < known { return article.seen }
                return date
            }, documentSize: documentSize, at: now)
        if let last, !isFirst {
            for date in dates where date > last { note(delay: now - date) }
        }
        if let lost { gap = lost }
        return lost
    }

    private func gap(after known: Timestamp?, upTo oldest: Timestamp?, at now: Timestamp) -> Gap? {
        guard let known else { return nil }
        let end = oldest ?? now
        return end > known ? Gap(from: known, to: end) : nil
    }
}
