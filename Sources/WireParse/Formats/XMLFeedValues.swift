/// What the elements of a feed set when they end.
extension XMLFeedState {
    mutating func close(_ context: inout XMLContext) {
        guard let frame = frames.popLast() else { return }
        defer { context.mode = frame.mode }
        switch frame.scope {
        case .text:
            if case .text(let slot) = frame.meaning {
                set(slot, construct.finish(&context, at: frame.place))
                context.dropText(from: frame.start)
            } else {
                construct.close(&context)
            }
            return
        case .foreign: closeForeign(frame, &context)
        case .value:
            if case .transparent = frame.meaning { return }
            closeValue(frame, &context)
        case .person:
            guard case .person = frame.meaning else { return }
            closePerson(frame, &context)
        case .image:
            if case .image = frame.meaning { closeImage(frame, &context) }
        case .entry:
            if case .entry = frame.meaning { closeEntry() }
        case .source: closeSource(frame, &context)
        case .head, .outside, .textInput, .skipHours, .skipDays, .ignored: break
        }
        context.dropText(from: frame.start)
    }

    /// Keeps the entry that was open when reading stopped.
    mutating func finish() {
        if frames.contains(where: { $0.scope == .entry }) { closeEntry() }
        frames = []
    }

    private mutating func closeEntry() {
        if entry.id == nil, let about = entry.about {
            entry.id = RawID(about, .rdfAbout, base: entry.base, at: entry.place)
        }
        var finished = ParsedEntry()
        swap(&finished, &entry)
        entries.append(finished)
    }

    private mutating func closeForeign(_ frame: Frame, _ context: inout XMLContext) {
        guard var element = foreign.popLast() else { return }
        element.source = context.documentText(from: frame.start)
        if foreign.isEmpty {
            switch owner {
            case .entry: entry.elements.append(element)
            case .source: source.elements.append(element)
            default: head.elements.append(element)
            }
        } else {
            foreign[foreign.count - 1].children.append(element)
        }
    }

    private mutating func closePerson(_ frame: Frame, _ context: inout XMLContext) {
        if person.name == nil, person.email == nil, person.url == nil {
            let text = context.trimmedText(from: frame.start)
            guard !text.isEmpty else { return }
            person.text = text
        }
        switch owner {
        case .entry: entry.persons.append(person)
        case .source: source.persons.append(person)
        default: head.persons.append(person)
        }
    }

    private mutating func closeImage(_ frame: Frame, _ context: inout XMLContext) {
        if image.url == nil, !context.trimmedText(from: frame.start).isEmpty {
            image.url = context.trimmedText(from: frame.start)
        }
        guard image.url != nil || image.title != nil || image.link != nil else { return }
        switch owner {
        case .entry: if entry.image?.url == nil { entry.image = image }
        case .source: if source.image?.url == nil { source.image = image }
        default:
            // The channel of RSS 1.0 only points to the image that stands beside it.
            let isPointer = head.image?.title == nil && head.image?.link == nil && image.title != nil
            if head.image?.url == nil || isPointer { head.image = image }
        }
    }

    private mutating func closeSource(_ frame: Frame, _ context: inout XMLContext) {
        guard case .source = frame.meaning else { return }
        if frame.mode == .skip, source.title == nil {
            let text = context.documentText(from: frame.start)
            source.title = text.map { RawText($0, .guess, base: source.base, at: source.place) }
        }
        entry.sources.append(source)
    }

    private mutating func closeValue(_ frame: Frame, _ context: inout XMLContext) {
        guard let text = context.documentText(from: frame.start) else { return }
        switch frame.meaning {
        case .link: addLink(RawLink(text, .rss, base: context.base, at: frame.place))
        case .category:
            switch owner {
            case .entry: entry.categories[entry.categories.count - 1].source = text
            case .source: source.categories[source.categories.count - 1].source = text
            default: head.categories[head.categories.count - 1].source = text
            }
        case .enclosure:
            if let last = entry.enclosures.indices.last, entry.enclosures[last].url.isEmpty {
                entry.enclosures[last].url = text.string
            }
        case .generator:
            if owner == .source { source.generator?.name = text.string } else { head.generator?.name = text.string }
        case .date(let role):
            let date = RawDate(text, role, at: frame.place)
            switch owner {
            case .entry: entry.dates.append(date)
            case .source: source.dates.append(date)
            default: head.dates.append(date)
            }
        case .value(let slot): set(slot, RawValue(text, base: context.base, at: frame.place))
        default: break
        }
    }

