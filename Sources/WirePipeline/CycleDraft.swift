import WireFetch
import WireModel
import WireParse
import WireStore

/// What one check has decided so far; in the end it is one `CycleWrite`.
struct CycleDraft {
    let record: FeedRecord
    private let started: Timestamp
    private(set) var state: FeedState
    private(set) var outcome = FeedCheck.Outcome.modified
    private var status: Int?
    private var bytes = 0
    private var failure: Failure?
    private var wasAsked = true
    private var new: [NewArticle] = []
    private var revised: [RevisedArticle] = []
    private var touched: [TouchedArticle] = []
    private(set) var flags: [AlertRaiser.Flag] = []
    private var alerts: [NewAlert] = []
    private var notices: [NewNotice] = []
    /// Entries that are known and say nothing new.
    var unchanged = 0
    /// Entries of a whole document; nil if none came.
    private var documentSize: Int?
    /// What the time of the next check was set by.
    private(set) var reason: PollingInterval.Reason?
    private var gap: FeedRhythm.Gap?
    /// Archives have shown that nothing is missing although the document had no known entry.
    private(set) var isGapClosed = false
    private var isPush = false
    var watch: StageWatch

    init(record: FeedRecord, started: Timestamp, isManual: Bool, watch: StageWatch = StageWatch()) {
        self.watch = watch
        self.record = record
        self.started = started
        state = record.state
        state.lastChecked = started
        if isManual { state.lastManualCheck = started }
    }

    /// The new articles and the edited ones: what is matched.
    var articles: [Article] { new.map(\.article) + revised.map(\.article) }

    var facts: FeedFacts { current.facts }

    var write: CycleWrite {
        CycleWrite(
            check: check, state: state, new: new, revised: revised, touched: touched, matches: flags.map(\.match),
            alerts: alerts, notices: notices, isPush: isPush)
    }

    private var check: FeedCheck {
        FeedCheck(
            feed: record.feed.id, started: started, outcome: outcome, status: status, bytes: bytes, failure: failure)
    }

    private var current: FeedRecord { FeedRecord(feed: record.feed, state: state, isListed: record.isListed) }
}

// MARK: - Articles

extension CycleDraft {
    mutating func add(_ item: Item, key: ArticleKey, of entry: EntryKey, id: ArticleID, seen: Timestamp) {
        let article = Article(id: id, feed: record.feed.id, item: item, seen: seen)
        new.append(NewArticle(article, identity: identity(key, entry), textDigest: item.textDigest))
    }

    /// An edit if the text differs from the known one; else only remembered as looked at.
    mutating func revise(
        _ known: KnownArticle, with item: Item, key: ArticleKey, of entry: EntryKey, at time: Timestamp
    ) {
        let digest = item.textDigest
        guard digest != known.textDigest else { return touch(known, key: key, of: entry) }
        let article = Article(
            id: known.id, feed: record.feed.id, item: item, seen: known.seen, revision: known.revision + 1)
        revised.append(
            RevisedArticle(article, identity: identity(key, entry), textDigest: digest, revisedAt: time))
    }

    mutating func touch(_ known: KnownArticle, key: ArticleKey, of entry: EntryKey) {
        unchanged += 1
        touched.append(TouchedArticle(known.id, identity: identity(key, entry)))
    }

    mutating func flag(_ article: Article, topic: Topic, match: Match, id: MatchID) {
        let match = NewMatch(
            match, id: id, article: article.id, revision: article.revision, severity: topic.severity)
        flags.append(AlertRaiser.Flag(match: match, topic: topic, article: article))
    }

    private func identity(_ key: ArticleKey, _ entry: EntryKey) -> ArticleIdentity {
        ArticleIdentity(key: key, link: entry.link, fingerprint: entry.fingerprint)
    }
}

// MARK: - Archives

extension CycleDraft {
    /// Whether a whole document came in which nothing was known any more, although there was one before.
    var hasRolledPast: Bool {
        documentSize != nil && !new.isEmpty && unchanged + revised.count == 0 && record.state.lastSuccess != nil
            && !record.state.rhythm.documentSizes.isEmpty
    }

    mutating func closeGap() { isGapClosed = true }

    /// What the new articles are known by.
    var newKeys: Set<ArticleKey> { Set(new.map(\.identity.key)) }

    /// An archive does not change: it is read once.
    mutating func note(archive url: String) {
        state.archives.append(Digest(of: url))
        state.archives.removeFirst(max(0, state.archives.count - FeedState.Limits.archives))
    }
}

// MARK: - Alerts

extension CycleDraft {
    private func occasion(at now: Timestamp) -> AlertRaiser.Occasion {
        AlertRaiser.Occasion(feed: facts, isFirst: record.state.lastSuccess == nil, now: now)
    }

    /// Decides who is told of the matches.
    mutating func raise(with raiser: AlertRaiser, document: () -> [Item], now: Timestamp) {
        if flags.isEmpty { return }
        alerts = raiser.alerts(of: flags, occasion(at: now), document: document)
    }

