import WireModel
import WireRules
import WireStore
import WireStories

/// Decides which matches of a check people are told of, and by which channels. Pure, but for the ids.
///
/// Without channels nothing is raised: no alert is made and nothing of this costs a check anything.
struct AlertRaiser: Sendable {
    /// A match of a check.
    struct Flag: Sendable {
        let match: NewMatch
        let topic: Topic
        let article: Article
    }

    /// What an alert has to know of the check that raises it.
    struct Occasion: Sendable {
        let feed: FeedFacts
        /// Whether no earlier check of the feed brought a document, however many failed.
        let isFirst: Bool
        let now: Timestamp
    }

    let routing: AlertRouting
    let ids: IDSource

    /// - Parameter document: all items of the document; asked for only if texts are to be compared.
    func alerts(of flags: [Flag], _ occasion: Occasion, document: () -> [Item]) -> [NewAlert] {
        if routing.routes.isEmpty { return [] }
        let verdicts = flags.map { verdict(on: $0, occasion) }
        let texts = texts(of: zip(flags, verdicts).filter { $1.muting == nil }.map(\.0), document)
        return zip(flags, verdicts).map { flag, verdict in
            alert(flag, verdict, text: texts[flag.article.id], occasion)
        }
    }

    private typealias Verdict = (channels: [String], muting: Alert.Muting?)

    private func verdict(on flag: Flag, _ occasion: Occasion) -> Verdict {
        if occasion.isFirst { return ([], .firstFetch) }
        let item = flag.article.item
        let date = item.published ?? item.updated ?? flag.article.seen
        if let most = flag.topic.maxAge, occasion.now - date > most { return ([], .tooOld) }
        let channels = routing.channels(for: flag.topic, feed: occasion.feed)
        return (channels, channels.isEmpty ? .unrouted : nil)
    }

    private func alert(_ flag: Flag, _ verdict: Verdict, text: Digest?, _ occasion: Occasion) -> NewAlert {
        let id: AlertID = ids.next(at: occasion.now)
        let alert = Alert(
            id: id, match: flag.match.id, article: flag.article.id, revision: flag.article.revision,
            topic: flag.topic.id, topicName: flag.topic.name, feed: flag.article.feed, severity: flag.topic.severity,
            textGroup: text, created: occasion.now, muting: verdict.muting)
        let group = routing.group(topic: flag.topic.id, textGroup: text, alert: id, feed: occasion.feed)
        return NewAlert(alert, deliveries: deliveries(.alert(id), to: verdict.channels, group, occasion.now))
    }

    private func deliveries(
        _ subject: DeliverySubject, to channels: [String], _ group: String, _ now: Timestamp
    ) -> [Delivery] {
        channels.map {
            Delivery(id: ids.next(at: now), subject: subject, channel: $0, group: group, created: now)
        }
    }

    /// The text groups of the flagged articles. A text that stands under several titles of one document is what the feed
    /// says of everything, and no news.
    private func texts(of flags: [Flag], _ document: () -> [Item]) -> [ArticleID: Digest] {
        var texts: [ArticleID: Digest] = [:]
        for article in flags.map(\.article) where texts[article.id] == nil {
            texts[article.id] = TextGroup.of(article.item)
        }
        if texts.isEmpty { return [:] }
        var titles: [Digest: Set<String?>] = [:]
        for item in document() {
            if let text = TextGroup.of(item) { titles[text, default: []].insert(item.title) }
        }
        return texts.filter { titles[$0.value].map { $0.count < 2 } ?? true }
    }
}

// MARK: - Notices

extension AlertRaiser {
    /// What a new feed's first document brought: said once, in place of its alerts.
    func firstNotice(of feed: Feed, articles: Int, flags: [Flag], _ occasion: Occasion) -> NewNotice? {
        guard occasion.isFirst else { return nil }
        var counts: [String: Int] = [:]
        for flag in flags { counts[flag.topic.name, default: 0] += 1 }
        let topics = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key) \($0.value)" }
        let flagged = Set(flags.map(\.article.id)).count
        let found = topics.isEmpty ? "no topic is met" : "\(flagged) flagged (\(topics.joined(separator: ", ")))"
        return notice(
            .feedFirst, feed, title: "New feed: \(occasion.feed.title ?? feed.address)",
            text: "\(feed.address): \(counted(articles, "article")), \(found). "
                + "What stood there before it was watched rings no alarm; from now on it does.", occasion.now)
    }

    /// The feed had rolled on past what was known.
    func gapNotice(of feed: Feed, _ gap: FeedRhythm.Gap, _ occasion: Occasion) -> NewNotice? {
        notice(
            .feedGap, feed, title: "Gap in feed: \(occasion.feed.title ?? feed.address)",
            text: "\(feed.address): nothing in the document was known any more. What was published between \(gap.from) "
                + "and \(gap.to) may be missing. If this comes again, give the feed a shorter `interval`.", occasion.now
        )
    }

    private func notice(
        _ kind: Notice.Kind, _ feed: Feed, title: String, text: String, _ now: Timestamp
    ) -> NewNotice? {
        let channels = routing.noticeChannels
        if channels.isEmpty { return nil }
        let notice = Notice(
            id: ids.next(at: now), kind: kind, subject: feed.address, title: title, text: text, created: now)
        let group = AlertRouting.group(of: kind, subject: feed.address)
        return NewNotice(notice, deliveries: deliveries(.notice(notice.id), to: channels, group, now))
    }
}
