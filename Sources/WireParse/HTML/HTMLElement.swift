/// An HTML element by its name, and what the sanitiser must know of it.
struct HTMLElement: Equatable, Sendable {
    struct Traits: OptionSet, Sendable {
        let rawValue: UInt16
        /// May stand in clean HTML.
        static let allowed = Traits(rawValue: 1)
        /// Has no content and no end tag.
        static let void = Traits(rawValue: 1 << 1)
        /// Its ends are ends of blocks of text.
        static let block = Traits(rawValue: 1 << 2)
        /// Its start ends an open paragraph.
        static let closesParagraph = Traits(rawValue: 1 << 3)
        /// Goes on in the next block if it is left open.
        static let formatting = Traits(rawValue: 1 << 4)
        /// Dropped together with its content.
        static let dropped = Traits(rawValue: 1 << 5)
        /// Its content is text up to its own end tag.
        static let rawText = Traits(rawValue: 1 << 6)
        /// An end tag does not reach elements outside it.
        static let boundary = Traits(rawValue: 1 << 7)
        /// Only has meaning inside a table.
        static let tablePart = Traits(rawValue: 1 << 8)
        static let heading = Traits(rawValue: 1 << 9)
        /// Content never ends, even without an end tag.
        static let swallowsRest = Traits(rawValue: 1 << 10)
    }

    let id: UInt8
    let traits: Traits

    static func == (left: HTMLElement, right: HTMLElement) -> Bool { left.id == right.id }

    /// The name in lower case, as UTF-8.
    var name: [UInt8] { HTMLElement.names[Int(id)] }

    /// Any element that has no row in the table: its tags are dropped, its content stays.
    static let unknown = HTMLElement(id: 0, traits: [])

    static let a = named("a")
    static let p = named("p")
    static let br = named("br")
    static let img = named("img")
    static let li = named("li")
    static let dt = named("dt")
    static let dd = named("dd")
    static let dl = named("dl")
    static let ul = named("ul")
    static let ol = named("ol")
    static let tr = named("tr")
    static let td = named("td")
    static let th = named("th")
    static let table = named("table")
    static let caption = named("caption")
    static let pre = named("pre")
    static let rp = named("rp")
    static let rt = named("rt")

    /// The element of a name in any letter case.
    static func find(_ bytes: [UInt8], _ range: Range<Int>) -> HTMLElement {
        guard range.count <= 10 else { return unknown }
        return byName.find(key(of: bytes, range))
    }

    /// Whether the name is that of an element of HTML.
    static func isKnown(_ bytes: [UInt8], _ range: Range<Int>) -> Bool { find(bytes, range) != unknown }

    /// The letters, the last in the lowest byte.
    private static func key(of bytes: [UInt8], _ range: Range<Int>) -> UInt128 {
        var key: UInt128 = 0
        for index in range { key = key << 8 | UInt128(bytes[index].asciiLowercased) }
        return key
    }

    private static func named(_ name: String) -> HTMLElement { find(Array(name.utf8), 0..<name.utf8.count) }

    private static let rows: [(Traits, String)] = [
        ([.allowed], "abbr cite del dfn ins kbd mark picture q ruby samp span sub sup time var audio video"),
        ([.allowed, .formatting], "a b code em i s small strong u"),
        ([.formatting], "big font nobr strike tt"),
        ([.allowed, .void], "img source wbr"),
        ([.allowed, .void, .block], "br"),
        ([.allowed, .void, .block, .closesParagraph], "hr"),
        (
            [.allowed, .block, .closesParagraph],
            "aside blockquote details div dl figcaption figure ol p pre summary ul"
        ),
        ([.allowed, .block, .closesParagraph, .heading], "h1 h2 h3 h4 h5 h6"),
        ([.allowed, .block], "li dt dd"),
        ([.allowed, .block, .closesParagraph, .boundary], "table"),
        ([.allowed, .block, .tablePart, .boundary], "caption td th"),
        ([.allowed, .block, .tablePart], "tbody tfoot thead tr"),
        ([.allowed], "rp rt"),
        (
            [.block, .closesParagraph],
            "address article center dialog dir fieldset footer header hgroup listing main menu nav search section"
        ),
        ([.block, .closesParagraph, .rawText], "xmp plaintext"),
        ([.block], "html body head legend optgroup option"),
        (
            [],
            "acronym bdi bdo bgsound data image keygen label marquee meter output param progress rb rtc slot track blink spacer"
        ),
        ([.tablePart, .void], "col"),
        ([.tablePart], "colgroup"),
        ([.dropped, .rawText, .swallowsRest], "script style"),
        ([.dropped, .rawText], "iframe noembed noframes noscript textarea title"),
        ([.dropped], "applet button canvas frameset math object select svg template"),
        ([.dropped, .block, .closesParagraph], "form"),
        ([.dropped, .void], "area base basefont embed frame input link meta"),
        ([], "map"),
    ]

    private static let catalogue: (names: [[UInt8]], byName: Table) = {
        var names: [[UInt8]] = [[]]
        var byName = Table()
        for (traits, row) in rows {
            for name in row.split(separator: " ") {
                let bytes = Array(name.utf8)
                let key = key(of: bytes, 0..<bytes.count)
                byName.insert(HTMLElement(id: UInt8(names.count), traits: traits), key)
                names.append(bytes)
            }
        }
        return (names, byName)
    }()

    private static let names = catalogue.names
    private static let byName = catalogue.byName

    /// Elements by name: open addressing, since a dictionary's hash costs more than all else that is done for a tag.
    private struct Table: Sendable {
        private var keys = [UInt128](repeating: 0, count: 512)
        private var elements = [HTMLElement](repeating: .unknown, count: 512)

        private static func slot(of key: UInt128) -> Int {
            let folded =
                UInt64(truncatingIfNeeded: key) ^ UInt64(truncatingIfNeeded: key >> 64) &* 0x517C_C1B7_2722_0A95
            return Int(truncatingIfNeeded: (folded &* 0x9E37_79B9_7F4A_7C15) >> 55)
        }

        mutating func insert(_ element: HTMLElement, _ key: UInt128) {
            var slot = Self.slot(of: key)
            while keys[slot] != 0 { slot = (slot + 1) & 511 }
            keys[slot] = key
            elements[slot] = element
        }

        func find(_ key: UInt128) -> HTMLElement {
            var slot = Self.slot(of: key)
            while keys[slot] != key {
                if keys[slot] == 0 { return .unknown }
                slot = (slot + 1) & 511
            }
            return elements[slot]
        }
    }
}
