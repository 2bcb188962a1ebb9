// The public JSON of items and their parts (docs/parse-output.md): no null, no empty string, lists always there.

/// Takes the members of an object, in the order of their keys. What is absent or empty is left out.
public protocol JSONMembers {
    mutating func set(_ key: String, _ value: String?)
    mutating func set(_ key: String, _ value: Int?)
    mutating func set(_ key: String, _ value: Double?)
    mutating func set(_ key: String, _ value: Bool?)
    mutating func set(_ key: String, _ value: Timestamp?)
    mutating func set(_ key: String, _ value: JSONValue?)
    mutating func set(_ key: String, object: (some JSONObject)?)
    mutating func list(_ key: String, _ values: [some JSONObject])
}

/// Is written as an object of JSON.
public protocol JSONObject {
    func write(to object: inout some JSONMembers)
}

extension JSONObject {
    public var json: JSONValue {
        var object = JSONObjectBuilder()
        write(to: &object)
        return object.value
    }
}

/// Collects the members of an object.
public struct JSONObjectBuilder: JSONMembers {
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
        if let value { members[key] = JSONValue(value) }
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

    public mutating func set(_ key: String, object: (some JSONObject)?) { set(key, object?.json) }

    public mutating func list(_ key: String, _ values: [some JSONObject]) { list(key, values.map(\.json)) }

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
        object.set("url", url)
        object.set("title", title)
        object.set("title_html", titleHTML)
        object.set("summary", summary)
        object.set("summary_html", summaryHTML)
        object.set("content_html", contentHTML)
        object.set("content_text", contentText)
        object.set("published", published)
        object.set("updated", updated)
        object.set("language", language)
        writeDetails(to: &object)
        return object.members
    }

    /// All that is not identity, text, time or language, as one line: what a store keeps as one value. Empty lists are left
    /// out; nil if nothing is left.
    public var detailsText: String? {
        var line = JSONLine()
        writeDetails(to: &line)
        return line.close()
    }

    private func writeDetails(to object: inout some JSONMembers) {
        object.list("authors", authors)
        object.set("banner_image_url", bannerImageURL)
        object.list("categories", categories)
        object.set("comments_count", commentsCount)
        object.set("comments_feed_url", commentsFeedURL)
        object.set("comments_url", commentsURL)
        object.set("content_markdown", contentMarkdown)
        object.set("content_url", contentURL)
        object.list("contributors", contributors)
        object.list("enclosures", enclosures)
        object.set("extensions", extensions.isEmpty ? nil : .object(extensions))
        object.set("external_url", externalURL)
        object.set("geo", geo)
        object.set("id_is_permalink", idIsPermalink)
        object.set("image", object: image)
        object.list("in_reply_to", inReplyTo)
        object.set("license_url", licenseURL)
        object.list("links", links)
        object.set("media", media?.json)
        object.set("publisher", object: publisher)
        object.set("rights", rights)
        object.set("rights_html", rightsHTML)
        object.set("source", source?.json)
    }
}

extension Person: JSONObject {
    public func write(to object: inout some JSONMembers) {
        object.set("avatar_url", avatarURL)
        object.set("email", email)
        object.set("name", name)
        object.set("url", url)
    }
}

extension Category: JSONObject {
    public func write(to object: inout some JSONMembers) {
        object.set("label", label)
        object.set("scheme", scheme)
        object.set("term", term)
    }
}

extension Link: JSONObject {
    public func write(to object: inout some JSONMembers) {
        object.set("language", language)
        object.set("length", length)
        object.set("rel", rel)
        object.set("title", title)
        object.set("type", type)
        object.set("url", url)
    }
}

extension Image: JSONObject {
    public func write(to object: inout some JSONMembers) {
        object.set("description", description)
        object.set("height", height)
        object.set("link_url", linkURL)
        object.set("time", time)
        object.set("title", title)
        object.set("url", url)
        object.set("width", width)
    }
}

extension Enclosure: JSONObject {
    public func write(to object: inout some JSONMembers) {
        object.set("bitrate", bitrate)
        object.set("duration_seconds", durationSeconds)
        object.set("height", height)
        object.set("is_default", isDefault)
        object.set("language", language)
        object.set("length", length)
        object.set("medium", medium)
        object.set("title", title)
        object.set("type", type)
        object.set("url", url)
        object.set("width", width)
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
        object.list("thumbnails", thumbnails)
        object.list("credits", credits)
        object.list("keywords", keywords.map(JSONValue.string))
        return object.value
    }
}

extension Media.Credit: JSONObject {
    public func write(to object: inout some JSONMembers) {
        object.set("name", name)
        object.set("role", role)
        object.set("scheme", scheme)
    }
}

extension Reply: JSONObject {
    public func write(to object: inout some JSONMembers) {
        object.set("id", id)
        object.set("source_url", sourceURL)
        object.set("type", type)
        object.set("url", url)
    }
}

extension Generator: JSONObject {
    public func write(to object: inout some JSONMembers) {
        object.set("name", name)
        object.set("url", url)
        object.set("version", version)
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
        object.set("image", object: image)
        object.set("icon", icon)
        object.set("generator", object: generator)
        object.list("authors", authors)
        object.list("contributors", contributors)
        object.list("categories", categories)
        object.list("links", links)
        return object.value
    }
}
