import Testing
import WireModel
import WireStore

@testable import WirePipeline

/// Which matches ring, where, and what is said in place of those that do not.
@Suite("Raising alerts")
struct AlertRaiserTests {
    private let now = Timestamp(year: 2026, month: 3, day: 2, hour: 10)
    private let ids = IDSource()
    private static let wire = """
        The river Arden burst its banks early on Tuesday and flooded 1,200 homes in three villages, the regional \
        government said, after 84.5 millimetres of rain had fallen in six hours; nobody was hurt, but two bridges and \
        the line to the coast remain closed.
        """

    // MARK: - One line for each thing that a test needs

    private func raiser(_ routes: AlertRouting.Route..., groupBy: [AlertRouting.GroupField] = [.topic]) -> AlertRaiser {
        AlertRaiser(routing: AlertRouting(routes: routes, groupBy: groupBy), ids: ids)
    }

    private func route(
        _ channel: String, isDefault: Bool = true, topics: [String]? = nil, severity: Severity = .low,
        feeds: [String]? = nil
    ) -> AlertRouting.Route {
        AlertRouting.Route(channel: channel, isDefault: isDefault, topics: topics, severity: severity, feeds: feeds)
    }

    private func topic(
        _ id: String = "floods", severity: Severity = .normal, notify: [String]? = nil,
        maxAge: Duration? = .seconds(7 * 86_400)
    ) -> Topic {
        Topic(id: id, name: id, query: "flood*", severity: severity, notify: notify, maxAge: maxAge)
    }

    private func article(
        _ title: String = "Floods", text: String = "Floods in the north.", published: Timestamp? = nil,
        seen: Timestamp? = nil, feed: Int64 = 1, id: ArticleID? = nil, revision: Int = 1
    ) -> Article {
        var item = Item(id: title)
        item.title = title
        item.contentText = text
        item.published = published
        return Article(
            id: id ?? ids.next(at: now), feed: FeedID(rawValue: feed), item: item, seen: seen ?? now,
            revision: revision)
    }

    private func flag(_ article: Article, _ topic: Topic? = nil) -> AlertRaiser.Flag {
        let topic = topic ?? self.topic()
        let match = Match(topic: topic.id, queryHash: "sha256:0", score: 1, sentence: nil, clauses: [])
        return AlertRaiser.Flag(
            match: NewMatch(
                match, id: ids.next(at: now), article: article.id, revision: article.revision,
                severity: topic.severity), topic: topic, article: article)
    }

    private func occasion(_ feed: FeedFacts = FeedFacts(), isFirst: Bool = false) -> AlertRaiser.Occasion {
        AlertRaiser.Occasion(feed: feed, isFirst: isFirst, now: now)
    }

    private func alerts(
        _ raiser: AlertRaiser, _ flags: [AlertRaiser.Flag], _ occasion: AlertRaiser.Occasion? = nil,
        document: [Item] = []
    ) -> [NewAlert] {
        raiser.alerts(of: flags, occasion ?? self.occasion()) { document + flags.map(\.article.item) }
    }

    // MARK: - Who hears

    @Test("Without channels nothing is raised, and no document is read")
    func noChannels() {
        let raised = raiser().alerts(of: [flag(article())], occasion()) {
            Issue.record("the document was asked for")
            return []
        }
        #expect(raised.isEmpty)
    }

    @Test("An alert goes once to every channel that takes it")
    func channels() throws {
        let raiser = raiser(route("mail"), route("chat"), route("other", isDefault: false))
        let raised = try #require(alerts(raiser, [flag(article())]).first)
        #expect(raised.alert.muting == nil && raised.alert.created == now)
        #expect(raised.deliveries.map(\.channel) == ["mail", "chat"])
        #expect(Set(raised.deliveries.map(\.id)).count == 2)
        #expect(raised.deliveries.allSatisfy { $0.subject == .alert(raised.alert.id) && $0.group == "topic=floods" })
    }

    @Test("Severity, topic and feed of a route each keep an alert from it")
    func routes() {
        let raiser = raiser(
            route("loud", severity: .high), route("other-topic", topics: ["strikes"]),
            route("folder", feeds: ["folder/world"]), route("named", isDefault: false))
        let cases: [(Topic, FeedFacts, [String])] = [
            (topic(severity: .urgent), FeedFacts(), ["loud"]), (topic("strikes"), FeedFacts(), ["other-topic"]),
            (topic(), FeedFacts(folder: "world/europe"), ["folder"]),
            (topic(notify: ["named"]), FeedFacts(folder: "world"), ["named"]),
        ]
        for (topic, feed, expected) in cases {
            let raised = alerts(raiser, [flag(article(), topic)], occasion(feed))
            #expect(raised.flatMap(\.deliveries).map(\.channel) == expected, "\(topic.id) \(topic.severity)")
        }
    }

    @Test("An alert that no channel takes is kept, and says so")
    func unrouted() throws {
        let raised = try #require(alerts(raiser(route("loud", severity: .urgent)), [flag(article())]).first)
        #expect(raised.alert.muting == .unrouted && raised.deliveries.isEmpty)
    }

    @Test("Story, feed and folder make groups of their own")
    func groups() throws {
        let raiser = raiser(route("mail"), groupBy: [.story, .feed, .folder])
        let feed = FeedFacts(url: "https://news.example/rss", folder: "world")
        let raised = alerts(
            raiser,
            [flag(article("A", text: AlertRaiserTests.wire)), flag(article("B", text: "Short.")), flag(article("C"))],
            occasion(feed))
        let groups = raised.flatMap(\.deliveries).map(\.group)
        #expect(Set(groups).count == 3)
        #expect(groups.allSatisfy { $0.hasSuffix(",feed=https://news.example/rss,folder=world") })
        // A text too short to tell is a story of its own: the alert's.
        #expect(groups[1].hasPrefix("story=\(raised[1].alert.id),"))
    }

