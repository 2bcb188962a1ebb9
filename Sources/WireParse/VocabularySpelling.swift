/// What is forgiven of the names of vocabularies: letter case, and a usual prefix bound to an address nobody knows.
extension Vocabulary {
    /// Whether the prefix is used for nothing else, so that it tells what is meant even with the wrong address.
    var hasDistinctPrefix: Bool {
        switch self {
        case .atom, .content, .dc, .dcterms, .sy, .slash, .wfw, .thr, .itunes, .googleplay, .podcast, .psc, .media,
            .feedburner, .creativeCommons, .georss, .gml, .geo, .webfeeds:
            true
        case .rss, .rdf, .xml, .xhtml, .cc, .admin, .source, .sitemap, .news, .image, .opensearch, .other: false
        }
    }

    /// An element's local name in the letter case that is usual for it; as written if it is none that is read here.
    func spelling(of name: String) -> String {
        switch self {
        case .rss, .atom, .rdf, .xml, .xhtml, .sitemap, .news, .image, .opensearch, .other: name
        default: Vocabulary.spellings[name.lowercased()] ?? name
        }
    }

    private static let spellings: [String: String] = {
        let names = """
            title creator subject description publisher contributor date type format identifier source language relation \
            coverage rights author issued created modified \
            owner name email category explicit block complete image new-feed-url subtitle summary keywords duration \
            episode season episodeType \
            guid medium locked funding person transcript chapters soundbite chapter \
            group content text rating player thumbnail credit copyright license \
            encoded origLink origEnclosureLink updatePeriod updateFrequency updateBase comments comment in-reply-to total \
            generatorAgent icon markdown point line polygon box where lat long lon lat_long
            """
        var table = Dictionary(names.split(separator: " ").map { (String($0).lowercased(), String($0)) }) { first, _ in
            first
        }
        // GML's capital letters part its geometries from GeoRSS's.
        for name in ["point", "line", "polygon", "box"] { table[name] = nil }
        return table
    }()
}
