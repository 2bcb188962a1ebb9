extension Article {
    /// The item's JSON with what we know beside it: `article_id`, `feed`, `seen`, `revision`.
    public func json(feed: FeedFacts) -> JSONValue {
        var members = item.jsonMembers
        members["article_id"] = .string(id.description)
        members["feed"] = feed.json
        members["revision"] = .integer(Int64(revision))
        members["seen"] = .string(seen.description)
        return .object(members)
    }
}

extension FeedFacts {
    public var json: JSONValue {
        var object = JSONObjectBuilder()
        object.set("url", url)
        object.set("title", title)
        object.set("folder", folder)
        object.set("language", language)
        object.set("country", country)
        return object.value
    }

    /// Reads what `json` wrote; anything else is left out.
    public init(json: JSONValue) {
        self.init(
            url: json["url"]?.string, title: json["title"]?.string, folder: json["folder"]?.string,
            language: json["language"]?.string, country: json["country"]?.string)
    }
}