    mutating func set(_ slot: XMLValueSlot, _ value: RawValue) {
        switch scope {
        case .person: setPerson(slot, value)
        case .image: setImage(slot, value)
        case .textInput:
            let name = slot == .address ? "link" : "\(slot)"
            if !head.textInput.contains(where: { $0.name == name }) {
                head.textInput.append(RawAttribute(name, value.text))
            }
        case .skipHours: head.skipHours.append(value)
        case .skipDays: head.skipDays.append(value)
        case .entry: setEntry(slot, value)
        case .source: XMLFeedState.set(slot, value, in: &source)
        default: XMLFeedState.set(slot, value, in: &head)
        }
    }

    private mutating func setPerson(_ slot: XMLValueSlot, _ value: RawValue) {
        switch slot {
        case .name: if person.name == nil { person.name = value.text }
        case .email: if person.email == nil { person.email = value.text }
        case .address: if person.url == nil { person.url = value.text }
        default: break
        }
    }

    private mutating func setImage(_ slot: XMLValueSlot, _ value: RawValue) {
        switch slot {
        case .address: if image.url == nil { image.url = value.text }
        case .title: if image.title == nil { image.title = value.text }
        case .link: if image.link == nil { image.link = value.text }
        case .description: if image.description == nil { image.description = value.text }
        case .width: if image.width == nil { image.width = value.text }
        case .height: if image.height == nil { image.height = value.text }
        default: break
        }
    }

    private mutating func setEntry(_ slot: XMLValueSlot, _ value: RawValue) {
        switch slot {
        case .guid:
            if entry.id?.kind != .guid {
                let isPermalink = construct.attribute.map { trimmed($0).lowercased() != "false" } ?? true
                entry.id = RawID(value.source, .guid, isPermalink: isPermalink, base: value.base, at: value.place)
            }
        case .atomID:
            if entry.id == nil { entry.id = RawID(value.source, .atomID, base: value.base, at: value.place) }
        case .comments: if entry.comments == nil { entry.comments = value }
        case .publication: if head.title == nil { head.title = RawText(value.text, .plain, at: value.place) }
        case .publicationLanguage:
            if entry.language == nil { entry.language = value }
            if head.language == nil { head.language = value }
        case .keywords:
            entry.categories += value.text.split(separator: ",").map {
                RawCategory(term: trimmed(String($0)), at: value.place)
            }
        case .language: if entry.language == nil { entry.language = value }
        default: break
        }
    }

    static func set(_ slot: XMLValueSlot, _ value: RawValue, in head: inout ParsedHead) {
        switch slot {
        case .atomID: if head.id == nil { head.id = value }
        case .language: if head.language == nil { head.language = value }
        case .logo: if head.logo == nil { head.logo = value }
        case .icon: if head.icon == nil { head.icon = value }
        case .ttl: if head.ttl == nil { head.ttl = value }
        case .docs: if head.docs == nil { head.docs = value }
        case .rating: if head.rating == nil { head.rating = value }
        default: break
        }
    }

    mutating func set(_ slot: XMLTextSlot, _ text: RawText?) {
        guard let text else { return }
        switch owner {
        case .entry: setEntry(slot, text)
        case .source: XMLFeedState.set(slot, text, in: &source)
        default: XMLFeedState.set(slot, text, in: &head)
        }
    }

    private mutating func setEntry(_ slot: XMLTextSlot, _ text: RawText) {
        switch slot {
        case .title: if entry.title == nil { entry.title = text }
        case .summary, .description:
            let isBetter = slot.rawValue > summaryRank.rawValue && !text.source.isEmpty
            if isBetter || entry.summary?.source.isEmpty ?? true {
                entry.summary = text
                summaryRank = slot
            }
        case .rights: if entry.rights == nil { entry.rights = text }
        case .info: break
        case .atomContent, .plainContent, .xhtmlBody, .encoded:
            if entry.content == nil || slot.rawValue > contentRank.rawValue {
                entry.content = text
                contentRank = slot
                if let type = construct.mediaType { entry.contentType = type }
            }
        }
    }

    static func set(_ slot: XMLTextSlot, _ text: RawText, in head: inout ParsedHead) {
        switch slot {
        case .title: if head.title == nil { head.title = text }
        case .summary, .description: if head.description == nil { head.description = text }
        case .rights: if head.rights == nil { head.rights = text }
        case .info: if head.info == nil { head.info = text }
        case .atomContent, .plainContent, .xhtmlBody, .encoded: break
        }
    }
}

/// `text` without white space around it.
func trimmed(_ text: String) -> String {
    guard let first = text.utf8.first, let last = text.utf8.last, isSpace(first) || isSpace(last) else { return text }
    var bytes = Array(text.utf8)[...]
    while let byte = bytes.first, isSpace(byte) { bytes.removeFirst() }
    while let byte = bytes.last, isSpace(byte) { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
}
