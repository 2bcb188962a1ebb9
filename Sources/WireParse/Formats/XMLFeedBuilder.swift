/// What an element of a feed's XML means to the builder, as its vocabulary's file says.
enum XMLMeaning {
    /// A text construct; it may hold markup.
    case text(XMLTextSlot)
    /// A short value.
    case value(XMLValueSlot)
    case date(RawDate.Role)
    /// Name and address in one text, or elements inside.
    case person(RawPerson.Role)
    case link, category, enclosure, generator, cloud
    case image, textInput, skipHours, skipDays
    /// RSS or Atom `source`.
    case source
    /// The feed's own element inside the root (RSS `channel`).
    case head
    case entry
    /// Belongs to another vocabulary: kept as it is.
    case foreign
    /// Has no meaning of its own; what is inside counts as if it stood here.
    case transparent
    /// Left out with all inside it.
    case ignored
}

enum XMLTextSlot: UInt8 {
    case title, summary, info, rights
    /// Content, better ones later: an Atom `content`, RSS `content`, `body` or `fullitem`, `xhtml:body`, `content:encoded`.
    case atomContent, plainContent, xhtmlBody, encoded
}

enum XMLValueSlot: UInt8 {
    case guid, atomID, language, logo, icon, ttl, docs, rating, comments, hour, day, link, origin
    // inside persons, images, text inputs
    case name, email, address, title, description, width, height
    // of a news sitemap
    case publication, publicationLanguage, keywords
}

/// Where an element stands.
enum XMLScope: UInt8 {
    case outside, head, entry, source
    case person, image, textInput, skipHours, skipDays
    /// A value: elements inside are passed over, their text counts.
    case value
    /// A text construct: elements inside are its markup.
    case text
    case foreign
    case ignored
}

/// Builds a `ParsedFeed` from the elements of RSS and Atom, whichever is the root: each often holds elements of the other.
final class XMLFeedBuilder: XMLConsumer {
    private var state = XMLFeedState()

    func open(_ name: Int, _ attributes: XMLAttributes, _ context: inout XMLContext) {
        state.open(name, attributes, &context)
    }

    func close(_ name: Int, _ context: inout XMLContext) { state.close(&context) }

    /// Whether a root of a feed was seen.
    var hasRoot: Bool { state.root != nil }
    /// The local name of the first element; nil if there was none.
    var rootName: String? { state.rootName }

    func finish() -> (head: ParsedHead, entries: [ParsedEntry], format: ParsedFeed.Format, version: String?) {
        state.finish()
        return (state.head, state.entries, state.root ?? .unknown, state.version)
    }
}

struct XMLFeedState {
    private struct Frame {
        var scope: XMLScope
        var meaning: XMLMeaning
        /// Where the element's text begins.
        var start: Int
        var mode: XMLContext.TextMode
        var place: Place
    }

    private(set) var head = ParsedHead()
    private(set) var entries: [ParsedEntry] = []
    private(set) var root: ParsedFeed.Format?
    private(set) var rootName: String?
    private(set) var version: String?
    private var entry = ParsedEntry()
    private var source = ParsedHead()
    private var person = RawPerson(.author)
    private var image = RawImage()
    private var construct = XMLTextConstruct()
    private var foreign: [RawElement] = []
    private var frames: [Frame] = []
    private var contentRank = XMLTextSlot.title
    private var isRDF = false

    init() { frames.reserveCapacity(32) }

    private var scope: XMLScope { frames.last?.scope ?? .outside }

    /// The head, entry or source that an element inside nothing else belongs to.
    private var owner: XMLScope {
        for frame in frames.reversed() {
            switch frame.scope {
            case .head, .entry, .source: return frame.scope
            default: continue
            }
        }
        return .outside
    }
}

// MARK: Elements begin

