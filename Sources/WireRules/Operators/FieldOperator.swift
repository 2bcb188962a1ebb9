/// Fields whose value is looked for as words are: title: body: lead: author: category: source: feed:
enum FieldOperator: QueryOperator {
    static let keyword = "field"
    static let manual = OperatorManual(
        syntax: "title:x · body:x · lead:x · author:x · category:x tag:x #x · source:x · feed:x feed:folder/politics",
        summary:
            "Looks in the title, the body, the title or first 50 words, the authors, the categories, the source, the feed.",
        examples: [
            .init("title:barr", "Nothing here.", title: "Barr resigns"),
            .init("title:barr", "Barr resigns.", title: "News", matches: false),
            .init("body:barr", "Barr resigns.", title: "News"),
            .init("title:(barr OR \"attorney general\")", "", title: "The Attorney General speaks"),
            .init("lead:barr", "Barr resigns.", title: "News"),
            .init("title:(barr NEAR/2 resigns)", "", title: "Barr now resigns"),
            .init("author:barr", "Barr wrote this.", matches: false),
        ])
    static let fields: [FieldRule] = [
        FieldRule("title", field: .title, sample: "barr"),
        FieldRule("body", field: .body, sample: "barr"),
        FieldRule("lead", field: .lead, sample: "barr"),
        FieldRule("author", field: .author, sample: "\"jane doe\""),
        FieldRule("category", aliases: ["tag"], field: .category, sample: "politics"),
        FieldRule("source", field: .source, sample: "reuters"),
        FieldRule("feed", field: .feed, sample: "folder/politics"),
    ]
}
