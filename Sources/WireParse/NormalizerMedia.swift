import WireModel

/// Enclosures, images and Media RSS.
extension ValueReader {
    /// Every file that belongs to an entry, in document order.
    mutating func enclosures(of entry: ParsedEntry) -> [Enclosure] {
        var found: [Placed<Enclosure>] = []
        var original = entry.elements.first(.feedburner, "origEnclosureLink")
        for raw in entry.enclosures {
            var address = url(raw.url, raw.base, at: raw.place)
            if let element = original {
                address = url(element.text, of: element) ?? address
                original = nil
            }
            guard let address else { continue }
            var enclosure = Enclosure(url: address)
            enclosure.type = ValueReader.word(raw.type)
            enclosure.length = count(raw.length, "length of an enclosure", at: raw.place)
            enclosure.title = ValueReader.word(raw.title)
            enclosure.durationSeconds = seconds(raw.duration, "duration of an enclosure", at: raw.place)
            found.append(Placed(place: raw.place, value: enclosure))
        }
        for index in entry.links.indices where ValueReader.relation(entry.links[index].rel) == "enclosure" {
            let link = entry.links[index]
            guard let address = url(link) else { continue }
            var enclosure = Enclosure(url: address)
            enclosure.type = ValueReader.word(link.type)
            enclosure.length = count(link.length, "length of an enclosure", at: link.place)
            enclosure.title = ValueReader.word(link.title)
            enclosure.language = ValueReader.word(link.language)
            found.append(Placed(place: link.place, value: enclosure))
        }
        for element in entry.elements.media where element.name == "content" {
            guard let enclosure = enclosure(element) else { continue }
            found.append(Placed(place: element.place, value: enclosure))
        }
        return found.inOrder().withoutDuplicates
    }

    /// `media:content` with an address.
    private mutating func enclosure(_ element: RawElement) -> Enclosure? {
        guard let address = url(element.value("url"), of: element) else { return nil }
        var enclosure = Enclosure(url: address)
        enclosure.type = element.value("type")
        enclosure.length = count(element["fileSize"], "file size", at: element.place)
        enclosure.title = ValueReader.word(element.children.text(.media, "title"))
        enclosure.durationSeconds = seconds(element["duration"], "duration", at: element.place)
        enclosure.medium = element.value("medium")
        enclosure.language = element.value("lang")
        enclosure.width = count(element["width"], "width", at: element.place)
        enclosure.height = count(element["height"], "height", at: element.place)
        enclosure.bitrate = number(element["bitrate"], "bit rate", at: element.place)
        enclosure.isDefault = ValueReader.truth(element["isDefault"])
        return enclosure
    }

    /// What Media RSS says about an entry.
    mutating func media(_ elements: [RawElement]) -> Media? {
        let all = elements.media
        guard !all.isEmpty else { return nil }
        var media = Media()
        media.title = all.text(.media, "title").flatMap(ValueReader.word)
        media.description = all.text(.media, "description").flatMap(ValueReader.word)
        media.caption = all.text(.media, "text").flatMap(ValueReader.word)
        media.rating = all.text(.media, "rating").flatMap(ValueReader.word)
        for element in all {
            switch element.name {
            case "player": media.playerURL = media.playerURL ?? url(element.value("url"), of: element)
            case "thumbnail":
                if var image = thumbnail(element) {
                    image.time = element.value("time")
                    media.thumbnails.append(image)
                }
            case "credit":
                guard let name = ValueReader.word(element.text) else { continue }
                media.credits.append(
                    Media.Credit(name: name, role: element.value("role"), scheme: element.value("scheme")))
            case "keywords": media.keywords += ValueReader.keywords(element.text)
            default: break
            }
        }
        media.thumbnails = media.thumbnails.withoutDuplicates
        media.credits = media.credits.withoutDuplicates
        media.keywords = media.keywords.withoutDuplicates
        return media == Media() ? nil : media
    }

