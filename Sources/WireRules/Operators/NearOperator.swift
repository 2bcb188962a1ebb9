/// NEAR and ONEAR; the lexer reads their distance.
enum NearOperator: QueryOperator {
    static let keyword = "near"
    static let manual = OperatorManual(
        syntax: "a NEAR/5 b · a ONEAR/5 b · near/5 w/5 · onear/5 pre/5 NEAR/5f · \"a b\"~5",
        summary: "At most n words between the operands, in either order or in this one, inside one paragraph.",
        examples: [
            .init("barr NEAR/1 asked", "Barr was asked to resign."),
            .init("barr NEAR/0 asked", "Barr was asked to resign.", matches: false),
            .init("resign NEAR/5 barr", "Barr was asked to resign."),
            .init("resign ONEAR/5 barr", "Barr was asked to resign.", matches: false),
            .init("barr pre/5 resign", "Barr was asked to resign."),
            .init("\"resign barr\"~3", "Barr was asked to resign."),
            .init("barr NEAR/3 barr", "Barr was asked to resign.", matches: false),
            .init("(barr OR flynn) w/3 (resign* OR quit)", "Flynn is resigning."),
            .init("barr NEAR/2 asked NEAR/2 resign", "Barr was asked to resign."),
        ])
}