    /// What is to be said of the feed itself, once everything else is decided.
    mutating func announce(with raiser: AlertRaiser, now: Timestamp) {
        guard outcome == .modified || outcome == .moved else { return }
        let occasion = occasion(at: now)
        let first = raiser.firstNotice(of: record.feed, articles: new.count, flags: flags, occasion)
        notices = [first, gap.flatMap { raiser.gapNotice(of: record.feed, $0, occasion) }].compactMap(\.self)
    }
}

// MARK: - Conclusions

extension CycleDraft {
    /// A document was read.
    mutating func conclude(_ parsed: ParsedFeed, _ facts: FetchFacts, ambiguous: Set<Digest>, now: Timestamp) {
        note(facts)
        let description = Normalizer(url: parsed.documentURL).description(of: parsed)
        state.documentTitle = description.title
        state.siteURL = description.homeURL
        state.language = description.language
        state.wishes = description.wishes
        state.push = CycleDraft.push(facts, description)
        for id in ambiguous where state.ambiguousIDs.count < FeedState.Limits.ambiguousIDs {
            state.ambiguousIDs.insert(id)
        }
        if !parsed.isBroken {
            state.validators = facts.validators
            state.bodyDigest = facts.bodyDigest
        }
        state.unchangedWithoutValidator = 0
        documentSize = facts.isPartial ? nil : parsed.entries.count
        observeRedirect(facts, now: now)
        succeed(facts, now: now)
    }

    /// The headers' hub and name come before the document's.
    private static func push(_ facts: FetchFacts, _ description: FeedDescription) -> PushSource? {
        let hub = facts.hub ?? description.hubs.first { $0.type == "WebSub" }?.url
        guard let hub, let topic = facts.topic ?? description.feedURL, URLReference.isWeb(hub),
            URLReference.isWeb(topic)
        else { return nil }
        return PushSource(hub: hub, topic: topic)
    }

    /// A hub sent a document: its articles count, also as the feed's habit; its validators, times and failures stay as they are.
    mutating func receive(_ bytes: Int) {
        isPush = true
        self.bytes = bytes
        documentSize = nil
    }

    /// Anything but a document.
    mutating func conclude(_ outcome: FetchOutcome, now: Timestamp) {
        switch outcome {
        case .modified: break
        case .notModified(let facts):
            note(facts)
            self.outcome = .notModified
            state.validators = facts.validators
            if state.validators == nil { state.unchangedWithoutValidator += 1 }
            observeRedirect(facts, now: now)
            succeed(facts, now: now)
        case .gone(let facts, let failure):
            note(facts)
            self.outcome = .gone
            state.isGone = true
            fail(failure, facts, now: now)
        case .throttled(let facts, let failure):
            note(facts)
            self.outcome = .throttled
            if facts.wasAsked {
                fail(failure, facts, now: now)
            } else {
                wait(failure, facts)
            }
        case .failed(let facts, let failure):
            note(facts)
            self.outcome = .failed
            fail(failure, facts, now: now)
        }
    }

    /// A document came that could not be used: the last good one's validators stay.
    mutating func conclude(unreadable failure: Failure, _ facts: FetchFacts, now: Timestamp) {
        note(facts)
        outcome = .failed
        fail(failure, facts, now: now)
    }

    private mutating func note(_ facts: FetchFacts) {
        status = facts.status
        bytes = facts.bytes
        wasAsked = facts.wasAsked
    }

    private mutating func succeed(_ facts: FetchFacts, now: Timestamp) {
        state.failures = 0
        state.lastFailure = nil
        state.notFoundSince = nil
        state.lastSuccess = now
        // A local document costs nothing to look at: it is always due.
        guard case .remote = record.feed.source else {
            state.nextCheck = nil
            return
        }
        let wishes = PollingInterval.Wishes(
            freshUntil: facts.freshUntil, retryAfter: facts.retryAfter, document: state.wishes)
        let interval = PollingInterval(settings: record.feed.settings)
        schedule(interval.afterSuccess(at: now, wishes: wishes, barren: state.unchangedWithoutValidator))
    }

    /// The host's rest or share forbade the request: nothing was learned of the feed.
    private mutating func wait(_ failure: Failure, _ facts: FetchFacts) {
        self.failure = failure
        state.lastChecked = record.state.lastChecked
        state.lastManualCheck = record.state.lastManualCheck
        guard let until = facts.retryAfter else { return }
        state.retryAfter = until
        state.nextCheck = max(state.nextCheck ?? until, until)
    }

    private mutating func fail(_ failure: Failure, _ facts: FetchFacts, now: Timestamp) {
        self.failure = failure
        state.failures += 1
        state.lastFailure = failure
        state.notFoundSince = facts.status == 404 ? state.notFoundSince ?? now : nil
        guard case .remote = record.feed.source else {
            state.nextCheck = nil
            return
        }
        let wishes = PollingInterval.Wishes(
            freshUntil: nil, retryAfter: facts.retryAfter, document: state.wishes)
        schedule(
            PollingInterval(settings: record.feed.settings).afterFailure(
                at: now, failures: state.failures, wishes: wishes, jitter: jitter,
                notFoundSince: state.notFoundSince, least: failure.code == "bot_check" ? .seconds(6 * 3_600) : .zero))
    }

