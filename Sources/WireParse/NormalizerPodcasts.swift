import WireModel

/// The vocabularies of podcasts: `itunes` with `googleplay`, `podcast`, `psc`.
extension ValueReader {
    mutating func podcastFeed(_ elements: [RawElement]) -> JSONValue? {
        guard elements.has(.itunes) || elements.has(.googleplay) else { return nil }
        var object = podcastShared(elements)
        object.set("owner", elements.all(.itunes, "owner").lazy.compactMap(ValueReader.owner).first?.json)
        object.set("complete", ValueReader.yes(elements.text(.itunes, "complete")))
        object.set("type", podcastText(elements, "type"))
        if let element = elements.first(.itunes, "new-feed-url") ?? elements.first(.googleplay, "new-feed-url") {
            object.set("new_feed_url", url(element.text, of: element))
        }
        var categories = ValueReader.categoryPaths(elements, .itunes)
        if categories.isEmpty { categories = ValueReader.categoryPaths(elements, .googleplay) }
        guard !object.members.isEmpty || !categories.isEmpty else { return keywordsOnly(elements) }
        object.list(
            "categories", categories.withoutDuplicates.map { .array($0.map(JSONValue.string)) })
        object.list("keywords", podcastKeywords(elements))
        return object.value
    }

    mutating func podcastItem(_ elements: [RawElement]) -> JSONValue? {
        guard elements.has(.itunes) || elements.has(.googleplay) else { return nil }
        var object = podcastShared(elements)
        if let element = elements.first(.itunes, "duration") {
            object.set("duration_seconds", seconds(element.text, "itunes:duration", at: element.place))
        }
        for name in ["episode", "season"] {
            if let element = elements.first(.itunes, name) {
                object.set(name, count(element.text, "itunes:\(name)", at: element.place))
            }
        }
        object.set("episode_type", podcastText(elements, "episodeType"))
        guard !object.members.isEmpty else { return keywordsOnly(elements) }
        object.list("keywords", podcastKeywords(elements))
        return object.value
    }

    private mutating func podcastShared(_ elements: [RawElement]) -> JSONObjectBuilder {
        var object = JSONObjectBuilder()
        for name in ["author", "title", "subtitle", "summary"] { object.set(name, podcastText(elements, name)) }
        if object.members["summary"] == nil {
            object.set("summary", ValueReader.word(elements.text(.googleplay, "description")))
        }
        let explicit = elements.text(.itunes, "explicit") ?? elements.text(.googleplay, "explicit")
        switch explicit.map(TextExtractor.collapsed)?.lowercased() {
        case "yes", "true", "explicit": object.set("explicit", true)
        case "no", "false", "clean": object.set("explicit", false)
        default: break
        }
        object.set("block", ValueReader.yes(elements.text(.itunes, "block") ?? elements.text(.googleplay, "block")))
        object.set("image_url", podcastImage(elements)?.url)
        return object
    }

    private func podcastText(_ elements: [RawElement], _ name: String) -> String? {
        ValueReader.word(elements.text(.itunes, name)) ?? ValueReader.word(elements.text(.googleplay, name))
    }

    private func podcastKeywords(_ elements: [RawElement]) -> [JSONValue] {
        let all = elements.all(.itunes, "keywords").flatMap { ValueReader.keywords($0.text) }
        return all.withoutDuplicates.map(JSONValue.string)
    }

    private func keywordsOnly(_ elements: [RawElement]) -> JSONValue? {
        let keywords = podcastKeywords(elements)
        return keywords.isEmpty ? nil : ["keywords": .array(keywords)]
    }

    /// True for `yes` only; anything else that is said is false.
    static func yes(_ text: String?) -> Bool? { text.map { TextExtractor.collapsed($0).lowercased() == "yes" } }

    /// Each category with those around it, the outer first; an outer one that has inner ones is not listed alone.
    private static func categoryPaths(
        _ elements: [RawElement], _ vocabulary: Vocabulary, under path: [String] = []
    ) -> [[String]] {
        var paths: [[String]] = []
        for element in elements.all(vocabulary, "category") {
            let name = word(element["text"] ?? element.text)
            let here = name.map { path + [$0] } ?? path
            let inner = categoryPaths(element.children, vocabulary, under: here)
            if !inner.isEmpty { paths += inner } else if name != nil { paths.append(here) }
        }
        return paths
    }

    // MARK: Podcasting 2.0

