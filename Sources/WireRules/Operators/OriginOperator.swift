import WireModel

/// What an article is and where it is from: language: country: has:
enum OriginOperator: QueryOperator {
    static let keyword = "origin"
    static let manual = OperatorManual(
        syntax: "language:en lang:en · country:gb · has:enclosure has:image has:author has:date",
        summary: "The article's language or country, else the feed's; whether it has a thing. Unknown is false.",
        examples: [
            .init("language:en", "No language is known here.", matches: false),
            .init("barr AND has:author", "Barr spoke.", matches: false),
            .init("barr NOT has:image", "Barr spoke."),
        ])
    static let fields: [FieldRule] = [
        FieldRule("language", aliases: ["lang"], sample: "en", read: readLanguage),
        FieldRule("country", sample: "gb", read: readCountry),
        FieldRule("has", sample: "image", read: readPossession),
    ]

    @Sendable private static func readLanguage(_ value: FieldValue) throws(QueryProblem) -> Expression.Kind {
        let code = value.text.lowercased()
        guard LanguageCode.exists(code) else {
            let primary = LanguageCode.primary(of: code).flatMap { LanguageCode.exists($0) ? $0 : nil }
            let near = primary ?? Suggestion.language(named: code)
            throw value.problem(
                "unknown-language", "there is no language \(value.text)",
                hint: near.map { "write language:\($0)" } ?? "write the two-letter code, such as language:en")
        }
        return .facet(LanguageFacet(code: code))
    }

    @Sendable private static func readCountry(_ value: FieldValue) throws(QueryProblem) -> Expression.Kind {
        let code = value.text.lowercased()
        guard CountryCode.exists(code) else {
            let known = [
                "uk": "gb", "en": "gb", "usa": "us", "deu": "de", "gbr": "gb", "fra": "fr", "el": "gr", "england": "gb",
                "britain": "gb", "germany": "de", "france": "fr", "china": "cn", "japan": "jp", "russia": "ru",
                "america": "us", "italy": "it", "spain": "es",
            ]
            throw value.problem(
                "unknown-country", "there is no country \(value.text)",
                hint:
                    "write \(known[code].map { "country:\($0)" } ?? "the two-letter code of ISO 3166, such as country:gb")"
            )
        }
        return .facet(CountryFacet(code: code))
    }

    @Sendable private static func readPossession(_ value: FieldValue) throws(QueryProblem) -> Expression.Kind {
        let names = PossessionFacet.Thing.allCases.map(\.rawValue)
        guard let thing = PossessionFacet.Thing(rawValue: value.text.lowercased()) else {
            let near = Suggestion.nearest(to: value.text, among: names)
            throw value.problem(
                "unknown-value", "has:\(value.text) is not known",
                hint: near.map { "did you mean has:\($0)?" }
                    ?? "write has: with one of \(names.joined(separator: ", "))")
        }
        return .facet(PossessionFacet(thing: thing))
    }
}

extension Suggestion {
    /// The code of a language that is named in English or by its own name.
    static func language(named name: String) -> String? {
        let names = [
            "english": "en", "german": "de", "deutsch": "de", "french": "fr", "francais": "fr", "spanish": "es",
            "italian": "it", "russian": "ru", "chinese": "zh", "japanese": "ja", "arabic": "ar", "portuguese": "pt",
            "dutch": "nl", "polish": "pl", "turkish": "tr", "korean": "ko", "hebrew": "he", "thai": "th",
            "ukrainian": "uk", "swedish": "sv", "greek": "el", "cn": "zh", "jp": "ja", "kr": "ko", "gr": "el",
            "cz": "cs",
            "dk": "da", "ua": "uk",
        ]
        return names[name]
    }
}

struct LanguageFacet: Facet {
    let code: String

    func state(of article: ArticleFacts) -> String {
        (article.item.language ?? article.feed.language).map { "the language is \($0)" } ?? "the language is not known"
    }

    func holds(for article: ArticleFacts) -> Bool {
        guard let tag = article.item.language ?? article.feed.language else { return false }
        return LanguageCode.primary(of: tag) == code
    }
}

struct CountryFacet: Facet {
    let code: String

    func state(of article: ArticleFacts) -> String {
        article.feed.country.map { "the country is \($0)" } ?? "the country is not known"
    }

    func holds(for article: ArticleFacts) -> Bool {
        guard let country = article.feed.country else { return false }
        return country.utf8.count == 2 && country.lowercased() == code
    }
}

struct PossessionFacet: Facet {
    enum Thing: String, Sendable, CaseIterable { case enclosure, image, author, date }

    let thing: Thing

    func state(of article: ArticleFacts) -> String {
        "the article has no \(thing.rawValue)"
    }

    func holds(for article: ArticleFacts) -> Bool {
        switch thing {
        case .enclosure: !article.item.enclosures.isEmpty
        case .image: article.item.image != nil || article.item.bannerImageURL != nil
        case .author: !article.item.authors.isEmpty
        case .date: article.item.published != nil || article.item.updated != nil
        }
    }
}
