import Testing
import WireModel

@testable import WireStories

@Suite struct ChangeDeciderTests {
    private let decider = ChangeDecider()

    private func entry(
        id: String? = nil, link: String? = nil, enclosure: String? = nil, text: String = "text", edit: String = ""
    ) -> EntryKey {
        EntryKey(
            id: id.map(Digest.init(of:)), link: link.map(Digest.init(of:)), enclosure: enclosure.map(Digest.init(of:)),
            content: Digest(of: text), fingerprint: Digest(of: text + edit))
    }

    /// Keeps the articles that a first look at `entries` makes new.
    private func kept(_ entries: [EntryKey]) -> KnownArticles {
        let identified = decider.identify(entries, ambiguous: [])
        let changes = decider.decide(identified, against: KnownArticles())
        return KnownArticles(
            changes.compactMap { change in
                guard case .new(let index, let key) = change else { return nil }
                return KnownArticle(
                    id: ArticleID(rawValue: Int64(index) + 1), key: key, link: entries[index].link,
                    fingerprint: entries[index].fingerprint, textDigest: entries[index].content, revision: 1,
                    seen: Timestamp(seconds: 0))
            })
    }

    private func decide(_ entries: [EntryKey], against known: KnownArticles, ambiguous: Set<Digest> = []) -> [Change] {
        decider.decide(decider.identify(entries, ambiguous: ambiguous), against: known)
    }

    @Test func everythingIsNewToAnEmptyStore() {
        let changes = decide(
            [entry(id: "a"), entry(link: "b"), entry(enclosure: "c"), entry(text: "d")], against: .init())
        #expect(changes.count == 4)
        for change in changes {
            guard case .new = change else {
                Issue.record("\(change)")
                continue
            }
        }
    }

    @Test func theSameDocumentAgainIsUnchanged() {
        let entries = [entry(id: "a"), entry(link: "b"), entry(enclosure: "c"), entry(text: "d")]
        for change in decide(entries, against: kept(entries)) {
            guard case .unchanged = change else {
                Issue.record("\(change)")
                continue
            }
        }
    }

    @Test func anEditKeepsTheIdentity() {
        let known = kept([entry(id: "a", link: "l")])
        guard case .differing(0, _, let article) = decide([entry(id: "a", link: "l", edit: "!")], against: known)[0]
        else {
            Issue.record("not seen as an edit")
            return
        }
        #expect(article.id.rawValue == 1)
    }

    @Test func aRepeatedIDIsNoIdentity() {
        let entries = [entry(id: "a", link: "l1", text: "one"), entry(id: "a", link: "l2", text: "two")]
        let identified = decider.identify(entries, ambiguous: [])
        #expect(identified.keys[0] != identified.keys[1])
        #expect(identified.ambiguousIDs == [Digest(of: "a")])
        let later = decider.identify([entries[0]], ambiguous: identified.ambiguousIDs)
        #expect(later.keys[0] == identified.keys[0], "remembered, the id stays unusable")
    }

    @Test func wordForWordRepeatsAreOneArticle() {
        let changes = decide([entry(id: "a"), entry(id: "a")], against: .init())
        #expect(changes[1] == .duplicate(entry: 1, of: 0))
        #expect(decider.identify([entry(id: "a"), entry(id: "a")], ambiguous: []).ambiguousIDs.isEmpty)
    }

    @Test func entriesWithoutAnythingOfTheirOwnAreKeptApartByText() {
        let changes = decide([entry(link: "l", text: "one"), entry(link: "l", text: "two")], against: .init())
        for change in changes {
            guard case .new = change else {
                Issue.record("\(change)")
                continue
            }
        }
    }

    @Test func aKnownLinkUnderANewIDIsLookedAt() {
        let known = kept([entry(id: "a", link: "l")])
        guard case .relinked(0, _, let article) = decide([entry(id: "b", link: "l")], against: known)[0] else {
            Issue.record("not found by its link")
            return
        }
        #expect(article.id.rawValue == 1)
    }

    @Test func aLinkThatTwoEntriesShareFindsNothing() {
        let known = kept([entry(id: "a", link: "l")])
        let changes = decide(
            [entry(id: "b", link: "l", text: "b"), entry(id: "c", link: "l", text: "c")], against: known)
        for change in changes {
            guard case .new = change else {
                Issue.record("\(change)")
                continue
            }
        }
    }

    @Test func anArticleThatIsPresentItselfIsNotFoundByLink() {
        let known = kept([entry(id: "a", link: "l")])
        let changes = decide([entry(id: "a", link: "m"), entry(id: "b", link: "l")], against: known)
        guard case .new = changes[1] else {
            Issue.record("\(changes[1])")
            return
        }
    }
}