    // MARK: - What does not ring

    @Test("The first document of a feed rings nothing and gives one notice")
    func firstFetch() throws {
        let raiser = raiser(route("mail"), route("chat"))
        let both = article("Floods and strikes")
        let flags = [
            flag(both), flag(both, topic("strikes", severity: .urgent)), flag(article("More floods")),
        ]
        let raised = alerts(raiser, flags, occasion(isFirst: true))
        #expect(raised.map(\.alert.muting) == [.firstFetch, .firstFetch, .firstFetch])
        #expect(raised.allSatisfy { $0.deliveries.isEmpty })

        let feed = Feed(
            id: FeedID(rawValue: 1), address: "https://news.example/rss",
            source: .remote(url: "https://news.example/rss"))
        let notice = try #require(raiser.firstNotice(of: feed, articles: 40, flags: flags, occasion(isFirst: true)))
        #expect(notice.notice.kind == .feedFirst && notice.notice.subject == feed.address)
        #expect(notice.notice.text.contains("40 articles, 2 flagged (floods 2, strikes 1)"))
        #expect(notice.deliveries.map(\.channel) == ["mail", "chat"])
        #expect(raiser.firstNotice(of: feed, articles: 40, flags: flags, occasion()) == nil)
    }

    @Test("Notices of many new feeds share a group, those of gaps do not")
    func noticeGroups() throws {
        let raiser = raiser(route("mail"))
        let feeds = (1...2).map { number in
            let url = "https://\(number).example/rss"
            return Feed(id: FeedID(rawValue: Int64(number)), address: url, source: .remote(url: url))
        }
        let first = feeds.compactMap { raiser.firstNotice(of: $0, articles: 1, flags: [], occasion(isFirst: true)) }
        #expect(Set(first.flatMap(\.deliveries).map(\.group)).count == 1)
        let gap = FeedRhythm.Gap(from: now - .seconds(3_600), to: now)
        let gaps = feeds.compactMap { raiser.gapNotice(of: $0, gap, occasion()) }
        #expect(Set(gaps.flatMap(\.deliveries).map(\.group)).count == 2)
        #expect(gaps.allSatisfy { $0.notice.kind == .feedGap && $0.notice.text.contains("\(gap.from)") })
    }

    @Test("What was published too long ago does not ring; the time first seen stands in for a missing one")
    func maxAge() {
        let raiser = raiser(route("mail"))
        let day = Duration.seconds(86_400)
        let cases: [(Article, Topic, Alert.Muting?)] = [
            (article(published: now - day * 8), topic(), .tooOld),
            (article(published: now - day * 7), topic(), nil),
            (article(published: now - day * 8), topic(maxAge: nil), nil),
            (article(published: now - day * 2), topic(maxAge: day), .tooOld),
            (article(published: nil, seen: now), topic(), nil),
            (article(published: nil, seen: now - day * 8), topic(), .tooOld),
            // A date in the future is a wrong one, and no reason to be silent.
            (article(published: now + day * 400), topic(), nil),
        ]
        for (article, topic, muting) in cases {
            #expect(alerts(raiser, [flag(article, topic)]).map(\.alert.muting) == [muting])
        }
    }

    // MARK: - The same text

    @Test("The same text has one name in two feeds, under other titles and with an agency's dateline")
    func sameText() {
        let raiser = raiser(route("mail"))
        let one = alerts(raiser, [flag(article("River floods villages", text: AlertRaiserTests.wire))])
        let two = alerts(
            raiser,
            [flag(article("1,200 homes under water", text: "LONDON (Reuters) - " + AlertRaiserTests.wire, feed: 2))])
        #expect(one[0].alert.textGroup != nil)
        #expect(one[0].alert.textGroup == two[0].alert.textGroup)
        let other = AlertRaiserTests.wire.replacing("1,200", with: "1,300")
        #expect(alerts(raiser, [flag(article("F", text: other))])[0].alert.textGroup != one[0].alert.textGroup)
    }

    @Test("What a feed says under every title is no text to tell articles by")
    func boilerplate() {
        let raiser = raiser(route("mail"))
        let flags = ["Floods in the north", "Floods in the south"].map {
            flag(article($0, text: AlertRaiserTests.wire))
        }
        #expect(alerts(raiser, flags).map(\.alert.textGroup) == [nil, nil])
        // Also if the other title is of an article that nobody watches.
        let unwatched = article("Football", text: AlertRaiserTests.wire).item
        #expect(alerts(raiser, [flags[0]], document: [unwatched]).map(\.alert.textGroup) == [nil])
        // One article listed twice is still one text.
        #expect(alerts(raiser, [flags[0]], document: [flags[0].article.item])[0].alert.textGroup != nil)
    }

    @Test("An edit raises an alert of its own, named by its revision")
    func edits() {
        let raiser = raiser(route("mail"))
        let first = article()
        let edited = article(text: "Floods in the south.", id: first.id, revision: 2)
        let raised = alerts(raiser, [flag(first)]) + alerts(raiser, [flag(edited)])
        #expect(raised.map(\.alert.article) == [first.id, first.id])
        #expect(raised.map(\.alert.revision) == [1, 2])
    }
}
