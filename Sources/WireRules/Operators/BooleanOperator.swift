/// AND, OR, NOT and parentheses; the parser knows them.
enum BooleanOperator: QueryOperator {
    static let keyword = "boolean"
    static let manual = OperatorManual(
        syntax: "a AND b · a b · a OR b · a NOT b · a AND NOT b · a -b · ( … ) · <<< note >>>",
        summary: "Both, either, the first without the second. Parentheses are needed where OR meets AND or NOT.",
        examples: [
            .init("barr AND flynn", "Flynn thanked Barr."),
            .init("barr flynn", "Flynn thanked Barr."),
            .init("barr AND flynn", "Barr spoke.", matches: false),
            .init("barr OR flynn", "Flynn spoke."),
            .init("barr NOT flynn", "Barr spoke."),
            .init("barr -flynn", "Barr spoke of Flynn.", matches: false),
            .init("(barr OR flynn) AND NOT stone", "Flynn spoke."),
            .init("barr <<< the Attorney General >>> OR stone", "Barr spoke."),
        ])
}