extension XMLFeedState {
    mutating func open(_ index: Int, _ attributes: XMLAttributes, _ context: inout XMLContext) {
        if root == nil { openRoot(index, attributes, &context) }
        if isRDF, version == nil, context.names[index].vocabulary == .rss {
            version = XMLRoot.version(ofRDF: context.names[index].namespace)
        }
        let scope = scope
        switch scope {
        case .ignored:
            push(.ignored, .ignored, &context, mode: .skip)
        case .value:
            push(.value, .transparent, &context, mode: context.mode)
        case .text:
            openMarkup(context.names[index], attributes, &context)
        case .foreign:
            openForeign(context.names[index], attributes, &context)
        default:
            let kind = XMLKind(context.names[index].vocabulary, context.names[index].local)
            begin(meaning(of: kind, in: scope), index, kind, attributes, &context)
        }
    }

    private mutating func openRoot(_ index: Int, _ attributes: XMLAttributes, _ context: inout XMLContext) {
        var name = context.names[index]
        if rootName == nil { rootName = name.text }
        // A feed may stand inside another document, such as a web page.
        guard let found = XMLRoot(name, attributes) else { return }
        root = found.format
        isRDF = name.local == .RDF
        version = found.version
        if let unknown = found.unknownVersion, !unknown.isEmpty {
            context.report(
                .formatVersionUnknown,
                "The version \"\(unknown.prefix(40))\" is not known; the document is read as usual.",
                at: context.place)
        }
        if name.vocabulary != found.vocabulary, name.vocabulary != .rdf {
            // The root's own namespace, known or not, is read as the one its name stands for.
            context.adopt(namespace: name.namespace, as: found.vocabulary)
            name = context.names[index]
        }
        head.place = context.place
        head.base = context.base
        head.xmlLanguage = context.language
    }

    private func meaning(of name: XMLKind, in scope: XMLScope) -> XMLMeaning {
        switch name.vocabulary {
        case .rss: RSSElements.meaning(of: name.local, in: scope, isAtom: root == .atom)
        case .atom: AtomElements.meaning(of: name.local, in: scope)
        case .rdf: RSSElements.meaning(ofRDF: name.local, in: scope)
        case .sitemap, .news, .image: SitemapElements.meaning(of: name, in: scope)
        default: ExtensionElements.meaning(of: name, in: scope)
        }
    }

    private mutating func begin(
        _ meaning: XMLMeaning, _ index: Int, _ name: XMLKind, _ attributes: XMLAttributes,
        _ context: inout XMLContext
    ) {
        context.fieldStart = context.text.count
        switch meaning {
        case .head where owner != .entry && owner != .source: openHead(attributes, &context)
        case .entry where owner != .entry && owner != .source: openEntry(name, attributes, &context)
        case .source where owner == .entry: openSource(name, attributes, &context)
        case .text(let slot): openText(slot, name, attributes, &context)
        case .person(let role):
            person = RawPerson(role, at: context.place)
            person.base = context.base
            push(.person, meaning, &context, mode: .collect)
        case .image:
            image = RawImage(at: context.place)
            image.base = context.base
            image.url = attributes[.href] ?? attributes[.url] ?? attributes.value(anyNamespace: .resource)
            push(.image, meaning, &context, mode: .collect)
        case .link:
            openLink(attributes, &context)
            push(.value, meaning, &context, mode: .collect)
        case .category:
            openCategory(attributes, &context)
            push(.value, meaning, &context, mode: .collect)
        case .enclosure:
            openEnclosure(attributes, &context)
            push(.value, meaning, &context, mode: .collect)
        case .generator:
            openGenerator(attributes, &context)
            push(.value, meaning, &context, mode: .collect)
        case .cloud:
            if head.cloud.isEmpty { head.cloud = attributes.all }
            push(.ignored, meaning, &context, mode: .skip)
        case .textInput: push(.textInput, meaning, &context, mode: .skip)
        case .skipHours: push(.skipHours, meaning, &context, mode: .skip)
        case .skipDays: push(.skipDays, meaning, &context, mode: .skip)
        case .value(.guid):
            construct.attribute = attributes[.isPermaLink]
            push(.value, meaning, &context, mode: .collect)
        case .value, .date: push(.value, meaning, &context, mode: .collect)
        case .foreign: openForeign(context.names[index], attributes, &context)
        case .transparent: push(scope, meaning, &context, mode: scope == .person ? .collect : .skip)
        case .ignored, .head, .entry, .source: push(.ignored, meaning, &context, mode: .skip)
        }
    }