    mutating func indexFeed(_ elements: [RawElement]) -> JSONValue? {
        guard elements.has(.podcast) else { return nil }
        var object = JSONObjectBuilder()
        object.set("guid", ValueReader.word(elements.text(.podcast, "guid")))
        object.set("medium", ValueReader.word(elements.text(.podcast, "medium")))
        object.set("locked", ValueReader.truth(elements.text(.podcast, "locked")))
        var funding: [JSONValue] = []
        for element in elements.all(.podcast, "funding") {
            guard let address = url(element.value("url"), of: element) else { continue }
            var one = JSONObjectBuilder()
            one.set("url", address)
            one.set("text", ValueReader.word(element.text))
            funding.append(one.value)
        }
        let persons = indexPersons(elements)
        guard !object.members.isEmpty || !funding.isEmpty || !persons.isEmpty else { return nil }
        object.list("funding", funding.withoutDuplicates)
        object.list("persons", persons)
        return object.value
    }

    mutating func indexItem(_ elements: [RawElement]) -> JSONValue? {
        guard elements.has(.podcast) else { return nil }
        var object = JSONObjectBuilder()
        for element in elements.all(.podcast, "chapters") where object.members["chapters"] == nil {
            var chapters = JSONObjectBuilder()
            chapters.set("url", url(element.value("url"), of: element))
            chapters.set("type", element.value("type"))
            if chapters.members["url"] != nil { object.set("chapters", chapters.value) }
        }
        for name in ["season", "episode"] {
            if let element = elements.first(.podcast, name) {
                object.set(name, number(element.text, "podcast:\(name)", at: element.place))
            }
        }
        let transcripts = transcripts(elements)
        let soundbites = soundbites(elements)
        let persons = indexPersons(elements)
        guard !object.members.isEmpty || !transcripts.isEmpty || !soundbites.isEmpty || !persons.isEmpty else {
            return nil
        }
        object.list("transcripts", transcripts)
        object.list("persons", persons)
        object.list("soundbites", soundbites)
        return object.value
    }

    private mutating func indexPersons(_ elements: [RawElement]) -> [JSONValue] {
        var persons: [JSONValue] = []
        for element in elements.all(.podcast, "person") {
            guard let name = ValueReader.word(element.text) else { continue }
            var object = JSONObjectBuilder()
            object.set("name", name)
            object.set("role", element.value("role"))
            object.set("group", element.value("group"))
            object.set("url", url(element.value("href"), of: element))
            object.set("image_url", url(element.value("img"), of: element))
            persons.append(object.value)
        }
        return persons.withoutDuplicates
    }

    private mutating func transcripts(_ elements: [RawElement]) -> [JSONValue] {
        var found: [JSONValue] = []
        for element in elements.all(.podcast, "transcript") {
            guard let address = url(element.value("url"), of: element) else { continue }
            var object = JSONObjectBuilder()
            object.set("url", address)
            for name in ["type", "language", "rel"] { object.set(name, element.value(name)) }
            found.append(object.value)
        }
        return found.withoutDuplicates
    }

    private mutating func soundbites(_ elements: [RawElement]) -> [JSONValue] {
        var found: [JSONValue] = []
        for element in elements.all(.podcast, "soundbite") {
            var object = JSONObjectBuilder()
            object.set("start_seconds", seconds(element["startTime"], "start of a soundbite", at: element.place))
            object.set("duration_seconds", seconds(element["duration"], "duration of a soundbite", at: element.place))
            object.set("title", ValueReader.word(element.text))
            if object.members["start_seconds"] != nil { found.append(object.value) }
        }
        return found.withoutDuplicates
    }

    // MARK: Podlove Simple Chapters

    mutating func chapters(_ elements: [RawElement]) -> JSONValue? {
        guard let list = elements.all(.psc, "chapters").first else { return nil }
        var chapters: [JSONValue] = []
        for element in list.children.all(.psc, "chapter") {
            var object = JSONObjectBuilder()
            object.set("start_seconds", seconds(element["start"], "start of a chapter", at: element.place))
            object.set("title", ValueReader.word(element["title"]))
            object.set("url", url(element.value("href"), of: element))
            object.set("image_url", url(element.value("image"), of: element))
            if !object.members.isEmpty { chapters.append(object.value) }
        }
        var object = JSONObjectBuilder()
        object.set("version", list.value("version"))
        guard !chapters.isEmpty || !object.members.isEmpty else { return nil }
        object.list("chapters", chapters.withoutDuplicates)
        return object.value
    }
}
