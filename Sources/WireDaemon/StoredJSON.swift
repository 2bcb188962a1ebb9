public import WireModel
public import WireStore

extension StoredArticle {
    /// The article's JSON with its matches; with the match of a search as `match`.
    public func json(match: Match? = nil) -> JSONValue {
        var members = article.json(feed: feed).object ?? [:]
        members["matches"] = .array(matches.map(\.json))
        if let match { members["match"] = match.json }
        return .object(members)
    }
}

extension StoredMatch {
    /// The match as `topics.md` shows it, with its id, severity and the revision that met the topic.
    public var json: JSONValue {
        var members = match.json.object ?? [:]
        members["id"] = .string(id.description)
        members["revision"] = .integer(Int64(revision))
        members["severity"] = .string(severity.rawValue)
        return .object(members)
    }
}

extension ArticleHistory {
    /// The current article with its earlier revisions, oldest first.
    public var json: JSONValue {
        var members = current.json().object ?? [:]
        members["revisions"] = .array(
            earlier.map { revision in
                var item = revision.item.jsonMembers
                item["revision"] = .integer(Int64(revision.number))
                item["seen"] = .string(revision.seen.description)
                return .object(item)
            })
        return .object(members)
    }
}

extension StoreStatistics {
    public var json: JSONValue {
        var object = JSONObjectBuilder()
        object.set("feeds", feeds)
        object.set("listed_feeds", listedFeeds)
        object.set("articles", articles)
        object.set("forgotten", forgotten)
        object.set("revisions", revisions)
        object.set("matches", matches)
        object.set("unindexed", unindexed)
        object.set("oldest", oldest)
        object.set("newest", newest)
        object.set("bytes", bytes)
        object.set("free_bytes", freeBytes)
        object.set("schema_version", schemaVersion)
        object.set("path", path)
        return object.value
    }
}
