import WireModel
import WireStore

/// A state in which no field is as in a new one.
func everyState(_ now: Timestamp) -> FeedState {
    var state = FeedState()
    state.validators = Validators(etag: [0x22, 0xFF, 0x00, 0x22], lastModified: [], url: "https://a.example/")
    state.bodyDigest = Digest(of: "body")
    state.movedTo = "https://b.example/"
    state.redirect = ("https://c.example/", now, 3)
    state.documentTitle = "Title"
    state.siteURL = "https://a.example/site"
    state.language = "en-GB"
    state.lastChecked = now
    state.lastSuccess = now - .seconds(1)
    state.nextCheck = now + .seconds(1)
    state.notBefore = now + .seconds(2)
    state.retryAfter = now + .seconds(3)
    state.failures = 4
    state.lastFailure = Failure(stage: .fetch, code: "timeout", message: "…", isRetryable: false)
    state.notFoundSince = now - .seconds(5)
    state.lastManualCheck = now - .seconds(6)
    state.unchangedWithoutValidator = 7
    state.wishes.timeToLive = .seconds(60)
    state.wishes.updatePeriod = .seconds(3_600)
    state.wishes.skippedHours = [0, 23]
    state.wishes.skippedDays = [6]
    state.isGone = true
    state.rhythm.advance(to: now - .seconds(7_200))
    state.rhythm.count([now - .seconds(90_000), now - .seconds(8_000)], documentSize: 20, at: now - .seconds(7_200))
    state.rhythm.note(delay: .seconds(300))
    state.rhythm.gap = FeedRhythm.Gap(from: now - .seconds(9_000), to: now)
    state.rhythm.plan = FeedRhythm.Plan(day: 20_000, minutes: [15, 600])
    state.push = PushSource(hub: "https://hub.example/", topic: "https://news.example/feed.xml")
    state.archives = [Digest(of: "a"), Digest(of: "b")]
    state.ambiguousIDs = Set((0..<FeedState.Limits.ambiguousIDs).map { Digest(of: "\($0)") })
    return state
}

/// An item that has everything.
func everyItem(_ now: Timestamp) -> Item {
    var item = Item(id: "tag:it,2026:'1'", idGenerated: true)
    item.idIsPermalink = false
    item.url = "https://a.example/1?x=ä"
    item.externalURL = "https://b.example/"
    item.title = "“Curly” & <plain>"
    item.titleHTML = "<b>“Curly”</b> &amp; &lt;plain&gt;"
    item.summary = "One two"
    item.summaryHTML = "<p>One</p><p>two</p>"
    item.summaryBreaks = [4]
    item.contentHTML = "<p>Long \u{1F600} text</p>"
    item.contentText = "Long \u{1F600} text\nof two lines"
    item.contentMarkdown = "*Long*"
    item.contentURL = "https://a.example/full"
    item.published = now - .milliseconds(1)
    item.updated = now
    item.authors = [
        Person(name: "A", email: "a@a.example", url: "https://a.example/a", avatarURL: "https://a.example/p")
    ]
    item.contributors = [Person(name: "C")]
    item.publisher = Person(name: "P")
    item.categories = [Category(term: "t", scheme: "s", label: "l")]
    var enclosure = Enclosure(url: "https://a.example/e.mp3")
    enclosure.type = "audio/mpeg"
    enclosure.length = 12_345
    enclosure.durationSeconds = 1.5
    item.enclosures = [enclosure]
    item.links = [
        Link(url: "https://a.example/l", rel: "related", type: "text/html", title: "T", language: "de", length: 9)
    ]
    item.image = Image(url: "https://a.example/i.png")
    item.bannerImageURL = "https://a.example/b.png"
    var media = Media()
    media.rating = "nonadult"
    media.keywords = ["k"]
    item.media = media
    item.commentsURL = "https://a.example/c"
    item.commentsFeedURL = "https://a.example/c.xml"
    item.commentsCount = 3
    item.inReplyTo = [Reply(id: "r", url: "https://a.example/r")]
    var source = Source()
    source.title = "Source"
    item.source = source
    item.language = "en-GB"
    item.geo = ["type": "Point", "coordinates": .array([.number(1.5), .integer(2)])]
    item.rights = "©"
    item.rightsHTML = "<b>©</b>"
    item.licenseURL = "https://l.example/"
    item.extensions = ["dc": ["audience": "all"]]
    return item
}
