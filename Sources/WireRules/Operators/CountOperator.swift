/// ATLEASTn; the lexer reads its number.
enum CountOperator: QueryOperator {
    static let keyword = "atleast"
    static let manual = OperatorManual(
        syntax: "ATLEAST3(a OR b) · atleast3 a",
        summary: "At least n words or phrases of the text match; each place counts once.",
        examples: [
            .init("ATLEAST2(barr)", "Barr met Barr's aides."),
            .init("ATLEAST2(barr OR flynn)", "Barr met Flynn."),
            .init("atleast3 barr", "Barr met Barr.", matches: false),
            .init("title:ATLEAST2(barr)", "Barr, Barr, Barr.", title: "Barr", matches: false),
        ])
}
