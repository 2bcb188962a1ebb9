import WireAlerts
import WireModel

/// Messages for the tests of channels.
enum MailSamples {
    static let now = Timestamp(year: 2026, month: 3, day: 1, hour: 12)

    static func item(
        _ title: String, sentence: String? = nil, marking words: [String] = [], topic: String = "floods",
        topicName: String = "Floods", severity: Severity = .high, url: String? = "https://news.example/a",
        number: Int64 = 1
    ) -> AlertMessage.Item {
        var item = Item(id: "urn:\(number)")
        item.title = title
        item.url = url
        item.contentText = sentence.map { "Before it. " + $0 + " After it." }
        item.published = now - .seconds(3_600)
        var spans: [Span] = []
        for (field, text) in [("title", title), ("content", item.contentText ?? "")] {
            for word in words {
                guard let range = text.firstRange(of: word) else { continue }
                let offset = text.utf8.distance(from: text.startIndex, to: range.lowerBound)
                spans.append(Span(field: field, offset: offset, length: word.utf8.count, text: word))
            }
        }
        let match = Match(
            topic: topic, queryHash: "sha256:0", score: 1, sentence: sentence ?? title,
            clauses: [MatchedClause(clause: "river NEAR/9 flood*", spans: spans)])
        let article = Article(id: ArticleID(rawValue: number), feed: FeedID(rawValue: 1), item: item, seen: now)
        let feed = FeedFacts(url: "https://news.example/feed", title: "Example News", folder: "local")
        let flagged = FlaggedArticle(
            id: MatchID(rawValue: number), topic: topic, topicName: topicName, severity: severity, article: article,
            feed: feed, match: match)
        let alert = Alert(
            id: AlertID(rawValue: number), match: flagged.id, article: article.id, revision: 1, topic: topic,
            topicName: topicName, feed: article.feed, severity: severity, created: now)
        return AlertMessage.Item(alert, flagged)
    }

    static func message(
        _ items: [AlertMessage.Item], id: String = "msg_01ARZ3NDEKTSV4RRFFQ69G5FAV", kind: MessageKind = .alert,
        count: Int = 0, notice: Notice? = nil, group: String = "topic=floods", created: Timestamp = now,
        isFlood: Bool = false, isRepetition: Bool = false, link: String? = nil
    ) -> AlertMessage {
        AlertMessage(
            id: MessageID(rawValue: id), kind: kind, created: created, channel: "desk", group: group, items: items,
            count: count, notice: notice, isFlood: isFlood, isRepetition: isRepetition, link: link)
    }

    /// A message as a newsroom gets it.
    static let typical = message(
        [
            item(
                "River bursts its banks, three villages flooded",
                sentence: "The river Ouse rose by two metres overnight and flooded the lower town, the council said.",
                marking: ["River", "river", "flooded"], severity: .urgent),
            item(
                "Überschwemmung: Pegel des Rheins steigt weiter",
                sentence: "In Köln wurde der Pegel am Morgen mit neun Metern gemessen – die Altstadt ist überflutet.",
                marking: ["Rheins", "überflutet"], number: 2),
            item(
                "فيضان النهر يغمر القرى", sentence: "قال المجلس إن النهر غمر ثلاث قرى خلال الليل.", marking: ["النهر"],
                severity: .normal, number: 3),
            item(
                "Council <b>denies</b> \"flood\" warning & blames 'weather' 🌊👩‍👩‍👧‍👦",
                sentence: "A spokesman said that no flood warning was given.", marking: ["flood"], severity: .low,
                number: 4),
        ], count: 27, link: "https://wirewatch.example/topics/floods")
}