    private mutating func push(
        _ scope: XMLScope, _ meaning: XMLMeaning, _ context: inout XMLContext, mode: XMLContext.TextMode
    ) {
        frames.append(
            Frame(
                scope: scope, meaning: meaning, start: context.text.count, mode: context.mode, place: context.place))
        context.mode = mode
    }

    private mutating func openHead(_ attributes: XMLAttributes, _ context: inout XMLContext) {
        head.place = context.place
        head.base = context.base
        head.xmlLanguage = context.language
        if head.id == nil, let about = attributes.value(anyNamespace: .about), !about.isEmpty {
            head.id = RawValue(about, base: context.base, at: context.place)
        }
        push(.head, .head, &context, mode: .skip)
    }

    private mutating func openEntry(_ name: XMLKind, _ attributes: XMLAttributes, _ context: inout XMLContext) {
        let limit = context.limits.entries
        if entries.count >= limit {
            context.reportOnce(
                .limitSize, "The document has more than \(limit) entries; the rest is left out.",
                at: context.place)
            context.stop()
            return
        }
        entry = ParsedEntry(place: context.place)
        entry.base = context.base
        entry.xmlLanguage = attributes.xml(.lang)
        contentRank = .title
        if name.vocabulary != .atom, let about = attributes.value(anyNamespace: .about), !about.isEmpty {
            entry.about = about
        }
        push(.entry, .entry, &context, mode: .skip)
    }

    private mutating func openSource(_ name: XMLKind, _ attributes: XMLAttributes, _ context: inout XMLContext) {
        source = ParsedHead()
        source.place = context.place
        source.base = context.base
        source.xmlLanguage = attributes.xml(.lang)
        if let url = attributes[.url], !url.isEmpty {
            source.links = [RawLink(url, .rss, rel: "self", base: context.base, at: context.place)]
        }
        push(.source, .source, &context, mode: name.vocabulary == .atom ? .skip : .collect)
    }

    private mutating func openLink(_ attributes: XMLAttributes, _ context: inout XMLContext) {
        guard
            let url = attributes[.href] ?? attributes.value(anyNamespace: .href)
                ?? attributes.value(anyNamespace: .resource), !url.isEmpty
        else { return }
        var link = RawLink(trimmed(url), .atom, rel: attributes[.rel], base: context.base, at: context.place)
        guard !link.url.isEmpty else { return }
        link.type = attributes[.type]
        link.title = attributes[.title]
        link.language = attributes[.hreflang]
        link.length = attributes[.length]
        addLink(link)
    }

    private mutating func addLink(_ link: RawLink) {
        switch owner {
        case .entry: entry.links.append(link)
        case .source: source.links.append(link)
        default: head.links.append(link)
        }
    }

    private mutating func openCategory(_ attributes: XMLAttributes, _ context: inout XMLContext) {
        let category = RawCategory(
            term: attributes[.term], scheme: attributes[.scheme] ?? attributes[.domain], label: attributes[.label],
            at: context.place)
        switch owner {
        case .entry: entry.categories.append(category)
        case .source: source.categories.append(category)
        default: head.categories.append(category)
        }
    }

    private mutating func openEnclosure(_ attributes: XMLAttributes, _ context: inout XMLContext) {
        let url = attributes[.url] ?? attributes[.href] ?? attributes.value(anyNamespace: .resource) ?? ""
        entry.enclosures.append(
            RawEnclosure(
                trimmed(url), type: attributes[.type], length: attributes[.length], title: attributes[.title],
                base: context.base, at: context.place))
    }

    private mutating func openGenerator(_ attributes: XMLAttributes, _ context: inout XMLContext) {
        var generator = RawGenerator(at: context.place)
        generator.url = attributes[.uri] ?? attributes[.url] ?? attributes.value(anyNamespace: .resource)
        generator.version = attributes[.version]
        generator.base = context.base
        if owner == .source {
            if source.generator == nil { source.generator = generator }
        } else if head.generator?.name == nil {
            head.generator = generator
        }
    }
}

