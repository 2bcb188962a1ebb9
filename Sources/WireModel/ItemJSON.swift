// The public JSON of items and their parts (docs/parse-output.md): no null, no empty string, lists always there.

/// Collects the members of an object and leaves out what is absent.
public struct JSONObjectBuilder {
    public private(set) var members: [String: JSONValue] = [:]

    public init() {}

    public mutating func set(_ key: String, _ value: String?) {
        if let value, !value.isEmpty { members[key] = .string(value) }
    }

    public mutating func set(_ key: String, _ value: Int?) {
        if let value { members[key] = .integer(Int64(value)) }
    }

    /// Whole numbers are written without a point.
    public mutating func set(_ key: String, _ value: Double?) {
        guard let value else { return }
        members[key] = Int64(exactly: value).map(JSONValue.integer) ?? .number(value)
    }

    public mutating func set(_ key: String, _ value: Bool?) {
        if let value { members[key] = .bool(value) }
    }

    public mutating func set(_ key: String, _ value: Timestamp?) {
        if let value { members[key] = .string(value.description) }
    }

    /// An empty object is left out.
    public mutating func set(_ key: String, _ value: JSONValue?) {
        guard let value, value != .null, value != .object([:]) else { return }
        members[key] = value
    }

    /// A list, also if empty.
    public mutating func list(_ key: String, _ values: [JSONValue]) { members[key] = .array(values) }

    public var value: JSONValue { .object(members) }
}

extension Item {
    public var json: JSONValue { .object(jsonMembers) }

    /// The members of `json`, for objects that say more about an item.
    public var jsonMembers: [String: JSONValue] {
        var object = JSONObjectBuilder()
        object.set("id", id)
        object.set("id_generated", idGenerated)
        object.set("id_is_permalink", idIsPermalink)
        object.set("url", url)
        object.set("external_url", externalURL)
        object.set("title", title)
        object.set("title_html", titleHTML)
        object.set("summary", summary)
        object.set("summary_html", summaryHTML)
        object.set("content_html", contentHTML)
        object.set("content_text", contentText)
        object.set("content_markdown", contentMarkdown)
        object.set("content_url", contentURL)
        object.set("published", published)
        object.set("updated", updated)
        object.set("language", language)
        setDetails(in: &object)
        return object.members
    }

    /// All that is not identity, text, time or language: what a store keeps as one value.
    public var details: JSONValue {
        var object = JSONObjectBuilder()
        setDetails(in: &object)
        object.set("external_url", externalURL)
        object.set("content_markdown", contentMarkdown)
        object.set("content_url", contentURL)
        object.set("id_is_permalink", idIsPermalink)
        return object.value
    }

    private func setDetails(in object: inout JSONObjectBuilder) {
        object.list("authors", authors.map(\.json))
        object.list("contributors", contributors.map(\.json))
        object.set("publisher", publisher?.json)
        object.list("categories", categories.map(\.json))
        object.list("enclosures", enclosures.map(\.json))
        object.list("links", links.map(\.json))
        object.set("image", image?.json)
        object.set("banner_image_url", bannerImageURL)
        object.set("media", media?.json)
        object.set("comments_url", commentsURL)
        object.set("comments_feed_url", commentsFeedURL)
        object.set("comments_count", commentsCount)
        object.list("in_reply_to", inReplyTo.map(\.json))
        object.set("source", source?.json)
        object.set("geo", geo)
        object.set("rights", rights)
        object.set("rights_html", rightsHTML)
        object.set("license_url", licenseURL)
        object.set("extensions", .object(extensions))
    }
}

extension Person {
    public var json: JSONValue {
        var object = JSONObjectBuilder()
        object.set("name", name)
        object.set("email", email)
        object.set("url", url)
        object.set("avatar_url", avatarURL)
        return object.value
    }
}

extension Category {
    public var json: JSONValue {
        var object = JSONObjectBuilder()
        object.set("term", term)
        object.set("scheme", scheme)
        object.set("label", label)
        return object.value
    }
}

extension Link {
    public var json: JSONValue {
        var object = JSONObjectBuilder()
        object.set("url", url)
        object.set("rel", rel)
        object.set("type", type)
        object.set("title", title)
        object.set("language", language)
        object.set("length", length)
        return object.value
    }
}

extension Image {
    public var json: JSONValue {
        var object = JSONObjectBuilder()
        object.set("url", url)
        object.set("title", title)
        object.set("link_url", linkURL)
        object.set("description", description)
        object.set("width", width)
        object.set("height", height)
        object.set("time", time)
        return object.value
    }
}

extension Enclosure {
    public var json: JSONValue {
        var object = JSONObjectBuilder()
        object.set("url", url)
        object.set("type", type)
        object.set("length", length)
        object.set("title", title)
        object.set("duration_seconds", durationSeconds)
        object.set("medium", medium)
        object.set("language", language)
        object.set("width", width)
        object.set("height", height)
        object.set("bitrate", bitrate)
        object.set("is_default", isDefault)
        return object.value
    }
}

extension Media {
    public var json: JSONValue {
        if self == Media() { return .object([:]) }
        var object = JSONObjectBuilder()
        object.set("title", title)
        object.set("description", description)
        object.set("caption", caption)
        object.set("rating", rating)
        object.set("player_url", playerURL)
        object.list("thumbnails", thumbnails.map(\.json))
        object.list("credits", credits.map(\.json))
        object.list("keywords", keywords.map(JSONValue.string))
        return object.value
    }
}

extension Media.Credit {
    var json: JSONValue {
        var object = JSONObjectBuilder()
        object.set("name", name)
        object.set("role", role)
        object.set("scheme", scheme)
        return object.value
    }
}

extension Reply {
    var json: JSONValue {
        var object = JSONObjectBuilder()
        object.set("id", id)
        object.set("url", url)
        object.set("type", type)
        object.set("source_url", sourceURL)
        return object.value
    }
}

extension Generator {
    public var json: JSONValue {
        var object = JSONObjectBuilder()
        object.set("name", name)
        object.set("url", url)
        object.set("version", version)
        return object.value
    }
}

extension Source {
    public var json: JSONValue {
        if self == Source() { return .object([:]) }
        var object = JSONObjectBuilder()
        object.set("id", id)
        object.set("title", title)
        object.set("url", url)
        object.set("feed_url", feedURL)
        object.set("description", description)
        object.set("updated", updated)
        object.set("rights", rights)
        object.set("language", language)
        object.set("image", image?.json)
        object.set("icon", icon)
        object.set("generator", generator?.json)
        object.list("authors", authors.map(\.json))
        object.list("contributors", contributors.map(\.json))
        object.list("categories", categories.map(\.json))
        object.list("links", links.map(\.json))
        return object.value
    }
}
