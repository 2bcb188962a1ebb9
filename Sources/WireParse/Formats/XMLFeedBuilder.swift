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
    struct Frame {
        var scope: XMLScope
        var meaning: XMLMeaning
        /// Where the element's text begins.
        var start: Int
        var mode: XMLContext.TextMode
        var place: Place
    }

    var head = ParsedHead()
    var entries: [ParsedEntry] = []
    private(set) var root: ParsedFeed.Format?
    private(set) var rootName: String?
    private(set) var version: String?
    var entry = ParsedEntry()
    var source = ParsedHead()
    var person = RawPerson(.author)
    var image = RawImage()
    var construct = XMLTextConstruct()
    var foreign: [RawElement] = []
    var frames: [Frame] = []
    var contentRank = XMLTextSlot.title
    var summaryRank = XMLTextSlot.title
    private var isRDF = false

    init() { frames.reserveCapacity(32) }

    var scope: XMLScope { frames.last?.scope ?? .outside }

    /// The head, entry or source that an element inside nothing else belongs to.
    var owner: XMLScope {
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

    func meaning(of name: XMLKind, in scope: XMLScope) -> XMLMeaning {
        switch name.vocabulary {
        case .rss: RSSElements.meaning(of: name.local, in: scope)
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
        context.fieldStart = context.textEnd
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
                scope: scope, meaning: meaning, start: context.textEnd, mode: context.mode, place: context.place))
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
        summaryRank = .title
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
        let address = trimmed(url)
        guard !address.isEmpty else { return }
        var link = RawLink(address, .atom, rel: attributes[.rel], base: context.base, at: context.place)
        link.type = attributes[.type]
        link.title = attributes[.title]
        link.language = attributes[.hreflang]
        link.length = attributes[.length]
        addLink(link)
    }

    mutating func addLink(_ link: RawLink) {
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
        construct.start = context.textEnd
    }

    private mutating func openMarkup(_ name: XMLName, _ attributes: XMLAttributes, _ context: inout XMLContext) {
        construct.open(name, attributes, &context)
        // Text beside elements is text of their markup, from here on.
        if construct.kind != .plain { context.mode = .escape }
        push(.text, .transparent, &context, mode: context.mode)
    }

    private mutating func openForeign(_ name: XMLName, _ attributes: XMLAttributes, _ context: inout XMLContext) {
        foreign.append(
            RawElement(name.raw, attributes: attributes.all, base: context.base, at: context.place))
        push(.foreign, .foreign, &context, mode: .collect)
    }
}
