import WireModel

/// What an edit of an article changed: change: added: removed:
enum EditOperator: QueryOperator {
    static let keyword = "edit"
    static let manual = OperatorManual(
        syntax: "change:title · added:\"x\" · removed:\"x\"",
        summary:
            "The article was edited: its title changed; the new text has it and the old did not; the reverse. False for an article that was never edited.",
        examples: [
            .init("barr AND change:title", "Barr spoke.", matches: false),
            .init("added:barr", "Barr spoke.", matches: false),
            .init("barr NOT removed:stone", "Barr spoke."),
        ])
    static let fields: [FieldRule] = [
        FieldRule("change", sample: "title", read: readChange),
        FieldRule("added", edit: .added, sample: "barr"),
        FieldRule("removed", edit: .removed, sample: "barr"),
    ]

    @Sendable private static func readChange(_ value: FieldValue) throws(QueryProblem) -> Expression.Kind {
        let names = ChangeFacet.Part.allCases.map(\.rawValue)
        guard let part = ChangeFacet.Part(rawValue: value.text.lowercased()) else {
            let near = Suggestion.nearest(to: value.text, among: names)
            throw value.problem(
                "unknown-value", "change:\(value.text) is not known",
                hint: near.map { "did you mean change:\($0)?" } ?? "write change:title, or added:\"x\" for words")
        }
        return .facet(ChangeFacet(part: part))
    }
}

struct ChangeFacet: Facet {
    enum Part: String, Sendable, CaseIterable { case title }

    let part: Part

    func state(of article: ArticleFacts) -> String {
        article.previous == nil ? "the article was not edited" : "the edit left the title as it was"
    }

    func holds(for article: ArticleFacts) -> Bool {
        guard let previous = article.previous else { return false }
        return previous.title ?? "" != article.item.title ?? ""
    }

    func spans(in article: ArticleFacts) -> [Span] {
        guard let title = article.item.title else { return [] }
        return [Span(field: "title", offset: 0, length: title.utf8.count, text: title)]
    }
}
