import WireFetch
import WireModel
import WireParse
import WireStore
import WireStories

/// After a gap: reads a feed's archive documents, newest first, until an article is known (RFC 5005 section 4).
extension FeedCycle {
    private enum ArchiveLimits {
        /// Documents of one walk.
        static let documents = 10
    }

    /// Adds what the archives of a feed that rolled past us have and we have not. An archive that cannot be read ends the
    /// walk, and the gap is told of.
    /// - Returns: false if the task was cancelled: then nothing of this check counts, and the gap will be seen again.
    func walkArchives(from parsed: ParsedFeed, into draft: inout CycleDraft) async -> Bool {
        guard draft.hasRolledPast, case .remote(let address) = draft.record.feed.source else { return true }
        var page = parsed
        var hasAsked = false
        // What this walk reads is no sign of an earlier one: a chain may go round.
        let readBefore = Set(draft.record.state.archives)
        var visited: Set<String> = []
        defer { if hasAsked { draft.watch.end(.fetch) } }
        for _ in 0..<ArchiveLimits.documents {
            guard let link = Self.archive(before: page), link != page.documentURL else {
                // The first page of all has nothing before it; a feed without archives has no pages.
                if hasAsked { draft.closeGap() }
                return true
            }
            if readBefore.contains(Digest(of: link)) {
                draft.closeGap()
                return true
            }
            guard visited.insert(link).inserted else { return true }
            let feed = Self.feed(draft.record.feed, listedAt: draft.record.state.movedTo ?? address, archive: link)
            hasAsked = true
            // Who waits for a server holds up no other document.
            documents.leave()
            let outcome = await fetcher.fetch(feed, state: FeedState(), now: now)
            await documents.enter()
            if case .failed(_, let failure) = outcome, failure.code == "cancelled" { return false }
            guard case .modified(let document, _) = outcome, let archive = try? parser.parse(document) else {
                return true
            }
            do {
                if try await take(archive, into: &draft) { draft.closeGap() }
            } catch {
                return true
            }
            if !archive.isBroken { draft.note(archive: link) }
            if draft.isGapClosed { return true }
            page = archive
        }
        return true
    }

    /// Adds the entries of an archive that neither the store nor this check has. Known ones stay as they are: an archive may
    /// hold them as they were before an edit.
    /// - Returns: whether one was known to the store.
    private func take(_ archive: ParsedFeed, into draft: inout CycleDraft) async throws(StoreError) -> Bool {
        let keys = archive.keys
        let identified = decider.identify(keys, ambiguous: draft.state.ambiguousIDs)
        let known = try await store.known(keys, in: draft.record.feed.id)
        let normalizer = Normalizer(url: archive.documentURL)
        var problems: [Problem] = []
        let taken = draft.newKeys
        var hasKnown = false
        let time = now()
        for change in decider.decide(identified, against: known) {
            switch change {
            case .new(let entry, let key):
                guard !taken.contains(key) else { continue }
                let item = normalizer.item(archive.entries[entry], of: archive, problems: &problems)
                draft.add(item, key: key, of: keys[entry], id: store.ids.next(at: time), seen: time)
            case .unchanged, .differing, .relinked: hasKnown = true
            case .duplicate: break
            }
        }
        return hasKnown
    }

    private static func archive(before page: ParsedFeed) -> String? {
        Normalizer(url: page.documentURL).description(of: page).links
            .first { $0.rel == "prev-archive" && URLReference.isWeb($0.url) }?.url
    }

    /// The feed, asked for at another address. What is the feed's own secret goes to its own server only.
    private static func feed(_ feed: Feed, listedAt address: String, archive: String) -> Feed {
        var settings = feed.settings
        if let own = try? WebAddress(address), let other = try? WebAddress(archive), !own.isSameOrigin(as: other) {
            (settings.auth, settings.header, settings.clientCertificate) = (nil, nil, nil)
        }
        return Feed(
            id: feed.id, address: feed.address, source: .remote(url: archive), title: feed.title, folder: feed.folder,
            settings: settings)
    }
}