// MARK: Texts and foreign elements

extension XMLFeedState {
    private mutating func openText(
        _ slot: XMLTextSlot, _ name: XMLKind, _ attributes: XMLAttributes, _ context: inout XMLContext
    ) {
        construct = XMLTextConstruct(slot, name.vocabulary, attributes, base: context.base)
        if slot == .atomContent, let src = attributes[.src], !trimmed(src).isEmpty, owner == .entry {
            if entry.contentURL == nil {
                entry.contentURL = RawValue(trimmed(src), base: context.base, at: context.place)
                entry.contentType = attributes[.type]
            }
        }
        push(.text, .text(slot), &context, mode: construct.isMarkup ? .escape : .collect)
        construct.start = context.text.count
    }

    private mutating func openMarkup(_ name: XMLName, _ attributes: XMLAttributes, _ context: inout XMLContext) {
        construct.open(name, attributes, &context)
        // Text beside elements is text of their markup, from here on.
        if construct.kind != .plain { context.mode = .escape }
        push(.text, .transparent, &context, mode: context.mode)
    }

    private mutating func openForeign(_ name: XMLName, _ attributes: XMLAttributes, _ context: inout XMLContext) {
        foreign.append(
            RawElement(
                name.vocabulary, name.text, prefix: name.prefix, namespace: name.namespace,
                attributes: attributes.all, base: context.base, at: context.place))
        push(.foreign, .foreign, &context, mode: .collect)
    }
}

// MARK: Elements end

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
        element.text = context.trimmedText(from: frame.start)
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
            let text = context.trimmedText(from: frame.start)
            if !text.isEmpty { source.title = RawText(text, .guess, base: source.base, at: source.place) }
        }
        entry.sources.append(source)
    }

    private mutating func closeValue(_ frame: Frame, _ context: inout XMLContext) {
        let text = context.trimmedText(from: frame.start)
        switch frame.meaning {
        case .link:
            if !text.isEmpty { addLink(RawLink(text, .rss, base: context.base, at: frame.place)) }
        case .category:
            guard !text.isEmpty else { return }
            switch owner {
            case .entry: entry.categories[entry.categories.count - 1].text = text
            case .source: source.categories[source.categories.count - 1].text = text
            default: head.categories[head.categories.count - 1].text = text
            }
        case .enclosure:
            if !text.isEmpty, let last = entry.enclosures.indices.last, entry.enclosures[last].url.isEmpty {
                entry.enclosures[last].url = text
            }
        case .generator:
            guard !text.isEmpty else { return }
            if owner == .source { source.generator?.name = text } else { head.generator?.name = text }
        case .date(let role):
            guard !text.isEmpty else { return }
            let date = RawDate(text, role, at: frame.place)
            switch owner {
            case .entry: entry.dates.append(date)
            case .source: source.dates.append(date)
            default: head.dates.append(date)
            }
        case .value(let slot):
            if !text.isEmpty { set(slot, RawValue(text, base: context.base, at: frame.place)) }
        default: break
        }
    }

    private mutating func set(_ slot: XMLValueSlot, _ value: RawValue) {
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
                entry.id = RawID(value.text, .guid, isPermalink: isPermalink, base: value.base, at: value.place)
            }
        case .atomID:
            if entry.id == nil { entry.id = RawID(value.text, .atomID, base: value.base, at: value.place) }
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

    private static func set(_ slot: XMLValueSlot, _ value: RawValue, in head: inout ParsedHead) {
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

    private mutating func set(_ slot: XMLTextSlot, _ text: RawText?) {
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
        case .summary: if entry.summary == nil { entry.summary = text }
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

    private static func set(_ slot: XMLTextSlot, _ text: RawText, in head: inout ParsedHead) {
        switch slot {
        case .title: if head.title == nil { head.title = text }
        case .summary: if head.description == nil { head.description = text }
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
