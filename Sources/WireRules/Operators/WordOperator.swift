/// Words, phrases, wildcards, {exact} and edits; the parser knows them.
enum WordOperator: QueryOperator {
    static let keyword = "word"
    static let manual = OperatorManual(
        syntax: "barr · \"attorney general\" · resign* *wahl* organi?ation · ~resign · {US} cs(\"US\") · barr~1 · x^3",
        summary: "A word in any case, with or without accents; words in quotes stand next to each other.",
        examples: [
            .init("barr", "BARR was asked to resign."),
            .init("star", "A popstar.", matches: false),
            .init("\"attorney general\"", "The Attorney General spoke."),
            .init("\"attorney general\"", "The general met his attorney.", matches: false),
            .init("resign*", "He is resigning."),
            .init("*wahl*", "Die Bundestagswahlen."),
            .init("organi?ation", "An organisation."),
            .init("{US}", "The US government."),
            .init("{US}", "He told us.", matches: false),
            .init("cs(\"Apple\")", "Apple's results."),
            .init("AT&T", "At AT&T today."),
            .init("C++", "C is not enough.", matches: false),
            .init("email", "By e-mail."),
            .init("müller", "Mueller und Muller."),
            .init("~resign", "She resigned."),
            .init("~resigning", "He resigns."),
            .init("~resign", "The resin.", matches: false),
            .init("flynn~1", "General Flyn spoke."),
            .init("barr^3 OR stone", "Barr spoke."),
        ])
}