    private mutating func schedule(_ verdict: PollingInterval.Verdict) {
        reason = verdict.reason
        state.nextCheck = verdict.notBefore
        state.notBefore = verdict.notBefore
        state.retryAfter = verdict.retryAfter
    }

    /// Takes the document's news into account, and puts the next check where it is worth its request.
    mutating func plan(with planner: PollPlanner?, hearsHubs: Bool = false, now: Timestamp) {
        guard case .remote = record.feed.source, state.failures == 0, let notBefore = state.notBefore, failure == nil
        else { return }
        learn(now: now)
        guard var planner else { return }
        let next = planner.next(
            of: record.feed.id, record.feed.settings, &state.rhythm, after: now, notBefore: notBefore)
        let wishes = PollingInterval.Wishes(document: state.wishes)
        state.nextCheck = PollingInterval(settings: record.feed.settings).leaveSkipped(next, wishes)
        if next > notBefore { reason = .schedule }
        if hearsHubs { leaveToHub(now: now) }
    }

    /// Takes what is new for the feed's habit.
    mutating func learn(now: Timestamp) {
        gap = state.rhythm.learn(
            from: new.map(\.article), documentSize, hasKnown: isPush || isGapClosed || unchanged + revised.count > 0,
            at: now)
    }

    /// While a hub sends what is new, one poll a day is a safety net; unless the user set the feed's times.
    private mutating func leaveToHub(now: Timestamp) {
        guard record.feed.settings.interval == nil, let until = record.pushedUntil, let next = state.nextCheck else {
            return
        }
        let calm = min(now + PushRule.calm, until)
        if calm > next {
            state.nextCheck = calm
            reason = .push
        }
    }

    /// −1 to 1, of the feed and the moment: spreads the retries of feeds that failed together.
    private var jitter: Double {
        let mixed = UInt64(bitPattern: record.feed.id.rawValue ^ started.milliseconds) &* 0x9E37_79B9_7F4A_7C15
        return Double(mixed >> 11) / Double(1 << 52) - 1
    }
}

private enum PushRule {
    /// Between two polls of a feed whose hub sends what is new.
    static let calm: Duration = .seconds(86_400)
}

// MARK: - Redirects and reports

extension CycleDraft {
    private enum RedirectRule {
        /// A permanent redirect is believed after so many checks …
        static let checks = 3
        /// … over so long.
        static let span = Duration.seconds(48 * 3_600)
    }

    /// The stored address changes when all hops were permanent, on three checks over two days; from http to https of
    /// one host at once.
    private mutating func observeRedirect(_ facts: FetchFacts, now: Timestamp) {
        guard facts.allHopsPermanent, case .remote(let listed) = record.feed.source else {
            state.redirect = nil
            return
        }
        let target = facts.url
        let known = state.redirect.flatMap { $0.target == target ? $0 : nil }
        let since = known?.since ?? now
        let count = (known?.count ?? 0) + 1
        let isUpgrade = CycleDraft.isUpgrade(from: record.state.movedTo ?? listed, to: target)
        guard isUpgrade || (count >= RedirectRule.checks && now - since >= RedirectRule.span) else {
            state.redirect = (target, since, count)
            return
        }
        state.redirect = nil
        state.movedTo = target
        outcome = .moved
    }

    /// From http to https of one host.
    private static func isUpgrade(from old: String, to new: String) -> Bool {
        guard let old = try? WebAddress(old), let new = try? WebAddress(new) else { return false }
        return !old.isSecure && new.isSecure && old.host == new.host
    }

    func report(_ receipt: CycleReceipt) -> FeedReport {
        let told = Set(receipt.flagged)
        let facts = facts
        var report = FeedReport(
            feed: record.feed, title: facts.title, check: check, new: receipt.new.count,
            revised: receipt.revised.count, unchanged: unchanged, nextCheck: state.nextCheck, wasAsked: wasAsked,
            flagged: flags.filter { told.contains($0.match.id) }.map { flag in
                FlaggedArticle(
                    id: flag.match.id, topic: flag.topic.id, topicName: flag.topic.name,
                    severity: flag.match.severity, article: flag.article, feed: facts, match: flag.match.match)
            }, gap: gap)
        let raised = Set(receipt.alerts)
        for alert in alerts.map(\.alert) where raised.contains(alert.id) {
            report.alerts[alert.severity, default: 0] += 1
        }
        return report
    }

    func report(failed failure: Failure) -> FeedReport {
        FeedReport(
            feed: record.feed, title: facts.title,
            check: FeedCheck(
                feed: record.feed.id, started: started, outcome: .failed, status: status, bytes: bytes,
                failure: failure), new: 0, revised: 0, unchanged: 0, nextCheck: record.state.nextCheck,
            wasAsked: wasAsked, flagged: [])
    }
}