    private mutating func thumbnail(_ element: RawElement) -> Image? {
        guard let address = url(element.value("url") ?? element.text, of: element) else { return nil }
        var image = Image(url: address)
        image.width = count(element["width"], "width", at: element.place)
        image.height = count(element["height"], "height", at: element.place)
        return image
    }

    // MARK: Images

    mutating func image(of entry: ParsedEntry, _ enclosures: [Enclosure]) -> Image? {
        if let image = podcastImage(entry.elements) { return image }
        if let url = url(entry.imageURL) { return Image(url: url) }
        if let element = entry.elements.media.first(where: { $0.name == "thumbnail" }), let image = thumbnail(element) {
            return image
        }
        if let enclosure = enclosures.first(where: ValueReader.isImage) { return ValueReader.image(enclosure) }
        return image(entry.image)
    }

    mutating func image(of head: ParsedHead) -> Image? {
        if let image = image(head.image) { return image }
        if let url = url(head.logo) { return Image(url: url) }
        if let image = podcastImage(head.elements) { return image }
        let media = head.elements.media
        if let element = media.first(where: { $0.name == "thumbnail" }), let image = thumbnail(element) { return image }
        for element in media where element.name == "content" {
            if let enclosure = enclosure(element), ValueReader.isImage(enclosure) {
                return ValueReader.image(enclosure)
            }
        }
        return nil
    }

    /// RSS `image`.
    private mutating func image(_ raw: RawImage?) -> Image? {
        guard let raw, let address = url(raw.url, raw.base, at: raw.place) else { return nil }
        var image = Image(url: address)
        image.title = ValueReader.word(raw.title)
        image.linkURL = url(raw.link, raw.base, at: raw.place)
        image.description = ValueReader.word(raw.description)
        image.width = count(raw.width, "width of the image", at: raw.place)
        image.height = count(raw.height, "height of the image", at: raw.place)
        return image
    }

    /// `itunes:image`, else `googleplay:image`.
    mutating func podcastImage(_ elements: [RawElement]) -> Image? {
        for vocabulary in [Vocabulary.itunes, .googleplay] {
            for element in elements.all(vocabulary, "image") {
                let address = element.value("href") ?? element.value("url") ?? element.text
                if let url = url(address, of: element) { return Image(url: url) }
            }
        }
        return nil
    }

    private static func image(_ enclosure: Enclosure) -> Image {
        var image = Image(url: enclosure.url)
        image.title = enclosure.title
        image.width = enclosure.width
        image.height = enclosure.height
        return image
    }

    private static func isImage(_ enclosure: Enclosure) -> Bool {
        if let medium = enclosure.medium?.lowercased() { return medium == "image" }
        if let type = enclosure.type?.lowercased(), type.contains("/") { return type.hasPrefix("image/") }
        let path = enclosure.url.lowercased().prefix { $0 != "?" && $0 != "#" }
        return [".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif"].contains { path.hasSuffix($0) }
    }

    // MARK: Small values

    static func truth(_ text: String?) -> Bool? {
        switch text.map(TextExtractor.collapsed)?.lowercased() {
        case "true", "yes", "1": true
        case "false", "no", "0": false
        default: nil
        }
    }

    /// Words between commas.
    static func keywords(_ text: String) -> [String] {
        TextPair.plain(text).split(separator: ",").map { TextExtractor.collapsed(String($0)) }.filter { !$0.isEmpty }
    }
}

extension [RawElement] {
    /// The elements of Media RSS, those inside `media:group` and `media:content` after those around them.
    var media: [RawElement] {
        guard has(.media) else { return [] }
        var found = filter { $0.vocabulary == .media }
        var index = 0
        while index < found.count {
            if found[index].name == "group" || found[index].name == "content" {
                found += found[index].children.filter { $0.vocabulary == .media }
            }
            index += 1
        }
        return found
    }
}
