// Reads items back from their JSON: what the store kept as details, and articles of JSON Lines. Tolerant: unknown keys
// and values of the wrong type are left out.

extension Item {
    /// Reads what `json` wrote, or an article of that shape; nil if it is no object. Without an id one is made: the
    /// `url`, else the first enclosure's, else a digest of title and text.
    ///
    /// HTML is taken as it is: the caller makes plain text of `content_html` where `content_text` is missing.
    public init?(json: JSONValue) {
        guard case .object = json else { return nil }
        self.init(id: "")
        url = json.text("url")
        title = json.text("title")
        titleHTML = json.text("title_html")
        summary = json.text("summary")
        summaryHTML = json.text("summary_html")
        contentHTML = json.text("content_html")
        contentText = json.text("content_text")
        published = json.time("published")
        updated = json.time("updated")
        language = json.text("language")
        readDetails(json)
        if let id = json.text("id") ?? json["id"]?.integer.map(String.init) {
            self.id = id
            idGenerated = json["id_generated"]?.bool ?? false
        } else {
            idGenerated = true
            let parts = [title ?? "", published?.description ?? "", contentText ?? contentHTML ?? summary ?? ""]
            id =
                url ?? enclosures.first?.url
                ?? "sha256:" + SHA256Hasher.hexadecimal(of: Array(parts.joined(separator: "\u{0}").utf8))
        }
    }

    /// Sets what `details` wrote.
    public mutating func readDetails(_ json: JSONValue) {
        authors = json.list("authors", Person.init(json:))
        contributors = json.list("contributors", Person.init(json:))
        publisher = json["publisher"].flatMap(Person.init(json:))
        categories = json.list("categories", Category.init(json:))
        enclosures = json.list("enclosures", Enclosure.init(json:))
        links = json.list("links", Link.init(json:))
        image = json["image"].flatMap(Image.init(json:))
        bannerImageURL = json.text("banner_image_url")
        media = json["media"].flatMap(Media.init(json:))
        commentsURL = json.text("comments_url")
        commentsFeedURL = json.text("comments_feed_url")
        commentsCount = json.count("comments_count")
        inReplyTo = json.list("in_reply_to", Reply.init(json:))
        source = json["source"].flatMap(Source.init(json:))
        geo = json["geo"].flatMap { $0.object == nil ? nil : $0 }
        rights = json.text("rights")
        rightsHTML = json.text("rights_html")
        licenseURL = json.text("license_url")
        extensions = json["extensions"]?.object ?? [:]
        externalURL = json.text("external_url")
        contentMarkdown = json.text("content_markdown")
        contentURL = json.text("content_url")
        idIsPermalink = json["id_is_permalink"]?.bool
    }
}

extension Person {
    /// An object as `json` writes it, or a bare name.
    init?(json: JSONValue) {
        if let name = json.string, !name.isEmpty {
            self.init(name: name)
            return
        }
        self.init(
            name: json.text("name"), email: json.text("email"), url: json.text("url"),
            avatarURL: json.text("avatar_url"))
        if self == Person() { return nil }
    }
}

extension Category {
    /// An object as `json` writes it, or a bare term.
    init?(json: JSONValue) {
        guard let term = json.text("term") ?? json.text("label") ?? json.string, !term.isEmpty else { return nil }
        self.init(term: term, scheme: json.text("scheme"), label: json.text("label"))
    }
}

extension Link {
    init?(json: JSONValue) {
        guard let url = json.text("url") else { return nil }
        self.init(
            url: url, rel: json.text("rel") ?? "alternate", type: json.text("type"), title: json.text("title"),
            language: json.text("language"), length: json.count("length"))
    }
}

extension Image {
    /// An object as `json` writes it, or a bare address.
    init?(json: JSONValue) {
        guard let url = json.text("url") ?? json.string, !url.isEmpty else { return nil }
        self.init(url: url)
        title = json.text("title")
        linkURL = json.text("link_url")
        description = json.text("description")
        width = json.count("width")
        height = json.count("height")
        time = json.text("time")
    }
}

extension Enclosure {
    init?(json: JSONValue) {
        guard let url = json.text("url") else { return nil }
        self.init(url: url)
        type = json.text("type")
        length = json.count("length")
        title = json.text("title")
        durationSeconds = json["duration_seconds"]?.double
        medium = json.text("medium")
        language = json.text("language")
        width = json.count("width")
        height = json.count("height")
        bitrate = json["bitrate"]?.double
        isDefault = json["is_default"]?.bool
    }
}

extension Media {
    init?(json: JSONValue) {
        self.init()
        title = json.text("title")
        description = json.text("description")
        caption = json.text("caption")
        rating = json.text("rating")
        playerURL = json.text("player_url")
        thumbnails = json.list("thumbnails", Image.init(json:))
        credits = json.list("credits") { credit in
            credit.text("name").map {
                Credit(name: $0, role: credit.text("role"), scheme: credit.text("scheme"))
            }
        }
        keywords = json.list("keywords", \.string)
        if self == Media() { return nil }
    }
}

extension Reply {
    init?(json: JSONValue) {
        self.init(
            id: json.text("id"), url: json.text("url"), type: json.text("type"), sourceURL: json.text("source_url"))
        if self == Reply() { return nil }
    }
}

extension Generator {
    init?(json: JSONValue) {
        self.init(name: json.text("name"), url: json.text("url"), version: json.text("version"))
        if self == Generator() { return nil }
    }
}

extension Source {
    init?(json: JSONValue) {
        self.init()
        id = json.text("id")
        title = json.text("title")
        url = json.text("url")
        feedURL = json.text("feed_url")
        description = json.text("description")
        updated = json.time("updated")
        rights = json.text("rights")
        language = json.text("language")
        image = json["image"].flatMap(Image.init(json:))
        icon = json.text("icon")
        generator = json["generator"].flatMap(Generator.init(json:))
        authors = json.list("authors", Person.init(json:))
        contributors = json.list("contributors", Person.init(json:))
        categories = json.list("categories", Category.init(json:))
        links = json.list("links", Link.init(json:))
        if self == Source() { return nil }
    }
}

extension JSONValue {
    /// A member that is a text with something in it.
    fileprivate func text(_ key: String) -> String? {
        guard let text = self[key]?.string, !text.isEmpty else { return nil }
        return text
    }

    fileprivate func count(_ key: String) -> Int? { self[key]?.integer.flatMap { $0 < 0 ? nil : Int(exactly: $0) } }

    fileprivate func time(_ key: String) -> Timestamp? { self[key]?.string.flatMap(Timestamp.init(rfc3339:)) }

    fileprivate func list<Element>(_ key: String, _ read: (JSONValue) -> Element?) -> [Element] {
        self[key]?.array?.compactMap(read) ?? []
    }
}
